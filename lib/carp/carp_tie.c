/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two masters of the same speed. A kernel gives way to an equal advertisement at once and in
 * silence; ucarp gives way to the address that goes first and otherwise stays and speaks on. So we
 * answer, and whether the peer speaks again tells which of them it is: give way to a peer that has
 * had our answer, goes first and still speaks. docs/protocol.md reasons why one master remains.
 */
#include <string.h>

#include "carp/carp_internal.h"

#define ANSWERS_PER_INTERVAL 3
/* A master that has been silent that long has been replaced, and nothing of it is on its way. */
#define SILENT_INTERVALS 2

/* Words as ucarp compares them: those of IPv4 on a little-endian host, so the last octet leads. */
static int
compare_sources(const struct ip_addr *a, const struct ip_addr *b)
{
	int i;

	if (a->family == IP_V6)
		return memcmp(a->octets, b->octets, sizeof(a->octets));
	for (i = 3; i >= 0; i--) {
		if (a->octets[i] != b->octets[i])
			return a->octets[i] < b->octets[i] ? -1 : 1;
	}
	return 0;
}

static bool
has_both_families(const struct carp_vhid *v)
{
	const struct carp_list *list = carp_auth_sent_list(&v->auth);

	return carp_list_uses(list, IP_V4) && carp_list_uses(list, IP_V6);
}

static bool
has_lower_counter(const struct carp_vhid *v, const struct carp_heard *h)
{
	return h->header.counter < v->next_counter;
}

/*
 * Nobody goes after a node without an address; counters decide where addresses do not. So they do
 * with both families, of which each may order the same two nodes in another way, and one of which
 * may get no further than to one of them: a node has one counter for both. Only koi goes by an
 * order at all there, for ucarp has one address.
 */
static bool
goes_before_us(const struct carp_vhid *v, const struct carp_heard *h)
{
	const struct ip_addr *own = &v->source[h->from.family];
	bool own_is_known = v->has_source[h->from.family] && !carp_is_unspecified(own);
	bool peer_is_known = !carp_is_unspecified(&h->from);
	int order = 0;

	if (has_both_families(v))
		return has_lower_counter(v, h);
	if (own_is_known != peer_is_known)
		return peer_is_known;
	if (own_is_known)
		order = compare_sources(&h->from, own);
	return order < 0 || (order == 0 && has_lower_counter(v, h));
}

/*
 * A dispute ends when no equal advertisement has come for a master-down time. Who was silenced and
 * tries again after such a time, because it does not hear us in the other family, begins anew.
 */
static void
open_or_continue(struct carp_vhid *v, const struct carp_heard *h)
{
	uint64_t pause_us = carp_vhid_interval_us(v) + carp_vhid_interval_us(v) / 2;
	struct carp_dispute *d = &v->dispute;

	if (!d->is_open || h->at_us > d->heard_us + carp_vhid_master_down_us(v))
		*d = (struct carp_dispute){ .is_open = true, .since_us = h->at_us };
	if (h->at_us > d->heard_us + pause_us)
		d->since_us = h->at_us;
	d->heard_us = h->at_us;
}

static struct carp_rival *
find_rival(struct carp_dispute *d, const struct ip_addr *from)
{
	unsigned int i;

	for (i = 0; i < d->rival_count; i++) {
		if (ip_addr_compare(&d->rivals[i].addr, from) == 0)
			return &d->rivals[i];
	}
	return NULL;
}

/* True if the rival has spoken after our answer, and not only once more with the same words. */
static bool
rival_insists(const struct carp_dispute *d, const struct carp_rival *rival,
	      const struct carp_heard *h)
{
	return rival->is_answered && h->at_us >= d->answered_us &&
	       h->header.counter != rival->counter;
}

static void
add_rival(struct carp_dispute *d, const struct carp_heard *h)
{
	struct carp_rival *rival = &d->rivals[d->rival_next];

	*rival = (struct carp_rival){ .addr = h->from, .counter = h->header.counter };
	d->rival_next = (d->rival_next + 1) % CARP_RIVALS;
	if (d->rival_count < CARP_RIVALS)
		d->rival_count++;
}

/*
 * Rivals are told apart: one that gave way has said its last, and must be taken neither for
 * another one that goes on nor for the one that has to be waited for.
 */
static bool
rival_wins(struct carp_dispute *d, const struct carp_heard *h)
{
	struct carp_rival *rival = find_rival(d, &h->from);

	if (rival == NULL) {
		add_rival(d, h);
		return false;
	}
	if (rival_insists(d, rival, h))
		return true;
	rival->counter = h->header.counter;
	return false;
}

static void
ask_for_answer(struct carp_vhid *v, uint64_t now_us)
{
	struct carp_dispute *d = &v->dispute;

	if (d->answer_is_due)
		return;
	if (d->answers == 0 || now_us >= d->window_us + carp_vhid_interval_us(v)) {
		d->window_us = now_us;
		d->answers = 0;
	}
	if (d->answers < ANSWERS_PER_INTERVAL) {
		d->answers++;
		d->answer_is_due = true;
	}
}

bool
carp_tie_is_lost(struct carp_vhid *v, const struct carp_heard *h)
{
	struct carp_dispute *d = &v->dispute;

	if (h->at_us >= v->last_sent_us + SILENT_INTERVALS * carp_vhid_interval_us(v))
		return true;

	open_or_continue(v, h);
	/* Whoever is left after so long does not hear us or orders addresses in another way. */
	if (h->at_us > d->since_us + carp_vhid_master_down_us(v))
		return true;
	if (goes_before_us(v, h) && rival_wins(d, h))
		return true;
	ask_for_answer(v, h->at_us);
	return false;
}

void
carp_tie_answered(struct carp_vhid *v, uint64_t now_us)
{
	struct carp_dispute *d = &v->dispute;
	unsigned int i;

	d->answer_is_due = false;
	for (i = 0; i < d->rival_count; i++)
		d->rivals[i].is_answered = true;
	d->answered_us = now_us;
}
