/* SPDX-License-Identifier: BSD-3-Clause */
/* A reload while elections run: lists of changes, from the manager to control and back. */
#include <limits.h>

#include "bench.h"
#include "change.h"
#include "command.h"
#include "reload.h"
#include "reload_vhid.h"

#define MANY 100
/* Steps that control takes in one turn. */
#define STEPS_MAX 16

static const struct bench_vhid one[] = { { .vhid = 1, .advbase = 1 } };
static const struct bench_vhid two[] = { { .vhid = 1, .advbase = 1 },
					 { .vhid = 2, .advbase = 1, .addresses = 3 } };

static void
open_masters(const struct bench_vhid *vhids, size_t count)
{
	bench_open(vhids, count);
	bench_run_to_master();
	bench_run(2 * SECOND + 100 * MS);
	bench.sent_count = 0;
}

static struct change_list *
plan(struct config *config)
{
	struct config_report report = { 0 };
	struct change_list *list = reload_plan(&bench.r, config, &report);

	config_report_free(&report);
	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	return list;
}

static struct change_list *
begin_reload(const struct bench_vhid *vhids, size_t count)
{
	struct change_list *list = plan(bench_config(vhids, count));

	rte_ring_sp_enqueue(bench.r.changes, list);
	return list;
}

/* What the manager does when control is done. */
static void
end_reload(struct change_list *list)
{
	CU_ASSERT_FATAL(list->is_done);
	reload_show(&bench.r, list);
	reload_finish(&bench.r, list);
}

static void
reload(const struct bench_vhid *vhids, size_t count)
{
	struct change_list *list = begin_reload(vhids, count);

	bench_run(20 * MS);
	end_reload(list);
}

static const struct vip_entry *
find_address(const char *text)
{
	struct ip_addr addr;

	ip_addr_parse(text, &addr);
	return vip_find4(vip_interface_set(&bench.r.interface[0].vip), ip_addr_v4_be(&addr));
}

/* ------------------------------------------------------------------------------------------- */
/* Vhids that come and go                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
a_vhid_that_comes_is_backup_first(void)
{
	open_masters(one, 1);
	reload(two, 2);
	CU_ASSERT_EQUAL(bench_role(2), VIP_ROLE_BACKUP);
	CU_ASSERT(find_address("10.0.2.3")->is_used);
	CU_ASSERT_FALSE(bench_answers(0, "10.0.2.1"));
	bench_run(2900 * MS);
	CU_ASSERT_EQUAL(bench_role(2), VIP_ROLE_BACKUP);
	bench_run(200 * MS);
	CU_ASSERT_EQUAL(bench_role(2), VIP_ROLE_MASTER);
	CU_ASSERT(bench_answers(0, "10.0.2.1"));
	CU_ASSERT_EQUAL(bench_status(1).transitions, 2);
	bench_close();
}

/* The worker that is to send its bow-out stands still. */
static void
a_vhid_that_goes_answers_until_its_bow_out_is_out(void)
{
	struct change_list *list;

	open_masters(two, 2);
	list = begin_reload(one, 1);
	bench.is_held[0] = true;
	control_turn(bench.control);
	CU_ASSERT_FALSE(list->is_done);
	CU_ASSERT(bench_answers(1, "10.0.2.1"));
	bench_wait(500);
	control_turn(bench.control);
	CU_ASSERT(bench_answers(1, "10.0.2.1"));
	bench.is_held[0] = false;
	bench_turn();
	CU_ASSERT_EQUAL(bench_last(2)->advskew, CARP_BOW_OUT);
	bench_turn();
	CU_ASSERT(list->is_done);
	CU_ASSERT_EQUAL(bench_role(2), VIP_ROLE_ABSENT);
	CU_ASSERT_FALSE(find_address("10.0.2.1")->is_used);
	CU_ASSERT_PTR_NULL(bench_vhid(2));
	end_reload(list);
	bench.sent_count = 0;
	bench_run(5 * SECOND);
	CU_ASSERT_EQUAL(bench_sent(2), 0);
	CU_ASSERT(bench_sent(1) >= 4);
	CU_ASSERT_EQUAL(bench_status(1).transitions, 2);
	bench_close();
}

static void
a_vhid_that_goes_waits_for_its_bow_out_for_1_ms_only(void)
{
	struct change_list *list;

	open_masters(two, 2);
	list = begin_reload(one, 1);
	bench.is_held[0] = true;
	control_turn(bench.control);
	bench_wait(1 * MS);
	control_turn(bench.control);
	bench_wait(1 * MS);
	control_turn(bench.control);
	CU_ASSERT(list->is_done);
	CU_ASSERT_EQUAL(bench_role(2), VIP_ROLE_ABSENT);
	end_reload(list);
	/* What comes back of it concerns nobody. */
	bench.is_held[0] = false;
	bench_run(10 * MS);
	CU_ASSERT_EQUAL(bench_last(2)->advskew, CARP_BOW_OUT);
	bench_close();
}

