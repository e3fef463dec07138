/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of one entry: every event in every state, and what time alone does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "suite.h"
#include "table.h"

#define HOST 5
#define INTERFACE 1
#define MAC_A 0xa
#define MAC_B 0xb
#define START (1000 * SECOND)

enum event {
	WANT,
	USED,
	TIME,
	SENDER_A,
	SENDER_B,
	GRATUITOUS_B, /* makes no entry */
	ANSWER_A,
	ANSWER_A_OVERRIDE,
	ANSWER_B,
	ANSWER_B_OVERRIDE,
	ANSWER_NO_MAC,
	UNSOLICITED_A,
	UNSOLICITED_A_OVERRIDE,
	UNSOLICITED_B,
	UNSOLICITED_B_OVERRIDE,
	UNSOLICITED_NO_MAC,
	CLAIM_B,
	PIN,
	UNPIN,
	STATIC_A,
	STATIC_B,
	NO_STATIC,
	LINK_UP,
	EVENTS,
};

static const char *const event_names[] = {
	"want", "used", "time", "sender A", "sender B", "gratuitous B", "answer A",
	"answer A override", "answer B", "answer B override", "answer without MAC", "unsolicited A",
	"unsolicited A override", "unsolicited B", "unsolicited B override",
	"unsolicited without MAC", "claim B", "pin", "unpin", "static A", "static B", "no static", "link up",
};

/*
 * What becomes of a wanted entry: state, MAC, and actions in the letters of table_run(). Columns in
 * the order of enum neigh_state; those with a MAC have A.
 */
static const char *const expected[EVENTS][NEIGH_STATES] = {
	[WANT] = { "incomplete - q", "incomplete - ", "reachable A ", "delay A ", "delay A ",
		   "probe A ", "failed - ", "static A " },
	[USED] = { "free - ", "incomplete - ", "reachable A ", "delay A ", "delay A ", "probe A ",
		   "failed - ", "static A " },
	[TIME] = { "free - ", "incomplete - q", "stale A ", "free - L", "probe A p", "probe A p",
		   "free - L", "static A " },
	[SENDER_A] = { "stale A ", "stale A R", "reachable A ", "stale A ", "delay A ",
		       "probe A ", "stale A R", "static A " },
	[SENDER_B] = { "stale B ", "stale B R", "stale B C", "stale B C", "stale B C",
		       "stale B C", "stale B R", "static A " },
	[GRATUITOUS_B] = { "free - ", "stale B R", "stale B C", "stale B C", "stale B C",
			   "stale B C", "stale B R", "static A " },
	[ANSWER_A] = { "free - ", "reachable A R", "reachable A ", "reachable A ", "reachable A ",
		       "reachable A ", "reachable A R", "static A " },
	[ANSWER_A_OVERRIDE] = { "free - ", "reachable A R", "reachable A ", "reachable A ",
				"reachable A ", "reachable A ", "reachable A R", "static A " },
	[ANSWER_B] = { "free - ", "reachable B R", "stale A ", "stale A ", "delay A ", "probe A ",
		       "reachable B R", "static A " },
	[ANSWER_B_OVERRIDE] = { "free - ", "reachable B R", "reachable B C", "reachable B C",
				"reachable B C", "reachable B C", "reachable B R", "static A " },
	[ANSWER_NO_MAC] = { "free - ", "incomplete - ", "reachable A ", "reachable A ",
			    "reachable A ", "reachable A ", "failed - ", "static A " },
	[UNSOLICITED_A] = { "free - ", "stale A R", "reachable A ", "stale A ", "delay A ",
			    "probe A ", "stale A R", "static A " },
	[UNSOLICITED_A_OVERRIDE] = { "free - ", "stale A R", "reachable A ", "stale A ",
				     "delay A ", "probe A ", "stale A R", "static A " },
	[UNSOLICITED_B] = { "free - ", "stale B R", "stale A ", "stale A ", "delay A ",
			    "probe A ", "stale B R", "static A " },
	[UNSOLICITED_B_OVERRIDE] = { "free - ", "stale B R", "stale B C", "stale B C",
				     "stale B C", "stale B C", "stale B R", "static A " },
	[UNSOLICITED_NO_MAC] = { "free - ", "incomplete - ", "reachable A ", "stale A ",
				 "delay A ", "probe A ", "failed - ", "static A " },
	[CLAIM_B] = { "free - ", "incomplete - ", "reachable A ", "stale A ", "delay A ",
		      "probe A ", "failed - ", "static A " },
	[PIN] = { "incomplete - q", "incomplete - ", "reachable A ", "delay A ", "delay A ",
		  "probe A ", "incomplete - q", "static A " },
	[UNPIN] = { "free - ", "incomplete - ", "reachable A ", "stale A ", "delay A ",
		    "probe A ", "failed - ", "static A " },
	[STATIC_A] = { "static A ", "static A R", "static A ", "static A ", "static A ",
		       "static A ", "static A R", "static A " },
	[STATIC_B] = { "static B ", "static B R", "static B C", "static B C", "static B C",
		       "static B C", "static B R", "static B C" },
	[NO_STATIC] = { "free - ", "incomplete - ", "reachable A ", "stale A ", "delay A ",
			"probe A ", "failed - ", "stale A " },
	[LINK_UP] = { "free - ", "incomplete - ", "reachable A ", "stale A ", "delay A ",
		      "probe A ", "failed - ", "static A " },
};

