/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_internal.h"

#include <rte_byteorder.h>
#include <rte_ip.h>

/* 224.0.0.18 */
#define CARP_GROUP_BE RTE_BE32(0xe0000012)

/* An advertisement goes to the group, or from a peer that was told to, to an own address. */
static inline bool
is_carp(const struct rte_ipv4_hdr *ip, const struct vip_entry *to)
{
	return ip->next_proto_id == IPPROTO_CARP &&
	       (ip->dst_addr == CARP_GROUP_BE || (to->is_used && to->vhid == VIP_OWN));
}

#define OPTION_END 0
#define OPTION_NOTHING 1
#define OPTION_LOOSE_ROUTE 131
#define OPTION_STRICT_ROUTE 137

/*
 * Options are carried on as they are. Those by which the sender chooses the route are not obeyed:
 * RFC 7126 sections 4.3 and 4.4 want such packets dropped.
 */
static bool
are_options_sound(const uint8_t *option, uint32_t len)
{
	while (len != 0 && *option != OPTION_END) {
		uint32_t step = 1;

		if (*option != OPTION_NOTHING)
			step = len >= 2 ? option[1] : 0;
		if (step == 0 || step > len || (*option != OPTION_NOTHING && step < 2) ||
		    *option == OPTION_LOOSE_ROUTE || *option == OPTION_STRICT_ROUTE)
			return false;
		option += step;
		len -= step;
	}
	return true;
}

/* May it be forwarded, if it is not for us? What is, goes to the route as well. */
static enum fwd_counter
sort_transit(const struct vip_roles *roles, const struct rte_ipv4_hdr *ip,
	     const struct vip_entry *to)
{
	if (to->is_used && vip_is_master(roles, to->vhid))
		return (ip->fragment_offset & FRAGMENT_MASK_BE) != 0 ? FWD_DROP_FRAGMENT :
								       FWD_TO_ROUTE;
	if (is_martian(ip->dst_addr))
		return FWD_DROP_MARTIAN;
	if (is_link_local4(ip->src_addr) || is_link_local4(ip->dst_addr))
		return FWD_DROP_LINK_LOCAL4;
	if (!are_options_sound((const uint8_t *)(ip + 1), rte_ipv4_hdr_len(ip) - IP4_LEN))
		return FWD_DROP_OPTIONS4;
	return FWD_TO_ROUTE;
}

/* Of what is not forwarded. */
static enum fwd_counter
sort_local(const struct vip_roles *roles, const struct rte_ipv4_hdr *ip, const struct vip_entry *to)
{
	if (!to->is_used)
		return FWD_DROP_NOT_LOCAL;
	if (!vip_is_master(roles, to->vhid))
		return FWD_DROP_NOT_MASTER;
	return (ip->fragment_offset & FRAGMENT_MASK_BE) != 0 ? FWD_DROP_FRAGMENT :
							       FWD_DROP_NO_SERVICE;
}

static bool
is_header_sound(const struct rte_mbuf *m, const struct rte_ipv4_hdr *ip)
{
	uint32_t room = rte_pktmbuf_data_len(m);
	uint32_t header_len, total_len;

	if (room < ETHER_LEN + IP4_LEN)
		return false;
	header_len = (uint32_t)rte_ipv4_hdr_len(ip);
	total_len = rte_be_to_cpu_16(ip->total_length);
	return ip->version_ihl >> 4 == 4 && header_len >= IP4_LEN &&
	       header_len <= room - ETHER_LEN && total_len >= header_len &&
	       total_len <= rte_pktmbuf_pkt_len(m) - ETHER_LEN &&
	       rte_raw_cksum(ip, header_len) == 0xffff;
}

enum fwd_counter
fwd_sort4(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m,
	  bool is_routing)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(f + ETHER_LEN);
	uint64_t destination = mac_load(f);
	const struct vip_entry *to;

	if (!is_header_sound(m, ip))
		return FWD_DROP_IP4_HEADER;
	if (!mac_is_group(destination) && !vip_accepts_mac(set, roles, destination))
		return FWD_DROP_WRONG_MAC;

	to = vip_find4(set, ip->dst_addr);
	if (is_carp(ip, to))
		return (ip->fragment_offset & FRAGMENT_MASK_BE) != 0 ? FWD_DROP_FRAGMENT :
								       FWD_CARP4;
	if (is_martian(ip->src_addr) || mac_is_group(mac_load(f + AT_SOURCE)))
		return FWD_DROP_MARTIAN;
	if (mac_is_group(destination) || (uint8_t)ip->dst_addr >= 224)
		return FWD_DROP_GROUP;
	return is_routing ? sort_transit(roles, ip, to) : sort_local(roles, ip, to);
}
