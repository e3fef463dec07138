/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "fib_model.h"
#include "frames.h"
#include "fwd/fwd_adj.h"
#include "suite.h"

#define PROBES 256
#define WORKER 0

static struct rte_rcu_qsbr *qsbr;
static struct fwd_fib *fib;

static void
start(uint32_t routes4, uint32_t groups4, uint32_t routes6, uint32_t groups6)
{
	struct fwd_fib_params params = {
		.name = "test",
		.size = { { routes4, groups4 }, { routes6, groups6 } },
		.qsbr = qsbr,
		.socket = -1,
	};

	fib = fwd_fib_create(&params);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fib);
}

static int
change(const struct fwd_route *routes, size_t count)
{
	int rc = fwd_fib_prepare(fib, routes, count);

	if (rc != 0)
		return rc;
	fwd_fib_commit(fib);
	while (!fwd_fib_step(fib))
		;
	return 0;
}

static int
set(const char *prefix, uint16_t adjacency)
{
	struct fwd_route route = fib_route(prefix, adjacency);

	return change(&route, 1);
}

static uint16_t
look(const char *text)
{
	struct ip_addr a = { 0 };
	uint16_t adjacency;

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	fib_lookup(fwd_fib_tables(fib), &a, 1, &adjacency);
	return adjacency;
}

static void
what_routes_need_is_counted(void)
{
	struct fwd_route routes[] = {
		fib_route("0.0.0.0/0", 1),	fib_route("10.0.0.0/24", 1),
		fib_route("10.0.0.0/25", 1),	fib_route("10.0.0.0/32", 1),
		fib_route("10.0.0.128/25", 1),	fib_route("10.0.1.0/25", 1),
		fib_route("::/0", 1),		fib_route("2001:db8::/32", 1),
		fib_route("2001:db8::/48", 1),	fib_route("2001:db8:0:1::/64", 1),
		fib_route("2001:db8:1::/48", 1), fib_route("2001:dbf::/32", 1),
		fib_route("2002::/24", 1),
	};
	struct fwd_fib_gauge gauge = { 0 };
	const struct fwd_fib_size *size = gauge.size;

	for (size_t i = 0; i < SUITE_LEN(routes); i++)
		fwd_fib_gauge_add(&gauge, &routes[i].prefix);
	CU_ASSERT_EQUAL(size[IP_V4].routes, 6);
	CU_ASSERT_EQUAL(size[IP_V4].groups, 2);
	CU_ASSERT_EQUAL(size[IP_V6].routes, 7);
	/* 2001:d::/24, 2001:db8::/32 and ::/40, and ::/48 and ::/56 for the /64. */
	CU_ASSERT_EQUAL(size[IP_V6].groups, 5);
	/* No more than that is needed. */
	start(size[IP_V4].routes, size[IP_V4].groups, size[IP_V6].routes, size[IP_V6].groups);
	CU_ASSERT_EQUAL(change(routes, SUITE_LEN(routes)), 0);
	CU_ASSERT_EQUAL(set("11.0.0.0/8", 1), -ENOSPC);
	fwd_fib_destroy(fib);
}

static void
the_longest_prefix_wins(void)
{
	start(16, 4, 16, 16);
	CU_ASSERT_EQUAL(look("10.0.0.1"), FWD_ADJ_INDEX_NO_ROUTE);
	CU_ASSERT_EQUAL(set("10.0.0.1/32", 5), 0);
	CU_ASSERT_EQUAL(set("10.0.0.0/8", 6), 0);
	CU_ASSERT_EQUAL(set("0.0.0.0/0", 7), 0);
	CU_ASSERT_EQUAL(set("10.0.0.0/24", 8), 0);
	CU_ASSERT_EQUAL(look("10.0.0.1"), 5);
	CU_ASSERT_EQUAL(look("10.0.0.2"), 8);
	CU_ASSERT_EQUAL(look("10.0.1.0"), 6);
	CU_ASSERT_EQUAL(look("255.255.255.255"), 7);
	CU_ASSERT_EQUAL(set("2001:db8::1/128", 5), 0);
	CU_ASSERT_EQUAL(set("2001:db8::/32", 6), 0);
	CU_ASSERT_EQUAL(set("::/0", 7), 0);
	CU_ASSERT_EQUAL(look("2001:db8::1"), 5);
	CU_ASSERT_EQUAL(look("2001:db8::2"), 6);
	CU_ASSERT_EQUAL(look("2001:db9::"), 7);
	fwd_fib_destroy(fib);
}

