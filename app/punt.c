/* SPDX-License-Identifier: BSD-3-Clause */
#include "punt.h"

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "base/octets.h"

/*
 * What a flood can make control do. A digest takes it less than a microsecond; the last accepted
 * master's share is as large as control can bear, for the flood may carry the master's address: a
 * genuine advertisement is lost only beyond it.
 */
#define ADVERTS_PER_SECOND 50000
#define ADVERTS_BURST 1024
#define RESERVED_PER_SECOND 200000
#define RESERVED_BURST 2048
#define SOURCE_MIN_PER_SECOND 20
#define SOURCE_BURST 16
#define SIGHTINGS_PER_SECOND 2000
#define SIGHTINGS_BURST 256
/* A scan of a network asks for a MAC with each packet. */
#define UNRESOLVED_PER_SECOND 2000
#define UNRESOLVED_BURST 256

static struct ratelimit_rate
rate(uint64_t per_second, uint64_t burst, unsigned int workers)
{
	uint64_t share = per_second / workers;

	return ratelimit_rate(clock_scale.hz, share > 0 ? share : 1, burst);
}

void
punt_police_init(struct police *p, unsigned int workers)
{
	memset(p, 0, sizeof(*p));
	p->adverts_rate = rate(ADVERTS_PER_SECOND, ADVERTS_BURST, workers);
	p->reserved_rate = rate(RESERVED_PER_SECOND, RESERVED_BURST, 1);
	p->sightings_rate = rate(SIGHTINGS_PER_SECOND, SIGHTINGS_BURST, workers);
	p->unresolved_rate = rate(UNRESOLVED_PER_SECOND, UNRESOLVED_BURST, workers);
}

uint64_t
punt_source_cycles(uint64_t shortest_interval_us)
{
	uint64_t honest = 4 * 1000000 / shortest_interval_us;

	return clock_scale.hz / (honest > SOURCE_MIN_PER_SECOND ? honest : SOURCE_MIN_PER_SECOND);
}

uint64_t
punt_source_hint(const struct ip_addr *from)
{
	uint64_t hash = octets_load64(from->octets) * 0x9e3779b97f4a7c15u ^ octets_load64(from->octets + 8);

	return hash != 0 ? hash : 1;
}

/*
 * May an advertisement of this source be handed on? The last accepted master has its own share. As
 * long as there is none it is anybody's: a flood in the name of a master that has not been heard
 * yet must not be what keeps it from being heard.
 */
static bool
is_within_share(struct police *p, const struct koi_interface *ifc, const struct punt_advert *a,
		uint64_t now_tsc)
{
	uint64_t source = punt_source_hint(&a->from);
	uint64_t master = atomic_load_explicit(&ifc->master_hint[a->from.family][a->vhid],
					       memory_order_relaxed);
	uint64_t cycles = atomic_load_explicit(&ifc->source_cycles, memory_order_relaxed);
	const struct ratelimit_rate source_rate = { cycles, cycles * SOURCE_BURST };
	uint64_t slot = ((source ^ a->vhid) * 0x9e3779b97f4a7c15u) >> 52;

	if ((master == 0 || source == master) &&
	    ratelimit_take(&p->reserved[a->from.family][a->vhid], &p->reserved_rate, now_tsc))
		return true;
	return ratelimit_take(&p->source[slot], &source_rate, now_tsc) &&
	       ratelimit_take(&p->adverts, &p->adverts_rate, now_tsc);
}

_Static_assert(POLICE_SOURCES == 1u << 12, "the slot of a source is the upper 12 bits of its hash");

/* Addresses and TTL. Returns the payload, of which p->len octets are in the packet. */
static const uint8_t *
read_header(const struct rte_mbuf *m, struct punt_advert *p)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct rte_ipv4_hdr *ip4 = (const struct rte_ipv4_hdr *)(f + RTE_ETHER_HDR_LEN);
	const struct rte_ipv6_hdr *ip6 = (const struct rte_ipv6_hdr *)ip4;

	if (ip4->version == 4) {
		p->from = ip_addr_from_v4_be(ip4->src_addr);
		p->to = ip_addr_from_v4_be(ip4->dst_addr);
		p->ttl = ip4->time_to_live;
		p->len = (uint16_t)(rte_be_to_cpu_16(ip4->total_length) - rte_ipv4_hdr_len(ip4));
		return (const uint8_t *)ip4 + rte_ipv4_hdr_len(ip4);
	}
	p->from.family = p->to.family = IP_V6;
	memcpy(p->from.octets, ip6->src_addr, sizeof(p->from.octets));
	memcpy(p->to.octets, ip6->dst_addr, sizeof(p->to.octets));
	p->ttl = ip6->hop_limits;
	p->len = rte_be_to_cpu_16(ip6->payload_len);
	return (const uint8_t *)(ip6 + 1);
}

