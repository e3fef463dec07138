/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

struct timing {
	uint8_t advbase;
	uint8_t advskew;
	int32_t demotion;
	uint64_t interval_us;
	uint64_t freebsd_us;
	uint64_t openbsd_us;
};

static const struct timing timings[] = {
	{ 1, 0, 0, 1000000, 3000000, 3000000 },
	{ 1, 1, 0, 1003906, 3003906, 3011718 },
	{ 1, 50, 0, 1195312, 3195312, 3585936 },
	{ 1, 100, 0, 1390625, 3390625, 4171875 },
	{ 1, 254, 0, 1992187, 3992187, 5976561 },
	{ 254, 254, 0, 254992187, 762992187, 764976561 },
	/* advbase 0: three intervals in both. */
	{ 0, 1, 0, 3906, 11718, 11718 },
	{ 0, 26, 0, 101562, 304686, 304686 },
	{ 0, 254, 0, 992187, 2976561, 2976561 },
	/* Demotion slows the advertisements, never the patience. */
	{ 1, 100, 50, 1585937, 3390625, 4171875 },
	{ 1, 100, 1000, 1937500, 3390625, 4171875 },
	{ 1, 100, -50, 1195312, 3390625, 4171875 },
	{ 1, 254, 1, 1937500, 3992187, 5976561 },
	{ 0, 26, 240, 937500, 304686, 304686 },
	/* Never under 1/256 s. */
	{ 0, 26, -100, 3906, 304686, 304686 },
};

static void
check_timing(const struct timing *t)
{
	struct fixture f;

	fixture_prepare(&f);
	f.config.advbase = t->advbase;
	f.config.advskew = t->advskew;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	CU_ASSERT_EQUAL(carp_node_demote(f.node, t->demotion, 0), 0);
	CU_ASSERT_EQUAL(carp_vhid_interval_us(f.vhid), t->interval_us);
	CU_ASSERT_EQUAL(carp_vhid_master_down_us(f.vhid), t->freebsd_us);
	f.settings.master_down = CARP_MASTER_DOWN_OPENBSD;
	fixture_set(&f, 0);
	CU_ASSERT_EQUAL(carp_vhid_interval_us(f.vhid), t->interval_us);
	CU_ASSERT_EQUAL(carp_vhid_master_down_us(f.vhid), t->openbsd_us);
	fixture_close(&f);
}

static void
intervals(void)
{
	unsigned int i;

	for (i = 0; i < SUITE_LEN(timings); i++)
		check_timing(&timings[i]);
}

static void
backup_waits_to_the_microsecond(void)
{
	static const struct advert slow = { .advbase = 1, .advskew = 0 };
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), OWN_MASTER_DOWN);
	CU_ASSERT_EQUAL(fixture_status(&f).deadline_us, OWN_MASTER_DOWN);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1234567, &slow), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 1234567 + OWN_MASTER_DOWN);
	fixture_run(&f, 1234567 + OWN_MASTER_DOWN - 1);
	CHECK_ACTIONS(&f, "");
	fixture_run(&f, 1234567 + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "master timed out, silent for 3390 ms");
	fixture_close(&f);
}

static void
master_advertises_to_the_microsecond(void)
{
	struct fixture f;
	unsigned int n;

	fixture_open_master(&f);
	for (n = 1; n <= 5; n++) {
		CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), n * OWN_INTERVAL);
		fixture_run(&f, n * OWN_INTERVAL - 1);
		CHECK_ACTIONS(&f, "");
		fixture_run(&f, n * OWN_INTERVAL);
		CU_ASSERT_EQUAL(fixture_sent(&f, 0).counter, 1 + n);
	}
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SENT), 6);
	fixture_close(&f);
}

static void
interval_restarts_after_sending(void)
{
	struct fixture f;

	fixture_open_master(&f);
	fixture_run(&f, OWN_INTERVAL + 5000);
	CHECK_ACTIONS(&f, "sa");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 2 * OWN_INTERVAL + 5000);
	fixture_close(&f);
}

