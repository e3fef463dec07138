/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_node_internal.h"

#include <stdlib.h>

static struct carp_vhid_config
config_of(const struct sim_node *n, const struct sim_member *m, struct carp_secret *accepted)
{
	const struct sim_group *g = m->group;
	struct carp_vhid_config c = {
		.vhid = g->vhid,
		.advbase = m->advbase,
		.advskew = m->advskew,
		.key = g->key,
		.key_len = g->key_len,
		.addresses = g->addresses,
		.address_count = g->address_count,
		.digest = m->digest,
		.checksum6 = g->checksum6,
		.announce_interval_s = g->announce_interval_s,
		.accept = accepted,
		.accept_count = g->accepted_key_len > 0 ? 1 : 0,
		.address_grace_us = g->address_grace_us,
		.replay = m->replay,
		.counter = m->counter,
		.up = m->up,
	};

	*accepted = (struct carp_secret){ g->accepted_key, g->accepted_key_len };
	for (int f = 0; f < IP_FAMILIES; f++) {
		c.source[f] = n->source[g->segment][f];
		c.has_source[f] = true;
	}
	return c;
}

static void
create_member(struct sim_node *n, struct sim_member *m)
{
	const struct sim_group *g = m->group;
	struct carp_secret accepted;
	struct carp_vhid_config c = config_of(n, m, &accepted);

	if (c.counter == 0)
		c.counter = (uint64_t)n->starts << 32 |
			    sim_random_below(&n->world->random, 1 << 30);
	m->vhid = carp_vhid_create(n->ifc[g->segment], &c);
	m->role = CARP_INIT;
	if (m->vhid == NULL)
		sim_world_fail(n->world, "node %c: vhid %u cannot be created", 'A' + n->index,
			       g->vhid);
}

void
sim_node_start(struct sim_node *n)
{
	static const char *const names[SIM_SEGMENTS_MAX] = { "lan", "wan" };

	sim_node_note(n, NULL, SIM_DISTURB, "* starts");
	n->starts++;
	n->node = carp_node_create(&n->settings);
	n->is_alive = n->node != NULL;
	if (n->node == NULL) {
		sim_world_fail(n->world, "a node cannot be created");
		return;
	}
	n->demotion = 0;
	for (unsigned int s = 0; s < n->segment_count; s++)
		n->ifc[s] = carp_interface_create(n->node, names[s]);
	for (unsigned int i = 0; i < n->member_count; i++)
		create_member(n, &n->members[i]);
	if (n->world->has_failed)
		return;
	n->generation = 0;
	for (unsigned int s = 0; s < n->segment_count; s++)
		carp_interface_set_link(n->ifc[s], n->link[s], n->world->now_us);
	sim_node_catch_up(n);
}

void
sim_node_crash(struct sim_node *n)
{
	sim_node_note(n, NULL, SIM_DISTURB, "* is gone");
	for (unsigned int i = 0; i < n->member_count; i++) {
		if (n->members[i].vhid != NULL)
			carp_vhid_destroy(n->members[i].vhid, n->world->now_us);
		n->members[i].vhid = NULL;
		n->members[i].role = CARP_INIT;
	}
	for (unsigned int s = 0; s < n->segment_count; s++) {
		if (n->ifc[s] != NULL)
			carp_interface_destroy(n->ifc[s], n->world->now_us);
		n->ifc[s] = NULL;
	}
	carp_node_destroy(n->node);
	n->node = NULL;
	n->is_alive = false;
	n->is_paused = false;
	n->queue_len = 0;
	n->send_errors = 0;
}

void
sim_node_stop(struct sim_node *n)
{
	sim_node_note(n, NULL, SIM_DISTURB, "* stops");
	for (unsigned int i = 0; i < n->member_count; i++) {
		bool was_up = n->members[i].up;

		sim_node_set_admin(n, i, false);
		n->members[i].up = was_up;
	}
	sim_node_crash(n);
}

void
sim_node_free(struct sim_node *n)
{
	if (n->is_alive)
		sim_node_crash(n);
	free(n->queue);
}

/* ---- what the operator and the world do to it ---- */

void
sim_node_set_link(struct sim_node *n, unsigned int segment, bool up)
{
	sim_node_note(n, NULL, SIM_DISTURB, up ? "* link up" : "* link down");
	n->link[segment] = up;
	n->world->net.is_unplugged[segment][n->index] = !up;
	if (!n->is_alive || n->is_paused)
		return;
	carp_interface_set_link(n->ifc[segment], up, n->world->now_us);
	sim_node_catch_up(n);
}

void
sim_node_set_admin(struct sim_node *n, unsigned int member, bool up)
{
	sim_node_note(n, &n->members[member], SIM_DISTURB, up ? "* up" : "* down");
	n->members[member].up = up;
	carp_vhid_set_admin(n->members[member].vhid, up);
	sim_node_catch_up(n);
}

void
sim_node_set_settings(struct sim_node *n, const struct carp_settings *settings)
{
	sim_node_note(n, NULL, SIM_DISTURB, "* settings change");
	n->settings = *settings;
	carp_node_set(n->node, settings, n->world->now_us);
	sim_node_catch_up(n);
}

void
sim_node_force(struct sim_node *n, unsigned int member, enum carp_state state)
{
	struct sim_member *m = &n->members[member];
	struct carp_actions actions;

	sim_node_note(n, m, SIM_DISTURB,
		      state == CARP_MASTER ? "* forced MASTER" : "* forced BACKUP");
	if (carp_vhid_force(m->vhid, state, n->world->now_us, &actions) == 0)
		sim_node_act(n, m, &actions);
	sim_node_catch_up(n);
}

void
sim_node_reload(struct sim_node *n)
{
	sim_node_note(n, NULL, SIM_DISTURB, "* reload");
	for (unsigned int i = 0; i < n->member_count; i++) {
		struct carp_secret accepted;
		struct carp_vhid_config c = config_of(n, &n->members[i], &accepted);

		if (carp_vhid_reconfigure(n->members[i].vhid, &c, n->world->now_us) != 0)
			sim_world_fail(n->world, "node %c: cannot reload", 'A' + n->index);
	}
	sim_node_catch_up(n);
}

void
sim_node_demote(struct sim_node *n, int32_t delta)
{
	sim_trace_add(&n->world->trace, n->world->now_us, (int)n->index, -1, SIM_DISTURB,
		      (uint64_t)(int64_t)delta, "* demoted by %d", delta);
	n->demotion += delta;
	if (carp_node_demote(n->node, delta, n->world->now_us) != 0)
		sim_world_fail(n->world, "node %c: cannot demote", 'A' + n->index);
	sim_node_catch_up(n);
}
