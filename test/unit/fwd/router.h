/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A router with two interfaces, an own and a virtual address on each, and a few routes. A frame is
 * handed over, and what became of it is looked at.
 *
 *     lan 10.0.0.2/24, 2001:db8:a::2/64; vhid 1 10.0.0.1, 2001:db8:a::1
 *     wan 192.0.2.2/24, 2001:db8:b::2/64; vhid 2 192.0.2.1, 2001:db8:b::1
 */
#ifndef ROUTER_H
#define ROUTER_H

#include <stdio.h>

#include "fixture.h"

enum {
	LAN,
	WAN,
	INTERFACES,
};

/* Addresses as octets in order. */
#define LAN_OWN "\x0a\x00\x00\x02"
#define LAN_VIRTUAL "\x0a\x00\x00\x01"
#define LAN_HOST "\x0a\x00\x00\x09"
#define LAN_SILENT "\x0a\x00\x00\x0a"
#define LAN_FAILED "\x0a\x00\x00\x0b"
#define WAN_OWN "\xc0\x00\x02\x02"
#define WAN_VIRTUAL "\xc0\x00\x02\x01"
#define WAN_HOST "\xc0\x00\x02\x09"
#define LAN_MAC "\x02\x00\x00\x00\x00\x02"
#define WAN_MAC "\x02\x00\x00\x00\x00\x12"
#define LAN_VIRTUAL_MAC "\x00\x00\x5e\x00\x01\x01"
#define WAN_VIRTUAL_MAC "\x00\x00\x5e\x00\x01\x02"
#define LAN_HOST_MAC "\x02\x00\x00\x00\x00\x09"
#define WAN_HOST_MAC "\x02\x00\x00\x00\x00\x19"

/* Destinations, by what the route to them says; the last octet is free. */
#define TO_A "\xc6\x12\x00\x07"          /* by gateway A of wan */
#define TO_SILENT "\xc6\x12\x02\x07"     /* by a gateway of wan that has no MAC yet */
#define TO_FAILED "\xc6\x12\x03\x07"     /* by a gateway of wan that does not answer */
#define TO_BOTH "\xc6\x12\x04\x07"       /* by gateways A and B of wan */
#define TO_NARROW "\xc6\x12\x05\x07"     /* by gateway A, but of a smaller MTU */
#define TO_BLACKHOLE "\xc6\x12\x06\x07"
#define TO_NOWHERE "\xc6\x12\x07\x07"
#define A_MAC "\x02\x00\x00\x00\x01\x0a"
#define B_MAC "\x02\x00\x00\x00\x01\x0b"
#define NARROW_MTU 576

/** A frame that went out. */
struct sent {
	unsigned int interface;
	size_t len;
	uint8_t octets[FRAME_MAX];
};

/** What became of a frame. */
struct fate {
	unsigned int sent_count;
	struct sent sent[2 * BURST_MAX];
	unsigned int unresolved_count;
	struct fwd_unresolved unresolved; /**< the first; its frame's octets are in @p held */
	struct sent held;
	unsigned int dropped, replied, carp;
};

extern struct fate fate;
extern struct vip_interface interfaces[INTERFACES];
extern struct fwd_router router;
extern struct fwd_way way; /**< of the last hand-over */

/** False if there is no memory. */
bool router_start(void);

/** Begin anew, with both vhids in this role. */
void router_set_up(enum vip_role role);

/** The MTU of the way to TO_NARROW. */
void router_narrow(uint16_t mtu);
/** The next hop with A_MAC has not answered. */
void router_fail_a(void);

/** A UDP packet from LAN_HOST, sent to the virtual MAC of lan, with a TTL of 64. */
void frame_udp4(const char *to, size_t payload);

/** Hand over the frame in hand, or an mbuf; it came in by this interface. */
void hand_over(unsigned int by);
void hand_over_mbuf(unsigned int by, struct rte_mbuf *m);
void hand_over_fenced(unsigned int by);

/** Many frames at once. */
void hand_over_burst(unsigned int by, struct rte_mbuf *const *m, unsigned int count);

/** Check that just these are counted, once each, and clear all. -1 ends the list. */
#define CHECK_COUNTED(...) check_counted(__LINE__, (const int[]){ __VA_ARGS__, -1 })
void check_counted(int line, const int *expected);

/** How often this is counted. */
uint64_t counted(enum fwd_counter counter);

/** Forwarded as it was: by this interface, to this MAC, a TTL less, and all else as in the frame. */
#define CHECK_FORWARDED(by, mac) check_forwarded(__LINE__, by, mac)
void check_forwarded(int line, unsigned int by, const char *mac);

/** Nothing but dropped; with an ICMP error of this type and code sent back by lan, or without. */
#define CHECK_DROPPED() check_dropped(__LINE__)
void check_dropped(int line);
#define CHECK_ERROR4(type, code) check_error4(__LINE__, type, code)
void check_error4(int line, uint8_t type, uint8_t code);

#endif /* ROUTER_H */
