/* SPDX-License-Identifier: BSD-3-Clause */
#include "resolve_internal.h"

#include <stdlib.h>

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

struct resolve_targets *
resolve_targets_create(const struct runtime *r, const struct config *config)
{
	size_t count = config->neighbor_count;
	struct resolve_targets *out;

	for (size_t i = 0; i < config->vhid_count; i++)
		count += config->vhids[i].peer_count;
	out = calloc(1, sizeof(*out) + count * sizeof(out->item[0]));
	if (out == NULL)
		return NULL;
	add_peers(r, config, out);
	add_static(r, config, out);
	qsort(out->item, out->count, sizeof(out->item[0]), compare);
	while (out->statics < out->count && out->item[out->statics].is_static)
		out->statics++;
	return out;
}

/* ------------------------------------------------------------------------------------------- */
/* Control's part                                                                               */
/* ------------------------------------------------------------------------------------------- */

static void
enter(struct runtime *r, const struct resolve_target *target, uint64_t now_us)
{
	struct neigh_table *t = r->neighbours;

	if (target->is_static)
		neigh_set_static(t, &target->addr, target->interface, target->mac, now_us);
	/* Without room it is resolved when it is wanted, as others are. */
	if (neigh_pin(t, &target->addr, target->interface, now_us) != 0)
		return;
	if (target->adjacency != RESOLVE_NO_ADJACENCY)
		neigh_want(t, &target->addr, target->interface, now_us);
}

static bool
is_static_in(const struct resolve_targets *targets, const struct resolve_target *target)
{
	return bsearch(target, targets->item, targets->statics, sizeof(targets->item[0]), compare) !=
	       NULL;
}

static void
leave(struct runtime *r, const struct resolve_target *target, const struct resolve_targets *others,
      uint64_t now_us)
{
	if (target->is_static && !is_static_in(others, target))
		neigh_clear_static(r->neighbours, &target->addr, target->interface, now_us);
	neigh_unpin(r->neighbours, &target->addr, target->interface, now_us);
}

bool
resolve_follow(struct runtime *r, struct resolve_targets **targets, uint64_t now_us)
{
	struct resolve *s = r->resolve;
	struct resolve_targets *old = s->targets;
	unsigned int budget = FOLLOW_BATCH;

	/* Those that stay are pinned twice in between. */
	for (; s->followed < (*targets)->count && budget != 0; s->followed++, budget--)
		enter(r, &(*targets)->item[s->followed], now_us);
	for (; old != NULL && s->left < old->count && budget != 0; s->left++, budget--)
		leave(r, &old->item[s->left], *targets, now_us);
	if (budget == 0)
		return false;
	s->followed = 0;
	s->left = 0;
	s->targets = *targets;
	*targets = old;
	return true;
}
