/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4 packets that are longer than a link takes and may be sent in fragments. */
#include "fwd/fwd_route_internal.h"

#include <rte_ip.h>
#include <rte_ip_frag.h>

/* Fragments but for the last carry a multiple of this. */
#define FRAGMENT_STEP 8

/* Before the fragment that begins with its IP header, for fwd_emit() to fill in. */
static void
finish(struct rte_mbuf *fragment)
{
	struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(fragment, struct rte_ipv4_hdr *);
	uint8_t *f;

	ip->hdr_checksum = 0;
	ip->hdr_checksum = (uint16_t)~rte_raw_cksum(ip, rte_ipv4_hdr_len(ip));
	f = (uint8_t *)rte_pktmbuf_prepend(fragment, ETHER_LEN);
	octets_store16(f + AT_ETHERTYPE, RTE_BE16(RTE_ETHER_TYPE_IPV4));
}

static void
drop(const struct fwd_way *way, struct rte_mbuf *m, enum fwd_counter counter)
{
	counter_add(&way->worker->counter[counter], 1);
	rte_pktmbuf_free(m);
}

void
fwd_fragment4(const struct fwd_way *way, struct rte_mbuf *m, uint32_t adjacency, uint64_t source)
{
	const struct fwd_adj *a = &way->router->adj[adjacency];
	const struct rte_ipv4_hdr *ip =
		rte_pktmbuf_mtod_offset(m, const struct rte_ipv4_hdr *, ETHER_LEN);
	uint32_t header_len = (uint32_t)rte_ipv4_hdr_len(ip);
	uint32_t total_len = rte_be_to_cpu_16(ip->total_length);
	uint32_t step = (a->mtu - header_len) & ~(uint32_t)(FRAGMENT_STEP - 1);
	uint32_t expected = (total_len - header_len + step - 1) / step;
	struct rte_mbuf *fragment[FWD_TX_MAX];
	int count;

	/* The last places are for packets in one piece, of which there is room for a burst. */
	if (expected + BURST_MAX > fwd_tx_room(way->tx, a->interface)) {
		drop(way, m, FWD_DROP_TX_FULL);
		return;
	}
	fwd_cut(m, ETHER_LEN + total_len);
	rte_pktmbuf_adj(m, ETHER_LEN);
	count = rte_ipv4_fragment_packet(m, fragment, (uint16_t)expected, a->mtu,
					 way->router->pool, way->router->indirect);
	if (count < 0) {
		drop(way, m, FWD_DROP_NO_BUFFER);
		return;
	}
	for (int i = 0; i < count; i++) {
		finish(fragment[i]);
		fwd_emit(way, IP_V4, fragment[i], adjacency, source);
	}
	counter_add(&way->worker->counter[FWD_FRAGMENTED4], 1);
	/* Its octets are parts of the fragments now, and stay while they do. */
	rte_pktmbuf_free(m);
}
