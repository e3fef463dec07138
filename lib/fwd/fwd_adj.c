/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_adj.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

/* Places of the hash: twice as many as adjacencies. */
#define PLACES (2 * FWD_ADJ_ROUTED_MAX)
#define NOBODY UINT16_MAX

_Static_assert((PLACES & (PLACES - 1)) == 0, "places are found with a mask");
_Static_assert(FWD_ADJ_ROUTED_MAX <= NOBODY, "an index is no NOBODY");

struct fwd_adj_account {
	uint32_t takers[FWD_ADJ_ROUTED_MAX];
	uint16_t next[FWD_ADJ_ROUTED_MAX]; /* of the free ones */
	uint16_t free;                     /* the first of them, or NOBODY */
	_Atomic uint32_t count;
	uint16_t place[PLACES]; /* indices by hash, open addressing; NOBODY where none is */
};

/* ------------------------------------------------------------------------------------------- */
/* Which is the same                                                                            */
/* ------------------------------------------------------------------------------------------- */

static size_t
detail_len(const struct fwd_adj *a)
{
	switch (a->kind) {
	case FWD_ADJ_VIRTUAL:
	case FWD_ADJ_FORWARD:
		return sizeof(a->next_hop);
	case FWD_ADJ_MULTIPATH:
		return a->path_count * sizeof(a->path[0]);
	default:
		return 0;
	}
}

static bool
is_same(const struct fwd_adj *a, const struct fwd_adj *b)
{
	return a->kind == b->kind && a->vhid == b->vhid && a->interface == b->interface &&
	       a->family == b->family && a->path_count == b->path_count &&
	       memcmp(a->next_hop, b->next_hop, detail_len(a)) == 0;
}

/* FNV-1a. */
static uint32_t
hash_of(const struct fwd_adj *a)
{
	uint8_t head[] = { a->kind, a->vhid, a->family, a->path_count, (uint8_t)a->interface,
			   (uint8_t)(a->interface >> 8) };
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof(head); i++)
		hash = (hash ^ head[i]) * 16777619u;
	for (size_t i = 0; i < detail_len(a); i++)
		hash = (hash ^ ((const uint8_t *)a->path)[i]) * 16777619u;
	return (hash ^ hash >> 16) & (PLACES - 1);
}

/* Where it is in the hash, or where it would be. */
static uint32_t
find_place(const struct fwd_adj_table *t, const struct fwd_adj *like)
{
	const uint16_t *place = t->account->place;
	uint32_t at = hash_of(like);

	while (place[at] != NOBODY && !is_same(&t->adj[place[at]], like))
		at = (at + 1) & (PLACES - 1);
	return at;
}

/* Leave no gap in front of those that gave way to the one that goes. */
static void
close_place(struct fwd_adj_table *t, uint32_t gap)
{
	uint16_t *place = t->account->place;
	uint32_t at = gap;

	for (;;) {
		uint32_t wanted;

		at = (at + 1) & (PLACES - 1);
		if (place[at] == NOBODY)
			break;
		wanted = hash_of(&t->adj[place[at]]);
		if (((at - wanted) & (PLACES - 1)) < ((at - gap) & (PLACES - 1)))
			continue;
		place[gap] = place[at];
		gap = at;
	}
	place[gap] = NOBODY;
}

/* ------------------------------------------------------------------------------------------- */
/* Taking and giving                                                                            */
/* ------------------------------------------------------------------------------------------- */

static void
fill(struct fwd_adj *a, const struct fwd_adj *like)
{
	*a = (struct fwd_adj){
		.source_mac = like->source_mac,
		.kind = like->kind,
		.vhid = like->vhid,
		.interface = like->interface,
		.mtu = like->mtu,
		.family = like->family,
		.path_count = like->path_count,
	};
	memcpy(a->next_hop, like->next_hop, detail_len(like));
	fwd_adj_set_mac(a, atomic_load_explicit(&like->mac, memory_order_relaxed) & MAC_MASK);
}

static void
set_count(struct fwd_adj_account *account, uint32_t count)
{
	atomic_store_explicit(&account->count, count, memory_order_relaxed);
}

int
fwd_adj_take(struct fwd_adj_table *t, const struct fwd_adj *like)
{
	struct fwd_adj_account *account = t->account;
	uint32_t at = find_place(t, like);
	uint16_t index = account->place[at];

	if (index != NOBODY) {
		account->takers[index]++;
		return index;
	}
	index = account->free;
	if (index == NOBODY)
		return -ENOSPC;
	account->free = account->next[index];
	account->takers[index] = 1;
	account->place[at] = index;
	set_count(account, fwd_adj_count(t) + 1);
	fill(&t->adj[index], like);
	for (unsigned int i = 0; i < like->path_count; i++)
		account->takers[like->path[i]]++;
	return index;
}

void
fwd_adj_give(struct fwd_adj_table *t, uint16_t index)
{
	struct fwd_adj_account *account = t->account;
	const struct fwd_adj *a = &t->adj[index];

	if (--account->takers[index] != 0)
		return;
	close_place(t, find_place(t, a));
	account->next[index] = account->free;
	account->free = index;
	set_count(account, fwd_adj_count(t) - 1);
	for (unsigned int i = 0; i < a->path_count; i++)
		fwd_adj_give(t, a->path[i]);
}

uint32_t
fwd_adj_count(const struct fwd_adj_table *t)
{
	return atomic_load_explicit(&t->account->count, memory_order_relaxed);
}

/* ------------------------------------------------------------------------------------------- */
/* Life                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static struct fwd_adj_account *
create_account(void)
{
	struct fwd_adj_account *account = calloc(1, sizeof(*account));

	if (account == NULL)
		return NULL;
	for (uint32_t i = 0; i < FWD_ADJ_ROUTED_MAX; i++)
		account->next[i] = i + 1 < FWD_ADJ_ROUTED_MAX ? (uint16_t)(i + 1) : NOBODY;
	for (uint32_t i = 0; i < PLACES; i++)
		account->place[i] = NOBODY;
	return account;
}

uint64_t
fwd_adj_memory(uint32_t hosts)
{
	return sizeof(struct fwd_adj_table) +
	       ((uint64_t)FWD_ADJ_ROUTED_MAX + hosts) * sizeof(struct fwd_adj);
}

struct fwd_adj_table *
fwd_adj_create(uint32_t hosts, int socket)
{
	static const enum fwd_adj_kind first[] = {
		[FWD_ADJ_INDEX_NO_ROUTE] = FWD_ADJ_NO_ROUTE,
		[FWD_ADJ_INDEX_BLACKHOLE] = FWD_ADJ_BLACKHOLE,
		[FWD_ADJ_INDEX_MARTIAN] = FWD_ADJ_MARTIAN,
	};
	struct fwd_adj_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		goto err;
	t->routed = FWD_ADJ_ROUTED_MAX;
	t->capacity = FWD_ADJ_ROUTED_MAX + hosts;
	t->adj = rte_zmalloc_socket("fwd_adj", t->capacity * sizeof(*t->adj), RTE_CACHE_LINE_SIZE,
				    socket);
	t->account = create_account();
	if (t->adj == NULL || t->account == NULL)
		goto err;
	for (unsigned int i = 0; i < RTE_DIM(first); i++) {
		struct fwd_adj like = { .kind = (uint8_t)first[i] };

		fwd_adj_take(t, &like);
	}
	return t;

err:
	fwd_adj_destroy(t);
	errno = ENOMEM;
	return NULL;
}

void
fwd_adj_destroy(struct fwd_adj_table *t)
{
	if (t == NULL)
		return;
	free(t->account);
	rte_free(t->adj);
	free(t);
}
