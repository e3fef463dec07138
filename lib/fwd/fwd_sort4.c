/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_internal.h"

#include <rte_byteorder.h>
#include <rte_ip.h>

#define IPPROTO_CARP 112
/* 224.0.0.18 */
#define CARP_GROUP_BE RTE_BE32(0xe0000012)

/* An advertisement goes to the group, or from a peer that was told to, to an own address. */
static inline bool
is_carp(const struct rte_ipv4_hdr *ip, const struct vip_entry *to)
{
	return ip->next_proto_id == IPPROTO_CARP &&
	       (ip->dst_addr == CARP_GROUP_BE || (to->is_used && to->vhid == VIP_OWN));
}

/*
 * Everything but an echo request to us in one piece without options: where it goes. Returns the
 * counter; FWD_CARP4 for what is handed on.
 */
enum fwd_counter
fwd_sort4(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(f + ETHER_LEN);
	uint64_t destination = mac_load(f);
	uint32_t room = rte_pktmbuf_data_len(m);
	const struct vip_entry *e;
	uint32_t header_len, total_len;
	bool is_fragment;

	if (room < ETHER_LEN + IP4_LEN)
		return FWD_DROP_IP4_HEADER;
	room -= ETHER_LEN;
	header_len = (uint32_t)rte_ipv4_hdr_len(ip);
	total_len = rte_be_to_cpu_16(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || header_len < IP4_LEN || header_len > room ||
	    total_len < header_len || total_len > rte_pktmbuf_pkt_len(m) - ETHER_LEN ||
	    rte_raw_cksum(ip, header_len) != 0xffff)
		return FWD_DROP_IP4_HEADER;
	if (!mac_is_group(destination) && !vip_accepts_mac(set, roles, destination))
		return FWD_DROP_WRONG_MAC;

	e = vip_find4(set, ip->dst_addr);
	is_fragment = (ip->fragment_offset & FRAGMENT_MASK_BE) != 0;
	if (is_carp(ip, e))
		return is_fragment ? FWD_DROP_FRAGMENT : FWD_CARP4;
	if (is_martian(ip->src_addr) || mac_is_group(mac_load(f + 6)))
		return FWD_DROP_MARTIAN;
	if (mac_is_group(destination) || (uint8_t)ip->dst_addr >= 224)
		return FWD_DROP_GROUP;
	if (!e->is_used)
		return FWD_DROP_NOT_LOCAL;
	if (!vip_is_master(roles, e->vhid))
		return FWD_DROP_NOT_MASTER;
	return is_fragment ? FWD_DROP_FRAGMENT : FWD_DROP_NO_SERVICE;
}
