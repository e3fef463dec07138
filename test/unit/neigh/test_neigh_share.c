/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is forgotten when a table is full, and who is not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "suite.h"
#include "table.h"

#define INTERFACE 1
#define START (100 * SECOND)

static struct ip_addr
addr_of(uint32_t host)
{
	return ip_addr_from_v4_be(host);
}

static void
want(struct neigh_table *t, uint32_t host, uint16_t interface, uint64_t now_us)
{
	struct ip_addr addr = addr_of(host);

	CU_ASSERT_PTR_NOT_NULL(neigh_want(t, &addr, interface, now_us));
}

/* Hosts that were asked for and have answered. */
static void
resolve(struct neigh_table *t, uint32_t first, uint32_t count, uint16_t interface, uint64_t now_us)
{
	for (uint32_t host = first; host < first + count; host++) {
		struct neigh_sighting s = table_answer(host, 1, now_us);

		s.interface = interface;
		want(t, host, interface, now_us);
		CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
		table_drain(t, now_us);
	}
}

static unsigned int
count_states(const struct neigh_table *t, uint16_t interface, enum neigh_state first,
	     enum neigh_state last)
{
	struct neigh_entry e;
	unsigned int count = 0;

	for (uint32_t at = 0; at < neigh_capacity(t); at++)
		if (neigh_copy(t, at, &e) && e.interface == interface && e.state >= first &&
		    e.state <= last)
			count++;
	return count;
}

/* Somebody sends to every address of a prefix; a host here and there does answer. */
static void
scan_forgets_nobody_who_answers(void)
{
	struct neigh_table *t = table_create(1024, 2, 64);
	uint64_t now_us = START;
	unsigned int lost = 0, unanswered;

	resolve(t, 1, 700, INTERFACE, now_us);
	for (uint32_t host = 100000; host < 165000; host++) {
		want(t, host, INTERFACE, now_us);
		now_us += 100;
		if (host % 100 == 0)
			lost += strchr(table_run(t, now_us), 'L') != NULL;
		if (host % 16 != 0)
			continue;
		unanswered = count_states(t, INTERFACE, NEIGH_INCOMPLETE, NEIGH_INCOMPLETE) +
			     count_states(t, INTERFACE, NEIGH_FAILED, NEIGH_FAILED);
		CU_ASSERT_TRUE_FATAL(unanswered <= 64);
	}
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(count_states(t, INTERFACE, NEIGH_REACHABLE, NEIGH_DELAY), 700);
	CU_ASSERT_EQUAL(neigh_counter_read(t, NEIGH_EVICTED_UNANSWERED), 65000 - 64);
	CU_ASSERT_EQUAL(neigh_counter_read(t, NEIGH_REFUSED), 0);
	/* One that answers in time is resolved amidst of it. */
	resolve(t, 99999, 1, INTERFACE, now_us);
	CU_ASSERT_EQUAL(table_state(t, 99999), NEIGH_REACHABLE);
	neigh_destroy(t);
}

/* The table is full: what does not answer goes before what has been seen or has answered. */
static void
scan_of_a_full_table_forgets_nobody(void)
{
	struct neigh_table *t = table_create(256, 2, 16);
	uint64_t now_us = START;

	resolve(t, 1, 256 - 16, INTERFACE, now_us);
	for (uint32_t host = 100000; host < 110000; host++) {
		want(t, host, INTERFACE, now_us += 1000);
		table_drain(t, now_us);
	}
	CU_ASSERT_EQUAL(count_states(t, INTERFACE, NEIGH_REACHABLE, NEIGH_DELAY), 256 - 16);
	neigh_destroy(t);
}

/* Lies of one link, as many as there is room for, do not concern the other. */
static void
flood_of_one_link_leaves_the_other_its_share(void)
{
	struct neigh_table *t = table_create(256, 2, 16);

	resolve(t, 1, 128, 0, START);
	for (uint32_t host = 1000; host < 20000; host++) {
		struct neigh_sighting s = table_sighting(host, 9, START + host);

		CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	}
	CU_ASSERT_EQUAL(count_states(t, 0, NEIGH_REACHABLE, NEIGH_STALE), 128);
	CU_ASSERT_EQUAL(count_states(t, 1, NEIGH_STALE, NEIGH_STALE), 128);
	neigh_destroy(t);
}

