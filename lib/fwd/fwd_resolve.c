/* SPDX-License-Identifier: BSD-3-Clause */
/* From what the forwarding table names to a next hop, and out to it. */
#include "fwd/fwd_route_internal.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

/* Where the destination is in a frame, and how long an address is. */
static const struct {
	uint8_t at;
	uint8_t len;
} destination[IP_FAMILIES] = {
	[IP_V4] = { AT_TO, 4 },
	[IP_V6] = { AT_TO6, 16 },
};

static const uint8_t *
destination_of(const struct rte_mbuf *m, enum ip_family family)
{
	return rte_pktmbuf_mtod_offset(m, const uint8_t *, destination[family].at);
}

static bool
has_failed(const struct fwd_adj *a)
{
	return (atomic_load_explicit(&a->mac, memory_order_relaxed) & FWD_ADJ_FAILED) != 0;
}

/* That of the flow, or the next one that is not known to be dead. */
static void
choose_path(const struct fwd_adj *adj, enum ip_family family, struct fwd_odd *odd, unsigned int i)
{
	const struct fwd_adj *a = &adj[odd->adjacency[i]];
	unsigned int first, n = 0;
	uint64_t hash;

	if (a->kind != FWD_ADJ_MULTIPATH)
		return;
	hash = fwd_flow_hash(odd->frame[i], family);
	first = (unsigned int)(hash * a->path_count >> 32);
	while (n < a->path_count && has_failed(&adj[a->path[(first + n) % a->path_count]]))
		n++;
	odd->adjacency[i] = a->path[(first + n) % a->path_count];
}

void
fwd_resolve(const struct fwd_way *way, struct fwd_odd *odd, enum ip_family family)
{
	const struct fwd_adj *adj = way->router->adj;
	struct fwd_host_key key[BURST_MAX];
	const struct fwd_host_key *keys[BURST_MAX];
	uint32_t found[BURST_MAX];
	unsigned int at[BURST_MAX];
	unsigned int count = 0;

	for (unsigned int i = 0; i < odd->count; i++) {
		choose_path(adj, family, odd, i);
		if (adj[odd->adjacency[i]].kind != FWD_ADJ_CONNECTED)
			continue;
		key[count] = (struct fwd_host_key){
			.interface = adj[odd->adjacency[i]].interface,
			.family = (uint16_t)family,
		};
		memcpy(key[count].addr, destination_of(odd->frame[i], family),
		       destination[family].len);
		keys[count] = &key[count];
		at[count++] = i;
	}
	if (count == 0)
		return;
	fwd_hosts_find(way->router->hosts, keys, count, found);
	for (unsigned int i = 0; i < count; i++)
		if (found[i] != FWD_HOST_UNKNOWN)
			odd->adjacency[at[i]] = found[i];
}

enum vip_role
fwd_virtual_role(const struct fwd_way *way, const struct fwd_adj *a)
{
	if (way->roles == &vip_roles_fenced)
		return VIP_ROLE_ABSENT;
	return vip_role_of(vip_role_load(&way->router->interface[a->interface]->roles, a->vhid));
}

/* The next hop has no MAC: control asks for it. */
static void
hand_over(const struct fwd_way *way, enum ip_family family, struct rte_mbuf *m,
	  uint32_t adjacency)
{
	const struct fwd_adj *a = &way->router->adj[adjacency];
	bool is_host = a->kind == FWD_ADJ_CONNECTED;
	struct fwd_unresolved *u;

	/* Only fragments can be so many. */
	if (way->unresolved->count == BURST_MAX) {
		counter_add(&way->worker->counter[FWD_DROP_UNRESOLVED], 1);
		rte_pktmbuf_free(m);
		return;
	}
	fwd_count(way, family, FWD_UNRESOLVED4, 1);
	m->hash.usr = way->ifc->index;
	u = &way->unresolved->item[way->unresolved->count++];
	*u = (struct fwd_unresolved){
		.frame = m,
		.next_hop.family = (uint8_t)family,
		.interface = a->interface,
		.arrived_tsc = way->now_tsc,
	};
	memcpy(u->next_hop.octets, is_host ? destination_of(m, family) : a->next_hop,
	       destination[family].len);
}