/* The same for a pinned one, where it differs. */
static const char *const expected_pinned[EVENTS][NEIGH_STATES] = {
	[TIME] = { NULL, "incomplete - q", "delay A ", NULL, "probe A p", "probe A p",
		   "incomplete - q", "static A " },
	[SENDER_A] = { NULL, "delay A R", "reachable A ", NULL, "delay A ", "probe A ",
		       "delay A R", "static A " },
	[SENDER_B] = { NULL, "delay B R", "delay B C", NULL, "delay B C", "delay B C",
		       "delay B R", "static A " },
	[ANSWER_B] = { NULL, "reachable B R", "delay A ", NULL, "delay A ", "probe A ",
		       "reachable B R", "static A " },
	[UNSOLICITED_B_OVERRIDE] = { NULL, "delay B R", "delay B C", NULL, "delay B C",
				     "delay B C", "delay B R", "static A " },
	[NO_STATIC] = { NULL, "incomplete - ", "reachable A ", NULL, "delay A ", "probe A ",
			"failed - ", "delay A " },
	[LINK_UP] = { NULL, "incomplete - ", "reachable A ", NULL, "delay A ", "probe A ",
		      "incomplete - q", "static A " },
};

static const struct ip_addr host = { { HOST }, IP_V6 };
static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, MAC_A };
static const uint8_t mac_b[6] = { 2, 0, 0, 0, 0, MAC_B };

static enum neigh_state
state_of(const struct neigh_table *t)
{
	const struct neigh_entry *e = neigh_find(t, &host, INTERFACE);

	return e == NULL ? NEIGH_FREE : (enum neigh_state)e->state;
}

static struct neigh_sighting
sighting_at(uint8_t mac, uint64_t seen_us)
{
	struct neigh_sighting s = table_sighting(0, mac, seen_us);

	s.addr = host;
	return s;
}

/* From A. */
static struct neigh_sighting
answer_at(uint64_t seen_us)
{
	struct neigh_sighting s = table_answer(0, MAC_A, seen_us);

	s.addr = host;
	return s;
}

static uint64_t
due(const struct neigh_table *t)
{
	const struct neigh_entry *e = neigh_find(t, &host, INTERFACE);

	return e == NULL ? UINT64_MAX : e->due_us;
}

/* Let time pass to the entry's next deadline; returns when that is. */
static uint64_t
pass(struct neigh_table *t)
{
	uint64_t now_us = due(t);

	table_run(t, now_us);
	return now_us;
}