static void
what_is_taken_away_gives_way_to_what_covers(void)
{
	start(16, 4, 0, 0);
	CU_ASSERT_EQUAL(set("10.0.0.0/8", 6), 0);
	CU_ASSERT_EQUAL(set("10.0.0.0/25", 5), 0);
	CU_ASSERT_EQUAL(set("10.0.0.0/30", 4), 0);
	CU_ASSERT_EQUAL(set("10.0.0.0/25", 0), 0);
	CU_ASSERT_EQUAL(look("10.0.0.1"), 4);
	CU_ASSERT_EQUAL(look("10.0.0.4"), 6);
	CU_ASSERT_EQUAL(set("10.0.0.0/8", 0), 0);
	CU_ASSERT_EQUAL(look("10.0.0.1"), 4);
	CU_ASSERT_EQUAL(look("10.0.0.4"), FWD_ADJ_INDEX_NO_ROUTE);
	CU_ASSERT_EQUAL(set("10.0.0.0/30", 0), 0);
	CU_ASSERT_EQUAL(look("10.0.0.1"), FWD_ADJ_INDEX_NO_ROUTE);
	/* What is not there is not missed. */
	CU_ASSERT_EQUAL(set("10.0.0.0/30", 0), 0);
	fwd_fib_destroy(fib);
}

static void
a_family_without_a_table_has_no_routes(void)
{
	struct ip_addr a = { .family = IP_V6 };
	struct fwd_fib_status status;
	struct fwd_route found;

	start(16, 4, 0, 0);
	CU_ASSERT_PTR_NULL(fwd_fib_tables(fib)->ip6);
	CU_ASSERT_EQUAL(set("::/0", 1), -EAFNOSUPPORT);
	CU_ASSERT_EQUAL(fwd_fib_find(fib, &a, &found), -EAFNOSUPPORT);
	fwd_fib_status(fib, &status);
	CU_ASSERT_PTR_NULL(status.lookup[IP_V6]);
	CU_ASSERT_PTR_NOT_NULL(status.lookup[IP_V4]);
	fwd_fib_destroy(fib);
}

static void
who_asks_hears_the_prefix(void)
{
	struct fwd_route found, route = fib_route("2001:db8::/32", 9);
	struct ip_addr a = { 0 };
	struct fwd_fib_status status;

	start(16, 4, 16, 4);
	CU_ASSERT_EQUAL(set("10.0.0.0/8", 6), 0);
	CU_ASSERT_EQUAL(change(&route, 1), 0);
	CU_ASSERT_EQUAL(change(&route, 1), 0);
	ip_addr_parse("10.2.3.4", &a);
	CU_ASSERT_EQUAL(fwd_fib_find(fib, &a, &found), 0);
	CU_ASSERT_EQUAL(found.adjacency, 6);
	CU_ASSERT_EQUAL(found.prefix.len, 8);
	CU_ASSERT_EQUAL(found.prefix.addr.octets[0], 10);
	CU_ASSERT_EQUAL(found.prefix.addr.octets[1], 0);
	ip_addr_parse("2001:db8:7::", &a);
	CU_ASSERT_EQUAL(fwd_fib_find(fib, &a, &found), 0);
	CU_ASSERT_EQUAL(found.adjacency, 9);
	CU_ASSERT_EQUAL(fwd_prefix_compare(&found.prefix, &route.prefix), 0);
	ip_addr_parse("11.0.0.0", &a);
	CU_ASSERT_EQUAL(fwd_fib_find(fib, &a, &found), -ENOENT);
	fwd_fib_status(fib, &status);
	CU_ASSERT_EQUAL(status.used[IP_V4].routes, 1);
	CU_ASSERT_EQUAL(status.used[IP_V6].routes, 1);
	CU_ASSERT_EQUAL(status.used[IP_V6].groups, 1);
	CU_ASSERT_EQUAL(status.size[IP_V4].routes, 16);
	CU_ASSERT_EQUAL(status.changes, 2);
	fwd_fib_destroy(fib);
}

/* ------------------------------------------------------------------------------------------- */

