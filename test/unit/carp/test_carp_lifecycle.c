/* SPDX-License-Identifier: BSD-3-Clause */
/* Into INIT and out of it, forced roles, changes of a running vhid, and what a status shows. */
#include <errno.h>
#include <string.h>

#include "fixture.h"

static void
expect_state(struct fixture *f, const char *actions, const char *reason)
{
	CHECK_ACTIONS(f, actions);
	if (f->out.count > 0) {
		CU_ASSERT_STRING_EQUAL(fixture_reason(f, f->out.count - 1), reason);
	}
}

static void
start_needs_a_link(void)
{
	struct fixture f;

	fixture_prepare(&f);
	fixture_create(&f);
	CHECK_STATE(&f, CARP_INIT);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, 0);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), CARP_NEVER);
	carp_interface_set_link(f.ifc, true, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, SECOND);
	expect_state(&f, "B", "initialization complete");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static void
link_loss_is_silent_and_temporary(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_interface_set_link(f.ifc, false, SECOND);
	CU_ASSERT_FALSE(carp_interface_link(f.ifc));
	fixture_run(&f, SECOND);
	expect_state(&f, "I", "hardware interface down");
	carp_interface_set_link(f.ifc, true, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	expect_state(&f, "B", "hardware interface up");
	/* Setting what is set already does nothing. */
	carp_interface_set_link(f.ifc, true, 3 * SECOND);
	CU_ASSERT_NOT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_close(&f);
}

static void
administrator_takes_it_down_and_up(void)
{
	struct fixture f;

	fixture_open_master(&f);
	carp_vhid_set_admin(f.vhid, false);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, SECOND);
	expect_state(&f, "xI", "user requested");
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advbase, 255);
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 255);
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).counter, 2);
	CU_ASSERT_FALSE(fixture_status(&f).up);
	carp_vhid_set_admin(f.vhid, true);
	fixture_run(&f, 2 * SECOND);
	expect_state(&f, "B", "user requested");
	/* A BACKUP has nothing to resign. */
	carp_vhid_set_admin(f.vhid, false);
	fixture_run(&f, 3 * SECOND);
	expect_state(&f, "I", "user requested");
	fixture_close(&f);
}

static void
start_may_wait_for_the_administrator(void)
{
	struct fixture f;

	fixture_prepare(&f);
	f.config.up = false;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	CHECK_ACTIONS(&f, "");
	carp_vhid_set_admin(f.vhid, true);
	fixture_run(&f, SECOND);
	expect_state(&f, "B", "user requested");
	fixture_close(&f);
}

static void
last_obstacle_gives_the_reason(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_interface_set_link(f.ifc, false, SECOND);
	carp_vhid_set_admin(f.vhid, false);
	fixture_run(&f, SECOND);
	expect_state(&f, "I", "hardware interface down");
	carp_interface_set_link(f.ifc, true, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	CHECK_ACTIONS(&f, "");
	carp_vhid_set_admin(f.vhid, true);
	fixture_run(&f, 3 * SECOND);
	expect_state(&f, "B", "user requested");
	fixture_close(&f);
}

static void
allow_off_resigns_and_refuses(void)
{
	static const struct advert peer = { .advbase = 1 };
	struct fixture f;

	fixture_open_master(&f);
	f.settings.allow = false;
	fixture_set(&f, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	CU_ASSERT_EQUAL(fixture_cause(&f, "carp.allow is off"), 240);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_DROP_NOT_ALLOWED);
	fixture_run(&f, SECOND);
	expect_state(&f, "xI", "carp.allow is off");
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_DROP_NOT_ALLOWED);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_RECEIVED), 2);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_DROP_NOT_ALLOWED), 2);
	f.settings.allow = true;
	fixture_set(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	fixture_run(&f, 2 * SECOND);
	expect_state(&f, "B", "initialization complete");
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
force_master(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, SECOND, &f.out), 0);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), "user requested");
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, SECOND, &f.out), 0);
	CHECK_ACTIONS(&f, "");
	fixture_close(&f);
}

static void
force_backup(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_BACKUP, SECOND, &f.out), 0);
	expect_state(&f, "xB", "user requested");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_BACKUP, SECOND, &f.out), 0);
	CHECK_ACTIONS(&f, "");
	/* One shot: with nobody else there it is MASTER again. */
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Msa");
	fixture_close(&f);
}

static void
force_has_its_limits(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_INIT, SECOND, &f.out), -EINVAL);
	CHECK_STATE(&f, CARP_MASTER);
	carp_interface_set_link(f.ifc, false, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_BACKUP, SECOND, &f.out), -ENETDOWN);
	CHECK_ACTIONS(&f, "");
	fixture_run(&f, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, SECOND, &f.out), -ENETDOWN);
	CHECK_ACTIONS(&f, "");
	CHECK_STATE(&f, CARP_INIT);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
