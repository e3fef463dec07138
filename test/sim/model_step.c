/* SPDX-License-Identifier: BSD-3-Clause */
/* What may follow a state of the model. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_internal.h"

struct steps {
	struct model *m;
	struct model_step *step;
	size_t count;
};

static struct model_state *
add(struct steps *steps, const struct model_state *from, bool is_orderly)
{
	struct model_step *step = &steps->step[steps->count];

	if (steps->count == MODEL_STEPS_MAX) {
		fputs("carp-model: more steps than there is room for\n", stderr);
		exit(1);
	}
	steps->count++;
	step->state = *from;
	step->is_orderly = is_orderly;
	return &step->state;
}

bool
model_can_lead(const struct model_state *s, unsigned int index)
{
	return s->node[index].is_alive && s->node[index].has_link;
}

/* ------------------------------------------------------------------------------------------- */

static int
compare_messages(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct model_message));
}

static void
sort_messages(struct model_state *s)
{
	qsort(s->message, s->message_count, sizeof(s->message[0]), compare_messages);
}

static void
take_message(struct model_state *s, unsigned int at)
{
	s->message_count--;
	memmove(&s->message[at], &s->message[at + 1],
		(s->message_count - at) * sizeof(s->message[0]));
	memset(&s->message[s->message_count], 0, sizeof(s->message[0]));
}

static void
put_messages(const struct model *m, struct model_state *s, unsigned int from,
	     const uint8_t payload[CARP_HEADER_LEN])
{
	struct carp_header h;
	unsigned int to;

	carp_header_read(payload, &h);
	for (to = 0; to < m->plan->nodes; to++) {
		if (to == from || !model_can_lead(s, to))
			continue;
		if (s->message_count == MODEL_MESSAGES) {
			fputs("carp-model: more messages than there is room for\n", stderr);
			exit(1);
		}
		s->message[s->message_count++] = (struct model_message){
			.to = (uint8_t)to,
			.from = (uint8_t)from,
			.advbase = h.advbase,
			.advskew = h.advskew,
			.demote = h.demote,
		};
	}
}

/* Pack the node and send what it has said. */
static void
finish(struct model *m, struct model_state *s, unsigned int index, const struct carp_actions *out)
{
	unsigned int i;

	for (i = 0; i < out->count; i++) {
		if (out->item[i].type == CARP_ACTION_SEND)
			put_messages(m, s, index, out->item[i].send.payload);
	}
	model_pack(m, index, &s->node[index]);
	sort_messages(s);
}

static void
run_node(struct model *m, struct model_state *s, unsigned int index)
{
	struct carp_actions out;

	model_unpack(m, index, &s->node[index]);
	carp_vhid_run(m->vhid[index], MODEL_NOW_US, MODEL_NOW_US, &out);
	finish(m, s, index, &out);
}

static void
deliver(struct model *m, struct model_state *s, unsigned int at)
{
	struct model_message msg = s->message[at];
	struct carp_header h = {
		.vhid = 1,
		.advbase = msg.advbase,
		.advskew = msg.advskew,
		.authlen = 7,
		.demote = msg.demote,
		.counter = 1,
	};
	uint8_t payload[CARP_HEADER_LEN];
	struct carp_received rx = {
		.payload = payload,
		.len = sizeof(payload),
		.from = m->address[msg.from],
		.ttl = CARP_TTL,
	};
	struct carp_actions out;

	take_message(s, at);
	memcpy(h.digest, m->digest, sizeof(h.digest));
	carp_header_build(&h, payload);
	model_unpack(m, msg.to, &s->node[msg.to]);
	if (carp_vhid_input(m->vhid[msg.to], &rx, MODEL_NOW_US, &out) != CARP_ACCEPTED) {
		fputs("carp-model: an advertisement is refused\n", stderr);
		exit(1);
	}
	finish(m, s, msg.to, &out);
}

/* ------------------------------------------------------------------------------------------- */

static bool
is_due(const struct model_state *s, unsigned int index)
{
	return s->node[index].is_alive && s->node[index].due <= 0;
}

static void
age_node(struct model *m, struct model_node *n, unsigned int index, int ticks)
{
	int8_t *times[] = { &n->master_down,   &n->advert, &n->last_sent,     &n->dispute_since,
			    &n->dispute_heard, &n->window, &n->handover_next, &n->due };
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (*times[i] != MODEL_NEVER)
			*times[i] = (int8_t)(*times[i] - ticks);
	}
	n->heard_now = false;
	/* Only what still matters, in its one form. */
	model_unpack(m, index, n);
	model_pack(m, index, n);
}

static void
pass_time(struct model *m, struct model_state *s, int ticks)
{
	unsigned int i;

	for (i = 0; i < m->plan->nodes; i++) {
		if (s->node[i].is_alive)
			age_node(m, &s->node[i], i, ticks);
	}
	for (i = 0; i < s->message_count; i++)
		s->message[i].age = (uint8_t)(s->message[i].age + ticks);
	sort_messages(s);
}

/* To the next timer; with an advertisement under way one tick, once, and that is a disturbance. */
static void
follow_time(struct steps *steps, const struct model_state *s)
{
	struct model *m = steps->m;
	int next = MODEL_NEVER;
	unsigned int i;

	for (i = 0; i < m->plan->nodes; i++) {
		if (is_due(s, i))
			return;
		if (s->node[i].is_alive && s->node[i].due < next)
			next = s->node[i].due;
	}
	if (s->message_count == 0) {
		if (next != MODEL_NEVER)
			pass_time(m, add(steps, s, true), next);
		return;
	}
	for (i = 0; i < s->message_count; i++) {
		if (s->message[i].age > 0)
			return;
	}
	if (m->plan->disturbances & MODEL_DELAY)
		pass_time(m, add(steps, s, false), 1);
}