/* A frame of the former one must not speak for the new one. */
static void
a_vhid_that_comes_again_counts_on(void)
{
	uint32_t generation;

	open_masters(two, 2);
	generation = bench_generation(2);
	reload(one, 1);
	CU_ASSERT(bench_generation(2) > generation);
	generation = bench_generation(2);
	reload(two, 2);
	CU_ASSERT(bench_generation(2) > generation);
	bench_close();
}

/* A share of the way to control was its own. */
static void
the_last_master_of_a_vhid_that_goes_is_forgotten(void)
{
	bench_open(two, 2);
	bench_run(100 * MS);
	bench_hear(2, 1, 0);
	bench_run(10 * MS);
	CU_ASSERT_NOT_EQUAL(bench.r.interface[0].master_hint[IP_V4][2], 0);
	reload(one, 1);
	CU_ASSERT_EQUAL(bench.r.interface[0].master_hint[IP_V4][2], 0);
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* Vhids that change                                                                            */
/* ------------------------------------------------------------------------------------------- */

static void
a_master_that_changes_is_master_on(void)
{
	const struct bench_vhid slower[] = { { .vhid = 1, .advbase = 1, .advskew = 50 } };
	uint64_t lease_us;

	open_masters(one, 1);
	lease_us = bench_lease_us() - bench_us();
	bench_run(SECOND);
	CU_ASSERT_EQUAL(bench_last(1)->advskew, 0);
	reload(slower, 1);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	bench_run(3 * SECOND);
	CU_ASSERT_EQUAL(bench_status(1).transitions, 2);
	CU_ASSERT_EQUAL(bench_last(1)->advskew, 50);
	/* Peers have heard of it less lately. */
	CU_ASSERT(bench_lease_us() - bench_us() < lease_us - 100 * MS);
	bench_close();
}

/* An advertisement of the old values may wait in a ring, and look like one of the new. */
static void
a_change_makes_what_waits_stale(void)
{
	const struct bench_vhid more[] = { { .vhid = 1, .advbase = 1, .addresses = 2 } };
	struct change_list *list;

	open_masters(one, 1);
	bench.is_held[0] = true;
	while (inject_waiting(&bench.r) == 0) {
		bench_wait(1 * MS);
		control_turn(bench.control);
	}
	list = begin_reload(more, 1);
	control_turn(bench.control);
	bench.is_held[0] = false;
	bench_run(10 * MS);
	CU_ASSERT_EQUAL(bench_stale(), 1);
	end_reload(list);
	bench_close();
}

/* What the manager does with koictl's "set 1@lan advskew 200". */
static void
a_command_changes_the_lease(void)
{
	struct koi_vhid *v;
	struct command *c = command_create();
	uint64_t lease_us;

	open_masters(one, 1);
	v = bench_vhid(1);
	lease_us = bench_lease_us() - bench_us();
	c->type = COMMAND_VHID_SET;
	c->target = v;
	c->config = reload_vhid_copy(v->shown);
	c->config->advskew = 200;
	c->change = reload_vhid_change(v, c->config);
	rte_ring_sp_enqueue(bench.r.commands, c);
	control_turn(bench.control);
	CU_ASSERT_FATAL(c->is_executed);
	CU_ASSERT_EQUAL(c->result, 0);
	CU_ASSERT(bench_lease_us() - bench_us() < lease_us - 700 * MS);
	v->shown = v->changed = c->config;
	carp_vhid_change_destroy(c->change);
	command_destroy(c);
	bench_run(3 * SECOND);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(bench_last(1)->advskew, 200);
	bench_close();
}

static void
addresses_that_come_are_announced_and_answered(void)
{
	const struct bench_vhid more[] = { { .vhid = 1, .advbase = 1, .addresses = 5 } };
	struct ip_addr last;
	size_t announced = 0;

	open_masters(one, 1);
	CU_ASSERT_FALSE(bench_answers(0, "10.0.1.5"));
	bench.sent_count = 0;
	reload(more, 1);
	ip_addr_parse("10.0.1.5", &last);
	for (size_t i = 0; i < bench.sent_count; i++)
		announced += bench.sent[i].vhid == 0 &&
			     bench.sent[i].arp_be == ip_addr_v4_be(&last);
	CU_ASSERT(announced >= 1);
	CU_ASSERT(bench_answers(0, "10.0.1.5"));
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	bench_close();
}

/* ------------------------------------------------------------------------------------------- */
/* Portions                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
a_long_list_is_done_in_portions(void)
{
	struct bench_vhid vhids[MANY];
	struct change_list *list;
	unsigned int turns = 0;

	for (unsigned int i = 0; i < MANY; i++)
		vhids[i] = (struct bench_vhid){ .vhid = (uint8_t)(i + 1), .advbase = 1 };
	open_masters(one, 1);
	list = begin_reload(vhids, MANY);
	for (size_t before = 0; !list->is_done && turns < 2 * MANY; before = list->next, turns++) {
		CU_ASSERT(list->next - before <= STEPS_MAX);
		/* It does not sleep over what is left to do. */
		CU_ASSERT(control_turn(bench.control) == 0 || list->is_done);
	}
	CU_ASSERT(turns >= MANY / STEPS_MAX);
	CU_ASSERT_EQUAL(list->next, list->count);
	end_reload(list);
	bench_run(SECOND);
	for (unsigned int vhid = 2; vhid <= MANY; vhid++)
		CU_ASSERT_EQUAL(bench_role((uint8_t)vhid), VIP_ROLE_BACKUP);
	/* And all of them at once out again. */
	bench_run(3 * SECOND);
	bench.sent_count = 0;
	reload(one, 1);
	for (unsigned int vhid = 2; vhid <= MANY; vhid++)
		CU_ASSERT_EQUAL(bench_last((uint8_t)vhid)->advskew, CARP_BOW_OUT);
	CU_ASSERT_EQUAL(bench_stale(), 0);
	bench_close();
}

