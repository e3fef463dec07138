/* SPDX-License-Identifier: BSD-3-Clause */
#include "resolve_held.h"

#include <stdlib.h>
#include <string.h>

/* Neighbours are found by hash; those of one value share a chain. */
#define CHAINS 512
#define NONE UINT16_MAX

_Static_assert((CHAINS & (CHAINS - 1)) == 0, "a chain is found with a mask");

struct held {
	struct rte_mbuf *frame;
	struct ip_addr addr;
	uint16_t interface;
	uint16_t chain;
	uint16_t older; /* of all */
	uint16_t newer;
	uint16_t next;  /* of the chain, newer ones behind older ones; or of the free ones */
	uint64_t end_us;
};

struct resolve_held {
	struct held item[RESOLVE_HELD_MAX];
	uint16_t chain[CHAINS];
	uint16_t free;
	uint16_t oldest;
	uint16_t newest;
	unsigned int count;
};

struct resolve_held *
resolve_held_create(void)
{
	struct resolve_held *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	for (uint16_t i = 0; i < RESOLVE_HELD_MAX; i++)
		h->item[i].next = i + 1 < RESOLVE_HELD_MAX ? (uint16_t)(i + 1) : NONE;
	memset(h->chain, 0xff, sizeof(h->chain));
	h->oldest = NONE;
	h->newest = NONE;
	return h;
}

static uint16_t
chain_of(const struct ip_addr *addr, uint16_t interface)
{
	uint64_t words[2];

	memcpy(words, addr->octets, sizeof(words));
	words[0] = (words[0] ^ words[1] ^ interface) * 0x9e3779b97f4a7c15ULL;
	return (uint16_t)(words[0] >> 55 & (CHAINS - 1));
}

static bool
is_of(const struct held *item, const struct ip_addr *addr, uint16_t interface)
{
	return item->interface == interface && ip_addr_compare(&item->addr, addr) == 0;
}

static struct rte_mbuf *
take(struct resolve_held *h, uint16_t at)
{
	struct held *item = &h->item[at];
	uint16_t *link = &h->chain[item->chain];

	while (*link != at)
		link = &h->item[*link].next;
	*link = item->next;
	*(item->older == NONE ? &h->oldest : &h->item[item->older].newer) = item->newer;
	*(item->newer == NONE ? &h->newest : &h->item[item->newer].older) = item->older;
	item->next = h->free;
	h->free = at;
	h->count--;
	return item->frame;
}

/* The oldest of a neighbour, and how many it has. */
static uint16_t
find(const struct resolve_held *h, const struct ip_addr *addr, uint16_t interface,
     unsigned int *count)
{
	uint16_t first = NONE;

	*count = 0;
	for (uint16_t at = h->chain[chain_of(addr, interface)]; at != NONE; at = h->item[at].next) {
		if (!is_of(&h->item[at], addr, interface))
			continue;
		if (first == NONE)
			first = at;
		++*count;
	}
	return first;
}

static void
put(struct resolve_held *h, struct held new)
{
	uint16_t at = h->free;
	uint16_t *link = &h->chain[new.chain];

	h->free = h->item[at].next;
	while (*link != NONE)
		link = &h->item[*link].next;
	*link = at;
	new.next = NONE;
	new.newer = NONE;
	new.older = h->newest;
	h->item[at] = new;
	*(h->newest == NONE ? &h->oldest : &h->item[h->newest].newer) = at;
	h->newest = at;
	h->count++;
}

struct rte_mbuf *
resolve_held_add(struct resolve_held *h, const struct ip_addr *addr, uint16_t interface,
		 struct rte_mbuf *frame, uint64_t now_us)
{
	struct rte_mbuf *gone = NULL;
	unsigned int count;
	uint16_t first = find(h, addr, interface, &count);

	if (count == RESOLVE_HELD_EACH)
		gone = take(h, first);
	else if (h->free == NONE)
		gone = take(h, h->oldest);
	put(h, (struct held){
		.frame = frame,
		.addr = *addr,
		.interface = interface,
		.chain = chain_of(addr, interface),
		.end_us = now_us + RESOLVE_HELD_US,
	});
	return gone;
}

struct rte_mbuf *
resolve_held_take(struct resolve_held *h, const struct ip_addr *addr, uint16_t interface)
{
	unsigned int count;
	uint16_t first = find(h, addr, interface, &count);

	return first == NONE ? NULL : take(h, first);
}

struct rte_mbuf *
resolve_held_expired(struct resolve_held *h, uint64_t now_us)
{
	if (h->oldest == NONE || now_us < h->item[h->oldest].end_us)
		return NULL;
	return take(h, h->oldest);
}

unsigned int
resolve_held_count(const struct resolve_held *h)
{
	return h->count;
}

void
resolve_held_destroy(struct resolve_held *h)
{
	if (h == NULL)
		return;
	while (h->oldest != NONE)
		rte_pktmbuf_free(take(h, h->oldest));
	free(h);
}
