/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker that stands still, and one that has heard; what is told of it. */
#include <rte_ring_elem.h>

#include "bench.h"
#include "election.h"
#include "worker.h"

static const struct bench_vhid fast = { .vhid = 1, .advbase = 1 };

static void
open_master(void)
{
	bench_open(&fast, 1);
	bench_run_to_master();
	bench.sent_count = 0;
}

/* ------------------------------------------------------------------------------------------- */
/* Stalls                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
a_stall_is_told_after_200_ms_and_when_it_ends(void)
{
	struct event event;

	open_master();
	bench.is_held[1] = true;
	bench_run(199 * MS);
	CU_ASSERT_FALSE(bench_event(EVENT_WORKER_STALLED, &event));
	bench_run(5 * MS);
	CU_ASSERT_FATAL(bench_event(EVENT_WORKER_STALLED, &event));
	CU_ASSERT_EQUAL(event.subject, 1);
	CU_ASSERT(event.stall.stall_us > 200 * MS && event.stall.stall_us < 205 * MS);
	bench_run(300 * MS);
	CU_ASSERT_FALSE(bench_event(EVENT_WORKER_STALLED, &event));
	bench.is_held[1] = false;
	bench_run(5 * MS);
	CU_ASSERT_FATAL(bench_event(EVENT_WORKER_RECOVERED, &event));
	CU_ASSERT_EQUAL(event.subject, 1);
	CU_ASSERT_EQUAL(event.stall.stall_us / (10 * MS), 50);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 0);
	bench_close();
}

static void
a_long_stall_demotes_until_the_worker_has_run_for_3_s(void)
{
	open_master();
	bench.is_held[1] = true;
	bench_run(1990 * MS);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 0);
	bench_run(20 * MS);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 240);
	bench_run(10 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 240);
	bench.is_held[1] = false;
	bench_run(2990 * MS);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 240);
	bench_run(20 * MS);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 0);
	bench_close();
}

/* Addresses would move with each of the pauses. */
static void
a_stall_within_these_3_s_begins_them_anew(void)
{
	open_master();
	bench.is_held[1] = true;
	bench_run(3 * SECOND);
	bench.is_held[1] = false;
	bench_run(2 * SECOND);
	bench.is_held[1] = true;
	bench_run(500 * MS);
	bench.is_held[1] = false;
	bench_run(2 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 240);
	bench_run(1100 * MS);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 0);
	bench_close();
}

static void
another_worker_injects_while_one_is_stalled(void)
{
	size_t before;

	open_master();
	CU_ASSERT_EQUAL(bench.r.port[0].injector, 0);
	bench_run(2 * SECOND);
	CU_ASSERT_EQUAL(bench_last(1)->worker, 0);
	bench.is_held[0] = true;
	bench_run(250 * MS);
	CU_ASSERT_EQUAL(bench.r.port[0].injector, 1);
	before = bench_sent(1);
	bench_run(1500 * MS);
	CU_ASSERT(bench_sent(1) > before);
	CU_ASSERT_EQUAL(bench_last(1)->worker, 1);
	bench.is_held[0] = false;
	bench_run(10 * MS);
	CU_ASSERT_EQUAL(bench.r.port[0].injector, 0);
	bench_close();
}

static void
workers_are_not_blamed_for_a_stop_of_control(void)
{
	struct event event;

	open_master();
	bench_wait(3 * SECOND);
	/* All were stopped; control is the first to run again. */
	control_turn(bench.control);
	bench_run(SECOND);
	CU_ASSERT_FALSE(bench_event(EVENT_WORKER_STALLED, &event));
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 0);
	bench_close();
}

