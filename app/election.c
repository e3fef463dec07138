/* SPDX-License-Identifier: BSD-3-Clause */
#include "election.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <rte_random.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "election_internal.h"

/* How soon to look again whether a late worker has been heard. */
#define RETRY_US 100

/* How old a forecast may become. */
#define FORECAST_US 1000000

/* Refused advertisements that are told of in a second (carp.log 2). */
#define BAD_ADVERTS_PER_SECOND 10

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

/* Rises from one start to the next, and is not that of another host started in the same second. */
static uint64_t
first_counter(void)
{
	return (uint64_t)time(NULL) << 32 | (rte_rand() & 0x7fffffff);
}

static enum carp_preempt
preempt_of(const struct config_vhid *c)
{
	if (!c->has_preempt)
		return CARP_PREEMPT_INHERIT;
	return c->preempt ? CARP_PREEMPT_ON : CARP_PREEMPT_OFF;
}

struct carp_vhid_config
election_config(const struct config_vhid *c, struct election_lists *lists)
{
	struct carp_vhid_config vc = {
		.vhid = c->vhid,
		.advbase = c->advbase,
		.advskew = c->advskew,
		.key = c->key,
		.key_len = c->key_len,
		.addresses = lists->addresses,
		.address_count = c->address_count,
		.accept = lists->accept,
		.accept_count = c->accept_count,
		.address_grace_us = c->address_grace_s * UINT64_C(1000000),
		.peers = c->peers,
		.peer_count = c->peer_count,
		.digest = c->digest,
		.checksum6 = c->checksum6,
		.replay = c->replay,
		.preempt = preempt_of(c),
		.preempt_delay_us = c->preempt_delay_ms * UINT64_C(1000),
		.announce_interval_s = c->announce_interval_s,
		.counter = first_counter(),
		.up = c->up,
	};

	for (size_t i = 0; i < c->address_count; i++)
		lists->addresses[i] = c->addresses[i].addr;
	for (size_t i = 0; i < c->accept_count; i++)
		lists->accept[i] = (struct carp_secret){ c->accept[i].octets, c->accept[i].len };
	memcpy(vc.source, c->source, sizeof(vc.source));
	memcpy(vc.has_source, c->has_source, sizeof(vc.has_source));
	return vc;
}

int
election_prepare(struct runtime *r, struct koi_vhid *v, const struct config_vhid *c)
{
	struct election_lists lists;
	struct carp_vhid_config vc = election_config(c, &lists);
	struct replay_entry saved = { 0 };
	int rc;

	v->replay_place = REPLAY_NOWHERE;
	if (r->replay != NULL && c->replay == CARP_REPLAY_STRICT)
		v->replay_place = replay_store_recall(r->replay, v->name, &vc.counter, &saved);
	v->election = calloc(1, sizeof(*v->election));
	if (v->election == NULL)
		return -ENOMEM;
	v->election->carp = carp_vhid_create(NULL, &vc);
	if (v->election->carp != NULL) {
		for (size_t i = 0; i < saved.floor_count; i++)
			carp_vhid_replay_restore(v->election->carp, &saved.floor[i]);
		return 0;
	}
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
/* Events                                                                                       */
/* ------------------------------------------------------------------------------------------- */

void
election_event(struct runtime *r, const struct event *e)
{
	if (rte_ring_sp_enqueue_elem(r->events, (void *)(uintptr_t)e, sizeof(*e)) != 0)
		counter_add(&r->events_lost, 1);
}

void
election_address_event(struct runtime *r, const struct koi_interface *ifc, enum event_type type,
		       const struct ip_addr *addr, const uint8_t mac[6], uint64_t now_us)
{
	struct event event = {
		.type = type,
		.at_us = now_us,
		.subject = ifc->vip.index,
		.address = { .addr = *addr },
	};

	memcpy(event.address.mac, mac, sizeof(event.address.mac));
	election_event(r, &event);
}

/* It is for people, who do not look twice a second. */
static void
publish_forecast(struct koi_vhid *v, const struct carp_vhid_status *status, uint64_t now_us)
{
	struct election_vhid *e = v->election;

	if (now_us < e->forecast.made_us + FORECAST_US && status->state == e->forecast_state &&
	    status->effective_advskew == e->forecast_skew)
		return;
	e->forecast.made_us = now_us;
	e->forecast_state = status->state;
	e->forecast_skew = status->effective_advskew;
	carp_vhid_forecast(e->carp, now_us, &e->forecast.carp);
	record_write(v->forecast, &e->forecast);
}

static void
publish_replay(struct koi_vhid *v)
{
	struct replay_state state = { .counter = carp_vhid_counter(v->election->carp) };

	state.floor_count = carp_vhid_replay_floors(v->election->carp, state.floor);
	record_write(v->replay, &state);
}

static void
settle_until(struct runtime *r, struct koi_vhid *v, uint64_t earliest_us)
{
	struct carp_vhid_status status;
	uint64_t next_us = carp_vhid_next_us(v->election->carp);

	v->election->is_unpublished = false;
	timerheap_set(r->timers, v->slot, RTE_MAX(next_us, earliest_us));
	carp_vhid_status(v->election->carp, &status);
	record_write(v->status, &status);
	publish_forecast(v, &status, earliest_us);
	if (v->config->replay == CARP_REPLAY_STRICT)
		publish_replay(v);
}

void
election_settle(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	settle_until(r, v, now_us + 1);
}

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

	if (atomic_load_explicit(&r->in_force.log, memory_order_relaxed) >= 2 &&
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
		.to = advert->to,
		.ttl = advert->ttl,
	};
	struct carp_actions actions;
	enum carp_counter counter;

	if (v == NULL)
		return;
	counter = carp_vhid_input(v->election->carp, &rx, clock_tsc_to_us(advert->arrived_tsc), &actions);
	if (counter == CARP_ACCEPTED)
		punt_know_master(ifc, advert->vhid, &rx.from);
	else
		tell_refused(r, v, counter, &rx.from, now_us);
	election_carry_out(r, v, &actions, now_us);
	if (counter == CARP_ACCEPTED || actions.count != 0) {
		election_settle(r, v, now_us);
	} else {
		/* Only a counter has changed: shown once for all that are refused in this turn. */
		v->election->is_unpublished = true;
		election_become_busy(r, v);
	}
}

