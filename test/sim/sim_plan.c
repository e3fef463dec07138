/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_run.h"

#define DELAY_MIN_US 50
#define DELAY_MAX_US 5000

/* Which addresses a group has. */
enum families {
	ONLY_V4,
	ONLY_V6,
	BOTH,
};

/* How fast the group is. */
enum pace {
	PACE_SECONDS,  /* advbase 1 */
	PACE_SUBSECOND, /* advbase 0 */
	PACE_MIXED,    /* advbase 0 to 3, of each its own */
};

static uint64_t
below(struct sim_run *r, uint64_t n)
{
	return sim_random_below(&r->world.random, n);
}

static bool
chance(struct sim_run *r, unsigned int per_mille)
{
	return sim_random_chance(&r->world.random, per_mille);
}

static struct ip_addr
random_address(struct sim_run *r, enum ip_family family, uint8_t host)
{
	struct ip_addr addr = { .family = (uint8_t)family };

	if (family == IP_V4) {
		/* The third octet goes up where the fourth goes down: orders by either differ. */
		addr.octets[0] = 10;
		addr.octets[1] = (uint8_t)below(r, 256);
		addr.octets[2] = (uint8_t)below(r, 256);
		addr.octets[3] = host;
		return addr;
	}
	addr.octets[0] = 0xfe;
	addr.octets[1] = 0x80;
	for (int i = 8; i < 15; i++)
		addr.octets[i] = (uint8_t)below(r, 256);
	addr.octets[15] = host;
	return addr;
}

static void
plan_addresses(struct sim_run *r, struct sim_group *g)
{
	uint64_t kind = below(r, 20);
	enum families families = kind < 11 ? ONLY_V4 : kind < 15 ? ONLY_V6 : BOTH;

	if (r->loses_family)
		families = BOTH;
	g->address_count = 1 + below(r, SIM_ADDRESSES_MAX);
	if (families == BOTH && g->address_count < 2)
		g->address_count = 2;
	for (size_t i = 0; i < g->address_count; i++) {
		enum ip_family family = families == ONLY_V4 ? IP_V4 : IP_V6;

		if (families == BOTH)
			family = i % 2 == 0 ? IP_V4 : IP_V6;
		g->addresses[i] = random_address(r, family, (uint8_t)(100 + i));
	}
}

static void
plan_groups(struct sim_run *r)
{
	r->segment_count = chance(r, 300) ? 2 : 1;
	r->group_count = chance(r, 600) ? 1 : 2 + (unsigned int)below(r, SIM_GROUPS_MAX - 1);
	for (unsigned int i = 0; i < r->group_count; i++) {
		struct sim_group *g = &r->groups[i];

		g->vhid = (uint8_t)(1 + 80 * i + below(r, 80));
		g->segment = i % r->segment_count;
		g->key_len = below(r, sizeof(g->key) + 1);
		for (size_t k = 0; k < g->key_len; k++)
			g->key[k] = (uint8_t)below(r, 256);
		g->announce_interval_s = chance(r, 500) ? 0 : 1 + (uint32_t)below(r, 60);
		g->checksum6 = chance(r, 200) ? CARP_CHECKSUM6_PSEUDO : CARP_CHECKSUM6_PLAIN;
		plan_addresses(r, g);
	}
}

static void
plan_speed(struct sim_run *r, enum pace pace, bool is_equal, uint8_t common_skew,
	   struct sim_member *m)
{
	uint8_t skew = (uint8_t)below(r, 255);

	switch (pace) {
	case PACE_SECONDS:
		m->advbase = 1;
		m->advskew = is_equal ? common_skew : skew;
		break;
	case PACE_SUBSECOND:
		m->advbase = 0;
		m->advskew = (uint8_t)((is_equal ? common_skew : skew) % 60 + 5);
		break;
	case PACE_MIXED:
		m->advbase = (uint8_t)below(r, 4);
		m->advskew = m->advbase == 0 ? skew % 250 + 5 : skew;
		break;
	}
}

static struct carp_settings
random_settings(struct sim_run *r)
{
	return (struct carp_settings){
		.allow = true,
		.preempt = chance(r, 500),
		.encoding = (enum carp_demotion_encoding)below(r, 3),
		.master_down = (enum carp_master_down)below(r, 2),
		.ifdown_demotion_factor = chance(r, 800) ? 240 : (int32_t)below(r, 300),
		.senderr_demotion_factor = chance(r, 800) ? 240 : (int32_t)below(r, 300),
	};
}

