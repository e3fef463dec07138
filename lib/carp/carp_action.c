/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>

#include "carp/carp_internal.h"

static struct carp_action *
append(struct carp_actions *out, enum carp_action_type type)
{
	struct carp_action *a;

	assert(out->count < CARP_ACTIONS_MAX);
	a = &out->item[out->count++];
	a->type = type;
	return a;
}

static void
send_family(struct carp_vhid *v, enum ip_family family, const struct carp_stance *stance,
	    bool bow_out, uint64_t now_us, struct carp_actions *out)
{
	struct carp_header h = {
		.vhid = v->vhid,
		.advskew = bow_out ? CARP_BOW_OUT : stance->advskew,
		.authlen = 7,
		.demote = stance->demote,
		.advbase = bow_out ? CARP_BOW_OUT : stance->advbase,
		.counter = v->next_counter,
	};
	struct carp_action *a;

	if (carp_auth_sign(&v->auth, h.counter, h.digest) != 0) {
		carp_vhid_sent(v, family, false, now_us);
		return;
	}
	v->next_counter++;
	v->frames_sent++;
	v->counters[family == IP_V4 ? CARP_SENT : CARP_SENT6]++;

	a = append(out, CARP_ACTION_SEND);
	a->send.family = family;
	a->send.bow_out = bow_out;
	a->send.checksum6 = v->checksum6;
	carp_header_build(&h, a->send.payload);
}

/* As long as the peers have the former list they expect the families of that one. */
static bool
sends_in(const struct carp_vhid *v, enum ip_family family)
{
	return carp_list_uses(carp_auth_sent_list(&v->auth), family) &&
	       (v->uses[family] || v->has_source[family]);
}

void
carp_action_send(struct carp_vhid *v, bool bow_out, uint64_t now_us, struct carp_actions *out)
{
	enum ip_family family;

	v->advertised = carp_stance_of(v);
	v->advert_is_pending = false;
	v->last_sent_us = now_us;
	for (family = IP_V4; family < IP_FAMILIES; family++) {
		if (sends_in(v, family))
			send_family(v, family, &v->advertised, bow_out, now_us, out);
	}
}

void
carp_action_announce(struct carp_actions *out)
{
	append(out, CARP_ACTION_ANNOUNCE);
}

void
carp_action_notice(enum carp_notice notice, struct carp_actions *out)
{
	append(out, CARP_ACTION_NOTICE)->notice = notice;
}

void
carp_action_state(struct carp_vhid *v, enum carp_state to, const struct carp_reason *reason,
		  uint64_t now_us, struct carp_actions *out)
{
	struct carp_action *a = append(out, CARP_ACTION_STATE);

	v->takeover.is_pending = false;
	carp_family_forget(v);
	if (v->state == CARP_MASTER)
		carp_split_leave(v, out);
	a->state.from = v->state;
	a->state.to = to;
	a->state.reason = *reason;

	if (v->state == CARP_MASTER)
		v->ifc->masters--;
	if (to == CARP_MASTER)
		v->ifc->masters++;
	v->state = to;
	v->since_us = now_us;
	v->transitions++;
	v->last_reason = *reason;
	carp_handover_role(v, reason, now_us, out);
}
