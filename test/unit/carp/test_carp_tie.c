/* SPDX-License-Identifier: BSD-3-Clause */
/* A MASTER that hears an advertisement as good as its own: the single rules. */
#include <string.h>

#include "fixture.h"

#define LOWER "10.0.0.1"
#define HIGHER "10.0.0.3"
#define TIE_LOST(peer) "more frequent advertisement received, tie lost to " peer

/* An equal advertisement, and the run that is due if it asks for an answer. Returns the actions. */
static const char *
hear_equal(struct fixture *f, uint64_t at_us, const char *from, uint64_t counter)
{
	struct advert a = { .from = from, .advbase = 1, .advskew = 100, .counter = counter };

	a.demote = fixture_status(f).demote;
	CU_ASSERT_EQUAL(fixture_hear(f, at_us, &a), CARP_ACCEPTED);
	if (carp_vhid_state(f->vhid) == CARP_MASTER && carp_vhid_next_us(f->vhid) == 0)
		fixture_run(f, at_us);
	return fixture_actions(f);
}

static void
is_answered_by_the_next_run(void)
{
	static const struct advert equal = { .advbase = 1, .advskew = 100, .counter = 70 };
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &equal), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	/* A second one that waited with it gets the same answer. */
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &equal), CARP_ACCEPTED);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "s");
	fixture_close(&f);
}

static void
answer_is_repeated_after_half_an_interval(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, SECOND, LOWER, 70), "s");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_INTERVAL / 2);
	fixture_run(&f, SECOND + OWN_INTERVAL / 2);
	CHECK_ACTIONS(&f, "sa");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_INTERVAL / 2 + OWN_INTERVAL);
	fixture_close(&f);
}

static void
three_answers_in_an_interval(void)
{
	struct fixture f;
	unsigned int n;

	fixture_open_master(&f);
	for (n = 0; n < 3; n++)
		CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + n, HIGHER, 70 + n), "s");
	for (n = 3; n < 100; n++)
		CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + n, HIGHER, 70 + n), "");
	fixture_run_until(&f, 1000 + OWN_INTERVAL - 1);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + OWN_INTERVAL - 1, HIGHER, 200), "");
	for (n = 0; n < 3; n++)
		CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + OWN_INTERVAL + n, HIGHER, 300 + n),
				       "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + OWN_INTERVAL + 3, HIGHER, 303), "");
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
higher_peer_never_wins_at_once(void)
{
	struct fixture f;
	unsigned int n;

	fixture_open_master(&f);
	for (n = 0; n < 50; n++)
		hear_equal(&f, 1000 * n, HIGHER, 70 + n);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
lower_peer_wins_when_it_speaks_after_our_answer(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, LOWER, 70), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1200, LOWER, 71), "B");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), TIE_LOST(LOWER));
	CU_ASSERT_TRUE(f.out.item[0].state.reason.tie);
	CU_ASSERT_EQUAL(f.out.item[0].state.reason.code, CARP_REASON_MORE_FREQUENT);
	fixture_close(&f);
}

/* Two that were under way before our answer are no reply to it. */
static void
two_that_waited_are_no_reply(void)
{
	static const struct advert first = { LOWER, 1, 100, 0, 70 };
	static const struct advert second = { LOWER, 1, 100, 0, 71 };
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1000, &first), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1001, &second), CARP_ACCEPTED);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_run(&f, 1100);
	CHECK_ACTIONS(&f, "s");
	/* One that arrived before the answer left, and is handed over after it. */
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1050, LOWER, 72), "s");
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1300, LOWER, 73), "B");
	fixture_close(&f);
}

static void
same_counter_is_no_reply(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, LOWER, 70), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, LOWER, 70), "s");
	fixture_run_until(&f, 1000 + OWN_INTERVAL);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + OWN_INTERVAL, LOWER, 70), "s");
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
another_source_is_no_reply(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, HIGHER, 70), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, LOWER, 71), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1200, HIGHER, 72), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1300, LOWER, 73), "B");
	fixture_close(&f);
}

static void
open_as_last_of_many(struct fixture *f)
{
	fixture_prepare(f);
	f->config.source[IP_V4] = address("10.0.0.99");
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f->vhid, CARP_MASTER, 0, &f->out), 0);
}

