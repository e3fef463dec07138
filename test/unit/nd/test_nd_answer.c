/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is answered, in which role, and what the advertisement says to the last octet. */
#include "fixture.h"

static void
master_answers_with_the_virtual_mac(void)
{
	set_up(VIP_ROLE_MASTER);
	/* The first time the sender is looked at, afterwards it is known: both ways are the same. */
	for (int n = 0; n < 2; n++) {
		make_solicitation("64", VIRTUAL);
		feed();
		check_reply(CLIENT_MAC, VIRTUAL_MAC, VIRTUAL, CLIENT,
			    ADVERTISE("60") VIRTUAL TO_MAC(VIRTUAL_MAC));
		CU_ASSERT_EQUAL(out.len, ND_FRAME_LEN);
		if (n == 0)
			CHECK_COUNTED(ND_REPLIES, ND_SIGHTINGS);
		else
			CHECK_COUNTED(ND_REPLIES);
	}
	make_solicitation("65", VIRTUAL_BY_PORT);
	feed();
	check_reply(CLIENT_MAC, PORT_MAC, VIRTUAL_BY_PORT, CLIENT,
		    ADVERTISE("60") VIRTUAL_BY_PORT TO_MAC(PORT_MAC));
}

static void
only_the_master_answers_for_a_virtual_address(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role < VIP_ROLE_MASTER; role++) {
		set_up(role);
		make_solicitation("64", VIRTUAL);
		feed();
		CHECK_COUNTED(ND_DROP_NOT_MASTER);
		make(PORT_MAC, CLIENT_MAC, CLIENT, VIRTUAL, SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC));
		feed();
		CHECK_COUNTED(ND_DROP_NOT_MASTER);
		make(VIRTUAL_MAC, CLIENT_MAC, CLIENT, VIRTUAL, SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC));
		feed();
		CHECK_COUNTED(ND_DROP_WRONG_MAC);
	}
}

static void
own_address_is_answered_in_every_role(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role <= VIP_ROLE_MASTER; role++) {
		set_up(role);
		for (int n = 0; n < 2; n++) {
			make_solicitation("02", OWN);
			feed();
			check_reply(CLIENT_MAC, PORT_MAC, OWN, CLIENT,
				    ADVERTISE("60") OWN TO_MAC(PORT_MAC));
		}
	}
}

static void
fenced_worker_answers_for_own_addresses_only(void)
{
	set_up(VIP_ROLE_MASTER);
	for (int n = 0; n < 2; n++) {
		make_solicitation("64", VIRTUAL);
		feed_mbuf(&vip_roles_fenced, frame_new(frame.octets, frame.len));
		CHECK_COUNTED(ND_DROP_NOT_MASTER);
		make_solicitation("02", OWN);
		feed_mbuf(&vip_roles_fenced, frame_new(frame.octets, frame.len));
		CU_ASSERT_TRUE(out.is_reply);
	}
}

static void
a_router_says_so(void)
{
	set_up(VIP_ROLE_MASTER);
	atomic_store(&interface.is_router, true);
	for (int n = 0; n < 2; n++) {
		make_solicitation("64", VIRTUAL);
		feed();
		check_reply(CLIENT_MAC, VIRTUAL_MAC, VIRTUAL, CLIENT,
			    ADVERTISE("e0") VIRTUAL TO_MAC(VIRTUAL_MAC));
	}
	make(ASKED_MAC("02"), CLIENT_MAC, NOBODY, ASKED("02"), SOLICIT OWN);
	feed();
	check_reply(ALL_NODES_MAC, PORT_MAC, OWN, ALL_NODES, ADVERTISE("a0") OWN TO_MAC(PORT_MAC));
}

