/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "arp/arp.h"
#include "frames.h"
#include "suite.h"

/* ------------------------------------------------------------------------------------------- */
/* One interface, one worker                                                                    */
/* ------------------------------------------------------------------------------------------- */

#define OWN "10.0.0.2"
#define VIRTUAL "10.0.0.100"       /* vhid 1 */
#define VIRTUAL_BY_PORT "10.0.0.101" /* vhid 2, answered with the port's MAC */

#define PORT_MAC "02 00 00 00 00 02"
#define VIRTUAL_MAC "00 00 5e 00 01 01"
#define CLIENT_MAC "02 00 00 00 00 09"
#define OTHER_MAC "02 00 00 00 00 77"
#define BROADCAST "ff ff ff ff ff ff"
#define NO_MAC "00 00 00 00 00 00"

#define CLIENT "0a 00 00 09"
#define REQUEST "08 06 00 01 08 00 06 04 00 01"
#define REPLY "08 06 00 01 08 00 06 04 00 02"
#define FOR_OWN NO_MAC "0a 00 00 02"
#define FOR_VIRTUAL NO_MAC "0a 00 00 64"
#define PADDING "aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa"

static struct vip_interface interface;
static struct arp_worker worker;

/* What became of one frame. */
static struct {
	bool is_reply;
	uint8_t frame[128];
	size_t len;
	unsigned int sightings;
	struct neigh_sighting sighting;
	uint64_t counter[ARP_COUNTERS];
} out;

static void
set_role(uint8_t vhid, enum vip_role role)
{
	vip_role_store(&interface.roles, vhid, vip_role_word(role, 1));
}

static void
set_up(enum vip_role role)
{
	static const char *const text[] = { OWN "/24", VIRTUAL "/24", VIRTUAL_BY_PORT "/24" };
	struct vip_address addresses[3] = { { .vhid = VIP_OWN }, { .vhid = 1 }, { .vhid = 2 } };
	uint8_t mac[6];

	for (int i = 0; i < 3; i++)
		ip_prefix_parse(text[i], &addresses[i].prefix);
	addresses[2].is_port_mac = true;
	frame_from_hex(PORT_MAC, mac, sizeof(mac));
	vip_set_destroy((struct vip_set *)(uintptr_t)vip_interface_set(&interface));
	memset(&worker, 0, sizeof(worker));
	worker.epoch = 1;
	interface.index = 5;
	vip_roles_init(&interface.roles);
	set_role(1, role);
	set_role(2, role);
	atomic_store(&interface.set, vip_set_create(addresses, 3, mac_load(mac), -1));
	CU_ASSERT_PTR_NOT_NULL_FATAL(vip_interface_set(&interface));
}

static void
feed_frame(struct rte_mbuf *m, const struct vip_roles *roles)
{
	static struct burst in, reply, drop;
	static struct neigh_sightings sightings;

	memset(&out, 0, sizeof(out));
	in.count = reply.count = drop.count = sightings.count = 0;
	burst_add(&in, m);
	arp_input(&worker, &interface, roles, &in, &reply, &drop, &sightings);
	CU_ASSERT_EQUAL(in.count, 0);
	CU_ASSERT_EQUAL(reply.count + drop.count, 1);
	if (reply.count == 1) {
		out.is_reply = true;
		out.len = rte_pktmbuf_pkt_len(reply.frame[0]);
		memcpy(out.frame, rte_pktmbuf_mtod(reply.frame[0], uint8_t *), out.len);
	}
	out.sightings = sightings.count;
	out.sighting = sightings.item[0];
	for (int i = 0; i < ARP_COUNTERS; i++)
		out.counter[i] = counter_read(&worker.counter[i]);
	memset((void *)worker.counter, 0, sizeof(worker.counter));
	burst_free(&reply);
	burst_free(&drop);
	CU_ASSERT_EQUAL(frames_in_use(), 0);
}

static void
feed_as(const struct vip_roles *roles, const char *hex)
{
	uint8_t frame[128];
	size_t len = frame_from_hex(hex, frame, sizeof(frame));

	feed_frame(frame_new(frame, len), roles);
}

