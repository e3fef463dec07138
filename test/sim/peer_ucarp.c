/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ucarp: at equal speed the lower source address stays master. It compares addresses as words in
 * the order of the host, so on the usual host the last octet counts most. Who gives way says so
 * with one more advertisement; who stays says nothing (it repeats its ARP announcement).
 */
#include "peer.h"

static uint32_t
little_endian_word(const struct ip_addr *addr)
{
	return (uint32_t)addr->octets[3] << 24 | (uint32_t)addr->octets[2] << 16 |
	       (uint32_t)addr->octets[1] << 8 | addr->octets[0];
}

static bool
takes_over(const struct peer *p, const struct carp_header *h)
{
	uint64_t theirs_us = peer_interval_us(h->advbase, h->advskew);

	return (p->preempts && peer_own_interval_us(p) < theirs_us) || peer_will_time_out(p, h);
}

static bool
gives_way(const struct peer *p, const struct carp_header *h, const struct ip_addr *from)
{
	uint64_t theirs_us = peer_interval_us(h->advbase, h->advskew);
	uint64_t own_us = peer_own_interval_us(p);

	return own_us > theirs_us || (own_us == theirs_us && little_endian_word(from) <
								     little_endian_word(&p->source[IP_V4]));
}

const struct peer_make peer_ucarp = {
	.name = "ucarp",
	.next_counter = peer_adopted_counter,
	.takes_over = takes_over,
	.gives_way = gives_way,
	.adopts_counter = true,
	.speaks_when_yielding = true,
};
