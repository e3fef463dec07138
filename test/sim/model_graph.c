/* SPDX-License-Identifier: BSD-3-Clause */
/* Every state that can be reached from the first, each once. */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 4096

static uint32_t
hash(const struct model_state *s)
{
	const uint8_t *octets = (const uint8_t *)s;
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < sizeof(*s); i++)
		h = (h ^ octets[i]) * UINT64_C(1099511628211);
	return (uint32_t)(h ^ h >> 32);
}

static void
enter(struct model_graph *g, uint32_t index)
{
	uint32_t at = hash(&g->states[index]) & (g->table_size - 1);

	while (g->table[at] != 0)
		at = (at + 1) & (g->table_size - 1);
	g->table[at] = index + 1;
}

static int
grow(struct model_graph *g)
{
	uint32_t capacity = g->capacity == 0 ? FIRST_CAPACITY : 2 * g->capacity;
	struct model_state *states = realloc(g->states, capacity * sizeof(*states));
	uint32_t *parents;
	uint32_t *first;
	uint32_t i;

	if (states == NULL)
		return -ENOMEM;
	g->states = states;
	parents = realloc(g->parents, capacity * sizeof(*parents));
	if (parents == NULL)
		return -ENOMEM;
	g->parents = parents;
	first = realloc(g->first_edge, (capacity + 1) * sizeof(*first));
	if (first == NULL)
		return -ENOMEM;
	g->first_edge = first;
	free(g->table);
	g->table_size = 2 * capacity;
	g->table = calloc(g->table_size, sizeof(*g->table));
	if (g->table == NULL)
		return -ENOMEM;
	g->capacity = capacity;
	for (i = 0; i < g->count; i++)
		enter(g, i);
	return 0;
}

/* The index of a state, which is new or not. */
static int
find_or_add(struct model_graph *g, const struct model_state *s, uint32_t parent, uint32_t *index)
{
	uint32_t at;

	if (g->count == g->capacity) {
		int rc = grow(g);

		if (rc != 0)
			return rc;
	}
	for (at = hash(s) & (g->table_size - 1); g->table[at] != 0;
	     at = (at + 1) & (g->table_size - 1)) {
		*index = g->table[at] - 1;
		if (memcmp(&g->states[*index], s, sizeof(*s)) == 0)
			return 0;
	}
	*index = g->count++;
	g->states[*index] = *s;
	g->parents[*index] = parent;
	g->table[at] = *index + 1;
	return 0;
}

static int
add_edge(struct model_graph *g, uint32_t to)
{
	if (g->edge_count == g->edge_capacity) {
		uint32_t capacity = g->edge_capacity == 0 ? FIRST_CAPACITY : 2 * g->edge_capacity;
		uint32_t *edges = realloc(g->edges, capacity * sizeof(*edges));

		if (edges == NULL)
			return -ENOMEM;
		g->edges = edges;
		g->edge_capacity = capacity;
	}
	g->edges[g->edge_count++] = to;
	return 0;
}

static int
expand(struct model_graph *g, struct model *m, uint32_t index)
{
	struct model_step steps[MODEL_STEPS_MAX];
	struct model_state state = g->states[index];
	size_t count = model_follow(m, &state, steps);
	size_t i;

	g->first_edge[index] = g->edge_count;
	for (i = 0; i < count; i++) {
		uint32_t next;
		int rc = find_or_add(g, &steps[i].state, index, &next);

		if (rc == 0 && steps[i].is_orderly)
			rc = add_edge(g, next);
		if (rc != 0)
			return rc;
	}
	g->first_edge[index + 1] = g->edge_count;
	return 0;
}

int
model_graph_explore(struct model_graph *g, struct model *m, uint32_t max_states)
{
	struct model_state start;
	uint32_t index;
	int rc;

	memset(g, 0, sizeof(*g));
	model_start(m, &start);
	rc = find_or_add(g, &start, 0, &index);
	for (index = 0; rc == 0 && index < g->count; index++) {
		if (g->count > max_states)
			return -E2BIG;
		rc = expand(g, m, index);
	}
	return rc;
}

void
model_graph_free(struct model_graph *g)
{
	free(g->states);
	free(g->parents);
	free(g->table);
	free(g->edges);
	free(g->first_edge);
}
