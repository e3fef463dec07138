/* SPDX-License-Identifier: BSD-3-Clause */
/* What control does with a command: to a real node, and to elections that only write down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "election.h"
#include "suite.h"

#define SECOND_US UINT64_C(1000000)

static struct runtime r;
static struct koi_interface *ifc;
static struct config_vhid values = { .vhid = 1, .up = true };
static struct koi_vhid vhid = { .config = &values, .name = "1@lan" };
static const struct config_vhid *applied;
static enum carp_state forced;
static int force_result;
static int forgotten;

void
election_apply(struct runtime *runtime, struct koi_vhid *v, const struct config_vhid *c,
	       struct carp_vhid_change *change, bool is_announcing, uint64_t now_us)
{
	(void)runtime;
	(void)change;
	(void)now_us;
	CU_ASSERT_PTR_EQUAL(v, &vhid);
	CU_ASSERT_FALSE(is_announcing);
	applied = c;
}

int
election_force(struct runtime *runtime, struct koi_vhid *v, enum carp_state role, uint64_t now_us)
{
	(void)runtime;
	(void)now_us;
	CU_ASSERT_PTR_EQUAL(v, &vhid);
	forced = role;
	return force_result;
}

void
election_forget(struct runtime *runtime, struct koi_vhid *v, uint64_t now_us)
{
	(void)runtime;
	(void)now_us;
	CU_ASSERT_PTR_EQUAL(v, &vhid);
	forgotten++;
}

static struct command *
execute(const struct command *wanted, uint64_t now_us)
{
	static struct command c;

	c = *wanted;
	command_execute(&r, &c, now_us);
	CU_ASSERT(atomic_load(&c.is_executed));
	return &c;
}

static struct command *
set_cause(const char *name, int32_t value, uint32_t for_s, uint64_t now_us)
{
	struct command c = { .type = COMMAND_CAUSE, .demotion = { .value = value, .for_s = for_s } };

	strcpy(c.demotion.name, name);
	return execute(&c, now_us);
}

static void
demotions_add_up_and_are_told(void)
{
	struct command add = { .type = COMMAND_DEMOTE, .demotion = { .add = 240 } };

	CU_ASSERT_EQUAL(execute(&add, 1)->result, 0);
	CU_ASSERT_EQUAL(carp_node_demotion(r.node), 240);
	CU_ASSERT_STRING_EQUAL(set_cause("disk", 10, 0, 2)->text, "demotion is 250");
	add.demotion.add = -240;
	CU_ASSERT_STRING_EQUAL(execute(&add, 3)->text, "demotion is 10");
	CU_ASSERT_STRING_EQUAL(set_cause("disk", 0, 0, 4)->text, "demotion is 0");
}

static void
a_cause_ends_when_its_time_is_over(void)
{
	set_cause("disk", 10, 60, 0);
	carp_node_run(r.node, 60 * SECOND_US - 1);
	CU_ASSERT_EQUAL(carp_node_demotion(r.node), 10);
	carp_node_run(r.node, 60 * SECOND_US);
	CU_ASSERT_EQUAL(carp_node_demotion(r.node), 0);
}

static void
one_cause_too_many_is_refused(void)
{
	char name[16];

	for (int i = 0; i < CARP_CAUSES_MAX; i++) {
		snprintf(name, sizeof(name), "cause %d", i);
		CU_ASSERT_EQUAL(set_cause(name, 1, 1, 0)->result, 0);
	}
	CU_ASSERT_EQUAL(set_cause("one more", 1, 1, 0)->result, -ENOSPC);
	CU_ASSERT_STRING_EQUAL(set_cause("one more", 1, 1, 0)->text,
			       "there are 256 causes already");
	carp_node_run(r.node, SECOND_US);
	CU_ASSERT_EQUAL(carp_node_demotion(r.node), 0);
}

static void
settings_change_alone_and_are_published(void)
{
	struct command preempt = { .type = COMMAND_SET, .set = { .preempt = { true, true } } };
	struct command allow = { .type = COMMAND_SET, .set = { .allow = { true, false } } };
	struct command log = { .type = COMMAND_SET, .set = { .log = { true, 2 } } };
	uint64_t generation = carp_node_generation(r.node);

	execute(&preempt, 1);
	CU_ASSERT(carp_node_generation(r.node) > generation);
	CU_ASSERT(carp_node_settings(r.node)->preempt && carp_node_settings(r.node)->allow);
	CU_ASSERT(r.in_force.preempt && r.in_force.allow && r.in_force.log == 1);
	execute(&allow, 2);
	CU_ASSERT_FALSE(carp_node_settings(r.node)->allow);
	CU_ASSERT(r.in_force.preempt && !r.in_force.allow);
	/* Nobody needs to know what is logged. */
	generation = carp_node_generation(r.node);
	execute(&log, 3);
	CU_ASSERT_EQUAL(carp_node_generation(r.node), generation);
	CU_ASSERT(r.in_force.log == 2 && r.in_force.preempt && !r.in_force.allow);
	allow.set.allow.value = true;
	execute(&allow, 4);
}

