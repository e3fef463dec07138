/* SPDX-License-Identifier: BSD-3-Clause */
#include "tie.h"

#include <string.h>

#define START_APART_US 5000
#define CUT_US 2000000
/* In master-down times: how long to look at hosts without koi, how long a master has to stay. */
#define LOOK 4
#define STAY 3

struct tie {
	struct sim_world *world;
	const struct tie_line_up *line_up;
	struct sim_group group;
	uint8_t advbase;
	uint8_t advskew;
	bool counts_skew_thrice;
	struct sim_node nodes[TIE_HOSTS_MAX];
	struct peer peers[TIE_HOSTS_MAX];

	/* What is measured. */
	bool is_measuring;
	unsigned int masters;
	bool had_master;
	uint64_t since_us; /**< of the present number of masters */
	struct tie_result *result;
};

static const uint8_t key[] = "equal";

static uint64_t
below(struct tie *t, uint64_t n)
{
	return sim_random_below(&t->world->random, n);
}

/* ---- measuring ---- */

static void
account(struct tie *t)
{
	uint64_t lasted_us = t->world->now_us - t->since_us;

	if (!t->is_measuring)
		return;
	if (t->masters > 1 && lasted_us > t->result->double_us)
		t->result->double_us = lasted_us;
	if (t->masters == 0 && t->had_master && lasted_us > t->result->none_us)
		t->result->none_us = lasted_us;
}

static void
role_changed(struct sim_world *w, enum carp_state from, enum carp_state to)
{
	struct tie *t = w->watcher;
	unsigned int masters = t->masters - (from == CARP_MASTER) + (to == CARP_MASTER);

	/* From two masters to three nothing ends. */
	if ((t->masters > 1) != (masters > 1) || (t->masters > 0) != (masters > 0)) {
		account(t);
		t->since_us = w->now_us;
	}
	t->masters = masters;
	t->had_master = t->had_master || masters > 0;
	if (t->is_measuring && t->had_master && masters == 0)
		t->result->had_no_master = true;
}

/* ---- setting up ---- */

/* The addresses: in half of the runs a pair that numbers order one way and ucarp the other. */
static struct ip_addr
source_address(struct tie *t, unsigned int index, bool is_swapped, bool is_textbook)
{
	static const struct ip_addr textbook[2] = {
		{ { 192, 0, 1, 12 }, IP_V4 },
		{ { 192, 0, 2, 11 }, IP_V4 },
	};
	struct ip_addr addr = { { 192, 0 }, IP_V4 };

	if (index < 2 && is_textbook)
		return textbook[index ^ is_swapped];
	addr.octets[2] = (uint8_t)below(t, 256);
	addr.octets[3] = (uint8_t)(16 + below(t, 50) * TIE_HOSTS_MAX + index);
	return addr;
}

static void
add_koi(struct tie *t, unsigned int index, const struct ip_addr *source)
{
	struct sim_node *n = &t->nodes[index];

	n->settings = (struct carp_settings){
		.allow = true,
		.encoding = CARP_ENCODE_BOTH,
		.master_down = t->counts_skew_thrice ? CARP_MASTER_DOWN_OPENBSD
						     : CARP_MASTER_DOWN_FREEBSD,
	};
	n->source[0][IP_V4] = *source;
	n->segment_count = 1;
	n->member_count = 1;
	n->members[0].group = &t->group;
	n->members[0].advbase = t->advbase;
	n->members[0].advskew = t->advskew;
	n->members[0].up = true;
	sim_node_attach(n, t->world, index);
}

static void
add_peer(struct tie *t, unsigned int index, const struct ip_addr *source)
{
	struct peer *p = &t->peers[index];

	p->make = t->line_up->makes[index];
	p->vhid = t->group.vhid;
	p->advbase = t->advbase;
	p->advskew = t->advskew;
	p->counts_skew_thrice = t->counts_skew_thrice;
	p->source[IP_V4] = *source;
	if (peer_init(p, t->world, index, key, sizeof(key) - 1, t->group.addresses,
		      t->group.address_count) != 0)
		sim_world_fail(t->world, "%s cannot be set up", p->make->name);
}

static bool
is_all_koi(const struct tie_line_up *line_up)
{
	for (unsigned int i = 0; i < line_up->host_count; i++) {
		if (line_up->makes[i] != NULL)
			return false;
	}
	return true;
}

static void
plan_speed(struct tie *t)
{
	bool is_subsecond = is_all_koi(t->line_up) && below(t, 4) == 0;

	t->advbase = is_subsecond ? 0 : (uint8_t)(1 + (below(t, 8) == 0));
	t->advskew = (uint8_t)(is_subsecond ? 10 + below(t, 100) : below(t, 255));
	t->counts_skew_thrice = below(t, 2) == 0;
	for (unsigned int i = 0; i < t->line_up->host_count; i++) {
		const struct peer_make *make = t->line_up->makes[i];

		if (make != NULL && make != &peer_openbsd)
			t->counts_skew_thrice = false;
	}
	t->result->interval_us = peer_interval_us(t->advbase, t->advskew);
}

