/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the digest does not cover, anyone who has recorded one advertisement can change. Two equal
 * elections go through the same history; then one hears a genuine advertisement, the other a
 * recorded one that was altered to the same advbase, advskew and octet 4. They stay equal.
 */
#include "sim_run.h"

#include <string.h>

#define STEPS 16

struct twin {
	struct carp_node *node;
	struct carp_interface *ifc;
	struct carp_vhid *vhid;
	enum carp_counter verdict; /**< of what it heard last */
	struct carp_actions actions;
};

struct twins {
	struct sim_world *world;
	struct sim_random *random;
	struct twin twin[2];
	struct carp_digest *digest;
	struct carp_vhid_config config;
	struct ip_addr peer;
	uint64_t now_us;
};

static const uint8_t key[] = "both know it";

static bool
create(struct twins *t)
{
	struct sim_random *random = t->random;
	struct carp_settings settings = {
		.allow = true,
		.preempt = sim_random_chance(random, 500),
		.encoding = (enum carp_demotion_encoding)sim_random_below(random, 3),
		.master_down = (enum carp_master_down)sim_random_below(random, 2),
		.ifdown_demotion_factor = 240,
		.senderr_demotion_factor = 240,
	};

	for (int i = 0; i < 2; i++) {
		struct twin *twin = &t->twin[i];

		twin->node = carp_node_create(&settings);
		if (twin->node == NULL)
			return false;
		twin->ifc = carp_interface_create(twin->node, "lan");
		if (twin->ifc == NULL)
			return false;
		twin->vhid = carp_vhid_create(twin->ifc, &t->config);
		if (twin->vhid == NULL)
			return false;
		carp_interface_set_link(twin->ifc, true, 0);
	}
	t->digest = carp_digest_create(t->config.key, t->config.key_len, t->config.vhid,
				       t->config.addresses, t->config.address_count);
	return t->digest != NULL;
}

static void
destroy(struct twins *t)
{
	for (int i = 0; i < 2; i++) {
		if (t->twin[i].vhid != NULL)
			carp_vhid_destroy(t->twin[i].vhid, t->now_us);
		if (t->twin[i].ifc != NULL)
			carp_interface_destroy(t->twin[i].ifc, t->now_us);
		carp_node_destroy(t->twin[i].node);
	}
	carp_digest_destroy(t->digest);
}

/* ---- are they equal? ---- */

static bool
is_same_action(const struct carp_action *a, const struct carp_action *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == CARP_ACTION_SEND)
		return a->send.family == b->send.family &&
		       memcmp(a->send.payload, b->send.payload, CARP_HEADER_LEN) == 0;
	if (a->type == CARP_ACTION_STATE)
		return a->state.from == b->state.from && a->state.to == b->state.to &&
		       a->state.reason.code == b->state.reason.code;
	return true;
}

static bool
are_equal(const struct twins *t)
{
	const struct twin *a = &t->twin[0];
	const struct twin *b = &t->twin[1];
	struct carp_vhid_status sa, sb;

	if (a->verdict != b->verdict || a->actions.count != b->actions.count)
		return false;
	for (unsigned int i = 0; i < a->actions.count; i++) {
		if (!is_same_action(&a->actions.item[i], &b->actions.item[i]))
			return false;
	}
	carp_vhid_status(a->vhid, &sa);
	carp_vhid_status(b->vhid, &sb);
	return sa.state == sb.state && sa.since_us == sb.since_us &&
	       sa.transitions == sb.transitions && sa.deadline_us == sb.deadline_us &&
	       sa.has_master == sb.has_master && sa.master_advbase == sb.master_advbase &&
	       sa.master_advskew == sb.master_advskew &&
	       sa.master_heard_us == sb.master_heard_us &&
	       memcmp(sa.counters, sb.counters, sizeof(sa.counters)) == 0 &&
	       carp_vhid_next_us(a->vhid) == carp_vhid_next_us(b->vhid);
}

/* ---- what they go through ---- */

