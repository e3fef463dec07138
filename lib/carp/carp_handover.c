/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Maintenance: to give a virtual host away without losing a packet, though a BACKUP is silent and
 * nobody knows whether there is one. So a MASTER asks and stays: it demotes itself as far as can
 * be, which calls those who obey octet 4 or preempt, and then says bow-outs, which call all others;
 * but it goes only when another MASTER is heard. If none is, it has lost nothing.
 */
#include "carp/carp_internal.h"

#define BOW_OUTS 3
#define DEMOTED_ADVSKEW 240
#define DEMOTED_OCTET 255

static void
settle(struct carp_vhid *v, enum carp_handover_state state, uint64_t now_us)
{
	v->handover.state = state;
	v->handover.since_us = now_us;
	v->handover.next_us = CARP_NEVER;
}

static uint64_t
undemoted_interval_us(const struct carp_vhid *v)
{
	return carp_interval_us(v->advbase, v->advskew);
}

void
carp_handover_follow(struct carp_vhid *v, uint64_t now_us)
{
	struct carp_handover *h = &v->handover;
	bool is_wanted = v->ifc->node->is_in_maintenance;

	if (is_wanted == (h->state != CARP_HANDOVER_NONE))
		return;
	if (!is_wanted) {
		settle(v, CARP_HANDOVER_NONE, now_us);
	} else if (v->state == CARP_MASTER) {
		settle(v, CARP_HANDOVER_ASKING, now_us);
		h->bow_outs = 0;
		h->next_us = now_us + undemoted_interval_us(v);
	} else if (v->state == CARP_BACKUP && v->has_master) {
		settle(v, CARP_HANDOVER_DONE, now_us);
		h->to = v->master;
	} else {
		settle(v, CARP_HANDOVER_IDLE, now_us);
	}
}

void
carp_handover_role(struct carp_vhid *v, const struct carp_reason *reason, uint64_t now_us,
		   struct carp_actions *out)
{
	bool was_master = v->handover.state == CARP_HANDOVER_ASKING ||
			  v->handover.state == CARP_HANDOVER_REFUSED;

	if (v->handover.state == CARP_HANDOVER_NONE)
		return;
	if (v->state == CARP_MASTER) {
		settle(v, CARP_HANDOVER_REFUSED, now_us);
	} else if (v->state == CARP_BACKUP && reason->has_peer) {
		settle(v, CARP_HANDOVER_DONE, now_us);
		v->handover.to = reason->peer;
		if (was_master)
			carp_action_notice(CARP_NOTICE_GIVEN_AWAY, out);
	} else {
		settle(v, CARP_HANDOVER_IDLE, now_us);
	}
}

void
carp_handover_hear_as_backup(struct carp_vhid *v, const struct carp_heard *h)
{
	if (v->handover.state == CARP_HANDOVER_NONE)
		return;
	if (v->handover.state == CARP_HANDOVER_IDLE)
		settle(v, CARP_HANDOVER_DONE, h->at_us);
	v->handover.to = h->from;
}

/* Whoever answers may have it, however slow; but not one who gives everything away itself. */
bool
carp_handover_yields(struct carp_vhid *v, const struct carp_heard *h, struct carp_actions *out)
{
	if (v->handover.state == CARP_HANDOVER_NONE)
		return false;
	if (h->header.demote < DEMOTED_OCTET && h->header.advskew != DEMOTED_ADVSKEW)
		return true;
	if (v->handover.state == CARP_HANDOVER_ASKING) {
		settle(v, CARP_HANDOVER_REFUSED, h->at_us);
		carp_action_notice(CARP_NOTICE_NOT_GIVEN_AWAY, out);
	}
	return false;
}

void
carp_handover_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		  struct carp_actions *out)
{
	struct carp_handover *h = &v->handover;

	if (now_us < h->next_us || heard_until_us < h->next_us)
		return;
	if (h->bow_outs == BOW_OUTS) {
		settle(v, CARP_HANDOVER_REFUSED, now_us);
		carp_action_notice(CARP_NOTICE_NOT_GIVEN_AWAY, out);
		return;
	}
	carp_action_send(v, true, now_us, out);
	h->bow_outs++;
	h->next_us = now_us + undemoted_interval_us(v);
}
