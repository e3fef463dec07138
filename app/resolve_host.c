/* SPDX-License-Identifier: BSD-3-Clause */
#include "resolve_internal.h"

#include <errno.h>
#include <stdlib.h>

#define NONE UINT32_MAX

/* One that has been given back, and since when no worker has come to know of it. */
struct given {
	uint32_t adjacency;
	uint64_t token;
};

struct resolve_hosts {
	const struct runtime *r;
	uint32_t of[NEIGH_CAPACITY]; /* by place in the table of neighbours */
	uint32_t capacity;
	struct given *given; /* a ring, in the order in which they came back */
	uint32_t first;
	uint32_t count;
};

struct resolve_hosts *
resolve_hosts_create(const struct runtime *r)
{
	struct resolve_hosts *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->r = r;
	h->capacity = r->adjacencies->capacity - r->adjacencies->routed;
	h->given = calloc(h->capacity, sizeof(*h->given));
	if (h->given == NULL) {
		free(h);
		return NULL;
	}
	for (uint32_t at = 0; at < NEIGH_CAPACITY; at++)
		h->of[at] = NONE;
	for (uint32_t i = 0; i < h->capacity; i++)
		h->given[i].adjacency = r->adjacencies->routed + i;
	h->count = h->capacity;
	return h;
}

void
resolve_hosts_destroy(struct resolve_hosts *h)
{
	if (h != NULL)
		free(h->given);
	free(h);
}

/* The one that came back first, if every worker has left it. */
static uint32_t
take(struct resolve_hosts *h)
{
	const struct given *oldest = &h->given[h->first];

	if (h->count == 0 || rte_rcu_qsbr_check(h->r->qsbr, oldest->token, false) != 1)
		return NONE;
	h->first = (h->first + 1) % h->capacity;
	h->count--;
	return oldest->adjacency;
}

static void
give(struct resolve_hosts *h, uint32_t adjacency)
{
	h->given[(h->first + h->count) % h->capacity] = (struct given){
		.adjacency = adjacency,
		.token = rte_rcu_qsbr_start(h->r->qsbr),
	};
	h->count++;
}

static struct fwd_host_key
key_of(const struct neigh_action *a)
{
	struct fwd_host_key key = { .interface = a->interface, .family = a->addr.family };

	memcpy(key.addr, a->addr.octets, sizeof(key.addr));
	return key;
}

static void
fill(const struct runtime *r, struct fwd_adj *adj, const struct neigh_action *a)
{
	const struct koi_interface *ifc = &r->interface[a->interface];

	*adj = (struct fwd_adj){
		.source_mac = ifc->port->port.mac,
		.kind = FWD_ADJ_FORWARD,
		.interface = a->interface,
		.mtu = r->config->interfaces[resolve_config_at(r, a->interface)].mtu,
		.family = a->addr.family,
	};
	memcpy(adj->next_hop, a->addr.octets, sizeof(adj->next_hop));
}

static void
set_mac(struct fwd_adj *adj, uint64_t mac)
{
	if (mac == 0)
		fwd_adj_set_failed(adj);
	else
		fwd_adj_set_mac(adj, mac);
}

int
resolve_hosts_set(struct resolve_hosts *h, const struct neigh_action *a, uint64_t mac)
{
	struct fwd_host_key key = key_of(a);
	uint32_t adjacency = h->of[a->at];

	if (adjacency != NONE) {
		set_mac(&h->r->adjacencies->adj[adjacency], mac);
		return 0;
	}
	adjacency = take(h);
	if (adjacency == NONE)
		return -ENOSPC;
	fill(h->r, &h->r->adjacencies->adj[adjacency], a);
	set_mac(&h->r->adjacencies->adj[adjacency], mac);
	if (fwd_hosts_add(h->r->hosts, &key, adjacency) != 0) {
		give(h, adjacency);
		return -ENOSPC;
	}
	h->of[a->at] = adjacency;
	return 0;
}

bool
resolve_hosts_has(const struct resolve_hosts *h, uint32_t at)
{
	return h->of[at] != NONE;
}

void
resolve_hosts_remove(struct resolve_hosts *h, const struct neigh_action *a)
{
	struct fwd_host_key key = key_of(a);

	if (h->of[a->at] == NONE)
		return;
	fwd_hosts_remove(h->r->hosts, &key);
	give(h, h->of[a->at]);
	h->of[a->at] = NONE;
}

bool
resolve_hosts_take_used(struct resolve_hosts *h, uint32_t at)
{
	return h->of[at] != NONE && fwd_adj_take_used(&h->r->adjacencies->adj[h->of[at]]);
}
