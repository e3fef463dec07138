/* SPDX-License-Identifier: BSD-3-Clause */
/* A node that is held, as by SIGSTOP: what arrives is queued with its time of arrival. */
#include "sim_node_internal.h"

void
sim_node_pause(struct sim_node *n)
{
	sim_node_note(n, NULL, SIM_DISTURB, "* is held");
	n->is_paused = true;
	n->paused_us = n->world->now_us;
}

static void
run_all(struct sim_node *n, uint64_t heard_until_us)
{
	struct carp_actions actions;

	for (unsigned int i = 0; i < n->member_count; i++) {
		carp_vhid_run(n->members[i].vhid, n->world->now_us, heard_until_us, &actions);
		sim_node_act(n, &n->members[i], &actions);
	}
}

/*
 * A node that has heard nothing since it was held neither blames a peer nor speaks, unless the hold
 * was shorter than the two intervals in which nobody else can have taken over.
 */
static void
check_silence(struct sim_node *n, const struct sim_member *m, const struct carp_actions *actions)
{
	uint64_t held_us = n->world->now_us - n->paused_us;
	uint64_t interval_us = ((uint64_t)m->advbase + 1) * 1000000;

	for (unsigned int i = 0; i < actions->count; i++) {
		const struct carp_action *action = &actions->item[i];

		if (action->type == CARP_ACTION_STATE && action->state.to == CARP_MASTER)
			sim_world_fail(n->world, "node %c: MASTER by its own stall",
				       'A' + n->index);
		if (action->type == CARP_ACTION_SEND && !action->send.bow_out &&
		    held_us >= 2 * interval_us)
			sim_world_fail(n->world, "node %c: speaks before it has heard",
				       'A' + n->index);
	}
}

static void
run_unheard(struct sim_node *n)
{
	struct carp_actions actions;

	for (unsigned int i = 0; i < n->member_count; i++) {
		struct sim_member *m = &n->members[i];

		carp_vhid_run(m->vhid, n->world->now_us, n->paused_us, &actions);
		check_silence(n, m, &actions);
		sim_node_act(n, m, &actions);
	}
}

void
sim_node_wake(struct sim_node *n, enum sim_wake order)
{
	sim_node_note(n, NULL, SIM_DISTURB, "* goes on");
	n->is_paused = false;
	for (unsigned int s = 0; s < n->segment_count; s++)
		carp_interface_set_link(n->ifc[s], n->link[s], n->world->now_us);
	if (order != SIM_WAKE_HEAR_FIRST)
		run_unheard(n);
	for (size_t i = 0; i < n->queue_len; i++) {
		sim_node_hear(n, &n->queue[i]);
		if (order == SIM_WAKE_IN_PARTS)
			run_all(n, n->queue[i].at_us);
	}
	n->queue_len = 0;
	sim_node_catch_up(n);
}