static void
set_up(struct tie *t)
{
	struct sim_world *w = t->world;
	unsigned int hosts = t->line_up->host_count;
	bool is_textbook = below(t, 2) == 0;
	bool is_swapped = below(t, 2) == 0;

	t->group = (struct sim_group){
		.vhid = (uint8_t)(1 + below(t, 255)),
		.key_len = sizeof(key) - 1,
		.addresses = { { { 192, 0, 2, 100 }, IP_V4 } },
		.address_count = 1,
	};
	memcpy(t->group.key, key, sizeof(key) - 1);
	plan_speed(t);
	sim_network_init(&w->net, &w->random, hosts);
	w->net.weather.delay_min_us = 50;
	w->net.weather.delay_max_us = 50 + below(t, 1951);
	w->net.weather.keeps_order = below(t, 2) == 0;
	t->result->delay_max_us = w->net.weather.delay_max_us;
	w->host_count = hosts;
	w->watcher = t;
	w->role_changed = role_changed;
	for (unsigned int i = 0; i < hosts; i++) {
		struct ip_addr source = source_address(t, i, is_swapped, is_textbook);

		if (t->line_up->makes[i] == NULL)
			add_koi(t, i, &source);
		else
			add_peer(t, i, &source);
	}
}

/* ---- the run ---- */

static void
start(struct tie *t, unsigned int index)
{
	if (t->line_up->makes[index] == NULL)
		sim_node_start(&t->nodes[index]);
	else
		peer_start(&t->peers[index]);
}

static void
start_in_turn(struct tie *t)
{
	uint64_t at_us[TIE_HOSTS_MAX];
	bool is_started[TIE_HOSTS_MAX] = { false };

	for (unsigned int i = 0; i < t->line_up->host_count; i++)
		at_us[i] = below(t, START_APART_US + 1);
	for (unsigned int n = 0; n < t->line_up->host_count; n++) {
		unsigned int first = TIE_HOSTS_MAX;

		for (unsigned int i = 0; i < t->line_up->host_count; i++) {
			if (!is_started[i] &&
			    (first == TIE_HOSTS_MAX || at_us[i] < at_us[first]))
				first = i;
		}
		sim_world_run(t->world, at_us[first]);
		is_started[first] = true;
		start(t, first);
	}
}

static void
cut_all(struct sim_world *w)
{
	memset(w->net.is_cut, true, sizeof(w->net.is_cut));
}

static unsigned int
leader(const struct tie *t)
{
	for (unsigned int i = 0; i < t->line_up->host_count; i++) {
		enum carp_state state = t->line_up->makes[i] == NULL
						? t->nodes[i].members[0].role
						: t->peers[i].state;

		if (state == CARP_MASTER)
			return i;
	}
	return TIE_HOSTS_MAX;
}

static void
measure(struct tie *t, uint64_t master_down_us)
{
	unsigned int settle = t->line_up->settle;
	struct sim_world *w = t->world;
	unsigned int transitions;

	t->is_measuring = true;
	t->since_us = w->now_us;
	sim_world_run(w, w->now_us + (settle > 0 ? settle : LOOK) * master_down_us);
	transitions = w->transitions;
	if (settle > 0 && t->masters != 1)
		sim_world_fail(w, "%u masters after %u master-down times", t->masters, settle);
	sim_world_run(w, w->now_us + STAY * master_down_us);
	if (settle > 0 && w->transitions != transitions)
		sim_world_fail(w, "the master does not stay");
	account(t);
	t->result->koi_leads = t->masters == 1 && t->line_up->makes[leader(t)] == NULL;
}

void
tie_run(struct sim_world *w, uint64_t seed, bool print, const struct tie_line_up *line_up,
	enum tie_cause cause, struct tie_result *result)
{
	struct tie t = { .world = w, .line_up = line_up, .result = result };
	uint64_t master_down_us;

	*result = (struct tie_result){ 0 };
	sim_world_init(w, seed, print);
	set_up(&t);
	master_down_us = 3 * peer_interval_us(t.advbase, t.advskew);
	if (cause == TIE_HEAL)
		cut_all(w);
	start_in_turn(&t);
	if (cause == TIE_HEAL) {
		sim_world_run(w, w->now_us + master_down_us + below(&t, CUT_US));
		sim_network_heal(&w->net);
	}
	if (!w->has_failed)
		measure(&t, master_down_us);
	for (unsigned int i = 0; i < line_up->host_count; i++) {
		if (line_up->makes[i] == NULL)
			sim_node_free(&t.nodes[i]);
		else
			peer_free(&t.peers[i]);
	}
}
