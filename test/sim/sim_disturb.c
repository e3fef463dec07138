/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_run.h"

#define STORM_STEPS_MAX 40
#define ROUNDS 4

static uint64_t
below(struct sim_run *r, uint64_t n)
{
	return sim_random_below(&r->world.random, n);
}

static bool
chance(struct sim_run *r, unsigned int per_mille)
{
	return sim_random_chance(&r->world.random, per_mille);
}

static void
wait(struct sim_run *r, uint64_t us)
{
	sim_world_run(&r->world, r->world.now_us + us);
}

static void
tell(struct sim_run *r, const char *text)
{
	sim_trace_add(&r->world.trace, r->world.now_us, -1, -1, SIM_DISTURB, 0, "* %s", text);
}

/* ---- storm ---- */

static void
disturb_weather(struct sim_run *r)
{
	struct sim_weather *w = &r->world.net.weather;

	w->loss_per_mille = chance(r, 700) ? (unsigned int)below(r, 500) : 0;
	w->duplicate_per_mille = chance(r, 300) ? (unsigned int)below(r, 300) : 0;
	w->keeps_order = chance(r, 500);
	w->echo_per_mille = chance(r, 300) ? (unsigned int)below(r, 500) : 0;
	sim_trace_add(&r->world.trace, r->world.now_us, -1, -1, SIM_DISTURB, w->loss_per_mille,
		      "* of 1000 frames %u are lost, %u doubled, %u echoed", w->loss_per_mille,
		      w->duplicate_per_mille, w->echo_per_mille);
}

static void
disturb_cut(struct sim_run *r, unsigned int node)
{
	unsigned int segment = (unsigned int)below(r, r->segment_count);
	bool both_ways = chance(r, 500);
	bool cut = chance(r, 700);

	tell(r, cut ? "cut" : "cut mended");
	for (unsigned int other = 0; other < r->node_count; other++) {
		if (other == node || chance(r, 300))
			continue;
		r->world.net.is_cut[segment][node][other] = cut;
		if (both_ways)
			r->world.net.is_cut[segment][other][node] = cut;
	}
}

/* Of one family only; with two groups on a segment the other may need just that one. */
static void
disturb_family(struct sim_run *r, unsigned int node)
{
	unsigned int family = (unsigned int)below(r, IP_FAMILIES);
	unsigned int segment = (unsigned int)below(r, r->segment_count);
	bool cut = chance(r, 700);

	tell(r, family == IP_V4 ? "IPv4 cut or mended" : "IPv6 cut or mended");
	for (unsigned int other = 0; other < r->node_count; other++) {
		if (chance(r, 700))
			r->world.net.is_family_cut[family][segment][node][other] = cut;
		if (chance(r, 500))
			r->world.net.is_family_cut[family][segment][other][node] = cut;
	}
}

void
sim_disturb_family(struct sim_run *r)
{
	unsigned int family = (unsigned int)below(r, IP_FAMILIES);
	unsigned int per_mille = chance(r, 300) ? 1000 : 500;

	tell(r, family == IP_V4 ? "IPv4 does not get everywhere" : "IPv6 does not get everywhere");
	for (unsigned int s = 0; s < r->segment_count; s++) {
		for (unsigned int from = 0; from < r->node_count; from++) {
			for (unsigned int to = 0; to < r->node_count; to++)
				r->world.net.is_family_cut[family][s][from][to] =
					chance(r, per_mille);
		}
	}
}

static void
disturb_settings(struct sim_run *r, struct sim_node *n)
{
	struct carp_settings settings = n->settings;

	switch (below(r, 4)) {
	case 0:
		settings.allow = !settings.allow;
		break;
	case 1:
		settings.preempt = !settings.preempt;
		break;
	case 2:
		settings.master_down = (enum carp_master_down)below(r, 2);
		break;
	default:
		settings.encoding = (enum carp_demotion_encoding)below(r, 3);
		break;
	}
	sim_node_set_settings(n, &settings);
}

static void
disturb_running(struct sim_run *r, struct sim_node *n)
{
	unsigned int member = (unsigned int)below(r, n->member_count);

	switch (below(r, 10)) {
	case 0:
		sim_node_crash(n);
		break;
	case 1:
		sim_node_stop(n);
		break;
	case 2:
	case 3:
		sim_node_pause(n);
		break;
	case 4:
		sim_node_set_admin(n, member, !n->members[member].up);
		break;
	case 5:
	case 6:
		sim_node_demote(n, (int32_t)below(r, 600) - 300);
		break;
	case 7:
		n->send_errors = chance(r, 500) ? SIM_FOREVER : (uint32_t)below(r, 8);
		break;
	case 8:
		sim_node_force(n, member, chance(r, 500) ? CARP_MASTER : CARP_BACKUP);
		break;
	default:
		disturb_settings(r, n);
		break;
	}
}

static void
disturb_something(struct sim_run *r)
{
	unsigned int index = (unsigned int)below(r, r->node_count);
	struct sim_node *n = &r->nodes[index];
	unsigned int segment;

	switch (below(r, 10)) {
	case 0:
		disturb_weather(r);
		break;
	case 1:
		disturb_cut(r, index);
		break;
	case 2:
		if (chance(r, 500))
			disturb_cut(r, index);
		else
			disturb_family(r, index);
		break;
	case 3:
		segment = (unsigned int)below(r, r->segment_count);
		sim_node_set_link(n, segment, !n->link[segment]);
		break;
	case 4:
		sim_altered_refused(r);
		break;
	default:
		if (!n->is_alive)
			sim_node_start(n);
		else if (n->is_paused)
			sim_node_wake(n, (enum sim_wake)below(r, SIM_WAKES));
		else
			disturb_running(r, n);
		break;
	}
}