static void
a_budget_is_kept(void)
{
	struct change_list *list;

	open_masters(one, 1);
	list = plan(bench_config(two, 2));
	CU_ASSERT_FALSE(change_step(&bench.r, list, 1, bench_us()));
	CU_ASSERT_EQUAL(list->next, 1);
	CU_ASSERT_FALSE(change_step(&bench.r, list, 0, bench_us()));
	CU_ASSERT_EQUAL(list->next, 1);
	CU_ASSERT(change_step(&bench.r, list, UINT_MAX, bench_us()));
	list->is_done = true;
	end_reload(list);
	bench_close();
}

static void
a_plan_that_is_dropped_changes_nothing(void)
{
	struct change_list *list;
	struct config *config;

	open_masters(one, 1);
	config = bench_config(two, 2);
	list = plan(config);
	reload_discard(&bench.r, list);
	config_free(config);
	bench_run(5 * SECOND);
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(bench_role(2), VIP_ROLE_ABSENT);
	reload(two, 2);
	CU_ASSERT_EQUAL(bench_role(2), VIP_ROLE_BACKUP);
	bench_close();
}

/* The end comes while a vhid has left MASTER for a list that is not done. */
static void
the_end_comes_in_the_middle_of_a_list(void)
{
	struct change_list *list;

	open_masters(two, 2);
	list = begin_reload(one, 1);
	control_turn(bench.control);
	CU_ASSERT_FALSE(list->is_done);
	control_resign(bench.control);
	for (int i = 0; i < 100; i++) {
		bench_work();
		if (control_resign_turn(bench.control))
			break;
		bench_wait(50);
	}
	CU_ASSERT_EQUAL(bench_last(1)->advskew, CARP_BOW_OUT);
	CU_ASSERT_EQUAL(bench_last(2)->advskew, CARP_BOW_OUT);
	change_step(&bench.r, list, UINT_MAX, bench_us());
	list->is_done = true;
	end_reload(list);
	bench_close();
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(a_vhid_that_comes_is_backup_first),
		SUITE_TEST(a_vhid_that_goes_answers_until_its_bow_out_is_out),
		SUITE_TEST(a_vhid_that_goes_waits_for_its_bow_out_for_1_ms_only),
		SUITE_TEST(a_vhid_that_comes_again_counts_on),
		SUITE_TEST(the_last_master_of_a_vhid_that_goes_is_forgotten),
		SUITE_TEST(a_master_that_changes_is_master_on),
		SUITE_TEST(a_change_makes_what_waits_stale),
		SUITE_TEST(a_command_changes_the_lease),
		SUITE_TEST(addresses_that_come_are_announced_and_answered),
		SUITE_TEST(a_long_list_is_done_in_portions),
		SUITE_TEST(a_budget_is_kept),
		SUITE_TEST(a_plan_that_is_dropped_changes_nothing),
		SUITE_TEST(the_end_comes_in_the_middle_of_a_list),
	};

	(void)argc;
	bench_start(argv[0]);
	return suite_run("change", tests, SUITE_LEN(tests));
}
