/* SPDX-License-Identifier: BSD-3-Clause */
#include "carp/carp_internal.h"

#define ANNOUNCE_REPEATS 2

static void
become_init(struct carp_vhid *v, enum carp_reason_code code, uint64_t now_us,
	    struct carp_actions *out)
{
	const struct carp_reason reason = { .code = code };

	if (v->state == CARP_MASTER && code != CARP_REASON_LINK_DOWN)
		carp_action_send(v, true, now_us, out);
	carp_action_state(v, CARP_INIT, &reason, now_us, out);
	v->advert_is_pending = false;
	v->has_master = false;
	carp_preempt_forget(v);
}

void
carp_election_readdress(struct carp_vhid *v, uint64_t now_us)
{
	if (v->state == CARP_MASTER)
		v->advert_is_pending = true;
	else if (v->state == CARP_BACKUP)
		carp_family_follow(v, now_us);
}

static void
become_backup(struct carp_vhid *v, const struct carp_reason *reason, uint64_t now_us,
	      struct carp_actions *out)
{
	carp_action_state(v, CARP_BACKUP, reason, now_us, out);
	v->advert_is_pending = false;
	carp_preempt_forget(v);
	carp_family_begin(v, now_us);
}

static void
become_master(struct carp_vhid *v, const struct carp_reason *reason, uint64_t now_us,
	      struct carp_actions *out)
{
	carp_action_state(v, CARP_MASTER, reason, now_us, out);
	carp_action_send(v, false, now_us, out);
	carp_action_announce(out);
	if (carp_preempt_count(v, now_us))
		carp_action_notice(CARP_NOTICE_HELD_DOWN, out);
	carp_preempt_forget(v);
	v->dispute = (struct carp_dispute){ .is_open = false };
	v->advert_us = now_us + carp_vhid_interval_us(v);
	v->announce_repeats = ANNOUNCE_REPEATS;
	v->announce_us = v->announce_interval_s == 0 ?
				 CARP_NEVER :
				 now_us + v->announce_interval_s * CARP_SECOND_US;
}

/* ------------------------------------------------------------------------------------------- */

enum carp_reason_code
carp_election_obstacle(const struct carp_vhid *v)
{
	if (!v->ifc->link_is_up)
		return CARP_REASON_LINK_DOWN;
	if (!v->up)
		return CARP_REASON_USER;
	if (!v->ifc->node->settings.allow)
		return CARP_REASON_NOT_ALLOWED;
	return CARP_REASON_NONE;
}

bool
carp_election_is_possible(const struct carp_vhid *v)
{
	return carp_election_obstacle(v) == CARP_REASON_NONE;
}

static enum carp_reason_code
reason_to_start(const struct carp_vhid *v)
{
	if (v->obstacle == CARP_REASON_USER)
		return CARP_REASON_USER;
	if (v->obstacle == CARP_REASON_LINK_DOWN && v->was_initialized)
		return CARP_REASON_LINK_UP;
	return CARP_REASON_INITIALIZED;
}

static void
follow_conditions(struct carp_vhid *v, uint64_t now_us, struct carp_actions *out)
{
	enum carp_reason_code obstacle = carp_election_obstacle(v);
	struct carp_reason reason = { .code = CARP_REASON_NONE };

	if (obstacle != CARP_REASON_NONE) {
		if (v->state != CARP_INIT)
			become_init(v, obstacle, now_us, out);
		v->obstacle = obstacle;
	} else if (v->state == CARP_INIT && !v->ifc->is_starting) {
		reason.code = reason_to_start(v);
		become_backup(v, &reason, now_us, out);
		v->was_initialized = true;
	}
}

static bool
stance_is_advertised(const struct carp_vhid *v)
{
	const struct carp_stance *then = &v->advertised;
	struct carp_stance now = carp_stance_of(v);

	return now.advbase == then->advbase && now.advskew == then->advskew &&
	       now.demote == then->demote && now.demotion == then->demotion;
}

