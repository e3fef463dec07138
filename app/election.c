/* SPDX-License-Identifier: BSD-3-Clause */
#include "election.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <rte_ring_elem.h>

#include "base/clock.h"
#include "peer.h"

/* How long a role waits for its bow-out to be handed to the device. */
#define LEAVE_US 1000

/* Announcements sent in one turn of control. */
#define ANNOUNCE_BATCH 64

/* The longest that advbase and advskew can say. */
#define INTERVAL_MAX_US (256 * UINT64_C(1000000))

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
	struct koi_vhid *vhid[CONFIG_VHIDS_MAX]; /* by slot */
	unsigned int slots;      /* no vhid is at or above this one */
	unsigned int busy_first; /* vhids that election_continue() has to see, as a list by slot */
	struct ratelimit bad_adverts;
	struct ratelimit_rate bad_adverts_rate;
};

/* ------------------------------------------------------------------------------------------- */
/* Set-up                                                                                       */
/* ------------------------------------------------------------------------------------------- */

int
election_create(struct runtime *r, const struct config *config)
{
	r->election = calloc(1, sizeof(*r->election));
	if (r->election == NULL)
		return -ENOMEM;
	r->election->busy_first = EVENT_NONE;
	r->election->bad_adverts_rate =
		ratelimit_rate(clock_scale.hz, BAD_ADVERTS_PER_SECOND, BAD_ADVERTS_PER_SECOND);
	r->node = carp_node_create(&config->carp);
	if (r->node == NULL)
		return -errno;
	for (unsigned int i = 0; i < r->interface_count; i++) {
		struct koi_interface *ifc = &r->interface[i];

		ifc->carp = carp_interface_create(r->node, config->interfaces[i].name);
		if (ifc->carp == NULL)
			return -errno;
	}
	return 0;
}

void
election_destroy(struct runtime *r)
{
	for (unsigned int i = 0; i < r->interface_count; i++)
		carp_interface_destroy(r->interface[i].carp, clock_us());
	carp_node_destroy(r->node);
	free(r->election);
	r->node = NULL;
	r->election = NULL;
}

struct carp_vhid_config
election_config(const struct config_vhid *c, struct ip_addr *addresses)
{
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

	for (size_t i = 0; i < c->address_count; i++)
		addresses[i] = c->addresses[i].addr;
	memcpy(vc.source, c->source, sizeof(vc.source));
	memcpy(vc.has_source, c->has_source, sizeof(vc.has_source));
	return vc;
}

int
election_prepare(struct koi_vhid *v, const struct config_vhid *c)
{
	struct ip_addr addresses[CARP_ADDRESSES_MAX];
	struct carp_vhid_config vc = election_config(c, addresses);
	int rc;

	v->election = calloc(1, sizeof(*v->election));
	if (v->election == NULL)
		return -ENOMEM;
	v->election->carp = carp_vhid_create(NULL, &vc);
	if (v->election->carp != NULL)
		return 0;
	rc = -errno;
	election_discard(v);
	return rc;
}

void
election_discard(struct koi_vhid *v)
{
	if (v->election != NULL)
		carp_vhid_destroy(v->election->carp, 0);
	free(v->election);
	v->election = NULL;
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
become_busy(struct runtime *r, const struct koi_vhid *v)
{
	struct election_vhid *e = v->election;

	if (e->is_busy)
		return;
	e->is_busy = true;
	e->busy_next = r->election->busy_first;
	r->election->busy_first = v->slot;
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
		.subject = v->slot,
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
		.slot = (uint16_t)v->slot,
		.vhid = v->config->vhid,
		.kind = (uint8_t)kind,
		.family = (uint8_t)family,
	};
}

/* Where an advertisement goes: the group, or a peer if its MAC is known by now. */
static bool
find_destination(struct runtime *r, const struct koi_vhid *v, const struct ip_addr *peer,
		 struct carp_frame *frame, uint64_t now_us)
{
	const struct neigh_entry *neighbour;

	if (peer == NULL) {
		frame->destination = carp_group(frame->source.family);
		carp_group_mac(frame->source.family, frame->destination_mac);
		return true;
	}
	neighbour = neigh_find(r->neighbours, peer, v->interface->vip.index);
	if (neighbour == NULL) {
		peer_resolve(r, v, peer, now_us);
		return false;
	}
	frame->destination = *peer;
	memcpy(frame->destination_mac, neighbour->mac, sizeof(frame->destination_mac));
	return true;
}

static void
send_frame(struct runtime *r, struct koi_vhid *v, const struct carp_action *a,
	   const struct ip_addr *peer, uint64_t now_us)
{
	enum ip_family family = a->send.family;
	struct carp_frame frame = {
		.source = v->config->source[family],
		.tos = r->config->tos,
		.id = (uint16_t)rte_rdtsc(),
	};
	uint8_t data[CARP_FRAME_MAX];
	struct inject_item item =
		item_for(v, a->send.bow_out ? INJECT_BOW_OUT : INJECT_ADVERT, family, now_us);
	size_t len;

	if (!find_destination(r, v, peer, &frame, now_us))
		return;
	mac_store(frame.source_mac, v->mac);
	len = carp_frame_build(&frame, a->send.payload, data);
	if (inject_frame(r, &item, data, len) != 0)
		carp_vhid_sent(v->election->carp, family, false, now_us);
}