static void
run_both(struct twins *t, uint64_t until_us)
{
	uint64_t next_us;

	while ((next_us = carp_vhid_next_us(t->twin[0].vhid)) <= until_us) {
		if (next_us > t->now_us)
			t->now_us = next_us;
		for (int i = 0; i < 2; i++)
			carp_vhid_run(t->twin[i].vhid, t->now_us, t->now_us, &t->twin[i].actions);
		if (!are_equal(t)) {
			sim_world_fail(t->world, "the twins part by time");
			return;
		}
	}
	t->now_us = until_us;
}

static void
hear_each(struct twins *t, const uint8_t first[CARP_HEADER_LEN],
	  const uint8_t second[CARP_HEADER_LEN])
{
	const uint8_t *payload[2] = { first, second };

	for (int i = 0; i < 2; i++) {
		struct carp_received rx = {
			.payload = payload[i],
			.len = CARP_HEADER_LEN,
			.from = t->peer,
			.ttl = CARP_TTL,
		};

		t->twin[i].verdict =
			carp_vhid_input(t->twin[i].vhid, &rx, t->now_us, &t->twin[i].actions);
	}
}

static struct carp_header
random_header(struct twins *t)
{
	struct carp_header h = { .vhid = t->config.vhid, .authlen = 7 };

	h.counter = sim_random_next(t->random);
	h.advbase = (uint8_t)sim_random_below(t->random, 3);
	h.advskew = (uint8_t)sim_random_below(t->random, 256);
	switch (sim_random_below(t->random, 4)) {
	case 0:
		h.advbase = t->config.advbase;
		h.advskew = t->config.advskew;
		break;
	case 1:
		h.demote = (uint8_t)sim_random_below(t->random, 256);
		break;
	case 2:
		h.advbase = h.advskew = CARP_BOW_OUT;
		break;
	default:
		break;
	}
	return h;
}

static void
build(struct twins *t, struct carp_header *h, uint8_t payload[CARP_HEADER_LEN])
{
	if (carp_digest_compute(t->digest, CARP_DIGEST_NO_LINK_LOCAL, h->counter, h->digest) != 0)
		sim_world_fail(t->world, "no digest");
	carp_header_build(h, payload);
}

/* Counter and digest of @p recorded, everything else of @p wanted; authlen is free. */
static void
alter(struct twins *t, const uint8_t recorded[CARP_HEADER_LEN], const struct carp_header *wanted,
      uint8_t out[CARP_HEADER_LEN])
{
	memcpy(out, recorded, CARP_HEADER_LEN);
	out[2] = wanted->advskew;
	out[3] = (uint8_t)sim_random_below(t->random, 256);
	out[4] = wanted->demote;
	out[5] = wanted->advbase;
	sim_altered_fix_checksum(out);
}

static void
step(struct twins *t)
{
	struct carp_header recorded = random_header(t);
	struct carp_header wanted = random_header(t);
	uint8_t recording[CARP_HEADER_LEN];
	uint8_t altered[CARP_HEADER_LEN];
	uint8_t genuine[CARP_HEADER_LEN];

	run_both(t, t->now_us + sim_random_below(t->random, 5000000));
	build(t, &wanted, genuine);
	build(t, &recorded, recording);
	alter(t, recording, &wanted, altered);
	hear_each(t, genuine, altered);
	if (t->twin[0].verdict != CARP_ACCEPTED)
		sim_world_fail(t->world, "a genuine advertisement is refused");
	if (!are_equal(t))
		sim_world_fail(t->world, "an altered advertisement acts unlike a genuine one");
}

void
sim_twin_check(struct sim_world *w)
{
	static const struct ip_addr address = { { 10, 0, 0, 100 }, IP_V4 };
	struct twins t = {
		.world = w,
		.random = &w->random,
		.peer = { { 10, 0, 1, 2 }, IP_V4 },
		.config = {
			.vhid = 7,
			.advbase = (uint8_t)sim_random_below(&w->random, 2),
			.advskew = (uint8_t)(1 + sim_random_below(&w->random, 240)),
			.key = key,
			.key_len = sizeof(key) - 1,
			.addresses = &address,
			.address_count = 1,
			.source = { { { 10, 0, 0, 3 }, IP_V4 } },
			.has_source = { true },
			.counter = 1,
			.up = true,
		},
	};

	if (!create(&t))
		sim_world_fail(w, "the twins cannot be created");
	for (int i = 0; i < STEPS && !w->has_failed; i++)
		step(&t);
	destroy(&t);
}