void
sim_disturb_storm(struct sim_run *r)
{
	uint64_t slowest_us = sim_check_slowest_us(r);
	uint64_t steps = 3 + below(r, STORM_STEPS_MAX);

	disturb_weather(r);
	for (uint64_t i = 0; i < steps && !r->world.has_failed; i++) {
		wait(r, below(r, slowest_us));
		disturb_something(r);
	}
}

/* ---- stalls ---- */

static bool
leads_any(const struct sim_node *n)
{
	for (unsigned int i = 0; i < n->member_count; i++) {
		if (n->members[i].role == CARP_MASTER)
			return true;
	}
	return false;
}

/* A backup that is held for whatever time, and then goes on, changes nothing. */
void
sim_disturb_stalls(struct sim_run *r)
{
	uint64_t slowest_us = sim_check_slowest_us(r);

	r->world.net.weather.keeps_order = true;
	wait(r, 3 * slowest_us);
	for (unsigned int i = 0; i < ROUNDS && !r->world.has_failed; i++) {
		struct sim_node *n = &r->nodes[below(r, r->node_count)];
		bool is_idle = !leads_any(n);
		unsigned int transitions = r->world.transitions;

		sim_node_pause(n);
		wait(r, below(r, 3 * slowest_us));
		sim_node_wake(n, (enum sim_wake)below(r, SIM_WAKES));
		wait(r, slowest_us);
		if (is_idle && r->world.transitions != transitions)
			sim_world_fail(&r->world, "node %c was held and a role changed",
				       'A' + n->index);
		wait(r, is_idle ? 0 : 2 * slowest_us);
	}
}

/* ---- maintenance ---- */

static bool
resign(struct sim_run *r, struct sim_node *n, unsigned int group)
{
	switch (below(r, 3)) {
	case 0:
		sim_node_stop(n);
		return true;
	case 1:
		sim_node_set_admin(n, group, false);
		return true;
	default:
		sim_node_force(n, group, CARP_BACKUP);
		return false;
	}
}

void
sim_disturb_maintenance(struct sim_run *r)
{
	struct sim_world *w = &r->world;
	uint64_t slowest_us = sim_check_slowest_us(r);

	/* An advertisement that comes after its sender's bow-out would count as a return. */
	w->net.weather.keeps_order = true;
	for (unsigned int i = 0; i < ROUNDS && !w->has_failed; i++) {
		unsigned int group = (unsigned int)below(r, r->group_count);
		struct sim_node *n;
		bool is_away;
		int master;

		wait(r, 3 * slowest_us + below(r, slowest_us));
		master = sim_check_master(r, group);
		if (master < 0) {
			sim_world_fail(w, "vhid %u: no or several masters in a whole network",
				       r->groups[group].vhid);
			return;
		}
		n = &r->nodes[master];
		is_away = resign(r, n, group);
		wait(r, w->net.weather.delay_max_us);
		if (sim_check_master(r, group) == -1)
			sim_world_fail(w, "vhid %u: nobody follows %c, which has bowed out",
				       r->groups[group].vhid, 'A' + master);
		wait(r, below(r, slowest_us));
		if (is_away && !n->is_alive)
			sim_node_start(n);
		else if (is_away)
			sim_node_set_admin(n, group, true);
	}
}

/* ---- the end of it ---- */

static void
mend_node(struct sim_run *r, unsigned int index)
{
	struct sim_node *n = &r->nodes[index];

	if (n->is_alive && n->is_paused)
		sim_node_wake(n, (enum sim_wake)below(r, SIM_WAKES));
	n->settings = r->planned[index];
	n->send_errors = 0;
	for (unsigned int i = 0; i < n->member_count; i++)
		n->members[i].up = true;
	for (unsigned int s = 0; s < n->segment_count; s++)
		sim_node_set_link(n, s, true);
	if (!n->is_alive) {
		sim_node_start(n);
		return;
	}
	sim_node_set_settings(n, &r->planned[index]);
	for (unsigned int i = 0; i < n->member_count; i++)
		sim_node_set_admin(n, i, true);
	sim_node_demote(n, -n->demotion);
}

/* What stays: a node that is gone, or is not to lead, or is demoted. */
static void
keep_away(struct sim_run *r, struct sim_node *n)
{
	struct carp_settings settings = n->settings;

	switch (below(r, 5)) {
	case 0:
		sim_node_crash(n);
		break;
	case 1:
		for (unsigned int i = 0; i < n->member_count; i++)
			sim_node_set_admin(n, i, false);
		break;
	case 2:
		if (r->may_stay_demoted || r->segment_count == 1)
			sim_node_set_link(n, 0, false);
		break;
	case 3:
		settings.allow = false;
		sim_node_set_settings(n, &settings);
		break;
	default:
		if (r->may_stay_demoted)
			sim_node_demote(n, (int32_t)below(r, 300) + 1);
		break;
	}
}

void
sim_disturb_end(struct sim_run *r)
{
	unsigned int away_per_mille = chance(r, 300) ? chance(r, 200) ? 1000 : 400 : 0;

	tell(r, "every disturbance ends");
	sim_network_heal(&r->world.net);
	if (r->loses_family)
		sim_disturb_family(r);
	/* Some networks always give back what was sent; that must not disturb anybody. */
	if (chance(r, 200))
		r->world.net.weather.echo_per_mille = 1000;
	for (unsigned int i = 0; i < r->node_count && !r->world.has_failed; i++) {
		mend_node(r, i);
		if (chance(r, away_per_mille))
			keep_away(r, &r->nodes[i]);
	}
}