/* Duplicate address detection, with and without the nonce of RFC 7527. */
static void
probes_are_answered_to_all(void)
{
	set_up(VIP_ROLE_MASTER);
	make(ASKED_MAC("64"), CLIENT_MAC, NOBODY, ASKED("64"), SOLICIT VIRTUAL);
	feed();
	CU_ASSERT_EQUAL(out.grown, 8);
	check_reply(ALL_NODES_MAC, VIRTUAL_MAC, VIRTUAL, ALL_NODES,
		    ADVERTISE("20") VIRTUAL TO_MAC(VIRTUAL_MAC));
	CHECK_COUNTED(ND_REPLIES, ND_PROBES_ANSWERED);
	make(ASKED_MAC("64"), CLIENT_MAC, NOBODY, ASKED("64"), SOLICIT VIRTUAL NONCE);
	feed();
	CU_ASSERT_EQUAL(out.grown, 0);
	check_reply(ALL_NODES_MAC, VIRTUAL_MAC, VIRTUAL, ALL_NODES,
		    ADVERTISE("20") VIRTUAL TO_MAC(VIRTUAL_MAC));
	CHECK_COUNTED(ND_REPLIES, ND_PROBES_ANSWERED);
	set_up(VIP_ROLE_BACKUP);
	make(ASKED_MAC("64"), CLIENT_MAC, NOBODY, ASKED("64"), SOLICIT VIRTUAL);
	feed();
	CHECK_COUNTED(ND_DROP_NOT_MASTER);
}

/* A neighbour that looks whether we are still there: to us alone, often without its MAC. */
static void
probes_of_reachability_are_answered(void)
{
	set_up(VIP_ROLE_MASTER);
	make(VIRTUAL_MAC, CLIENT_MAC, CLIENT, VIRTUAL, SOLICIT VIRTUAL);
	feed();
	check_reply(CLIENT_MAC, VIRTUAL_MAC, VIRTUAL, CLIENT,
		    ADVERTISE("60") VIRTUAL TO_MAC(VIRTUAL_MAC));
	CHECK_COUNTED(ND_REPLIES);
	CU_ASSERT_EQUAL(out.sightings, 0);
	make(PORT_MAC, CLIENT_MAC, CLIENT, VIRTUAL, SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC));
	feed();
	CHECK_COUNTED(ND_REPLIES, ND_SIGHTINGS);
	make(PORT_MAC, CLIENT_MAC, CLIENT, VIRTUAL, SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC));
	feed();
	check_reply(CLIENT_MAC, VIRTUAL_MAC, VIRTUAL, CLIENT,
		    ADVERTISE("60") VIRTUAL TO_MAC(VIRTUAL_MAC));
	make(OTHER_MAC, CLIENT_MAC, CLIENT, VIRTUAL, SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_WRONG_MAC);
}

static void
the_answer_goes_to_the_mac_in_the_option(void)
{
	set_up(VIP_ROLE_MASTER);
	for (int n = 0; n < 2; n++) {
		make(ASKED_MAC("64"), OTHER_MAC, CLIENT, ASKED("64"),
		     SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC));
		feed();
		check_reply(CLIENT_MAC, VIRTUAL_MAC, VIRTUAL, CLIENT,
			    ADVERTISE("60") VIRTUAL TO_MAC(VIRTUAL_MAC));
	}
}

/* Traffic class, flow and padding do not matter; other options are cut off. */
static void
unusual_solicitations_are_answered_as_well(void)
{
	set_up(VIP_ROLE_MASTER);
	for (int n = 0; n < 2; n++) {
		make_solicitation("64", VIRTUAL);
		frame.octets[14] = 0x6e;
		frame.octets[15] = 0x12;
		frame.octets[17] = 0x34;
		memset(frame.octets + frame.len, 0xaa, 10);
		frame.len += 10;
		feed();
		check_reply(CLIENT_MAC, VIRTUAL_MAC, VIRTUAL, CLIENT,
			    ADVERTISE("60") VIRTUAL TO_MAC(VIRTUAL_MAC));
		make(ASKED_MAC("64"), CLIENT_MAC, CLIENT, ASKED("64"),
		     SOLICIT VIRTUAL NONCE FROM_MAC(CLIENT_MAC) NONCE);
		feed();
		CU_ASSERT_EQUAL(out.grown, -16);
		check_reply(CLIENT_MAC, VIRTUAL_MAC, VIRTUAL, CLIENT,
			    ADVERTISE("60") VIRTUAL TO_MAC(VIRTUAL_MAC));
	}
}

/* Sums that come out as 0 and 0xffff among them. */
static void
every_checksum_is_right(void)
{
	set_up(VIP_ROLE_MASTER);
	for (unsigned int n = 0; n <= 0xffff; n++) {
		make_solicitation("64", VIRTUAL);
		frame.octets[34] = (uint8_t)(n >> 8);
		frame.octets[35] = (uint8_t)n;
		put_right();
		feed();
		CU_ASSERT_TRUE(out.is_reply);
		memcpy(frame.octets, out.octets, out.len);
		frame.len = out.len;
		put_right();
		CU_ASSERT_EQUAL(memcmp(frame.octets, out.octets, out.len), 0);
	}
}