static void
feed(const char *hex)
{
	feed_as(&interface.roles, hex);
}

/* Beside ARP_RECEIVED these have counted one each, and no other has. */
#define CHECK_COUNTED(...)                                                                        \
	check_counted(__LINE__, (enum arp_counter[]){ __VA_ARGS__ },                              \
		      sizeof((enum arp_counter[]){ __VA_ARGS__ }) / sizeof(enum arp_counter))

static void
check_counted(int line, const enum arp_counter *expected, size_t count)
{
	uint64_t want[ARP_COUNTERS] = { [ARP_RECEIVED] = 1 };

	for (size_t i = 0; i < count; i++)
		want[expected[i]]++;
	for (int i = 0; i < ARP_COUNTERS; i++) {
		CU_ASSERT_EQUAL(out.counter[i], want[i]);
		if (out.counter[i] != want[i])
			printf("    line %d: %s is %lu\n", line, arp_counter_name(i),
			       out.counter[i]);
	}
}

static void
check_reply(const char *hex)
{
	uint8_t frame[128];
	size_t len = frame_from_hex(hex, frame, sizeof(frame));

	CU_ASSERT_TRUE(out.is_reply);
	CU_ASSERT_EQUAL(out.len, len);
	CU_ASSERT_EQUAL(memcmp(out.frame, frame, len), 0);
}

static const char ask_own[] = BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN;
static const char ask_virtual[] = BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL;

/* ------------------------------------------------------------------------------------------- */
/* Requests                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
master_answers_with_the_virtual_mac(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(ask_virtual);
	check_reply(CLIENT_MAC VIRTUAL_MAC REPLY VIRTUAL_MAC "0a 00 00 64" CLIENT_MAC CLIENT);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS);
	/* What fills the frame up goes back as it came. */
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL PADDING);
	check_reply(CLIENT_MAC VIRTUAL_MAC REPLY
		    VIRTUAL_MAC "0a 00 00 64" CLIENT_MAC CLIENT PADDING);
	CHECK_COUNTED(ARP_REPLIES);
	/* The reply goes to the sender of the ARP packet, whatever the frame's source is. */
	feed(BROADCAST OTHER_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL);
	check_reply(CLIENT_MAC VIRTUAL_MAC REPLY VIRTUAL_MAC "0a 00 00 64" CLIENT_MAC CLIENT);
}

static void
port_mac_mode_answers_with_the_port_mac(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT NO_MAC "0a 00 00 65");
	check_reply(CLIENT_MAC PORT_MAC REPLY PORT_MAC "0a 00 00 65" CLIENT_MAC CLIENT);
}

static void
only_the_master_answers_for_a_virtual_address(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role < VIP_ROLE_MASTER; role++) {
		set_up(role);
		feed(ask_virtual);
		CU_ASSERT_FALSE(out.is_reply);
		CHECK_COUNTED(ARP_DROP_NOT_MASTER);
		feed(VIRTUAL_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL);
		CHECK_COUNTED(ARP_DROP_NOT_MASTER);
		feed(PORT_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL);
		CHECK_COUNTED(ARP_DROP_NOT_MASTER);
	}
}

static void
own_address_is_answered_in_every_role(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role <= VIP_ROLE_MASTER; role++) {
		set_up(role);
		feed(ask_own);
		check_reply(CLIENT_MAC PORT_MAC REPLY PORT_MAC "0a 00 00 02" CLIENT_MAC CLIENT);
		CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS);
	}
}

static void
fenced_worker_answers_for_own_addresses_only(void)
{
	set_up(VIP_ROLE_MASTER);
	feed_as(&vip_roles_fenced, ask_virtual);
	CHECK_COUNTED(ARP_DROP_NOT_MASTER);
	feed_as(&vip_roles_fenced, VIRTUAL_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);
	feed_as(&vip_roles_fenced, ask_own);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS);
}