/* Bring the entry to a state. Returns the time. */
static uint64_t
reach(struct neigh_table *t, enum neigh_state state, bool is_pinned)
{
	struct neigh_sighting answer = answer_at( START);
	uint64_t now_us = START;

	if (state == NEIGH_FREE)
		return now_us;
	CU_ASSERT_PTR_NOT_NULL_FATAL(neigh_want(t, &host, INTERFACE, now_us));
	if (is_pinned)
		neigh_pin(t, &host, INTERFACE, now_us);
	table_run(t, now_us);
	if (state == NEIGH_STATIC)
		neigh_set_static(t, &host, INTERFACE, mac_a, now_us);
	else if (state != NEIGH_INCOMPLETE && state != NEIGH_FAILED)
		neigh_learn(t, &answer);
	table_run(t, now_us);
	while (state_of(t) != state) {
		if (state_of(t) == NEIGH_STALE)
			neigh_want(t, &host, INTERFACE, now_us);
		else
			now_us = pass(t);
	}
	return now_us;
}

static void
learn(struct neigh_table *t, enum event event, uint64_t now_us)
{
	struct neigh_sighting s = sighting_at(MAC_A, now_us);

	s.is_override = event == ANSWER_A_OVERRIDE || event == ANSWER_B_OVERRIDE ||
			event == UNSOLICITED_A_OVERRIDE || event == UNSOLICITED_B_OVERRIDE;
	s.has_no_mac = event == ANSWER_NO_MAC || event == UNSOLICITED_NO_MAC;
	s.is_known_only = event == GRATUITOUS_B;
	if (event >= ANSWER_A)
		s.evidence = NEIGH_SEEN_ANSWER;
	if (event >= UNSOLICITED_A)
		s.evidence = NEIGH_SEEN_UNSOLICITED;
	if (event == CLAIM_B)
		s.evidence = NEIGH_SEEN_CLAIM;
	if (event == SENDER_B || event == GRATUITOUS_B || event == ANSWER_B || event == CLAIM_B ||
	    event == ANSWER_B_OVERRIDE || event == UNSOLICITED_B || event == UNSOLICITED_B_OVERRIDE)
		s.mac[5] = MAC_B;
	/* Where the MAC of an advertisement is not said, it is not looked at. */
	if (s.has_no_mac)
		s.mac[5] = 0;
	neigh_learn(t, &s);
}

/* Returns the time at which the event was. */
static uint64_t
make(struct neigh_table *t, enum event event, uint64_t now_us)
{
	switch (event) {
	case WANT:
		CU_ASSERT_PTR_NOT_NULL(neigh_want(t, &host, INTERFACE, now_us));
		break;
	case USED:
		for (uint32_t at = 0; at < neigh_capacity(t); at++)
			neigh_used(t, at, now_us);
		break;
	case TIME:
		if (due(t) != UINT64_MAX)
			now_us = due(t);
		break;
	case PIN:
		CU_ASSERT_EQUAL(neigh_pin(t, &host, INTERFACE, now_us), 0);
		break;
	case UNPIN:
		neigh_unpin(t, &host, INTERFACE);
		break;
	case STATIC_A:
	case STATIC_B:
		CU_ASSERT_EQUAL(neigh_set_static(t, &host, INTERFACE,
						 event == STATIC_A ? mac_a : mac_b, now_us),
				0);
		break;
	case NO_STATIC:
		neigh_clear_static(t, &host, INTERFACE, now_us);
		break;
	case LINK_UP:
		neigh_link_up(t, INTERFACE, now_us);
		break;
	default:
		learn(t, event, now_us);
		break;
	}
	return now_us;
}

static void
check(enum event event, enum neigh_state state, bool is_pinned, const char *wanted)
{
	struct neigh_table *t = table_create(8, 2, 2);
	uint64_t now_us = reach(t, state, is_pinned);
	const struct neigh_entry *e;
	char mac = '-', got[64];
	const char *actions;

	now_us = make(t, event, now_us + 1);
	actions = table_run(t, now_us);
	e = neigh_find(t, &host, INTERFACE);
	if (e != NULL && neigh_has_mac(e))
		mac = e->mac[5] == MAC_A ? 'A' : 'B';
	snprintf(got, sizeof(got), "%s %c %s", neigh_state_name(state_of(t)), mac, actions);
	if (strcmp(got, wanted) != 0)
		printf("%s in %s: \"%s\"\n", event_names[event], neigh_state_name(state), got);
	CU_ASSERT_STRING_EQUAL(got, wanted);
	neigh_destroy(t);
}

