/* SPDX-License-Identifier: BSD-3-Clause */
#include "election.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <rte_ring_elem.h>

#include "base/clock.h"

/* How long a role waits for its bow-out to be handed to the device. */
#define LEAVE_US 1000

/* How soon to look again whether a late worker has been heard. */
#define RETRY_US 100

/* Announcements sent in one turn of control. */
#define ANNOUNCE_BATCH 64

/* Refused advertisements that are told of in a second (carp.log 2). */
#define BAD_ADVERTS_PER_SECOND 10

struct election_vhid {
	struct carp_vhid *carp;
	uint32_t generation;
	uint8_t advertised[3];  /* advskew, demote, advbase: the generation stands for them */
	bool is_leaving;        /* the role is still MASTER, the bow-out on its way */
	enum vip_role leave_to;
	uint64_t leave_by_us;
	bool is_announcing;
	size_t announce_next;   /* address by index */
	unsigned int busy_next; /* in the list of busy vhids; EVENT_NONE ends it */
	bool is_busy;
};

struct election {
	unsigned int busy_first; /* vhids that election_continue() has to see, as a list by index */
	struct ratelimit bad_adverts;
	struct ratelimit_rate bad_adverts_rate;
};

/* ------------------------------------------------------------------------------------------- */
/* Set-up                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static int
create_vhid(struct runtime *r, struct koi_vhid *v)
{
	const struct config_vhid *c = v->config;
	struct ip_addr *addresses = calloc(c->address_count, sizeof(*addresses));
	struct election_vhid *e = calloc(1, sizeof(*e));
	struct carp_vhid_config vc = {
		.vhid = c->vhid,
		.advbase = c->advbase,
		.advskew = c->advskew,
		.key = c->key,
		.key_len = c->key_len,
		.addresses = addresses,
		.address_count = c->address_count,
		.announce_interval_s = c->announce_interval_s,
		/* Unique for each start, so that an echo of ours is known as such. */
		.counter = (uint64_t)time(NULL) << 32,
		.up = c->up,
	};

	v->election = e;
	if (addresses == NULL || e == NULL) {
		free(addresses);
		return -ENOMEM;
	}
	for (size_t i = 0; i < c->address_count; i++)
		addresses[i] = c->addresses[i].addr;
	memcpy(vc.source, c->source, sizeof(vc.source));
	memcpy(vc.has_source, c->has_source, sizeof(vc.has_source));
	e->carp = carp_vhid_create(v->interface->carp, &vc);
	free(addresses);
	if (e->carp == NULL)
		return -errno;
	timerheap_set(r->timers, v->index, 0);
	return 0;
}

int
election_create(struct runtime *r)
{
	int rc = 0;

	r->election = calloc(1, sizeof(*r->election));
	if (r->election == NULL)
		return -ENOMEM;
	r->election->busy_first = EVENT_NONE;
	r->election->bad_adverts_rate =
		ratelimit_rate(clock_scale.hz, BAD_ADVERTS_PER_SECOND, BAD_ADVERTS_PER_SECOND);
	r->node = carp_node_create(&r->config->carp);
	if (r->node == NULL)
		return -errno;
	if (r->config->demotion != 0)
		carp_node_demote(r->node, r->config->demotion, clock_us());
	for (unsigned int i = 0; i < r->interface_count; i++) {
		struct koi_interface *ifc = &r->interface[i];

		ifc->carp = carp_interface_create(r->node, ifc->config->name);
		if (ifc->carp == NULL)
			return -errno;
	}
	for (unsigned int i = 0; i < r->vhid_count && rc == 0; i++)
		rc = create_vhid(r, &r->vhid[i]);
	return rc;
}

void
election_destroy(struct runtime *r)
{
	uint64_t now_us = clock_us();

	for (unsigned int i = 0; i < r->vhid_count; i++) {
		struct election_vhid *e = r->vhid[i].election;

		if (e != NULL && e->carp != NULL)
			carp_vhid_destroy(e->carp, now_us);
		free(e);
		r->vhid[i].election = NULL;
	}
	for (unsigned int i = 0; i < r->interface_count; i++)
		if (r->interface[i].carp != NULL)
			carp_interface_destroy(r->interface[i].carp, now_us);
	if (r->node != NULL)
		carp_node_destroy(r->node);
	r->node = NULL;
	free(r->election);
	r->election = NULL;
}

