/* SPDX-License-Identifier: BSD-3-Clause */
#include "event_notice.h"

#include <stdio.h>
#include <string.h>

static void
set_peer(struct event_notice *n, const struct ip_addr *peer)
{
	n->has_peer = true;
	n->peer = *peer;
}

void
event_notice_fill(struct event_notice *n, enum carp_notice kind, const struct carp_vhid *v)
{
	struct carp_vhid_status s;

	carp_vhid_status(v, &s);
	memset(n, 0, sizeof(*n));
	n->kind = kind;
	switch (kind) {
	case CARP_NOTICE_SPLIT_BRAIN:
	case CARP_NOTICE_SPLIT_BRAIN_END:
		n->split_brain = s.split_brain;
		if (s.split_brain.has_peer)
			set_peer(n, &s.split_brain.peer);
		break;
	case CARP_NOTICE_MISMATCH:
		n->mismatch = s.mismatch;
		set_peer(n, &s.mismatch.from);
		break;
	case CARP_NOTICE_COLLISION:
		n->collision = s.collision;
		set_peer(n, &s.collision.from);
		break;
	case CARP_NOTICE_FAMILY_SILENT:
	case CARP_NOTICE_FAMILY_HEARD:
		n->family_silence = s.family_silence;
		break;
	case CARP_NOTICE_HELD_DOWN:
	case CARP_NOTICE_GIVEN_AWAY:
	case CARP_NOTICE_NOT_GIVEN_AWAY:
		break;
	}
}

static void
format_split_brain(const struct carp_split_brain *s, char buf[CARP_TEXT])
{
	const uint8_t *m = s->claim_mac;
	char address[IP_ADDR_TEXT];

	if (s->has_peer)
		snprintf(buf, CARP_TEXT, "advertises with advbase %u advskew %u", s->peer_advbase,
			 s->peer_advskew);
	else if (s->has_claim)
		snprintf(buf, CARP_TEXT, "%s is claimed by %02x:%02x:%02x:%02x:%02x:%02x",
			 ip_addr_format(&s->claimed, address), m[0], m[1], m[2], m[3], m[4], m[5]);
}

const char *
event_notice_format(const struct event_notice *n, char buf[CARP_TEXT])
{
	buf[0] = '\0';
	switch (n->kind) {
	case CARP_NOTICE_SPLIT_BRAIN:
		format_split_brain(&n->split_brain, buf);
		break;
	case CARP_NOTICE_MISMATCH:
		return carp_mismatch_format(&n->mismatch, buf);
	case CARP_NOTICE_COLLISION:
		return carp_collision_format(&n->collision, buf);
	case CARP_NOTICE_FAMILY_SILENT:
	case CARP_NOTICE_FAMILY_HEARD:
		return carp_family_silence_format(&n->family_silence, buf);
	case CARP_NOTICE_SPLIT_BRAIN_END:
	case CARP_NOTICE_HELD_DOWN:
	case CARP_NOTICE_GIVEN_AWAY:
	case CARP_NOTICE_NOT_GIVEN_AWAY:
		break;
	}
	return buf;
}
