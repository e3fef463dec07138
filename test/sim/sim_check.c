/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_run.h"

#define PROBES 3
/* Send errors of a node that sends nothing any more are forgiven after half of that time. */
#define CAUSES_END_US 60000000

uint64_t
sim_check_slowest_us(const struct sim_run *r)
{
	uint64_t slowest_us = 0;

	for (unsigned int i = 0; i < r->node_count; i++) {
		const struct sim_node *n = &r->nodes[i];

		for (unsigned int g = 0; n->is_alive && g < n->member_count; g++) {
			uint64_t us = carp_vhid_master_down_us(n->members[g].vhid);

			if (us > slowest_us)
				slowest_us = us;
		}
	}
	return slowest_us;
}

int
sim_check_master(const struct sim_run *r, unsigned int group)
{
	int master = -1;

	for (unsigned int i = 0; i < r->node_count; i++) {
		if (r->nodes[i].members[group].role != CARP_MASTER)
			continue;
		if (master != -1)
			return -2;
		master = (int)i;
	}
	return master;
}

static unsigned int
count_candidates(const struct sim_run *r, unsigned int group)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < r->node_count; i++)
		count += sim_node_can_lead(&r->nodes[i], group);
	return count;
}

static void
check_one_master(struct sim_run *r, const char *when)
{
	for (unsigned int g = 0; g < r->group_count; g++) {
		int master = sim_check_master(r, g);
		bool can_be = count_candidates(r, g) > 0;

		if (can_be && master < 0)
			sim_world_fail(&r->world, "vhid %u: %s %s", r->groups[g].vhid,
				       master == -1 ? "no master" : "several masters", when);
		if (!can_be && master != -1)
			sim_world_fail(&r->world, "vhid %u: a master though none can be, %s",
				       r->groups[g].vhid, when);
	}
}

/* ---- causes of demotion ---- */

static int32_t
expected_demotion(const struct sim_node *n)
{
	int32_t sum = n->demotion;

	if (!n->settings.allow)
		sum += n->settings.ifdown_demotion_factor;
	for (unsigned int s = 0; s < n->segment_count; s++) {
		bool has_vhid = false;

		for (unsigned int i = 0; i < n->member_count; i++)
			has_vhid = has_vhid || n->members[i].group->segment == s;
		if (has_vhid && !n->link[s])
			sum += n->settings.ifdown_demotion_factor;
	}
	return sum;
}

static bool
causes_have_ended(const struct sim_run *r)
{
	for (unsigned int i = 0; i < r->node_count; i++) {
		const struct sim_node *n = &r->nodes[i];

		if (n->is_alive && carp_node_demotion(n->node) != expected_demotion(n))
			return false;
	}
	return true;
}

/*
 * Demotion returns to what still has a cause. Only send errors take a while: until some sends have
 * succeeded, or the node has sent nothing for long.
 */
static void
wait_for_causes(struct sim_run *r)
{
	uint64_t end_us = r->world.now_us + CAUSES_END_US;

	while (!causes_have_ended(r) && !r->world.has_failed) {
		if (r->world.now_us >= end_us)
			sim_world_fail(&r->world, "a demotion outlives its cause");
		sim_world_run(&r->world, r->world.now_us + 500000);
	}
}

/* Who has changed its role too often and is better preempts when it is no longer held down. */
static void
wait_for_hold_downs(struct sim_run *r)
{
	uint64_t until_us = 0;

	for (unsigned int i = 0; i < r->node_count; i++) {
		for (unsigned int g = 0; r->nodes[i].is_alive && g < r->group_count; g++) {
			struct carp_vhid_status s;

			carp_vhid_status(r->nodes[i].members[g].vhid, &s);
			if (s.held_down_until_us > until_us)
				until_us = s.held_down_until_us;
		}
	}
	if (until_us > r->world.now_us)
		sim_world_run(&r->world, until_us);
}

/* ---- who should be master ---- */

/* With preemption everywhere nobody better is left waiting: lower octet 4 first, then speed. */
static bool
is_better(const struct sim_node *a, const struct sim_node *b, unsigned int group)
{
	struct carp_vhid_status sa, sb;

	carp_vhid_status(a->members[group].vhid, &sa);
	carp_vhid_status(b->members[group].vhid, &sb);
	if (sa.demote != sb.demote)
		return sa.demote < sb.demote;
	return carp_vhid_interval_us(a->members[group].vhid) <
	       carp_vhid_interval_us(b->members[group].vhid);
}

