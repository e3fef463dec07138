/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The digest of an advertisement covers version, type, vhid, addresses and counter: altered in one
 * of those, with the checksum made right again, it has no effect. sim_twin.c shows the rest.
 */
#include "sim_run.h"

#include <string.h>

#define OCTET_COUNTER 8
#define ALTERED_COPIES 6

void
sim_altered_fix_checksum(uint8_t payload[CARP_HEADER_LEN])
{
	uint32_t sum = 0;

	payload[6] = payload[7] = 0;
	for (int i = 0; i < CARP_HEADER_LEN; i += 2)
		sum += (uint32_t)payload[i] << 8 | payload[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	payload[6] = (uint8_t)(sum >> 8);
	payload[7] = (uint8_t)sum;
}

static void
alter_covered(struct sim_random *random, uint8_t payload[CARP_HEADER_LEN])
{
	uint64_t octet = sim_random_below(random, 2 + CARP_HEADER_LEN - OCTET_COUNTER);

	if (octet >= 2)
		octet += OCTET_COUNTER - 2;
	payload[octet] ^= (uint8_t)(1 + sim_random_below(random, 255));
	sim_altered_fix_checksum(payload);
}

/* Counters aside, is everything as it was? */
static bool
is_unmoved(const struct carp_vhid_status *before, const struct carp_vhid *v, uint64_t next_us)
{
	struct carp_vhid_status after;

	carp_vhid_status(v, &after);
	return after.state == before->state && after.since_us == before->since_us &&
	       after.transitions == before->transitions &&
	       after.deadline_us == before->deadline_us && after.has_master == before->has_master &&
	       ip_addr_compare(&after.master, &before->master) == 0 &&
	       after.master_advbase == before->master_advbase &&
	       after.master_advskew == before->master_advskew &&
	       after.master_heard_us == before->master_heard_us && carp_vhid_next_us(v) == next_us;
}

/* A mismatch is worth a notice; anything else would be an effect. */
static bool
acts(const struct carp_actions *actions)
{
	for (unsigned int i = 0; i < actions->count; i++) {
		if (actions->item[i].type != CARP_ACTION_NOTICE)
			return true;
	}
	return false;
}

static void
hear_altered(struct sim_run *r, struct sim_node *n, struct sim_member *m,
	     const struct sim_frame *genuine)
{
	uint8_t payload[CARP_HEADER_LEN];
	struct carp_received rx = {
		.payload = payload,
		.len = CARP_HEADER_LEN,
		.from = genuine->from,
		.ttl = CARP_TTL,
	};
	uint64_t next_us = carp_vhid_next_us(m->vhid);
	struct carp_vhid_status before;
	struct carp_actions actions;

	memcpy(payload, genuine->payload, sizeof(payload));
	alter_covered(&r->world.random, payload);
	carp_vhid_status(m->vhid, &before);
	if (carp_vhid_input(m->vhid, &rx, r->world.now_us, &actions) == CARP_ACCEPTED)
		sim_world_fail(&r->world, "node %c: an altered advertisement is accepted",
			       'A' + n->index);
	if (acts(&actions) || !is_unmoved(&before, m->vhid, next_us))
		sim_world_fail(&r->world, "node %c: an altered advertisement has an effect",
			       'A' + n->index);
}

void
sim_altered_refused(struct sim_run *r)
{
	const struct sim_network *net = &r->world.net;

	for (unsigned int i = 0; i < ALTERED_COPIES && net->heap_len > 0; i++) {
		const struct sim_delivery *d =
			&net->heap[sim_random_below(&r->world.random, net->heap_len)];
		struct sim_node *n = &r->nodes[sim_random_below(&r->world.random, r->node_count)];

		for (unsigned int g = 0; n->is_alive && g < n->member_count; g++) {
			if (!d->frame.is_probe && n->members[g].group->vhid == d->frame.payload[1])
				hear_altered(r, n, &n->members[g], &d->frame);
		}
	}
}
