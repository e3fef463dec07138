/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may be heard, and who was. */
#include <string.h>

#include "carp/carp_internal.h"

bool
carp_is_bow_out(const struct carp_header *h)
{
	return h->advbase == CARP_BOW_OUT && h->advskew == CARP_BOW_OUT;
}

bool
carp_is_unspecified(const struct ip_addr *addr)
{
	static const uint8_t zero[16];

	return memcmp(addr->octets, zero, addr->family == IP_V4 ? 4 : 16) == 0;
}

/* A family without configured peers is heard from the group, as in FreeBSD. */
bool
carp_peer_is_welcome(const struct carp_vhid *v, const struct ip_addr *from)
{
	bool has_any = false;
	unsigned int i;

	for (i = 0; i < v->unicast_count; i++) {
		if (ip_addr_compare(&v->unicast[i], from) == 0)
			return true;
		has_any |= v->unicast[i].family == from->family;
	}
	return !has_any;
}

bool
carp_peer_is_heard(const struct carp_vhid *v, const struct carp_peer *p, uint64_t now_us)
{
	const struct carp_header h = { .advbase = p->advbase, .advskew = p->advskew };

	return p->adverts > 0 && !p->bowed_out &&
	       now_us < p->heard_us + carp_patience_with_us(v, &h);
}

static bool
is_better(const struct carp_vhid *v, const struct carp_peer *p)
{
	int demotion = carp_compare_demotion(v, p->demote);

	if (demotion != 0)
		return demotion < 0;
	return carp_interval_us(p->advbase, p->advskew) <= carp_vhid_interval_us(v);
}

bool
carp_peer_better_is_heard(const struct carp_vhid *v, const struct carp_heard *h)
{
	unsigned int i;

	for (i = 0; v->uses[IP_V4] && v->uses[IP_V6] && i < v->source_count; i++) {
		const struct carp_peer *p = &v->sources[i].peer;

		if (ip_addr_compare(&p->address, &h->from) != 0 &&
		    carp_peer_is_heard(v, p, h->at_us) && is_better(v, p))
			return true;
	}
	return false;
}

struct carp_source *
carp_source_find(struct carp_vhid *v, const struct ip_addr *from)
{
	unsigned int i;

	for (i = 0; i < v->source_count; i++) {
		if (ip_addr_compare(&v->sources[i].peer.address, from) == 0)
			return &v->sources[i];
	}
	return NULL;
}

static struct carp_source *
make_room(struct carp_vhid *v)
{
	struct carp_source *oldest = &v->sources[0];
	unsigned int i;

	if (v->source_count < CARP_PEERS_MAX)
		return &v->sources[v->source_count++];
	for (i = 1; i < v->source_count; i++) {
		if (v->sources[i].peer.heard_us < oldest->peer.heard_us)
			oldest = &v->sources[i];
	}
	return oldest;
}

struct carp_source *
carp_source_note(struct carp_vhid *v, const struct carp_heard *h)
{
	struct carp_source *source = carp_source_find(v, &h->from);
	struct carp_peer *peer;

	if (source == NULL) {
		source = make_room(v);
		memset(source, 0, sizeof(*source));
		source->peer.address = h->from;
		source->peer.since_us = h->at_us;
	}
	carp_replay_note(v, source, h);
	peer = &source->peer;
	peer->bowed_out = carp_is_bow_out(&h->header);
	if (!peer->bowed_out || peer->adverts == 0) {
		peer->advbase = h->header.advbase;
		peer->advskew = h->header.advskew;
	}
	peer->demote = h->header.demote;
	peer->heard_us = h->at_us;
	peer->adverts++;
	return source;
}

size_t
carp_vhid_peers(const struct carp_vhid *v, struct carp_peer out[CARP_PEERS_MAX])
{
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < v->source_count; i++) {
		if (v->sources[i].peer.adverts > 0)
			out[count++] = v->sources[i].peer;
	}
	return count;
}
