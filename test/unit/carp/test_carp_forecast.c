/* SPDX-License-Identifier: BSD-3-Clause */
/* Who will be MASTER, and why. */
#include <string.h>

#include "fixture.h"

static const struct advert slower = { .advbase = 1, .advskew = 200 };
static const struct advert faster = { .advbase = 1, .advskew = 50 };
static const struct advert demoted = { .advbase = 1, .advskew = 50, .demote = 9 };
static const struct advert bow_out_4 = { .from = "10.0.0.4", .advbase = 255, .advskew = 255 };

static void
expect(struct fixture *f, uint64_t at_us, enum carp_winner winner, const char *reason)
{
	struct carp_forecast forecast;

	carp_vhid_forecast(f->vhid, at_us, &forecast);
	CU_ASSERT_EQUAL(forecast.winner, winner);
	CU_ASSERT_STRING_EQUAL(forecast.reason, reason);
	if (winner == CARP_WINNER_PEER) {
		CU_ASSERT_EQUAL(forecast.peer.octets[3], 3);
	}
}

static void
of_a_backup(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	expect(&f, 0, CARP_WINNER_US, "no master is heard");
	fixture_hear(&f, SECOND, &faster);
	expect(&f, SECOND, CARP_WINNER_PEER,
	       "it is MASTER and not slower (advbase 1 advskew 50 against 1 100)");
	expect(&f, 9 * SECOND, CARP_WINNER_US, "no master is heard");
	fixture_hear(&f, 2 * SECOND, &slower);
	expect(&f, 2 * SECOND, CARP_WINNER_PEER, "it is MASTER and slower, but preempt is off");
	f.settings.preempt = true;
	fixture_set(&f, 2 * SECOND);
	expect(&f, 2 * SECOND, CARP_WINNER_US, "preempt, at its next advertisement");
	carp_node_cause_set(f.node, "disk", 20, 0, 2 * SECOND);
	expect(&f, 2 * SECOND, CARP_WINNER_PEER, "its demotion 0 is below ours 20");
	carp_node_set_maintenance(f.node, true, 2 * SECOND);
	expect(&f, 2 * SECOND, CARP_WINNER_PEER, "it is MASTER; we are in maintenance");
	fixture_close(&f);
}

static void
of_a_backup_that_waits(void)
{
	struct fixture f;
	unsigned int i;

	fixture_prepare(&f);
	f.config.preempt = CARP_PREEMPT_ON;
	f.config.preempt_delay_us = 5 * SECOND;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	fixture_hear(&f, SECOND, &slower);
	expect(&f, 2 * SECOND, CARP_WINNER_US, "preempt, in 4000 ms");
	for (i = 0; i < 6; i++) {
		carp_vhid_force(f.vhid, CARP_MASTER, 3 * SECOND, &f.out);
		carp_vhid_force(f.vhid, CARP_BACKUP, 3 * SECOND, &f.out);
	}
	fixture_hear(&f, 4 * SECOND, &slower);
	expect(&f, 4 * SECOND, CARP_WINNER_US, "preempt, when hold-down ends in 59000 ms");
	fixture_close(&f);
}

static void
of_a_master(void)
{
	struct carp_forecast forecast;
	struct fixture f;

	fixture_open_backup(&f);
	carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out);
	carp_vhid_forecast(f.vhid, 0, &forecast);
	CU_ASSERT_FALSE(forecast.has_heir);
	expect(&f, 0, CARP_WINNER_US, "no other node has been heard");
	fixture_hear(&f, SECOND, &slower);
	fixture_hear(&f, SECOND, &bow_out_4);
	expect(&f, 3600 * SECOND, CARP_WINNER_US,
	       "not slower than 10.0.0.3 (advbase 1 advskew 200)");
	carp_vhid_forecast(f.vhid, 3600 * SECOND, &forecast);
	CU_ASSERT_TRUE(forecast.has_heir);
	CU_ASSERT_EQUAL(forecast.heir.octets[3], 3);
	expect(&f, 48 * 3600 * SECOND, CARP_WINNER_US, "no other node has been heard");

	carp_node_demote(f.node, 7, SECOND);
	expect(&f, SECOND, CARP_WINNER_PEER, "its demotion was 0 and ours is 7, if it still lives");
	carp_node_demote(f.node, -7, SECOND);
	fixture_hear(&f, 2 * SECOND, &demoted);
	expect(&f, 2 * SECOND, CARP_WINNER_US, "the demotion of 10.0.0.3 was 9 and ours is 0");
	fixture_hear(&f, 3 * SECOND, &faster);
	CHECK_STATE(&f, CARP_BACKUP);
	carp_vhid_force(f.vhid, CARP_MASTER, 4 * SECOND, &f.out);
	expect(&f, 4 * SECOND, CARP_WINNER_US,
	       "10.0.0.3 was faster (advbase 1 advskew 50) and does not take over");
	fixture_close(&f);
}

static void
of_a_master_in_maintenance(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_node_set_maintenance(f.node, true, SECOND);
	fixture_run(&f, SECOND);
	expect(&f, SECOND, CARP_WINNER_US, "in maintenance, but no other node is known");
	carp_node_set_maintenance(f.node, false, SECOND);
	fixture_run(&f, SECOND);
	fixture_hear(&f, SECOND, &slower);
	carp_node_set_maintenance(f.node, true, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	expect(&f, 2 * SECOND, CARP_WINNER_PEER, "we are in maintenance, if it still lives");
	fixture_run_until(&f, 20 * SECOND);
	expect(&f, 20 * SECOND, CARP_WINNER_US, "in maintenance, but nobody took over");
	fixture_close(&f);
}

static void
of_who_cannot_take_part(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_interface_set_link(f.ifc, false, SECOND);
	fixture_run(&f, SECOND);
	expect(&f, SECOND, CARP_WINNER_NOBODY,
	       "nobody is heard; we are INIT (hardware interface down)");
	fixture_hear(&f, SECOND, &slower);
	expect(&f, SECOND, CARP_WINNER_PEER, "it is MASTER; we are INIT (hardware interface down)");
	carp_interface_set_start_delay(f.ifc, 9 * SECOND);
	carp_interface_set_link(f.ifc, true, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	expect(&f, 2 * SECOND, CARP_WINNER_PEER, "it is MASTER; we are INIT (start delay)");
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(of_a_backup),
		SUITE_TEST(of_a_backup_that_waits),
		SUITE_TEST(of_a_master),
		SUITE_TEST(of_a_master_in_maintenance),
		SUITE_TEST(of_who_cannot_take_part),
	};

	return suite_run("carp_forecast", tests, SUITE_LEN(tests));
}