static void
announcements_repeat_twice(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CHECK_ACTIONS(&f, "Msa");
	fixture_run(&f, OWN_INTERVAL);
	CHECK_ACTIONS(&f, "sa");
	fixture_run(&f, 2 * OWN_INTERVAL);
	CHECK_ACTIONS(&f, "sa");
	fixture_run(&f, 3 * OWN_INTERVAL);
	CHECK_ACTIONS(&f, "s");
	fixture_close(&f);
}

static void
open_announcing(struct fixture *f, uint32_t interval_s)
{
	fixture_prepare(f);
	f->config.announce_interval_s = interval_s;
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f->vhid, CARP_MASTER, 0, &f->out), 0);
}

/* Run what is due until then and count the announcements. */
static unsigned int
count_announcements(struct fixture *f, uint64_t until_us)
{
	unsigned int count = 0;
	uint64_t next_us;
	unsigned int i;

	for (next_us = carp_vhid_next_us(f->vhid); next_us <= until_us;
	     next_us = carp_vhid_next_us(f->vhid)) {
		fixture_run(f, next_us);
		for (i = 0; i < f->out.count; i++)
			count += f->out.item[i].type == CARP_ACTION_ANNOUNCE;
	}
	return count;
}

static void
announcements_repeat_for_ever(void)
{
	struct fixture f;

	open_announcing(&f, 10);
	CU_ASSERT_EQUAL(count_announcements(&f, 10 * SECOND - 1), 2);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 10 * SECOND);
	fixture_run(&f, 10 * SECOND);
	CHECK_ACTIONS(&f, "a");
	CU_ASSERT_EQUAL(count_announcements(&f, 60 * SECOND), 5);
	/* What was missed is not made up for. */
	fixture_run(&f, 95 * SECOND);
	CHECK_ACTIONS(&f, "sa");
	CU_ASSERT_EQUAL(count_announcements(&f, 100 * SECOND - 1), 0);
	CU_ASSERT_EQUAL(count_announcements(&f, 100 * SECOND), 1);
	fixture_close(&f);
}

/* While the first ones are repeated the periodic ones add nothing. */
static void
short_announce_interval_does_not_double(void)
{
	struct fixture f;

	open_announcing(&f, 1);
	CU_ASSERT_EQUAL(count_announcements(&f, 2 * OWN_INTERVAL), 2);
	CU_ASSERT_EQUAL(count_announcements(&f, 10 * SECOND), 8);
	fixture_close(&f);
}

static void
announce_interval_changes_live(void)
{
	struct fixture f;

	open_announcing(&f, 0);
	CU_ASSERT_EQUAL(count_announcements(&f, 100 * SECOND), 2);
	f.config.announce_interval_s = 30;
	fixture_reconfigure(&f, 100 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, 100 * SECOND);
	CU_ASSERT_EQUAL(count_announcements(&f, 130 * SECOND - 1), 0);
	CU_ASSERT_EQUAL(count_announcements(&f, 130 * SECOND), 1);
	f.config.announce_interval_s = 0;
	fixture_reconfigure(&f, 130 * SECOND);
	fixture_run(&f, 130 * SECOND);
	CU_ASSERT_EQUAL(count_announcements(&f, 400 * SECOND), 0);
	fixture_close(&f);
}

/* The interval of a BACKUP that advertises is its own, not that of the master it hears. */
static void
peer_speed_does_not_change_patience(void)
{
	static const struct advert peer = { .advbase = 3, .advskew = 0 };
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(intervals),
	SUITE_TEST(backup_waits_to_the_microsecond),
	SUITE_TEST(master_advertises_to_the_microsecond),
	SUITE_TEST(interval_restarts_after_sending),
	SUITE_TEST(announcements_repeat_twice),
	SUITE_TEST(announcements_repeat_for_ever),
	SUITE_TEST(short_announce_interval_does_not_double),
	SUITE_TEST(announce_interval_changes_live),
	SUITE_TEST(peer_speed_does_not_change_patience),
};

int
main(void)
{
	return suite_run("carp timing", tests, SUITE_LEN(tests));
}
