/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "suite.h"
#include "table.h"

static void
too_small_a_table_is_refused(void)
{
	struct neigh_params params = {
		.name = "small",
		.capacity = 7,
		.interfaces = 1,
		.socket = -1,
	};

	errno = 0;
	CU_ASSERT_PTR_NULL(neigh_create(&params));
	CU_ASSERT_EQUAL(errno, EINVAL);
	params.capacity = 8;
	params.interfaces = 0;
	errno = 0;
	CU_ASSERT_PTR_NULL(neigh_create(&params));
	CU_ASSERT_EQUAL(errno, EINVAL);
	neigh_destroy(NULL);
}

static void
neighbour_is_entered_and_refreshed(void)
{
	struct neigh_table *t = table_create(16, 4, 4);
	struct neigh_sighting s = table_sighting(5, 7, 10 * SECOND);
	struct neigh_entry e;

	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(table_find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(memcmp(e.mac, s.mac, 6), 0);
	CU_ASSERT_EQUAL(e.changed_us, 10 * SECOND);
	CU_ASSERT_EQUAL(e.heard_us, 10 * SECOND);

	s.seen_us = 20 * SECOND;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(table_find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.changed_us, 10 * SECOND);
	CU_ASSERT_EQUAL(e.heard_us, 20 * SECOND);

	s = table_sighting(5, 8, 30 * SECOND);
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(table_find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.mac[5], 8);
	CU_ASSERT_EQUAL(e.changed_us, 30 * SECOND);
	CU_ASSERT_EQUAL(table_count_used(t), 1);
	neigh_destroy(t);
}

static void
interfaces_and_families_are_apart(void)
{
	struct neigh_table *t = table_create(16, 4, 4);
	struct neigh_sighting s = table_sighting(5, 1, SECOND);
	struct neigh_entry e;

	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	s.interface = 2;
	s.mac[5] = 2;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	s.interface = 1;
	s.addr.family = IP_V6;
	s.mac[5] = 3;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_EQUAL(table_count_used(t), 3);
	CU_ASSERT_TRUE_FATAL(table_find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.mac[5], 1);
	CU_ASSERT_TRUE_FATAL(table_find(t, 5, 2, &e));
	CU_ASSERT_EQUAL(e.mac[5], 2);
	neigh_destroy(t);
}

static void
known_only_creates_nothing(void)
{
	struct neigh_table *t = table_create(16, 4, 4);
	struct neigh_sighting s = table_sighting(5, 1, SECOND);
	struct neigh_entry e;

	s.is_known_only = true;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), -ENOENT);
	CU_ASSERT_EQUAL(table_count_used(t), 0);
	s.is_known_only = false;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	s = table_sighting(5, 9, 2 * SECOND);
	s.is_known_only = true;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(table_find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.mac[5], 9);
	neigh_destroy(t);
}

static void
silent_neighbours_are_forgotten(void)
{
	struct neigh_table *t = table_create(16, 4, 4);
	struct neigh_sighting old = table_sighting(1, 1, SECOND);
	struct neigh_sighting young = table_sighting(2, 2, 100 * SECOND);
	struct neigh_entry e;

	neigh_learn(t, &old);
	neigh_learn(t, &young);
	table_drain(t, SECOND + NEIGH_MAX_AGE_US - 1);
	CU_ASSERT_EQUAL(table_count_used(t), 2);
	table_drain(t, SECOND + NEIGH_MAX_AGE_US);
	CU_ASSERT_EQUAL(table_count_used(t), 1);
	CU_ASSERT_TRUE(table_find(t, 2, 1, &e));
	/* A clock that is behind what was heard makes nobody old. */
	table_drain(t, 0);
	CU_ASSERT_EQUAL(table_count_used(t), 1);
	/* What was forgotten may come again. */
	CU_ASSERT_EQUAL(neigh_learn(t, &old), 0);
	CU_ASSERT_EQUAL(table_count_used(t), 2);
	neigh_destroy(t);
}

/* To the last place, and from then on for every newcomer an old one goes: nobody is turned away. */
static void
full_table_takes_newcomers(void)
{
	static const uint32_t capacities[] = { 8, 100, 1024 };

	for (size_t n = 0; n < SUITE_LEN(capacities); n++) {
		uint32_t capacity = capacities[n];
		struct neigh_table *t = table_create(capacity, 4, 4);
		unsigned int refused = 0;
		struct neigh_entry e;

		for (uint32_t host = 1; host <= 4 * capacity; host++) {
			struct neigh_sighting s = table_sighting(host, 1, host * SECOND);

			refused += neigh_learn(t, &s) != 0;
			refused += !table_find(t, host, 1, &e);
		}
		CU_ASSERT_EQUAL(refused, 0);
		CU_ASSERT_EQUAL(table_count_used(t), capacity);
		neigh_destroy(t);
	}
}

static void
full_table_forgets_the_silent_first(void)
{
	struct neigh_table *t = table_create(8, 4, 4);
	struct neigh_entry e;

	for (uint32_t host = 1; host <= 8; host++) {
		struct neigh_sighting s = table_sighting(host, 1, 100 * SECOND);

		neigh_learn(t, &s);
	}
	/* Everyone but host 3 is heard again. */
	for (uint32_t host = 1; host <= 8; host++) {
		struct neigh_sighting s = table_sighting(host, 1, 200 * SECOND);

		if (host != 3)
			neigh_learn(t, &s);
	}
	CU_ASSERT_EQUAL(neigh_learn(t, &(struct neigh_sighting){ .addr = ip_addr_from_v4_be(9),
								 .interface = 1,
								 .seen_us = 201 * SECOND }), 0);
	CU_ASSERT_FALSE(table_find(t, 3, 1, &e));
	CU_ASSERT_TRUE(table_find(t, 9, 1, &e));
	CU_ASSERT_EQUAL(table_count_used(t), 8);
	neigh_destroy(t);
}

/* Sightings of several workers do not come in the order in which they were made. */
static void
older_sighting_does_not_undo_a_newer(void)
{
	struct neigh_table *t = table_create(8, 4, 4);
	struct neigh_sighting newer = table_sighting(5, 2, 20 * SECOND);
	struct neigh_sighting older = table_sighting(5, 1, 20 * SECOND - 1);
	struct neigh_entry e;

	CU_ASSERT_EQUAL(neigh_learn(t, &newer), 0);
	CU_ASSERT_EQUAL(neigh_learn(t, &older), 0);
	CU_ASSERT_TRUE_FATAL(table_find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.mac[5], 2);
	CU_ASSERT_EQUAL(e.heard_us, 20 * SECOND);
	neigh_destroy(t);
}

static const struct suite_test tests[] = {
	SUITE_TEST(too_small_a_table_is_refused),
	SUITE_TEST(neighbour_is_entered_and_refreshed),
	SUITE_TEST(interfaces_and_families_are_apart),
	SUITE_TEST(known_only_creates_nothing),
	SUITE_TEST(silent_neighbours_are_forgotten),
	SUITE_TEST(full_table_takes_newcomers),
	SUITE_TEST(full_table_forgets_the_silent_first),
	SUITE_TEST(older_sighting_does_not_undo_a_newer),
};

int
main(void)
{
	return frames_start() ? suite_run("neigh", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