static void
unicast_requests_are_for_our_macs(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(PORT_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS);
	feed(VIRTUAL_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL);
	CHECK_COUNTED(ARP_REPLIES);
	feed(VIRTUAL_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_REPLIES);
	feed(OTHER_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);
	feed(OTHER_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_VIRTUAL);
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);
	feed("00 00 5e 00 01 03" CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);
	feed("01 00 5e 00 00 12" CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);

	set_up(VIP_ROLE_BACKUP);
	feed(PORT_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS);
	feed(VIRTUAL_MAC CLIENT_MAC REQUEST CLIENT_MAC CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);
}

static void
probes_are_answered_and_teach_nothing(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC "00 00 00 00" FOR_VIRTUAL);
	check_reply(CLIENT_MAC VIRTUAL_MAC REPLY
		    VIRTUAL_MAC "0a 00 00 64" CLIENT_MAC "00 00 00 00");
	CHECK_COUNTED(ARP_REPLIES, ARP_PROBES_ANSWERED);
	CU_ASSERT_EQUAL(out.sightings, 0);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC "00 00 00 00" FOR_OWN);
	CHECK_COUNTED(ARP_REPLIES, ARP_PROBES_ANSWERED);
	set_up(VIP_ROLE_BACKUP);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC "00 00 00 00" FOR_VIRTUAL);
	CHECK_COUNTED(ARP_DROP_NOT_MASTER);
}

static void
other_addresses_are_not_ours(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT NO_MAC "0a 00 00 63");
	CHECK_COUNTED(ARP_DROP_NOT_OURS);
	/* A neighbour's announcement, which those are to heed who know it. */
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT NO_MAC CLIENT);
	CHECK_COUNTED(ARP_DROP_NOT_OURS, ARP_SIGHTINGS);
	CU_ASSERT_EQUAL(out.sighting.evidence, NEIGH_SEEN_UNSOLICITED);
	CU_ASSERT_TRUE(out.sighting.is_known_only);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT NO_MAC CLIENT);
	CHECK_COUNTED(ARP_DROP_NOT_OURS);
	feed(BROADCAST OTHER_MAC REPLY OTHER_MAC CLIENT NO_MAC CLIENT);
	CHECK_COUNTED(ARP_DROP_NOT_OURS, ARP_SIGHTINGS);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC CLIENT NO_MAC "00 00 00 00");
	CHECK_COUNTED(ARP_DROP_NOT_OURS);
}

/* ------------------------------------------------------------------------------------------- */
/* Who speaks in our name                                                                       */
/* ------------------------------------------------------------------------------------------- */

/*
 * A new master announces itself while we still are MASTER. A reply from us would come from the
 * virtual MAC, and the switches would turn it back to us for as long as the new one is silent.
 */
static void
announcement_of_a_new_master_is_not_answered(void)
{
	static const char *const announcements[] = {
		BROADCAST VIRTUAL_MAC REQUEST VIRTUAL_MAC "0a 00 00 64" FOR_VIRTUAL,
		BROADCAST OTHER_MAC REQUEST VIRTUAL_MAC "0a 00 00 64" FOR_VIRTUAL,
		BROADCAST OTHER_MAC REQUEST OTHER_MAC "0a 00 00 64" FOR_VIRTUAL,
	};

	for (size_t i = 0; i < SUITE_LEN(announcements); i++) {
		bool is_foreign = i == 2;

		set_up(VIP_ROLE_MASTER);
		/* The second time, too: it is not taken for someone known. */
		for (int n = 0; n < 2; n++) {
			feed(announcements[i]);
			CU_ASSERT_FALSE(out.is_reply);
			CU_ASSERT_EQUAL(out.sightings, is_foreign && n == 0);
			if (is_foreign && n == 0)
				CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED, ARP_CLAIMS);
			else
				CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
		}
		set_up(VIP_ROLE_BACKUP);
		feed(announcements[i]);
		CU_ASSERT_EQUAL(out.sightings, 0);
		CHECK_COUNTED(ARP_DROP_NOT_MASTER);
	}
}

