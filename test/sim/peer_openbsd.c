/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenBSD: octet 4 is compared before the speed, equal speed gives way, the counter is a cookie
 * that never changes, and a frame with the own cookie is refused. Its own octet 4 is 0 here.
 */
#include "peer.h"

static uint64_t
next_counter(struct peer *p)
{
	return p->counter;
}

static bool
refuses(const struct peer *p, const struct carp_header *h)
{
	return h->counter == p->counter;
}

static bool
takes_over(const struct peer *p, const struct carp_header *h)
{
	uint64_t theirs_us = peer_interval_us(h->advbase, h->advskew);

	if (p->preempts && peer_own_interval_us(p) < theirs_us)
		return true;
	return h->demote > 0 || (p->advbase != 0 && peer_will_time_out(p, h));
}

static bool
gives_way(const struct peer *p, const struct carp_header *h, const struct ip_addr *from)
{
	(void)from;
	return h->demote == 0 &&
	       peer_own_interval_us(p) >= peer_interval_us(h->advbase, h->advskew);
}

const struct peer_make peer_openbsd = {
	.name = "OpenBSD",
	.next_counter = next_counter,
	.refuses = refuses,
	.takes_over = takes_over,
	.gives_way = gives_way,
};
