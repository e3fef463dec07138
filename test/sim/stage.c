/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage.h"

#include <string.h>

static const uint8_t key[] = "stage";

/* ---- the recorder ---- */

static void
record(void *self, const struct sim_delivery *d)
{
	struct stage *s = self;

	if (d->frame.is_probe)
		return;
	s->recorded[s->recorded_total++ % STAGE_RECORDED] = d->frame;
	if (s->recorded_count < STAGE_RECORDED)
		s->recorded_count++;
}

static uint64_t
recorder_next_us(const void *self)
{
	(void)self;
	return CARP_NEVER;
}

static void
recorder_run(void *self)
{
	(void)self;
}

struct sim_frame
stage_recording(struct stage *s, unsigned int host, unsigned int back)
{
	struct ip_addr from = stage_address(host);

	for (unsigned int i = 1; i <= s->recorded_count; i++) {
		const struct sim_frame *f =
			&s->recorded[(s->recorded_total - i) % STAGE_RECORDED];

		if (ip_addr_compare(&f->from, &from) == 0 && back-- == 0)
			return *f;
	}
	sim_world_fail(&s->world, "nothing was recorded of %c", 'A' + host);
	return (struct sim_frame){ 0 };
}

bool
stage_is_refused(struct stage *s, unsigned int host, const struct sim_frame *frame)
{
	const struct sim_delivery d = { .at_us = s->world.now_us, .host = host, .frame = *frame };
	struct carp_vhid_status before, after;
	uint64_t refused = 0, others = 0;

	carp_vhid_status(stage_vhid(s, host), &before);
	s->world.hosts[host].receive(s->world.hosts[host].self, &d);
	carp_vhid_status(stage_vhid(s, host), &after);
	for (int c = CARP_DROP_LEN; c < CARP_FRAME_COUNTERS; c++) {
		if (c == CARP_DROP_REPLAY || c == CARP_DROP_ECHO)
			refused += after.counters[c] - before.counters[c];
		else
			others += after.counters[c] - before.counters[c];
	}
	stage_expect(s, others == 0, "it is refused for another reason");
	return refused > 0;
}

/* ---- setting up ---- */

struct ip_addr
stage_address(unsigned int host)
{
	return (struct ip_addr){ { 10, 0, 0, (uint8_t)(11 + host) }, IP_V4 };
}

bool
stage_is_koi(const struct stage *s, unsigned int host)
{
	return s->plan.makes[host] == NULL;
}

static void
add_koi(struct stage *s, unsigned int host)
{
	struct sim_node *n = &s->nodes[host];

	n->settings = (struct carp_settings){
		.allow = true,
		.preempt = s->plan.preempts,
		.encoding = s->plan.encoding,
		.ifdown_demotion_factor = 240,
		.senderr_demotion_factor = 240,
	};
	n->segment_count = s->plan.segment_count;
	n->member_count = s->plan.segment_count;
	for (unsigned int i = 0; i < n->segment_count; i++) {
		n->source[i][IP_V4] = stage_address(host);
		n->source[i][IP_V6] = (struct ip_addr){
			{ 0xfe, 0x80, [15] = (uint8_t)(11 + host) }, IP_V6
		};
		n->members[i] = (struct sim_member){
			.group = &s->groups[i],
			.advbase = 1,
			.advskew = s->plan.advskew[host],
			.replay = s->plan.replay,
			.up = true,
		};
	}
	sim_node_attach(n, &s->world, host);
}

static void
add_peer(struct stage *s, unsigned int host)
{
	struct peer *p = &s->peers[host];

	*p = (struct peer){
		.make = s->plan.makes[host],
		.vhid = s->groups[0].vhid,
		.advbase = 1,
		.advskew = s->plan.advskew[host],
		.preempts = s->plan.preempts,
		.source = { stage_address(host) },
	};
	if (peer_init(p, &s->world, host, key, sizeof(key) - 1, s->groups[0].addresses, 1) != 0)
		sim_world_fail(&s->world, "%s cannot be set up", p->make->name);
}

