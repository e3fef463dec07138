/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4 to the next hop: the ordinary packet first, what is odd about others behind it. */
#include "fwd/fwd_route_internal.h"

#include <netinet/ip_icmp.h>

/*
 * One hop less to live, and the checksum of the header follows (RFC 1624): the TTL is the low octet
 * of this word, the checksum its upper half. 0xffff would be right, too, but nobody sends it.
 */
static inline uint32_t
less_life(uint32_t life)
{
	if (unlikely(life >= 0xfffe0000))
		life += 0x10000;
	return life + 0xffff;
}

static inline uint16_t
total_len(const uint8_t *f)
{
	return rte_be_to_cpu_16(octets_load16(f + AT_TOTAL_LEN));
}

/* Send it if there is nothing about it that has to be looked at again. */
static inline bool
forward(struct fwd_tx *tx, struct rte_mbuf *m, struct fwd_adj *a)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t mac = atomic_load_explicit(&a->mac, memory_order_relaxed);
	uint32_t life = octets_load32(f + AT_TTL);

	if (unlikely(a->kind != FWD_ADJ_FORWARD || (mac & FWD_ADJ_RESOLVED) == 0 ||
		     (uint8_t)life <= 1 || rte_pktmbuf_pkt_len(m) > a->mtu + (uint32_t)ETHER_LEN))
		return false;
	octets_store32(f + AT_TTL, less_life(life));
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
	fwd_error4(way, m, error);
	fwd_drop(way, m, counter);
}

/* A packet that is too long for the link. */
static void
refuse_long(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a)
{
	const struct fwd_error error = {
		ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, a->mtu, FWD_ICMP_TOO_BIG4,
	};

	refuse(way, m, FWD_DROP_TOO_BIG4, &error);
}

/* A fragment that ends behind the longest packet there is: parts of it would begin anew. */
static bool
ends_nowhere(const uint8_t *f)
{
	uint32_t place = octets_load16(f + AT_FRAGMENT) & FRAGMENT_PLACE_BE;
	uint32_t begin = (uint32_t)rte_be_to_cpu_16((uint16_t)place) * 8;

	return begin + total_len(f) - (uint32_t)(f[AT_VERSION] & 0xf) * 4 > UINT16_MAX;
}

/* There is a next hop. */
static void
forward_odd(const struct fwd_way *way, struct rte_mbuf *m, uint32_t adjacency)
{
	static const struct fwd_error host_unreachable = {
		ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, FWD_ICMP_UNREACHABLE4,
	};
	const struct fwd_adj *a = &way->router->adj[adjacency];
	uint64_t mac = atomic_load_explicit(&a->mac, memory_order_relaxed);
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	bool is_long = total_len(f) > a->mtu;

	if ((mac & FWD_ADJ_FAILED) != 0) {
		refuse(way, m, FWD_DROP_HOST4, &host_unreachable);
	} else if (is_long && (octets_load16(f + AT_FRAGMENT) & DONT_FRAGMENT_BE) != 0) {
		refuse_long(way, m, a);
	} else if (is_long && ends_nowhere(f)) {
		fwd_drop(way, m, FWD_DROP_IP4_HEADER);
	} else {
		octets_store32(f + AT_TTL, less_life(octets_load32(f + AT_TTL)));
		if (fwd_has_mac(a))
			fwd_count(way, IP_V4, FWD_FORWARDED4, 1);
		if (is_long)
			fwd_fragment4(way, m, adjacency, 0);
		else
			fwd_emit(way, IP_V4, m, adjacency, 0);
	}
}

/* To a virtual address that another host answers for. */
static bool
is_elsewhere(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a,
	     enum vip_role role)
{
	if (role != VIP_ROLE_BACKUP) {
		fwd_drop(way, m, FWD_DROP_NOT_MASTER);
		return false;
	}
	if (a->interface == way->ifc->index) {
		fwd_drop(way, m, FWD_DROP_BACK4);
		return false;
	}
	return true;
}

static void
settle(const struct fwd_way *way, struct rte_mbuf *m, uint32_t adjacency)
{
	static const struct fwd_error ttl_exceeded = { ICMP_TIME_EXCEEDED, 0, 0, FWD_ICMP_TTL4 };
	static const struct fwd_error net_unreachable = {
		ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0, FWD_ICMP_UNREACHABLE4,
	};
	const struct fwd_adj *a = &way->router->adj[adjacency];
	enum vip_role role = VIP_ROLE_MASTER;

	if (a->kind == FWD_ADJ_VIRTUAL)
		role = fwd_virtual_role(way, a);
	if (a->kind == FWD_ADJ_LOCAL || (a->kind == FWD_ADJ_VIRTUAL && role == VIP_ROLE_MASTER)) {
		fwd_local4(way, m, a);
		return;
	}
	if (a->kind == FWD_ADJ_VIRTUAL && !is_elsewhere(way, m, a, role))
		return;
	if (a->kind == FWD_ADJ_BLACKHOLE)
		fwd_drop(way, m, FWD_DROP_BLACKHOLE4);
	else if (a->kind == FWD_ADJ_MARTIAN)
		fwd_drop(way, m, FWD_DROP_BROADCAST4); /* others have not come this far */
	else if (rte_pktmbuf_mtod(m, const uint8_t *)[AT_TTL] <= 1)
		refuse(way, m, FWD_DROP_TTL4, &ttl_exceeded);
	else if (a->kind == FWD_ADJ_NO_ROUTE)
		refuse(way, m, FWD_DROP_NO_ROUTE4, &net_unreachable);
	else
		forward_odd(way, m, adjacency);
}

static __rte_noinline void
route_odd(const struct fwd_way *way, struct fwd_odd *odd)
{
	struct fwd_adj *adj = way->router->adj;
	unsigned int forwarded = 0;

	fwd_resolve(way, odd, IP_V4);
	for (unsigned int i = 0; i < odd->count; i++) {
		if (forward(way->tx, odd->frame[i], &adj[odd->adjacency[i]]))
			forwarded++;
		else
			settle(way, odd->frame[i], odd->adjacency[i]);
	}
	fwd_count(way, IP_V4, FWD_FORWARDED4, forwarded);
}

/* ------------------------------------------------------------------------------------------- */

void
fwd_route4(const struct fwd_way *way, struct fwd_transit *route)
{
	struct fwd_adj *const adj = way->router->adj;
	struct fwd_tx *const tx = way->tx;
	const unsigned int count = route->count;
	uint64_t hop[BURST_MAX];
	struct fwd_odd odd;

	odd.count = 0;
	rte_fib_lookup_bulk(way->tables->ip4, route->to4, hop, (int)count);
	for (unsigned int i = 0; i < count; i++) {
		if (likely(forward(tx, route->frame[i], &adj[hop[i]])))
			continue;
		odd.adjacency[odd.count] = (uint32_t)hop[i];
		odd.frame[odd.count++] = route->frame[i];
	}
	fwd_count(way, IP_V4, FWD_FORWARDED4, count - odd.count);
	route->count = 0;
	if (odd.count != 0)
		route_odd(way, &odd);
}
