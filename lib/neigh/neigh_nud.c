/* SPDX-License-Identifier: BSD-3-Clause */
#include "neigh/neigh_internal.h"

#include <string.h>

/*
 * RFC 4861 section 7.3 and appendix C. It differs in what happens to one that does not answer: the
 * failure is remembered for a while, and one that was known is asked for by multicast first, for
 * it may have got another MAC. A pinned entry counts as in use all the time.
 */

static unsigned int
enter(struct neigh_entry *e, enum neigh_state state, uint64_t now_us)
{
	unsigned int demand = 0;

	if (state == NEIGH_STALE && e->pins != 0)
		state = NEIGH_DELAY;
	if (e->state != state)
		e->state_us = now_us;
	e->state = (uint8_t)state;
	e->requests = 0;
	switch (state) {
	case NEIGH_INCOMPLETE:
	case NEIGH_PROBE:
		e->requests = 1;
		e->due_us = now_us + NEIGH_RETRANS_US;
		demand = NUD_REQUEST;
		break;
	case NEIGH_STALE:
		e->due_us = now_us + NEIGH_MAX_AGE_US;
		break;
	case NEIGH_DELAY:
		e->due_us = now_us + NEIGH_DELAY_US;
		break;
	case NEIGH_FAILED:
		e->due_us = now_us + NEIGH_FAILED_US;
		demand = NUD_UNREACHABLE;
		break;
	default:
		e->due_us = UINT64_MAX;
		break;
	}
	return demand;
}

static unsigned int
enter_reachable(struct neigh_entry *e, uint64_t now_us, uint64_t reachable_us)
{
	e->is_confirmed = true;
	enter(e, NEIGH_REACHABLE, now_us);
	e->due_us = now_us + reachable_us;
	return 0;
}

unsigned int
nud_begin(struct neigh_entry *e, uint64_t now_us)
{
	return enter(e, NEIGH_INCOMPLETE, now_us);
}

unsigned int
nud_use(struct neigh_entry *e, uint64_t now_us)
{
	if (neigh_has_mac(e))
		e->used_us = now_us;
	return e->state == NEIGH_STALE ? enter(e, NEIGH_DELAY, now_us) : 0;
}

unsigned int
nud_keep(struct neigh_entry *e, uint64_t now_us)
{
	switch (e->state) {
	case NEIGH_STALE:
		return enter(e, NEIGH_DELAY, now_us);
	case NEIGH_FAILED:
		return enter(e, NEIGH_INCOMPLETE, now_us);
	default:
		return 0;
	}
}

static void
take_mac(struct neigh_entry *e, const struct neigh_sighting *seen)
{
	memcpy(e->mac, seen->mac, sizeof(e->mac));
	e->changed_us = seen->seen_us;
}

/* The first that is heard of it. */
static unsigned int
see_unknown(struct neigh_entry *e, const struct neigh_sighting *seen, uint64_t reachable_us)
{
	if (seen->has_no_mac)
		return 0;
	if (seen->evidence != NEIGH_SEEN_SENDER)
		e->is_router = seen->is_router;
	if (memcmp(e->mac, seen->mac, sizeof(e->mac)) != 0 || e->changed_us == 0)
		take_mac(e, seen);
	if (seen->evidence == NEIGH_SEEN_ANSWER)
		return enter_reachable(e, seen->seen_us, reachable_us);
	return enter(e, NEIGH_STALE, seen->seen_us);
}

/* It asked us: it can be heard, which does not say that it hears us (section 7.2.3). */
static unsigned int
see_sender(struct neigh_entry *e, const struct neigh_sighting *seen, bool is_same)
{
	if (is_same)
		return 0;
	take_mac(e, seen);
	return enter(e, NEIGH_STALE, seen->seen_us);
}

/* An advertisement (section 7.2.5); an ARP reply is one that overrides. */
static unsigned int
see_advert(struct neigh_entry *e, const struct neigh_sighting *seen, bool is_same,
	   uint64_t reachable_us)
{
	bool is_override = seen->is_override || seen->addr.family == IP_V4;

	if (!is_same && !is_override)
		return e->state == NEIGH_REACHABLE ? enter(e, NEIGH_STALE, seen->seen_us) : 0;
	e->is_router = seen->is_router;
	if (!is_same)
		take_mac(e, seen);
	if (seen->evidence == NEIGH_SEEN_ANSWER)
		return enter_reachable(e, seen->seen_us, reachable_us);
	return is_same ? 0 : enter(e, NEIGH_STALE, seen->seen_us);
}

unsigned int
nud_see(struct neigh_entry *e, const struct neigh_sighting *seen, uint64_t reachable_us)
{
	bool is_same = seen->has_no_mac || memcmp(e->mac, seen->mac, sizeof(e->mac)) == 0;

	/* Workers' reports may cross. */
	if (!is_same && seen->seen_us < e->heard_us)
		return 0;
	if (seen->seen_us > e->heard_us)
		e->heard_us = seen->seen_us;
	switch (e->state) {
	case NEIGH_STATIC:
		return 0;
	case NEIGH_FREE:
	case NEIGH_INCOMPLETE:
	case NEIGH_FAILED:
		return see_unknown(e, seen, reachable_us);
	default:
		break;
	}
	if (e->state == NEIGH_STALE)
		e->due_us = e->heard_us + NEIGH_MAX_AGE_US;
	if (seen->evidence == NEIGH_SEEN_SENDER)
		return see_sender(e, seen, is_same);
	return see_advert(e, seen, is_same, reachable_us);
}

unsigned int
nud_expire(struct neigh_entry *e, uint64_t now_us)
{
	switch (e->state) {
	case NEIGH_INCOMPLETE:
	case NEIGH_PROBE:
		if (e->requests < NEIGH_REQUESTS) {
			e->requests++;
			e->due_us = now_us + NEIGH_RETRANS_US;
			return NUD_REQUEST;
		}
		return enter(e, e->state == NEIGH_PROBE ? NEIGH_INCOMPLETE : NEIGH_FAILED, now_us);
	case NEIGH_REACHABLE:
		return enter(e, NEIGH_STALE, now_us);
	case NEIGH_DELAY:
		return enter(e, NEIGH_PROBE, now_us);
	case NEIGH_FAILED:
		return e->pins != 0 ? enter(e, NEIGH_INCOMPLETE, now_us) : NUD_FORGET;
	case NEIGH_STALE:
		return NUD_FORGET;
	default:
		return 0;
	}
}

void
nud_set_static(struct neigh_entry *e, const uint8_t mac[6], uint64_t now_us)
{
	if (!neigh_has_mac(e) || memcmp(e->mac, mac, sizeof(e->mac)) != 0) {
		memcpy(e->mac, mac, sizeof(e->mac));
		e->changed_us = now_us;
	}
	enter(e, NEIGH_STATIC, now_us);
}

unsigned int
nud_clear_static(struct neigh_entry *e, uint64_t now_us)
{
	return enter(e, NEIGH_STALE, now_us);
}