static void
share_is_given_back_by_who_has_more(void)
{
	struct neigh_table *t = table_create(256, 4, 16);

	for (uint32_t host = 1000; host < 1300; host++) {
		struct neigh_sighting s = table_sighting(host, 9, START + host);

		neigh_learn(t, &s);
	}
	CU_ASSERT_EQUAL(count_states(t, 1, NEIGH_STALE, NEIGH_STALE), 256);
	resolve(t, 1, 64, 0, START);
	resolve(t, 1, 64, 2, START);
	CU_ASSERT_EQUAL(count_states(t, 0, NEIGH_REACHABLE, NEIGH_REACHABLE), 64);
	CU_ASSERT_EQUAL(count_states(t, 2, NEIGH_REACHABLE, NEIGH_REACHABLE), 64);
	CU_ASSERT_EQUAL(count_states(t, 1, NEIGH_STALE, NEIGH_STALE), 128);
	neigh_destroy(t);
}

/* Even one that answers to every address is only as good as those that are not in use. */
static void
one_who_answers_for_all_drives_out_the_unused(void)
{
	struct neigh_table *t = table_create(64, 1 + INTERFACE, 8);
	struct neigh_entry e;

	resolve(t, 1, 8, INTERFACE, START);
	for (uint32_t host = 1000; host < 3000; host++) {
		resolve(t, host, 1, INTERFACE, START + host);
		if (host % 32 != 0)
			continue;
		for (uint32_t at = 0; at < neigh_capacity(t); at++)
			if (neigh_copy(t, at, &e) && ip_addr_v4_be(&e.addr) <= 8)
				neigh_used(t, at, START + host);
	}
	for (uint32_t host = 1; host <= 8; host++)
		CU_ASSERT_EQUAL(table_state(t, host), NEIGH_REACHABLE);
	neigh_destroy(t);
}

