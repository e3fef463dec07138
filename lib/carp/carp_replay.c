/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is a recorded advertisement, sent again. Nothing in the protocol says so: "adaptive" refuses
 * only what no implementation would send, "strict" what koi would not. docs/protocol.md has the
 * table of attacks and what each policy makes of them.
 */
#include <errno.h>
#include <string.h>

#include "carp/carp_internal.h"

/* Advertisements of a peer that may be lost without it being taken for a restart. */
#define GAP_ADAPTIVE 16
#define GAP_STRICT (UINT64_C(1) << 24)
/* How far somebody may have counted on from the constant counter of an OpenBSD. */
#define COUNTED_FROM_CONSTANT (UINT64_C(1) << 24)
/* What we have sent and a peer may still have had before it. */
#define FRAMES_IN_FLIGHT 2

static uint64_t
gap(const struct carp_vhid *v)
{
	return v->replay.policy == CARP_REPLAY_STRICT ? GAP_STRICT : GAP_ADAPTIVE;
}

static bool
follows(uint64_t counter, uint64_t heard, uint64_t at_most)
{
	return counter - heard >= 1 && counter - heard <= at_most;
}

/* Nodes without an address of their own send from a virtual one, or from none, as others do. */
static bool
is_shared(const struct carp_vhid *v, const struct ip_addr *from)
{
	return carp_is_unspecified(from) || carp_list_contains(v->auth.list, from) ||
	       (v->auth.former != NULL && carp_list_contains(v->auth.former, from));
}

static bool
is_our_address(const struct carp_vhid *v, const struct ip_addr *from)
{
	return v->has_source[from->family] && ip_addr_compare(from, &v->source[from->family]) == 0;
}

static bool
was_sent_by_us(const struct carp_vhid *v, uint64_t counter)
{
	return v->next_counter - 1 - counter < v->frames_sent;
}

/* ------------------------------------------------------------------------------------------- */

/* The BSDs and ucarp count on from whatever they heard last: did they hear it from us? */
static bool
may_follow_us(const struct carp_vhid *v, const struct carp_source *source, uint64_t slack_us,
	      uint64_t counter)
{
	/* Whom we hear for the first time may have heard any of what we have sent, and nothing else. */
	uint64_t heard = source->history.has_floor ? source->history.own_counter
						   : v->next_counter - v->frames_sent;
	uint64_t from = heard - 1 - FRAMES_IN_FLIGHT;
	uint64_t sent = v->next_counter - 1 - from;

	if (v->frames_sent == 0 || v->last_sent_us + slack_us < source->peer.heard_us)
		return false;
	return follows(counter, from, sent + GAP_ADAPTIVE);
}

/* Never 0, which is nobody. */
static uint8_t
slot_of(const struct carp_vhid *v, const struct carp_source *source)
{
	return (uint8_t)(source - v->sources + 1);
}

static bool
is_of_other_family(const struct carp_vhid *v, const struct carp_source *source, unsigned int slot)
{
	return v->sources[slot - 1].peer.address.family != source->peer.address.family;
}

/*
 * Or from another peer, since they were heard last? About that time, for an advertisement may have
 * been on its way; but what came before in the other family is the sibling of their own last one.
 */
static bool
may_follow_a_peer(const struct carp_vhid *v, const struct carp_source *source, uint64_t slack_us,
		  uint64_t counter)
{
	const struct carp_replay_log *log = &v->replay.log;
	unsigned int slot = slot_of(v, source);
	bool was_before = false;
	unsigned int n;

	for (n = 1; n <= CARP_REPLAY_LOG; n++) {
		unsigned int i = (log->next + CARP_REPLAY_LOG - n) % CARP_REPLAY_LOG;

		was_before |= log->slot[i] == slot;
		if (log->slot[i] == slot || log->slot[i] == 0 ||
		    log->at_us[i] + slack_us < source->peer.heard_us)
			continue;
		if (was_before && is_of_other_family(v, source, log->slot[i]))
			continue;
		if (follows(counter, log->counter[i], GAP_ADAPTIVE))
			return true;
	}
	return false;
}

/* Or from an OpenBSD that we missed: it would have said what it always says. */
static bool
may_follow_a_constant(const struct carp_vhid *v, const struct carp_source *source, uint64_t counter)
{
	unsigned int i;

	for (i = 0; i < v->source_count; i++) {
		const struct carp_run *run = &v->sources[i].history.current;

		if (&v->sources[i] != source && run->kind == CARP_RUN_CONSTANT &&
		    follows(counter, run->first, COUNTED_FROM_CONSTANT))
			return true;
	}
	return false;
}

static bool
may_be_adopted(const struct carp_vhid *v, const struct carp_source *source, uint64_t counter)
{
	const struct carp_peer *peer = &source->peer;
	uint64_t slack_us = carp_interval_us(peer->advbase, peer->advskew) / 2;

	return may_follow_us(v, source, slack_us, counter) ||
	       may_follow_a_peer(v, source, slack_us, counter) ||
	       may_follow_a_constant(v, source, counter);
}