static void
values_of_a_vhid_are_applied(void)
{
	struct config_vhid changed = { .vhid = 1, .advskew = 100 };
	struct command c = { .type = COMMAND_VHID_SET, .target = &vhid, .config = &changed };

	CU_ASSERT_EQUAL(execute(&c, 1)->result, 0);
	CU_ASSERT_PTR_EQUAL(applied, &changed);
}

static void
counters_are_forgotten_if_there_are_any(void)
{
	struct command c = { .type = COMMAND_VHID_FORGET, .target = &vhid };

	values.replay = CARP_REPLAY_STRICT;
	CU_ASSERT_EQUAL(execute(&c, 1)->result, 0);
	CU_ASSERT_EQUAL(forgotten, 1);
	values.replay = CARP_REPLAY_OFF;
	CU_ASSERT_EQUAL(execute(&c, 1)->result, -EINVAL);
	CU_ASSERT_EQUAL(forgotten, 1);
}

static const char *
refusal_of_a_role(void)
{
	struct command c = { .type = COMMAND_VHID_FORCE, .target = &vhid,
			     .vhid = { .role = CARP_MASTER } };

	force_result = -ENETDOWN;
	CU_ASSERT_EQUAL(execute(&c, 1)->result, -ENETDOWN);
	CU_ASSERT_EQUAL(forced, CARP_MASTER);
	return execute(&c, 1)->text;
}

static void
a_role_is_forced_or_it_is_said_why_not(void)
{
	struct command c = { .type = COMMAND_VHID_FORCE, .target = &vhid,
			     .vhid = { .role = CARP_BACKUP } };
	struct command allow = { .type = COMMAND_SET, .set = { .allow = { true, false } } };

	force_result = 0;
	CU_ASSERT_EQUAL(execute(&c, 1)->result, 0);
	CU_ASSERT_EQUAL(forced, CARP_BACKUP);
	CU_ASSERT_STRING_EQUAL(refusal_of_a_role(), "1@lan cannot be MASTER: its interface is down");
	carp_interface_set_link(ifc->carp, true, 1);
	CU_ASSERT_STRING_EQUAL(refusal_of_a_role(),
			       "1@lan cannot be MASTER: it has not left INIT yet");
	execute(&allow, 1);
	CU_ASSERT_STRING_EQUAL(refusal_of_a_role(), "1@lan cannot be MASTER: carp.allow is off");
	values.up = false;
	CU_ASSERT_STRING_EQUAL(refusal_of_a_role(),
			       "1@lan cannot be MASTER: it is administratively down");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(demotions_add_up_and_are_told),
		SUITE_TEST(a_cause_ends_when_its_time_is_over),
		SUITE_TEST(one_cause_too_many_is_refused),
		SUITE_TEST(settings_change_alone_and_are_published),
		SUITE_TEST(values_of_a_vhid_are_applied),
		SUITE_TEST(counters_are_forgotten_if_there_are_any),
		SUITE_TEST(a_role_is_forced_or_it_is_said_why_not),
	};
	const struct carp_settings settings = { .allow = true, .ifdown_demotion_factor = 240 };
	int status;

	r.node = carp_node_create(&settings);
	r.in_force.log = 1;
	ifc = aligned_alloc(64, sizeof(*ifc));
	memset(ifc, 0, sizeof(*ifc));
	ifc->carp = carp_interface_create(r.node, "lan");
	vhid.interface = ifc;
	status = suite_run("command execution", tests, SUITE_LEN(tests));
	carp_interface_destroy(ifc->carp, 0);
	carp_node_destroy(r.node);
	free(ifc);
	return status;
}
