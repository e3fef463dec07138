/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "fwd/fwd_adj.h"
#include "suite.h"

#define HOSTS 16
#define FIRST_FREE 3 /* after those that are always there */

static struct fwd_adj_table *table;

static struct fwd_adj
forward(uint16_t interface, uint32_t next_hop)
{
	struct fwd_adj a = { .kind = FWD_ADJ_FORWARD, .interface = interface, .source_mac = 7,
			     .mtu = 1500 };

	memcpy(a.next_hop, &next_hop, sizeof(next_hop));
	return a;
}

static uint16_t
take(const struct fwd_adj *like)
{
	int index = fwd_adj_take(table, like);

	CU_ASSERT_FATAL(index >= 0);
	return (uint16_t)index;
}

static void
setup(void)
{
	table = fwd_adj_create(HOSTS, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
}

static void
some_are_there_from_the_start(void)
{
	setup();
	CU_ASSERT_EQUAL(table->adj[FWD_ADJ_INDEX_NO_ROUTE].kind, FWD_ADJ_NO_ROUTE);
	CU_ASSERT_EQUAL(table->adj[FWD_ADJ_INDEX_BLACKHOLE].kind, FWD_ADJ_BLACKHOLE);
	CU_ASSERT_EQUAL(table->adj[FWD_ADJ_INDEX_MARTIAN].kind, FWD_ADJ_MARTIAN);
	CU_ASSERT_EQUAL(fwd_adj_count(table), FIRST_FREE);
	CU_ASSERT_EQUAL(table->capacity, FWD_ADJ_ROUTED_MAX + HOSTS);
	CU_ASSERT_TRUE(fwd_adj_memory(HOSTS) >= table->capacity * sizeof(struct fwd_adj));
	fwd_adj_destroy(table);
	fwd_adj_destroy(NULL);
}

static void
the_same_next_hop_is_one_adjacency(void)
{
	struct fwd_adj a = forward(1, 10), other_interface = forward(2, 10);
	struct fwd_adj other_hop = forward(1, 11), other_family = forward(1, 10);
	uint16_t first;

	setup();
	other_family.family = IP_V6;
	first = take(&a);
	CU_ASSERT_EQUAL(first, FIRST_FREE);
	CU_ASSERT_EQUAL(table->adj[first].kind, FWD_ADJ_FORWARD);
	CU_ASSERT_EQUAL(table->adj[first].interface, 1);
	CU_ASSERT_EQUAL(table->adj[first].source_mac, 7);
	CU_ASSERT_EQUAL(table->adj[first].mtu, 1500);
	CU_ASSERT_EQUAL(atomic_load(&table->adj[first].mac), 0);
	CU_ASSERT_EQUAL(take(&a), first);
	CU_ASSERT_NOT_EQUAL(take(&other_interface), first);
	CU_ASSERT_NOT_EQUAL(take(&other_hop), first);
	CU_ASSERT_NOT_EQUAL(take(&other_family), first);
	CU_ASSERT_EQUAL(fwd_adj_count(table), FIRST_FREE + 4);
	fwd_adj_destroy(table);
}

/* What control has learnt is not forgotten because another route names the next hop. */
static void
a_learnt_mac_survives(void)
{
	struct fwd_adj a = forward(1, 10);
	uint16_t index;

	setup();
	index = take(&a);
	fwd_adj_set_mac(&table->adj[index], 0x0102);
	CU_ASSERT_EQUAL(take(&a), index);
	CU_ASSERT_EQUAL(atomic_load(&table->adj[index].mac), FWD_ADJ_RESOLVED | 0x0102);
	fwd_adj_give(table, index);
	CU_ASSERT_EQUAL(atomic_load(&table->adj[index].mac), FWD_ADJ_RESOLVED | 0x0102);
	fwd_adj_give(table, index);
	CU_ASSERT_EQUAL(take(&a), index);
	CU_ASSERT_EQUAL(atomic_load(&table->adj[index].mac), 0);
	fwd_adj_destroy(table);
}

static void
a_virtual_address_has_its_mac_at_once(void)
{
	struct fwd_adj a = { .kind = FWD_ADJ_VIRTUAL, .vhid = 5, .mac = 0x0605 };
	uint16_t index;

	setup();
	index = take(&a);
	CU_ASSERT_EQUAL(atomic_load(&table->adj[index].mac), FWD_ADJ_RESOLVED | 0x0605);
	a.vhid = 6;
	CU_ASSERT_NOT_EQUAL(take(&a), index);
	fwd_adj_destroy(table);
}

static void
several_paths_hold_what_they_name(void)
{
	struct fwd_adj a = forward(1, 10), b = forward(1, 11);
	struct fwd_adj paths = { .kind = FWD_ADJ_MULTIPATH, .path_count = 2 };
	uint16_t index;

	setup();
	paths.path[0] = take(&a);
	paths.path[1] = take(&b);
	index = take(&paths);
	CU_ASSERT_EQUAL(take(&paths), index);
	fwd_adj_give(table, paths.path[0]);
	fwd_adj_give(table, paths.path[1]);
	CU_ASSERT_EQUAL(fwd_adj_count(table), FIRST_FREE + 3);
	CU_ASSERT_EQUAL(take(&a), paths.path[0]);
	fwd_adj_give(table, paths.path[0]);
	fwd_adj_give(table, index);
	CU_ASSERT_EQUAL(fwd_adj_count(table), FIRST_FREE + 3);
	fwd_adj_give(table, index);
	CU_ASSERT_EQUAL(fwd_adj_count(table), FIRST_FREE);
	fwd_adj_destroy(table);
}

static void
a_full_table_says_so(void)
{
	struct fwd_adj a;

	setup();
	for (uint32_t i = FIRST_FREE; i < FWD_ADJ_ROUTED_MAX; i++) {
		a = forward(1, i);
		CU_ASSERT_EQUAL(fwd_adj_take(table, &a), (int)i);
	}
	a = forward(2, 0);
	CU_ASSERT_EQUAL(fwd_adj_take(table, &a), -ENOSPC);
	fwd_adj_give(table, 77);
	CU_ASSERT_EQUAL(fwd_adj_take(table, &a), 77);
	a = forward(1, 77);
	CU_ASSERT_EQUAL(fwd_adj_take(table, &a), -ENOSPC);
	fwd_adj_destroy(table);
}

/* The hash closes its gaps: whatever comes and goes, each is found, and found once. */
static void
what_comes_and_goes_is_counted(void)
{
	enum { HOPS = 3000, TURNS = 200000 };
	static uint16_t index[HOPS];
	static unsigned int taken[HOPS];
	unsigned int wrong = 0;
	uint32_t live = 0;

	setup();
	srandom(1);
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		unsigned int hop = (unsigned int)random() % HOPS;
		struct fwd_adj a = forward(1, hop * 0x01000193u);

		if (random() % 2 == 0 || taken[hop] == 0) {
			uint16_t at = take(&a);

			live += taken[hop] == 0;
			wrong += taken[hop] != 0 && index[hop] != at;
			index[hop] = at;
			taken[hop]++;
		} else {
			fwd_adj_give(table, index[hop]);
			live -= --taken[hop] == 0;
		}
		wrong += fwd_adj_count(table) != FIRST_FREE + live;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	fwd_adj_destroy(table);
}

static const struct suite_test tests[] = {
	SUITE_TEST(some_are_there_from_the_start),
	SUITE_TEST(the_same_next_hop_is_one_adjacency),
	SUITE_TEST(a_learnt_mac_survives),
	SUITE_TEST(a_virtual_address_has_its_mac_at_once),
	SUITE_TEST(several_paths_hold_what_they_name),
	SUITE_TEST(a_full_table_says_so),
	SUITE_TEST(what_comes_and_goes_is_counted),
};

int
main(void)
{
	return frames_start() ? suite_run("fwd_adj", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
