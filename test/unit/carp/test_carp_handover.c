/* SPDX-License-Identifier: BSD-3-Clause */
/* Maintenance: given away if somebody takes it, kept if not. */
#include <errno.h>
#include <string.h>

#include "fixture.h"

static const struct advert slower = { .advbase = 1, .advskew = 254 };
static const struct advert leaving = { .advbase = 1, .advskew = 240, .demote = 255 };
static const struct advert bow_out = { .advbase = 255, .advskew = 255 };

static void
enter(struct fixture *f, uint64_t at_us)
{
	carp_node_set_maintenance(f->node, true, at_us);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f->vhid), 0);
	fixture_run(f, at_us);
}

static unsigned int
bow_outs(const struct fixture *f)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < f->out.count; i++) {
		if (f->out.item[i].type == CARP_ACTION_SEND && f->out.item[i].send.bow_out)
			count++;
	}
	return count;
}

static void
master_demotes_itself_first(void)
{
	struct fixture f;

	fixture_open_master(&f);
	enter(&f, SECOND / 2);
	CHECK_ACTIONS(&f, "s");
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 240);
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).demote, 255);
	CU_ASSERT_EQUAL(fixture_cause(&f, "maintenance"), CARP_MAINTENANCE);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_ASKING);
	CHECK_STATE(&f, CARP_MASTER);

	/* Anybody's answer is good enough. */
	fixture_hear(&f, SECOND, &slower);
	CHECK_ACTIONS(&f, "B");
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_GIVEN_AWAY));
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_DONE);
	CU_ASSERT_EQUAL(fixture_status(&f).handover_to.octets[3], 3);
	CU_ASSERT_STRING_EQUAL(carp_handover_name(CARP_HANDOVER_DONE), "given away");
	fixture_close(&f);
}

/* A FreeBSD without preempt does not care for demotion, and does for a bow-out. */
static void
master_asks_by_bow_outs_and_stays(void)
{
	struct fixture f;
	unsigned int i;

	fixture_open_master(&f);
	enter(&f, 0);
	for (i = 1; i <= 3; i++) {
		fixture_run(&f, i * OWN_INTERVAL - 1);
		CU_ASSERT_EQUAL(bow_outs(&f), 0);
		CU_ASSERT_TRUE(carp_vhid_next_us(f.vhid) <= i * OWN_INTERVAL);
		fixture_run(&f, i * OWN_INTERVAL);
		CU_ASSERT_EQUAL(bow_outs(&f), 1);
		CHECK_STATE(&f, CARP_MASTER);
	}
	fixture_hear(&f, 3 * OWN_INTERVAL + 1, &slower);
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_DONE);
	fixture_close(&f);
}

static void
nobody_takes_over(void)
{
	struct fixture f;
	unsigned int asked = 0;
	uint64_t at_us;

	fixture_open_master(&f);
	enter(&f, 0);
	for (at_us = 0; at_us < 60 * SECOND; at_us = carp_vhid_next_us(f.vhid)) {
		fixture_run(&f, at_us);
		asked += bow_outs(&f);
		CU_ASSERT_EQUAL(fixture_has_notice(&f, CARP_NOTICE_NOT_GIVEN_AWAY),
				at_us == 4 * OWN_INTERVAL);
		CHECK_STATE(&f, CARP_MASTER);
	}
	CU_ASSERT_EQUAL(asked, 3);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_REFUSED);
	/* Somebody comes up later. */
	fixture_hear(&f, 60 * SECOND, &slower);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_DONE);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_GIVEN_AWAY));
	fixture_close(&f);
}

static void
stalled_node_has_not_been_refused(void)
{
	struct fixture f;

	fixture_open_master(&f);
	enter(&f, 0);
	fixture_run(&f, OWN_INTERVAL);
	fixture_run(&f, 2 * OWN_INTERVAL);
	fixture_run(&f, 3 * OWN_INTERVAL);
	carp_vhid_run(f.vhid, 9 * OWN_INTERVAL, 3 * OWN_INTERVAL, &f.out);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_ASKING);
	fixture_hear(&f, 3 * OWN_INTERVAL + 1, &slower);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_DONE);
	fixture_close(&f);
}