static bool
all_preempt_alike(const struct sim_run *r)
{
	for (unsigned int i = 0; i < r->node_count; i++) {
		if (!r->planned[i].preempt || r->planned[i].encoding != r->planned[0].encoding)
			return false;
	}
	return true;
}

static void
check_best_leads(struct sim_run *r)
{
	for (unsigned int g = 0; g < r->group_count && all_preempt_alike(r); g++) {
		int master = sim_check_master(r, g);

		for (unsigned int i = 0; master >= 0 && i < r->node_count; i++) {
			if (sim_node_can_lead(&r->nodes[i], g) &&
			    is_better(&r->nodes[i], &r->nodes[master], g))
				sim_world_fail(&r->world, "vhid %u: %c leads, %c is better",
					       r->groups[g].vhid, 'A' + master, 'A' + i);
		}
	}
}

/* ---- one family lost ---- */

static bool
has_both_families(const struct sim_group *g)
{
	bool has[IP_FAMILIES] = { false };

	for (size_t i = 0; i < g->address_count; i++)
		has[g->addresses[i].family] = true;
	return has[IP_V4] && has[IP_V6];
}

static void
check_backup_silence(struct sim_run *r, unsigned int group, int master, unsigned int backup)
{
	const struct sim_network *net = &r->world.net;
	unsigned int segment = r->groups[group].segment;
	bool lacks4 = net->is_family_cut[IP_V4][segment][master][backup];
	bool lacks6 = net->is_family_cut[IP_V6][segment][master][backup];
	bool is_expected = has_both_families(&r->groups[group]) && (lacks4 || lacks6);
	struct carp_vhid_status s;

	carp_vhid_status(r->nodes[backup].members[group].vhid, &s);
	if (s.family_silence.is_on != is_expected ||
	    (is_expected && s.family_silence.family != (lacks4 ? IP_V4 : IP_V6)))
		sim_world_fail(&r->world, "node %c: wrong about the silence of a family",
			       'A' + backup);
}

/* Who hears the master in one family only says so, and nobody else. */
static void
check_silences(struct sim_run *r)
{
	for (unsigned int g = 0; g < r->group_count; g++) {
		int master = sim_check_master(r, g);

		for (unsigned int i = 0; master >= 0 && i < r->node_count; i++) {
			if (r->nodes[i].members[g].role == CARP_BACKUP)
				check_backup_silence(r, g, master, i);
		}
	}
}

/* ---- a client ---- */

static void
probe(struct sim_run *r, unsigned int group)
{
	struct sim_world *w = &r->world;
	struct sim_frame frame = { .is_probe = true };
	unsigned int before = w->answers;
	unsigned int expected = count_candidates(r, group) > 0 ? 1 : 0;

	frame.payload[1] = r->groups[group].vhid;
	sim_network_send(&w->net, w->now_us, r->groups[group].segment, SIM_CLIENT, &frame);
	sim_world_run(w, w->now_us + w->net.weather.delay_max_us);
	if (w->answers - before != expected)
		sim_world_fail(w, "vhid %u: a client gets %u answers, not %u",
			       r->groups[group].vhid, w->answers - before, expected);
}

static void
probe_until(struct sim_run *r, uint64_t until_us)
{
	struct sim_world *w = &r->world;

	for (unsigned int i = 0; i < PROBES && !w->has_failed; i++) {
		uint64_t rest_us = until_us - w->now_us;

		sim_world_run(w, w->now_us + sim_random_below(&w->random, rest_us / 2));
		probe(r, (unsigned int)sim_random_below(&w->random, r->group_count));
	}
	sim_world_run(w, until_us);
}

void
sim_check_settles(struct sim_run *r)
{
	struct sim_world *w = &r->world;
	uint64_t bound_us;
	unsigned int transitions;

	wait_for_causes(r);
	wait_for_hold_downs(r);
	if (w->has_failed)
		return;
	bound_us = 3 * sim_check_slowest_us(r);
	if (bound_us == 0)
		bound_us = 1000000;
	sim_world_run(w, w->now_us + bound_us);
	check_one_master(r, "after 3 x the slowest master-down time");
	check_best_leads(r);
	transitions = w->transitions;
	probe_until(r, w->now_us + bound_us);
	if (w->transitions != transitions)
		sim_world_fail(w, "the master does not stay");
	check_one_master(r, "in the end");
	check_silences(r);
	if (!causes_have_ended(r))
		sim_world_fail(w, "a demotion without a cause");
}