static void
send_advert(struct runtime *r, struct koi_vhid *v, const struct carp_action *a, uint64_t now_us)
{
	if (!a->send.bow_out)
		follow_advertised(v, a->send.payload);
	if (v->config->peer_count == 0)
		send_frame(r, v, a, NULL, now_us);
	for (size_t i = 0; i < v->config->peer_count; i++)
		if (v->config->peers[i].family == a->send.family)
			send_frame(r, v, a, &v->config->peers[i], now_us);
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
		case CARP_ACTION_NOTICE:
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
settle(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	struct carp_vhid_status status;
	uint64_t next_us = carp_vhid_next_us(v->election->carp);

	/* A timer that waits for a late worker is due already: look again next time. */
	timerheap_set(r->timers, v->slot, next_us > now_us ? next_us : now_us + 1);
	carp_vhid_status(v->election->carp, &status);
	record_write(v->status, &status);
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
		.subject = v->slot,
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

struct koi_vhid *
election_vhid_at(const struct runtime *r, size_t slot)
{
	return r->election->vhid[slot];
}

void
election_run(struct runtime *r, struct koi_vhid *v, uint64_t now_us, uint64_t heard_until_us)
{
	struct carp_actions actions;

	carp_vhid_run(v->election->carp, now_us, heard_until_us, &actions);
	carry_out(r, v, &actions, now_us);
	settle(r, v, now_us);
}

void
election_wake(struct runtime *r, const struct koi_interface *ifc, uint64_t now_us)
{
	for (unsigned int i = 0; i < r->election->slots; i++) {
		const struct koi_vhid *v = r->election->vhid[i];

		if (v != NULL && (ifc == NULL || v->interface == ifc))
			timerheap_set(r->timers, i, now_us);
	}
}

void
election_sent(struct runtime *r, const struct inject_done *done, uint64_t now_us)
{
	struct koi_vhid *v = r->election->vhid[done->slot];
	struct election_vhid *e;

	if (v == NULL)
		return;
	e = v->election;
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
	unsigned int slot = r->election->busy_first;

	r->election->busy_first = EVENT_NONE;
	while (slot != EVENT_NONE) {
		struct koi_vhid *v = r->election->vhid[slot];
		struct election_vhid *e = v->election;

		slot = e->busy_next;
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

/* ------------------------------------------------------------------------------------------- */
/* Changes                                                                                      */
/* ------------------------------------------------------------------------------------------- */

void
election_add(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	r->election->vhid[v->slot] = v;
	if (v->slot >= r->election->slots)
		r->election->slots = v->slot + 1;
	v->interface->by_vhid[v->config->vhid] = v;
	/* A frame of an earlier vhid of this number may still be on its way. */
	v->election->generation = vip_generation_of(
		vip_role_load(&v->interface->vip.roles, v->config->vhid));
	carp_vhid_attach(v->election->carp, v->interface->carp);
	store_role(v, VIP_ROLE_INIT);
	settle(r, v, now_us);
}

void
election_resign_vhid(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	carp_vhid_set_admin(v->election->carp, false);
	election_run(r, v, now_us, now_us);
}

bool
election_remove(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	uint8_t vhid = v->config->vhid;

	if (v->election->is_busy)
		return false;
	store_role(v, VIP_ROLE_ABSENT);
	atomic_store_explicit(&v->interface->master_hint[vhid], 0, memory_order_relaxed);
	timerheap_set(r->timers, v->slot, UINT64_MAX);
	carp_vhid_detach(v->election->carp, now_us);
	v->interface->by_vhid[vhid] = NULL;
	r->election->vhid[v->slot] = NULL;
	return true;
}

void
election_apply(struct runtime *r, struct koi_vhid *v, const struct config_vhid *c,
	       struct carp_vhid_change *change, bool is_announcing, uint64_t now_us)
{
	struct election_vhid *e = v->election;

	v->config = c;
	v->mac = c->mac == CONFIG_VHID_MAC_PORT ? v->interface->port->port.mac : mac_of_vhid(c->vhid);
	carp_vhid_apply(e->carp, change, now_us);
	/* What waits in a ring was made from the old values. */
	if (!e->is_leaving)
		store_role(v, role_of(carp_vhid_state(e->carp)));
	e->announce_next = 0;
	e->is_announcing = is_announcing && carp_vhid_state(e->carp) == CARP_MASTER;
	if (e->is_announcing)
		become_busy(r, v);
	settle(r, v, now_us);
}

void
election_resign(struct runtime *r, uint64_t now_us)
{
	for (unsigned int i = 0; i < r->election->slots; i++)
		if (r->election->vhid[i] != NULL)
			election_resign_vhid(r, r->election->vhid[i], now_us);
}

uint64_t
election_follow_intervals(struct runtime *r)
{
	uint64_t of_interface[CONFIG_INTERFACES_MAX];
	uint64_t shortest = INTERVAL_MAX_US;

	for (unsigned int i = 0; i < r->interface_count; i++)
		of_interface[i] = INTERVAL_MAX_US;
	for (unsigned int i = 0; i < r->election->slots; i++) {
		const struct koi_vhid *v = r->election->vhid[i];
		uint64_t interval;

		if (v == NULL)
			continue;
		/* As configured: at the start all are demoted, for no link is up yet. */
		interval = v->config->advbase * UINT64_C(1000000) +
			   v->config->advskew * UINT64_C(1000000) / 256;
		shortest = RTE_MIN(shortest, interval);
		of_interface[v->interface->vip.index] =
			RTE_MIN(of_interface[v->interface->vip.index], interval);
	}
	for (unsigned int i = 0; i < r->interface_count; i++)
		atomic_store_explicit(&r->interface[i].source_cycles,
				      punt_source_cycles(of_interface[i]), memory_order_relaxed);
	return shortest;
}