/* FAILED, INCOMPLETE, seen, answered and unused, in use; of each the first. */
static void
order_of_those_who_are_forgotten(void)
{
	static const uint32_t order[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct neigh_table *t = table_create(8, 1 + INTERFACE, 2);
	struct neigh_sighting s = table_sighting(3, 1, 1);
	uint64_t now_us = START;
	struct ip_addr pinned = addr_of(8);

	resolve(t, 4, 2, INTERFACE, now_us);
	table_drain(t, now_us + NEIGH_REACHABLE_US * 3 / 2);
	now_us += NEIGH_REACHABLE_US * 3 / 2;
	CU_ASSERT_EQUAL(table_state(t, 5), NEIGH_STALE);
	neigh_pin(t, &pinned, INTERFACE, now_us);
	neigh_learn(t, &s);
	want(t, 1, INTERFACE, now_us);
	for (int i = 0; i <= 3; i++)
		table_drain(t, now_us + i * SECOND);
	now_us += 3 * SECOND;
	CU_ASSERT_EQUAL(table_state(t, 1), NEIGH_FAILED);
	resolve(t, 6, 2, INTERFACE, now_us);
	want(t, 2, INTERFACE, now_us);
	CU_ASSERT_EQUAL(table_count_used(t), 8);

	for (size_t i = 0; i < SUITE_LEN(order); i++) {
		struct ip_addr fresh = addr_of(100 + (uint32_t)i);

		CU_ASSERT_EQUAL(neigh_pin(t, &fresh, INTERFACE, now_us), 0);
		CU_ASSERT_EQUAL(table_state(t, order[i]), NEIGH_FREE);
		for (size_t k = i + 1; k < SUITE_LEN(order); k++)
			CU_ASSERT_NOT_EQUAL(table_state(t, order[k]), NEIGH_FREE);
	}
	/* All are pinned: nobody goes. */
	CU_ASSERT_PTR_NULL(neigh_want(t, &(struct ip_addr){ { 9 }, IP_V4 }, INTERFACE, now_us));
	s = table_sighting(10, 1, now_us);
	CU_ASSERT_EQUAL(neigh_learn(t, &s), -ENOSPC);
	CU_ASSERT_EQUAL(neigh_pin(t, &(struct ip_addr){ { 9 }, IP_V4 }, INTERFACE, now_us),
			-ENOSPC);
	CU_ASSERT_EQUAL(neigh_counter_read(t, NEIGH_REFUSED), 3);
	CU_ASSERT_EQUAL(neigh_counter_read(t, NEIGH_EVICTED), 7);
	neigh_destroy(t);
}

static void
merely_seen_one_drives_out_nobody_who_answered(void)
{
	struct neigh_table *t = table_create(8, 1 + INTERFACE, 2);
	struct neigh_sighting s = table_sighting(100, 1, START);

	resolve(t, 1, 8, INTERFACE, START);
	table_drain(t, START + NEIGH_REACHABLE_US * 3 / 2);
	CU_ASSERT_EQUAL(neigh_learn(t, &s), -ENOSPC);
	CU_ASSERT_EQUAL(count_states(t, INTERFACE, NEIGH_STALE, NEIGH_STALE), 8);
	neigh_destroy(t);
}

/* Whoever was told of a MAC is told of its end; who cannot be is not forgotten. */
static void
end_of_the_forgotten_is_told(void)
{
	struct neigh_table *t = table_create(512, 1 + INTERFACE, 2);
	struct neigh_action a[2 * NEIGH_ACTIONS_EACH];
	struct ip_addr first = addr_of(1);
	unsigned int lost = 0, kept = 0, done = 2;

	resolve(t, 1, 512, INTERFACE, START);
	for (uint32_t host = 1000; host < 1100; host++) {
		struct ip_addr addr = addr_of(host);

		kept += neigh_pin(t, &addr, INTERFACE, START) == 0;
	}
	CU_ASSERT_EQUAL(kept, 64);
	while (done == 2) {
		unsigned int count = neigh_run(t, START, 2, a, &done);

		for (unsigned int i = 0; i < count; i++) {
			if (a[i].type != NEIGH_LOST)
				continue;
			CU_ASSERT_EQUAL(ip_addr_compare(&a[i].addr, &first) == 0, lost == 0);
			lost++;
		}
	}
	CU_ASSERT_EQUAL(lost, 64);
	CU_ASSERT_EQUAL(neigh_counter_read(t, NEIGH_TIMES_LOST), 64);
	/* There is room again. */
	CU_ASSERT_EQUAL(neigh_pin(t, &(struct ip_addr){ { 200 }, IP_V6 }, INTERFACE, START), 0);
	neigh_destroy(t);
}

static void
unknown_interfaces_are_refused(void)
{
	struct neigh_table *t = table_create(8, 2, 2);
	struct neigh_sighting s = table_sighting(1, 1, START);
	struct ip_addr addr = addr_of(1);

	s.interface = 2;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), -EINVAL);
	errno = 0;
	CU_ASSERT_PTR_NULL(neigh_want(t, &addr, 2, START));
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(neigh_pin(t, &addr, 2, START), -EINVAL);
	CU_ASSERT_EQUAL(neigh_set_static(t, &addr, 2, s.mac, START), -EINVAL);
	neigh_unpin(t, &addr, 2);
	neigh_clear_static(t, &addr, 2, START);
	CU_ASSERT_EQUAL(table_count_used(t), 0);
	neigh_destroy(t);
}

static const struct suite_test tests[] = {
	SUITE_TEST(scan_forgets_nobody_who_answers),
	SUITE_TEST(scan_of_a_full_table_forgets_nobody),
	SUITE_TEST(flood_of_one_link_leaves_the_other_its_share),
	SUITE_TEST(share_is_given_back_by_who_has_more),
	SUITE_TEST(one_who_answers_for_all_drives_out_the_unused),
	SUITE_TEST(order_of_those_who_are_forgotten),
	SUITE_TEST(merely_seen_one_drives_out_nobody_who_answered),
	SUITE_TEST(end_of_the_forgotten_is_told),
	SUITE_TEST(unknown_interfaces_are_refused),
};

int
main(void)
{
	return frames_start() ? suite_run("neigh_share", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