/* ------------------------------------------------------------------------------------------- */
/* Actions                                                                                      */
/* ------------------------------------------------------------------------------------------- */

void
election_event(struct runtime *r, const struct event *e)
{
	if (rte_ring_sp_enqueue_elem(r->events, (void *)(uintptr_t)e, sizeof(*e)) != 0)
		counter_add(&r->events_lost, 1);
}

static void
become_busy(struct runtime *r, struct koi_vhid *v)
{
	struct election_vhid *e = v->election;

	if (e->is_busy)
		return;
	e->is_busy = true;
	e->busy_next = r->election->busy_first;
	r->election->busy_first = v->index;
}

static enum vip_role
role_of(enum carp_state state)
{
	switch (state) {
	case CARP_MASTER:
		return VIP_ROLE_MASTER;
	case CARP_BACKUP:
		return VIP_ROLE_BACKUP;
	default:
		return VIP_ROLE_INIT;
	}
}

static void
store_role(struct koi_vhid *v, enum vip_role role)
{
	struct election_vhid *e = v->election;

	e->is_leaving = false;
	e->generation++;
	vip_role_store(&v->interface->vip.roles, v->config->vhid, vip_role_word(role, e->generation));
}

static void
change_state(struct runtime *r, struct koi_vhid *v, const struct carp_action *a, bool is_bowing_out,
	     uint64_t now_us)
{
	struct election_vhid *e = v->election;
	struct event event = {
		.type = EVENT_STATE,
		.at_us = now_us,
		.subject = v->index,
		.state = { a->state.from, a->state.to, a->state.reason },
	};

	if (is_bowing_out) {
		e->is_leaving = true;
		e->leave_to = role_of(a->state.to);
		e->leave_by_us = now_us + LEAVE_US;
		become_busy(r, v);
	} else {
		store_role(v, role_of(a->state.to));
	}
	if (a->state.to != CARP_MASTER)
		e->is_announcing = false;
	election_event(r, &event);
}

/* Frames of old values that still wait somewhere are no longer true: a new generation. */
static void
follow_advertised(struct koi_vhid *v, const uint8_t payload[CARP_HEADER_LEN])
{
	struct election_vhid *e = v->election;
	uint8_t now[3] = { payload[2], payload[4], payload[5] };

	if (memcmp(now, e->advertised, sizeof(now)) == 0)
		return;
	memcpy(e->advertised, now, sizeof(now));
	store_role(v, VIP_ROLE_MASTER);
}

static struct inject_item
item_for(const struct koi_vhid *v, enum inject_kind kind, enum ip_family family, uint64_t now_us)
{
	return (struct inject_item){
		.expires_tsc = clock_us_to_tsc(now_us + carp_vhid_interval_us(v->election->carp)),
		.generation = v->election->generation,
		.interface = v->interface->vip.index,
		.vhid_index = (uint16_t)v->index,
		.vhid = v->config->vhid,
		.kind = (uint8_t)kind,
		.family = (uint8_t)family,
	};
}

static void
send_advert(struct runtime *r, struct koi_vhid *v, const struct carp_action *a, uint64_t now_us)
{
	enum ip_family family = a->send.family;
	struct carp_frame frame = {
		.destination = carp_group(family),
		.source = v->config->source[family],
		.tos = r->config->tos,
		.id = (uint16_t)rte_rdtsc(),
	};
	uint8_t data[CARP_FRAME_MAX];
	struct inject_item item;
	size_t len;

	if (!a->send.bow_out)
		follow_advertised(v, a->send.payload);
	item = item_for(v, a->send.bow_out ? INJECT_BOW_OUT : INJECT_ADVERT, family, now_us);
	carp_group_mac(family, frame.destination_mac);
	mac_store(frame.source_mac, v->mac);
	len = carp_frame_build(&frame, a->send.payload, data);
	if (inject_frame(r, &item, data, len) != 0)
		carp_vhid_sent(v->election->carp, family, false, now_us);
}