static void
every_event_in_every_state(void)
{
	for (enum event event = 0; event < EVENTS; event++)
		for (enum neigh_state state = 0; state < NEIGH_STATES; state++)
			check(event, state, false, expected[event][state]);
}

static void
every_event_that_a_pinned_one_takes_otherwise(void)
{
	for (enum event event = 0; event < EVENTS; event++)
		for (enum neigh_state state = 0; state < NEIGH_STATES; state++)
			if (expected_pinned[event][state] != NULL)
				check(event, state, true, expected_pinned[event][state]);
}

/* ------------------------------------------------------------------------------------------- */
/* Time                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static void
one_that_does_not_answer_is_asked_three_times(void)
{
	struct neigh_table *t = table_create(8, 2, 2);

	neigh_want(t, &host, INTERFACE, START);
	CU_ASSERT_STRING_EQUAL(table_run(t, START), "q");
	CU_ASSERT_EQUAL(neigh_due_us(t), START + SECOND);
	CU_ASSERT_STRING_EQUAL(table_run(t, START + SECOND - 1), "");
	CU_ASSERT_STRING_EQUAL(table_run(t, START + SECOND), "q");
	CU_ASSERT_STRING_EQUAL(table_run(t, START + 2 * SECOND), "q");
	CU_ASSERT_STRING_EQUAL(table_run(t, START + 3 * SECOND - 1), "");
	CU_ASSERT_STRING_EQUAL(table_run(t, START + 3 * SECOND), "U");
	CU_ASSERT_EQUAL(state_of(t), NEIGH_FAILED);
	/* The failure is remembered, and then not. */
	CU_ASSERT_EQUAL(neigh_want(t, &host, INTERFACE, START + 5 * SECOND)->state, NEIGH_FAILED);
	CU_ASSERT_STRING_EQUAL(table_run(t, START + 6 * SECOND), "L");
	CU_ASSERT_EQUAL(state_of(t), NEIGH_FREE);
	CU_ASSERT_EQUAL(neigh_want(t, &host, INTERFACE, START + 7 * SECOND)->state,
			NEIGH_INCOMPLETE);
	CU_ASSERT_STRING_EQUAL(table_run(t, START + 7 * SECOND), "q");
	neigh_destroy(t);
}

static void
one_that_is_gone_is_probed_then_asked_for(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	uint64_t now_us = reach(t, NEIGH_DELAY, false);

	now_us += NEIGH_DELAY_US;
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us), "p");
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + SECOND), "p");
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 2 * SECOND), "p");
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 3 * SECOND), "Lq");
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 4 * SECOND), "q");
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 5 * SECOND), "q");
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 6 * SECOND), "U");
	neigh_destroy(t);
}

static void
probe_goes_to_the_mac(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	struct neigh_action a[NEIGH_ACTIONS_EACH];
	uint64_t now_us = reach(t, NEIGH_DELAY, false);
	unsigned int done, count = 0;

	/* One step to the probe's state, one to hand it out. */
	for (int i = 0; i < 2; i++)
		count = neigh_run(t, now_us + NEIGH_DELAY_US, 1, a, &done);
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL(done, 1);
	CU_ASSERT_EQUAL(a[0].type, NEIGH_SEND_REQUEST);
	CU_ASSERT_TRUE(a[0].is_probe);
	CU_ASSERT_EQUAL(memcmp(a[0].mac, mac_a, sizeof(mac_a)), 0);
	CU_ASSERT_EQUAL(ip_addr_compare(&a[0].addr, &host), 0);
	CU_ASSERT_EQUAL(a[0].interface, INTERFACE);
	neigh_destroy(t);
}

