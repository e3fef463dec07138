/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker.h"

#include <sched.h>
#include <time.h>

#include <rte_ethdev.h>
#include <rte_lcore.h>

#include "base/clock.h"
#include "inject.h"
#include "punt.h"
#include "transmit.h"

/* Empty turns before a worker naps, and the longest nap. */
#define IDLE_TURNS 100
#define NAP_MIN_NS 1000
#define NAP_MAX_NS 50000

/* What ARP and ND have seen is reported anew so often. */
#define EPOCH_US 1000000

/* ------------------------------------------------------------------------------------------- */
/* The way of a packet                                                                          */
/* ------------------------------------------------------------------------------------------- */

/* What a stage takes from what was received goes on in another array. */
struct stages {
	struct burst in;
	struct burst carp;
	struct burst reply;
	struct burst drop;
	struct fwd_transit route4; /* what is to be forwarded */
	struct fwd_transit route6;
	struct neigh_sightings sightings;
	struct fwd_unresolved_burst unresolved;
	const struct vip_roles *roles;
	const struct fwd_tables *tables; /* NULL: nothing is forwarded */
};

/* A frame that no stage has taken, and no VLAN has. */
static void
drop_other(struct worker_interface *wi, struct rte_mbuf *m, struct burst *drop)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	enum link_counter reason = LINK_DROP_ETHERTYPE;

	if (rte_pktmbuf_data_len(m) < sizeof(*eth))
		reason = LINK_DROP_RUNT;
	else if (eth->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN))
		reason = LINK_DROP_VLAN;
	counter_add(&wi->link[reason], 1);
	burst_add(drop, m);
}

/* 0 if there is none. */
static uint16_t
ether_type(const struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);

	return rte_pktmbuf_data_len(m) >= sizeof(*eth) ? rte_be_to_cpu_16(eth->ether_type) : 0;
}

/* A reply is made of its request: what came in is counted where it has gone. */
static void
count_received(struct worker_interface *wi, const struct stages *s)
{
	unsigned int frames = s->reply.count + s->carp.count + s->drop.count;
	uint64_t octets = s->reply.octets - (uint64_t)s->reply.grown + s->carp.octets +
			  s->drop.octets;

	if (s->tables != NULL) {
		frames += s->route4.count + s->route6.count;
		octets += s->route4.octets + s->route6.octets;
	}
	counter_add(&wi->link[LINK_RX_PACKETS], frames);
	counter_add(&wi->link[LINK_RX_BYTES], octets);
}

static void
forward(struct worker *w, const struct koi_interface *ifc, struct stages *s, uint64_t now_tsc)
{
	struct worker_interface *wi = w->interface[ifc->vip.index];
	const struct fwd_way way = {
		.router = &w->runtime->router,
		.tables = s->tables,
		.worker = &wi->fwd,
		.ifc = &ifc->vip,
		.roles = s->roles,
		.tx = &w->tx,
		.unresolved = &s->unresolved,
		.carp = &s->carp,
		.drop = &s->drop,
		.now_tsc = now_tsc,
	};

	if (s->route4.count != 0)
		fwd_route4(&way, &s->route4);
	if (s->route6.count != 0)
		fwd_route6(&way, &s->route6);
	if (s->unresolved.count != 0)
		punt_unresolved(w, wi, &s->unresolved);
}

/* What the stages have taken out of s->in goes its ways. */
static void
finish(struct worker *w, const struct rx_queue *q, struct koi_interface *ifc, struct stages *s,
       uint64_t now_tsc)
{
	struct worker_interface *wi = w->interface[ifc->vip.index];

	count_received(wi, s);
	if (s->reply.count != 0)
		transmit_replies(w, ifc, q->queue, &s->reply);
	if (s->tables != NULL)
		forward(w, ifc, s, now_tsc);
	if (s->carp.count != 0)
		punt_adverts(w, wi, ifc, &s->carp, now_tsc);
	if (s->sightings.count != 0)
		punt_sightings(w, wi, &s->sightings, now_tsc);
	burst_free(&s->drop);
}

static void
run_arp(struct worker_interface *wi, struct koi_interface *ifc, struct stages *s)
{
	if (s->in.count != 0)
		arp_input(&wi->arp, &ifc->vip, s->roles, &s->in, &s->reply, &s->drop,
			  &s->sightings);
}

static void
run_ip4(struct worker_interface *wi, struct koi_interface *ifc, struct stages *s)
{
	struct fwd_transit *route = s->tables != NULL && s->tables->ip4 != NULL ? &s->route4 : NULL;

	if (s->in.count != 0)
		fwd_input4(&wi->fwd, &ifc->vip, s->roles, &s->in, &s->reply, &s->carp, route,
			   &s->drop);
}

