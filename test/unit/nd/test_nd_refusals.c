/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages that are not sound (RFC 4861 sections 6.1, 7.1 and 8.1), each with its reason. */
#include "fixture.h"

/* A sound message of each type, to a group and from whom it may come. */
static void
make_sound(int which)
{
	static const char *const messages[] = {
		SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC),
		ADVERTISE("20") CLIENT TO_MAC(CLIENT_MAC),
		ROUTER_SOLICIT FROM_MAC(CLIENT_MAC),
		ROUTER_ADVERT FROM_MAC(CLIENT_MAC),
		REDIRECT CLIENT_LINK_LOCAL CLIENT TO_MAC(CLIENT_MAC),
	};

	make(ALL_NODES_MAC, CLIENT_MAC, CLIENT_LINK_LOCAL, ALL_NODES, messages[which]);
}

#define MESSAGES 5

static void
sound_messages_are_taken(void)
{
	static const enum nd_counter counters[MESSAGES] = {
		ND_REPLIES, ND_DROP_NOTICED, ND_DROP_NOTICED, ND_DROP_NOTICED, ND_DROP_REDIRECT,
	};

	for (int i = 0; i < MESSAGES; i++) {
		set_up(VIP_ROLE_MASTER);
		make_sound(i);
		feed();
		CU_ASSERT_EQUAL(out.counter[ND_RECEIVED], 1);
		CU_ASSERT_EQUAL(out.counter[counters[i]], 1);
	}
}

static void
any_other_hop_limit_has_passed_a_router(void)
{
	set_up(VIP_ROLE_MASTER);
	for (int i = 0; i < MESSAGES; i++) {
		for (int limit = 0; limit < 255; limit++) {
			make_sound(i);
			frame.octets[21] = (uint8_t)limit;
			feed();
			CHECK_COUNTED(ND_DROP_HOP_LIMIT);
		}
	}
}

static void
any_bit_of_what_is_summed_matters(void)
{
	set_up(VIP_ROLE_MASTER);
	for (int known = 0; known < 2; known++) {
		for (size_t bit = 22 * 8; bit < ND_FRAME_LEN * 8; bit++) {
			make_solicitation("64", VIRTUAL);
			frame.octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
			feed();
			CU_ASSERT_FALSE(out.is_reply);
			/* Another type may be nobody's here. */
			if (!out.is_left && bit / 8 != ICMP_AT)
				CHECK_COUNTED(ND_DROP_CHECKSUM);
		}
		make_solicitation("64", VIRTUAL);
		feed();
		CU_ASSERT_TRUE(out.is_reply);
	}
}

static void
code_is_0(void)
{
	set_up(VIP_ROLE_MASTER);
	for (int i = 0; i < MESSAGES; i++) {
		make_sound(i);
		frame.octets[ICMP_AT + 1] = 1;
		put_right();
		feed();
		CHECK_COUNTED(ND_DROP_CODE);
	}
}

static void
short_messages(void)
{
	static const size_t fixed[MESSAGES] = { 24, 24, 8, 16, 40 };

	set_up(VIP_ROLE_MASTER);
	for (int i = 0; i < MESSAGES; i++) {
		for (size_t len = 1; len < fixed[i]; len++) {
			make_sound(i);
			frame.len = ICMP_AT + len;
			put_right();
			feed();
			CHECK_COUNTED(ND_DROP_LEN);
		}
		/* Without an option all of them are sound. */
		make_sound(i);
		frame.len = ICMP_AT + fixed[i];
		put_right();
		feed();
		CU_ASSERT_EQUAL(out.counter[ND_DROP_LEN] + out.counter[ND_DROP_OPTION], 0);
	}
}

/* What the packet says to have and the frame has not; behind a good one, whose end is not read. */
static void
cut_frames(void)
{
	set_up(VIP_ROLE_MASTER);
	make_solicitation("64", VIRTUAL);
	feed();
	for (size_t len = ICMP_AT + 1; len < ND_FRAME_LEN; len++) {
		make_solicitation("64", VIRTUAL);
		frame.len = len;
		feed();
		CHECK_COUNTED(ND_DROP_HEADER);
	}
	make_solicitation("64", VIRTUAL);
	feed_mbuf(&interface.roles, frame_new_split(frame.octets, frame.len, 70));
	CHECK_COUNTED(ND_DROP_HEADER);
	for (frame.len = 14; frame.len <= ICMP_AT; frame.len++) {
		feed();
		CU_ASSERT_TRUE(out.is_left);
	}
	for (int version = 0; version < 16; version++) {
		make_solicitation("64", VIRTUAL);
		frame.octets[14] = (uint8_t)(version << 4);
		feed();
		if (version != 6)
			CHECK_COUNTED(ND_DROP_HEADER);
	}
}