static bool
refused_adaptively(struct carp_vhid *v, const struct carp_heard *h)
{
	const struct carp_source *source = carp_source_find(v, &h->from);
	uint64_t counter = h->header.counter;

	if (is_our_address(v, &h->from) && was_sent_by_us(v, counter))
		return !is_shared(v, &h->from);
	if (source == NULL || carp_run_is_continued(&source->history.current, counter, gap(v)) ||
	    !carp_history_has_passed(&source->history, counter))
		return false;
	return !is_shared(v, &h->from) && !may_be_adopted(v, source, counter);
}

/* ------------------------------------------------------------------------------------------- */

/*
 * What one has used, no other may use. A node of both families counts on from one to the other, and
 * two that left together may be heard in either order: what was left out in one is the other's.
 */
static bool
was_used_by(const struct carp_source *source, const struct carp_heard *h)
{
	if (source->peer.address.family != h->from.family)
		return carp_history_contains_exactly(&source->history, h->header.counter);
	return carp_history_contains(&source->history, h->header.counter);
}

/* The digest does not cover the address of the sender. */
static bool
refused_strictly(const struct carp_vhid *v, const struct carp_heard *h)
{
	uint64_t counter = h->header.counter;
	unsigned int i;

	if (was_sent_by_us(v, counter))
		return true;
	if (is_our_address(v, &h->from) && counter < v->next_counter)
		return true;
	for (i = 0; i < v->source_count; i++) {
		const struct carp_source *source = &v->sources[i];
		const struct carp_history *history = &source->history;

		if (ip_addr_compare(&source->peer.address, &h->from) != 0) {
			if (was_used_by(source, h))
				return true;
		} else if (history->has_floor && counter <= history->floor) {
			return true;
		}
	}
	return false;
}

bool
carp_replay_is_refused(struct carp_vhid *v, const struct carp_heard *h)
{
	switch (v->replay.policy) {
	case CARP_REPLAY_ADAPTIVE:
		return refused_adaptively(v, h);
	case CARP_REPLAY_STRICT:
		return refused_strictly(v, h);
	default:
		return false;
	}
}

void
carp_replay_note(struct carp_vhid *v, struct carp_source *source, const struct carp_heard *h)
{
	struct carp_replay_log *log = &v->replay.log;
	struct carp_history *history = &source->history;
	struct carp_history_entry entry = {
		.counter = h->header.counter,
		.at_us = h->at_us,
		.gap = gap(v),
		.is_adopted = may_be_adopted(v, source, h->header.counter),
	};

	carp_history_note(history, &source->peer, &entry);
	history->own_counter = v->next_counter;
	carp_history_raise(history, entry.counter);
	log->slot[log->next] = slot_of(v, source);
	log->counter[log->next] = entry.counter;
	log->at_us[log->next] = entry.at_us;
	log->next = (uint8_t)((log->next + 1) % CARP_REPLAY_LOG);
}

void
carp_replay_set_policy(struct carp_vhid *v, enum carp_replay policy)
{
	/* What was accepted under another policy is no floor. */
	if (policy != v->replay.policy)
		carp_vhid_replay_forget(v);
	v->replay.policy = policy;
}

/* ------------------------------------------------------------------------------------------- */

uint64_t
carp_vhid_counter(const struct carp_vhid *v)
{
	return v->next_counter;
}

size_t
carp_vhid_replay_floors(const struct carp_vhid *v, struct carp_floor out[CARP_PEERS_MAX])
{
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < v->source_count; i++) {
		const struct carp_source *source = &v->sources[i];

		if (!source->history.has_floor)
			continue;
		out[count++] = (struct carp_floor){
			.address = source->peer.address,
			.first = source->history.current.first,
			.last = source->history.floor,
		};
	}
	return count;
}

int
carp_vhid_replay_restore(struct carp_vhid *v, const struct carp_floor *floor)
{
	struct carp_source *source = carp_source_find(v, &floor->address);
	uint64_t span = floor->last - floor->first;

	if (floor->address.family >= IP_FAMILIES)
		return -EINVAL;
	if (source == NULL) {
		if (v->source_count == CARP_PEERS_MAX)
			return -ENOSPC;
		source = &v->sources[v->source_count++];
		memset(source, 0, sizeof(*source));
		source->peer.address = floor->address;
	}
	source->history = (struct carp_history){
		.has_floor = true,
		.floor = floor->last,
		.recent = UINT64_MAX,
		.own_counter = v->next_counter,
		.current = {
			.first = span <= UINT32_MAX ? floor->first : floor->last,
			.span = span <= UINT32_MAX ? (uint32_t)span : 0,
			.kind = span == 0 ? CARP_RUN_ONCE : CARP_RUN_GROWING,
		},
	};
	return 0;
}

void
carp_vhid_replay_forget(struct carp_vhid *v)
{
	unsigned int i;

	for (i = 0; i < v->source_count; i++)
		memset(&v->sources[i].history, 0, sizeof(v->sources[i].history));
	memset(&v->replay.log, 0, sizeof(v->replay.log));
}
