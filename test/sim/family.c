/* SPDX-License-Identifier: BSD-3-Clause */
#include "family.h"

#include <string.h>

#define START_APART_US 5000
/* In master-down times: until everybody has found its place, and how long to look on. */
#define SETTLE 10
#define LOOK 20

struct hosts {
	struct sim_world *world;
	const struct family_line_up *line_up;
	struct sim_group group;
	struct sim_node nodes[FAMILY_HOSTS_MAX];
	struct peer peers[FAMILY_HOSTS_MAX];
	bool preempts;
	uint8_t advskew[FAMILY_HOSTS_MAX];

	/* What is measured. */
	bool is_measuring;
	unsigned int masters;
	uint64_t since_us; /**< of the present number of masters */
	unsigned int koi_transitions;
	struct family_result *result;
};

static const uint8_t key[] = "both";

static uint64_t
below(struct hosts *t, uint64_t n)
{
	return sim_random_below(&t->world->random, n);
}

static bool
is_koi(const struct hosts *t, unsigned int index)
{
	return t->line_up->makes[index] == NULL;
}

/* ---- measuring ---- */

static void
account(struct hosts *t)
{
	uint64_t lasted_us = t->world->now_us - t->since_us;

	if (t->is_measuring && t->masters > 1)
		t->result->double_us += lasted_us;
	if (t->is_measuring && t->masters == 0)
		t->result->none_us += lasted_us;
	t->since_us = t->world->now_us;
}

static unsigned int
count_koi_masters(const struct hosts *t)
{
	unsigned int masters = 0;

	for (unsigned int i = 0; i < t->line_up->host_count; i++)
		masters += is_koi(t, i) && t->nodes[i].members[0].role == CARP_MASTER;
	return masters;
}

static unsigned int
count_koi_transitions(const struct hosts *t)
{
	unsigned int transitions = 0;

	for (unsigned int i = 0; i < t->line_up->host_count; i++) {
		struct carp_vhid_status s;

		if (!is_koi(t, i))
			continue;
		carp_vhid_status(t->nodes[i].members[0].vhid, &s);
		transitions += s.transitions;
	}
	return transitions;
}

static void
role_changed(struct sim_world *w, enum carp_state from, enum carp_state to)
{
	struct hosts *t = w->watcher;

	account(t);
	t->masters = t->masters - (from == CARP_MASTER) + (to == CARP_MASTER);
	if (t->is_measuring && count_koi_masters(t) > 1)
		t->result->has_two_koi = true;
}

/* ---- setting up ---- */

static struct ip_addr
source_address(struct hosts *t, enum ip_family family, unsigned int index)
{
	struct ip_addr addr = { { 192, 0, 2 }, IP_V4 };
	uint8_t host = (uint8_t)(16 + below(t, 50) * FAMILY_HOSTS_MAX + index);

	if (family == IP_V6)
		addr = (struct ip_addr){ { 0xfe, 0x80, [15] = host }, IP_V6 };
	else
		addr.octets[3] = host;
	return addr;
}

static void
add_koi(struct hosts *t, unsigned int index)
{
	struct sim_node *n = &t->nodes[index];

	n->settings = (struct carp_settings){
		.allow = true,
		.preempt = t->preempts,
		.encoding = CARP_ENCODE_BOTH,
	};
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		n->source[0][family] = source_address(t, family, index);
	n->segment_count = 1;
	n->member_count = 1;
	n->members[0].group = &t->group;
	n->members[0].advbase = 1;
	n->members[0].advskew = t->advskew[index];
	n->members[0].up = true;
	sim_node_attach(n, t->world, index);
}

static void
add_peer(struct hosts *t, unsigned int index)
{
	struct peer *p = &t->peers[index];

	p->make = t->line_up->makes[index];
	p->vhid = t->group.vhid;
	p->advbase = 1;
	p->advskew = t->advskew[index];
	p->preempts = t->preempts;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		p->source[family] = source_address(t, family, index);
	if (peer_init(p, t->world, index, key, sizeof(key) - 1, t->group.addresses,
		      t->group.address_count) != 0)
		sim_world_fail(t->world, "%s cannot be set up", p->make->name);
}

