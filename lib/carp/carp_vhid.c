/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_internal.h"

struct carp_vhid *
carp_vhid_create(struct carp_interface *ifc, const struct carp_vhid_config *c)
{
	struct carp_vhid *v;

	if (c->vhid == 0 || !carp_config_is_valid(c)) {
		errno = EINVAL;
		return NULL;
	}
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	if (carp_auth_init(&v->auth, c->vhid, c) != 0) {
		carp_vhid_destroy(v, 0);
		errno = ENOMEM;
		return NULL;
	}
	v->vhid = c->vhid;
	v->next_counter = c->counter;
	v->handover.next_us = CARP_NEVER;
	v->split.end_us = CARP_NEVER;
	v->split.announce_us = CARP_NEVER;
	carp_preempt_forget(v);
	v->master_down_us[IP_V4] = CARP_NEVER;
	v->master_down_us[IP_V6] = CARP_NEVER;
	carp_config_apply(v, c);
	if (ifc != NULL)
		carp_vhid_attach(v, ifc);
	return v;
}

void
carp_vhid_attach(struct carp_vhid *v, struct carp_interface *ifc)
{
	v->ifc = ifc;
	v->is_dirty = true;
	carp_interface_attach(ifc);
}

void
carp_vhid_detach(struct carp_vhid *v, uint64_t now_us)
{
	if (v->state == CARP_MASTER)
		v->ifc->masters--;
	carp_interface_detach(v->ifc, now_us);
	v->ifc = NULL;
}

void
carp_vhid_destroy(struct carp_vhid *v, uint64_t now_us)
{
	if (v == NULL)
		return;
	if (v->ifc != NULL)
		carp_vhid_detach(v, now_us);
	carp_auth_clear(&v->auth);
	free(v);
}

void
carp_vhid_set_admin(struct carp_vhid *v, bool up)
{
	v->up = up;
	v->is_dirty = true;
}

void
carp_vhid_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
	      struct carp_actions *out)
{
	out->count = 0;
	carp_interface_forgive(v->ifc, now_us);
	carp_interface_run(v->ifc, now_us);
	v->is_dirty = false;
	v->node_generation = v->ifc->node->generation;
	v->interface_generation = v->ifc->generation;
	carp_election_run(v, now_us, heard_until_us, out);
}

static uint64_t
earlier(uint64_t a_us, uint64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

static bool
is_behind(const struct carp_vhid *v)
{
	return v->is_dirty || v->advert_is_pending ||
	       v->node_generation != v->ifc->node->generation ||
	       v->interface_generation != v->ifc->generation ||
	       (v->state == CARP_BACKUP && v->takeover.is_pending) ||
	       (v->state == CARP_MASTER && v->dispute.answer_is_due);
}

static uint64_t
deadline_us(const struct carp_vhid *v)
{
	if (v->state == CARP_BACKUP)
		return carp_family_deadline_us(v);
	if (v->state == CARP_MASTER)
		return v->advert_us;
	return carp_election_is_possible(v) ? carp_interface_start_us(v->ifc) : CARP_NEVER;
}

uint64_t
carp_vhid_next_us(const struct carp_vhid *v)
{
	uint64_t next_us;

	if (is_behind(v))
		return 0;
	next_us = earlier(deadline_us(v), carp_interface_forgive_us(v->ifc));
	next_us = earlier(next_us, carp_auth_switch_us(&v->auth));
	if (v->state == CARP_BACKUP)
		return earlier(earlier(next_us, carp_family_next_us(v)), carp_preempt_us(v));
	if (v->state == CARP_MASTER)
		return earlier(earlier(next_us, v->announce_us),
			       earlier(v->handover.next_us, carp_split_next_us(v)));
	return next_us;
}

int
carp_vhid_force(struct carp_vhid *v, enum carp_state state, uint64_t now_us,
		struct carp_actions *out)
{
	out->count = 0;
	if (state == CARP_INIT)
		return -EINVAL;
	if (v->state == CARP_INIT || !carp_election_is_possible(v))
		return -ENETDOWN;
	carp_election_force(v, state, now_us, out);
	return 0;
}

void
carp_vhid_sent(struct carp_vhid *v, enum ip_family family, bool ok, uint64_t now_us)
{
	/* As in the BSDs both families share one record of failures. */
	(void)family;
	if (!ok)
		v->counters[CARP_SEND_ERRORS]++;
	carp_interface_sent(v->ifc, ok, now_us);
}

void
carp_vhid_status(const struct carp_vhid *v, struct carp_vhid_status *out)
{
	struct carp_stance stance = carp_stance_of(v);

	*out = (struct carp_vhid_status){
		.state = v->state,
		.since_us = v->since_us,
		.transitions = v->transitions,
		.advbase = v->advbase,
		.advskew = v->advskew,
		.effective_advskew = stance.advskew,
		.demote = stance.demote,
		.up = v->up,
		.last_reason = v->last_reason,
		.has_master = v->has_master,
		.master = v->master,
		.master_advbase = v->master_advbase,
		.master_advskew = v->master_advskew,
		.master_heard_us = v->master_heard_us,
		.deadline_us = deadline_us(v),
		.family_silence = v->silence.status,
		.sends_former_addresses = v->auth.sends_former,
		.address_grace_end_us = carp_auth_switch_us(&v->auth),
		.handover = v->handover.state,
		.handover_since_us = v->handover.since_us,
		.handover_to = v->handover.to,
		.split_brain = v->split.status,
		.mismatch = v->mismatch.status,
		.collision = v->collision,
		.preempts = carp_preempt_is_on(v),
		.preempt_us = carp_preempt_us(v),
		.held_down_until_us = v->preemption.held_until_us,
	};
	memcpy(out->counters, v->counters, sizeof(out->counters));
}

enum carp_state
carp_vhid_state(const struct carp_vhid *v)
{
	return v->state;
}