new_speed_of_a_master_is_advertised(void)
{
	struct fixture f;

	fixture_open_master(&f);
	f.config.advskew = 50;
	fixture_reconfigure(&f, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "s");
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advskew, 50);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + 1195312);
	f.config.advbase = 2;
	fixture_reconfigure(&f, SECOND);
	fixture_run(&f, SECOND);
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).advbase, 2);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + 2195312);
	fixture_close(&f);
}

static void
new_speed_of_a_backup_restarts_its_wait(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	f.config.advskew = 0;
	fixture_reconfigure(&f, SECOND);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 4 * SECOND);
	f.settings.master_down = CARP_MASTER_DOWN_OPENBSD;
	f.config.advskew = 100;
	fixture_set(&f, SECOND);
	fixture_reconfigure(&f, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 2 * SECOND + 4171875);
	f.settings.master_down = CARP_MASTER_DOWN_FREEBSD;
	fixture_set(&f, 3 * SECOND);
	fixture_run(&f, 3 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 3 * SECOND + OWN_MASTER_DOWN);
	fixture_close(&f);
}

static void
same_configuration_changes_nothing(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_reconfigure(&f, SECOND);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), OWN_MASTER_DOWN);
	fixture_close(&f);

	fixture_open_master(&f);
	fixture_reconfigure(&f, SECOND);
	fixture_run(&f, SECOND);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), OWN_INTERVAL);
	fixture_close(&f);
}

static void
new_key_and_addresses_keep_the_state(void)
{
	static const uint8_t key[] = { 'n', 'e', 'w' };
	static const struct advert peer = { .advbase = 1, .advskew = 200 };
	uint8_t old_payload[CARP_HEADER_LEN];
	struct carp_received rx = {
		.payload = old_payload, .len = sizeof(old_payload), .from = address("10.0.0.3"), .ttl = 255,
	};
	struct fixture f;

	fixture_open_master(&f);
	fixture_payload(&f, &peer, old_payload);
	f.config.key = key;
	f.config.key_len = sizeof(key);
	fixture_reconfigure(&f, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_input(f.vhid, &rx, SECOND, &f.out), CARP_DROP_AUTH);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_ACCEPTED);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_payload(&f, &peer, old_payload);
	f.addresses[1] = address("10.0.0.101");
	f.config.address_count = 2;
	fixture_reconfigure(&f, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_input(f.vhid, &rx, SECOND, &f.out), CARP_DROP_AUTH);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_ACCEPTED);
	fixture_run(&f, OWN_INTERVAL);
	CHECK_ACTIONS(&f, "sa");
	fixture_sent(&f, 0);
	fixture_close(&f);
}

static void
families_come_and_go(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	fixture_use_both_families(&f);
	fixture_reconfigure(&f, SECOND);
	fixture_run(&f, SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), OWN_MASTER_DOWN);
	/* IPv4 goes: what remains is the timer of IPv6, armed when it came. */
	f.addresses[0] = f.addresses[1];
	f.config.address_count = 1;
	fixture_reconfigure(&f, 2 * SECOND);
	fixture_run(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), SECOND + OWN_MASTER_DOWN);
	fixture_run(&f, SECOND + OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Msa");
	fixture_close(&f);
}

static void
reconfiguring_up_and_down(void)
{
	struct fixture f;

	fixture_open_master(&f);
	f.config.up = false;
	fixture_reconfigure(&f, SECOND);
	fixture_run(&f, SECOND);
	expect_state(&f, "xI", "user requested");
	fixture_close(&f);
}

static void
bad_configuration_is_refused(void)
{
	static const struct {
		uint8_t vhid, advbase, advskew;
		size_t key_len, addresses;
	} bad[] = {
		{ 0, 1, 0, 6, 1 },  { 1, 255, 0, 6, 1 }, { 1, 1, 255, 6, 1 },
		{ 1, 0, 0, 6, 1 },  { 1, 1, 0, 21, 1 },  { 1, 1, 0, 6, 0 },
		{ 1, 1, 0, 6, 256 },
	};
	struct fixture f;
	unsigned int i;

	fixture_open_master(&f);
	for (i = 0; i < SUITE_LEN(bad); i++) {
		struct carp_vhid_config c = f.config;

		c.vhid = bad[i].vhid;
		c.advbase = bad[i].advbase;
		c.advskew = bad[i].advskew;
		c.key_len = bad[i].key_len;
		c.address_count = bad[i].addresses;
		errno = 0;
		CU_ASSERT_PTR_NULL(carp_vhid_create(f.ifc, &c));
		CU_ASSERT_EQUAL(errno, EINVAL);
		if (c.vhid == 0)
			continue;
		CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &c, SECOND), -EINVAL);
	}
	f.addresses[0].family = IP_FAMILIES;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, SECOND), -EINVAL);
	CU_ASSERT_NOT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
