/* SPDX-License-Identifier: BSD-3-Clause */
#include "resolve_internal.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_ring_elem.h>

#include "base/clock.h"
#include "inject.h"

/* What is done in one turn. */
#define TAKE_BATCH 16
#define RUN_BATCH 16
#define EXPIRE_BATCH 32
/* Every host is looked at within half a second. */
#define USED_BATCH 32

/* A packet that has found its way is sent by then, or not at all. */
#define SEND_US 100000

struct resolve *
resolve_create(const struct runtime *r)
{
	struct resolve *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->config_at = calloc(r->interface_count + 1, sizeof(*s->config_at));
	s->held = resolve_held_create();
	if (r->adjacencies != NULL)
		s->hosts = resolve_hosts_create(r);
	if (s->config_at == NULL || s->held == NULL ||
	    (r->adjacencies != NULL && s->hosts == NULL)) {
		resolve_destroy(s);
		errno = ENOMEM;
		return NULL;
	}
	return s;
}

void
resolve_destroy(struct resolve *s)
{
	if (s == NULL)
		return;
	resolve_held_destroy(s->held);
	resolve_hosts_destroy(s->hosts);
	free(s->targets);
	free(s->config_at);
	free(s);
}

/* ------------------------------------------------------------------------------------------- */
/* Packets                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
drop(struct runtime *r, struct rte_mbuf *frame, enum resolve_counter reason)
{
	if (frame == NULL)
		return;
	resolve_count(r, reason, 1);
	rte_pktmbuf_free(frame);
}

/* All of it is made, but for the MAC that nobody knew. */
static void
send(struct runtime *r, struct rte_mbuf *frame, uint16_t interface, const uint8_t mac[6],
     uint64_t now_us)
{
	const struct inject_item item = {
		.expires_tsc = clock_us_to_tsc(now_us + SEND_US),
		.interface = interface,
		.kind = INJECT_FORWARD,
	};

	memcpy(rte_pktmbuf_mtod(frame, uint8_t *), mac, 6);
	if (inject_packet(r, &item, frame) != 0)
		drop(r, frame, RESOLVE_DROP_SEND);
	else
		resolve_count(r, RESOLVE_SENT, 1);
}

static void
tell_host(struct runtime *r, const struct neigh_action *a)
{
	uint64_t mac = a->type == NEIGH_UNREACHABLE ? 0 : mac_load(a->mac);

	if (r->resolve->hosts == NULL)
		return;
	if (a->type == NEIGH_LOST)
		resolve_hosts_remove(r->resolve->hosts, a);
	else if (resolve_hosts_set(r->resolve->hosts, a, mac) != 0)
		resolve_count(r, RESOLVE_NO_ROOM, 1);
}

/* There was no adjacency for it when its MAC became known. */
static void
tell_again(struct runtime *r, const struct neigh_entry *e)
{
	struct neigh_action a = {
		.addr = e->addr,
		.type = NEIGH_RESOLVED,
		.interface = e->interface,
		.at = neigh_place(r->neighbours, e),
	};

	memcpy(a.mac, e->mac, sizeof(a.mac));
	if (r->resolve->hosts != NULL && !resolve_hosts_has(r->resolve->hosts, a.at))
		tell_host(r, &a);
}

static void
take_one(struct runtime *r, const struct fwd_unresolved *u, uint64_t now_us)
{
	const struct neigh_entry *e = neigh_want(r->neighbours, &u->next_hop, u->interface, now_us);

	if (e == NULL || e->state == NEIGH_FAILED) {
		drop(r, u->frame, RESOLVE_DROP_REFUSED);
		return;
	}
	resolve_count(r, RESOLVE_HELD, 1);
	if (neigh_has_mac(e)) {
		send(r, u->frame, u->interface, e->mac, now_us);
		tell_again(r, e);
		return;
	}
	drop(r, resolve_held_add(r->resolve->held, &u->next_hop, u->interface, u->frame, now_us),
	     RESOLVE_DROP_REPLACED);
}

