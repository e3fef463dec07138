/* SPDX-License-Identifier: BSD-3-Clause */
/* Links, reloads, hosts that are held, and loss in one direction. */
#include "case.h"

#include <stdio.h>

enum {
	A,
	B,
	C,
};

#define LAN 0
#define WAN 1

/* ---- two interfaces ---- */

static enum carp_state
role(const struct stage *s, unsigned int host, unsigned int segment)
{
	return s->nodes[host].members[segment].role;
}

static void
expect_both_led_by(struct stage *s, unsigned int host)
{
	for (unsigned int segment = LAN; segment <= WAN; segment++) {
		stage_expect(s, role(s, host, segment) == CARP_MASTER, "it does not lead both");
		stage_expect(s, role(s, 1 - host, segment) != CARP_MASTER, "both lead one");
	}
}

/* One link of A fails: B leads on both interfaces, and gives both back when it heals. */
static void
run_group_failover(struct case_options *o, enum carp_demotion_encoding encoding)
{
	static const char *const encodings[] = { "both", "skew", "byte" };
	const struct stage_plan plan = {
		.advskew = { 100, 200 }, .segment_count = 2, .preempts = true, .encoding = encoding,
	};
	static struct stage s;

	stage_open(&s, &plan, o->print);
	stage_start(&s, A);
	stage_start(&s, B);
	stage_run(&s, 10 * STAGE_SECOND);
	expect_both_led_by(&s, A);

	sim_node_set_link(&s.nodes[A], LAN, false);
	/* On the healthy side it is told at once, on the other it is missed. */
	stage_run(&s, STAGE_SECOND / 100);
	stage_expect(&s, role(&s, B, WAN) == CARP_MASTER, "the demotion is not obeyed at once");
	stage_run(&s, carp_vhid_master_down_us(stage_vhid(&s, B)));
	expect_both_led_by(&s, B);

	sim_node_set_link(&s.nodes[A], LAN, true);
	stage_run(&s, 3 * STAGE_SECOND);
	expect_both_led_by(&s, A);
	case_end(o, &s, "group-failover", encodings[encoding]);
}

/* ---- reload ---- */

static void
open_pair(struct stage *s, const struct case_options *o, bool preempts)
{
	const struct stage_plan plan = { .advskew = { 50, 100 }, .preempts = preempts };

	stage_open(s, &plan, o->print);
	stage_start(s, A);
	stage_start(s, B);
	stage_run(s, 10 * STAGE_SECOND);
	stage_expect_master(s, A);
}

static void
reload_same(struct stage *s, const struct case_options *o)
{
	struct carp_vhid_status before, after;
	unsigned int transitions;

	open_pair(s, o, true);
	transitions = s->world.transitions;
	for (unsigned int i = 0; i < 200; i++) {
		unsigned int host = i % 2;

		carp_vhid_status(stage_vhid(s, host), &before);
		sim_node_reload(&s->nodes[host]);
		carp_vhid_status(stage_vhid(s, host), &after);
		stage_expect(s, after.deadline_us == before.deadline_us, "a timer has moved");
		stage_run(s, 70000);
	}
	stage_expect(s, s->world.transitions == transitions, "a role has changed");
}

static void
reload_speed(struct stage *s, const struct case_options *o)
{
	open_pair(s, o, true);
	s->nodes[A].members[0].advskew = 150;
	sim_node_reload(&s->nodes[A]);
	stage_run(s, STAGE_SECOND / 100);
	stage_expect_master(s, B);
	s->nodes[A].members[0].advskew = 50;
	sim_node_reload(&s->nodes[A]);
	stage_run(s, 2 * STAGE_SECOND);
	stage_expect_master(s, A);
}

/* ---- late ---- */

/* Held for a while, with an hour in the middle, it neither blames nor speaks for others. */
static void
late_backup(struct stage *s, const struct case_options *o)
{
	static const uint64_t held_s[] = { 1, 3, 10, 3600 };
	unsigned int transitions;

	for (int order = SIM_WAKE_HEAR_FIRST; order < SIM_WAKES; order++) {
		if (order > SIM_WAKE_HEAR_FIRST)
			stage_close(s);
		open_pair(s, o, true);
		transitions = s->world.transitions;
		for (unsigned int i = 0; i < sizeof(held_s) / sizeof(held_s[0]); i++) {
			sim_node_pause(&s->nodes[B]);
			stage_run(s, held_s[i] * STAGE_SECOND);
			sim_node_wake(&s->nodes[B], (enum sim_wake)order);
			stage_run(s, 5 * STAGE_SECOND);
		}
		stage_expect(s, s->world.transitions == transitions, "a role has changed");
		if (s->world.has_failed)
			return;
	}
}