static void
workers_are_waited_for(void)
{
	struct fwd_route route = fib_route("10.0.0.0/8", 6), other = fib_route("10.0.0.0/8", 7);
	const struct fwd_tables *seen;

	start(16, 4, 0, 0);
	rte_rcu_qsbr_thread_online(qsbr, WORKER);
	seen = fwd_fib_tables(fib);
	CU_ASSERT_EQUAL(fwd_fib_prepare(fib, &route, 1), 0);
	CU_ASSERT_PTR_EQUAL(fwd_fib_tables(fib), seen);
	CU_ASSERT_EQUAL(fwd_fib_prepare(fib, &other, 1), -EBUSY);
	fwd_fib_commit(fib);
	CU_ASSERT_PTR_NOT_EQUAL(fwd_fib_tables(fib), seen);
	CU_ASSERT_EQUAL(look("10.0.0.1"), 6);
	for (unsigned int i = 0; i < 100; i++)
		CU_ASSERT_FALSE(fwd_fib_step(fib));
	CU_ASSERT_EQUAL(fwd_fib_prepare(fib, &other, 1), -EBUSY);
	rte_rcu_qsbr_quiescent(qsbr, WORKER);
	while (!fwd_fib_step(fib))
		;
	CU_ASSERT_EQUAL(fwd_fib_prepare(fib, &other, 1), 0);
	fwd_fib_cancel(fib);
	CU_ASSERT_TRUE(fwd_fib_step(fib));
	rte_rcu_qsbr_thread_offline(qsbr, WORKER);
	fwd_fib_destroy(fib);
}

/* Both copies say the same: what is in force before and after an empty change. */
static size_t
count_wrong(const struct fib_model *model, enum ip_family family)
{
	struct ip_addr probe[PROBES];
	uint16_t got[PROBES];
	size_t wrong = 0;

	for (unsigned int i = 0; i < PROBES; i++)
		probe[i] = fib_model_address(family);
	for (unsigned int copy = 0; copy < 2; copy++) {
		fib_lookup(fwd_fib_tables(fib), probe, PROBES, got);
		for (unsigned int i = 0; i < PROBES; i++)
			wrong += got[i] != fib_model_find(model, &probe[i]);
		wrong += change(NULL, 0) != 0;
	}
	return wrong;
}

static void
a_refused_change_has_changed_nothing(void)
{
	struct fwd_route refused[] = {
		fib_route("10.0.0.0/24", 9),	fib_route("10.0.0.0/25", 0),
		fib_route("10.0.0.128/25", 9),	fib_route("10.0.1.0/25", 9),
		fib_route("10.0.2.0/25", 9),	fib_route("10.0.0.0/25", 8),
		fib_route("2001:db8::/32", 0),	fib_route("2001:db8::/40", 9),
	};
	struct fwd_route there[] = {
		fib_route("10.0.0.0/8", 1),	fib_route("10.0.0.0/25", 2),
		fib_route("10.0.1.0/24", 3),
		fib_route("2001:db8::/32", 4), fib_route("2001:db8::/36", 5),
	};
	struct fib_model model = { 0 };

	start(8, 2, 8, 2);
	CU_ASSERT_EQUAL(change(there, SUITE_LEN(there)), 0);
	for (size_t i = 0; i < SUITE_LEN(there); i++)
		fib_model_set(&model, &there[i]);
	CU_ASSERT_EQUAL(change(refused, SUITE_LEN(refused)), -ENOSPC);
	CU_ASSERT_EQUAL(count_wrong(&model, IP_V4), 0);
	CU_ASSERT_EQUAL(count_wrong(&model, IP_V6), 0);
	/* Without the one for which there is no room. */
	refused[4] = refused[0];
	CU_ASSERT_EQUAL(fwd_fib_prepare(fib, refused, SUITE_LEN(refused)), 0);
	fwd_fib_cancel(fib);
	CU_ASSERT_EQUAL(count_wrong(&model, IP_V4), 0);
	CU_ASSERT_EQUAL(count_wrong(&model, IP_V6), 0);
	CU_ASSERT_EQUAL(change(refused, SUITE_LEN(refused)), 0);
	for (size_t i = 0; i < SUITE_LEN(refused); i++)
		fib_model_set(&model, &refused[i]);
	CU_ASSERT_EQUAL(count_wrong(&model, IP_V4), 0);
	CU_ASSERT_EQUAL(count_wrong(&model, IP_V6), 0);
	fwd_fib_destroy(fib);
}

/*
 * A table with exactly the room that its routes need takes them, however often they go and come, below
 * what says the same as they do, or does not.
 */
