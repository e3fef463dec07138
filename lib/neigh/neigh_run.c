/* SPDX-License-Identifier: BSD-3-Clause */
#include "neigh/neigh_internal.h"

#include <string.h>

struct neigh_action
neigh_action_of(const struct neigh_table *t, uint32_t at, enum neigh_action_type type)
{
	const struct neigh_entry *e = &t->slot[at].entry;
	struct neigh_action a = {
		.addr = e->addr,
		.type = (uint8_t)type,
		.interface = e->interface,
		.at = at,
	};

	memcpy(a.mac, e->mac, sizeof(a.mac));
	return a;
}

static void
hand_out(struct neigh_table *t, uint32_t at, enum neigh_action_type type, struct neigh_action *out)
{
	static const enum neigh_counter counters[] = {
		[NEIGH_SEND_REQUEST] = NEIGH_REQUESTS_SENT,
		[NEIGH_RESOLVED] = NEIGH_TIMES_RESOLVED,
		[NEIGH_CHANGED] = NEIGH_TIMES_CHANGED,
		[NEIGH_LOST] = NEIGH_TIMES_LOST,
		[NEIGH_UNREACHABLE] = NEIGH_TIMES_UNREACHABLE,
	};

	*out = neigh_action_of(t, at, type);
	counter_add(&t->counter[counters[type]], 1);
}

/* What has become of the MAC since it was last told. */
static unsigned int
tell_mac(struct neigh_table *t, uint32_t at, struct neigh_action *out)
{
	struct slot *s = &t->slot[at];
	bool has_mac = neigh_has_mac(&s->entry);
	enum neigh_action_type type = NEIGH_CHANGED;

	if (!s->entry.is_wanted || (!has_mac && s->told != TOLD_MAC))
		return 0;
	if (!has_mac)
		type = NEIGH_LOST;
	else if (s->told != TOLD_MAC)
		type = NEIGH_RESOLVED;
	else if (memcmp(s->told_mac, s->entry.mac, sizeof(s->told_mac)) == 0)
		return 0;
	s->told = has_mac ? TOLD_MAC : TOLD_NOTHING;
	memcpy(s->told_mac, s->entry.mac, sizeof(s->told_mac));
	hand_out(t, at, type, out);
	return 1;
}

/* What was demanded and is still true. */
static unsigned int
tell_demand(struct neigh_table *t, uint32_t at, struct neigh_action *out)
{
	struct slot *s = &t->slot[at];
	bool is_probe = s->entry.state == NEIGH_PROBE;
	unsigned int demand = s->demand;

	s->demand = 0;
	if ((demand & NUD_UNREACHABLE) != 0 && s->entry.state == NEIGH_FAILED &&
	    s->entry.is_wanted && s->told == TOLD_NOTHING) {
		s->told = TOLD_FAILED;
		hand_out(t, at, NEIGH_UNREACHABLE, out);
		return 1;
	}
	if ((demand & NUD_REQUEST) != 0 && (is_probe || s->entry.state == NEIGH_INCOMPLETE)) {
		hand_out(t, at, NEIGH_SEND_REQUEST, out);
		out->is_probe = is_probe;
		counter_add(&t->counter[NEIGH_PROBES_SENT], is_probe);
		return 1;
	}
	return 0;
}

static unsigned int
run_pending(struct neigh_table *t, struct neigh_action *out)
{
	uint32_t at = t->first_pending;
	struct slot *s = &t->slot[at];
	unsigned int count;

	t->first_pending = s->next_pending;
	if (t->first_pending == NO_PLACE)
		t->last_pending = NO_PLACE;
	s->is_pending = false;
	count = tell_mac(t, at, out);
	return count + tell_demand(t, at, &out[count]);
}

/* The time of the first one has come. What it leads to is handed out with the pending. */
static unsigned int
run_due(struct neigh_table *t, uint32_t at, uint64_t now_us, struct neigh_action *out)
{
	struct slot *s = &t->slot[at];
	unsigned int demand = nud_expire(&s->entry, now_us);
	unsigned int count = 0;

	if ((demand & NUD_UNREACHABLE) != 0)
		counter_add(&t->counter[NEIGH_TIMES_FAILED], 1);
	if ((demand & NUD_FORGET) == 0) {
		neigh_settle(t, at, demand);
		return 0;
	}
	if (s->told != TOLD_NOTHING) {
		hand_out(t, at, NEIGH_LOST, out);
		count = 1;
	}
	neigh_forget(t, at);
	return count;
}

static unsigned int
run_gone(struct neigh_table *t, unsigned int budget, struct neigh_action *out)
{
	unsigned int count = t->gone_count < budget ? t->gone_count : budget;

	memcpy(out, t->gone, count * sizeof(*out));
	t->gone_count -= count;
	memmove(t->gone, &t->gone[count], t->gone_count * sizeof(*out));
	counter_add(&t->counter[NEIGH_TIMES_LOST], count);
	return count;
}

unsigned int
neigh_run(struct neigh_table *t, uint64_t now_us, unsigned int budget, struct neigh_action *out,
	  unsigned int *done)
{
	unsigned int count = run_gone(t, budget, out);
	unsigned int i = count;
	size_t at;

	for (; i < budget; i++) {
		if (t->first_pending != NO_PLACE)
			count += run_pending(t, &out[count]);
		else if (timerheap_first(t->timers, &at) <= now_us)
			count += run_due(t, (uint32_t)at, now_us, &out[count]);
		else
			break;
	}
	*done = i;
	return count;
}

uint64_t
neigh_due_us(const struct neigh_table *t)
{
	if (t->gone_count != 0 || t->first_pending != NO_PLACE)
		return 0;
	return timerheap_first(t->timers, NULL);
}