static void
own_frames_that_come_back_are_not_answered(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(BROADCAST PORT_MAC REQUEST PORT_MAC "0a 00 00 02" FOR_VIRTUAL);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
	feed(BROADCAST PORT_MAC REQUEST PORT_MAC "0a 00 00 09" FOR_OWN);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
	feed(BROADCAST VIRTUAL_MAC REQUEST VIRTUAL_MAC "0a 00 00 09" FOR_OWN);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
	feed(BROADCAST VIRTUAL_MAC REQUEST VIRTUAL_MAC "00 00 00 00" FOR_VIRTUAL);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
}

/* The master asks for us with the virtual address as its own: it has a right to. */
static void
backup_answers_the_master_and_learns_nothing(void)
{
	set_up(VIP_ROLE_BACKUP);
	for (int n = 0; n < 2; n++) {
		feed(BROADCAST VIRTUAL_MAC REQUEST VIRTUAL_MAC "0a 00 00 64" FOR_OWN);
		check_reply(VIRTUAL_MAC PORT_MAC REPLY
			    PORT_MAC "0a 00 00 02" VIRTUAL_MAC "0a 00 00 64");
		CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS_REFUSED);
	}
	/* ucarp's master has the port's MAC. */
	feed(BROADCAST OTHER_MAC REQUEST OTHER_MAC "0a 00 00 64" FOR_OWN);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS_REFUSED);
	/* At the moment at which we become MASTER that ends. */
	set_role(1, VIP_ROLE_MASTER);
	feed(BROADCAST VIRTUAL_MAC REQUEST VIRTUAL_MAC "0a 00 00 64" FOR_OWN);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
	feed(BROADCAST OTHER_MAC REQUEST OTHER_MAC "0a 00 00 64" FOR_OWN);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED, ARP_CLAIMS);
}

static void
check_claim(const char *addr, const char *mac)
{
	uint8_t want[6];
	struct ip_addr a;

	CU_ASSERT_EQUAL(ip_addr_parse(addr, &a), 0);
	frame_from_hex(mac, want, sizeof(want));
	CU_ASSERT_EQUAL_FATAL(out.sightings, 1);
	CU_ASSERT_EQUAL(out.sighting.evidence, NEIGH_SEEN_CLAIM);
	CU_ASSERT_EQUAL(out.sighting.interface, 5);
	CU_ASSERT_FALSE(out.sighting.is_probe);
	CU_ASSERT_EQUAL(ip_addr_compare(&out.sighting.addr, &a), 0);
	CU_ASSERT_EQUAL(memcmp(out.sighting.mac, want, sizeof(want)), 0);
}

/* In whatever it says so, whoever it says it to; once in an epoch. */
static void
claims_of_our_addresses_are_reported(void)
{
	static const char *const claims[] = {
		BROADCAST OTHER_MAC REQUEST OTHER_MAC "0a 00 00 64" NO_MAC "0a 00 00 64",
		BROADCAST OTHER_MAC REQUEST OTHER_MAC "0a 00 00 64" NO_MAC CLIENT,
		BROADCAST OTHER_MAC REPLY OTHER_MAC "0a 00 00 64" OTHER_MAC "0a 00 00 64",
		BROADCAST OTHER_MAC REPLY OTHER_MAC "0a 00 00 64" BROADCAST "00 00 00 00",
		OTHER_MAC CLIENT_MAC REPLY OTHER_MAC "0a 00 00 64" CLIENT_MAC CLIENT,
	};

	for (size_t i = 0; i < SUITE_LEN(claims); i++) {
		set_up(VIP_ROLE_MASTER);
		feed(claims[i]);
		CU_ASSERT_EQUAL(out.counter[ARP_CLAIMS], 1);
		check_claim(VIRTUAL, OTHER_MAC);
		feed(claims[i]);
		CU_ASSERT_EQUAL(out.sightings, 0);
		worker.epoch++;
		feed(claims[i]);
		check_claim(VIRTUAL, OTHER_MAC);
		set_up(VIP_ROLE_BACKUP);
		feed(claims[i]);
		CU_ASSERT_EQUAL(out.sightings, 0);
	}
	set_up(VIP_ROLE_BACKUP);
	feed(BROADCAST OTHER_MAC REQUEST OTHER_MAC "0a 00 00 02" NO_MAC "0a 00 00 02");
	check_claim(OWN, OTHER_MAC);
}

