/* SPDX-License-Identifier: BSD-3-Clause */
/* Who was late: control, a worker, or the peer? */
#include "bench.h"

#include "base/clock.h"

#define PEER_PATIENCE_US (3 * SECOND)

static const struct bench_vhid slow = { .vhid = 1, .advbase = 1, .advskew = 100 };

static void
open_master(const struct bench_vhid *v)
{
	bench_open(v, 1);
	bench_run_to_master();
}

/* ------------------------------------------------------------------------------------------- */
/* Workers that have not heard                                                                  */
/* ------------------------------------------------------------------------------------------- */

static void
silence_that_was_heard_makes_a_master(void)
{
	bench_open(&slow, 1);
	bench_run(3 * SECOND);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	bench_run(SECOND);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	CU_ASSERT(bench_sent(1) >= 1);
	bench_close();
}

/* Frames come as fast as they are taken. */
static void
hear_noise(unsigned int turns)
{
	for (unsigned int i = 0; i < turns; i++) {
		bench_hear_noise(0);
		bench_turn();
		bench_wait(1 * MS);
	}
}

/* They are fewer in all than the queue can hold. */
static void
a_queue_that_never_was_empty_makes_no_master(void)
{
	bench_open(&slow, 1);
	bench_run(100 * MS);
	hear_noise(4000);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	CU_ASSERT_EQUAL(bench_sent(1), 0);
	bench_run(10 * MS);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	bench_close();
}

static void
as_many_frames_as_fit_are_as_good_as_an_empty_queue(void)
{
	bench_open(&slow, 1);
	bench_run(100 * MS);
	hear_noise(9000);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	bench_close();
}

/* The other worker hears nothing: that of a held one is what counts. */
static void
an_advert_that_waits_for_a_held_worker_counts(void)
{
	bench_open(&slow, 1);
	bench_run(100 * MS);
	bench.is_held[0] = true;
	for (int i = 0; i < 6; i++) {
		bench_run(SECOND);
		bench_hear(1, 1, 0);
	}
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	bench.is_held[0] = false;
	bench_run(SECOND);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	CU_ASSERT_EQUAL(bench_status(1).transitions, 1);
	bench_close();
}

