/* SPDX-License-Identifier: BSD-3-Clause */
#include "inject.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "unreachable.h"

#define DRAIN_MAX 32

/* Announcements can wait and advertisements cannot: beyond this the ring is theirs. */
#define ANNOUNCEMENTS_MAX 1024

/* Frames taken from the ring that the device has not taken yet, in order. */
struct inject_pending {
	unsigned int count;
	struct inject_item item[DRAIN_MAX];
};

/* ------------------------------------------------------------------------------------------- */
/* Control                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static struct rte_ring *
ring_of(const struct runtime *r, unsigned int interface)
{
	const struct koi_port *port = r->interface[interface].port;

	return r->worker[atomic_load_explicit(&port->injector, memory_order_relaxed)].inject;
}

/* With its tag, to the worker. The frame stays the caller's if that fails. */
static int
hand_over(const struct runtime *r, struct rte_ring *ring, const struct inject_item *item,
	  struct rte_mbuf *frame)
{
	uint16_t vlan = r->interface[item->interface].vlan;
	struct inject_item copy = *item;

	if (rte_ring_free_count(ring) == 0)
		return -ENOBUFS;
	frame->vlan_tci = vlan;
	if (vlan != 0 && item->kind != INJECT_UNREACHABLE && rte_vlan_insert(&frame) != 0)
		return -ENOBUFS;
	copy.frame = frame;
	/* Nobody else fills the ring. */
	rte_ring_sp_enqueue_elem(ring, &copy, sizeof(copy));
	return 0;
}

int
inject_frame(struct runtime *r, const struct inject_item *item, const uint8_t *data, size_t len)
{
	struct rte_ring *ring = ring_of(r, item->interface);
	struct rte_mbuf *frame;
	int rc;

	if (len > INJECT_FRAME_MAX)
		return -EMSGSIZE;
	if (item->kind == INJECT_ANNOUNCEMENT && rte_ring_count(ring) >= ANNOUNCEMENTS_MAX)
		return -ENOBUFS;
	frame = rte_pktmbuf_alloc(len > INJECT_SHORT_MAX ? r->inject_large : r->inject_pool);
	if (frame == NULL)
		return -ENOBUFS;
	memcpy(rte_pktmbuf_mtod(frame, uint8_t *), data, len);
	frame->data_len = (uint16_t)len;
	frame->pkt_len = (uint32_t)len;
	rc = hand_over(r, ring, item, frame);
	if (rc != 0)
		rte_pktmbuf_free(frame);
	return rc;
}

int
inject_packet(struct runtime *r, const struct inject_item *item, struct rte_mbuf *frame)
{
	struct rte_ring *ring = ring_of(r, item->interface);

	if (rte_ring_count(ring) >= ANNOUNCEMENTS_MAX)
		return -ENOBUFS;
	if (frame->nb_segs > 1 && !r->interface[item->interface].port->port.has_segments &&
	    rte_pktmbuf_linearize(frame) != 0)
		return -ENOBUFS;
	return hand_over(r, ring, item, frame);
}

unsigned int
inject_waiting(const struct runtime *r)
{
	unsigned int waiting = 0;

	for (unsigned int i = 0; i < r->worker_count; i++)
		waiting += rte_ring_count(r->worker[i].inject);
	return waiting;
}

/* ------------------------------------------------------------------------------------------- */
/* Worker                                                                                       */
/* ------------------------------------------------------------------------------------------- */

struct inject_pending *
inject_pending_create(void)
{
	return calloc(1, sizeof(struct inject_pending));
}

void
inject_pending_destroy(struct inject_pending *p)
{
	if (p == NULL)
		return;
	for (unsigned int i = 0; i < p->count; i++)
		rte_pktmbuf_free(p->item[i].frame);
	free(p);
}

static void
report(struct worker *w, const struct inject_item *item, enum inject_result result)
{
	struct inject_done done = {
		.slot = item->slot,
		.kind = item->kind,
		.family = item->family,
		.result = (uint8_t)result,
	};

	/* The ring is as large as the one that the frames came by; it has room. */
	if (item->kind == INJECT_ADVERT || item->kind == INJECT_BOW_OUT)
		rte_ring_sp_enqueue_elem(w->inject_done, &done, sizeof(done));
}

