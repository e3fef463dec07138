/* SPDX-License-Identifier: BSD-3-Clause */
#include "transmit.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ring_elem.h>

#include "base/clock.h"

#define HANDOVER_RING_SIZE 1024

/** An element of the ring between two workers. */
struct handover {
	struct rte_mbuf *frame;
	uint64_t interface;
};

/* Where a worker's frames for an interface go. */
struct transmit_way {
	struct rte_ring *owner; /**< to the worker that has the queue; NULL: this one has */
	uint16_t queue;
};

/* ------------------------------------------------------------------------------------------- */
/* Ways                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static struct rte_ring *
create_ring(const struct worker *from, const struct worker *to)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "koi_hand_%u_%u", from->index, to->index);
	return rte_ring_create_elem(name, sizeof(struct handover), HANDOVER_RING_SIZE,
				    (int)rte_lcore_to_socket_id(to->lcore),
				    RING_F_SP_ENQ | RING_F_SC_DEQ);
}

/* The ring from one worker to another; made when it is first asked for. */
static struct rte_ring *
ring_to(struct worker *from, struct worker *to)
{
	if (to->handover[from->index] == NULL) {
		to->handover[from->index] = create_ring(from, to);
		to->has_handover = true;
	}
	return to->handover[from->index];
}

static int
find_way(struct runtime *r, struct worker *w, unsigned int interface)
{
	const struct koi_port *port = r->interface[interface].port;
	struct transmit_way *way = &w->way[interface];
	struct worker *owner;

	for (unsigned int q = 0; q < port->poller_count; q++) {
		if (port->pollers[q] == w->index) {
			way->queue = (uint16_t)q;
			return 0;
		}
	}
	owner = &r->worker[port->pollers[w->index % port->poller_count]];
	way->owner = ring_to(w, owner);
	return way->owner == NULL ? -ENOMEM : 0;
}

int
transmit_create(struct runtime *r)
{
	int rc = 0;

	for (unsigned int i = 0; i < r->worker_count; i++) {
		struct worker *w = &r->worker[i];

		w->way = calloc(r->interface_count + 1, sizeof(*w->way));
		w->handover = calloc(r->worker_count, sizeof(struct rte_ring *));
		if (w->way == NULL || w->handover == NULL)
			return -ENOMEM;
	}
	for (unsigned int i = 0; i < r->worker_count && rc == 0; i++) {
		struct worker *w = &r->worker[i];

		rc = fwd_tx_init(&w->tx, r->interface_count + 1,
				 (int)rte_lcore_to_socket_id(w->lcore));
		for (unsigned int n = 0; n < r->interface_count && rc == 0; n++)
			rc = find_way(r, w, n);
	}
	return rc;
}

static void
free_ring(struct rte_ring *ring)
{
	struct handover h;

	while (ring != NULL && rte_ring_sc_dequeue_elem(ring, &h, sizeof(h)) == 0)
		rte_pktmbuf_free(h.frame);
	rte_ring_free(ring);
}

void
transmit_destroy(struct runtime *r)
{
	for (unsigned int i = 0; i < r->worker_count; i++) {
		struct worker *w = &r->worker[i];

		fwd_tx_fini(&w->tx);
		for (unsigned int n = 0; n < r->worker_count && w->handover != NULL; n++)
			free_ring(w->handover[n]);
		free(w->handover);
		free(w->way);
		w->handover = NULL;
		w->way = NULL;
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Frames                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* Frames on their way to a device. */
struct outgoing {
	struct rte_mbuf **frame;
	unsigned int count;
	uint64_t octets; /* without tags */
};

static void
drop(struct outgoing *out, struct rte_mbuf *m)
{
	out->octets -= rte_pktmbuf_pkt_len(m);
	rte_pktmbuf_free(m);
}

static void
push_tags(struct outgoing *out, uint16_t vlan)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < out->count; i++) {
		struct rte_mbuf *m = out->frame[i];

		m->vlan_tci = vlan;
		if (rte_vlan_insert(&m) == 0)
			out->frame[kept++] = m;
		else
			drop(out, m);
	}
	out->count = kept;
}

/* For a device that takes frames in one piece only. */
static void
join_segments(struct outgoing *out)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < out->count; i++) {
		struct rte_mbuf *m = out->frame[i];

		if (m->nb_segs == 1 || rte_pktmbuf_linearize(m) == 0)
			out->frame[kept++] = m;
		else
			drop(out, m);
	}
	out->count = kept;
}

