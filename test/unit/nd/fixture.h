/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An interface with own addresses, one of them tentative, and virtual ones; one worker; a frame in
 * hand, made right by make() and spoilt by the test.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "nd/nd.h"
#include "suite.h"

#define ICMP_AT 54

/* Octets as hex. */
#define PORT_MAC "02 00 00 00 00 02"
#define VIRTUAL_MAC "00 00 5e 00 01 01"
#define CLIENT_MAC "02 00 00 00 00 09"
#define OTHER_MAC "02 00 00 00 00 77"
#define ALL_NODES_MAC "33 33 00 00 00 01"
/** Solicited-node groups of what ends so. */
#define ASKED_MAC(end) "33 33 ff 00 00 " end
#define ASKED(end) "ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 " end

#define NOBODY "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
#define OUT_OF(prefix, end) prefix "00 00 00 00 00 00 00 00 00 00 00 " end
#define OWN OUT_OF("fd 00 00 01", "02")
#define TENTATIVE OUT_OF("fd 00 00 01", "03")
#define VIRTUAL OUT_OF("fd 00 00 01", "64")         /* vhid 1 */
#define VIRTUAL_BY_PORT OUT_OF("fd 00 00 01", "65") /* vhid 2 */
#define CLIENT OUT_OF("fd 00 00 01", "09")
#define STRANGER OUT_OF("fd 00 00 09", "09")
#define OWN_LINK_LOCAL OUT_OF("fe 80 00 00", "02")
#define CLIENT_LINK_LOCAL OUT_OF("fe 80 00 00", "09")
#define ALL_NODES OUT_OF("ff 02 00 00", "01")
#define ALL_ROUTERS OUT_OF("ff 02 00 00", "02")

/* Messages; the checksum is filled in. */
#define SOLICIT "87 00 00 00 00 00 00 00 "
#define ADVERTISE(flags) "88 00 00 00 " flags " 00 00 00 "
#define ROUTER_SOLICIT "85 00 00 00 00 00 00 00 "
#define ROUTER_ADVERT "86 00 00 00 40 00 07 08 00 00 00 00 00 00 00 00 "
#define REDIRECT "89 00 00 00 00 00 00 00 "
#define FROM_MAC(mac) " 01 01 " mac
#define TO_MAC(mac) " 02 01 " mac
#define NONCE " 0e 01 01 02 03 04 05 06"

#define FRAME_MAX 256

extern struct vip_interface interface;
extern struct nd_worker worker;

/** The frame in hand. */
extern struct frame {
	uint8_t octets[FRAME_MAX];
	size_t len;
} frame;

/** What became of it. */
extern struct outcome {
	bool is_left;
	bool is_reply;
	uint8_t octets[FRAME_MAX];
	size_t len;
	int64_t grown;
	unsigned int sightings;
	struct neigh_sighting sighting;
	uint64_t counter[ND_COUNTERS];
} out;

/** Begin with vhids 1 and 2 in this role. */
void set_up(enum vip_role role);

void make(const char *to_mac, const char *from_mac, const char *from, const char *to,
	  const char *message);

/** Lengths and checksum after a change. */
void put_right(void);

/** An ordinary solicitation by the client to the group. */
void make_solicitation(const char *end, const char *target);

void feed_mbuf(const struct vip_roles *roles, struct rte_mbuf *m);
void feed(void);

/** The reply is this one. */
void check_reply(const char *to_mac, const char *from_mac, const char *from, const char *to,
		 const char *message);

/** Beside ND_RECEIVED these have counted one each, and no other has. */
#define CHECK_COUNTED(...)                                                                        \
	check_counted(__LINE__, (enum nd_counter[]){ __VA_ARGS__ },                               \
		      sizeof((enum nd_counter[]){ __VA_ARGS__ }) / sizeof(enum nd_counter))
void check_counted(int line, const enum nd_counter *expected, size_t count);

/** The one sighting. */
void check_sighting(const char *addr, const char *mac, enum neigh_evidence evidence);

#endif /* FIXTURE_H */