void
stage_open(struct stage *s, const struct stage_plan *plan, bool print)
{
	memset(s, 0, sizeof(*s));
	sim_world_init(&s->world, 1, print);
	s->plan = *plan;
	if (s->plan.segment_count == 0)
		s->plan.segment_count = 1;
	for (unsigned int i = 0; i < s->plan.segment_count; i++) {
		s->groups[i] = (struct sim_group){
			.vhid = (uint8_t)(1 + i),
			.segment = i,
			.key_len = sizeof(key) - 1,
			.addresses = { { { 10, 0, 0, (uint8_t)(100 + i) }, IP_V4 } },
			.address_count = 1,
		};
		memcpy(s->groups[i].key, key, sizeof(key) - 1);
	}
	sim_network_init(&s->world.net, &s->world.random, STAGE_HOSTS + 1);
	s->world.net.weather = (struct sim_weather){
		.delay_min_us = 100, .delay_max_us = 200, .keeps_order = true,
	};
	s->world.hosts[STAGE_RECORDER] = (struct sim_host){
		.self = s, .receive = record, .next_us = recorder_next_us, .run = recorder_run,
	};
	s->world.host_count = STAGE_HOSTS + 1;
	for (unsigned int i = 0; i < STAGE_HOSTS; i++) {
		if (stage_is_koi(s, i))
			add_koi(s, i);
		else
			add_peer(s, i);
	}
}

void
stage_close(struct stage *s)
{
	for (unsigned int i = 0; i < STAGE_HOSTS; i++) {
		if (stage_is_koi(s, i))
			sim_node_free(&s->nodes[i]);
		else
			peer_free(&s->peers[i]);
	}
	sim_world_free(&s->world);
}

/* ---- what happens ---- */

void
stage_start(struct stage *s, unsigned int host)
{
	if (stage_is_koi(s, host))
		sim_node_start(&s->nodes[host]);
	else
		peer_start(&s->peers[host]);
}

void
stage_crash(struct stage *s, unsigned int host)
{
	if (stage_is_koi(s, host))
		sim_node_crash(&s->nodes[host]);
	else
		peer_crash(&s->peers[host]);
}

void
stage_run(struct stage *s, uint64_t us)
{
	sim_world_run(&s->world, s->world.now_us + us);
}

void
stage_cut(struct stage *s, unsigned int from, unsigned int to, bool cut)
{
	for (unsigned int i = 0; i < s->plan.segment_count; i++)
		s->world.net.is_cut[i][from][to] = cut;
}

/* ---- what can be seen ---- */

enum carp_state
stage_role(const struct stage *s, unsigned int host)
{
	return stage_is_koi(s, host) ? s->nodes[host].members[0].role : s->peers[host].state;
}

unsigned int
stage_master(const struct stage *s)
{
	unsigned int master = STAGE_HOSTS;

	for (unsigned int i = 0; i < STAGE_HOSTS; i++) {
		if (stage_role(s, i) != CARP_MASTER)
			continue;
		if (master != STAGE_HOSTS)
			return STAGE_HOSTS;
		master = i;
	}
	return master;
}

struct carp_vhid *
stage_vhid(const struct stage *s, unsigned int host)
{
	return s->nodes[host].members[0].vhid;
}

uint64_t
stage_counter(const struct stage *s, unsigned int host, enum carp_counter counter)
{
	struct carp_vhid_status status;

	carp_vhid_status(stage_vhid(s, host), &status);
	return status.counters[counter];
}

void
stage_expect(struct stage *s, bool is_so, const char *what)
{
	if (!is_so)
		sim_world_fail(&s->world, "%s", what);
}

void
stage_expect_master(struct stage *s, unsigned int host)
{
	unsigned int master = stage_master(s);

	if (master != host)
		sim_world_fail(&s->world, "MASTER is %c, not %c",
			       master == STAGE_HOSTS ? '-' : (int)('A' + master), 'A' + host);
}
