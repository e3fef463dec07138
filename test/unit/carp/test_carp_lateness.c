/* SPDX-License-Identifier: BSD-3-Clause */
/* A node that was held up never blames its peer for it. */
#include "fixture.h"

static const struct advert master = { .advbase = 1, .advskew = 0 };

static void
backup_waits_until_all_is_heard(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_vhid_run(f.vhid, 10 * SECOND, OWN_MASTER_DOWN - 1, &f.out);
	CHECK_ACTIONS(&f, "");
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), OWN_MASTER_DOWN);
	carp_vhid_run(f.vhid, 10 * SECOND, OWN_MASTER_DOWN, &f.out);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "master timed out, silent for 10000 ms");
	fixture_close(&f);
}

static void
hearing_ahead_of_time_does_not_hurry(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_vhid_run(f.vhid, OWN_MASTER_DOWN - 1, 100 * SECOND, &f.out);
	CHECK_ACTIONS(&f, "");
	fixture_close(&f);
}

/* Held up for twice the master-down time while the master lived: no transition. */
static void
backlog_counts_from_its_arrival(void)
{
	struct fixture f;
	uint64_t at_us;

	fixture_open_backup(&f);
	carp_vhid_run(f.vhid, 7 * SECOND, 0, &f.out);
	CHECK_ACTIONS(&f, "");
	for (at_us = SECOND; at_us <= 7 * SECOND; at_us += SECOND) {
		CU_ASSERT_EQUAL(fixture_hear(&f, at_us, &master), CARP_ACCEPTED);
		CHECK_ACTIONS(&f, "");
		CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), at_us + OWN_MASTER_DOWN);
	}
	fixture_run(&f, 7 * SECOND + 10);
	CHECK_ACTIONS(&f, "");
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_close(&f);
}

/* The same, but the master died meanwhile: takeover as soon as that is known. */
static void
backlog_that_ends_leads_to_takeover(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_vhid_run(f.vhid, 7 * SECOND, 0, &f.out);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &master), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_run(&f, 7 * SECOND);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "master timed out, silent for 6000 ms");
	fixture_close(&f);
}

static void
arrivals_out_of_order_do_not_shorten(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &master), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &master), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 2 * SECOND + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static void
master_slightly_late_sends(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_vhid_run(f.vhid, 2 * OWN_INTERVAL - 1, 0, &f.out);
	CHECK_ACTIONS(&f, "sa");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 3 * OWN_INTERVAL - 1);
	fixture_close(&f);
}

static void
master_late_by_an_interval_listens_first(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_vhid_run(f.vhid, 2 * OWN_INTERVAL, 2 * OWN_INTERVAL - 1, &f.out);
	CHECK_ACTIONS(&f, "");
	carp_vhid_run(f.vhid, 2 * OWN_INTERVAL, 2 * OWN_INTERVAL, &f.out);
	CHECK_ACTIONS(&f, "sa");
	fixture_close(&f);
}

static void
late_master_sends_one_not_many(void)
{
	struct fixture f;

	fixture_open_master(&f);
	fixture_run(&f, 100 * OWN_INTERVAL);
	CHECK_ACTIONS(&f, "sa");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 101 * OWN_INTERVAL);
	fixture_close(&f);
}

/* A changed demotion does not make a late master speak before it has listened. */
static void
late_master_does_not_advertise_changes(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_node_demote(f.node, 10, 0);
	carp_vhid_run(f.vhid, 10 * SECOND, 0, &f.out);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	carp_vhid_run(f.vhid, 10 * SECOND, 10 * SECOND, &f.out);
	CHECK_ACTIONS(&f, "sa");
	fixture_close(&f);
}

static void
late_master_does_not_announce(void)
{
	struct fixture f;

	fixture_prepare(&f);
	f.config.announce_interval_s = 10;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
	CU_ASSERT_EQUAL(fixture_run_until(&f, 9 * SECOND), 6);
	carp_vhid_run(f.vhid, 30 * SECOND, 9 * SECOND, &f.out);
	CHECK_ACTIONS(&f, "");
	carp_vhid_run(f.vhid, 30 * SECOND, 30 * SECOND, &f.out);
	CHECK_ACTIONS(&f, "sa");
	fixture_close(&f);
}