static uint32_t
packet_len(const struct rte_mbuf *m, enum ip_family family)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);

	return family == IP_V4 ? rte_be_to_cpu_16(octets_load16(f + AT_TOTAL_LEN)) :
				 IP6_LEN + rte_be_to_cpu_16(octets_load16(f + AT_PAYLOAD_LEN));
}

/* What is cut off may be more than the last segment. */
void
fwd_cut(struct rte_mbuf *m, uint32_t len)
{
	struct rte_mbuf *last = m;
	uint32_t left = len;

	m->pkt_len = len;
	m->nb_segs = 1;
	for (; left > last->data_len; last = last->next, m->nb_segs++)
		left -= last->data_len;
	last->data_len = (uint16_t)left;
	rte_pktmbuf_free(last->next);
	last->next = NULL;
}

void
fwd_tell_unreachable(const struct fwd_way *way, const struct rte_mbuf *frame)
{
	static const struct fwd_error unreachable4 = {
		ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, FWD_ICMP_UNREACHABLE4,
	};
	static const struct fwd_error unreachable6 = {
		ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, 0, FWD_ICMP_UNREACHABLE6,
	};
	const uint8_t *f = rte_pktmbuf_mtod(frame, const uint8_t *);

	if (octets_load16(f + AT_ETHERTYPE) == RTE_BE16(RTE_ETHER_TYPE_IPV4))
		fwd_error4(way, frame, &unreachable4);
	else
		fwd_error6(way, frame, &unreachable6);
}

void
fwd_emit(const struct fwd_way *way, enum ip_family family, struct rte_mbuf *m,
	 uint32_t adjacency, uint64_t source)
{
	struct fwd_adj *a = &way->router->adj[adjacency];
	uint64_t mac = atomic_load_explicit(&a->mac, memory_order_relaxed);

	/* The packet is not too long, so it is the frame. */
	if (rte_pktmbuf_pkt_len(m) > a->mtu + (uint32_t)ETHER_LEN)
		fwd_cut(m, ETHER_LEN + packet_len(m, family));
	fwd_write_macs(rte_pktmbuf_mtod(m, uint8_t *), mac, source != 0 ? source : a->source_mac);
	/* By what was written, which control may have changed since. */
	if (a->kind == FWD_ADJ_CONNECTED || (mac & FWD_ADJ_RESOLVED) == 0) {
		hand_over(way, family, m, adjacency);
		return;
	}
	fwd_adj_use(a);
	fwd_tx_add(way->tx, a->interface, m);
}

static uint64_t
look_up(const struct fwd_tables *tables, enum ip_family family, const uint8_t *to)
{
	uint64_t hop = FWD_ADJ_INDEX_NO_ROUTE;
	uint8_t to6[1][RTE_FIB6_IPV6_ADDR_SIZE];
	uint32_t to4;

	if (family == IP_V4 && tables->ip4 != NULL) {
		to4 = rte_be_to_cpu_32(octets_load32(to));
		rte_fib_lookup_bulk(tables->ip4, &to4, &hop, 1);
	} else if (family == IP_V6 && tables->ip6 != NULL) {
		memcpy(to6, to, sizeof(to6));
		rte_fib6_lookup_bulk(tables->ip6, to6, &hop, 1);
	}
	return hop;
}

bool
fwd_find_way(const struct fwd_way *way, enum ip_family family, struct rte_mbuf *m,
	     uint32_t *adjacency)
{
	struct fwd_odd odd = { .count = 1, .frame[0] = m };
	const struct fwd_adj *a;

	odd.adjacency[0] = (uint32_t)look_up(way->tables, family, destination_of(m, family));
	fwd_resolve(way, &odd, family);
	*adjacency = odd.adjacency[0];
	a = &way->router->adj[*adjacency];
	if (a->kind == FWD_ADJ_VIRTUAL)
		return fwd_virtual_role(way, a) == VIP_ROLE_BACKUP;
	return a->kind == FWD_ADJ_CONNECTED || (a->kind == FWD_ADJ_FORWARD && !has_failed(a));
}
