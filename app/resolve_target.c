/* SPDX-License-Identifier: BSD-3-Clause */
#include "resolve_internal.h"

#include <stdlib.h>

#include "routes.h"

/* Gone over to, or left, in one turn. */
#define FOLLOW_BATCH 32

/* ------------------------------------------------------------------------------------------- */
/* The manager's part                                                                           */
/* ------------------------------------------------------------------------------------------- */

static uint16_t
find_interface(const struct runtime *r, const struct config *config, unsigned int at)
{
	for (unsigned int i = 0; i < r->interface_count; i++)
		if (strcmp(r->interface[i].name, config->interfaces[at].name) == 0)
			return (uint16_t)i;
	return UINT16_MAX;
}

/* Static ones first, so that they are found quickly. */
static int
compare(const void *a, const void *b)
{
	const struct resolve_target *x = a, *y = b;

	if (x->is_static != y->is_static)
		return x->is_static ? -1 : 1;
	if (x->interface != y->interface)
		return x->interface < y->interface ? -1 : 1;
	return ip_addr_compare(&x->addr, &y->addr);
}

static struct resolve_target *
add(struct resolve_targets *out, const struct ip_addr *addr, uint16_t interface)
{
	struct resolve_target *target = &out->item[out->count++];

	*target = (struct resolve_target){
		.addr = *addr,
		.interface = interface,
		.adjacency = RESOLVE_NO_ADJACENCY,
	};
	return target;
}

static void
add_peers(const struct runtime *r, const struct config *config, struct resolve_targets *out)
{
	for (size_t i = 0; i < config->vhid_count; i++) {
		const struct config_vhid *v = &config->vhids[i];
		uint16_t interface = find_interface(r, config, v->interface);

		for (size_t k = 0; k < v->peer_count; k++)
			add(out, &v->peers[k], interface);
	}
}

static void
add_static(const struct runtime *r, const struct config *config, struct resolve_targets *out)
{
	for (size_t i = 0; i < config->neighbor_count; i++) {
		const struct config_neighbor *n = &config->neighbors[i];
		struct resolve_target *target =
			add(out, &n->addr, find_interface(r, config, n->interface));

		target->is_static = true;
		memcpy(target->mac, n->mac, sizeof(target->mac));
	}
}

/* Our own addresses answer to nobody's question; whoever else has one has our virtual MAC. */
static void
add_gateways(const struct routes_gateways *gateways, struct resolve_targets *out)
{
	for (size_t i = 0; i < gateways->count; i++) {
		const struct routes_gateway *g = &gateways->gateway[i];

		if (g->vhid == 0)
			add(out, &g->addr, g->interface)->adjacency = g->adjacency;
	}
}

struct resolve_targets *
resolve_targets_create(const struct runtime *r, const struct config *config,
		       const struct routes_gateways *gateways)
{
	size_t count = config->neighbor_count + gateways->count;
	struct resolve_targets *out;

	for (size_t i = 0; i < config->vhid_count; i++)
		count += config->vhids[i].peer_count;
	out = calloc(1, sizeof(*out) + count * sizeof(out->item[0]));
	if (out == NULL)
		return NULL;
	add_peers(r, config, out);
	add_static(r, config, out);
	add_gateways(gateways, out);
	qsort(out->item, out->count, sizeof(out->item[0]), compare);
	while (out->statics < out->count && out->item[out->statics].is_static)
		out->statics++;
	return out;
}

/* ------------------------------------------------------------------------------------------- */
/* Control's part                                                                               */
/* ------------------------------------------------------------------------------------------- */

static void
set_mac(struct runtime *r, const struct resolve_target *target, const struct neigh_entry *e)
{
	struct fwd_adj *adj = &r->adjacencies->adj[target->adjacency];

	if (e == NULL || (!neigh_has_mac(e) && e->state != NEIGH_FAILED))
		fwd_adj_set_mac(adj, 0);
	else if (neigh_has_mac(e))
		fwd_adj_set_mac(adj, mac_load(e->mac));
	else
		fwd_adj_set_failed(adj);
}