/* It may be late because it shares a core with control. */
static void
control_does_not_spin_while_a_worker_is_late(void)
{
	bench_open(&slow, 1);
	bench_run(100 * MS);
	bench.is_held[0] = true;
	bench_run(5 * SECOND);
	CU_ASSERT(bench_status(1).deadline_us < bench_us());
	bench_wait(1 * MS);
	CU_ASSERT(control_turn(bench.control) >= 100);
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* Control that stood still                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
a_lone_master_listens_and_goes_on(void)
{
	struct event event;
	uint64_t lease_us;

	open_master(&slow);
	lease_us = bench_lease_us();
	bench.sent_count = 0;
	bench_wait(5 * SECOND);
	bench_turn();
	bench_turn();
	CU_ASSERT_EQUAL(bench_lease_us(), lease_us);
	/* Any peer with advbase 1 speaks within two seconds. */
	bench_run(2 * SECOND - 1 * MS);
	CU_ASSERT_EQUAL(bench_lease_us(), lease_us);
	CU_ASSERT_FALSE(bench_answers(0, "10.0.1.1"));
	bench_run(10 * MS);
	CU_ASSERT(bench_lease_us() > bench_us());
	CU_ASSERT(bench_answers(0, "10.0.1.1"));
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(bench_status(1).transitions, 2);
	CU_ASSERT(bench_event(EVENT_CONTROL_LATE, &event));
	CU_ASSERT(event.stall.stall_us > 4900 * MS && event.stall.stall_us <= 5 * SECOND);
	CU_ASSERT_FALSE(bench_event(EVENT_WORKER_STALLED, &event));
	bench_close();
}

static void
a_master_that_was_replaced_yields_before_it_speaks(void)
{
	open_master(&slow);
	bench.sent_count = 0;
	bench_wait(5 * SECOND);
	bench_hear(1, 1, 0);
	bench_run(SECOND);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	CU_ASSERT_EQUAL(bench.sent_count, 0);
	bench_close();
}

/* Its advertisements of the meantime have found no room; the next one comes while we listen. */
static void
a_master_that_was_replaced_unheard_yields_before_it_speaks(void)
{
	open_master(&slow);
	bench.sent_count = 0;
	bench_wait(5 * SECOND);
	bench_run(1900 * MS);
	CU_ASSERT_FALSE(bench_answers(0, "10.0.1.1"));
	bench_hear(1, 1, 0);
	bench_run(SECOND);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	CU_ASSERT_EQUAL(bench.sent_count, 0);
	bench_close();
}

static void
a_second_stop_does_not_cut_the_listening_short(void)
{
	uint64_t lease_us;

	open_master(&slow);
	lease_us = bench_lease_us();
	bench.sent_count = 0;
	bench_wait(5 * SECOND);
	bench_run(500 * MS);
	bench_wait(30 * MS);
	bench_run(1400 * MS);
	CU_ASSERT_EQUAL(bench_lease_us(), lease_us);
	CU_ASSERT_EQUAL(bench.sent_count, 0);
	bench_close();
}

/* The stop concerns both; each has peers as slow as itself. */
static void
it_listens_for_the_slowest_vhid(void)
{
	const struct bench_vhid vhids[] = { { .vhid = 1, .advbase = 1 },
					    { .vhid = 2, .advbase = 3 } };
	uint64_t lease_us;

	bench_open(vhids, 2);
	bench_run_to_master();
	lease_us = bench_lease_us();
	bench_wait(11 * SECOND);
	bench_run(3900 * MS);
	CU_ASSERT_EQUAL(bench_lease_us(), lease_us);
	bench_run(200 * MS);
	CU_ASSERT(bench_lease_us() > bench_us());
	bench_close();
}

static void
a_short_stop_ends_when_what_came_in_was_heard(void)
{
	uint64_t lease_us;

	open_master(&slow);
	lease_us = bench_lease_us();
	bench_wait(25 * MS);
	control_turn(bench.control);
	CU_ASSERT_EQUAL(bench_lease_us(), lease_us);
	bench_work();
	control_turn(bench.control);
	CU_ASSERT(bench_lease_us() > lease_us);
	bench_close();
}

/* With intervals so short what is no stop elsewhere has outlived the lease. */
static void
a_stop_is_one_that_outlives_the_lease(void)
{
	const struct bench_vhid quick = { .vhid = 1, .advbase = 0, .advskew = 2 };
	uint64_t lease_us;

	open_master(&quick);
	bench_turn();
	lease_us = bench_lease_us();
	CU_ASSERT_FATAL(lease_us - bench_us() < 17 * MS);
	bench_wait(18 * MS);
	control_turn(bench.control);
	CU_ASSERT_EQUAL(bench_lease_us(), lease_us);
	bench_run(20 * MS);
	CU_ASSERT(bench_lease_us() > bench_us());
	bench_close();
}

static void
a_stop_in_the_middle_of_a_turn_is_one(void)
{
	struct control_gap gap;
	struct event event;
	uint64_t lease_us;

	open_master(&slow);
	/* The first reading of a turn is its begin, what is read at its end is later. */
	bench_jump_at(2, 4 * SECOND);
	control_turn(bench.control);
	lease_us = bench_lease_us();
	CU_ASSERT(lease_us < bench_us());
	control_turn(bench.control);
	CU_ASSERT_EQUAL(bench_lease_us(), lease_us);
	record_read(bench.r.gap, &gap);
	CU_ASSERT_EQUAL(gap.max_ever_us / MS, 4000);
	CU_ASSERT_FALSE(bench_event(EVENT_WORKER_STALLED, &event));
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 0);
	bench_close();
}

static void
a_link_that_goes_takes_the_role_at_once(void)
{
	struct event event;

	open_master(&slow);
	while (bench_event(EVENT_STATE, &event))
		;
	bench.sent_count = 0;
	bench.r.port[0].link = link_pack((struct port_link){ .is_up = false });
	bench_turn();
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_INIT);
	CU_ASSERT_FATAL(bench_event(EVENT_LINK, &event));
	CU_ASSERT_FALSE(event.link.is_up);
	CU_ASSERT_FATAL(bench_event(EVENT_STATE, &event));
	CU_ASSERT_EQUAL(event.state.reason.code, CARP_REASON_LINK_DOWN);
	bench_run(10 * MS);
	/* A bow-out would go nowhere. */
	CU_ASSERT_EQUAL(bench.sent_count, 0);
	bench.r.port[0].link = link_pack((struct port_link){ .is_up = true });
	bench_run(10 * MS);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* The lease                                                                                    */