static bool
is_lost(struct hosts *t, enum family_loss loss, unsigned int from, unsigned int to)
{
	switch (loss) {
	case FAMILY_FROM:
		return from == 0;
	case FAMILY_TO:
		return to == 0;
	case FAMILY_BOTH:
		return from == 0 || to == 0;
	case FAMILY_ANYWHERE:
		return below(t, 2) == 0;
	default:
		return false;
	}
}

static void
lose(struct hosts *t, enum family_loss loss)
{
	uint64_t family = below(t, IP_FAMILIES);

	for (unsigned int from = 0; from < t->line_up->host_count; from++) {
		for (unsigned int to = 0; to < t->line_up->host_count; to++)
			t->world->net.is_family_cut[family][0][from][to] =
				is_lost(t, loss, from, to);
	}
}

static void
set_up(struct hosts *t, enum family_loss loss)
{
	struct sim_world *w = t->world;
	uint8_t common_skew = (uint8_t)below(t, 255);
	bool is_equal = below(t, 3) == 0;

	t->group = (struct sim_group){
		.vhid = (uint8_t)(1 + below(t, 255)),
		.key_len = sizeof(key) - 1,
		.addresses = {
			{ { 192, 0, 2, 100 }, IP_V4 },
			{ { 0x20, 0x01, 0x0d, 0xb8, [15] = 100 }, IP_V6 },
		},
		.address_count = 2,
	};
	memcpy(t->group.key, key, sizeof(key) - 1);
	t->preempts = below(t, 2) == 0;
	sim_network_init(&w->net, &w->random, t->line_up->host_count);
	w->net.weather.delay_min_us = 50;
	w->net.weather.delay_max_us = 50 + below(t, 1951);
	w->net.weather.keeps_order = true;
	w->host_count = t->line_up->host_count;
	w->watcher = t;
	w->role_changed = role_changed;
	lose(t, loss);
	for (unsigned int i = 0; i < t->line_up->host_count; i++) {
		t->advskew[i] = is_equal ? common_skew : (uint8_t)below(t, 255);
		if (is_koi(t, i))
			add_koi(t, i);
		else
			add_peer(t, i);
	}
}

/* ---- the run ---- */

static void
start_all(struct hosts *t)
{
	unsigned int first = (unsigned int)below(t, t->line_up->host_count);

	for (unsigned int n = 0; n < t->line_up->host_count; n++) {
		unsigned int i = (first + n) % t->line_up->host_count;

		if (is_koi(t, i))
			sim_node_start(&t->nodes[i]);
		else
			peer_start(&t->peers[i]);
		sim_world_run(t->world, t->world->now_us + below(t, START_APART_US));
	}
}

static void
measure(struct hosts *t)
{
	struct sim_world *w = t->world;
	unsigned int transitions = w->transitions;
	unsigned int of_koi = count_koi_transitions(t);

	account(t);
	t->is_measuring = true;
	sim_world_run(w, w->now_us + LOOK * 4000000);
	account(t);
	t->result->koi_transitions = count_koi_transitions(t) - of_koi;
	t->result->peer_transitions = w->transitions - transitions - t->result->koi_transitions;
}

void
family_run(struct sim_world *w, uint64_t seed, bool print, const struct family_line_up *line_up,
	   enum family_loss loss, struct family_result *result)
{
	struct hosts t = { .world = w, .line_up = line_up, .result = result };

	*result = (struct family_result){ 0 };
	sim_world_init(w, seed, print);
	set_up(&t, loss);
	start_all(&t);
	sim_world_run(w, w->now_us + SETTLE * 4000000);
	if (!w->has_failed)
		measure(&t);
	for (unsigned int i = 0; i < line_up->host_count; i++) {
		if (is_koi(&t, i))
			sim_node_free(&t.nodes[i]);
		else
			peer_free(&t.peers[i]);
	}
}
