/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "neigh/neigh.h"
#include "suite.h"

#define SECOND 1000000ULL

static struct neigh_sighting
sighting(uint32_t host, uint8_t mac, uint64_t seen_us)
{
	struct neigh_sighting s = {
		.addr = ip_addr_from_v4_be(host),
		.mac = { 2, 0, 0, 0, 0, mac },
		.interface = 1,
		.seen_us = seen_us,
	};

	return s;
}

/* The entry of a host on an interface; false if there is none, or more than one. */
static bool
find(const struct neigh_table *t, uint32_t host, uint16_t interface, struct neigh_entry *out)
{
	struct ip_addr addr = ip_addr_from_v4_be(host);
	struct neigh_entry e;
	unsigned int found = 0;

	for (uint32_t i = 0; i < neigh_capacity(t); i++) {
		if (!neigh_copy(t, i, &e) || e.interface != interface ||
		    ip_addr_compare(&e.addr, &addr) != 0)
			continue;
		*out = e;
		found++;
	}
	return found == 1;
}

static unsigned int
count_used(const struct neigh_table *t)
{
	struct neigh_entry e;
	unsigned int used = 0;

	for (uint32_t i = 0; i < neigh_capacity(t); i++)
		used += neigh_copy(t, i, &e);
	return used;
}

static struct neigh_table *
create(uint32_t capacity)
{
	struct neigh_table *t = neigh_create("test", capacity, -1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	return t;
}

static void
too_small_a_table_is_refused(void)
{
	errno = 0;
	CU_ASSERT_PTR_NULL(neigh_create("small", 7, -1));
	CU_ASSERT_EQUAL(errno, EINVAL);
	neigh_destroy(NULL);
}

static void
neighbour_is_entered_and_refreshed(void)
{
	struct neigh_table *t = create(16);
	struct neigh_sighting s = sighting(5, 7, 10 * SECOND);
	struct neigh_entry e;

	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(memcmp(e.mac, s.mac, 6), 0);
	CU_ASSERT_EQUAL(e.changed_us, 10 * SECOND);
	CU_ASSERT_EQUAL(e.heard_us, 10 * SECOND);

	s.seen_us = 20 * SECOND;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.changed_us, 10 * SECOND);
	CU_ASSERT_EQUAL(e.heard_us, 20 * SECOND);

	s = sighting(5, 8, 30 * SECOND);
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.mac[5], 8);
	CU_ASSERT_EQUAL(e.changed_us, 30 * SECOND);
	CU_ASSERT_EQUAL(count_used(t), 1);
	neigh_destroy(t);
}

static void
interfaces_and_families_are_apart(void)
{
	struct neigh_table *t = create(16);
	struct neigh_sighting s = sighting(5, 1, SECOND);
	struct neigh_entry e;

	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	s.interface = 2;
	s.mac[5] = 2;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	s.interface = 1;
	s.addr.family = IP_V6;
	s.mac[5] = 3;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_EQUAL(count_used(t), 3);
	CU_ASSERT_TRUE_FATAL(find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.mac[5], 1);
	CU_ASSERT_TRUE_FATAL(find(t, 5, 2, &e));
	CU_ASSERT_EQUAL(e.mac[5], 2);
	neigh_destroy(t);
}

static void
known_only_creates_nothing(void)
{
	struct neigh_table *t = create(16);
	struct neigh_sighting s = sighting(5, 1, SECOND);
	struct neigh_entry e;

	s.is_known_only = true;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), -ENOENT);
	CU_ASSERT_EQUAL(count_used(t), 0);
	s.is_known_only = false;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	s = sighting(5, 9, 2 * SECOND);
	s.is_known_only = true;
	CU_ASSERT_EQUAL(neigh_learn(t, &s), 0);
	CU_ASSERT_TRUE_FATAL(find(t, 5, 1, &e));
	CU_ASSERT_EQUAL(e.mac[5], 9);
	neigh_destroy(t);
}

static void
silent_neighbours_are_forgotten(void)
{
	struct neigh_table *t = create(16);
	struct neigh_sighting old = sighting(1, 1, SECOND);
	struct neigh_sighting young = sighting(2, 2, 100 * SECOND);
	struct neigh_entry e;

	neigh_learn(t, &old);
	neigh_learn(t, &young);
	neigh_age(t, SECOND + NEIGH_MAX_AGE_US, 16);
	CU_ASSERT_EQUAL(count_used(t), 2);
	/* A few at a time: a table of 16 is gone through in four calls. */
	for (int i = 0; i < 4; i++)
		neigh_age(t, SECOND + NEIGH_MAX_AGE_US + 1, 4);
	CU_ASSERT_EQUAL(count_used(t), 1);
	CU_ASSERT_TRUE(find(t, 2, 1, &e));
	/* A clock that is behind what was heard makes nobody old. */
	neigh_age(t, 0, 16);
	CU_ASSERT_EQUAL(count_used(t), 1);
	/* What was forgotten may come again. */
	CU_ASSERT_EQUAL(neigh_learn(t, &old), 0);
	CU_ASSERT_EQUAL(count_used(t), 2);
	neigh_destroy(t);
}

/* To the last place, and from then on for every newcomer an old one goes: nobody is turned away. */
static void
full_table_takes_newcomers(void)
{
	static const uint32_t capacities[] = { 8, 100, 1024 };

	for (size_t n = 0; n < SUITE_LEN(capacities); n++) {
		uint32_t capacity = capacities[n];
		struct neigh_table *t = create(capacity);
		unsigned int refused = 0;
		struct neigh_entry e;

		for (uint32_t host = 1; host <= 4 * capacity; host++) {
			struct neigh_sighting s = sighting(host, 1, host * SECOND);

			refused += neigh_learn(t, &s) != 0;
			refused += !find(t, host, 1, &e);
		}
		CU_ASSERT_EQUAL(refused, 0);
		CU_ASSERT_EQUAL(count_used(t), capacity);
		neigh_destroy(t);
	}
}

static void
full_table_forgets_the_silent_first(void)
{
	struct neigh_table *t = create(8);
	struct neigh_entry e;

	for (uint32_t host = 1; host <= 8; host++) {
		struct neigh_sighting s = sighting(host, 1, 100 * SECOND);

		neigh_learn(t, &s);
	}
	/* Everyone but host 3 is heard again. */
	for (uint32_t host = 1; host <= 8; host++) {
		struct neigh_sighting s = sighting(host, 1, 200 * SECOND);

		if (host != 3)
			neigh_learn(t, &s);
	}
	CU_ASSERT_EQUAL(neigh_learn(t, &(struct neigh_sighting){ .addr = ip_addr_from_v4_be(9),
								 .interface = 1,
								 .seen_us = 201 * SECOND }), 0);
	CU_ASSERT_FALSE(find(t, 3, 1, &e));
	CU_ASSERT_TRUE(find(t, 9, 1, &e));
	CU_ASSERT_EQUAL(count_used(t), 8);
	neigh_destroy(t);
}

/* Sightings of several workers do not come in the order in which they were made. */
static void
older_sighting_does_not_undo_a_newer(void)
{
	struct neigh_table *t = create(8);
	struct neigh_sighting newer = sighting(5, 2, 20 * SECOND);
	struct neigh_sighting older = sighting(5, 1, 20 * SECOND - 1);
	struct neigh_entry e;

	CU_ASSERT_EQUAL(neigh_learn(t, &newer), 0);
	CU_ASSERT_EQUAL(neigh_learn(t, &older), 0);
	CU_ASSERT_TRUE_FATAL(find(t, 5, 1, &e));
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
