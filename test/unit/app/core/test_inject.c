/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of control on their way to the device, and roles that wait for them. */
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "bench.h"
#include "election.h"

#define MANY 255
/* Announcements take no more of the ring. */
#define ANNOUNCEMENTS_MAX 1024

static const struct bench_vhid fast = { .vhid = 1, .advbase = 1 };

static void
open_master(void)
{
	bench_open(&fast, 1);
	bench_run_to_master();
	bench.sent_count = 0;
}

static struct inject_item
item_of(enum inject_kind kind, uint64_t expires_us)
{
	return (struct inject_item){
		.expires_tsc = clock_us_to_tsc(expires_us),
		.generation = bench_generation(1),
		.vhid = 1,
		.kind = (uint8_t)kind,
		.family = IP_V4,
	};
}

/* An announcement with a number in place of its address. */
static int
inject_number(enum inject_kind kind, uint32_t number, uint64_t expires_us)
{
	const struct inject_item item = item_of(kind, expires_us);
	uint8_t data[ARP_FRAME_LEN];

	arp_build_announcement(data, number, 0);
	return inject_frame(&bench.r, &item, data, sizeof(data));
}

/* ------------------------------------------------------------------------------------------- */
/* Frames                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
a_frame_of_an_earlier_role_is_dropped(void)
{
	open_master();
	CU_ASSERT_EQUAL(inject_number(INJECT_ANNOUNCEMENT, 1, bench_us() + SECOND), 0);
	vip_role_store(&bench.r.interface[0].vip.roles, 1,
		       vip_role_word(VIP_ROLE_BACKUP, bench_generation(1) + 1));
	CU_ASSERT_EQUAL(inject_number(INJECT_ANNOUNCEMENT, 2, bench_us() + SECOND), 0);
	bench_work();
	CU_ASSERT_EQUAL(bench.sent_count, 1);
	CU_ASSERT_EQUAL(bench.sent[0].arp_be, 2);
	CU_ASSERT_EQUAL(bench_stale(), 1);
	bench_close();
}

/* The word has room for 24 bits of it. */
static void
a_generation_counts_in_the_bits_of_the_word(void)
{
	struct inject_item item;
	uint8_t data[ARP_FRAME_LEN] = { 0 };

	open_master();
	item = item_of(INJECT_ANNOUNCEMENT, bench_us() + SECOND);
	item.generation |= 7u << 24;
	CU_ASSERT_EQUAL(inject_frame(&bench.r, &item, data, sizeof(data)), 0);
	bench_work();
	CU_ASSERT_EQUAL(bench.sent_count, 1);
	bench_close();
}

static void
forward_number(uint32_t number, uint64_t source)
{
	const struct inject_item item = item_of(INJECT_FORWARD, bench_us() + SECOND);
	struct rte_mbuf *frame = rte_pktmbuf_alloc(bench.r.inject_pool);

	CU_ASSERT_PTR_NOT_NULL_FATAL(frame);
	arp_build_announcement((uint8_t *)rte_pktmbuf_append(frame, ARP_FRAME_LEN), number, source);
	CU_ASSERT_EQUAL(inject_packet(&bench.r, &item, frame), 0);
}

/* A ping is answered from the virtual MAC, and where it came from is asked for first. */
static void
an_answer_that_waited_is_dropped_with_its_role(void)
{
	open_master();
	forward_number(1, mac_of_vhid(1));
	bench_work();
	CU_ASSERT_EQUAL(bench.sent_count, 1);
	forward_number(2, mac_of_vhid(1));
	forward_number(3, bench.r.interface[0].port->port.mac);
	vip_role_store(&bench.r.interface[0].vip.roles, 1,
		       vip_role_word(VIP_ROLE_BACKUP, bench_generation(1) + 1));
	bench_work();
	CU_ASSERT_EQUAL_FATAL(bench.sent_count, 2);
	CU_ASSERT_EQUAL(bench.sent[1].arp_be, 3);
	CU_ASSERT_EQUAL(bench_stale(), 1);
	bench_close();
}

/* Worker and control have been stopped together: another may have the address by now. */
static void
an_announcement_is_dropped_without_a_lease(void)
{
	open_master();
	CU_ASSERT_EQUAL(inject_number(INJECT_ANNOUNCEMENT, 1, bench_us() + 60 * SECOND), 0);
	bench_wait(bench_lease_us() + MS - bench_us());
	bench_work();
	CU_ASSERT_EQUAL(bench.sent_count, 0);
	CU_ASSERT_EQUAL(bench_stale(), 1);
	bench_close();
}