static void
bad_options(void)
{
	static const char *const options[] = {
		" 01 00 02 00 00 00 00 09",                         /* length 0 */
		" 0e 00 00 00 00 00 00 00" FROM_MAC(CLIENT_MAC),    /* and another behind it */
		FROM_MAC(CLIENT_MAC) " 0e 00 00 00 00 00 00 00",
		" 01 02 02 00 00 00 00 09",                         /* longer than there is */
		FROM_MAC(CLIENT_MAC) " 0e",
		FROM_MAC(CLIENT_MAC) " 0e 01 01 02 03 04 05",
		" 01 02 02 00 00 00 00 09 00 00 00 00 00 00 00 00", /* no MAC is as long */
		" 01 ff 02 00 00 00 00 09",
	};
	char message[512];

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(options); i++) {
		snprintf(message, sizeof(message), "%s%s", SOLICIT VIRTUAL, options[i]);
		make(ASKED_MAC("64"), CLIENT_MAC, CLIENT, ASKED("64"), message);
		feed();
		CHECK_COUNTED(ND_DROP_OPTION);
	}
}

static void
targets_that_cannot_be(void)
{
	static const char *const targets[] = { NOBODY, ALL_NODES, ASKED("64") };
	char message[512];

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(targets); i++) {
		snprintf(message, sizeof(message), SOLICIT "%s" FROM_MAC(CLIENT_MAC), targets[i]);
		make(ASKED_MAC("64"), CLIENT_MAC, CLIENT, ASKED("64"), message);
		feed();
		CHECK_COUNTED(ND_DROP_TARGET);
		snprintf(message, sizeof(message), ADVERTISE("20") "%s" TO_MAC(CLIENT_MAC), targets[i]);
		make(ALL_NODES_MAC, CLIENT_MAC, CLIENT, ALL_NODES, message);
		feed();
		CHECK_COUNTED(ND_DROP_TARGET);
	}
}

static void
sources_that_cannot_be(void)
{
	static const struct {
		const char *from, *to, *message;
	} cases[] = {
		/* Nobody knows the target's MAC, so nobody asks the target alone. */
		{ NOBODY, VIRTUAL, SOLICIT VIRTUAL },
		{ NOBODY, ALL_NODES, SOLICIT VIRTUAL },
		{ NOBODY, ASKED("64"), SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC) },
		{ ALL_NODES, ASKED("64"), SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC) },
		{ OUT_OF("00 00 00 00", "01"), ASKED("64"), SOLICIT VIRTUAL FROM_MAC(CLIENT_MAC) },
		{ NOBODY, ALL_NODES, ADVERTISE("20") CLIENT TO_MAC(CLIENT_MAC) },
		{ ALL_NODES, ALL_NODES, ADVERTISE("20") CLIENT TO_MAC(CLIENT_MAC) },
		{ NOBODY, ALL_ROUTERS, ROUTER_SOLICIT FROM_MAC(CLIENT_MAC) },
		/* Routers speak from link-local addresses. */
		{ CLIENT, ALL_NODES, ROUTER_ADVERT FROM_MAC(CLIENT_MAC) },
		{ NOBODY, ALL_NODES, ROUTER_ADVERT },
		{ CLIENT, OWN, REDIRECT CLIENT CLIENT TO_MAC(CLIENT_MAC) },
	};

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(cases); i++) {
		make(ALL_NODES_MAC, CLIENT_MAC, cases[i].from, cases[i].to, cases[i].message);
		feed();
		CHECK_COUNTED(ND_DROP_SOURCE);
	}
}

/* Nobody has asked for what goes to all. */
static void
solicited_to_a_group(void)
{
	set_up(VIP_ROLE_MASTER);
	make(ALL_NODES_MAC, CLIENT_MAC, CLIENT, ALL_NODES,
	     ADVERTISE("60") CLIENT TO_MAC(CLIENT_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_FLAGS);
}

static void
redirects_are_dropped(void)
{
	set_up(VIP_ROLE_MASTER);
	make(PORT_MAC, CLIENT_MAC, CLIENT_LINK_LOCAL, OWN,
	     REDIRECT CLIENT_LINK_LOCAL STRANGER TO_MAC(CLIENT_MAC));
	feed();
	CHECK_COUNTED(ND_DROP_REDIRECT);
	CU_ASSERT_EQUAL(out.sightings, 0);
}

static void
every_counter_has_a_name(void)
{
	for (int i = 0; i < ND_COUNTERS; i++)
		CU_ASSERT_PTR_NOT_NULL(nd_counter_name(i));
}

static const struct suite_test tests[] = {
	SUITE_TEST(sound_messages_are_taken),
	SUITE_TEST(any_other_hop_limit_has_passed_a_router),
	SUITE_TEST(any_bit_of_what_is_summed_matters),
	SUITE_TEST(code_is_0),
	SUITE_TEST(short_messages),
	SUITE_TEST(cut_frames),
	SUITE_TEST(bad_options),
	SUITE_TEST(targets_that_cannot_be),
	SUITE_TEST(sources_that_cannot_be),
	SUITE_TEST(solicited_to_a_group),
	SUITE_TEST(redirects_are_dropped),
	SUITE_TEST(every_counter_has_a_name),
};

int
main(void)
{
	return frames_start() ? suite_run("nd_refusals", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