static void
run_ip6(struct worker_interface *wi, struct koi_interface *ifc, struct stages *s)
{
	struct fwd_transit *route = s->tables != NULL && s->tables->ip6 != NULL ? &s->route6 : NULL;

	if (s->in.count != 0)
		nd_input(&wi->nd, &ifc->vip, s->roles, &s->in, &s->reply, &s->drop, &s->sightings);
	if (s->in.count != 0)
		fwd_input6(&wi->fwd, &ifc->vip, s->roles, &s->in, &s->reply, &s->carp, route,
			   &s->drop);
}

static void
begin(struct worker *w, struct koi_interface *ifc, struct stages *s, uint64_t now_tsc)
{
	const struct fwd_fib *fib = w->runtime->router.fib;

	s->roles = &ifc->vip.roles;
	if (unlikely(now_tsc > atomic_load_explicit(&w->runtime->lease_tsc, memory_order_acquire))) {
		s->roles = &vip_roles_fenced;
		counter_add(&w->fenced_bursts, 1);
	}
	s->tables = fib != NULL ? fwd_fib_tables(fib) : NULL;
	burst_init(&s->carp);
	burst_init(&s->reply);
	burst_init(&s->drop);
	s->route4.count = s->route6.count = 0;
	s->route4.octets = s->route6.octets = 0;
	s->sightings.count = 0;
	s->unresolved.count = 0;
}

/* All stages for the untagged frames of an interface; others stay in s->in. */
static void
run_stages(struct worker *w, struct koi_interface *ifc, struct stages *s, uint64_t now_tsc)
{
	struct worker_interface *wi = w->interface[ifc->vip.index];
	uint16_t first;

	begin(w, ifc, s, now_tsc);
	/* A burst is often of one kind: the stage of its first frame has it first. */
	first = ether_type(s->in.frame[0]);
	if (first == RTE_ETHER_TYPE_ARP)
		run_arp(wi, ifc, s);
	else if (first == RTE_ETHER_TYPE_IPV6)
		run_ip6(wi, ifc, s);
	run_ip4(wi, ifc, s);
	if (first != RTE_ETHER_TYPE_ARP)
		run_arp(wi, ifc, s);
	if (first != RTE_ETHER_TYPE_IPV6)
		run_ip6(wi, ifc, s);
}

/* ------------------------------------------------------------------------------------------- */
/* VLANs                                                                                        */
/* ------------------------------------------------------------------------------------------- */

/*
 * Where a tag is: in the frame, in the mbuf if the device takes tags off unasked, or (as af_packet
 * has it) in both. Afterwards it is in the frame.
 */
static void
put_tags_back(struct burst *b)
{
	for (unsigned int i = 0; i < b->count; i++) {
		struct rte_mbuf *m = b->frame[i];
		const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);

		if ((m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 &&
		    eth->ether_type != rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN))
			rte_vlan_insert(&b->frame[i]);
	}
}

/* Take a tag off. Returns the interface that has its VLAN, if there is one; 0 is a mere priority. */
static unsigned int
take_tag(const struct koi_port *port, struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	const struct rte_vlan_hdr *tag = (const struct rte_vlan_hdr *)(eth + 1);
	unsigned int interface;

	if (rte_pktmbuf_data_len(m) < sizeof(*eth) + sizeof(*tag) ||
	    eth->ether_type != rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN))
		return PORT_NO_INTERFACE;
	interface = port->interface_of[rte_be_to_cpu_16(tag->vlan_tci) % PORT_VLANS];
	if (interface != PORT_NO_INTERFACE)
		rte_vlan_strip(m);
	return interface;
}

/* The frames of one VLAN; what is no IP or ARP there is nobody's. */
static void
run_vlan(struct worker *w, const struct rx_queue *q, unsigned int interface, struct stages *s,
	 uint64_t now_tsc)
{
	struct koi_interface *ifc = &w->runtime->interface[interface];

	run_stages(w, ifc, s, now_tsc);
	for (unsigned int i = 0; i < s->in.count; i++)
		drop_other(w->interface[interface], s->in.frame[i], &s->drop);
	finish(w, q, ifc, s, now_tsc);
	s->in.count = 0;
}

/* What is left of a burst: tagged frames, VLAN by VLAN as they come, and what nobody wants. */
static void __rte_noinline
run_rest(struct worker *w, const struct rx_queue *q, struct stages *s, uint64_t now_tsc)
{
	unsigned int parent = q->port->interface_of[0];
	unsigned int current = parent;
	struct burst rest = s->in;
	struct burst others;

	burst_init(&others);
	s->in.count = 0;
	for (unsigned int i = 0; i < rest.count; i++) {
		unsigned int interface = take_tag(q->port, rest.frame[i]);

		if (interface == PORT_NO_INTERFACE) {
			drop_other(w->interface[parent], rest.frame[i], &others);
			continue;
		}
		if (interface != current && s->in.count != 0)
			run_vlan(w, q, current, s, now_tsc);
		current = interface;
		s->in.frame[s->in.count++] = rest.frame[i];
	}
	if (s->in.count != 0)
		run_vlan(w, q, current, s, now_tsc);
	counter_add(&w->interface[parent]->link[LINK_RX_PACKETS], others.count);
	counter_add(&w->interface[parent]->link[LINK_RX_BYTES], others.octets);
	burst_free(&others);
}

