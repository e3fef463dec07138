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

static void
arm(struct peer *p, uint64_t us)
{
	uint64_t tick_us = p->make->tick_us;

	p->deadline_us = p->world->now_us + us;
	if (tick_us > 0)
		p->deadline_us = (p->deadline_us / tick_us + 2) * tick_us;
}

static void
arm_master_down(struct peer *p)
{
	uint64_t skew_us = peer_interval_us(0, p->advskew);

	arm(p, 3 * peer_interval_us(p->advbase, 0) + (p->counts_skew_thrice ? 3 : 1) * skew_us);
}

static void
send_advert(struct peer *p)
{
	struct sim_world *w = p->world;
	struct sim_frame frame = { .ttl = CARP_TTL, .from = p->source };
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
become_master(struct peer *p, const char *why)
{
	change_state(p, CARP_MASTER, why);
	send_advert(p);
	arm(p, peer_own_interval_us(p));
}

static void
become_backup(struct peer *p, const char *why)
{
	change_state(p, CARP_BACKUP, why);
	arm_master_down(p);
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
			arm_master_down(p);
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
	if (ip_addr_compare(&d->frame.from, &p->source) == 0)
		return;
	hear(p, &h, &d->frame.from);
}

static uint64_t
peer_next_us(const void *self)
{
	const struct peer *p = self;

	return p->state == CARP_INIT ? CARP_NEVER : p->deadline_us;
}

static void
peer_run(void *self)
{
	struct peer *p = self;

	if (p->state == CARP_BACKUP) {
		become_master(p, "master timed out");
	} else {
		send_advert(p);
		arm(p, peer_own_interval_us(p));
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
	  size_t key_len, const struct ip_addr *address)
{
	p->world = w;
	p->index = index;
	p->state = CARP_INIT;
	p->has_heard = false;
	p->counter = sim_random_next(&w->random);
	p->digest = carp_digest_create(key, key_len, p->vhid, address, 1);
	if (p->digest == NULL)
		return -ENOMEM;
	w->hosts[index] = (struct sim_host){
		.self = p,
		.receive = peer_receive,
		.next_us = peer_next_us,
		.run = peer_run,
	};
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