static void
two_that_leave_do_not_pass_it_to_and_fro(void)
{
	struct fixture f;

	fixture_open_master(&f);
	enter(&f, 0);
	fixture_run(&f, OWN_INTERVAL);
	fixture_hear(&f, OWN_INTERVAL + 1, &leaving);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_NOT_GIVEN_AWAY));
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_REFUSED);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
backup_takes_nothing_that_is_served(void)
{
	static const struct advert rare = { .advbase = 5, .advskew = 0 };
	struct fixture f;
	uint64_t at_us;

	fixture_prepare(&f);
	f.settings.preempt = true;
	f.config.preempt = CARP_PREEMPT_ON;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	enter(&f, 0);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_IDLE);
	for (at_us = SECOND; at_us < 20 * SECOND; at_us += SECOND) {
		fixture_hear(&f, at_us, &slower);
		fixture_run(&f, at_us);
		CHECK_STATE(&f, CARP_BACKUP);
	}
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_DONE);
	/* Nor from one that speaks less often than we would wait. */
	for (; at_us < 60 * SECOND; at_us += 5 * SECOND) {
		fixture_hear(&f, at_us, &rare);
		fixture_run(&f, at_us + 5 * SECOND - 1);
		CHECK_STATE(&f, CARP_BACKUP);
	}
	fixture_close(&f);
}

static void
backup_serves_if_nobody_else_does(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	enter(&f, 0);
	fixture_hear(&f, SECOND, &slower);
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_REFUSED);
	fixture_hear(&f, 9 * SECOND, &slower);
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_hear(&f, 10 * SECOND, &bow_out);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
it_survives_everything_but_its_end(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_FALSE(carp_node_maintenance(f.node));
	carp_node_demote(f.node, -1000, 0);
	enter(&f, 0);
	CU_ASSERT_TRUE(carp_node_maintenance(f.node));
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), CARP_MAINTENANCE);
	CU_ASSERT_EQUAL(fixture_status(&f).effective_advskew, 240);
	CU_ASSERT_EQUAL(fixture_status(&f).demote, 255);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "maintenance", 0, 0, 0), -EPERM);
	fixture_set(&f, SECOND);
	fixture_reconfigure(&f, SECOND);
	fixture_run(&f, SECOND);
	CU_ASSERT_EQUAL(fixture_status(&f).demote, 255);
	carp_interface_set_link(f.ifc, false, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_IDLE);
	carp_interface_set_link(f.ifc, true, 3 * SECOND);
	fixture_run(&f, 3 * SECOND);

	carp_node_set_maintenance(f.node, false, 4 * SECOND);
	fixture_run(&f, 4 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), -1000);
	CU_ASSERT_EQUAL(fixture_status(&f).handover, CARP_HANDOVER_NONE);
	fixture_close(&f);
}

static void
master_may_change_its_mind(void)
{
	struct fixture f;

	fixture_open_master(&f);
	enter(&f, 0);
	carp_node_set_maintenance(f.node, false, SECOND);
	fixture_run(&f, SECOND);
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 100);
	fixture_run_until(&f, 20 * SECOND);
	CU_ASSERT_EQUAL(bow_outs(&f), 0);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(master_demotes_itself_first),
		SUITE_TEST(master_asks_by_bow_outs_and_stays),
		SUITE_TEST(nobody_takes_over),
		SUITE_TEST(stalled_node_has_not_been_refused),
		SUITE_TEST(two_that_leave_do_not_pass_it_to_and_fro),
		SUITE_TEST(backup_takes_nothing_that_is_served),
		SUITE_TEST(backup_serves_if_nobody_else_does),
		SUITE_TEST(it_survives_everything_but_its_end),
		SUITE_TEST(master_may_change_its_mind),
	};

	return suite_run("carp_handover", tests, SUITE_LEN(tests));
}