static void
other_addresses_are_not_ours(void)
{
	set_up(VIP_ROLE_MASTER);
	make_solicitation("63", OUT_OF("fd 00 00 01", "63"));
	feed();
	CHECK_COUNTED(ND_DROP_NOT_OURS);
	/* The group of one of ours, and another address of the same end. */
	make_solicitation("64", OUT_OF("fd 00 00 02", "64"));
	feed();
	CHECK_COUNTED(ND_DROP_NOT_OURS);
}

static void
what_is_not_neighbour_discovery_is_left(void)
{
	set_up(VIP_ROLE_MASTER);
	make_solicitation("64", VIRTUAL);
	frame.octets[ICMP_AT] = 128;
	put_right();
	feed();
	CU_ASSERT_TRUE(out.is_left);
	make_solicitation("64", VIRTUAL);
	frame.octets[20] = 0; /* hop-by-hop options */
	feed();
	CU_ASSERT_TRUE(out.is_left);
	make_solicitation("64", VIRTUAL);
	frame.octets[20] = 44; /* a fragment (RFC 6980) */
	feed();
	CU_ASSERT_TRUE(out.is_left);
	make_solicitation("64", VIRTUAL);
	frame.octets[12] = 0x08;
	frame.octets[13] = 0x00;
	feed();
	CU_ASSERT_TRUE(out.is_left);
	/* To somebody else: it is for the router. */
	make(PORT_MAC, CLIENT_MAC, CLIENT, STRANGER, SOLICIT STRANGER FROM_MAC(CLIENT_MAC));
	feed();
	CU_ASSERT_TRUE(out.is_left);
	CU_ASSERT_EQUAL(out.counter[ND_RECEIVED], 0);
}

static void
bursts_are_sorted_frame_by_frame(void)
{
	static struct burst in, reply, drop;
	static struct neigh_sightings sightings;

	set_up(VIP_ROLE_MASTER);
	burst_init(&in);
	burst_init(&reply);
	burst_init(&drop);
	for (uint8_t i = 0; i < BURST_MAX; i++) {
		make_solicitation("64", VIRTUAL);
		frame.octets[37] = (uint8_t)(i + 10);
		if (i % 4 == 0)
			frame.octets[77] = 1;
		put_right();
		if (i % 8 == 1)
			frame.octets[ICMP_AT] = 128;
		burst_add(&in, frame_new(frame.octets, frame.len));
	}
	nd_input(&worker, &interface, &interface.roles, &in, &reply, &drop, &sightings);
	CU_ASSERT_EQUAL(in.count, BURST_MAX / 8);
	CU_ASSERT_EQUAL(drop.count, BURST_MAX / 4);
	CU_ASSERT_EQUAL(reply.count, BURST_MAX - BURST_MAX / 4 - BURST_MAX / 8);
	CU_ASSERT_EQUAL(sightings.count, reply.count);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[ND_RECEIVED]), reply.count + drop.count);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[ND_REPLIES]), reply.count);
	for (unsigned int i = 0; i < reply.count; i++)
		CU_ASSERT_EQUAL(rte_pktmbuf_mtod(reply.frame[i], const uint8_t *)[53],
				sightings.item[i].addr.octets[15]);
	burst_free(&in);
	burst_free(&reply);
	burst_free(&drop);
}

static const struct suite_test tests[] = {
	SUITE_TEST(master_answers_with_the_virtual_mac),
	SUITE_TEST(only_the_master_answers_for_a_virtual_address),
	SUITE_TEST(own_address_is_answered_in_every_role),
	SUITE_TEST(fenced_worker_answers_for_own_addresses_only),
	SUITE_TEST(a_router_says_so),
	SUITE_TEST(probes_are_answered_to_all),
	SUITE_TEST(probes_of_reachability_are_answered),
	SUITE_TEST(the_answer_goes_to_the_mac_in_the_option),
	SUITE_TEST(unusual_solicitations_are_answered_as_well),
	SUITE_TEST(every_checksum_is_right),
	SUITE_TEST(other_addresses_are_not_ours),
	SUITE_TEST(what_is_not_neighbour_discovery_is_left),
	SUITE_TEST(bursts_are_sorted_frame_by_frame),
};

int
main(void)
{
	return frames_start() ? suite_run("nd_answer", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
