/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a BACKUP takes over from a master only because it is faster: with preempt, after a slower
 * master and no other has been heard for the delay, and not while the vhid is held down because
 * it has changed its role too often. What makes a dead, resigning or demoted master be replaced
 * does not come here and is never put off.
 */
#include "carp/carp_internal.h"

#define CALM_WINDOW_US (60 * CARP_SECOND_US)
#define HOLD_DOWN_US (60 * CARP_SECOND_US)

bool
carp_preempt_is_on(const struct carp_vhid *v)
{
	if (v->preemption.mode == CARP_PREEMPT_INHERIT)
		return v->ifc->node->settings.preempt;
	return v->preemption.mode == CARP_PREEMPT_ON;
}

void
carp_preempt_forget(struct carp_vhid *v)
{
	v->preemption.since_us = CARP_NEVER;
}

bool
carp_preempt_count(struct carp_vhid *v, uint64_t now_us)
{
	struct carp_preemption *p = &v->preemption;
	uint64_t *oldest_us = &p->mastered_us[p->mastered % CARP_CALM_TRANSITIONS];
	bool was_held = now_us < p->held_until_us;
	bool is_restless =
		p->mastered >= CARP_CALM_TRANSITIONS && now_us <= *oldest_us + CALM_WINDOW_US;

	*oldest_us = now_us;
	p->mastered++;
	if (is_restless)
		p->held_until_us = now_us + HOLD_DOWN_US;
	return is_restless && !was_held;
}

static bool
is_preemptible(const struct carp_vhid *v, const struct carp_reason *peer)
{
	return carp_preempt_is_on(v) && !v->ifc->node->is_in_maintenance &&
	       carp_vhid_interval_us(v) <
		       carp_interval_us(peer->peer_advbase, peer->peer_advskew) &&
	       carp_compare_demotion(v, peer->peer_demote) >= 0;
}

uint64_t
carp_preempt_us(const struct carp_vhid *v)
{
	const struct carp_preemption *p = &v->preemption;
	uint64_t due_us;

	if (p->since_us == CARP_NEVER || !is_preemptible(v, &p->reason))
		return CARP_NEVER;
	due_us = p->since_us + p->delay_us;
	return due_us < p->held_until_us ? p->held_until_us : due_us;
}

bool
carp_preempt_hear(struct carp_vhid *v, const struct carp_reason *reason, uint64_t at_us)
{
	struct carp_preemption *p = &v->preemption;

	if (!is_preemptible(v, reason)) {
		carp_preempt_forget(v);
		return false;
	}
	if (p->since_us == CARP_NEVER)
		p->since_us = at_us;
	p->reason = *reason;
	return at_us >= carp_preempt_us(v);
}