/* Another took over while we were held up: we hear it before we say anything. */
static void
late_master_hears_its_successor(void)
{
	static const struct advert better = { .advbase = 1, .advskew = 50 };
	struct fixture f;

	fixture_open_master(&f);
	carp_vhid_run(f.vhid, 8 * SECOND, 0, &f.out);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(fixture_hear(&f, 4 * SECOND, &better), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "B");
	fixture_run(&f, 7 * SECOND);
	CHECK_ACTIONS(&f, "");
	fixture_close(&f);
}

/* ... also if it is as good as we are: it serves, we have not for two intervals. */
static void
late_master_leaves_it_to_an_equal(void)
{
	static const struct advert equal = { .advbase = 1, .advskew = 100, .counter = 9 };
	struct fixture f;

	fixture_open_master(&f);
	carp_vhid_run(f.vhid, 8 * SECOND, 0, &f.out);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * OWN_INTERVAL, &equal), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "B");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0),
			       "more frequent advertisement received, tie lost to 10.0.0.3");
	fixture_close(&f);

	fixture_open_master(&f);
	carp_vhid_run(f.vhid, 8 * SECOND, 0, &f.out);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * OWN_INTERVAL - 1, &equal), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "");
	fixture_close(&f);
}

/* Late or not, a broken link and the administrator are obeyed. */
static void
conditions_do_not_wait(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_interface_set_link(f.ifc, false, 8 * SECOND);
	carp_vhid_run(f.vhid, 8 * SECOND, 0, &f.out);
	CHECK_ACTIONS(&f, "I");
	fixture_close(&f);

	fixture_open_master(&f);
	carp_vhid_set_admin(f.vhid, false);
	carp_vhid_run(f.vhid, 8 * SECOND, 0, &f.out);
	CHECK_ACTIONS(&f, "xI");
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static const struct advert resigns = { .advbase = 255, .advskew = 255, .counter = 1 };
static const struct advert successor = { .from = "10.0.0.4", .advbase = 1, .counter = 2 };

static void
what_is_heard_is_acted_on_by_the_next_run(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_input(&f, SECOND, &resigns);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	carp_vhid_run(f.vhid, SECOND + 10, SECOND - 1, &f.out);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	carp_vhid_run(f.vhid, SECOND + 20, SECOND, &f.out);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "master will time out, 10.0.0.3 bowed out");
	CU_ASSERT_EQUAL(fixture_status(&f).since_us, SECOND + 20);
	fixture_close(&f);
}

/* A bow-out that waited in the queue of a node that was held, and behind it who has followed. */
static void
a_bow_out_that_was_followed_is_void(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_input(&f, SECOND, &resigns);
	fixture_input(&f, SECOND + 500, &successor);
	fixture_run(&f, 2 * SECOND);
	CHECK_ACTIONS(&f, "");
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_EQUAL(fixture_status(&f).transitions, 1);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + 500 + OWN_MASTER_DOWN);
	fixture_close(&f);
}

/* What came before it, by way of another worker, does not. */
static void
what_came_before_does_not_void_it(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_input(&f, SECOND, &resigns);
	fixture_input(&f, SECOND - 500, &successor);
	fixture_run(&f, 2 * SECOND);
	CHECK_ACTIONS(&f, "Msa");
	fixture_close(&f);
}

static void
init_voids_it(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_input(&f, SECOND, &resigns);
	carp_vhid_set_admin(f.vhid, false);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "I");
	carp_vhid_set_admin(f.vhid, true);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "B");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(backup_waits_until_all_is_heard),
	SUITE_TEST(hearing_ahead_of_time_does_not_hurry),
	SUITE_TEST(backlog_counts_from_its_arrival),
	SUITE_TEST(backlog_that_ends_leads_to_takeover),
	SUITE_TEST(arrivals_out_of_order_do_not_shorten),
	SUITE_TEST(master_slightly_late_sends),
	SUITE_TEST(master_late_by_an_interval_listens_first),
	SUITE_TEST(late_master_sends_one_not_many),
	SUITE_TEST(late_master_does_not_advertise_changes),
	SUITE_TEST(late_master_does_not_announce),
	SUITE_TEST(late_master_hears_its_successor),
	SUITE_TEST(late_master_leaves_it_to_an_equal),
	SUITE_TEST(conditions_do_not_wait),
	SUITE_TEST(what_is_heard_is_acted_on_by_the_next_run),
	SUITE_TEST(a_bow_out_that_was_followed_is_void),
	SUITE_TEST(what_came_before_does_not_void_it),
	SUITE_TEST(init_voids_it),
};

int
main(void)
{
	return suite_run("carp lateness", tests, SUITE_LEN(tests));
}