static void
answer_is_good_for_half_to_one_and_a_half_of_the_time(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	uint64_t least = UINT64_MAX, most = 0;

	neigh_want(t, &host, INTERFACE, START);
	for (unsigned int i = 0; i < 1000; i++) {
		struct neigh_sighting s = answer_at( START + i);
		uint64_t length;

		neigh_learn(t, &s);
		length = due(t) - START - i;
		least = length < least ? length : least;
		most = length > most ? length : most;
	}
	CU_ASSERT_TRUE(least >= NEIGH_REACHABLE_US / 2 && least < NEIGH_REACHABLE_US * 6 / 10);
	CU_ASSERT_TRUE(most <= NEIGH_REACHABLE_US * 3 / 2 && most > NEIGH_REACHABLE_US * 14 / 10);
	neigh_destroy(t);
}

static void
pinned_one_is_asked_again_and_again(void)
{
	struct neigh_table *t = table_create(8, 2, 2);

	CU_ASSERT_EQUAL(neigh_pin(t, &host, INTERFACE, START), 0);
	for (unsigned int round = 0; round < 4; round++) {
		uint64_t now_us = START + round * 6 * SECOND;

		CU_ASSERT_STRING_EQUAL(table_run(t, now_us), "q");
		CU_ASSERT_STRING_EQUAL(table_run(t, now_us + SECOND), "q");
		CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 2 * SECOND), "q");
		CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 3 * SECOND), "");
		CU_ASSERT_EQUAL(state_of(t), NEIGH_FAILED);
	}
	CU_ASSERT_EQUAL(neigh_counter_read(t, NEIGH_TIMES_FAILED), 4);
	neigh_destroy(t);
}

/* Whoever forwards is told once that it does not answer, and then that it does. */
static void
pinned_one_that_is_wanted_stays_unreachable(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	uint64_t now_us = reach(t, NEIGH_FAILED, true);
	struct neigh_sighting answer = answer_at( now_us + 60 * SECOND);

	for (unsigned int i = 1; i < 60; i++)
		CU_ASSERT_EQUAL(strpbrk(table_run(t, now_us + i * SECOND), "RCLU"), NULL);
	neigh_learn(t, &answer);
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 60 * SECOND), "R");
	neigh_destroy(t);
}

/* As long as it answers, whoever forwards hears nothing of it. */
static void
pinned_one_is_kept_reachable(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	uint64_t now_us = reach(t, NEIGH_REACHABLE, true), end_us = now_us + 3600 * SECOND;
	unsigned int probes = 0;

	while (now_us < end_us) {
		struct neigh_sighting s;
		const char *actions;

		now_us = due(t);
		actions = table_run(t, now_us);
		CU_ASSERT_TRUE_FATAL(actions[0] == '\0' || strcmp(actions, "p") == 0);
		s = answer_at( now_us);
		if (actions[0] == 'p') {
			neigh_learn(t, &s);
			probes++;
		}
	}
	CU_ASSERT_TRUE(probes > 3600 / 50 - 1 && probes <= 3600 / 20);
	neigh_unpin(t, &host, INTERFACE);
	CU_ASSERT_EQUAL(neigh_find(t, &host, INTERFACE)->pins, 0);
	neigh_destroy(t);
}

static void
pins_are_counted(void)
{
	struct neigh_table *t = table_create(8, 2, 2);

	/* A peer of all vhids of an interface, before and after a reload. */
	for (int i = 0; i < 2 * 255; i++)
		CU_ASSERT_EQUAL(neigh_pin(t, &host, INTERFACE, START), 0);
	for (int i = 2 * 255; i < UINT16_MAX; i++)
		neigh_pin(t, &host, INTERFACE, START);
	CU_ASSERT_EQUAL(neigh_pin(t, &host, INTERFACE, START), -EOVERFLOW);
	for (int i = 0; i < UINT16_MAX - 1; i++)
		neigh_unpin(t, &host, INTERFACE);
	CU_ASSERT_EQUAL(neigh_find(t, &host, INTERFACE)->pins, 1);
	neigh_unpin(t, &host, INTERFACE);
	neigh_unpin(t, &host, INTERFACE);
	/* Nobody wants it: it is asked for to the end, and forgotten. */
	for (uint64_t now_us = START; now_us < START + 10 * SECOND; now_us += SECOND)
		table_run(t, now_us);
	CU_ASSERT_EQUAL(state_of(t), NEIGH_FREE);
	neigh_destroy(t);
}

