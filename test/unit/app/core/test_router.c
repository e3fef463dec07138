/* SPDX-License-Identifier: BSD-3-Clause */
/* When a router advertises itself: by the numbers, and by a koi that becomes MASTER and is not. */
#include "bench.h"
#include "reload.h"
#include "router_timer.h"

#define RANDOM_MOST UINT32_MAX
#define ROUTER_ADVERTISEMENT 134
#define AT_LIFETIME 60

static const struct bench_vhid one = { .vhid = 1, .advbase = 1 };
static const char every_20_s[] = "{\"interval_s\": 20, \"min_interval_s\": 10}";

/* ------------------------------------------------------------------------------------------- */
/* By the numbers                                                                               */
/* ------------------------------------------------------------------------------------------- */

static void
first_ones_are_soon_and_the_others_within_the_interval(void)
{
	struct router_timer t = { 0 };

	router_timer_stop(&t);
	CU_ASSERT_EQUAL(t.next_us, UINT64_MAX);
	router_timer_start(&t, 100);
	CU_ASSERT_EQUAL(t.next_us, 100);
	router_timer_sent(&t, 100, 198, 600, 0);
	CU_ASSERT_EQUAL(t.next_us, 100 + 16 * SECOND);
	router_timer_sent(&t, t.next_us, 198, 600, RANDOM_MOST);
	CU_ASSERT_EQUAL(t.next_us, 100 + 32 * SECOND);
	/* That was the second; after the third, as configured. */
	router_timer_sent(&t, t.next_us, 198, 600, RANDOM_MOST);
	CU_ASSERT_EQUAL(t.next_us, 100 + 632 * SECOND);
	router_timer_sent(&t, t.next_us, 198, 600, 0);
	CU_ASSERT_EQUAL(t.next_us, 100 + 830 * SECOND);
	router_timer_sent(&t, t.next_us, 198, 600, UINT32_C(1) << 31);
	CU_ASSERT_EQUAL(t.next_us, 100 + (830 + 399) * SECOND);
}

static void
short_intervals_are_not_made_longer_at_first(void)
{
	struct router_timer t = { 0 };

	router_timer_start(&t, 0);
	router_timer_sent(&t, 0, 3, 4, 0);
	CU_ASSERT_EQUAL(t.next_us, 3 * SECOND);
	router_timer_sent(&t, 3 * SECOND, 3, 4, RANDOM_MOST);
	CU_ASSERT_EQUAL(t.next_us, 7 * SECOND);
}

static void
whoever_asks_is_answered_within_half_a_second(void)
{
	struct router_timer t = { 0 };

	router_timer_start(&t, 0);
	router_timer_sent(&t, 0, 198, 600, 0);
	router_timer_solicit(&t, 10 * SECOND, 0);
	CU_ASSERT_EQUAL(t.next_us, 10 * SECOND);
	router_timer_sent(&t, 10 * SECOND, 198, 600, 0);
	router_timer_solicit(&t, 20 * SECOND, RANDOM_MOST);
	CU_ASSERT_EQUAL(t.next_us, 20 * SECOND + 500 * MS);
	/* A second one does not put it off. */
	router_timer_solicit(&t, 20 * SECOND + 100 * MS, RANDOM_MOST);
	CU_ASSERT_EQUAL(t.next_us, 20 * SECOND + 500 * MS);
}

static void
answers_are_3_s_apart(void)
{
	struct router_timer t = { 0 };

	router_timer_start(&t, 0);
	router_timer_sent(&t, 0, 198, 600, 0);
	router_timer_solicit(&t, SECOND, UINT32_C(1) << 31);
	CU_ASSERT_EQUAL(t.next_us, 3 * SECOND + 250 * MS);
	/* What is due before that is the answer. */
	t.next_us = 3 * SECOND + 10 * MS;
	router_timer_solicit(&t, SECOND, RANDOM_MOST);
	CU_ASSERT_EQUAL(t.next_us, 3 * SECOND + 10 * MS);
}

static void
nobody_is_answered_while_stopped(void)
{
	struct router_timer t = { 0 };

	router_timer_start(&t, 0);
	router_timer_sent(&t, 0, 198, 600, 0);
	router_timer_stop(&t);
	router_timer_solicit(&t, SECOND, 0);
	CU_ASSERT_EQUAL(t.next_us, UINT64_MAX);
	/* A router again, soon after the last advertisement. */
	router_timer_start(&t, 2 * SECOND);
	CU_ASSERT_EQUAL(t.next_us, 3 * SECOND);
	CU_ASSERT_EQUAL(t.initial, ROUTER_INITIAL);
}

/* ------------------------------------------------------------------------------------------- */
/* A koi                                                                                        */
/* ------------------------------------------------------------------------------------------- */

/* The router advertisements in bench.sent. */
static size_t
list_adverts(const struct bench_frame **out, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < bench.sent_count; i++) {
		if (bench.sent[i].icmp6 != ROUTER_ADVERTISEMENT)
			continue;
		CU_ASSERT_FATAL(count < max);
		out[count++] = &bench.sent[i];
	}
	return count;
}

static size_t
count_adverts(void)
{
	const struct bench_frame *adverts[64];

	return list_adverts(adverts, 64);
}

static void
solicit(void)
{
	counter_add(&bench.r.worker[1].interface[0]->nd.counter[ND_ROUTER_SOLICITATIONS], 1);
}

static void
open_router(const char *router)
{
	bench_router = router;
	bench_open(&one, 1);
	bench_run_to_master();
}