static void
another_virtual_router_is_a_neighbour(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(BROADCAST "00 00 5e 00 01 09" REQUEST "00 00 5e 00 01 09" CLIENT FOR_OWN);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS);
}

static void
group_senders_are_not_answered(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(BROADCAST CLIENT_MAC REQUEST BROADCAST CLIENT FOR_VIRTUAL);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
	feed(BROADCAST CLIENT_MAC REQUEST "01 00 5e 00 00 01" "00 00 00 00" FOR_OWN);
	CHECK_COUNTED(ARP_DROP_CONFLICT, ARP_SIGHTINGS_REFUSED);
}

/* ------------------------------------------------------------------------------------------- */
/* Neighbours                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static void
neighbours_are_reported_once_in_an_epoch(void)
{
	const uint8_t client_mac[] = { 2, 0, 0, 0, 0, 9 };
	const uint8_t client[] = { 10, 0, 0, 9 };

	set_up(VIP_ROLE_MASTER);
	feed(ask_virtual);
	CU_ASSERT_EQUAL_FATAL(out.sightings, 1);
	CU_ASSERT_EQUAL(memcmp(out.sighting.mac, client_mac, 6), 0);
	CU_ASSERT_EQUAL(memcmp(out.sighting.addr.octets, client, 4), 0);
	CU_ASSERT_EQUAL(out.sighting.addr.family, IP_V4);
	CU_ASSERT_EQUAL(out.sighting.interface, 5);
	CU_ASSERT_FALSE(out.sighting.is_known_only);
	feed(ask_own);
	CU_ASSERT_EQUAL(out.sightings, 0);
	worker.epoch++;
	feed(ask_own);
	CU_ASSERT_EQUAL(out.sightings, 1);
	/* With another MAC it is another one. */
	feed(BROADCAST OTHER_MAC REQUEST OTHER_MAC CLIENT FOR_OWN);
	CU_ASSERT_EQUAL(out.sightings, 1);
}

static void
strangers_are_answered_but_not_learned(void)
{
	set_up(VIP_ROLE_MASTER);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC "0a 00 01 09" FOR_VIRTUAL);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS_REFUSED);
	feed(BROADCAST CLIENT_MAC REQUEST CLIENT_MAC "0a 00 01 09" FOR_VIRTUAL);
	CHECK_COUNTED(ARP_REPLIES);
	feed(BROADCAST CLIENT_MAC REQUEST NO_MAC CLIENT FOR_VIRTUAL);
	CHECK_COUNTED(ARP_REPLIES, ARP_SIGHTINGS_REFUSED);
	CU_ASSERT_EQUAL(out.sightings, 0);
}

