/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"

#define FORGIVEN_AFTER (30 * SECOND)

static const struct carp_cause *
find(const struct fixture *f, const char *name)
{
	const struct carp_cause *causes;
	size_t count = carp_node_causes(f->node, &causes);
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(causes[i].name, name) == 0)
			return &causes[i];
	}
	return NULL;
}

static void
causes_add_up(void)
{
	const struct carp_cause *causes;
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "b", 10, 0, 1), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "a", 20, 0, 2), 0);
	CU_ASSERT_EQUAL(carp_node_demote(f.node, -5, 3), 0);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 25);
	CU_ASSERT_EQUAL(carp_node_causes(f.node, &causes), 3);
	CU_ASSERT_STRING_EQUAL(causes[0].name, "b");
	CU_ASSERT_STRING_EQUAL(causes[1].name, "a");
	CU_ASSERT_STRING_EQUAL(causes[2].name, "operator");
	CU_ASSERT_EQUAL(carp_node_demote(f.node, 5, 4), 0);
	CU_ASSERT_EQUAL(carp_node_causes(f.node, &causes), 2);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "b", 0, 0, 5), 0);
	CU_ASSERT_EQUAL(carp_node_causes(f.node, &causes), 1);
	CU_ASSERT_STRING_EQUAL(causes[0].name, "a");
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 20);
	fixture_close(&f);
}

static void
same_value_keeps_its_age(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 10, 0, 100), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 10, 0, 200), 0);
	CU_ASSERT_EQUAL(find(&f, "disk")->since_us, 100);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 11, 0, 300), 0);
	CU_ASSERT_EQUAL(find(&f, "disk")->since_us, 300);
	fixture_close(&f);
}

static void
names_and_room_are_limited(void)
{
	char name[CARP_CAUSE_NAME_MAX + 1];
	struct fixture f;
	int i;

	fixture_open_backup(&f);
	memset(name, 'x', sizeof(name));
	name[CARP_CAUSE_NAME_MAX] = '\0';
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, name, 1, 0, 0), -EINVAL);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "", 1, 0, 0), -EINVAL);
	name[CARP_CAUSE_NAME_MAX - 1] = '\0';
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, name, 1, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, name, 0, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "absent", 0, 0, 0), 0);

	for (i = 0; i < CARP_CAUSES_MAX; i++) {
		snprintf(name, sizeof(name), "cause %d", i);
		CU_ASSERT_EQUAL(carp_node_cause_set(f.node, name, 1, 0, 0), 0);
	}
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "one too many", 1, 0, 0), -ENOSPC);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, name, 2, 0, 0), 0);
	/* koi's own find room. */
	f.settings.allow = false;
	fixture_set(&f, 0);
	carp_interface_set_link(f.ifc, false, 0);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), CARP_CAUSES_MAX + 1 + 480);
	fixture_close(&f);
}

static void
sum_does_not_overflow(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "a", INT32_MAX, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "b", INT32_MAX, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), INT32_MAX);
	CU_ASSERT_EQUAL(fixture_status(&f).effective_advskew, 240);
	CU_ASSERT_EQUAL(fixture_status(&f).demote, 255);
	CU_ASSERT_EQUAL(carp_node_demote(f.node, INT32_MAX, 0), 0);
	CU_ASSERT_EQUAL(carp_node_demote(f.node, INT32_MAX, 0), 0);
	CU_ASSERT_EQUAL(fixture_cause(&f, "operator"), INT32_MAX);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "a", INT32_MIN, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "b", INT32_MIN, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "operator", INT32_MIN, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), INT32_MIN);
	CU_ASSERT_EQUAL(fixture_status(&f).effective_advskew, 0);
	CU_ASSERT_EQUAL(fixture_status(&f).demote, 0);
	fixture_close(&f);
}