/* What is not wanted is known all the same, and told when it is wanted. */
static void
seen_one_is_told_of_when_it_is_wanted(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	struct neigh_sighting s = sighting_at(MAC_A, START);

	neigh_learn(t, &s);
	CU_ASSERT_STRING_EQUAL(table_run(t, START), "");
	CU_ASSERT_EQUAL(neigh_want(t, &host, INTERFACE, START)->state, NEIGH_DELAY);
	CU_ASSERT_STRING_EQUAL(table_run(t, START), "R");
	CU_ASSERT_STRING_EQUAL(table_run(t, START + NEIGH_DELAY_US), "p");
	neigh_destroy(t);
}

/* There is no flag for it in ARP. */
static void
arp_reply_always_overrides(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	struct ip_addr host4 = ip_addr_from_v4_be(HOST);
	struct neigh_sighting s = table_answer(HOST, MAC_A, START);

	s.is_override = false;
	neigh_want(t, &host4, INTERFACE, START);
	neigh_learn(t, &s);
	s.mac[5] = MAC_B;
	neigh_learn(t, &s);
	CU_ASSERT_EQUAL(neigh_find(t, &host4, INTERFACE)->mac[5], MAC_B);
	CU_ASSERT_EQUAL(neigh_find(t, &host4, INTERFACE)->state, NEIGH_REACHABLE);
	neigh_destroy(t);
}

/* Only the last of several changes is told. */
static void
changes_between_two_runs_are_one(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	uint64_t now_us = reach(t, NEIGH_REACHABLE, false);
	struct neigh_sighting s = sighting_at(MAC_B, now_us + 1);

	neigh_learn(t, &s);
	s = sighting_at(MAC_A, now_us + 2);
	neigh_learn(t, &s);
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 2), "");
	s = sighting_at(MAC_B, now_us + 3);
	neigh_learn(t, &s);
	neigh_learn(t, &s);
	CU_ASSERT_STRING_EQUAL(table_run(t, now_us + 3), "C");
	neigh_destroy(t);
}

static void
router_flag_is_that_of_the_last_advertisement(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	uint64_t now_us = reach(t, NEIGH_INCOMPLETE, false);
	struct neigh_sighting s = answer_at( now_us);

	s.is_router = true;
	neigh_learn(t, &s);
	CU_ASSERT_TRUE(neigh_find(t, &host, INTERFACE)->is_router);
	/* One that is not believed changes nothing. */
	s.is_router = false;
	s.is_override = false;
	s.mac[5] = MAC_B;
	neigh_learn(t, &s);
	CU_ASSERT_TRUE(neigh_find(t, &host, INTERFACE)->is_router);
	s.mac[5] = MAC_A;
	neigh_learn(t, &s);
	CU_ASSERT_FALSE(neigh_find(t, &host, INTERFACE)->is_router);
	neigh_destroy(t);
}

static const struct suite_test tests[] = {
	SUITE_TEST(every_event_in_every_state),
	SUITE_TEST(every_event_that_a_pinned_one_takes_otherwise),
	SUITE_TEST(one_that_does_not_answer_is_asked_three_times),
	SUITE_TEST(one_that_is_gone_is_probed_then_asked_for),
	SUITE_TEST(probe_goes_to_the_mac),
	SUITE_TEST(answer_is_good_for_half_to_one_and_a_half_of_the_time),
	SUITE_TEST(pinned_one_is_asked_again_and_again),
	SUITE_TEST(pinned_one_that_is_wanted_stays_unreachable),
	SUITE_TEST(pinned_one_is_kept_reachable),
	SUITE_TEST(pins_are_counted),
	SUITE_TEST(seen_one_is_told_of_when_it_is_wanted),
	SUITE_TEST(arp_reply_always_overrides),
	SUITE_TEST(changes_between_two_runs_are_one),
	SUITE_TEST(router_flag_is_that_of_the_last_advertisement),
};

int
main(void)
{
	return frames_start() ? suite_run("neigh_nud", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