/* ------------------------------------------------------------------------------------------- */

/* Stop control when a peer has waited longest already: just before the next advertisement. */
static void
check_lease(const struct bench_vhid *v, int32_t demotion)
{
	uint64_t last_us, interval_us;

	open_master(v);
	carp_node_demote(bench.r.node, demotion, bench_us());
	bench_run(2 * (v->advbase + 1) * SECOND);
	last_us = bench_last(1)->at_us;
	while (bench_last(1)->at_us == last_us)
		bench_run(1 * MS);
	last_us = bench_last(1)->at_us;
	interval_us = v->advbase * SECOND +
		      bench_status(1).effective_advskew * SECOND / 256;
	bench_run(interval_us - 2 * MS);
	CU_ASSERT_EQUAL_FATAL(bench_last(1)->at_us, last_us);
	CU_ASSERT(bench_answers(0, "10.0.1.1"));
	bench_wait(500 * MS);
	CU_ASSERT(bench_answers(0, "10.0.1.1"));
	/* Of a peer with the same advbase and no advskew. */
	bench_wait(last_us + v->advbase * PEER_PATIENCE_US - bench_us());
	CU_ASSERT_FALSE(bench_answers(0, "10.0.1.1"));
	CU_ASSERT_FALSE(bench_answers(1, "10.0.1.1"));
	CU_ASSERT(bench_answers(0, BENCH_OWN));
	CU_ASSERT(counter_read(&bench.r.worker[0].fenced_bursts) > 0);
	bench_close();
}

static void
a_lease_ends_before_the_patience_of_peers(void)
{
	static const struct bench_vhid vhids[] = {
		{ .vhid = 1, .advbase = 1, .advskew = 0 },
		{ .vhid = 1, .advbase = 1, .advskew = 100 },
		{ .vhid = 1, .advbase = 1, .advskew = 254 },
		{ .vhid = 1, .advbase = 3, .advskew = 200 },
	};

	for (size_t i = 0; i < SUITE_LEN(vhids); i++) {
		check_lease(&vhids[i], 0);
		check_lease(&vhids[i], 240);
	}
}

/* A vhid that is quick must not be served for as long as a slow one may be. */
static void
the_shortest_lease_counts(void)
{
	const struct bench_vhid vhids[] = { { .vhid = 1, .advbase = 5 },
					    { .vhid = 2, .advbase = 0, .advskew = 10 } };
	uint64_t interval_us = 10 * SECOND / 256;

	bench_open(vhids, 2);
	bench_run_to_master();
	CU_ASSERT(bench_lease_us() > bench_us());
	CU_ASSERT(bench_lease_us() <= bench_us() + 2 * interval_us);
	bench_close();
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(silence_that_was_heard_makes_a_master),
		SUITE_TEST(a_queue_that_never_was_empty_makes_no_master),
		SUITE_TEST(as_many_frames_as_fit_are_as_good_as_an_empty_queue),
		SUITE_TEST(an_advert_that_waits_for_a_held_worker_counts),
		SUITE_TEST(control_does_not_spin_while_a_worker_is_late),
		SUITE_TEST(a_lone_master_listens_and_goes_on),
		SUITE_TEST(a_master_that_was_replaced_yields_before_it_speaks),
		SUITE_TEST(a_master_that_was_replaced_unheard_yields_before_it_speaks),
		SUITE_TEST(a_second_stop_does_not_cut_the_listening_short),
		SUITE_TEST(it_listens_for_the_slowest_vhid),
		SUITE_TEST(a_short_stop_ends_when_what_came_in_was_heard),
		SUITE_TEST(a_stop_is_one_that_outlives_the_lease),
		SUITE_TEST(a_stop_in_the_middle_of_a_turn_is_one),
		SUITE_TEST(a_link_that_goes_takes_the_role_at_once),
		SUITE_TEST(a_lease_ends_before_the_patience_of_peers),
		SUITE_TEST(the_shortest_lease_counts),
	};

	(void)argc;
	bench_start(argv[0]);
	return suite_run("control", tests, SUITE_LEN(tests));
}