static void
enter(struct runtime *r, const struct resolve_target *target, uint64_t now_us)
{
	struct neigh_table *t = r->neighbours;

	if (target->is_static)
		neigh_set_static(t, &target->addr, target->interface, target->mac, now_us);
	/* Without room it is resolved when it is wanted, as others are. */
	neigh_pin(t, &target->addr, target->interface, now_us);
	if (target->adjacency != RESOLVE_NO_ADJACENCY)
		set_mac(r, target, neigh_want(t, &target->addr, target->interface, now_us));
}

static bool
is_static_in(const struct resolve_targets *targets, const struct resolve_target *target)
{
	return bsearch(target, targets->item, targets->statics, sizeof(targets->item[0]),
		       compare) != NULL;
}

static void
leave(struct runtime *r, const struct resolve_target *target, const struct resolve_targets *others,
      uint64_t now_us)
{
	if (target->is_static && !is_static_in(others, target))
		neigh_clear_static(r->neighbours, &target->addr, target->interface, now_us);
	neigh_unpin(r->neighbours, &target->addr, target->interface);
}

bool
resolve_follow(struct runtime *r, struct resolve_targets **targets, uint64_t now_us)
{
	struct resolve *s = r->resolve;
	struct resolve_targets *old = s->targets;
	unsigned int budget = FOLLOW_BATCH;

	/* A later configuration may be where the one was that config_at belongs to. */
	if (s->next == NULL)
		s->config = NULL;
	s->next = *targets;
	/* Those that stay are pinned twice in between. */
	for (; s->followed < (*targets)->count && budget != 0; s->followed++, budget--)
		enter(r, &(*targets)->item[s->followed], now_us);
	for (; old != NULL && s->left < old->count && budget != 0; s->left++, budget--)
		leave(r, &old->item[s->left], *targets, now_us);
	if (budget == 0)
		return false;
	s->followed = 0;
	s->left = 0;
	s->next = NULL;
	s->targets = *targets;
	*targets = old;
	return true;
}

/* The first of a list that is not less than @p target. */
static size_t
find_first(const struct resolve_targets *targets, const struct resolve_target *target)
{
	size_t from = targets->statics, to = targets->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare(&targets->item[middle], target) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void
tell(struct runtime *r, const struct resolve_targets *targets, const struct neigh_action *a)
{
	const struct resolve_target wanted = { .addr = a->addr, .interface = a->interface };

	if (targets == NULL)
		return;
	for (size_t i = find_first(targets, &wanted);
	     i < targets->count && compare(&targets->item[i], &wanted) == 0; i++) {
		struct fwd_adj *adj;

		if (targets->item[i].adjacency == RESOLVE_NO_ADJACENCY)
			continue;
		adj = &r->adjacencies->adj[targets->item[i].adjacency];
		if (a->type == NEIGH_UNREACHABLE)
			fwd_adj_set_failed(adj);
		else
			fwd_adj_set_mac(adj, a->type == NEIGH_LOST ? 0 : mac_load(a->mac));
	}
}

void
resolve_tell_targets(struct runtime *r, const struct neigh_action *a)
{
	tell(r, r->resolve->targets, a);
	tell(r, r->resolve->next, a);
}

void
resolve_use_targets(struct runtime *r, unsigned int budget, uint64_t now_us)
{
	struct resolve *s = r->resolve;
	size_t count = s->targets == NULL ? 0 : s->targets->count;

	for (size_t left = RTE_MIN(count, (size_t)budget); left != 0; left--) {
		const struct resolve_target *target;
		const struct neigh_entry *e;

		if (s->used_target >= count)
			s->used_target = 0;
		target = &s->targets->item[s->used_target++];
		if (target->adjacency == RESOLVE_NO_ADJACENCY ||
		    !fwd_adj_take_used(&r->adjacencies->adj[target->adjacency]))
			continue;
		e = neigh_find(r->neighbours, &target->addr, target->interface);
		if (e != NULL)
			neigh_used(r->neighbours, neigh_place(r->neighbours, e), now_us);
	}
}
