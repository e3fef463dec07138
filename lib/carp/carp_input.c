/* SPDX-License-Identifier: BSD-3-Clause */
#include "carp/carp_internal.h"

/* One of the advertisements that we sent last, by its counter, which rises by one for each. */
static bool
was_sent_by_us(const struct carp_vhid *v, const struct ip_addr *from, uint64_t counter)
{
	uint64_t age = v->next_counter - 1 - counter;

	if (!v->has_source[from->family] || ip_addr_compare(from, &v->source[from->family]) != 0)
		return false;
	return age < CARP_ECHO_WINDOW && age < v->frames_sent;
}

/* The checks that follow those of the header's form, in the order of carp.h. */
static enum carp_counter
check(const struct carp_vhid *v, const struct carp_received *rx, const struct carp_header *h)
{
	if (h->vhid != v->vhid || !v->uses[rx->from.family])
		return CARP_DROP_VHID;
	if (rx->ttl != CARP_TTL)
		return CARP_DROP_TTL;
	if (!carp_checksum_ok(rx->payload))
		return CARP_DROP_SUM;
	if (was_sent_by_us(v, &rx->from, h->counter))
		return CARP_DROP_ECHO;
	if (!carp_digest_verify(v->digest, h->counter, h->digest))
		return CARP_DROP_AUTH;
	return CARP_ACCEPTED;
}

/* A refused frame is VRRP rather than bad CARP if it looks so and is not signed with our key. */
static bool
is_foreign(const struct carp_vhid *v, const struct carp_received *rx)
{
	struct carp_header h;

	if (!carp_is_vrrp_shaped(rx->payload, rx->len))
		return false;
	if (rx->len < CARP_HEADER_LEN)
		return true;
	carp_header_read(rx->payload, &h);
	return !carp_digest_verify(v->digest, h.counter, h.digest);
}

static void
note_master(struct carp_vhid *v, const struct carp_heard *h)
{
	v->has_master = true;
	v->master = h->from;
	v->master_advbase = h->header.advbase;
	v->master_advskew = h->header.advskew;
	v->master_heard_us = h->at_us;
}

enum carp_counter
carp_vhid_input(struct carp_vhid *v, const struct carp_received *rx, uint64_t arrived_us,
		struct carp_actions *out)
{
	struct carp_heard heard = { .from = rx->from, .at_us = arrived_us };
	enum carp_counter verdict;

	out->count = 0;
	v->counters[rx->from.family == IP_V4 ? CARP_RECEIVED : CARP_RECEIVED6]++;
	if (!v->ifc->node->settings.allow) {
		v->counters[CARP_DROP_NOT_ALLOWED]++;
		return CARP_DROP_NOT_ALLOWED;
	}

	verdict = carp_header_parse(rx->payload, rx->len, &heard.header);
	if (verdict == CARP_ACCEPTED)
		verdict = check(v, rx, &heard.header);
	if (verdict != CARP_ACCEPTED) {
		if (verdict != CARP_DROP_ECHO && is_foreign(v, rx))
			verdict = CARP_FOREIGN_VRRP;
		v->counters[verdict]++;
		return verdict;
	}

	if (rx->len > CARP_HEADER_LEN)
		v->counters[CARP_TRAILING]++;
	if (v->state != CARP_INIT) {
		note_master(v, &heard);
		carp_election_hear(v, &heard, out);
	}
	return CARP_ACCEPTED;
}
