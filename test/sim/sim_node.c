/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_node_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Turns of carp_vhid_run() that one moment may take: each failed send may change the demotion. */
#define TURNS_MAX 8

void
sim_node_note(struct sim_node *n, const struct sim_member *m, enum sim_what what, const char *text)
{
	sim_trace_add(&n->world->trace, n->world->now_us, (int)n->index,
		      m != NULL ? m->group->vhid : -1, what, 0, "%s", text);
}

/* ---- actions ---- */

static void
do_state(struct sim_node *n, struct sim_member *m, const struct carp_action *action)
{
	struct sim_world *w = n->world;
	char text[CARP_REASON_TEXT];

	sim_trace_add(&w->trace, w->now_us, (int)n->index, m->group->vhid, SIM_STATE,
		      action->state.from << 4 | action->state.to, "%s -> %s (%s)",
		      carp_state_name(action->state.from), carp_state_name(action->state.to),
		      w->trace.print ? carp_reason_format(&action->state.reason, text) : "");
	if (action->state.from != m->role || action->state.to == m->role)
		sim_world_fail(w, "node %c: a state change that does not begin at %s",
			       'A' + n->index, carp_state_name(m->role));
	m->role = action->state.to;
	sim_world_role(w, action->state.from, action->state.to);
}

static void
do_send(struct sim_node *n, struct sim_member *m, const struct carp_action *action)
{
	struct sim_world *w = n->world;
	struct sim_frame frame = {
		.ttl = CARP_TTL,
		.from = n->source[m->group->segment][action->send.family],
	};
	const struct ip_addr group = carp_group(action->send.family);
	const uint8_t *p = action->send.payload;
	bool ok = n->send_errors == 0;

	if (m->role != CARP_MASTER)
		sim_world_fail(w, "node %c: an advertisement from %s", 'A' + n->index,
			       carp_state_name(m->role));
	if (n->send_errors > 0 && n->send_errors != SIM_FOREVER)
		n->send_errors--;
	sim_trace_add(&w->trace, w->now_us, (int)n->index, m->group->vhid,
		      ok ? SIM_SEND : SIM_SEND_FAILS, (uint64_t)p[5] << 16 | p[4] << 8 | p[2],
		      "%s advbase %u advskew %u demote %u", ok ? "sends" : "cannot send", p[5],
		      p[2], p[4]);
	memcpy(frame.payload, p, CARP_HEADER_LEN);
	if (action->send.checksum6 == CARP_CHECKSUM6_PSEUDO && frame.from.family == IP_V6)
		carp_checksum_set_pseudo(frame.payload, &frame.from, &group);
	if (ok)
		sim_network_send(&w->net, w->now_us, m->group->segment, n->index, &frame);
	carp_vhid_sent(m->vhid, action->send.family, ok, w->now_us);
}

void
sim_node_act(struct sim_node *n, struct sim_member *m, const struct carp_actions *actions)
{
	if (actions->count > CARP_ACTIONS_MAX)
		sim_world_fail(n->world, "node %c: %u actions at once", 'A' + n->index,
			       actions->count);
	for (unsigned int i = 0; i < actions->count && !n->world->has_failed; i++) {
		const struct carp_action *action = &actions->item[i];

		switch (action->type) {
		case CARP_ACTION_STATE:
			do_state(n, m, action);
			break;
		case CARP_ACTION_SEND:
			do_send(n, m, action);
			break;
		case CARP_ACTION_NOTICE:
			break;
		case CARP_ACTION_ANNOUNCE:
			if (m->role != CARP_MASTER)
				sim_world_fail(n->world, "node %c: announces as %s",
					       'A' + n->index, carp_state_name(m->role));
			sim_node_note(n, m, SIM_ANNOUNCE, "announces");
			break;
		}
	}
}

/* ---- time ---- */

static void
check_member(struct sim_node *n, const struct sim_member *m)
{
	struct sim_world *w = n->world;

	if (carp_vhid_state(m->vhid) != m->role)
		sim_world_fail(w, "node %c: is %s without having said so", 'A' + n->index,
			       carp_state_name(carp_vhid_state(m->vhid)));
	if (m->role != CARP_INIT && !sim_node_can_lead(n, (unsigned int)(m - n->members)))
		sim_world_fail(w, "node %c: is %s and must be INIT", 'A' + n->index,
			       carp_state_name(m->role));
	if (carp_vhid_next_us(m->vhid) <= w->now_us)
		sim_world_fail(w, "node %c: is never done, next is %llu", 'A' + n->index,
			       (unsigned long long)carp_vhid_next_us(m->vhid));
}

static uint64_t
members_next_us(const struct sim_node *n)
{
	uint64_t next = CARP_NEVER;

	for (unsigned int i = 0; i < n->member_count; i++) {
		uint64_t due = carp_vhid_next_us(n->members[i].vhid);

		if (due < next)
			next = due;
	}
	return next;
}