static void
a_late_frame_is_dropped_and_told(void)
{
	struct inject_done done;

	open_master();
	CU_ASSERT_EQUAL(inject_number(INJECT_ADVERT, 1, bench_us() + 10 * MS), 0);
	CU_ASSERT_EQUAL(inject_number(INJECT_ADVERT, 2, bench_us() + 30 * MS), 0);
	bench_wait(20 * MS);
	bench_work();
	CU_ASSERT_EQUAL(bench.sent_count, 1);
	CU_ASSERT_EQUAL(bench.sent[0].arp_be, 2);
	CU_ASSERT_EQUAL(bench_stale(), 1);
	rte_ring_dequeue_elem(bench.r.worker[0].inject_done, &done, sizeof(done));
	CU_ASSERT_EQUAL(done.result, INJECT_REFUSED);
	rte_ring_dequeue_elem(bench.r.worker[0].inject_done, &done, sizeof(done));
	CU_ASSERT_EQUAL(done.result, INJECT_SENT);
	bench_close();
}

/* A master with an interval of one second whose worker was away for longer. */
static void
an_advert_is_true_for_an_interval(void)
{
	size_t sent;

	open_master();
	bench_run(1500 * MS);
	sent = bench_sent(1);
	bench.is_held[0] = bench.is_held[1] = true;
	bench_run(1100 * MS);
	CU_ASSERT(inject_waiting(&bench.r) >= 1);
	bench_wait(2 * SECOND);
	bench.is_held[0] = bench.is_held[1] = false;
	bench_work();
	CU_ASSERT_EQUAL(bench_sent(1), sent);
	CU_ASSERT(bench_stale() >= 1);
	bench_close();
}

static void
what_the_device_refuses_is_first_in_the_next_turn(void)
{
	open_master();
	bench_block(0);
	for (uint32_t i = 1; i <= 3; i++)
		CU_ASSERT_EQUAL(inject_number(INJECT_ADVERT, i, bench_us() + SECOND), 0);
	bench_work();
	CU_ASSERT_EQUAL(inject_waiting(&bench.r), 0);
	CU_ASSERT_EQUAL(rte_ring_count(bench.r.worker[0].inject_done), 0);
	for (uint32_t i = 4; i <= 50; i++)
		CU_ASSERT_EQUAL(inject_number(INJECT_ADVERT, i, bench_us() + SECOND), 0);
	bench_work();
	bench_unblock(0);
	bench_work();
	bench_work();
	CU_ASSERT_EQUAL_FATAL(bench.sent_count, 50);
	for (uint32_t i = 0; i < 50; i++)
		CU_ASSERT_EQUAL(bench.sent[i].arp_be, i + 1);
	CU_ASSERT_EQUAL(rte_ring_count(bench.r.worker[0].inject_done), 50);
	bench_close();
}

/* The first of them waits in the worker until it is too old. */
static void
a_device_that_takes_nothing_demotes(void)
{
	open_master();
	bench_block(0);
	bench_run(10 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 240);
	CU_ASSERT(bench_status(1).counters[CARP_SEND_ERRORS] >= 3);
	bench_unblock(0);
	bench_run(10 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(bench.r.node), 0);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	bench_close();
}