/* Announce address by address while there is room; the rest waits for the next turn. */
static unsigned int
announce(struct runtime *r, struct koi_vhid *v, uint64_t now_us, unsigned int budget)
{
	struct inject_item item = item_for(v, INJECT_ANNOUNCEMENT, IP_V4, now_us);
	struct election_vhid *e = v->election;
	uint8_t data[ARP_FRAME_LEN];
	unsigned int sent = 0;

	for (; e->announce_next < v->config->address_count; e->announce_next++) {
		const struct ip_addr *addr = &v->config->addresses[e->announce_next].addr;

		if (sent == budget)
			return sent;
		if (addr->family != IP_V4)
			continue;
		arp_build_announcement(data, ip_addr_v4_be(addr), v->mac);
		if (inject_frame(r, &item, data, sizeof(data)) != 0)
			return sent;
		sent++;
	}
	e->is_announcing = false;
	return sent;
}

static void
carry_out(struct runtime *r, struct koi_vhid *v, const struct carp_actions *actions, uint64_t now_us)
{
	struct election_vhid *e = v->election;
	bool is_bowing_out = false;

	if (actions->count != 0 && e->is_leaving)
		store_role(v, e->leave_to);
	for (unsigned int i = 0; i < actions->count; i++) {
		const struct carp_action *a = &actions->item[i];

		switch (a->type) {
		case CARP_ACTION_STATE:
			change_state(r, v, a, is_bowing_out, now_us);
			break;
		case CARP_ACTION_SEND:
			is_bowing_out |= a->send.bow_out;
			send_advert(r, v, a, now_us);
			break;
		case CARP_ACTION_ANNOUNCE:
			e->is_announcing = true;
			e->announce_next = 0;
			announce(r, v, now_us, ANNOUNCE_BATCH);
			if (e->is_announcing)
				become_busy(r, v);
			break;
		}
	}
}

/* After every event: what telemetry shows, and when this vhid is due next. */
static void
settle_until(struct runtime *r, struct koi_vhid *v, uint64_t earliest_us)
{
	struct carp_vhid_status status;
	uint64_t next_us = carp_vhid_next_us(v->election->carp);

	timerheap_set(r->timers, v->index, RTE_MAX(next_us, earliest_us));
	carp_vhid_status(v->election->carp, &status);
	record_write(v->status, &status);
}

static void
settle(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	settle_until(r, v, now_us + 1);
}

/* ------------------------------------------------------------------------------------------- */
/* Events                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
tell_refused(struct runtime *r, const struct koi_vhid *v, enum carp_counter counter,
	     const struct ip_addr *from, uint64_t now_us)
{
	struct event event = {
		.type = EVENT_BAD_ADVERT,
		.at_us = now_us,
		.subject = v->index,
		.bad_advert = { counter, *from },
	};

	if (r->config->log >= 2 &&
	    ratelimit_take(&r->election->bad_adverts, &r->election->bad_adverts_rate,
			   clock_us_to_tsc(now_us)))
		election_event(r, &event);
}

void
election_receive(struct runtime *r, const struct punt_advert *advert, uint64_t now_us)
{
	struct koi_interface *ifc = &r->interface[advert->interface];
	struct koi_vhid *v = ifc->by_vhid[advert->vhid];
	struct carp_received rx = {
		.payload = advert->payload,
		.len = advert->len,
		.from = advert->from,
		.ttl = advert->ttl,
	};
	struct carp_actions actions;
	enum carp_counter counter;

	if (v == NULL)
		return;
	counter = carp_vhid_input(v->election->carp, &rx, clock_tsc_to_us(advert->arrived_tsc), &actions);
	if (counter == CARP_ACCEPTED)
		atomic_store_explicit(&ifc->master_hint[advert->vhid], ip_addr_v4_be(&rx.from),
				      memory_order_relaxed);
	else
		tell_refused(r, v, counter, &rx.from, now_us);
	carry_out(r, v, &actions, now_us);
	settle(r, v, now_us);
}

void
election_run(struct runtime *r, struct koi_vhid *v, uint64_t now_us, uint64_t heard_until_us)
{
	struct carp_actions actions;

	carp_vhid_run(v->election->carp, now_us, heard_until_us, &actions);
	carry_out(r, v, &actions, now_us);
	/*
	 * A timer that is due nevertheless waits for a late worker. Do not spin: it may be late
	 * because it shares this core.
	 */
	settle_until(r, v, now_us + RETRY_US);
}