static void
generation_rises_with_the_sum(void)
{
	struct fixture f;
	uint64_t generation;

	fixture_open_backup(&f);
	generation = carp_node_generation(f.node);
	carp_node_cause_set(f.node, "a", 5, 0, 0);
	CU_ASSERT_TRUE(carp_node_generation(f.node) > generation);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	generation = carp_node_generation(f.node);
	carp_node_cause_set(f.node, "a", 5, 0, 0);
	CU_ASSERT_EQUAL(carp_node_generation(f.node), generation);
	f.settings.preempt = true;
	fixture_set(&f, 0);
	CU_ASSERT_TRUE(carp_node_generation(f.node) > generation);
	CU_ASSERT_TRUE(carp_node_settings(f.node)->preempt);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

struct encoded {
	enum carp_demotion_encoding encoding;
	uint8_t advskew;
	int32_t demotion;
	uint8_t sent_advskew;
	uint8_t sent_demote;
};

static const struct encoded encodings[] = {
	{ CARP_ENCODE_BOTH, 100, 0, 100, 0 },	{ CARP_ENCODE_BOTH, 100, 5, 105, 5 },
	{ CARP_ENCODE_BOTH, 100, 240, 240, 240 }, { CARP_ENCODE_BOTH, 100, 1000, 240, 255 },
	{ CARP_ENCODE_BOTH, 100, -30, 70, 0 },	{ CARP_ENCODE_BOTH, 100, -1000, 0, 0 },
	{ CARP_ENCODE_BOTH, 254, 0, 254, 0 },	{ CARP_ENCODE_BOTH, 254, 1, 240, 1 },
	{ CARP_ENCODE_BOTH, 254, -1, 240, 0 },	{ CARP_ENCODE_SKEW, 100, 5, 105, 0 },
	{ CARP_ENCODE_SKEW, 100, 1000, 240, 0 }, { CARP_ENCODE_SKEW, 100, -30, 70, 0 },
	{ CARP_ENCODE_BYTE, 100, 5, 100, 5 },	{ CARP_ENCODE_BYTE, 100, 1000, 100, 255 },
	{ CARP_ENCODE_BYTE, 100, -30, 100, 0 },	{ CARP_ENCODE_BYTE, 254, 7, 254, 7 },
};

static void
check_encoded(const struct encoded *e)
{
	struct carp_header h;
	struct fixture f;

	fixture_prepare(&f);
	f.settings.encoding = e->encoding;
	f.config.advskew = e->advskew;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	carp_node_demote(f.node, e->demotion, 0);
	fixture_run(&f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
	h = fixture_sent(&f, 1);
	CU_ASSERT_EQUAL(h.advbase, 1);
	CU_ASSERT_EQUAL(h.advskew, e->sent_advskew);
	CU_ASSERT_EQUAL(h.demote, e->sent_demote);
	CU_ASSERT_EQUAL(h.authlen, 7);
	CU_ASSERT_EQUAL(fixture_status(&f).effective_advskew, e->sent_advskew);
	/* A bow-out says how demoted we are, too. */
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_BACKUP, 0, &f.out), 0);
	h = fixture_sent(&f, 0);
	CU_ASSERT_EQUAL(h.advbase, 255);
	CU_ASSERT_EQUAL(h.advskew, 255);
	CU_ASSERT_EQUAL(h.demote, e->sent_demote);
	fixture_close(&f);
}

static void
demotion_is_encoded(void)
{
	unsigned int i;

	for (i = 0; i < SUITE_LEN(encodings); i++)
		check_encoded(&encodings[i]);
}

static void
change_is_advertised_at_once(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_node_demote(f.node, 40, 500000);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, 500000);
	CHECK_ACTIONS(&f, "s");
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 140);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 500000 + 1546875);
	carp_node_demote(f.node, -40, 600000);
	fixture_run(&f, 600000);
	CHECK_ACTIONS(&f, "s");
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 100);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 600000 + OWN_INTERVAL);
	/* There and back before the next run is no change. */
	carp_node_demote(f.node, 40, 700000);
	carp_node_demote(f.node, -40, 700000);
	fixture_run(&f, 700000);
	CHECK_ACTIONS(&f, "");
	fixture_close(&f);
}

static void
changed_encoding_is_advertised(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_node_demote(f.node, 40, 0);
	fixture_run(&f, 0);
	f.settings.encoding = CARP_ENCODE_BYTE;
	fixture_set(&f, 1000);
	fixture_run(&f, 1000);
	CHECK_ACTIONS(&f, "s");
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 100);
	f.settings.preempt = true;
	fixture_set(&f, 2000);
	fixture_run(&f, 2000);
	CHECK_ACTIONS(&f, "");
	fixture_close(&f);
}

