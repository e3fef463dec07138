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

/* NetBSD covers the pseudo-header of IPv6; who speaks with it may meet others on the way there. */
static bool
checksum_is_right(struct carp_vhid *v, const struct carp_received *rx)
{
	bool is_plain = carp_checksum_ok(rx->payload);

	if (rx->from.family == IP_V4)
		return is_plain;
	if (v->checksum6 == CARP_CHECKSUM6_PSEUDO)
		return is_plain || carp_checksum_ok_pseudo(rx->payload, &rx->from, &rx->to);
	if (!is_plain && carp_checksum_ok_pseudo(rx->payload, &rx->from, &rx->to))
		v->counters[CARP_SUM_PSEUDO6]++;
	return is_plain;
}

/* The checks that follow those of the header's form, in the order of carp.h. */
static enum carp_counter
check(struct carp_vhid *v, const struct carp_received *rx, const struct carp_heard *heard,
      struct carp_match *match)
{
	const struct carp_header *h = &heard->header;

	if (h->vhid != v->vhid || !v->uses[rx->from.family])
		return CARP_DROP_VHID;
	if (rx->ttl != CARP_TTL)
		return CARP_DROP_TTL;
	if (!checksum_is_right(v, rx))
		return CARP_DROP_SUM;
	if (was_sent_by_us(v, &rx->from, h->counter))
		return CARP_DROP_ECHO;
	if (!carp_peer_is_welcome(v, &rx->from))
		return CARP_DROP_PEER;
	if (!carp_auth_verify(&v->auth, h->counter, h->digest, heard->at_us, match))
		return CARP_DROP_AUTH;
	return carp_replay_is_refused(v, heard) ? CARP_DROP_REPLAY : CARP_ACCEPTED;
}

/* A refused frame is VRRP rather than bad CARP if it looks so and is not signed with our key. */
static bool
is_foreign(struct carp_vhid *v, const struct carp_received *rx, enum carp_counter verdict,
	   uint64_t at_us)
{
	struct carp_match match;
	struct carp_header h;

	if (verdict == CARP_DROP_ECHO || !carp_is_vrrp_shaped(rx->payload, rx->len))
		return false;
	if (verdict == CARP_DROP_AUTH || rx->len < CARP_HEADER_LEN)
		return true;
	carp_header_read(rx->payload, &h);
	return !carp_auth_verify(&v->auth, h.counter, h.digest, at_us, &match);
}

static void
count_oddities(struct carp_vhid *v, const struct carp_received *rx)
{
	if (rx->len > CARP_HEADER_LEN)
		v->counters[CARP_TRAILING]++;
	if (rx->from.family == IP_V6 && v->checksum6 == CARP_CHECKSUM6_PSEUDO &&
	    !carp_checksum_ok_pseudo(rx->payload, &rx->from, &rx->to))
		v->counters[CARP_SUM_PLAIN6]++;
}

static void
note_match(struct carp_vhid *v, const struct carp_heard *h, const struct carp_match *match)
{
	if (carp_auth_heard(&v->auth, match, h->at_us, carp_patience_with_us(v, &h->header)))
		carp_election_readdress(v, h->at_us);
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
	struct carp_match match;

	out->count = 0;
	v->counters[rx->from.family == IP_V4 ? CARP_RECEIVED : CARP_RECEIVED6]++;
	if (!v->ifc->node->settings.allow) {
		v->counters[CARP_DROP_NOT_ALLOWED]++;
		return CARP_DROP_NOT_ALLOWED;
	}

	verdict = carp_header_parse(rx->payload, rx->len, &heard.header);
	if (verdict == CARP_ACCEPTED)
		verdict = check(v, rx, &heard, &match);
	if (verdict != CARP_ACCEPTED) {
		if (is_foreign(v, rx, verdict, arrived_us))
			verdict = CARP_FOREIGN_VRRP;
		if (verdict == CARP_FOREIGN_VRRP)
			carp_collision_note(v, rx, arrived_us, out);
		else if (verdict == CARP_DROP_AUTH)
			carp_mismatch_note(v, &heard, out);
		v->counters[verdict]++;
		return verdict;
	}

	count_oddities(v, rx);
	carp_mismatch_forget(v, &rx->from);
	carp_source_note(v, &heard);
	note_match(v, &heard, &match);
	if (v->state != CARP_INIT) {
		note_master(v, &heard);
		carp_election_hear(v, &heard, out);
	}
	return CARP_ACCEPTED;
}
