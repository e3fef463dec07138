/* SPDX-License-Identifier: BSD-3-Clause */
/* Preemption of one vhid: its flag, its delay, hold-down; and the start delay of an interface. */
#include <string.h>

#include "fixture.h"

static const struct advert slower = { .advbase = 1, .advskew = 200 };
static const struct advert faster = { .advbase = 1, .advskew = 50 };
static const struct advert demoted = { .advbase = 1, .advskew = 200, .demote = 1 };
static const struct advert bow_out = { .advbase = 255, .advskew = 255 };

static void
open_with(struct fixture *f, bool all, enum carp_preempt own, uint64_t delay_us)
{
	fixture_prepare(f);
	f->settings.preempt = all;
	f->config.preempt = own;
	f->config.preempt_delay_us = delay_us;
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CHECK_STATE(f, CARP_BACKUP);
}

static void
vhid_decides_before_the_node(void)
{
	static const struct {
		bool all;
		enum carp_preempt own;
		bool preempts;
	} cases[] = {
		{ false, CARP_PREEMPT_INHERIT, false },
		{ true, CARP_PREEMPT_INHERIT, true },
		{ false, CARP_PREEMPT_ON, true },
		{ true, CARP_PREEMPT_OFF, false },
	};
	struct fixture f;
	size_t i;

	for (i = 0; i < SUITE_LEN(cases); i++) {
		open_with(&f, cases[i].all, cases[i].own, 0);
		CU_ASSERT_EQUAL(fixture_status(&f).preempts, cases[i].preempts);
		CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &slower), CARP_ACCEPTED);
		CHECK_ACTIONS(&f, cases[i].preempts ? "Msa" : "");
		fixture_close(&f);
	}
}

static void
delay_counts_from_the_first_slower_advert(void)
{
	struct fixture f;

	open_with(&f, true, CARP_PREEMPT_INHERIT, 5 * SECOND);
	fixture_hear(&f, SECOND, &slower);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(fixture_status(&f).preempt_us, 6 * SECOND);
	fixture_hear(&f, 3 * SECOND, &slower);
	fixture_hear(&f, 5 * SECOND, &slower);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 6 * SECOND);
	fixture_run(&f, 6 * SECOND - 1);
	CHECK_ACTIONS(&f, "");
	fixture_run(&f, 6 * SECOND);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0),
			       "preempting a slower master, 10.0.0.3 has advbase 1 advskew 200 "
			       "demotion 0");
	CU_ASSERT_EQUAL(fixture_status(&f).preempt_us, CARP_NEVER);
	fixture_close(&f);
}

static void
late_node_preempts_at_the_next_advert(void)
{
	struct fixture f;

	open_with(&f, true, CARP_PREEMPT_INHERIT, 5 * SECOND);
	fixture_hear(&f, SECOND, &slower);
	fixture_hear(&f, 4 * SECOND, &slower);
	/* What arrived before the timer has not been heard yet: it may have been a faster one. */
	carp_vhid_run(f.vhid, 7 * SECOND, 5 * SECOND, &f.out);
	CHECK_ACTIONS(&f, "");
	fixture_hear(&f, 6 * SECOND + 1, &slower);
	CHECK_ACTIONS(&f, "Msa");
	fixture_close(&f);
}

static void
another_master_starts_the_delay_anew(void)
{
	struct fixture f;

	open_with(&f, true, CARP_PREEMPT_INHERIT, 5 * SECOND);
	fixture_hear(&f, SECOND, &slower);
	fixture_hear(&f, 3 * SECOND, &faster);
	CU_ASSERT_EQUAL(fixture_status(&f).preempt_us, CARP_NEVER);
	fixture_hear(&f, 5 * SECOND, &slower);
	CU_ASSERT_EQUAL(fixture_status(&f).preempt_us, 10 * SECOND);
	/* What we are now is what counts when the time has come. */
	carp_node_cause_set(f.node, "disk", 200, 0, 6 * SECOND);
	CU_ASSERT_EQUAL(fixture_status(&f).preempt_us, CARP_NEVER);
	fixture_close(&f);
}

