/* SPDX-License-Identifier: BSD-3-Clause */
/* Both families in one vhid: who is silent, and who is only silent in one of them. */
#include "fixture.h"

#define MASTER4 "10.0.0.3"
#define MASTER6 "fe80::3"

static const struct advert v4 = { .from = MASTER4, .advbase = 1 };
static const struct advert v6 = { .from = MASTER6, .advbase = 1 };

static void
open_dual(struct fixture *f)
{
	fixture_prepare(f);
	fixture_use_both_families(f);
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CHECK_STATE(f, CARP_BACKUP);
}

/* The master speaks in one family, once a second; everything due in between is run. */
static uint64_t
hear_every_second(struct fixture *f, const struct advert *a, uint64_t from_us, uint64_t until_us)
{
	uint64_t at_us;

	for (at_us = from_us; at_us <= until_us; at_us += SECOND) {
		fixture_run_until(f, at_us - 1);
		CU_ASSERT_EQUAL(fixture_hear(f, at_us, a), CARP_ACCEPTED);
		CHECK_ACTIONS(f, "");
	}
	return at_us - SECOND;
}

static const char *
told(const struct fixture *f)
{
	static char text[CARP_TEXT];
	struct carp_vhid_status s = fixture_status(f);

	return carp_family_silence_format(&s.family_silence, text);
}

static void
takes_over_when_both_are_silent(void)
{
	struct fixture f;

	open_dual(&f);
	CU_ASSERT_EQUAL(fixture_status(&f).deadline_us, OWN_MASTER_DOWN);
	fixture_hear(&f, SECOND, &v4);
	CU_ASSERT_EQUAL(fixture_status(&f).deadline_us, SECOND + OWN_MASTER_DOWN);
	fixture_hear(&f, 2 * SECOND, &v6);
	CU_ASSERT_EQUAL(fixture_status(&f).deadline_us, 2 * SECOND + OWN_MASTER_DOWN);
	fixture_run_until(&f, 2 * SECOND + OWN_MASTER_DOWN - 1);
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_run(&f, 2 * SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Mssa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "master timed out, silent for 3390 ms");
	fixture_close(&f);
}

static void
both_silent_at_once_is_no_silence_of_one(void)
{
	struct fixture f;

	open_dual(&f);
	fixture_hear(&f, SECOND, &v4);
	fixture_hear(&f, SECOND, &v6);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Mssa");
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	fixture_close(&f);
}

static void
one_silent_family_is_told_and_changes_nothing(void)
{
	struct carp_vhid_status s;
	struct fixture f;

	open_dual(&f);
	fixture_hear(&f, SECOND, &v6);
	hear_every_second(&f, &v4, SECOND, 4 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_run(&f, SECOND + OWN_MASTER_DOWN - 1);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	CU_ASSERT_STRING_EQUAL(told(&f), "IPv6: 10.0.0.3 not heard for 3390 ms, IPv4 is");
	s = fixture_status(&f);
	CU_ASSERT_TRUE(s.family_silence.is_on);
	CU_ASSERT_EQUAL(s.family_silence.family, IP_V6);
	CU_ASSERT_EQUAL(s.family_silence.since_us, SECOND);
	/* What is waited for is the family that is heard. */
	CU_ASSERT_EQUAL(s.deadline_us, 4 * SECOND + OWN_MASTER_DOWN);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 4 * SECOND + OWN_MASTER_DOWN);
	hear_every_second(&f, &v4, 5 * SECOND, 60 * SECOND);
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_EQUAL(fixture_status(&f).transitions, 1);
	fixture_close(&f);
}

static void
it_ends_by_hearing(void)
{
	struct fixture f;

	open_dual(&f);
	hear_every_second(&f, &v6, SECOND, 9 * SECOND);
	CU_ASSERT_STRING_EQUAL(told(&f), "IPv4: fe80::3 not heard for 3390 ms, IPv6 is");
	fixture_hear(&f, 9 * SECOND + 500000, &v4);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_HEARD));
	CU_ASSERT_FALSE(fixture_status(&f).family_silence.is_on);
	CU_ASSERT_STRING_EQUAL(told(&f), "IPv4: heard again after 9500 ms");
	fixture_hear(&f, 10 * SECOND, &v4);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_HEARD));
	fixture_close(&f);
}