/* Several go before us: one that has given way does not hide another that goes on. */
static void
rivals_are_told_apart(void)
{
	struct fixture f;

	open_as_last_of_many(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, "10.0.0.1", 70), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, "10.0.0.5", 80), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1200, "10.0.0.7", 71), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1300, "10.0.0.5", 81), "B");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), TIE_LOST("10.0.0.5"));
	fixture_close(&f);
}

/* More rivals than there is room for: the latest are remembered. */
static void
many_rivals_take_turns(void)
{
	static const char *const rivals[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3",
					      "10.0.0.4", "10.0.0.5", "10.0.0.6" };
	struct fixture f;
	unsigned int i;

	open_as_last_of_many(&f);
	for (i = 0; i < SUITE_LEN(rivals); i++)
		hear_equal(&f, 1000 + i, rivals[i], 70 + i);
	fixture_run_until(&f, OWN_INTERVAL);
	hear_equal(&f, 1000 + OWN_INTERVAL, "10.0.0.1", 80);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1001 + OWN_INTERVAL, "10.0.0.6", 81), "B");
	fixture_close(&f);
}

/* A dispute is over when nothing equal has come for a master-down time. */
static void
old_dispute_is_forgotten(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, LOWER, 70), "s");
	fixture_run_until(&f, 1000 + OWN_MASTER_DOWN);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1001 + OWN_MASTER_DOWN, LOWER, 71), "s");
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);

	fixture_open_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, LOWER, 70), "s");
	fixture_run_until(&f, 1000 + OWN_MASTER_DOWN);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + OWN_MASTER_DOWN, LOWER, 71), "B");
	fixture_close(&f);
}

/* A peer that is deaf, or orders addresses otherwise, does not make two masters for ever. */
static void
nobody_insists_for_ever(void)
{
	static const uint64_t constant_counter = 70;
	struct fixture f;
	uint64_t at_us = 1000;

	fixture_open_master(&f);
	for (; at_us <= 1000 + OWN_MASTER_DOWN; at_us += OWN_INTERVAL) {
		fixture_run_until(&f, at_us);
		CU_ASSERT_STRING_EQUAL(hear_equal(&f, at_us, HIGHER, constant_counter), "s");
		CHECK_STATE(&f, CARP_MASTER);
	}
	fixture_run_until(&f, at_us);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, at_us, HIGHER, constant_counter), "B");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), TIE_LOST(HIGHER));
	fixture_close(&f);
}

/* One that our answer silences, and that tries again every master-down time, does not insist. */
static void
trying_again_is_not_insisting(void)
{
	struct fixture f;
	uint64_t at_us;

	fixture_open_master(&f);
	for (at_us = SECOND; at_us < 100 * SECOND; at_us += OWN_MASTER_DOWN - 1000) {
		fixture_run_until(&f, at_us);
		CU_ASSERT_STRING_EQUAL(hear_equal(&f, at_us, HIGHER, 70), "s");
	}
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

struct order {
	const char *own;
	const char *peer;
	bool peer_goes_first;
};

static const struct order orders[] = {
	{ "10.0.0.2", "10.0.0.1", true },
	{ "10.0.0.2", "10.0.0.3", false },
	/* The last octet leads, as on ucarp's little-endian hosts. */
	{ "192.0.2.11", "192.0.1.12", false },
	{ "192.0.2.11", "192.0.3.10", true },
	{ "10.0.2.1", "10.0.1.1", true },
	{ "10.2.0.1", "10.1.0.1", true },
	{ "10.0.0.1", "9.0.0.1", true },
	{ "9.0.0.1", "10.0.0.1", false },
	{ "10.0.0.200", "10.0.0.100", true },
	{ "10.0.0.100", "10.0.0.200", false },
	/* Without an address a node goes last. */
	{ NULL, "10.0.0.1", true },
	{ NULL, "255.0.0.1", true },
	{ "10.0.0.2", "0.0.0.0", false },
	{ "0.0.0.0", "10.0.0.2", true },
	{ "2001:db8::2", "2001:db8::1", true },
	{ "2001:db8::2", "2001:db8::3", false },
	{ "fe80::1:2", "fe80::2:1", false },
	{ "fe80::2:1", "fe80::1:2", true },
};

static void
open_with_source(struct fixture *f, const char *own, bool is_v6)
{
	fixture_prepare(f);
	f->config.has_source[IP_V4] = false;
	if (is_v6)
		f->addresses[0] = address("2001:db8::100");
	if (own != NULL) {
		f->config.source[is_v6 ? IP_V6 : IP_V4] = address(own);
		f->config.has_source[is_v6 ? IP_V6 : IP_V4] = true;
	}
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f->vhid, CARP_MASTER, 0, &f->out), 0);
}

