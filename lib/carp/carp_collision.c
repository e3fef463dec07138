/* SPDX-License-Identifier: BSD-3-Clause */
/* VRRP beside us: the two do not understand each other and share the virtual MACs. */
#include <stdio.h>

#include "carp/carp_internal.h"

#define AT_VRID 1
#define AT_PRIORITY 2
/* A router that was silent for longer has gone, and is new when it comes back. */
#define FORGOTTEN_AFTER_US (60 * CARP_SECOND_US)

void
carp_collision_note(struct carp_vhid *v, const struct carp_received *rx, uint64_t at_us,
		    struct carp_actions *out)
{
	struct carp_collision *c = &v->collision;

	if (rx->payload[AT_VRID] != v->vhid || rx->ttl != CARP_TTL)
		return;
	if (!c->is_known || ip_addr_compare(&c->from, &rx->from) != 0 ||
	    at_us > c->heard_us + FORGOTTEN_AFTER_US) {
		*c = (struct carp_collision){
			.is_known = true,
			.from = rx->from,
			.since_us = at_us,
			.vrid = v->vhid,
		};
		carp_action_notice(CARP_NOTICE_COLLISION, out);
	}
	c->heard_us = at_us;
	c->count++;
	c->version = rx->payload[0] >> 4;
	c->priority = rx->payload[AT_PRIORITY];
}

const char *
carp_collision_format(const struct carp_collision *c, char buf[CARP_TEXT])
{
	char from[IP_ADDR_TEXT];

	snprintf(buf, CARP_TEXT, "VRID %u of VRRPv%u router %s collides with the virtual MAC",
		 c->vrid, c->version, ip_addr_format(&c->from, from));
	return buf;
}
