/* SPDX-License-Identifier: BSD-3-Clause */
#include "peer.h"

#include <errno.h>
#include <string.h>

static void
change_state(struct peer *p, enum carp_state to, const char *why)
{
	struct sim_world *w = p->world;
	enum carp_state from = p->state;

	sim_trace_add(&w->trace, w->now_us, (int)p->index, p->vhid, SIM_STATE,
		      p->state << 4 | to, "%s -> %s (%s: %s)", carp_state_name(from),
		      carp_state_name(to), p->make->name, why);
	p->state = to;
	sim_world_role(w, from, to);
}

static uint64_t
timer_in(const struct peer *p, uint64_t us)
{
	uint64_t tick_us = p->make->tick_us;
	uint64_t at_us = p->world->now_us + us;

	return tick_us > 0 ? (at_us / tick_us + 2) * tick_us : at_us;
}

static void
arm_advert(struct peer *p)
{
	p->advert_us = timer_in(p, peer_own_interval_us(p));
}

static void
arm_master_down(struct peer *p, uint8_t family)
{
	uint64_t skew_us = peer_interval_us(0, p->advskew);
	uint64_t us = 3 * peer_interval_us(p->advbase, 0) +
		      (p->counts_skew_thrice ? 3 : 1) * skew_us;

	p->master_down_us[family] = p->uses[family] ? timer_in(p, us) : CARP_NEVER;
}

static void
send_in(struct peer *p, enum ip_family family)
{
	struct sim_world *w = p->world;
	struct sim_frame frame = { .ttl = CARP_TTL, .from = p->source[family] };
	struct carp_header h = {
		.vhid = p->vhid,
		.advbase = p->advbase,
		.advskew = p->advskew,
		.authlen = 7,
		.counter = p->make->next_counter(p),
	};

	if (carp_digest_compute(p->digest, CARP_DIGEST_ALL, h.counter, h.digest) != 0)
		sim_world_fail(w, "%s: no digest", p->make->name);
	carp_header_build(&h, frame.payload);
	sim_trace_add(&w->trace, w->now_us, (int)p->index, p->vhid, SIM_SEND, h.counter,
		      "sends advbase %u advskew %u", h.advbase, h.advskew);
	sim_network_send(&w->net, w->now_us, 0, p->index, &frame);
}

static void
send_advert(struct peer *p)
{
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		if (p->uses[family])
			send_in(p, family);
	}
}

static void
become_master(struct peer *p, const char *why)
{
	change_state(p, CARP_MASTER, why);
	send_advert(p);
	arm_advert(p);
}

static void
become_backup(struct peer *p, const char *why)
{
	change_state(p, CARP_BACKUP, why);
	arm_master_down(p, IP_V4);
	arm_master_down(p, IP_V6);
}

static void
hear(struct peer *p, const struct carp_header *h, const struct ip_addr *from)
{
	if (p->make->refuses != NULL && p->make->refuses(p, h))
		return;
	if (p->make->adopts_counter)
		p->counter = h->counter;
	p->has_heard = true;
	if (p->state == CARP_BACKUP) {
		if (p->make->takes_over(p, h))
			become_master(p, "slower master heard");
		else
			arm_master_down(p, from->family);
	} else if (p->state == CARP_MASTER && p->make->gives_way(p, h, from)) {
		if (p->make->speaks_when_yielding)
			send_advert(p);
		become_backup(p, "gives way");
	}
}

static void
peer_receive(void *self, const struct sim_delivery *d)
{
	struct peer *p = self;
	struct sim_world *w = p->world;
	const uint8_t *payload = d->frame.payload;
	struct carp_header h;

	if (d->frame.is_probe || p->state == CARP_INIT)
		return;
	sim_trace_add(&w->trace, w->now_us, (int)p->index, p->vhid, SIM_HEAR, 0, "hears %u/%u",
		      payload[5], payload[2]);
	if (carp_header_parse(payload, CARP_HEADER_LEN, &h) != CARP_ACCEPTED ||
	    !carp_checksum_ok(payload) || h.vhid != p->vhid || d->frame.ttl != CARP_TTL ||
	    !carp_digest_verify(p->digest, h.counter, h.digest))
		return;
	/* Own frames that come back are no part of what is tested with other makes. */
	if (ip_addr_compare(&d->frame.from, &p->source[d->frame.from.family]) == 0)
		return;
	hear(p, &h, &d->frame.from);
}

static uint64_t
peer_next_us(const void *self)
{
	const struct peer *p = self;

	if (p->state == CARP_MASTER)
		return p->advert_us;
	if (p->state == CARP_INIT)
		return CARP_NEVER;
	return p->master_down_us[IP_V4] < p->master_down_us[IP_V6] ? p->master_down_us[IP_V4]
								   : p->master_down_us[IP_V6];
}

static void
peer_run(void *self)
{
	struct peer *p = self;

	if (p->state == CARP_BACKUP) {
		become_master(p, "master timed out");
	} else {
		send_advert(p);
		arm_advert(p);
	}
}

uint64_t
peer_interval_us(uint8_t advbase, uint8_t advskew)
{
	return advbase * 1000000ULL + advskew * 1000000ULL / 256;
}

uint64_t
peer_own_interval_us(const struct peer *p)
{
	return peer_interval_us(p->advbase, p->advskew);
}

bool
peer_will_time_out(const struct peer *p, const struct carp_header *h)
{
	return 2 * p->advbase * 1000000ULL + peer_own_interval_us(p) <
	       peer_interval_us(h->advbase, h->advskew);
}

uint64_t
peer_adopted_counter(struct peer *p)
{
	if (p->has_heard)
		return ++p->counter;
	return sim_random_next(&p->world->random);
}

int
peer_init(struct peer *p, struct sim_world *w, unsigned int index, const uint8_t *key,
	  size_t key_len, const struct ip_addr *addresses, size_t count)
{
	p->world = w;
	p->index = index;
	p->state = CARP_INIT;
	p->has_heard = false;
	p->counter = sim_random_next(&w->random);
	w->hosts[index] = (struct sim_host){
		.self = p,
		.receive = peer_receive,
		.next_us = peer_next_us,
		.run = peer_run,
	};
	p->digest = NULL;
	return peer_readdress(p, key, key_len, addresses, count);
}

int
peer_readdress(struct peer *p, const uint8_t *key, size_t key_len, const struct ip_addr *addresses,
	       size_t count)
{
	peer_free(p);
	p->digest = carp_digest_create(key, key_len, p->vhid, addresses, count);
	if (p->digest == NULL)
		return -ENOMEM;
	p->uses[IP_V4] = p->uses[IP_V6] = false;
	for (size_t i = 0; i < count; i++)
		p->uses[addresses[i].family] = true;
	return 0;
}

void
peer_free(struct peer *p)
{
	carp_digest_destroy(p->digest);
	p->digest = NULL;
}

void
peer_start(struct peer *p)
{
	become_backup(p, "starts");
}

void
peer_crash(struct peer *p)
{
	change_state(p, CARP_INIT, "is gone");
	p->has_heard = false;
	p->counter = sim_random_next(&p->world->random);
}