static void
addresses_are_ordered(void)
{
	struct fixture f;
	unsigned int i;

	for (i = 0; i < SUITE_LEN(orders); i++) {
		const struct order *o = &orders[i];

		open_with_source(&f, o->own, strchr(o->peer, ':') != NULL);
		CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, o->peer, 70), "s");
		CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, o->peer, 71),
				       o->peer_goes_first ? "B" : "s");
		fixture_close(&f);
	}
}

/* Where addresses do not decide, the lower counter goes first. */
static void
counters_decide_between_equal_addresses(void)
{
	struct fixture f;

	fixture_prepare(&f);
	f.config.counter = 1000;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, "10.0.0.2", 5000), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, "10.0.0.2", 5001), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1200, "10.0.0.2", 70), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000 + OWN_INTERVAL, "10.0.0.2", 71), "B");
	fixture_close(&f);
}

static void
open_dual_master(struct fixture *f)
{
	fixture_prepare(f);
	fixture_use_both_families(f);
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f->vhid, CARP_MASTER, 0, &f->out), 0);
}

/* IPv4 and IPv6 may order the same two nodes differently, and one may not get through: counters. */
static void
lower_counter_wins_with_both_families(void)
{
	struct fixture f;

	open_dual_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, "fe80::1", 5000), "ss");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1001, LOWER, 5001), "ss");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, "fe80::1", 5002), "ss");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1101, LOWER, 5003), "");
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);

	open_dual_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, HIGHER, 0), "ss");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, "fe80::9", 1), "ss");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1200, HIGHER, 2), "B");
	fixture_close(&f);
}

/* One family is enough, whichever. */
static void
one_family_decides_alone(void)
{
	struct fixture f;

	open_dual_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, "fe80::9", 0), "ss");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, "fe80::9", 2), "B");
	fixture_close(&f);

	/* A vhid of IPv6 alone goes by the addresses. */
	open_with_source(&f, "fe80::2", true);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, "fe80::1", 71), "s");
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1100, "fe80::1", 73), "B");
	fixture_close(&f);
}

/* Demotion on both sides: equal is equal only if octet 4 is. */
static void
octet_4_is_part_of_equality(void)
{
	static const struct advert same_skew = { LOWER, 1, 140, 0, 70 };
	struct fixture f;

	fixture_open_master(&f);
	carp_node_demote(f.node, 40, 0);
	fixture_run(&f, 0);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1000, &same_skew), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "B");
	CU_ASSERT_FALSE(f.out.item[0].state.reason.tie);
	fixture_close(&f);

	fixture_open_master(&f);
	f.settings.encoding = CARP_ENCODE_SKEW;
	fixture_set(&f, 0);
	carp_node_demote(f.node, 40, 0);
	fixture_run(&f, 0);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1000, &same_skew), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "");
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
new_master_starts_without_old_disputes(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1000, LOWER, 70), "s");
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_BACKUP, 1100, &f.out), 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 1200, &f.out), 0);
	CU_ASSERT_STRING_EQUAL(hear_equal(&f, 1300, LOWER, 71), "s");
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(is_answered_by_the_next_run),
	SUITE_TEST(answer_is_repeated_after_half_an_interval),
	SUITE_TEST(three_answers_in_an_interval),
	SUITE_TEST(higher_peer_never_wins_at_once),
	SUITE_TEST(lower_peer_wins_when_it_speaks_after_our_answer),
	SUITE_TEST(two_that_waited_are_no_reply),
	SUITE_TEST(same_counter_is_no_reply),
	SUITE_TEST(another_source_is_no_reply),
	SUITE_TEST(rivals_are_told_apart),
	SUITE_TEST(many_rivals_take_turns),
	SUITE_TEST(old_dispute_is_forgotten),
	SUITE_TEST(nobody_insists_for_ever),
	SUITE_TEST(trying_again_is_not_insisting),
	SUITE_TEST(addresses_are_ordered),
	SUITE_TEST(counters_decide_between_equal_addresses),
	SUITE_TEST(lower_counter_wins_with_both_families),
	SUITE_TEST(one_family_decides_alone),
	SUITE_TEST(octet_4_is_part_of_equality),
	SUITE_TEST(new_master_starts_without_old_disputes),
};

int
main(void)
{
	return suite_run("carp tie", tests, SUITE_LEN(tests));
}
