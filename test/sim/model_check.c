/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must hold of the states. Without disturbance every way ends in a cycle, for there are
 * finitely many states; so whatever a way that begins anywhere leads to is a cycle, and in each
 * cycle there must be one MASTER only, always the same, and not one that has to give way.
 */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* Tarjan's strongly connected components, without recursion. */
struct search {
	const struct model_graph *g;
	uint32_t *number;
	uint32_t *low;
	uint32_t *stack;
	uint32_t *path;
	uint32_t *edge; /* of each state on the path, the next one to follow */
	bool *is_stacked;
	uint32_t stack_len;
	uint32_t path_len;
	uint32_t next_number;
};

static int
search_open(struct search *s, const struct model_graph *g)
{
	memset(s, 0, sizeof(*s));
	s->g = g;
	s->number = malloc(g->count * sizeof(*s->number));
	s->low = malloc(g->count * sizeof(*s->low));
	s->stack = malloc(g->count * sizeof(*s->stack));
	s->path = malloc(g->count * sizeof(*s->path));
	s->edge = malloc(g->count * sizeof(*s->edge));
	s->is_stacked = calloc(g->count, sizeof(*s->is_stacked));
	if (s->number == NULL || s->low == NULL || s->stack == NULL || s->path == NULL ||
	    s->edge == NULL || s->is_stacked == NULL)
		return -ENOMEM;
	memset(s->number, 0xff, g->count * sizeof(*s->number));
	return 0;
}

static void
search_close(struct search *s)
{
	free(s->number);
	free(s->low);
	free(s->stack);
	free(s->path);
	free(s->edge);
	free(s->is_stacked);
}

/* ------------------------------------------------------------------------------------------- */

static void
print_way(const struct model_graph *g, const struct model *m, uint32_t index)
{
	uint32_t way[40];
	uint32_t len = 0;

	for (; index != 0 && len < 40; index = g->parents[index])
		way[len++] = index;
	while (len-- > 0)
		model_print(m, &g->states[way[len]]);
}

static int
complain(const struct model_graph *g, const struct model *m, uint32_t index, const char *what)
{
	printf("%s: %s\n", m->plan->name, what);
	print_way(g, m, index);
	return -EPROTO;
}

static unsigned int
masters_of(const struct model_state *s)
{
	unsigned int masters = 0;
	unsigned int i;

	for (i = 0; i < MODEL_NODES; i++) {
		if (s->node[i].is_alive && s->node[i].state == CARP_MASTER)
			masters |= 1U << i;
	}
	return masters;
}

/* Who was refused when it asked is relieved only by peers that obey octet 4 or preempt. */
static bool
may_serve_on(const struct model *m, const struct model_node *n)
{
	return m->plan->encoding == CARP_ENCODE_SKEW && !m->plan->preempt &&
	       n->handover == CARP_HANDOVER_REFUSED;
}

/* Whether a node should lead rather than another: as far as it can be told from outside. */
static bool
must_lead(const struct model *m, const struct model_state *s, unsigned int a, unsigned int b)
{
	const struct model_node *na = &s->node[a];
	const struct model_node *nb = &s->node[b];

	if (na->is_in_maintenance != nb->is_in_maintenance)
		return nb->is_in_maintenance && !may_serve_on(m, nb);
	if (!m->plan->preempt || na->is_in_maintenance)
		return false;
	if (na->is_demoted != nb->is_demoted)
		return nb->is_demoted;
	return m->plan->advskew[a] < m->plan->advskew[b];
}

static const char *
fault_of_cycle_state(const struct model *m, const struct model_state *s, unsigned int masters)
{
	unsigned int i, j;

	if (masters == 0)
		return "nobody is MASTER for ever";
	if ((masters & (masters - 1)) != 0)
		return "two are MASTER for ever";
	for (i = 0; i < m->plan->nodes; i++) {
		for (j = 0; j < m->plan->nodes; j++) {
			if ((masters >> j & 1) != 0 && model_can_lead(s, i) &&
			    must_lead(m, s, i, j))
				return "the wrong one is MASTER for ever";
		}
	}
	return NULL;
}