static void
follow_messages(struct steps *steps, const struct model_state *s, unsigned int nodes)
{
	unsigned int i;

	for (i = 0; i < s->message_count; i++) {
		if ((nodes >> s->message[i].to & 1) == 0)
			continue;
		if (i > 0 && compare_messages(&s->message[i - 1], &s->message[i]) == 0)
			continue;
		deliver(steps->m, add(steps, s, true), i);
		if (steps->m->plan->disturbances & MODEL_LOSS)
			take_message(add(steps, s, false), i);
	}
}

/* ------------------------------------------------------------------------------------------- */

static void
lose_messages_to(struct model_state *s, unsigned int index)
{
	unsigned int i = s->message_count;

	while (i-- > 0) {
		if (s->message[i].to == index)
			take_message(s, i);
	}
}

static void
crash_or_start(struct model *m, struct model_state *s, unsigned int index)
{
	struct model_node *n = &s->node[index];
	bool starts = !n->is_alive;

	memset(n, 0, sizeof(*n));
	lose_messages_to(s, index);
	if (!starts)
		return;
	n->is_alive = true;
	n->has_link = true;
	n->is_behind = true;
	n->master_down = n->advert = n->handover_next = MODEL_NEVER;
	model_unpack(m, index, n);
	model_pack(m, index, n);
}

static void
change_link(struct model *m, struct model_state *s, unsigned int index)
{
	struct model_node *n = &s->node[index];

	if (n->has_link)
		lose_messages_to(s, index);
	n->has_link = !n->has_link;
	n->is_behind = true;
	model_unpack(m, index, n);
	model_pack(m, index, n);
}

static void
change_demotion(struct model *m, struct model_state *s, unsigned int index, bool is_maintenance)
{
	struct model_node *n = &s->node[index];

	if (is_maintenance)
		n->is_in_maintenance = !n->is_in_maintenance;
	else
		n->is_demoted = !n->is_demoted;
	n->is_behind = true;
	model_unpack(m, index, n);
	model_pack(m, index, n);
}

/* Between two moments: whatever is due comes first, so that there are fewer orders of the same. */
static void
follow_disturbances(struct steps *steps, const struct model_state *s)
{
	unsigned int what = steps->m->plan->disturbances;
	unsigned int i;

	for (i = 0; i < steps->m->plan->nodes; i++) {
		if (is_due(s, i))
			return;
	}
	/* Each change is advertised at once: nobody changes his mind without end in a moment. */
	if (s->message_count > steps->m->plan->changes_behind)
		return;
	for (i = 0; i < steps->m->plan->nodes; i++) {
		if (what & MODEL_CRASH)
			crash_or_start(steps->m, add(steps, s, false), i);
		if (!s->node[i].is_alive)
			continue;
		if (what & MODEL_LINK)
			change_link(steps->m, add(steps, s, false), i);
		if (what & MODEL_DEMOTE)
			change_demotion(steps->m, add(steps, s, false), i, false);
		if (what & MODEL_MAINTENANCE)
			change_demotion(steps->m, add(steps, s, false), i, true);
	}
}

void
model_start(const struct model *m, struct model_state *s)
{
	(void)m;
	memset(s, 0, sizeof(*s));
}

/*
 * Bit set of the nodes that may move. What two nodes do in the same moment is the same in either
 * order, but for what one says to the other: in order it arrives behind what was there before.
 */
static unsigned int
nodes_to_move(const struct model *m, const struct model_state *s)
{
	unsigned int nodes = 0;
	unsigned int i;

	for (i = 0; i < m->plan->nodes; i++) {
		if (is_due(s, i))
			nodes |= 1U << i;
	}
	for (i = 0; i < s->message_count; i++)
		nodes |= 1U << s->message[i].to;
	return m->plan->is_in_order ? nodes & -nodes : nodes;
}

size_t
model_follow(struct model *m, const struct model_state *s, struct model_step step[MODEL_STEPS_MAX])
{
	struct steps steps = { .m = m, .step = step };
	unsigned int nodes = nodes_to_move(m, s);
	unsigned int i;

	for (i = 0; i < m->plan->nodes; i++) {
		if (is_due(s, i) && (nodes >> i & 1) != 0)
			run_node(m, add(&steps, s, true), i);
	}
	follow_messages(&steps, s, nodes);
	follow_time(&steps, s);
	follow_disturbances(&steps, s);
	return steps.count;
}

void
model_print(const struct model *m, const struct model_state *s)
{
	unsigned int i;

	for (i = 0; i < m->plan->nodes; i++) {
		const struct model_node *n = &s->node[i];

		if (!n->is_alive) {
			printf("  %c: crashed", 'A' + i);
			continue;
		}
		printf("  %c: %s%s%s%s due %d", 'A' + i, carp_state_name(n->state),
		       n->has_link ? "" : ", no link", n->is_demoted ? ", demoted" : "",
		       n->is_in_maintenance ? ", in maintenance" : "", n->due);
	}
	for (i = 0; i < s->message_count; i++)
		printf("  [%c to %c: %u/%u demote %u]", 'A' + s->message[i].from,
		       'A' + s->message[i].to, s->message[i].advbase, s->message[i].advskew,
		       s->message[i].demote);
	putchar('\n');
}