static void
plan_node(struct sim_run *r, unsigned int index)
{
	struct sim_node *n = &r->nodes[index];

	n->segment_count = r->segment_count;
	n->member_count = r->group_count;
	for (unsigned int s = 0; s < r->segment_count; s++) {
		for (int f = 0; f < IP_FAMILIES; f++)
			n->source[s][f] = random_address(r, (enum ip_family)f,
							 (uint8_t)(1 + below(r, 8) * 8 + index));
	}
	for (unsigned int g = 0; g < r->group_count; g++) {
		n->members[g].group = &r->groups[g];
		n->members[g].up = true;
		/* Either is accepted. */
		n->members[g].digest = chance(r, 500) ? CARP_DIGEST_ALL : CARP_DIGEST_NO_LINK_LOCAL;
	}
}

static uint64_t
time_us(const struct sim_member *m, unsigned int seconds, unsigned int skews)
{
	return (uint64_t)m->advbase * seconds * 1000000 +
	       (uint64_t)m->advskew * skews * 1000000 / 256;
}

static bool
is_close(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= 2 * DELAY_MAX_US;
}

/*
 * A backup that waits just as long as a slower master is silent times out now and then, by the
 * jitter of the network alone. The protocol is like that, and such plans show nothing else.
 */
static bool
is_on_the_edge(const struct sim_run *r, unsigned int group)
{
	for (unsigned int i = 0; i < r->node_count; i++) {
		const struct sim_member *backup = &r->nodes[i].members[group];

		for (unsigned int k = 0; k < r->node_count; k++) {
			uint64_t silent_us = time_us(&r->nodes[k].members[group], 1, 1);

			if (is_close(time_us(backup, 3, 3), silent_us))
				return true;
			if (backup->advbase > 0 && is_close(time_us(backup, 3, 1), silent_us))
				return true;
		}
	}
	return false;
}

static void
plan_speeds(struct sim_run *r)
{
	uint64_t kind = below(r, 10);
	enum pace pace = kind < 5 ? PACE_SECONDS : kind < 8 ? PACE_SUBSECOND : PACE_MIXED;
	uint8_t common_skew = (uint8_t)below(r, 255);
	bool is_equal = chance(r, 300);

	for (unsigned int g = 0; g < r->group_count; g++) {
		do {
			for (unsigned int i = 0; i < r->node_count; i++)
				plan_speed(r, pace, is_equal, common_skew, &r->nodes[i].members[g]);
		} while (is_on_the_edge(r, g));
	}
	/*
	 * The master-down time knows no demotion. With advbase 0 a demoted node's own interval may
	 * be longer than it, and then it cannot wait as long as it promises others to be silent.
	 */
	r->may_stay_demoted = pace == PACE_SECONDS;
}

void
sim_plan_make(struct sim_run *r)
{
	bool is_alike = chance(r, 700);
	struct carp_settings common;

	r->loses_family = chance(r, 200);
	r->node_count = chance(r, 450) ? 2 : 2 + (unsigned int)below(r, SIM_NODES_MAX - 1);
	plan_groups(r);
	for (unsigned int i = 0; i < r->node_count; i++)
		plan_node(r, i);
	plan_speeds(r);
	common = random_settings(r);
	for (unsigned int i = 0; i < r->node_count; i++) {
		r->planned[i] = is_alike ? common : random_settings(r);
		r->nodes[i].settings = r->planned[i];
	}
	/* Nodes that neither send nor heed the same octets cannot agree on who is the worse. */
	r->may_stay_demoted = r->may_stay_demoted && is_alike;

	sim_network_init(&r->world.net, &r->world.random, r->node_count);
	r->world.net.weather.delay_min_us = DELAY_MIN_US;
	r->world.net.weather.delay_max_us =
		sim_random_range(&r->world.random, DELAY_MIN_US, DELAY_MAX_US);
	r->world.host_count = r->node_count;
	for (unsigned int i = 0; i < r->node_count; i++)
		sim_node_attach(&r->nodes[i], &r->world, i);
}
