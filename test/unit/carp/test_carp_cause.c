/* SPDX-License-Identifier: BSD-3-Clause */
/* Causes of demotion that end by themselves, and those that nobody may set by name. */
#include <errno.h>
#include <string.h>

#include "fixture.h"

static const struct carp_cause *
only_cause(const struct fixture *f)
{
	const struct carp_cause *causes;

	CU_ASSERT_EQUAL_FATAL(carp_node_causes(f->node, &causes), 1);
	return &causes[0];
}

static void
cause_ends_on_time(void)
{
	struct fixture f;
	uint64_t generation;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_node_next_us(f.node), CARP_NEVER);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 10, 60 * SECOND, SECOND), 0);
	CU_ASSERT_EQUAL(only_cause(&f)->expires_us, 61 * SECOND);
	CU_ASSERT_EQUAL(carp_node_next_us(f.node), 61 * SECOND);
	fixture_run(&f, SECOND);
	generation = carp_node_generation(f.node);
	carp_node_run(f.node, 61 * SECOND - 1);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 10);
	CU_ASSERT_EQUAL(carp_node_generation(f.node), generation);
	carp_node_run(f.node, 61 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 0);
	CU_ASSERT_TRUE(carp_node_generation(f.node) > generation);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	CU_ASSERT_EQUAL(carp_node_next_us(f.node), CARP_NEVER);
	fixture_close(&f);
}

static void
setting_again_renews(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 10, 5 * SECOND, SECOND), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 10, 5 * SECOND, 4 * SECOND), 0);
	CU_ASSERT_EQUAL(only_cause(&f)->since_us, SECOND);
	CU_ASSERT_EQUAL(only_cause(&f)->expires_us, 9 * SECOND);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 10, 0, 5 * SECOND), 0);
	CU_ASSERT_EQUAL(only_cause(&f)->expires_us, CARP_NEVER);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "disk", 10, UINT64_MAX, 6 * SECOND), 0);
	CU_ASSERT_EQUAL(only_cause(&f)->expires_us, CARP_NEVER);
	fixture_close(&f);
}

static void
each_has_its_own_end(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "a", 1, 3 * SECOND, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "b", 2, SECOND, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "c", 4, 0, 0), 0);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, "d", 8, SECOND, 0), 0);
	CU_ASSERT_EQUAL(carp_node_next_us(f.node), SECOND);
	carp_node_run(f.node, SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 5);
	CU_ASSERT_EQUAL(carp_node_next_us(f.node), 3 * SECOND);
	carp_node_run(f.node, 3 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 4);
	CU_ASSERT_STRING_EQUAL(only_cause(&f)->name, "c");
	fixture_close(&f);
}

static void
own_causes_are_not_set_by_name(void)
{
	static const char down[] = "interface lan down";
	struct fixture f;

	fixture_open_backup(&f);
	carp_interface_set_link(f.ifc, false, SECOND);
	CU_ASSERT_TRUE(only_cause(&f)->is_own);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, down, 0, 0, SECOND), -EPERM);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, down, 7, 0, SECOND), -EPERM);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 240);

	/* Named before there was one, it is another cause and outlives ours. */
	carp_interface_set_link(f.ifc, true, 2 * SECOND);
	CU_ASSERT_EQUAL(carp_node_cause_set(f.node, down, 7, 0, 2 * SECOND), 0);
	carp_interface_set_link(f.ifc, false, 3 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 247);
	carp_interface_set_link(f.ifc, true, 4 * SECOND);
	CU_ASSERT_EQUAL(carp_node_demotion(f.node), 7);
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(cause_ends_on_time),
		SUITE_TEST(setting_again_renews),
		SUITE_TEST(each_has_its_own_end),
		SUITE_TEST(own_causes_are_not_set_by_name),
	};

	return suite_run("carp_cause", tests, SUITE_LEN(tests));
}