void
election_wake(struct runtime *r, const struct koi_interface *ifc, uint64_t now_us)
{
	for (unsigned int i = 0; i < r->vhid_count; i++)
		if (ifc == NULL || r->vhid[i].interface == ifc)
			timerheap_set(r->timers, i, now_us);
}

void
election_sent(struct runtime *r, const struct inject_done *done, uint64_t now_us)
{
	struct koi_vhid *v = &r->vhid[done->vhid_index];
	struct election_vhid *e = v->election;

	if (done->kind == INJECT_BOW_OUT && e->is_leaving)
		store_role(v, e->leave_to);
	if (done->result != INJECT_STALE)
		carp_vhid_sent(e->carp, done->family, done->result == INJECT_SENT, now_us);
	settle(r, v, now_us);
}

void
election_continue(struct runtime *r, uint64_t now_us)
{
	unsigned int budget = ANNOUNCE_BATCH;
	unsigned int index = r->election->busy_first;

	r->election->busy_first = EVENT_NONE;
	while (index != EVENT_NONE) {
		struct koi_vhid *v = &r->vhid[index];
		struct election_vhid *e = v->election;

		index = e->busy_next;
		e->is_busy = false;
		if (e->is_leaving && now_us >= e->leave_by_us)
			store_role(v, e->leave_to);
		if (e->is_announcing)
			budget -= announce(r, v, now_us, budget);
		if (e->is_leaving || e->is_announcing)
			become_busy(r, v);
	}
}

bool
election_is_busy(const struct runtime *r)
{
	return r->election->busy_first != EVENT_NONE;
}

void
election_resign(struct runtime *r, uint64_t now_us)
{
	for (unsigned int i = 0; i < r->vhid_count; i++) {
		carp_vhid_set_admin(r->vhid[i].election->carp, false);
		election_run(r, &r->vhid[i], now_us, now_us);
	}
}

uint64_t
election_shortest_interval_us(const struct runtime *r, const struct koi_interface *ifc)
{
	uint64_t shortest = 255 * 1000000ULL;

	for (unsigned int i = 0; i < r->vhid_count; i++) {
		const struct config_vhid *config = r->vhid[i].config;
		/* As configured: at the start all are demoted, for no link is up yet. */
		uint64_t interval = config->advbase * 1000000ULL + config->advskew * 1000000ULL / 256;

		if ((ifc == NULL || r->vhid[i].interface == ifc) && interval < shortest)
			shortest = interval;
	}
	return shortest;
}

/*
 * A peer waits three times advbase, and its advskew, from our last advertisement, which may be an
 * interval old when control stops. Its advskew is not known: none at the worst. With advbase 0
 * there is nothing but the advskew, of which ours has to be the measure.
 */
static uint64_t
lease_us(const struct koi_vhid *v)
{
	uint64_t interval_us = carp_vhid_interval_us(v->election->carp);
	uint64_t patience_us = 3000000ULL * v->config->advbase;
	uint64_t configured_us = v->config->advskew * 1000000ULL / 256;

	if (v->config->advbase != 0)
		return patience_us - interval_us;
	return interval_us > 2 * configured_us ? configured_us : 3 * configured_us - interval_us;
}

uint64_t
election_lease_us(const struct runtime *r)
{
	uint64_t shortest = 255 * 1000000ULL;

	for (unsigned int i = 0; i < r->vhid_count; i++)
		shortest = RTE_MIN(shortest, lease_us(&r->vhid[i]));
	return shortest;
}

/* The other one's interval: its advbase is ours, its advskew can be any. */
static uint64_t
listen_us(const struct koi_vhid *v)
{
	if (v->config->advbase != 0)
		return (v->config->advbase + 1) * 1000000ULL;
	return 2 * v->config->advskew * 1000000ULL / 256;
}

uint64_t
election_listen_us(const struct runtime *r, uint64_t stop_us)
{
	uint64_t longest = 0;

	for (unsigned int i = 0; i < r->vhid_count; i++)
		if (lease_us(&r->vhid[i]) < stop_us)
			longest = RTE_MAX(longest, listen_us(&r->vhid[i]));
	return longest;
}