interface_names_have_a_length(void)
{
	struct fixture f;
	struct carp_interface *ifc;

	fixture_open_backup(&f);
	errno = 0;
	CU_ASSERT_PTR_NULL(carp_interface_create(f.node, ""));
	CU_ASSERT_EQUAL(errno, EINVAL);
	errno = 0;
	CU_ASSERT_PTR_NULL(carp_interface_create(f.node, "123456789012345678901234567890123"));
	CU_ASSERT_EQUAL(errno, EINVAL);
	ifc = carp_interface_create(f.node, "12345678901234567890123456789012");
	CU_ASSERT_PTR_NOT_NULL(ifc);
	carp_interface_destroy(ifc, 0);
	fixture_close(&f);
}

static void
status_shows_the_configuration(void)
{
	struct carp_vhid_status status;
	struct fixture f;

	fixture_open_backup(&f);
	carp_node_demote(f.node, 7, 0);
	status = fixture_status(&f);
	CU_ASSERT_EQUAL(status.state, CARP_BACKUP);
	CU_ASSERT_EQUAL(status.advbase, 1);
	CU_ASSERT_EQUAL(status.advskew, 100);
	CU_ASSERT_EQUAL(status.effective_advskew, 107);
	CU_ASSERT_EQUAL(status.demote, 7);
	CU_ASSERT_TRUE(status.up);
	CU_ASSERT_EQUAL(status.transitions, 1);
	CU_ASSERT_EQUAL(status.last_reason.code, CARP_REASON_INITIALIZED);
	CU_ASSERT_EQUAL(status.deadline_us, OWN_MASTER_DOWN);
	fixture_close(&f);
}

/* A master heard before INIT is not the master heard since. */
static void
init_forgets_the_master(void)
{
	static const struct advert peer = { .advbase = 1 };
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_ACCEPTED);
	CU_ASSERT_TRUE(fixture_status(&f).has_master);
	carp_interface_set_link(f.ifc, false, SECOND);
	fixture_run(&f, SECOND);
	CU_ASSERT_FALSE(fixture_status(&f).has_master);
	CU_ASSERT_EQUAL(fixture_status(&f).deadline_us, CARP_NEVER);
	fixture_close(&f);
}

static void
reasons_have_names(void)
{
	static const char *const names[] = {
		"none", "initialization complete", "master timed out", "preempting a slower master",
		"master will time out", "more frequent advertisement received", "user requested",
		"hardware interface down", "hardware interface up", "carp.allow is off",
	};
	unsigned int i;

	for (i = 0; i < SUITE_LEN(names); i++)
		CU_ASSERT_STRING_EQUAL(carp_reason_name((enum carp_reason_code)i), names[i]);
}

/* The longest text there can be is whole. */
static void
reason_text_is_never_cut(void)
{
	struct carp_reason r = {
		.code = CARP_REASON_MORE_FREQUENT,
		.has_peer = true,
		.peer = address("2001:db80:1111:2222:3333:4444:5555:6666"),
		.peer_advbase = 255,
		.peer_advskew = 254,
		.peer_demote = 255,
	};
	char text[CARP_REASON_TEXT];

	CU_ASSERT_STRING_EQUAL(carp_reason_format(&r, text),
			       "more frequent advertisement received, "
			       "2001:db80:1111:2222:3333:4444:5555:6666 has advbase 255 "
			       "advskew 254 demotion 255");
}

static const struct suite_test tests[] = {
	SUITE_TEST(start_needs_a_link),
	SUITE_TEST(link_loss_is_silent_and_temporary),
	SUITE_TEST(administrator_takes_it_down_and_up),
	SUITE_TEST(start_may_wait_for_the_administrator),
	SUITE_TEST(last_obstacle_gives_the_reason),
	SUITE_TEST(allow_off_resigns_and_refuses),
	SUITE_TEST(force_master),
	SUITE_TEST(force_backup),
	SUITE_TEST(force_has_its_limits),
	SUITE_TEST(new_speed_of_a_master_is_advertised),
	SUITE_TEST(new_speed_of_a_backup_restarts_its_wait),
	SUITE_TEST(same_configuration_changes_nothing),
	SUITE_TEST(new_key_and_addresses_keep_the_state),
	SUITE_TEST(families_come_and_go),
	SUITE_TEST(reconfiguring_up_and_down),
	SUITE_TEST(bad_configuration_is_refused),
	SUITE_TEST(interface_names_have_a_length),
	SUITE_TEST(status_shows_the_configuration),
	SUITE_TEST(init_forgets_the_master),
	SUITE_TEST(reasons_have_names),
	SUITE_TEST(reason_text_is_never_cut),
};

int
main(void)
{
	return suite_run("carp lifecycle", tests, SUITE_LEN(tests));
}
