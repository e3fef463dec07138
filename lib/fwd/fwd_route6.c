/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6 to the next hop: the ordinary packet first, what is odd about others behind it. */
#include "fwd/fwd_route_internal.h"

#include <netinet/icmp6.h>

/* In the word that begins with the length: the hop limit is its last octet. */
#define ONE_HOP (1u << 24)

static inline uint32_t
packet_len(uint32_t head)
{
	return IP6_LEN + rte_be_to_cpu_16((uint16_t)head);
}

/* Send it if there is nothing about it that has to be looked at again. */
static inline bool
forward(struct fwd_tx *tx, struct rte_mbuf *m, struct fwd_adj *a)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t mac = atomic_load_explicit(&a->mac, memory_order_relaxed);
	uint32_t head = octets_load32(f + AT_PAYLOAD_LEN);

	if (unlikely(a->kind != FWD_ADJ_FORWARD || (mac & FWD_ADJ_RESOLVED) == 0 ||
		     head < 2 * ONE_HOP || rte_pktmbuf_pkt_len(m) > a->mtu + (uint32_t)ETHER_LEN))
		return false;
	octets_store32(f + AT_PAYLOAD_LEN, head - ONE_HOP);
	fwd_write_macs(f, mac, a->source_mac);
	fwd_adj_use(a);
	fwd_tx_add(tx, a->interface, m);
	return true;
}

/* ------------------------------------------------------------------------------------------- */
/* What is odd                                                                                  */
/* ------------------------------------------------------------------------------------------- */

static void
refuse(const struct fwd_way *way, struct rte_mbuf *m, enum fwd_counter counter,
       const struct fwd_error *error)
{
	fwd_error6(way, m, error);
	fwd_drop(way, m, counter);
}

/* There is a next hop. */
static void
forward_odd(const struct fwd_way *way, struct rte_mbuf *m, uint32_t adjacency)
{
	static const struct fwd_error host_unreachable = {
		ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, 0, FWD_ICMP_UNREACHABLE6,
	};
	const struct fwd_adj *a = &way->router->adj[adjacency];
	const struct fwd_error too_big = { ICMP6_PACKET_TOO_BIG, 0, a->mtu, FWD_ICMP_TOO_BIG6 };
	uint64_t mac = atomic_load_explicit(&a->mac, memory_order_relaxed);
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);

	if ((mac & FWD_ADJ_FAILED) != 0) {
		refuse(way, m, FWD_DROP_HOST6, &host_unreachable);
	} else if (packet_len(octets_load32(f + AT_PAYLOAD_LEN)) > a->mtu) {
		refuse(way, m, FWD_DROP_TOO_BIG6, &too_big);
	} else {
		f[AT_HOP_LIMIT]--;
		if (fwd_has_mac(a))
			fwd_count(way, IP_V6, FWD_FORWARDED4, 1);
		fwd_emit(way, IP_V6, m, adjacency, 0);
	}
}

/* To a virtual address that another host answers for. */
static bool
is_elsewhere(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a,
	     enum vip_role role)
{
	if (role != VIP_ROLE_BACKUP) {
		fwd_drop(way, m, FWD_DROP_NOT_MASTER6);
		return false;
	}
	if (a->interface == way->ifc->index) {
		fwd_drop(way, m, FWD_DROP_BACK6);
		return false;
	}
	return true;
}

static void
settle(const struct fwd_way *way, struct rte_mbuf *m, uint32_t adjacency)
{
	static const struct fwd_error time_exceeded = {
		ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, 0, FWD_ICMP_TTL6,
	};
	static const struct fwd_error no_route = {
		ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, 0, FWD_ICMP_UNREACHABLE6,
	};
	const struct fwd_adj *a = &way->router->adj[adjacency];
	enum vip_role role = VIP_ROLE_MASTER;

	if (a->kind == FWD_ADJ_VIRTUAL)
		role = fwd_virtual_role(way, a);
	if (a->kind == FWD_ADJ_LOCAL || (a->kind == FWD_ADJ_VIRTUAL && role == VIP_ROLE_MASTER)) {
		fwd_local6(way, m, a);
		return;
	}
	if (a->kind == FWD_ADJ_VIRTUAL && !is_elsewhere(way, m, a, role))
		return;
	if (a->kind == FWD_ADJ_BLACKHOLE)
		fwd_drop(way, m, FWD_DROP_BLACKHOLE6);
	else if (a->kind == FWD_ADJ_MARTIAN)
		fwd_drop(way, m, FWD_DROP_MARTIAN6);
	else if (rte_pktmbuf_mtod(m, const uint8_t *)[AT_HOP_LIMIT] <= 1)
		refuse(way, m, FWD_DROP_TTL6, &time_exceeded);
	else if (a->kind == FWD_ADJ_NO_ROUTE)
		refuse(way, m, FWD_DROP_NO_ROUTE6, &no_route);
	else
		forward_odd(way, m, adjacency);
}

static __rte_noinline void
route_odd(const struct fwd_way *way, struct fwd_odd *odd)
{
	struct fwd_adj *adj = way->router->adj;
	unsigned int forwarded = 0;

	fwd_resolve(way, odd, IP_V6);
	for (unsigned int i = 0; i < odd->count; i++) {
		if (forward(way->tx, odd->frame[i], &adj[odd->adjacency[i]]))
			forwarded++;
		else
			settle(way, odd->frame[i], odd->adjacency[i]);
	}
	fwd_count(way, IP_V6, FWD_FORWARDED4, forwarded);
}

/* ------------------------------------------------------------------------------------------- */

void
fwd_route6(const struct fwd_way *way, struct fwd_transit *route)
{
	struct fwd_adj *const adj = way->router->adj;
	struct fwd_tx *const tx = way->tx;
	const unsigned int count = route->count;
	uint64_t hop[BURST_MAX];
	struct fwd_odd odd;

	odd.count = 0;
	rte_fib6_lookup_bulk(way->tables->ip6, route->to6, hop, (int)count);
	for (unsigned int i = 0; i < count; i++) {
		if (likely(forward(tx, route->frame[i], &adj[hop[i]])))
			continue;
		odd.adjacency[odd.count] = (uint32_t)hop[i];
		odd.frame[odd.count++] = route->frame[i];
	}
	fwd_count(way, IP_V6, FWD_FORWARDED4, count - odd.count);
	route->count = 0;
	if (odd.count != 0)
		route_odd(way, &odd);
}
