/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Another MASTER beside us that ought to give way. As long as it does not, somebody does not hear
 * us; the operator must know who. Once it is silent we announce again, for it may have taught
 * neighbours its own MAC.
 */
#include <string.h>

#include "carp/carp_internal.h"

static void
begin_or_go_on(struct carp_vhid *v, uint64_t at_us, uint64_t patience_us, struct carp_actions *out)
{
	struct carp_split *s = &v->split;

	if (!s->status.is_on) {
		s->status = (struct carp_split_brain){ .is_on = true, .since_us = at_us };
		carp_action_notice(CARP_NOTICE_SPLIT_BRAIN, out);
	}
	s->status.heard_us = at_us;
	s->end_us = at_us + patience_us;
}

/* When half an interval more than one has passed without it, but not sooner than after ours. */
static void
announce_later(struct carp_vhid *v, uint64_t at_us, uint64_t interval_us)
{
	struct carp_split *s = &v->split;
	uint64_t earliest_us = s->announced_us + carp_vhid_interval_us(v);

	s->announce_us = at_us + interval_us + interval_us / 2;
	if (s->announced_us != 0 && s->announce_us < earliest_us)
		s->announce_us = earliest_us;
}

void
carp_split_hear(struct carp_vhid *v, const struct carp_heard *h, bool is_slower,
		struct carp_actions *out)
{
	struct carp_split_brain *status = &v->split.status;
	uint64_t peer_us = carp_interval_us(h->header.advbase, h->header.advskew);

	announce_later(v, h->at_us, peer_us);
	if (!is_slower)
		return;
	v->counters[CARP_SPLIT_BRAIN]++;
	begin_or_go_on(v, h->at_us, carp_patience_with_us(v, &h->header), out);
	status->has_peer = true;
	status->peer = h->from;
	status->peer_advbase = h->header.advbase;
	status->peer_advskew = h->header.advskew;
}

void
carp_vhid_foreign_claim(struct carp_vhid *v, const struct ip_addr *addr, const uint8_t mac[6],
			uint64_t now_us, struct carp_actions *out)
{
	struct carp_split_brain *status = &v->split.status;
	uint8_t own[6];

	out->count = 0;
	carp_virtual_mac(v->vhid, own);
	if (v->state != CARP_MASTER || memcmp(mac, own, sizeof(own)) == 0)
		return;
	v->counters[CARP_FOREIGN_CLAIM]++;
	begin_or_go_on(v, now_us, carp_vhid_master_down_us(v), out);
	announce_later(v, now_us, carp_vhid_interval_us(v));
	status->has_claim = true;
	status->claimed = *addr;
	memcpy(status->claim_mac, mac, sizeof(status->claim_mac));
}

static void
end(struct carp_vhid *v, struct carp_actions *out)
{
	v->split.end_us = CARP_NEVER;
	v->split.status.is_on = false;
	carp_action_notice(CARP_NOTICE_SPLIT_BRAIN_END, out);
}

void
carp_split_leave(struct carp_vhid *v, struct carp_actions *out)
{
	v->split.announce_us = CARP_NEVER;
	if (v->split.status.is_on)
		end(v, out);
}

bool
carp_split_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
	       struct carp_actions *out)
{
	struct carp_split *s = &v->split;

	if (now_us >= s->end_us && heard_until_us >= s->end_us)
		end(v, out);
	if (now_us < s->announce_us || heard_until_us < s->announce_us)
		return false;
	s->announce_us = CARP_NEVER;
	s->announced_us = now_us;
	return true;
}

uint64_t
carp_split_next_us(const struct carp_vhid *v)
{
	return v->split.end_us < v->split.announce_us ? v->split.end_us : v->split.announce_us;
}
