/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An interface with an own address and a virtual one (vhid 1), one worker, and a frame in hand: made
 * right by frame_echo_request() or frame_advertisement(), spoilt by the test, and handed over.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>

#include "frames.h"
#include "fwd/fwd.h"
#include "suite.h"

#define ETHER_LEN RTE_ETHER_HDR_LEN
#define IP4_LEN 20
#define ICMP_LEN 8
#define FRAME_MAX 2000

/* Addresses as octets in order. */
#define OWN "\x0a\x00\x00\x02"
#define VIRTUAL "\x0a\x00\x00\x64"
#define CLIENT "\x0a\x00\x00\x09"
#define PORT_MAC "\x02\x00\x00\x00\x00\x02"
#define VIRTUAL_MAC "\x00\x00\x5e\x00\x01\x01"
#define CLIENT_MAC "\x02\x00\x00\x00\x00\x09"
#define OTHER_MAC "\x02\x00\x00\x00\x00\x77"
#define GROUP_MAC "\x01\x00\x5e\x00\x00\x12"
#define BROADCAST_MAC "\xff\xff\xff\xff\xff\xff"

/** The frame in hand, and its IP and ICMP headers. */
struct frame {
	uint8_t octets[FRAME_MAX];
	size_t len;
};

extern struct frame frame;
extern uint8_t *const ip;
extern uint8_t *const icmp;

/** What came back for it, if anything. */
extern uint8_t reply_octets[FRAME_MAX];

extern struct vip_interface interface;

/** Begin with vhid 1 in this role. */
void set_up(enum vip_role role);

/** The Internet checksum (RFC 1071), octet by octet: another way than that of the code under test. */
uint16_t checksum(const uint8_t *octets, size_t len);

void put16(uint8_t *to, uint16_t value);
uint16_t get16(const uint8_t *from);

/** Write the checksum of the IP header, of the ICMP message. */
void sum_ip(void);
void sum_icmp(size_t payload);

void frame_echo_request(const char *to_mac, const char *to, size_t payload);

/** An advertisement, as far as IP is concerned. */
void frame_advertisement(const char *to_mac, const char *to);

enum way {
	WAY_REPLY,
	WAY_CARP,
	WAY_DROP,
};

/** Hand over the frame in hand; check that it goes that way, and that only this is counted. */
#define CHECK(way, counter) CHECK_MBUF(frame_new(frame.octets, frame.len), way, counter)
#define CHECK_MBUF(m, way, counter) check_frame(__LINE__, &interface.roles, m, way, counter)
#define CHECK_FENCED(way, counter)                                                                 \
	check_frame(__LINE__, &vip_roles_fenced, frame_new(frame.octets, frame.len), way, counter)

void check_frame(int line, const struct vip_roles *roles, struct rte_mbuf *m, enum way way,
		 enum fwd_counter expected);

/** The reply: addresses changed, TTL anew, both checksums right, all else as in the frame. */
void check_reply(const char *source_mac, size_t payload);

#endif /* FIXTURE_H */