static void
room_does_not_get_lost(void)
{
	static const char *const prefixes[] = { "10.0.0.0/25", "10.0.0.1/32", "2001:db8::/48",
						"2001:db8::1/128" };
	unsigned int refused = 0;

	start(3, 1, 3, 13);
	CU_ASSERT_EQUAL(set("10.0.0.0/8", 1), 0);
	CU_ASSERT_EQUAL(set("2001::/16", 1), 0);
	for (unsigned int turn = 0; turn < 1000; turn++) {
		for (unsigned int i = 0; i < SUITE_LEN(prefixes); i++)
			refused += set(prefixes[i], (uint16_t)(1 + (turn + i) % 2)) != 0;
		for (unsigned int i = 0; i < SUITE_LEN(prefixes); i++)
			refused += set(prefixes[(i + turn) % SUITE_LEN(prefixes)], 0) != 0;
	}
	CU_ASSERT_EQUAL(refused, 0);
	CU_ASSERT_EQUAL(look("10.0.0.1"), 1);
	CU_ASSERT_EQUAL(look("2001:db8::1"), 1);
	fwd_fib_destroy(fib);
}

/* Changes at random in batches, some of them cancelled, compared with a list. */
static void
compare_with_model(enum ip_family family, uint8_t len_max, uint32_t groups)
{
	struct fib_model model = { 0 };
	unsigned int refused = 0;
	size_t wrong = 0;

	start(FIB_MODEL_ROUTES, groups, FIB_MODEL_ROUTES, groups);
	srandom(7);
	for (unsigned int turn = 0; turn < 1500; turn++) {
		struct fib_model after = model;
		struct fwd_route batch[8];

		for (unsigned int i = 0; i < SUITE_LEN(batch); i++) {
			/* Each prefix once in a batch: routes that go go first. */
			batch[i] = fib_model_change(&model, family, len_max);
			for (unsigned int k = 0; k < i; k++)
				if (fwd_prefix_compare(&batch[k].prefix, &batch[i].prefix) == 0)
					batch[i--] = batch[k];
			fib_model_set(&after, &batch[i]);
		}
		if (fwd_fib_prepare(fib, batch, SUITE_LEN(batch)) != 0) {
			refused++;
		} else if (turn % 5 == 0) {
			fwd_fib_cancel(fib);
		} else {
			fwd_fib_commit(fib);
			while (!fwd_fib_step(fib))
				;
			model = after;
		}
		if (turn % 4 == 0)
			wrong += count_wrong(&model, family);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(refused != 0, groups < FIB_MODEL_ROUTES);
	fwd_fib_destroy(fib);
}

static void
random_changes_of_ip4(void)
{
	compare_with_model(IP_V4, 32, FIB_MODEL_ROUTES);
	compare_with_model(IP_V4, 32, 20);
}

static void
random_changes_of_ip6(void)
{
	compare_with_model(IP_V6, 128, 13 * FIB_MODEL_ROUTES);
	compare_with_model(IP_V6, 64, 13 * FIB_MODEL_ROUTES);
	compare_with_model(IP_V6, 128, 200);
}

/* The same with entries of four octets, for more groups than two can number. */
static void
random_changes_of_large_tables(void)
{
	compare_with_model(IP_V4, 32, 40000);
	compare_with_model(IP_V6, 128, 40000);
}

static const struct suite_test tests[] = {
	SUITE_TEST(what_routes_need_is_counted),
	SUITE_TEST(the_longest_prefix_wins),
	SUITE_TEST(what_is_taken_away_gives_way_to_what_covers),
	SUITE_TEST(a_family_without_a_table_has_no_routes),
	SUITE_TEST(who_asks_hears_the_prefix),
	SUITE_TEST(workers_are_waited_for),
	SUITE_TEST(a_refused_change_has_changed_nothing),
	SUITE_TEST(room_does_not_get_lost),
	SUITE_TEST(random_changes_of_ip4),
	SUITE_TEST(random_changes_of_ip6),
	SUITE_TEST(random_changes_of_large_tables),
};

static bool
start_qsbr(void)
{
	qsbr = rte_zmalloc("qsbr", rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE);
	return qsbr != NULL && rte_rcu_qsbr_init(qsbr, 1) == 0 &&
	       rte_rcu_qsbr_thread_register(qsbr, WORKER) == 0;
}

/* With an argument: an option of the EAL, to choose the width of vectors. */
int
main(int argc, char **argv)
{
	if (!frames_start_with(512, argc > 1 ? argv[1] : NULL) || !start_qsbr())
		return EXIT_FAILURE;
	return suite_run("fwd_fib", tests, SUITE_LEN(tests));
}