static void
run_members(struct sim_node *n, uint64_t heard_until_us)
{
	uint64_t generation = carp_node_generation(n->node);
	bool is_changed = generation != n->generation;
	struct carp_actions actions;

	n->generation = generation;
	for (unsigned int i = 0; i < n->member_count; i++) {
		struct sim_member *m = &n->members[i];

		if (!is_changed && carp_vhid_next_us(m->vhid) > n->world->now_us)
			continue;
		carp_vhid_run(m->vhid, n->world->now_us, heard_until_us, &actions);
		sim_node_act(n, m, &actions);
	}
}

/* Do all that is due, as often as it takes. */
void
sim_node_catch_up(struct sim_node *n)
{
	unsigned int turns = 0;

	while ((members_next_us(n) <= n->world->now_us ||
		carp_node_generation(n->node) != n->generation) && turns++ < TURNS_MAX)
		run_members(n, n->world->now_us);
	for (unsigned int i = 0; i < n->member_count; i++)
		check_member(n, &n->members[i]);
	n->next_us = members_next_us(n);
}

static uint64_t
node_next_us(const void *self)
{
	const struct sim_node *n = self;

	return n->is_alive && !n->is_paused ? n->next_us : CARP_NEVER;
}

static void
node_run(void *self)
{
	sim_node_catch_up(self);
}

/* ---- hearing ---- */

static struct sim_member *
find_member(struct sim_node *n, unsigned int segment, const struct sim_frame *frame)
{
	for (unsigned int i = 0; i < n->member_count; i++) {
		struct sim_member *m = &n->members[i];

		if (m->group->segment == segment && m->group->vhid == frame->payload[1])
			return m;
	}
	return NULL;
}

static void
answer_probe(struct sim_node *n, const struct sim_member *m)
{
	if (m->role != CARP_MASTER)
		return;
	n->world->answers++;
	sim_node_note(n, m, SIM_PROBE, "answers the client");
}

void
sim_node_hear(struct sim_node *n, const struct sim_delivery *d)
{
	struct sim_member *m = find_member(n, d->segment, &d->frame);
	struct carp_received rx = {
		.payload = d->frame.payload,
		.len = CARP_HEADER_LEN,
		.from = d->frame.from,
		.to = carp_group(d->frame.from.family),
		.ttl = d->frame.ttl,
	};
	struct sim_world *w = n->world;
	struct carp_actions actions;
	enum carp_counter verdict;
	char from[IP_ADDR_TEXT];

	if (m == NULL)
		return;
	verdict = carp_vhid_input(m->vhid, &rx, d->at_us, &actions);
	sim_trace_add(&w->trace, w->now_us, (int)n->index, m->group->vhid, SIM_HEAR, verdict,
		      "hears %s: %u/%u demote %u%s%s",
		      w->trace.print ? ip_addr_format(&rx.from, from) : "", rx.payload[5],
		      rx.payload[2], rx.payload[4], verdict == CARP_ACCEPTED ? "" : ": ",
		      verdict == CARP_ACCEPTED ? "" : carp_counter_name(verdict));
	sim_node_act(n, m, &actions);
}

static void
enqueue(struct sim_node *n, const struct sim_delivery *d)
{
	if (n->queue_len == n->queue_size) {
		n->queue_size = n->queue_size > 0 ? 2 * n->queue_size : 16;
		n->queue = realloc(n->queue, n->queue_size * sizeof(*n->queue));
		if (n->queue == NULL) {
			fputs("out of memory\n", stderr);
			exit(1);
		}
	}
	n->queue[n->queue_len++] = *d;
}

static void
node_receive(void *self, const struct sim_delivery *d)
{
	struct sim_node *n = self;
	struct sim_member *m;

	if (!n->is_alive)
		return;
	if (d->frame.is_probe) {
		/* A worker answers, even while the control lcore is held. */
		m = find_member(n, d->segment, &d->frame);
		if (m != NULL)
			answer_probe(n, m);
		return;
	}
	if (n->is_paused) {
		enqueue(n, d);
		return;
	}
	sim_node_hear(n, d);
	sim_node_catch_up(n);
}

void
sim_node_attach(struct sim_node *n, struct sim_world *w, unsigned int index)
{
	n->world = w;
	n->index = index;
	for (unsigned int s = 0; s < n->segment_count; s++)
		n->link[s] = true;
	w->hosts[index] = (struct sim_host){
		.self = n,
		.receive = node_receive,
		.next_us = node_next_us,
		.run = node_run,
	};
}

bool
sim_node_can_lead(const struct sim_node *n, unsigned int member)
{
	const struct sim_member *m = &n->members[member];

	return n->is_alive && n->settings.allow && m->up && n->link[m->group->segment];
}