static void
a_master_advertises_and_a_backup_does_not(void)
{
	static const uint8_t source[16] = { 0xfe, 0x80, [15] = 1 };
	static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 1, 1 };
	const struct bench_frame *adverts[64];
	size_t count;

	bench_router = every_20_s;
	bench_open(&one, 1);
	bench_run(2 * SECOND);
	CU_ASSERT_EQUAL(count_adverts(), 0);
	bench_run_to_master();
	bench_run(100 * SECOND);
	count = list_adverts(adverts, 64);
	CU_ASSERT_FATAL(count >= 5 && count <= 11);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_EQUAL(memcmp(adverts[i]->octets + 6, mac, sizeof(mac)), 0);
		CU_ASSERT_EQUAL(memcmp(adverts[i]->octets + 22, source, sizeof(source)), 0);
		CU_ASSERT_EQUAL(adverts[i]->octets[AT_LIFETIME + 1], 60);
		if (i > 0)
			CU_ASSERT(adverts[i]->at_us - adverts[i - 1]->at_us >= 10 * SECOND);
	}
	for (size_t i = 1; i < ROUTER_INITIAL; i++)
		CU_ASSERT(adverts[i]->at_us - adverts[i - 1]->at_us <= 16 * SECOND + 20 * MS);
	CU_ASSERT_EQUAL(bench.r.interface[0].router_adverts, count);
	/* A better master: silence at once, and no word that takes the router back. */
	bench.sent_count = 0;
	for (int i = 0; i < 60; i++) {
		bench_hear(1, 0, 1);
		solicit();
		bench_run(SECOND / 2);
	}
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	CU_ASSERT_EQUAL(count_adverts(), 0);
	bench_close();
}

static void
the_first_comes_with_the_role(void)
{
	open_router(every_20_s);
	bench_run(50 * MS);
	CU_ASSERT_EQUAL(count_adverts(), 1);
	bench_close();
}

static void
solicitations_are_answered_3_s_apart(void)
{
	const struct bench_frame *adverts[64];
	size_t count;

	open_router("{}");
	bench_run(40 * SECOND);
	CU_ASSERT_EQUAL(count_adverts(), 3);
	bench.sent_count = 0;
	/* A flood of them. */
	for (int i = 0; i < 3000; i++) {
		solicit();
		bench_run(10 * MS);
	}
	count = list_adverts(adverts, 64);
	CU_ASSERT(count >= 8 && count <= 11);
	for (size_t i = 1; i < count; i++)
		CU_ASSERT(adverts[i]->at_us - adverts[i - 1]->at_us >= 3 * SECOND);
	bench_close();
}

static void
a_bow_out_takes_nothing_back(void)
{
	open_router(every_20_s);
	bench_run(30 * SECOND);
	bench.sent_count = 0;
	control_resign(bench.control);
	while (!control_resign_turn(bench.control))
		bench_work();
	bench_work();
	CU_ASSERT_EQUAL(bench_last(1)->advskew, 255);
	CU_ASSERT_EQUAL(count_adverts(), 0);
	bench_close();
}

static void
reload(const char *router)
{
	struct config_report report = { 0 };
	struct change_list *list;

	bench_router = router;
	list = reload_plan(&bench.r, bench_config(&one, 1), &report);
	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	config_report_free(&report);
	rte_ring_sp_enqueue(bench.r.changes, list);
	bench_run(50 * MS);
	CU_ASSERT_FATAL(list->is_done);
	reload_show(&bench.r, list);
	reload_finish(&bench.r, list);
}

static void
a_reload_says_at_once_what_is_new(void)
{
	const struct bench_frame *adverts[64];

	open_router(every_20_s);
	bench_run(60 * SECOND);
	bench.sent_count = 0;
	/* The same goes on as it was. */
	reload(every_20_s);
	CU_ASSERT_EQUAL(count_adverts(), 0);
	bench_run(20 * SECOND);
	CU_ASSERT_FATAL(count_adverts() >= 1);
	bench_run(4 * SECOND);
	bench.sent_count = 0;
	reload("{\"interval_s\": 20, \"min_interval_s\": 10, \"lifetime_s\": 99}");
	bench_run(3 * SECOND);
	CU_ASSERT_EQUAL_FATAL(list_adverts(adverts, 64), 1);
	CU_ASSERT_EQUAL(adverts[0]->octets[AT_LIFETIME + 1], 99);
	bench_run(34 * SECOND);
	CU_ASSERT(count_adverts() >= 3);
	/* The addresses stay, the router is one no more. */
	bench.sent_count = 0;
	reload(NULL);
	bench_run(40 * SECOND);
	CU_ASSERT_EQUAL(count_adverts(), 0);
	bench_close();
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(first_ones_are_soon_and_the_others_within_the_interval),
		SUITE_TEST(short_intervals_are_not_made_longer_at_first),
		SUITE_TEST(whoever_asks_is_answered_within_half_a_second),
		SUITE_TEST(answers_are_3_s_apart),
		SUITE_TEST(nobody_is_answered_while_stopped),
		SUITE_TEST(a_master_advertises_and_a_backup_does_not),
		SUITE_TEST(the_first_comes_with_the_role),
		SUITE_TEST(solicitations_are_answered_3_s_apart),
		SUITE_TEST(a_bow_out_takes_nothing_back),
		SUITE_TEST(a_reload_says_at_once_what_is_new),
	};

	(void)argc;
	bench_start(argv[0]);
	return suite_run("router", tests, SUITE_LEN(tests));
}