static void
replies_to_us_are_noticed(void)
{
	set_up(VIP_ROLE_MASTER);
	/* Also if the same host has asked a moment ago. */
	feed(ask_own);
	CU_ASSERT_EQUAL(out.sighting.evidence, NEIGH_SEEN_SENDER);
	feed(PORT_MAC CLIENT_MAC REPLY CLIENT_MAC CLIENT PORT_MAC "0a 00 00 02");
	CHECK_COUNTED(ARP_DROP_NOT_A_REQUEST, ARP_SIGHTINGS);
	CU_ASSERT_EQUAL(out.sighting.evidence, NEIGH_SEEN_ANSWER);
	CU_ASSERT_FALSE(out.is_reply);
	feed(PORT_MAC CLIENT_MAC REPLY CLIENT_MAC CLIENT PORT_MAC "0a 00 00 02");
	CHECK_COUNTED(ARP_DROP_NOT_A_REQUEST);
	/* Not one that was sent to all, which is how lies are spread. */
	feed(BROADCAST OTHER_MAC REPLY OTHER_MAC CLIENT PORT_MAC "0a 00 00 02");
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);
	feed(PORT_MAC OTHER_MAC REPLY OTHER_MAC "0a 00 00 64" PORT_MAC "0a 00 00 02");
	CHECK_COUNTED(ARP_DROP_NOT_A_REQUEST, ARP_SIGHTINGS_REFUSED, ARP_CLAIMS);
	/* What we ask in the name of a virtual address is answered to its MAC. */
	feed(VIRTUAL_MAC OTHER_MAC REPLY OTHER_MAC CLIENT VIRTUAL_MAC "0a 00 00 64");
	CHECK_COUNTED(ARP_DROP_NOT_A_REQUEST, ARP_SIGHTINGS);
	CU_ASSERT_EQUAL(out.sighting.evidence, NEIGH_SEEN_ANSWER);
	feed(PORT_MAC VIRTUAL_MAC REPLY VIRTUAL_MAC CLIENT PORT_MAC "0a 00 00 02");
	CHECK_COUNTED(ARP_DROP_NOT_A_REQUEST, ARP_SIGHTINGS_REFUSED);
	/* ucarp's announcement is a reply about the virtual address, sent to all. */
	feed(BROADCAST OTHER_MAC REPLY OTHER_MAC "0a 00 00 64" OTHER_MAC "0a 00 00 64");
	CHECK_COUNTED(ARP_DROP_WRONG_MAC);
}

/* ------------------------------------------------------------------------------------------- */
/* Garbage                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
other_kinds_of_arp_are_malformed(void)
{
	static const char *const fixed[] = {
		"08 06 00 06 08 00 06 04 00 01", "08 06 00 01 86 dd 06 04 00 01",
		"08 06 00 01 08 00 08 04 00 01", "08 06 00 01 08 00 06 10 00 01",
		"08 06 00 01 08 00 06 04 00 00", "08 06 00 01 08 00 06 04 00 03",
		"08 06 00 01 08 00 06 04 01 01", "08 06 00 01 08 00 06 04 00 08",
	};
	char hex[512];

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(fixed); i++) {
		snprintf(hex, sizeof(hex), "%s%s%s%s", BROADCAST CLIENT_MAC, fixed[i],
			 CLIENT_MAC CLIENT, FOR_OWN);
		feed(hex);
		CHECK_COUNTED(ARP_DROP_MALFORMED);
	}
}

/* A short frame behind a good one: what the good one left in memory is not taken for its end. */
static void
short_frames_are_malformed(void)
{
	uint8_t frame[ARP_FRAME_LEN];
	size_t len = frame_from_hex(ask_own, frame, sizeof(frame));

	set_up(VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(len, ARP_FRAME_LEN);
	feed(ask_own);
	for (len = 14; len < ARP_FRAME_LEN; len++) {
		feed_frame(frame_new(frame, len), &interface.roles);
		CHECK_COUNTED(ARP_DROP_MALFORMED);
	}
	/* Whole, but in pieces: no device does that to a frame this small. */
	feed_frame(frame_new_split(frame, ARP_FRAME_LEN, 20), &interface.roles);
	CHECK_COUNTED(ARP_DROP_MALFORMED);
}

static void
bursts_are_sorted_frame_by_frame(void)
{
	static struct burst in, reply, drop;
	static struct neigh_sightings sightings;
	uint8_t frame[ARP_FRAME_LEN];

	set_up(VIP_ROLE_MASTER);
	for (uint8_t i = 0; i < BURST_MAX; i++) {
		frame_from_hex(i % 3 == 0 ? ask_own : ask_virtual, frame, sizeof(frame));
		frame[31] = (uint8_t)(i + 10); /* every one from another host */
		frame[41] = i % 4 == 0 ? 1 : frame[41];
		burst_add(&in, frame_new(frame, sizeof(frame)));
	}
	arp_input(&worker, &interface, &interface.roles, &in, &reply, &drop, &sightings);
	CU_ASSERT_EQUAL(in.count, 0);
	CU_ASSERT_EQUAL(drop.count, BURST_MAX / 4);
	CU_ASSERT_EQUAL(reply.count, BURST_MAX - BURST_MAX / 4);
	CU_ASSERT_EQUAL(sightings.count, reply.count);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[ARP_RECEIVED]), BURST_MAX);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[ARP_REPLIES]), reply.count);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[ARP_DROP_NOT_OURS]), drop.count);
	for (unsigned int i = 0; i < reply.count; i++) {
		const uint8_t *f = rte_pktmbuf_mtod(reply.frame[i], const uint8_t *);

		CU_ASSERT_EQUAL(f[22], f[31] == 2 ? 0x02 : 0x00);
		CU_ASSERT_EQUAL(f[41], sightings.item[i].addr.octets[3]);
	}
	burst_free(&reply);
	burst_free(&drop);
}

