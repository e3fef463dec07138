/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_internal.h"

#include <netinet/in.h>

#include <rte_ip.h>

#define IPPROTO_MOBILITY 135
#define IPPROTO_HIP 139
#define IPPROTO_SHIM6 140

/* ff02::12 */
static const uint8_t carp_group[16] = { 0xff, 0x02, [15] = 0x12 };

/* An advertisement goes to the group, or from a peer that was told to, to an own address. */
static bool
is_carp(const struct rte_ipv6_hdr *ip, const struct vip_entry6 *to)
{
	return ip->proto == IPPROTO_CARP &&
	       (memcmp(ip->dst_addr, carp_group, sizeof(carp_group)) == 0 ||
		(to->is_used && to->vhid == VIP_OWN));
}

enum fwd_counter
fwd_refuse_payload6(uint8_t next_header)
{
	switch (next_header) {
	case IPPROTO_FRAGMENT:
		return FWD_DROP_FRAGMENT6;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
	case IPPROTO_MOBILITY:
	case IPPROTO_HIP:
	case IPPROTO_SHIM6:
		return FWD_DROP_EXTENSION6;
	default:
		return FWD_DROP_NO_SERVICE6;
	}
}

/* Of what is not forwarded. */
static enum fwd_counter
sort_local(const struct vip_roles *roles, const struct rte_ipv6_hdr *ip,
	   const struct vip_entry6 *to)
{
	if (!to->is_used)
		return FWD_DROP_NOT_LOCAL6;
	if (vip_entry6_is_tentative(to))
		return FWD_DROP_TENTATIVE6;
	if (!vip_is_master(roles, vip_entry6_role(to)))
		return FWD_DROP_NOT_MASTER6;
	return fwd_refuse_payload6(ip->proto);
}

/*
 * May it be forwarded, if it is not for us? What is for us goes to the route as well, but for
 * link-local addresses, which no table has.
 */
static enum fwd_counter
sort_transit(const struct vip_roles *roles, const struct rte_ipv6_hdr *ip,
	     const struct vip_entry6 *to)
{
	if (to->is_used && is_link_local6(ip->dst_addr))
		return sort_local(roles, ip, to);
	if (is_martian6(ip->dst_addr))
		return FWD_DROP_MARTIAN6;
	if (is_link_local6(ip->dst_addr) || (is_link_local6(ip->src_addr) && !to->is_used))
		return FWD_DROP_LINK_LOCAL6;
	return FWD_TO_ROUTE;
}

enum fwd_counter
fwd_sort6(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m,
	  bool is_routing)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct rte_ipv6_hdr *ip = (const struct rte_ipv6_hdr *)(f + ETHER_LEN);
	uint64_t destination = mac_load(f);
	const struct vip_entry6 *e;

	if (rte_pktmbuf_data_len(m) < ETHER_LEN + IP6_LEN || f[ETHER_LEN] >> 4 != 6 ||
	    rte_be_to_cpu_16(ip->payload_len) > rte_pktmbuf_pkt_len(m) - ETHER_LEN - IP6_LEN)
		return FWD_DROP_IP6_HEADER;
	if (!mac_is_group(destination) && !vip_accepts_mac(set, roles, destination))
		return FWD_DROP_WRONG_MAC6;

	e = vip_find6(set, ip->dst_addr);
	if (is_carp(ip, e))
		return FWD_CARP6;
	if (is_martian6(ip->src_addr) || mac_is_group(mac_load(f + 6)))
		return FWD_DROP_MARTIAN6;
	if (mac_is_group(destination) || ip->dst_addr[0] == 0xff)
		return FWD_DROP_GROUP6;
	return is_routing ? sort_transit(roles, ip, e) : sort_local(roles, ip, e);
}