static void
follow_settings(struct carp_vhid *v, uint64_t now_us)
{
	if (v->state == CARP_MASTER && !stance_is_advertised(v))
		v->advert_is_pending = true;
	if (v->state == CARP_BACKUP &&
	    (v->is_retimed || v->armed_master_down_us != carp_vhid_master_down_us(v)))
		carp_family_arm(v, now_us);
	v->is_retimed = false;
	if (carp_auth_run(&v->auth, now_us))
		carp_election_readdress(v, now_us);
	else if (v->state == CARP_BACKUP)
		carp_family_follow(v, now_us);
}

/* ------------------------------------------------------------------------------------------- */

static uint32_t
silent_ms(const struct carp_vhid *v, uint64_t now_us)
{
	uint64_t ms = (now_us - carp_family_heard_us(v)) / 1000;

	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

static void
run_backup(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us, struct carp_actions *out)
{
	struct carp_reason reason = { .code = CARP_REASON_TIMED_OUT };
	uint64_t preempt_us = carp_preempt_us(v);

	if (v->takeover.is_pending && heard_until_us >= v->takeover.at_us) {
		reason = v->takeover.reason;
		become_master(v, &reason, now_us, out);
	} else if (carp_family_run(v, now_us, heard_until_us, out)) {
		reason.silent_ms = silent_ms(v, now_us);
		become_master(v, &reason, now_us, out);
	} else if (now_us >= preempt_us && heard_until_us >= preempt_us) {
		reason = v->preemption.reason;
		become_master(v, &reason, now_us, out);
	}
}

/* The periodic announcement; while the first ones are being repeated there is no need for it. */
static bool
announcement_is_due(struct carp_vhid *v, uint64_t now_us)
{
	uint64_t interval_us = v->announce_interval_s * CARP_SECOND_US;

	if (now_us < v->announce_us)
		return false;
	v->announce_us += ((now_us - v->announce_us) / interval_us + 1) * interval_us;
	return v->announce_repeats == 0;
}

static void
run_master(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us, struct carp_actions *out)
{
	uint64_t interval_us = carp_vhid_interval_us(v);
	uint64_t late_us = v->advert_us + interval_us;
	bool is_due = now_us >= v->advert_us;
	bool answers = v->dispute.answer_is_due;
	bool announces;

	/* Another may have taken over meanwhile: listen before speaking. */
	if (now_us >= late_us && heard_until_us < late_us)
		return;

	announces = announcement_is_due(v, now_us);
	if (is_due || answers || v->advert_is_pending) {
		carp_action_send(v, false, now_us, out);
		/* An answer is repeated when no advertisement of the peer is on its way. */
		v->advert_us = now_us + (answers ? interval_us / 2 : interval_us);
		carp_tie_answered(v, now_us);
	}
	if (is_due && v->announce_repeats > 0) {
		v->announce_repeats--;
		announces = true;
	}
	announces |= carp_split_run(v, now_us, heard_until_us, out);
	if (announces)
		carp_action_announce(out);
	carp_handover_run(v, now_us, heard_until_us, out);
}

void
carp_election_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		  struct carp_actions *out)
{
	follow_conditions(v, now_us, out);
	follow_settings(v, now_us);
	carp_handover_follow(v, now_us);
	if (v->state == CARP_BACKUP)
		run_backup(v, now_us, heard_until_us, out);
	else if (v->state == CARP_MASTER)
		run_master(v, now_us, heard_until_us, out);
}

/* ------------------------------------------------------------------------------------------- */

static struct carp_reason
reason_of_peer(enum carp_reason_code code, const struct carp_heard *h)
{
	return (struct carp_reason){
		.code = code,
		.peer = h->from,
		.has_peer = true,
		.peer_advbase = h->header.advbase,
		.peer_advskew = h->header.advskew,
		.peer_demote = h->header.demote,
	};
}