/* ------------------------------------------------------------------------------------------- */
/* Announcements                                                                                */
/* ------------------------------------------------------------------------------------------- */

/* Equal to what OpenBSD's carp(4) sends, octet by octet. */
static void
announcement_is_that_of_openbsd(void)
{
	const char *folder = getenv("TEST_DATA");
	uint8_t expected[64], built[ARP_FRAME_LEN];
	const json_t *vector;
	char path[512];
	unsigned int found = 0;
	struct ip_addr addr;
	json_t *root;
	size_t i;

	CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
	snprintf(path, sizeof(path), "%s/carp-vectors.json", folder);
	root = json_load_file(path, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	json_array_foreach(json_object_get(root, "announcements"), i, vector) {
		const char *hex = json_string_value(json_object_get(vector, "frame_hex"));

		if (strcmp(json_string_value(json_object_get(vector, "name")), "garp-openbsd") != 0)
			continue;
		found++;
		CU_ASSERT_EQUAL(frame_from_hex(hex, expected, sizeof(expected)), ARP_FRAME_LEN);
		ip_addr_parse("192.0.2.100", &addr);
		arp_build_announcement(built, ip_addr_v4_be(&addr), mac_of_vhid(1));
		CU_ASSERT_EQUAL(memcmp(built, expected, ARP_FRAME_LEN), 0);
	}
	CU_ASSERT_EQUAL(found, 1);
	json_decref(root);
}

static void
every_counter_has_a_name(void)
{
	for (int i = 0; i < ARP_COUNTERS; i++)
		CU_ASSERT_PTR_NOT_NULL(arp_counter_name(i));
}

static const struct suite_test tests[] = {
	SUITE_TEST(master_answers_with_the_virtual_mac),
	SUITE_TEST(port_mac_mode_answers_with_the_port_mac),
	SUITE_TEST(only_the_master_answers_for_a_virtual_address),
	SUITE_TEST(own_address_is_answered_in_every_role),
	SUITE_TEST(fenced_worker_answers_for_own_addresses_only),
	SUITE_TEST(unicast_requests_are_for_our_macs),
	SUITE_TEST(probes_are_answered_and_teach_nothing),
	SUITE_TEST(other_addresses_are_not_ours),
	SUITE_TEST(announcement_of_a_new_master_is_not_answered),
	SUITE_TEST(own_frames_that_come_back_are_not_answered),
	SUITE_TEST(backup_answers_the_master_and_learns_nothing),
	SUITE_TEST(claims_of_our_addresses_are_reported),
	SUITE_TEST(another_virtual_router_is_a_neighbour),
	SUITE_TEST(group_senders_are_not_answered),
	SUITE_TEST(neighbours_are_reported_once_in_an_epoch),
	SUITE_TEST(strangers_are_answered_but_not_learned),
	SUITE_TEST(replies_to_us_are_noticed),
	SUITE_TEST(other_kinds_of_arp_are_malformed),
	SUITE_TEST(short_frames_are_malformed),
	SUITE_TEST(bursts_are_sorted_frame_by_frame),
	SUITE_TEST(announcement_is_that_of_openbsd),
	SUITE_TEST(every_counter_has_a_name),
};

int
main(void)
{
	return frames_start() ? suite_run("arp", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