/* ------------------------------------------------------------------------------------------- */

/* One burst of one queue, from rx to tx. */
static unsigned int
poll_queue(struct worker *w, struct rx_queue *q)
{
	struct koi_interface *ifc = &w->runtime->interface[q->port->interface_of[0]];
	struct stages s;
	unsigned int count;
	uint64_t now_tsc;

	count = rte_eth_rx_burst(q->port_id, q->queue, s.in.frame, BURST_MAX);
	/* Fewer than asked for does not mean the last: vector drivers stop at 32, some at less. */
	if (count == 0) {
		q->is_drained = true;
		return 0;
	}
	q->taken += count;

	/* Read after the burst: this worker may have been stopped since the turn began. */
	now_tsc = clock_tsc();
	s.in.count = count;
	if (unlikely(q->port->port.is_stripping))
		put_tags_back(&s.in);
	run_stages(w, ifc, &s, now_tsc);
	finish(w, q, ifc, &s, now_tsc);
	if (unlikely(s.in.count != 0))
		run_rest(w, q, &s, now_tsc);
	if (w->tx.waiting_count != 0)
		transmit_flush(w);
	return count;
}

/* ------------------------------------------------------------------------------------------- */
/* What others want to know                                                                     */
/* ------------------------------------------------------------------------------------------- */

bool
worker_has_heard(const struct worker *w)
{
	for (unsigned int i = 0; i < w->queue_count; i++)
		if (!w->queue[i].is_drained && w->queue[i].taken < w->queue[i].depth)
			return false;
	return true;
}

/* After the punts of the turn are in their rings: control may rely on what is said here. */
static void
publish_turn(struct worker *w, uint64_t began_tsc)
{
	if (worker_has_heard(w)) {
		atomic_store_explicit(&w->heard_tsc, w->mark_tsc, memory_order_release);
		for (unsigned int i = 0; i < w->queue_count; i++) {
			w->queue[i].taken = 0;
			w->queue[i].is_drained = false;
		}
		w->mark_tsc = 0;
	}
	atomic_store_explicit(&w->turn_tsc, began_tsc, memory_order_release);
	rte_rcu_qsbr_quiescent(w->runtime->qsbr, w->index);
}

static void
start_epoch(struct worker *w, uint64_t now_tsc)
{
	w->epoch_tsc = now_tsc + clock_us_to_cycles(EPOCH_US);
	for (unsigned int i = 0; i < w->runtime->interface_count; i++)
		if (w->interface[i] != NULL) {
			w->interface[i]->arp.epoch++;
			w->interface[i]->nd.epoch++;
		}
}

/* ------------------------------------------------------------------------------------------- */
/* The loop                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
rest(struct worker *w)
{
	enum config_idle idle = atomic_load_explicit(&w->runtime->idle, memory_order_relaxed);
	struct timespec nap = { 0, NAP_MIN_NS };

	if (idle == CONFIG_IDLE_POLL) {
		rte_pause();
	} else if (idle == CONFIG_IDLE_YIELD) {
		sched_yield();
	} else if (++w->empty_turns > IDLE_TURNS) {
		nap.tv_nsec = RTE_MIN((long)NAP_MAX_NS, NAP_MIN_NS * (long)(w->empty_turns - IDLE_TURNS));
		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
	}
}

unsigned int
worker_turn(struct worker *w, uint64_t now_tsc)
{
	unsigned int frames = inject_drain(w);

	if (unlikely(w->has_handover))
		frames += transmit_drain(w);
	if (w->mark_tsc == 0)
		w->mark_tsc = now_tsc;
	for (unsigned int i = 0; i < w->queue_count; i++)
		frames += poll_queue(w, &w->queue[i]);
	if (unlikely(now_tsc > w->epoch_tsc))
		start_epoch(w, now_tsc);
	publish_turn(w, now_tsc);
	return frames;
}

int
worker_main(void *arg)
{
	struct worker *w = arg;
	struct runtime *r = w->runtime;
	uint64_t began = clock_tsc();

	rte_rcu_qsbr_thread_online(r->qsbr, w->index);
	while (!atomic_load_explicit(&r->workers_stop, memory_order_relaxed)) {
		unsigned int frames = worker_turn(w, began);
		uint64_t ended;

		if (frames == 0)
			rest(w);
		else
			w->empty_turns = 0;
		ended = clock_tsc();
		counter_add(&w->turns, 1);
		counter_add(&w->packets, frames);
		counter_add(frames != 0 ? &w->busy_cycles : &w->idle_cycles, ended - began);
		began = ended;
	}
	rte_rcu_qsbr_thread_offline(r->qsbr, w->index);
	return 0;
}