static void
nothing_else_is_delayed(void)
{
	struct fixture f;

	open_with(&f, true, CARP_PREEMPT_INHERIT, 600 * SECOND);
	fixture_hear(&f, SECOND, &slower);
	fixture_hear(&f, 2 * SECOND, &demoted);
	CHECK_ACTIONS(&f, "Msa");
	fixture_close(&f);

	open_with(&f, true, CARP_PREEMPT_INHERIT, 600 * SECOND);
	fixture_hear(&f, SECOND, &slower);
	fixture_hear(&f, 2 * SECOND, &bow_out);
	CHECK_ACTIONS(&f, "Msa");
	fixture_close(&f);

	open_with(&f, true, CARP_PREEMPT_INHERIT, 600 * SECOND);
	fixture_hear(&f, SECOND, &slower);
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_EQUAL(f.out.item[0].state.reason.code, CARP_REASON_TIMED_OUT);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

/* Preempt and lose again, @p times times, one second each. */
static unsigned int
flap(struct fixture *f, unsigned int times, uint64_t from_us)
{
	unsigned int notices = 0;
	unsigned int i;

	for (i = 0; i < times; i++) {
		fixture_hear(f, from_us + i * SECOND, &slower);
		CHECK_STATE(f, CARP_MASTER);
		notices += fixture_has_notice(f, CARP_NOTICE_HELD_DOWN);
		fixture_hear(f, from_us + i * SECOND + SECOND / 2, &faster);
		CHECK_STATE(f, CARP_BACKUP);
	}
	return notices;
}

static void
restless_vhid_is_held_down(void)
{
	struct fixture f;

	open_with(&f, true, CARP_PREEMPT_INHERIT, 0);
	CU_ASSERT_EQUAL(flap(&f, 5, SECOND), 0);
	CU_ASSERT_EQUAL(flap(&f, 1, 6 * SECOND), 1);
	CU_ASSERT_EQUAL(fixture_status(&f).held_down_until_us, 66 * SECOND);
	fixture_hear(&f, 7 * SECOND, &slower);
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_EQUAL(fixture_status(&f).preempt_us, 66 * SECOND);
	CU_ASSERT_STRING_EQUAL(carp_notice_name(CARP_NOTICE_HELD_DOWN), "held down");

	/* Neither a resigning nor a dead nor a demoted master waits for us. */
	fixture_hear(&f, 8 * SECOND, &bow_out);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_HELD_DOWN));
	CU_ASSERT_EQUAL(fixture_status(&f).held_down_until_us, 68 * SECOND);
	fixture_hear(&f, 9 * SECOND, &faster);
	fixture_hear(&f, 10 * SECOND, &demoted);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_hear(&f, 11 * SECOND, &faster);
	fixture_run(&f, 11 * SECOND + OWN_MASTER_DOWN);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
hold_down_ends(void)
{
	struct fixture f;
	uint64_t at_us;

	open_with(&f, true, CARP_PREEMPT_INHERIT, 0);
	CU_ASSERT_EQUAL(flap(&f, 6, SECOND), 1);
	for (at_us = 7 * SECOND; at_us <= 64 * SECOND; at_us += SECOND) {
		fixture_hear(&f, at_us, &slower);
		CHECK_STATE(&f, CARP_BACKUP);
	}
	fixture_hear(&f, 66 * SECOND - 1, &slower);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 66 * SECOND);
	fixture_run(&f, 66 * SECOND);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_HELD_DOWN));
	fixture_close(&f);
}

static void
slow_changes_are_no_restlessness(void)
{
	struct fixture f;
	unsigned int i;

	open_with(&f, true, CARP_PREEMPT_INHERIT, 0);
	for (i = 0; i < 12; i++)
		CU_ASSERT_EQUAL(flap(&f, 1, (1 + 13 * i) * SECOND), 0);
	CU_ASSERT_EQUAL(fixture_status(&f).held_down_until_us, 0);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
start_waits_after_link_up(void)
{
	struct fixture f;

	fixture_prepare(&f);
	fixture_create(&f);
	carp_interface_set_start_delay(f.ifc, 30 * SECOND);
	fixture_run(&f, 0);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), CARP_NEVER);
	carp_interface_set_link(f.ifc, true, SECOND);
	fixture_run(&f, SECOND);
	CHECK_STATE(&f, CARP_INIT);
	CU_ASSERT_EQUAL(fixture_cause(&f, "start delay on lan"), 240);
	CU_ASSERT_EQUAL(fixture_cause(&f, "interface lan down"), 0);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 31 * SECOND);
	CU_ASSERT_EQUAL(fixture_status(&f).deadline_us, 31 * SECOND);
	CU_ASSERT_EQUAL(carp_node_next_us(f.node), 31 * SECOND);
	fixture_run(&f, 31 * SECOND);
	CHECK_ACTIONS(&f, "B");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "initialization complete");
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	CU_ASSERT_EQUAL(carp_node_next_us(f.node), CARP_NEVER);

	/* Again after every link up; a link that is lost meanwhile starts it anew. */
	carp_interface_set_link(f.ifc, false, 40 * SECOND);
	fixture_run(&f, 40 * SECOND);
	carp_interface_set_link(f.ifc, true, 50 * SECOND);
	carp_interface_set_link(f.ifc, false, 60 * SECOND);
	CU_ASSERT_EQUAL(fixture_cause(&f, "start delay on lan"), 0);
	carp_interface_set_link(f.ifc, true, 70 * SECOND);
	carp_node_run(f.node, 99 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 240);
	carp_node_run(f.node, 100 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, 100 * SECOND);
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "hardware interface up");
	fixture_close(&f);
}

static void
start_delay_leaves_running_vhids_alone(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_interface_set_start_delay(f.ifc, 30 * SECOND);
	fixture_run(&f, SECOND / 2);
	CHECK_STATE(&f, CARP_MASTER);
	carp_vhid_set_admin(f.vhid, false);
	fixture_run(&f, SECOND);
	carp_vhid_set_admin(f.vhid, true);
	fixture_run(&f, SECOND);
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(vhid_decides_before_the_node),
		SUITE_TEST(delay_counts_from_the_first_slower_advert),
		SUITE_TEST(late_node_preempts_at_the_next_advert),
		SUITE_TEST(another_master_starts_the_delay_anew),
		SUITE_TEST(nothing_else_is_delayed),
		SUITE_TEST(restless_vhid_is_held_down),
		SUITE_TEST(hold_down_ends),
		SUITE_TEST(slow_changes_are_no_restlessness),
		SUITE_TEST(start_waits_after_link_up),
		SUITE_TEST(start_delay_leaves_running_vhids_alone),
	};

	return suite_run("carp_preempt", tests, SUITE_LEN(tests));
}
