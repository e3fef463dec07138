/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv6 packets for ourselves that fwd_input6() has not answered: to an address of another interface,
 * or of a protocol that nobody here speaks. A host behind koi would get them here.
 */
#include "fwd/fwd_route_internal.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>

/* Of the next header, from the beginning of the packet (RFC 4443 section 3.4). */
#define NEXT_HEADER_AT (AT_NEXT_HEADER - ETHER_LEN)

static bool
is_echo_request(const struct rte_mbuf *m, const uint8_t *f)
{
	return f[AT_NEXT_HEADER] == IPPROTO_ICMPV6 &&
	       rte_pktmbuf_data_len(m) >= AT_PAYLOAD6 + ICMP_LEN &&
	       rte_be_to_cpu_16(octets_load16(f + AT_PAYLOAD_LEN)) >= ICMP_LEN &&
	       octets_load16(f + AT_PAYLOAD6) == ECHO_REQUEST6;
}

/* Somebody else may have the address, too: nothing is said for it (RFC 4862 section 5.4). */
static bool
is_tentative(const struct fwd_way *way, const struct fwd_adj *a, const uint8_t *f)
{
	const struct vip_set *set = vip_interface_set(way->router->interface[a->interface]);

	return vip_entry6_is_tentative(vip_find6(set, f + AT_TO6));
}

static void
answer_echo(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a, uint8_t *f)
{
	bool is_virtual = a->kind == FWD_ADJ_VIRTUAL && a->interface == way->ifc->index;

	fwd_make_echo_reply6(f);
	counter_add(&way->worker->counter[FWD_ECHO_REPLIES6], 1);
	fwd_send6(way, m, is_virtual ? a->mac & MAC_MASK : 0);
}

static void
refuse(const struct fwd_way *way, struct rte_mbuf *m, uint8_t protocol)
{
	static const struct fwd_error no_port = {
		ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, 0, FWD_ICMP_UNREACHABLE6,
	};
	static const struct fwd_error no_protocol = {
		ICMP6_PARAM_PROB, ICMP6_PARAMPROB_NEXTHEADER, NEXT_HEADER_AT,
		FWD_ICMP_UNREACHABLE6,
	};

	if (protocol == IPPROTO_UDP)
		fwd_error6(way, m, &no_port);
	else if (protocol != IPPROTO_ICMPV6)
		fwd_error6(way, m, &no_protocol);
	fwd_drop(way, m, FWD_DROP_NO_SERVICE6);
}

void
fwd_local6(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	enum fwd_counter extension = fwd_refuse_payload6(f[AT_NEXT_HEADER]);

	if (is_tentative(way, a, f)) {
		fwd_drop(way, m, FWD_DROP_TENTATIVE6);
	} else if (extension != FWD_DROP_NO_SERVICE6) {
		fwd_drop(way, m, extension);
	} else if (f[AT_NEXT_HEADER] == IPPROTO_CARP && a->kind == FWD_ADJ_LOCAL &&
		   a->interface == way->ifc->index) {
		counter_add(&way->worker->counter[FWD_CARP6], 1);
		burst_add(way->carp, m);
	} else if (is_echo_request(m, f)) {
		answer_echo(way, m, a, f);
	} else {
		refuse(way, m, f[AT_NEXT_HEADER]);
	}
}

void
fwd_send6(const struct fwd_way *way, struct rte_mbuf *m, uint64_t virtual_mac)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct fwd_adj *a;
	uint32_t adjacency;

	if (!fwd_find_way(way, IP_V6, m, &adjacency) ||
	    IP6_LEN + rte_be_to_cpu_16(octets_load16(f + AT_PAYLOAD_LEN)) >
		    way->router->adj[adjacency].mtu) {
		fwd_count(way, IP_V6, FWD_DROP_REPLY4, 1);
		rte_pktmbuf_free(m);
		return;
	}
	a = &way->router->adj[adjacency];
	fwd_emit(way, IP_V6, m, adjacency, a->interface == way->ifc->index ? virtual_mac : 0);
}