bool
resolve_take(struct runtime *r, struct worker *w, uint64_t now_us)
{
	struct fwd_unresolved batch[TAKE_BATCH];
	unsigned int count = rte_ring_sc_dequeue_burst_elem(w->unresolved, batch, sizeof(batch[0]),
							    TAKE_BATCH, NULL);

	for (unsigned int i = 0; i < count; i++)
		take_one(r, &batch[i], now_us);
	return count == TAKE_BATCH;
}

/* ------------------------------------------------------------------------------------------- */
/* Neighbours                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static void
release(struct runtime *r, const struct neigh_action *a, uint64_t now_us)
{
	struct rte_mbuf *frame;

	while ((frame = resolve_held_take(r->resolve->held, &a->addr, a->interface)) != NULL)
		send(r, frame, a->interface, a->mac, now_us);
}

/* Nobody answers: the senders are told (RFC 4861 section 7.2.2, RFC 1812 section 3.3.2). */
static void
refuse(struct runtime *r, const struct neigh_action *a, uint64_t now_us)
{
	struct inject_item item = {
		.expires_tsc = clock_us_to_tsc(now_us + SEND_US),
		.kind = INJECT_UNREACHABLE,
	};
	struct rte_mbuf *frame;

	while ((frame = resolve_held_take(r->resolve->held, &a->addr, a->interface)) != NULL) {
		resolve_count(r, RESOLVE_DROP_FAILED, 1);
		item.interface = (uint16_t)frame->hash.usr;
		if (inject_packet(r, &item, frame) != 0)
			rte_pktmbuf_free(frame);
	}
}

static void
carry_out(struct runtime *r, const struct neigh_action *a, uint64_t now_us)
{
	switch (a->type) {
	case NEIGH_SEND_REQUEST:
		resolve_request(r, a, now_us);
		break;
	case NEIGH_RESOLVED:
	case NEIGH_CHANGED:
		resolve_tell_targets(r, a);
		tell_host(r, a);
		release(r, a, now_us);
		break;
	case NEIGH_LOST:
		resolve_tell_targets(r, a);
		tell_host(r, a);
		break;
	default:
		resolve_tell_targets(r, a);
		tell_host(r, a);
		refuse(r, a, now_us);
		break;
	}
}

static bool
run_neighbours(struct runtime *r, uint64_t now_us)
{
	struct neigh_action action[RUN_BATCH * NEIGH_ACTIONS_EACH];
	unsigned int done;
	unsigned int count = neigh_run(r->neighbours, now_us, RUN_BATCH, action, &done);

	for (unsigned int i = 0; i < count; i++)
		carry_out(r, &action[i], now_us);
	return done == RUN_BATCH;
}

/* Who has been forwarded to is asked whether it is still there. */
static void
follow_use(struct runtime *r, uint64_t now_us)
{
	struct resolve *s = r->resolve;

	if (s->hosts == NULL)
		return;
	for (unsigned int i = 0; i < USED_BATCH; i++) {
		if (resolve_hosts_take_used(s->hosts, s->used_host))
			neigh_used(r->neighbours, s->used_host, now_us);
		s->used_host = (s->used_host + 1) % NEIGH_CAPACITY;
	}
	resolve_use_targets(r, USED_BATCH, now_us);
}

bool
resolve_run(struct runtime *r, uint64_t now_us)
{
	bool has_more = run_neighbours(r, now_us);

	for (unsigned int i = 0; i < EXPIRE_BATCH; i++)
		drop(r, resolve_held_expired(r->resolve->held, now_us), RESOLVE_DROP_EXPIRED);
	atomic_store_explicit(&r->held, resolve_held_count(r->resolve->held), memory_order_relaxed);
	follow_use(r, now_us);
	return has_more;
}

void
resolve_wake(struct runtime *r, uint16_t interface, uint64_t now_us)
{
	neigh_link_up(r->neighbours, interface, now_us);
}