static void
backup_keeps_its_timer(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_node_demote(f.node, 40, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), OWN_MASTER_DOWN);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
interface_down_demotes_once(void)
{
	struct fixture f;
	struct carp_vhid *second;

	fixture_open_backup(&f);
	f.config.vhid = 2;
	second = carp_vhid_create(f.ifc, &f.config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(second);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	carp_interface_set_link(f.ifc, false, SECOND);
	CU_ASSERT_EQUAL(fixture_cause(&f, "interface lan down"), 240);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 240);
	CU_ASSERT_EQUAL(find(&f, "interface lan down")->since_us, SECOND);
	carp_vhid_destroy(second, SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 240);
	carp_interface_set_link(f.ifc, true, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	fixture_close(&f);
}

static void
interface_without_vhids_demotes_nothing(void)
{
	struct carp_interface *idle;
	struct carp_vhid *v;
	struct fixture f;

	fixture_open_backup(&f);
	idle = carp_interface_create(f.node, "idle");
	carp_interface_set_link(idle, true, 0);
	carp_interface_set_link(idle, false, 5);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	v = carp_vhid_create(idle, &f.config);
	CU_ASSERT_EQUAL(fixture_cause(&f, "interface idle down"), 240);
	CU_ASSERT_EQUAL(find(&f, "interface idle down")->since_us, 5);
	carp_vhid_destroy(v, 6);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	v = carp_vhid_create(idle, &f.config);
	carp_vhid_destroy(v, 7);
	carp_interface_destroy(idle, 7);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	fixture_close(&f);
}

static void
factors_revalue_what_is(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_interface_set_link(f.ifc, false, SECOND);
	f.settings.ifdown_demotion_factor = 10;
	fixture_set(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(fixture_cause(&f, "interface lan down"), 10);
	CU_ASSERT_EQUAL(find(&f, "interface lan down")->since_us, SECOND);
	f.settings.ifdown_demotion_factor = 0;
	fixture_set(&f, 3 * SECOND);
	CU_ASSERT_PTR_NULL(find(&f, "interface lan down"));
	f.settings.ifdown_demotion_factor = 7;
	f.settings.allow = false;
	fixture_set(&f, 4 * SECOND);
	CU_ASSERT_EQUAL(fixture_cause(&f, "interface lan down"), 7);
	CU_ASSERT_EQUAL(fixture_cause(&f, "carp.allow is off"), 7);
	f.settings.ifdown_demotion_factor = 8;
	fixture_set(&f, 5 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 16);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
report(struct fixture *f, const char *outcomes, uint64_t now_us)
{
	for (; *outcomes != '\0'; outcomes++)
		carp_vhid_sent(f->vhid, IP_V4, *outcomes == '+', now_us);
}

struct sends {
	const char *outcomes;
	bool demotes;
};

static const struct sends sends[] = {
	{ "--", false },      { "---", true },	       { "-+-+-", true },  { "--++-", true },
	{ "--+++--", false }, { "--+++---", true },    { "---++", true },  { "---+++", false },
	{ "---++-+", true },  { "---++-++-++", true }, { "---++-+++", false },
	{ "+++---", true },   { "++++--", false },     { "------+++", false },
};

static void
three_failures_demote_and_three_successes_end_it(void)
{
	struct fixture f;
	unsigned int i;

	for (i = 0; i < SUITE_LEN(sends); i++) {
		fixture_open_master(&f);
		report(&f, sends[i].outcomes, SECOND);
		CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"),
				sends[i].demotes ? 240 : 0);
		fixture_close(&f);
	}
}

static void
send_errors_are_counted_and_advertised(void)
{
	struct fixture f;

	fixture_open_master(&f);
	report(&f, "-+--", SECOND);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SEND_ERRORS), 3);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "s");
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 240);
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).demote, 240);
	fixture_close(&f);
}

static void
both_vhids_share_the_record(void)
{
	struct carp_vhid *second;
	struct fixture f;

	fixture_open_master(&f);
	f.config.vhid = 2;
	second = carp_vhid_create(f.ifc, &f.config);
	report(&f, "--", SECOND);
	carp_vhid_sent(second, IP_V6, false, SECOND);
	CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"), 240);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SEND_ERRORS), 2);
	carp_vhid_destroy(second, SECOND);
	CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"), 240);
	fixture_close(&f);
}