/* An answer of ours that had to wait comes from a virtual MAC: another may have it by now. */
static bool
has_source(const struct koi_interface *ifc, const struct vip_roles *roles,
	   const struct rte_mbuf *frame)
{
	uint64_t source = mac_load(rte_pktmbuf_mtod_offset(frame, const uint8_t *, RTE_ETHER_ADDR_LEN));

	return source == ifc->port->port.mac || !mac_is_virtual(source) ||
	       vip_is_master(roles, mac_virtual_vhid(source));
}

/*
 * True while the role that the frame speaks for is the one of now, and for all but the election
 * itself, the lease has not run out. A bow-out stays true until the vhid is MASTER again.
 */
static bool
is_current(const struct worker *w, const struct inject_item *item, uint64_t now_tsc)
{
	const struct koi_interface *ifc = &w->runtime->interface[item->interface];
	uint64_t word = vip_role_load(&ifc->vip.roles, item->vhid);
	bool is_fenced = now_tsc > atomic_load_explicit(&w->runtime->lease_tsc, memory_order_acquire);

	if (item->kind == INJECT_FORWARD)
		return has_source(ifc, is_fenced ? &vip_roles_fenced : &ifc->vip.roles, item->frame);
	if (item->kind == INJECT_ANNOUNCEMENT && is_fenced)
		return false;
	if (item->kind == INJECT_OWN || item->kind == INJECT_UNREACHABLE ||
	    (item->kind == INJECT_BOW_OUT && vip_role_of(word) != VIP_ROLE_MASTER))
		return true;
	/* A word has room for the lower bits of a generation only. */
	return vip_generation_of(word) ==
	       vip_generation_of(vip_role_word(VIP_ROLE_MASTER, item->generation));
}

static int
queue_of(const struct worker *w, uint16_t port_id)
{
	for (unsigned int i = 0; i < w->queue_count; i++)
		if (w->queue[i].port_id == port_id)
			return w->queue[i].queue;
	return -1;
}

/* Returns false if the device refuses the frame, which then waits for the next turn. */
static bool
send_one(struct worker *w, struct inject_item *item, uint64_t now_tsc)
{
	struct koi_interface *ifc = &w->runtime->interface[item->interface];
	uint16_t port_id = ifc->port->port.id;
	struct worker_interface *wi = w->interface[item->interface];
	uint32_t len = item->frame->pkt_len;
	int queue = queue_of(w, port_id);
	bool is_late = now_tsc > item->expires_tsc;

	if (is_late || queue < 0 || !is_current(w, item, now_tsc)) {
		if (wi != NULL)
			counter_add(&wi->link[LINK_DROP_STALE_INJECT], 1);
		report(w, item, is_late || queue < 0 ? INJECT_REFUSED : INJECT_STALE);
		rte_pktmbuf_free(item->frame);
		return true;
	}
	if (item->kind == INJECT_UNREACHABLE) {
		unreachable_tell(w, item->interface, item->frame, now_tsc);
		return true;
	}
	if (rte_eth_tx_burst(port_id, (uint16_t)queue, &item->frame, 1) != 1)
		return false;
	counter_add(&wi->link[LINK_TX_PACKETS], 1);
	counter_add(&wi->link[LINK_TX_BYTES], len);
	report(w, item, INJECT_SENT);
	return true;
}

unsigned int
inject_drain(struct worker *w)
{
	struct inject_pending *p = w->pending;
	unsigned int taken = p->count, kept = 0;
	uint64_t now_tsc;

	if (!rte_ring_empty(w->inject))
		taken += rte_ring_sc_dequeue_burst_elem(w->inject, &p->item[p->count],
							sizeof(p->item[0]), DRAIN_MAX - p->count,
							NULL);
	if (taken == 0)
		return 0;
	now_tsc = clock_tsc();
	for (unsigned int i = 0; i < taken; i++)
		if (!send_one(w, &p->item[i], now_tsc))
			p->item[kept++] = p->item[i];
	p->count = kept;
	return taken - kept;
}
