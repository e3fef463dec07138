/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FreeBSD: gives way to a peer of the same speed as well, without a word. Timers run in ticks of
 * 1 ms, rounded up and one more.
 */
#include "peer.h"

static bool
takes_over(const struct peer *p, const struct carp_header *h)
{
	uint64_t theirs_us = peer_interval_us(h->advbase, h->advskew);

	return (p->preempts && peer_own_interval_us(p) < theirs_us) || peer_will_time_out(p, h);
}

static bool
gives_way(const struct peer *p, const struct carp_header *h, const struct ip_addr *from)
{
	(void)from;
	return peer_own_interval_us(p) >= peer_interval_us(h->advbase, h->advskew);
}

const struct peer_make peer_freebsd = {
	.name = "FreeBSD",
	.next_counter = peer_adopted_counter,
	.takes_over = takes_over,
	.gives_way = gives_way,
	.adopts_counter = true,
	.tick_us = 1000,
};