void
punt_adverts(struct worker *w, struct worker_interface *wi, struct koi_interface *ifc,
	     struct burst *carp, uint64_t now_tsc)
{
	const struct vip_set *set = vip_interface_set(&ifc->vip);
	struct punt_advert out[BURST_MAX];
	unsigned int count = 0, queued;

	for (unsigned int i = 0; i < carp->count; i++) {
		struct rte_mbuf *m = carp->frame[i];
		struct punt_advert *p = &out[count];
		const uint8_t *payload = read_header(m, p);
		ptrdiff_t in_hand = rte_pktmbuf_mtod(m, const uint8_t *) +
				    rte_pktmbuf_data_len(m) - payload;
		enum carp_counter refused;

		if (p->len > in_hand)
			p->len = (uint16_t)in_hand;
		refused = carp_precheck(payload, p->len, set->vhids[p->from.family], &p->vhid);
		if (refused != CARP_ACCEPTED) {
			counter_add(&wi->carp[p->from.family == IP_V4 ? CARP_RECEIVED : CARP_RECEIVED6], 1);
			counter_add(&wi->carp[refused], 1);
			continue;
		}
		if (!is_within_share(&wi->police, ifc, p, now_tsc)) {
			counter_add(&wi->link[LINK_PUNT_POLICED], 1);
			continue;
		}
		p->arrived_tsc = now_tsc;
		p->interface = ifc->vip.index;
		memset(p->payload, 0, sizeof(p->payload));
		memcpy(p->payload, payload, RTE_MIN(p->len, sizeof(p->payload)));
		count++;
	}
	burst_free(carp);
	queued = rte_ring_sp_enqueue_burst_elem(w->adverts, out, sizeof(out[0]), count, NULL);
	counter_add(&wi->link[LINK_PUNT_RING_FULL], count - queued);
}

void
punt_sightings(struct worker *w, struct worker_interface *wi, struct neigh_sightings *sightings,
	       uint64_t now_tsc)
{
	uint64_t now_us = clock_tsc_to_us(now_tsc);

	for (unsigned int i = 0; i < sightings->count; i++) {
		struct neigh_sighting *s = &sightings->item[i];

		s->seen_us = now_us;
		if (!ratelimit_take(&wi->police.sightings, &wi->police.sightings_rate, now_tsc))
			counter_add(&wi->link[LINK_PUNT_POLICED], 1);
		else if (rte_ring_sp_enqueue_elem(w->sightings, s, sizeof(*s)) != 0)
			counter_add(&wi->link[LINK_PUNT_RING_FULL], 1);
	}
	sightings->count = 0;
}

void
punt_unresolved(struct worker *w, struct worker_interface *wi,
		struct fwd_unresolved_burst *unresolved)
{
	for (unsigned int i = 0; i < unresolved->count; i++) {
		struct fwd_unresolved *u = &unresolved->item[i];
		enum link_counter refused = LINK_PUNT_POLICED;

		if (ratelimit_take(&wi->police.unresolved, &wi->police.unresolved_rate,
				   u->arrived_tsc)) {
			if (rte_ring_sp_enqueue_elem(w->unresolved, u, sizeof(*u)) == 0)
				continue;
			refused = LINK_PUNT_RING_FULL;
		}
		counter_add(&wi->link[refused], 1);
		counter_add(&wi->fwd.counter[FWD_DROP_UNRESOLVED], 1);
		rte_pktmbuf_free(u->frame);
	}
	unresolved->count = 0;
}

void
punt_unresolved_free(struct worker *w)
{
	struct fwd_unresolved u;

	while (w->unresolved != NULL &&
	       rte_ring_sc_dequeue_elem(w->unresolved, &u, sizeof(u)) == 0)
		rte_pktmbuf_free(u.frame);
}