/* Demoted it becomes BACKUP, sends nothing, and is forgiven by time. */
static void
time_forgives_a_backup(void)
{
	static const struct advert better = { .advbase = 1, .advskew = 0 };
	struct fixture f;
	unsigned int n;

	fixture_open_master(&f);
	report(&f, "---", SECOND);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &better), CARP_ACCEPTED);
	CHECK_STATE(&f, CARP_BACKUP);
	for (n = 3; n < 31; n++) {
		CU_ASSERT_EQUAL(fixture_hear(&f, n * SECOND, &better), CARP_ACCEPTED);
		fixture_run(&f, n * SECOND);
		CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"), 240);
	}
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + FORGIVEN_AFTER);
	fixture_run(&f, SECOND + FORGIVEN_AFTER - 1);
	CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"), 240);
	fixture_run(&f, SECOND + FORGIVEN_AFTER);
	CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"), 0);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 30 * SECOND + OWN_MASTER_DOWN);
	/* Forgiven means from the beginning: two failures are two failures. */
	report(&f, "--", 32 * SECOND);
	CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"), 0);
	fixture_close(&f);
}

static void
time_does_not_forgive_a_master(void)
{
	struct fixture f;

	fixture_open_master(&f);
	report(&f, "---", SECOND);
	CU_ASSERT_TRUE(fixture_run_until(&f, 100 * SECOND) > 40);
	CU_ASSERT_EQUAL(fixture_cause(&f, "send errors on lan"), 240);
	fixture_close(&f);
}

static void
init_is_forgiven_too(void)
{
	struct fixture f;

	fixture_open_master(&f);
	report(&f, "---", SECOND);
	carp_interface_set_link(f.ifc, false, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 480);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + FORGIVEN_AFTER);
	fixture_run(&f, SECOND + FORGIVEN_AFTER);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 240);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), CARP_NEVER);
	fixture_close(&f);
}

static void
send_error_factor_revalues(void)
{
	struct fixture f;

	fixture_open_master(&f);
	f.settings.senderr_demotion_factor = 0;
	fixture_set(&f, 0);
	report(&f, "---", SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	f.settings.senderr_demotion_factor = 33;
	fixture_set(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 33);
	fixture_close(&f);
}

/* Objects take their causes with them. */
static void
destruction_gives_everything_back(void)
{
	struct fixture f;

	fixture_open_master(&f);
	report(&f, "---", SECOND);
	carp_interface_set_link(f.ifc, false, SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 480);
	carp_vhid_destroy(f.vhid, SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	carp_interface_destroy(f.ifc, SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	carp_node_destroy(f.node);
	carp_digest_destroy(f.digest);
}

static const struct suite_test tests[] = {
	SUITE_TEST(causes_add_up),
	SUITE_TEST(same_value_keeps_its_age),
	SUITE_TEST(names_and_room_are_limited),
	SUITE_TEST(sum_does_not_overflow),
	SUITE_TEST(generation_rises_with_the_sum),
	SUITE_TEST(demotion_is_encoded),
	SUITE_TEST(change_is_advertised_at_once),
	SUITE_TEST(changed_encoding_is_advertised),
	SUITE_TEST(backup_keeps_its_timer),
	SUITE_TEST(interface_down_demotes_once),
	SUITE_TEST(interface_without_vhids_demotes_nothing),
	SUITE_TEST(factors_revalue_what_is),
	SUITE_TEST(three_failures_demote_and_three_successes_end_it),
	SUITE_TEST(send_errors_are_counted_and_advertised),
	SUITE_TEST(both_vhids_share_the_record),
	SUITE_TEST(time_forgives_a_backup),
	SUITE_TEST(time_does_not_forgive_a_master),
	SUITE_TEST(init_is_forgiven_too),
	SUITE_TEST(send_error_factor_revalues),
	SUITE_TEST(destruction_gives_everything_back),
};

int
main(void)
{
	return suite_run("carp demotion", tests, SUITE_LEN(tests));
}