void
election_claimed(struct runtime *r, struct koi_vhid *v, const struct ip_addr *addr,
		 const uint8_t mac[6], uint64_t now_us)
{
	struct carp_actions actions;

	carp_vhid_foreign_claim(v->election->carp, addr, mac, now_us, &actions);
	election_carry_out(r, v, &actions, now_us);
	election_settle(r, v, now_us);
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
	election_carry_out(r, v, &actions, now_us);
	/*
	 * A timer that is due nevertheless waits for a late worker. Do not spin: it may be late
	 * because it shares this core.
	 */
	settle_until(r, v, now_us + RETRY_US);
}

int
election_force(struct runtime *r, struct koi_vhid *v, enum carp_state role, uint64_t now_us)
{
	struct carp_actions actions;
	int rc = carp_vhid_force(v->election->carp, role, now_us, &actions);

	election_carry_out(r, v, &actions, now_us);
	election_settle(r, v, now_us);
	return rc;
}

void
election_forget(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	carp_vhid_replay_forget(v->election->carp);
	election_settle(r, v, now_us);
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
	if (done->kind == INJECT_BOW_OUT && e->bow_outs > 0)
		e->bow_outs--;
	if (done->kind == INJECT_BOW_OUT && e->bow_outs == 0 && e->is_leaving)
		election_store_role(v, e->leave_to);
	if (done->result != INJECT_STALE)
		carp_vhid_sent(e->carp, done->family, done->result == INJECT_SENT, now_us);
	election_settle(r, v, now_us);
}

void
election_continue(struct runtime *r, uint64_t now_us)
{
	unsigned int budget = ELECTION_ANNOUNCE_BATCH;
	unsigned int slot = r->election->busy_first;

	r->election->busy_first = EVENT_NONE;
	while (slot != EVENT_NONE) {
		struct koi_vhid *v = r->election->vhid[slot];
		struct election_vhid *e = v->election;

		slot = e->busy_next;
		e->is_busy = false;
		if (e->is_leaving && now_us >= e->leave_by_us)
			election_store_role(v, e->leave_to);
		if (e->is_unpublished)
			election_settle(r, v, now_us);
		if (e->is_announcing)
			budget -= election_announce(r, v, now_us, budget);
		if (e->is_leaving || e->is_announcing)
			election_become_busy(r, v);
	}
}

bool
election_is_busy(const struct runtime *r)
{
	return r->election->busy_first != EVENT_NONE;
}
