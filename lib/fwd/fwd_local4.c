/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv4 packets for ourselves that fwd_input4() has not answered: to an address of another interface,
 * or of a protocol that nobody here speaks. A host behind koi would get them here.
 */
#include "fwd/fwd_route_internal.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>

static bool
is_echo_request(const struct rte_mbuf *m, const uint8_t *f)
{
	return f[AT_VERSION] == 0x45 && f[AT_PROTOCOL] == IPPROTO_ICMP &&
	       rte_pktmbuf_data_len(m) >= AT_ICMP + ICMP_LEN &&
	       rte_be_to_cpu_16(octets_load16(f + AT_TOTAL_LEN)) >= IP4_LEN + ICMP_LEN &&
	       octets_load16(f + AT_ICMP) == ECHO_REQUEST;
}

static void
answer_echo(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a, uint8_t *f)
{
	bool is_virtual = a->kind == FWD_ADJ_VIRTUAL && a->interface == way->ifc->index;

	fwd_make_echo_reply4(f);
	counter_add(&way->worker->counter[FWD_ECHO_REPLIES4], 1);
	fwd_send4(way, m, is_virtual ? a->mac & MAC_MASK : 0);
}

static void
refuse(const struct fwd_way *way, struct rte_mbuf *m, uint8_t protocol)
{
	const struct fwd_error error = {
		.type = ICMP_DEST_UNREACH,
		.code = protocol == IPPROTO_UDP ? ICMP_PORT_UNREACH : ICMP_PROT_UNREACH,
		.counter = FWD_ICMP_UNREACHABLE4,
	};

	if (protocol != IPPROTO_ICMP)
		fwd_error4(way, m, &error);
	fwd_drop(way, m, FWD_DROP_NO_SERVICE);
}

void
fwd_local4(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);

	if ((octets_load16(f + AT_FRAGMENT) & FRAGMENT_MASK_BE) != 0) {
		fwd_drop(way, m, FWD_DROP_FRAGMENT);
	} else if (f[AT_PROTOCOL] == IPPROTO_CARP && a->kind == FWD_ADJ_LOCAL &&
		   a->interface == way->ifc->index) {
		counter_add(&way->worker->counter[FWD_CARP4], 1);
		burst_add(way->carp, m);
	} else if (is_echo_request(m, f)) {
		answer_echo(way, m, a, f);
	} else {
		refuse(way, m, f[AT_PROTOCOL]);
	}
}

/* Such a packet is no longer among those that were received. */
static void
give_up(const struct fwd_way *way, struct rte_mbuf *m)
{
	fwd_count(way, IP_V4, FWD_DROP_REPLY4, 1);
	rte_pktmbuf_free(m);
}

void
fwd_send4(const struct fwd_way *way, struct rte_mbuf *m, uint64_t virtual_mac)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct fwd_adj *a;
	uint32_t adjacency;

	if (!fwd_find_way(way, IP_V4, m, &adjacency)) {
		give_up(way, m);
		return;
	}
	a = &way->router->adj[adjacency];
	if (a->interface != way->ifc->index)
		virtual_mac = 0;
	if (rte_be_to_cpu_16(octets_load16(f + AT_TOTAL_LEN)) <= a->mtu)
		fwd_emit(way, IP_V4, m, adjacency, virtual_mac);
	else if ((octets_load16(f + AT_FRAGMENT) & DONT_FRAGMENT_BE) == 0)
		fwd_fragment4(way, m, adjacency, virtual_mac);
	else
		give_up(way, m);
}