static void
send_out(struct worker_interface *wi, const struct koi_interface *ifc, uint16_t queue,
	 struct outgoing out)
{
	unsigned int count = out.count, sent = 0, step = 1;

	if (unlikely(ifc->vlan != 0))
		push_tags(&out, ifc->vlan);
	if (unlikely(!ifc->port->port.has_segments))
		join_segments(&out);
	while (sent < out.count && step != 0) {
		step = rte_eth_tx_burst(ifc->port->port.id, queue, out.frame + sent,
					(uint16_t)(out.count - sent));
		sent += step;
	}
	if (unlikely(sent < count)) {
		counter_add(&wi->link[LINK_DROP_TX], count - sent);
		for (unsigned int i = sent; i < out.count; i++) {
			out.octets += ifc->vlan != 0 ? RTE_VLAN_HLEN : 0;
			drop(&out, out.frame[i]);
		}
	}
	counter_add(&wi->link[LINK_TX_PACKETS], sent);
	counter_add(&wi->link[LINK_TX_BYTES], out.octets);
}

void
transmit_replies(struct worker *w, const struct koi_interface *ifc, uint16_t queue,
		 struct burst *replies)
{
	send_out(w->interface[ifc->vip.index], ifc, queue,
		 (struct outgoing){ replies->frame, replies->count, replies->octets });
}

static void
hand_over(struct worker *w, struct rte_ring *owner, uint16_t interface, struct fwd_tx_burst *b)
{
	for (unsigned int i = 0; i < b->count; i++) {
		struct handover h = { b->frame[i], interface };

		if (rte_ring_sp_enqueue_elem(owner, &h, sizeof(h)) != 0) {
			counter_add(&w->handover_drops, 1);
			rte_pktmbuf_free(b->frame[i]);
		}
	}
}

void
transmit_flush(struct worker *w)
{
	for (unsigned int i = 0; i < w->tx.waiting_count; i++) {
		uint16_t interface = w->tx.waiting[i];
		struct fwd_tx_burst *b = &w->tx.burst[interface];
		const struct transmit_way *way = &w->way[interface];

		if (unlikely(way->owner != NULL))
			hand_over(w, way->owner, interface, b);
		else
			send_out(w->interface[interface], &w->runtime->interface[interface],
				 way->queue, (struct outgoing){ b->frame, b->count, b->octets });
		b->count = 0;
		b->octets = 0;
	}
	w->tx.waiting_count = 0;
}

/* This worker may have been stopped since: an answer from a virtual MAC may be another's by now. */
static bool
is_true_still(const struct worker *w, const struct handover *h, uint64_t now_tsc)
{
	const struct vip_interface *ifc = &w->runtime->interface[h->interface].vip;
	uint64_t lease_tsc = atomic_load_explicit(&w->runtime->lease_tsc, memory_order_acquire);
	const struct vip_roles *roles = now_tsc > lease_tsc ? &vip_roles_fenced : &ifc->roles;
	const uint8_t *source =
		rte_pktmbuf_mtod_offset(h->frame, const uint8_t *, RTE_ETHER_ADDR_LEN);

	return vip_accepts_mac(vip_interface_set(ifc), roles, mac_load(source));
}

static void
take_over(struct worker *w, const struct handover *h, uint64_t now_tsc)
{
	if (likely(is_true_still(w, h, now_tsc))) {
		fwd_tx_add(&w->tx, (uint16_t)h->interface, h->frame);
		return;
	}
	counter_add(&w->interface[h->interface]->link[LINK_DROP_STALE_INJECT], 1);
	rte_pktmbuf_free(h->frame);
}

unsigned int
transmit_drain(struct worker *w)
{
	struct handover h[BURST_MAX];
	uint64_t now_tsc = clock_tsc();
	unsigned int total = 0;

	for (unsigned int from = 0; from < w->runtime->worker_count; from++) {
		unsigned int count;

		if (w->handover[from] == NULL)
			continue;
		count = rte_ring_sc_dequeue_burst_elem(w->handover[from], h, sizeof(h[0]), BURST_MAX,
						       NULL);
		for (unsigned int i = 0; i < count; i++)
			take_over(w, &h[i], now_tsc);
		transmit_flush(w);
		total += count;
	}
	return total;
}