/* A family of which every fourth advertisement or so arrives must not fill the log. */
static void
it_is_told_once_in_ten_seconds(void)
{
	uint64_t first_us = SECOND + OWN_MASTER_DOWN;
	uint64_t second_us = 6 * SECOND + OWN_MASTER_DOWN;
	struct fixture f;

	open_dual(&f);
	fixture_hear(&f, SECOND, &v6);
	hear_every_second(&f, &v4, SECOND, 5 * SECOND);
	fixture_hear(&f, 6 * SECOND, &v6);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_HEARD));

	hear_every_second(&f, &v4, 6 * SECOND, 9 * SECOND);
	fixture_run(&f, second_us);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	CU_ASSERT_TRUE(fixture_status(&f).family_silence.is_on);
	/* What lasts is told when it may be. */
	hear_every_second(&f, &v4, 10 * SECOND, 14 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), first_us + 10 * SECOND);
	fixture_run(&f, first_us + 10 * SECOND);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	fixture_close(&f);
}

static void
what_was_not_told_does_not_end_loudly(void)
{
	struct fixture f;

	open_dual(&f);
	fixture_hear(&f, SECOND, &v6);
	hear_every_second(&f, &v4, SECOND, 5 * SECOND);
	fixture_hear(&f, 6 * SECOND, &v6);
	hear_every_second(&f, &v4, 6 * SECOND, 10 * SECOND);
	CU_ASSERT_TRUE(fixture_status(&f).family_silence.is_on);
	fixture_hear(&f, 10 * SECOND, &v6);
	CU_ASSERT_FALSE(fixture_status(&f).family_silence.is_on);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_HEARD));
	fixture_close(&f);
}

/* An old NetBSD has nothing to say over IPv6. */
static void
a_master_of_one_family_is_obeyed(void)
{
	struct fixture f;
	uint64_t last_us;

	open_dual(&f);
	last_us = hear_every_second(&f, &v4, SECOND, 20 * SECOND);
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_TRUE(fixture_status(&f).family_silence.is_on);
	CU_ASSERT_EQUAL(fixture_status(&f).family_silence.since_us, 0);
	/* ... and missed when it is silent, not sooner and not later. */
	fixture_run_until(&f, last_us + OWN_MASTER_DOWN - 1);
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_run(&f, last_us + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Mssa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "master timed out, silent for 3390 ms");
	CU_ASSERT_FALSE(fixture_status(&f).family_silence.is_on);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_HEARD));
	fixture_close(&f);
}