static void
announcements_leave_room_for_adverts(void)
{
	unsigned int announcements = 0, adverts = 0;

	open_master();
	bench.is_held[0] = true;
	while (inject_number(INJECT_ANNOUNCEMENT, 1, bench_us() + SECOND) == 0)
		announcements++;
	CU_ASSERT_EQUAL(announcements, ANNOUNCEMENTS_MAX);
	while (inject_number(INJECT_ADVERT, 2, bench_us() + SECOND) == 0)
		adverts++;
	CU_ASSERT(adverts >= CONFIG_VHIDS_MAX);
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* Values                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
an_advert_with_other_values_has_another_generation(void)
{
	uint32_t generation;

	open_master();
	generation = bench_generation(1);
	bench_run(3 * SECOND);
	CU_ASSERT_EQUAL(bench_generation(1), generation);
	CU_ASSERT_EQUAL(bench_last(1)->advskew, 0);
	carp_node_demote(bench.r.node, 240, bench_us());
	bench_run(3 * SECOND);
	CU_ASSERT_EQUAL(bench_last(1)->advskew, 240);
	CU_ASSERT_EQUAL(bench_generation(1), generation + 1);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* Bow-outs                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
a_role_lasts_until_its_bow_out_is_with_the_device(void)
{
	open_master();
	election_force(&bench.r, bench_vhid(1), CARP_BACKUP, bench_us());
	control_turn(bench.control);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(bench_status(1).state, CARP_BACKUP);
	CU_ASSERT(bench_answers(1, "10.0.1.1"));
	bench_work();
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(bench_last(1)->advskew, CARP_BOW_OUT);
	control_turn(bench.control);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	bench_close();
}

static void
a_role_does_not_wait_for_its_bow_out_for_longer_than_1_ms(void)
{
	open_master();
	bench.is_held[0] = true;
	election_force(&bench.r, bench_vhid(1), CARP_BACKUP, bench_us());
	bench_wait(999);
	control_turn(bench.control);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	bench_wait(1);
	control_turn(bench.control);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_BACKUP);
	/* It is not wrong by then. */
	bench.is_held[0] = false;
	bench_work();
	CU_ASSERT_EQUAL(bench_last(1)->advskew, CARP_BOW_OUT);
	bench_close();
}

static void
a_bow_out_is_wrong_once_the_vhid_is_master_again(void)
{
	open_master();
	bench.is_held[0] = true;
	election_force(&bench.r, bench_vhid(1), CARP_BACKUP, bench_us());
	bench_wait(2 * MS);
	control_turn(bench.control);
	election_force(&bench.r, bench_vhid(1), CARP_MASTER, bench_us());
	bench.is_held[0] = false;
	bench_turn();
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	for (size_t i = 0; i < bench.sent_count; i++)
		CU_ASSERT_NOT_EQUAL(bench.sent[i].advskew, CARP_BOW_OUT);
	CU_ASSERT_EQUAL(bench_stale(), 1);
	bench_close();
}

static void
open_many(void)
{
	struct bench_vhid vhids[MANY];

	for (unsigned int i = 0; i < MANY; i++)
		vhids[i] = (struct bench_vhid){ .vhid = (uint8_t)(i + 1), .advbase = 1,
						.addresses = 16 };
	bench_open(vhids, MANY);
	bench_run_to_master();
	bench_run(2 * SECOND);
	bench.sent_count = 0;
}

static unsigned int
count_bow_outs(void)
{
	unsigned int count = 0;

	for (unsigned int vhid = 1; vhid <= MANY; vhid++)
		count += bench_sent((uint8_t)vhid) != 0 &&
			 bench_last((uint8_t)vhid)->advskew == CARP_BOW_OUT;
	return count;
}

/* Returns for how long it took. */
static uint64_t
resign(bool is_working)
{
	uint64_t began_us = bench_us();
	bool is_done;

	control_resign(bench.control);
	do {
		if (is_working)
			bench_work();
		is_done = control_resign_turn(bench.control);
		bench_wait(50);
	} while (!is_done && bench_us() < began_us + 10 * SECOND);
	return bench_us() - began_us;
}

static void
all_bow_out_at_the_end(void)
{
	struct event event;

	open_many();
	while (bench_event(EVENT_CONTROL_LATE, &event))
		;
	CU_ASSERT(resign(true) < 20 * MS);
	CU_ASSERT_EQUAL(count_bow_outs(), MANY);
	for (unsigned int vhid = 1; vhid <= MANY; vhid++) {
		CU_ASSERT_EQUAL(bench_role((uint8_t)vhid), VIP_ROLE_INIT);
		CU_ASSERT_EQUAL(bench_status((uint8_t)vhid).counters[CARP_SEND_ERRORS], 0);
	}
	CU_ASSERT_EQUAL(bench_stale(), 0);
	bench_close();
}

/* Announcements that wait do not keep bow-outs from the ring. */
static void
all_bow_out_behind_announcements(void)
{
	open_many();
	while (inject_number(INJECT_ANNOUNCEMENT, 1, bench_us() + SECOND) == 0)
		;
	CU_ASSERT(resign(true) < 50 * MS);
	CU_ASSERT_EQUAL(count_bow_outs(), MANY);
	bench_close();
}

static void
the_end_does_not_wait_for_a_worker_for_ever(void)
{
	struct event event;

	open_many();
	while (bench_event(EVENT_STATE, &event))
		;
	CU_ASSERT(resign(false) / (10 * MS) == 50);
	/* These were turns like any other. */
	CU_ASSERT_FALSE(bench_event(EVENT_CONTROL_LATE, &event));
	bench_close();
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(a_frame_of_an_earlier_role_is_dropped),
		SUITE_TEST(a_generation_counts_in_the_bits_of_the_word),
		SUITE_TEST(an_answer_that_waited_is_dropped_with_its_role),
		SUITE_TEST(an_announcement_is_dropped_without_a_lease),
		SUITE_TEST(a_late_frame_is_dropped_and_told),
		SUITE_TEST(an_advert_is_true_for_an_interval),
		SUITE_TEST(what_the_device_refuses_is_first_in_the_next_turn),
		SUITE_TEST(a_device_that_takes_nothing_demotes),
		SUITE_TEST(announcements_leave_room_for_adverts),
		SUITE_TEST(an_advert_with_other_values_has_another_generation),
		SUITE_TEST(a_role_lasts_until_its_bow_out_is_with_the_device),
		SUITE_TEST(a_role_does_not_wait_for_its_bow_out_for_longer_than_1_ms),
		SUITE_TEST(a_bow_out_is_wrong_once_the_vhid_is_master_again),
		SUITE_TEST(all_bow_out_at_the_end),
		SUITE_TEST(all_bow_out_behind_announcements),
		SUITE_TEST(the_end_does_not_wait_for_a_worker_for_ever),
	};

	(void)argc;
	bench_start(argv[0]);
	return suite_run("inject", tests, SUITE_LEN(tests));
}