/* One that stays away must not keep the roles fenced for ever: there is the demotion for that. */
static void
a_stalled_worker_does_not_hold_up_the_lease(void)
{
	open_master();
	bench.is_held[1] = true;
	bench_run(SECOND);
	bench_wait(5 * SECOND);
	bench_run(3 * SECOND);
	CU_ASSERT(bench_lease_us() > bench_us());
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* Lateness of control, and events                                                              */
/* ------------------------------------------------------------------------------------------- */

static void
the_worst_gap_leaves_its_window(void)
{
	struct control_gap gap;

	open_master();
	bench_wait(150 * MS);
	bench_run(SECOND);
	record_read(bench.r.gap, &gap);
	CU_ASSERT(gap.max_10s_us > 140 * MS && gap.max_10s_us <= 150 * MS);
	CU_ASSERT_EQUAL(gap.max_5min_us, gap.max_10s_us);
	bench_run(12 * SECOND);
	record_read(bench.r.gap, &gap);
	CU_ASSERT(gap.max_10s_us < 20 * MS);
	CU_ASSERT(gap.max_5min_us > 140 * MS);
	CU_ASSERT(gap.max_ever_us > 140 * MS);
	bench_close();
}

static void
events_without_room_are_counted(void)
{
	const struct event event = { .type = EVENT_LINK };
	unsigned int room;

	open_master();
	room = rte_ring_free_count(bench.r.events);
	for (unsigned int i = 0; i < room; i++)
		election_event(&bench.r, &event);
	CU_ASSERT_EQUAL(counter_read(&bench.r.events_lost), 0);
	for (unsigned int i = 0; i < 3; i++)
		election_event(&bench.r, &event);
	CU_ASSERT_EQUAL(counter_read(&bench.r.events_lost), 3);
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* Marks                                                                                        */
/* ------------------------------------------------------------------------------------------- */

static void
every_queue_has_to_be_drained(void)
{
	struct rx_queue queue[2] = { { .depth = 100 }, { .depth = 100 } };
	struct worker w = { .queue = queue, .queue_count = 2 };

	queue[0].is_drained = true;
	CU_ASSERT_FALSE(worker_has_heard(&w));
	queue[1].taken = 99;
	CU_ASSERT_FALSE(worker_has_heard(&w));
	queue[1].taken = 100;
	CU_ASSERT(worker_has_heard(&w));
	queue[1].taken = 0;
	queue[1].is_drained = true;
	CU_ASSERT(worker_has_heard(&w));
}

/* Many drivers give 32 at most, whatever they have. */
static void
a_short_burst_leaves_the_mark(void)
{
	struct worker *w;
	uint64_t heard_tsc;

	bench_open(&fast, 1);
	bench_run(10 * MS);
	w = &bench.r.worker[0];
	heard_tsc = w->heard_tsc;
	for (int i = 0; i < 32; i++)
		bench_hear_noise(0);
	bench_wait(1 * MS);
	bench_work();
	CU_ASSERT_EQUAL(w->heard_tsc, heard_tsc);
	bench_wait(1 * MS);
	bench_work();
	/* The mark was set when the turn before began. */
	CU_ASSERT(w->heard_tsc > heard_tsc);
	CU_ASSERT(w->heard_tsc < w->turn_tsc);
	bench_close();
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(a_stall_is_told_after_200_ms_and_when_it_ends),
		SUITE_TEST(a_long_stall_demotes_until_the_worker_has_run_for_3_s),
		SUITE_TEST(a_stall_within_these_3_s_begins_them_anew),
		SUITE_TEST(another_worker_injects_while_one_is_stalled),
		SUITE_TEST(workers_are_not_blamed_for_a_stop_of_control),
		SUITE_TEST(a_stalled_worker_does_not_hold_up_the_lease),
		SUITE_TEST(the_worst_gap_leaves_its_window),
		SUITE_TEST(events_without_room_are_counted),
		SUITE_TEST(every_queue_has_to_be_drained),
		SUITE_TEST(a_short_burst_leaves_the_mark),
	};

	(void)argc;
	bench_start(argv[0]);
	return suite_run("watch", tests, SUITE_LEN(tests));
}