static void
late_master(struct stage *s, const struct case_options *o)
{
	for (int order = SIM_WAKE_HEAR_FIRST; order < SIM_WAKES; order++) {
		if (order > SIM_WAKE_HEAR_FIRST)
			stage_close(s);
		open_pair(s, o, false);
		sim_node_pause(&s->nodes[A]);
		stage_run(s, 60 * STAGE_SECOND);
		stage_expect(s, stage_role(s, B) == CARP_MASTER, "nobody has followed");
		sim_node_wake(&s->nodes[A], (enum sim_wake)order);
		stage_run(s, 5 * STAGE_SECOND);
		/* It is faster, and says so when it goes on: the other goes. */
		stage_expect_master(s, A);
		if (s->world.has_failed)
			return;
	}
}

/* A resigns while C is held, and B follows: what waits for C is a bow-out, and B's words behind it. */
static void
late_bow_out(struct stage *s, const struct case_options *o)
{
	const struct stage_plan plan = { .advskew = { 50, 100, 150 } };
	unsigned int transitions;

	for (int order = SIM_WAKE_HEAR_FIRST; order <= SIM_WAKE_TIMERS_FIRST; order++) {
		if (order > SIM_WAKE_HEAR_FIRST)
			stage_close(s);
		stage_open(s, &plan, o->print);
		for (unsigned int i = A; i <= C; i++)
			stage_start(s, i);
		stage_run(s, 10 * STAGE_SECOND);
		sim_node_pause(&s->nodes[C]);
		stage_run(s, 2 * STAGE_SECOND);
		sim_node_force(&s->nodes[A], 0, CARP_BACKUP);
		stage_run(s, 2 * STAGE_SECOND);
		stage_expect_master(s, B);
		transitions = s->world.transitions;
		sim_node_wake(&s->nodes[C], (enum sim_wake)order);
		stage_run(s, 10 * STAGE_SECOND);
		stage_expect(s, s->world.transitions == transitions, "a role has changed");
		stage_expect_master(s, B);
		if (s->world.has_failed)
			return;
	}
}

/* ---- one direction ---- */

/* B does not hear A: both lead, A knows it, and B goes as soon as it hears. */
static void
one_way_from_master(struct stage *s, const struct case_options *o)
{
	struct carp_vhid_status status;

	open_pair(s, o, false);
	stage_cut(s, A, B, true);
	stage_run(s, 10 * STAGE_SECOND);
	stage_expect(s, stage_role(s, A) == CARP_MASTER, "A has gone");
	stage_expect(s, stage_role(s, B) == CARP_MASTER, "B has heard something");
	carp_vhid_status(stage_vhid(s, A), &status);
	stage_expect(s, status.split_brain.is_on, "A does not tell");
	stage_cut(s, A, B, false);
	stage_run(s, 3 * STAGE_SECOND / 2);
	stage_expect_master(s, A);
	stage_run(s, 10 * STAGE_SECOND);
	carp_vhid_status(stage_vhid(s, A), &status);
	stage_expect(s, !status.split_brain.is_on, "A does not stop telling");
}

/* A does not hear B, which is silent anyway. When B is forced it tells, and A does not know. */
static void
one_way_to_master(struct stage *s, const struct case_options *o)
{
	unsigned int transitions;

	open_pair(s, o, false);
	transitions = s->world.transitions;
	stage_cut(s, B, A, true);
	stage_run(s, 60 * STAGE_SECOND);
	stage_expect(s, s->world.transitions == transitions, "a role has changed");
	sim_node_force(&s->nodes[B], 0, CARP_MASTER);
	stage_run(s, 3 * STAGE_SECOND / 2);
	stage_expect_master(s, A);
}

static const struct {
	const char *name;
	void (*run)(struct stage *s, const struct case_options *o);
} cases[] = {
	{ "reload-same", reload_same },
	{ "reload-speed", reload_speed },
	{ "late-backup", late_backup },
	{ "late-master", late_master },
	{ "late-bow-out", late_bow_out },
	{ "one-way-from-master", one_way_from_master },
	{ "one-way-to-master", one_way_to_master },
};

void
case_network(struct case_options *o)
{
	static struct stage s;

	if (case_is_wanted(o, "group-failover")) {
		for (int e = CARP_ENCODE_BOTH; e <= CARP_ENCODE_BYTE; e++)
			run_group_failover(o, (enum carp_demotion_encoding)e);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!case_is_wanted(o, cases[i].name))
			continue;
		cases[i].run(&s, o);
		case_end(o, &s, cases[i].name, NULL);
	}
}