/* In maintenance the slowest master is waited for, so as not to take over between its words. */
static uint64_t
deadline_after(const struct carp_vhid *v, const struct carp_heard *h, uint64_t peer_us)
{
	uint64_t own_us = carp_vhid_master_down_us(v);

	if (v->ifc->node->is_in_maintenance && peer_us >= own_us)
		return h->at_us + carp_patience_with_us(v, &h->header);
	return h->at_us + own_us;
}

/* What an advertisement is to a BACKUP: NONE, or why to take over at once. */
static enum carp_reason_code
reason_to_lead(struct carp_vhid *v, const struct carp_heard *h, const struct carp_reason *peer,
	       uint64_t peer_us)
{
	if (peer->bow_out)
		return CARP_REASON_WILL_TIME_OUT;
	if (carp_peer_better_is_heard(v, h))
		return CARP_REASON_NONE;
	if (carp_preempt_hear(v, peer, h->at_us) ||
	    carp_compare_demotion(v, h->header.demote) > 0)
		return CARP_REASON_PREEMPTING;
	if (carp_patience_us(v) < peer_us && !v->ifc->node->is_in_maintenance)
		return CARP_REASON_WILL_TIME_OUT;
	return CARP_REASON_NONE;
}

static void
hear_as_backup(struct carp_vhid *v, const struct carp_heard *h, struct carp_actions *out)
{
	uint64_t peer_us = carp_interval_us(h->header.advbase, h->header.advskew);
	struct carp_reason reason = reason_of_peer(CARP_REASON_PREEMPTING, h);

	reason.bow_out = carp_is_bow_out(&h->header);
	reason.code = reason_to_lead(v, h, &reason, peer_us);
	if (reason.code != CARP_REASON_NONE) {
		v->takeover = (struct carp_takeover){
			.is_pending = true, .at_us = h->at_us, .reason = reason,
		};
		return;
	}
	if (h->at_us >= v->takeover.at_us)
		v->takeover.is_pending = false;
	carp_family_hear(v, h, deadline_after(v, h, peer_us), out);
	carp_handover_hear_as_backup(v, h);
}

static void
hear_as_master(struct carp_vhid *v, const struct carp_heard *h, struct carp_actions *out)
{
	uint64_t peer_us = carp_interval_us(h->header.advbase, h->header.advskew);
	uint64_t own_us = carp_vhid_interval_us(v);
	int demotion = carp_compare_demotion(v, h->header.demote);
	struct carp_reason reason = reason_of_peer(CARP_REASON_MORE_FREQUENT, h);

	/* Who resigns takes nothing over, whatever its demotion. */
	if (carp_is_bow_out(&h->header))
		return;
	if (carp_handover_yields(v, h, out)) {
		become_backup(v, &reason, h->at_us, out);
		return;
	}
	if (demotion == 0 && peer_us == own_us)
		reason.tie = carp_tie_is_lost(v, h);
	if (reason.tie || demotion < 0 || (demotion == 0 && peer_us < own_us))
		become_backup(v, &reason, h->at_us, out);
	else
		carp_split_hear(v, h, demotion > 0 || peer_us > own_us, out);
}

void
carp_election_hear(struct carp_vhid *v, const struct carp_heard *h, struct carp_actions *out)
{
	if (v->state == CARP_BACKUP)
		hear_as_backup(v, h, out);
	else if (v->state == CARP_MASTER)
		hear_as_master(v, h, out);
}

void
carp_election_force(struct carp_vhid *v, enum carp_state state, uint64_t now_us,
		    struct carp_actions *out)
{
	const struct carp_reason reason = { .code = CARP_REASON_USER };

	if (state == v->state)
		return;
	if (state == CARP_MASTER) {
		become_master(v, &reason, now_us, out);
	} else {
		carp_action_send(v, true, now_us, out);
		become_backup(v, &reason, now_us, out);
	}
}