static void
a_bow_out_in_one_family_suffices(void)
{
	static const struct advert resigns4 = { MASTER4, 255, 255, 0, 7 };
	static const struct advert resigns6 = { MASTER6, 255, 255, 0, 8 };
	struct fixture f;

	open_dual(&f);
	fixture_hear(&f, SECOND, &v4);
	fixture_hear(&f, SECOND, &v6);
	fixture_hear(&f, 2 * SECOND, &resigns6);
	CHECK_STATE(&f, CARP_MASTER);
	/* That of the other family is late, and no reason to go. */
	fixture_hear(&f, 2 * SECOND + 100, &resigns4);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
one_family_suffices_to_preempt_and_to_yield(void)
{
	static const struct advert slower6 = { .from = MASTER6, .advbase = 1, .advskew = 200 };
	struct fixture f;

	open_dual(&f);
	f.settings.preempt = true;
	fixture_set(&f, 0);
	fixture_run(&f, 0);
	fixture_hear(&f, SECOND, &slower6);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_hear(&f, SECOND + 100, &v4);
	CHECK_STATE(&f, CARP_BACKUP);
	/* The wait begins anew in both. */
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + 100 + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static const struct advert passing[] = {
	{ .from = "10.0.0.4", .advbase = 1, .advskew = 200, .counter = 50 },
	{ .from = "10.0.0.4", .advbase = 1, .demote = 1, .counter = 51 },
	{ .from = "10.0.0.4", .advbase = 60, .counter = 52 },
};

static void
open_preempting(struct fixture *f)
{
	open_dual(f);
	f->settings.preempt = true;
	fixture_set(f, 0);
	fixture_run(f, 0);
}

/* A slower BSD that misses the master in one family is MASTER for a moment. */
static void
a_passing_master_is_left_to_the_better_one(void)
{
	struct fixture f;
	size_t i;

	for (i = 0; i < SUITE_LEN(passing); i++) {
		open_preempting(&f);
		fixture_hear(&f, SECOND, &v6);
		fixture_hear(&f, SECOND + 100, &passing[i]);
		CHECK_STATE(&f, CARP_BACKUP);
		/* It is no passing one when nobody better is heard any more. */
		fixture_hear(&f, SECOND + OWN_MASTER_DOWN, &passing[i]);
		CHECK_STATE(&f, CARP_MASTER);
		fixture_close(&f);
	}
}

/* A master that becomes slow says so in both families; that it was fast in one is no reason. */
static void
a_master_that_becomes_slower_is_preempted(void)
{
	static const struct advert slow4 = { .from = MASTER4, .advbase = 1, .advskew = 240 };
	static const struct advert slow6 = { .from = MASTER6, .advbase = 1, .advskew = 240 };
	struct fixture f;

	open_preempting(&f);
	fixture_hear(&f, SECOND, &v4);
	fixture_hear(&f, SECOND, &v6);
	fixture_hear(&f, 2 * SECOND, &slow4);
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_hear(&f, 2 * SECOND, &slow6);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

/* With one family nothing is different from the BSDs. */
static void
with_one_family_a_passing_master_is_preempted(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	f.settings.preempt = true;
	fixture_set(&f, 0);
	fixture_run(&f, 0);
	fixture_hear(&f, SECOND, &v4);
	fixture_hear(&f, SECOND + 100, &passing[0]);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

/* One address of each family at first; then only the one at @p index. */
static void
keep_only(struct fixture *f, unsigned int index, uint64_t now_us)
{
	f->addresses[0] = f->addresses[index];
	f->config.address_count = 1;
	fixture_reconfigure(f, now_us);
	fixture_run(f, now_us);
}

static void
a_silent_family_that_goes_is_forgotten(void)
{
	struct fixture f;

	open_dual(&f);
	hear_every_second(&f, &v4, SECOND, 9 * SECOND);
	CU_ASSERT_TRUE(fixture_status(&f).family_silence.is_on);
	keep_only(&f, 0, 9 * SECOND);
	CU_ASSERT_FALSE(fixture_status(&f).family_silence.is_on);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_HEARD));
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 9 * SECOND + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static void
the_silent_family_that_remains_is_waited_for(void)
{
	struct fixture f;

	open_dual(&f);
	hear_every_second(&f, &v4, SECOND, 9 * SECOND);
	keep_only(&f, 1, 9 * SECOND + 500000);
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_FALSE(fixture_status(&f).family_silence.is_on);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 9 * SECOND + 500000 + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static void
a_family_that_comes_holds_nothing_up(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_hear(&f, SECOND, &v4);
	fixture_use_both_families(&f);
	fixture_reconfigure(&f, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Mssa");
	fixture_close(&f);
}

static void
changed_speed_goes_on_with_the_silence(void)
{
	struct fixture f;

	open_dual(&f);
	hear_every_second(&f, &v4, SECOND, 9 * SECOND);
	f.config.advskew = 0;
	fixture_reconfigure(&f, 9 * SECOND);
	fixture_run(&f, 9 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 12 * SECOND);
	CU_ASSERT_TRUE(fixture_status(&f).family_silence.is_on);
	fixture_hear(&f, 10 * SECOND, &v6);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_HEARD));
	fixture_close(&f);
}

/* A node that was held has not heard either family: it accuses nobody. */
static void
own_stall_is_no_silence(void)
{
	struct fixture f;

	open_dual(&f);
	fixture_hear(&f, SECOND, &v4);
	fixture_hear(&f, SECOND, &v6);
	fixture_hear(&f, 2 * SECOND, &v4);
	carp_vhid_run(f.vhid, 5 * SECOND, 3 * SECOND, &f.out);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	fixture_hear(&f, 3 * SECOND, &v6);
	fixture_hear(&f, 3 * SECOND, &v4);
	fixture_run(&f, 5 * SECOND);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	fixture_close(&f);
}

static void
a_single_family_is_never_silent_alone(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_hear(&f, SECOND, &v4);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_FAMILY_SILENT));
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(takes_over_when_both_are_silent),
	SUITE_TEST(both_silent_at_once_is_no_silence_of_one),
	SUITE_TEST(one_silent_family_is_told_and_changes_nothing),
	SUITE_TEST(it_ends_by_hearing),
	SUITE_TEST(it_is_told_once_in_ten_seconds),
	SUITE_TEST(what_was_not_told_does_not_end_loudly),
	SUITE_TEST(a_master_of_one_family_is_obeyed),
	SUITE_TEST(a_bow_out_in_one_family_suffices),
	SUITE_TEST(one_family_suffices_to_preempt_and_to_yield),
	SUITE_TEST(a_passing_master_is_left_to_the_better_one),
	SUITE_TEST(a_master_that_becomes_slower_is_preempted),
	SUITE_TEST(with_one_family_a_passing_master_is_preempted),
	SUITE_TEST(a_silent_family_that_goes_is_forgotten),
	SUITE_TEST(the_silent_family_that_remains_is_waited_for),
	SUITE_TEST(a_family_that_comes_holds_nothing_up),
	SUITE_TEST(changed_speed_goes_on_with_the_silence),
	SUITE_TEST(own_stall_is_no_silence),
	SUITE_TEST(a_single_family_is_never_silent_alone),
};

int
main(void)
{
	return suite_run("carp family", tests, SUITE_LEN(tests));
}