/* The component that is the stack from @p from on. */
static int
check_component(const struct search *s, const struct model *m, uint32_t from)
{
	unsigned int masters = masters_of(&s->g->states[s->stack[from]]);
	uint32_t i;

	for (i = from; i < s->stack_len; i++) {
		const struct model_state *state = &s->g->states[s->stack[i]];
		const char *fault;

		if (masters_of(state) != masters)
			return complain(s->g, m, s->stack[i], "it goes to and fro for ever");
		fault = fault_of_cycle_state(m, state, masters);
		if (fault != NULL)
			return complain(s->g, m, s->stack[i], fault);
	}
	return 0;
}

static bool
follows_itself(const struct model_graph *g, uint32_t index)
{
	uint32_t e;

	for (e = g->first_edge[index]; e < g->first_edge[index + 1]; e++) {
		if (g->edges[e] == index)
			return true;
	}
	return false;
}

static void
push(struct search *s, uint32_t index)
{
	s->number[index] = s->low[index] = s->next_number++;
	s->is_stacked[index] = true;
	s->stack[s->stack_len++] = index;
	s->edge[s->path_len] = s->g->first_edge[index];
	s->path[s->path_len++] = index;
}

/* The first state of a component has been left for the last time. */
static int
pop(struct search *s, const struct model *m, uint32_t index)
{
	uint32_t from = s->stack_len - 1;
	int rc = 0;

	while (s->stack[from] != index)
		from--;
	if (s->stack_len - from > 1 || follows_itself(s->g, index))
		rc = check_component(s, m, from);
	while (s->stack_len > from)
		s->is_stacked[s->stack[--s->stack_len]] = false;
	return rc;
}

static int
search_from(struct search *s, const struct model *m, uint32_t root)
{
	int rc = 0;

	push(s, root);
	while (s->path_len > 0 && rc == 0) {
		uint32_t index = s->path[s->path_len - 1];
		uint32_t *edge = &s->edge[s->path_len - 1];

		if (*edge < s->g->first_edge[index + 1]) {
			uint32_t next = s->g->edges[(*edge)++];

			if (s->number[next] == NONE)
				push(s, next);
			else if (s->is_stacked[next] && s->number[next] < s->low[index])
				s->low[index] = s->number[next];
			continue;
		}
		s->path_len--;
		if (s->path_len > 0 && s->low[index] < s->low[s->path[s->path_len - 1]])
			s->low[s->path[s->path_len - 1]] = s->low[index];
		if (s->low[index] == s->number[index])
			rc = pop(s, m, index);
	}
	return rc;
}

/* ------------------------------------------------------------------------------------------- */

static int
check_state(const struct model_graph *g, const struct model *m, uint32_t index)
{
	const struct model_state *s = &g->states[index];
	bool can_go_on = g->first_edge[index] != g->first_edge[index + 1];
	unsigned int leaders = 0;
	unsigned int i;

	for (i = 0; i < m->plan->nodes; i++) {
		const struct model_node *n = &s->node[i];

		leaders += model_can_lead(s, i);
		if (n->is_alive && !n->has_link && n->due > 0 && n->state != CARP_INIT)
			return complain(g, m, index, "a node without link is not in INIT");
	}
	if (!can_go_on && leaders > 0)
		return complain(g, m, index, "nothing is due although somebody could lead");
	return 0;
}

int
model_check(const struct model_graph *g, const struct model *m)
{
	struct search s;
	uint32_t index;
	int rc;

	rc = search_open(&s, g);
	for (index = 0; rc == 0 && index < g->count; index++)
		rc = check_state(g, m, index);
	for (index = 0; rc == 0 && index < g->count; index++) {
		if (s.number[index] == NONE)
			rc = search_from(&s, m, index);
	}
	search_close(&s);
	return rc;
}
