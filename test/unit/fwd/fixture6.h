/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The same for IPv6: an interface with own addresses, the second of them tentative, and a virtual
 * one (vhid 1), one worker, and a frame in hand.
 */
#ifndef FIXTURE6_H
#define FIXTURE6_H

#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>

#include "frames.h"
#include "fwd/fwd.h"
#include "suite.h"

#define ETHER_LEN RTE_ETHER_HDR_LEN
#define IP6_LEN 40
#define ICMP_LEN 8
#define FRAME_MAX 2000

#define PORT_MAC "\x02\x00\x00\x00\x00\x02"
#define VIRTUAL_MAC "\x00\x00\x5e\x00\x01\x01"
#define CLIENT_MAC "\x02\x00\x00\x00\x00\x09"
#define OTHER_MAC "\x02\x00\x00\x00\x00\x77"
#define GROUP_MAC "\x33\x33\x00\x00\x00\x12"

#define OWN "fd00:1::2"
#define TENTATIVE "fd00:1::3"
#define VIRTUAL "fd00:1::64"
#define CLIENT "fd00:1::9"
#define CARP_GROUP "ff02::12"

extern struct frame {
	uint8_t octets[FRAME_MAX];
	size_t len;
} frame;
extern uint8_t *const ip;
extern uint8_t *const icmp;
extern uint8_t reply_octets[FRAME_MAX];
extern struct vip_interface interface;

/** Begin with vhid 1 in this role. */
void set_up(enum vip_role role);

void put16(uint8_t *to, uint16_t value);

/** Write an address; the source or the destination. */
void put_from(const char *from);
void put_to(const char *to);

/** Write the checksum of the ICMPv6 message. */
void sum_icmp(size_t payload);

/** Is the one of the reply right? */
bool is_reply_sum_right(size_t payload);

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

/** The reply: addresses changed, hop limit anew, checksum right, all else as in the frame. */
void check_reply(const char *source_mac, size_t payload);

#endif /* FIXTURE6_H */
