/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd.h"

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>

#define IPPROTO_CARP 112
/* 224.0.0.18 */
#define CARP_GROUP_BE RTE_BE32(0xe0000012)
/* "More fragments", or a place other than the first. */
#define FRAGMENT_MASK_BE RTE_BE16(0x3fff)
#define ICMP_ECHO_REQUEST 8
#define ETHER_LEN RTE_ETHER_HDR_LEN
#define IP4_LEN 20
#define ICMP_LEN 8

static const char *const counter_names[] = {
	[FWD_RECEIVED4] = "ip4_received",
	[FWD_ECHO_REPLIES4] = "echo_replies",
	[FWD_CARP4] = "carp_received",
	[FWD_DROP_IP4_HEADER] = "drop_ip4_header",
	[FWD_DROP_WRONG_MAC] = "drop_ip4_wrong_mac",
	[FWD_DROP_NOT_MASTER] = "drop_ip4_not_master",
	[FWD_DROP_NOT_LOCAL] = "drop_ip4_not_local",
	[FWD_DROP_GROUP] = "drop_ip4_group",
	[FWD_DROP_FRAGMENT] = "drop_ip4_fragment",
	[FWD_DROP_NO_SERVICE] = "drop_ip4_no_service",
	[FWD_DROP_MARTIAN] = "drop_ip4_martian",
};

_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == FWD_COUNTERS,
	       "every forwarding counter has a name");

const char *
fwd_counter_name(enum fwd_counter counter)
{
	return counter_names[counter];
}

/* The sum of a header of 20 octets, folded; 0xffff if its checksum is right. */
static inline uint32_t
header_sum(const uint8_t *ip)
{
	uint64_t a, b, sum;
	uint32_t c;

	memcpy(&a, ip, sizeof(a));
	memcpy(&b, ip + 8, sizeof(b));
	memcpy(&c, ip + 16, sizeof(c));
	sum = (a & 0xffffffff) + (a >> 32) + (b & 0xffffffff) + (b >> 32) + c;
	sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
	return (uint32_t)((sum & 0xffff) + (sum >> 16));
}

/* Sources that no host may use towards another (RFC 1122 section 3.2.1.3). */
static inline bool
is_martian(uint32_t source_be)
{
	uint8_t first = (uint8_t)source_be;

	return first == 0 || first == 127 || first >= 224;
}

/*
 * Echo request to echo reply: addresses and MACs change places, the type goes from 8 to 0. The ICMP
 * checksum is carried on, not checked: what was damaged on its way stays recognisably so.
 */
static inline void
make_echo_reply(uint8_t *f, const struct vip_entry *e)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(f + ETHER_LEN);
	uint8_t *icmp = f + ETHER_LEN + IP4_LEN;
	uint64_t requester = mac_load(f + 6);
	uint32_t source = ip->src_addr;
	uint32_t ttl_delta;
	uint32_t sum;
	uint16_t check;

	mac_store(f, requester);
	mac_store(f + 6, mac_load(e->mac));
	ip->src_addr = ip->dst_addr;
	ip->dst_addr = source;

	/* RFC 1624: the TTL starts anew; it is the high octet of a word that the sum covers. */
	ttl_delta = (uint32_t)ip->time_to_live;
	ip->time_to_live = 64;
	sum = (uint32_t)(uint16_t)~ip->hdr_checksum + 0xffff - ttl_delta + 64;
	sum = (sum & 0xffff) + (sum >> 16);
	ip->hdr_checksum = (uint16_t)~((sum & 0xffff) + (sum >> 16));

	icmp[0] = 0;
	memcpy(&check, icmp + 2, sizeof(check));
	sum = (uint32_t)check + ICMP_ECHO_REQUEST;
	check = (uint16_t)((sum & 0xffff) + (sum >> 16));
	memcpy(icmp + 2, &check, sizeof(check));
}

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
static __rte_noinline enum fwd_counter
sort_out(const struct vip_set *set, const struct vip_roles *roles, struct rte_mbuf *m)
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

/*
 * The entry of the address to which this is an echo request, in one piece and without options, that
 * we answer now; or NULL.
 */
static inline const struct vip_entry *
find_pinged(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m,
	    const uint8_t *f)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(f + ETHER_LEN);
	const struct vip_entry *e;
	uint32_t total_len;

	if (unlikely(rte_pktmbuf_data_len(m) < ETHER_LEN + IP4_LEN + ICMP_LEN))
		return NULL;
	total_len = rte_be_to_cpu_16(ip->total_length);
	e = vip_find4(set, ip->dst_addr);
	if (likely(ip->version_ihl == 0x45 && ip->next_proto_id == IPPROTO_ICMP &&
		   f[ETHER_LEN + IP4_LEN] == ICMP_ECHO_REQUEST && f[ETHER_LEN + IP4_LEN + 1] == 0 &&
		   e->is_used && vip_is_master(roles, e->vhid) &&
		   (ip->fragment_offset & FRAGMENT_MASK_BE) == 0 &&
		   total_len >= IP4_LEN + ICMP_LEN &&
		   total_len <= rte_pktmbuf_pkt_len(m) - ETHER_LEN &&
		   header_sum((const uint8_t *)ip) == 0xffff && !is_martian(ip->src_addr) &&
		   !mac_is_group(mac_load(f + 6)) && vip_accepts_mac(set, roles, mac_load(f))))
		return e;
	return NULL;
}

void
fwd_input4(struct fwd_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	   struct burst *in, struct burst *reply, struct burst *carp, struct burst *drop)
{
	const struct vip_set *set = vip_interface_set(ifc);
	unsigned int replies = reply->count;

	for (unsigned int i = 0; i < in->count; i++) {
		struct rte_mbuf *m = in->frame[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
		const struct vip_entry *e = find_pinged(set, roles, m, f);

		if (likely(e != NULL)) {
			make_echo_reply(f, e);
			burst_add(reply, m);
		} else {
			enum fwd_counter counter = sort_out(set, roles, m);

			counter_add(&w->counter[counter], 1);
			burst_add(counter == FWD_CARP4 ? carp : drop, m);
		}
	}
	counter_add(&w->counter[FWD_RECEIVED4], in->count);
	counter_add(&w->counter[FWD_ECHO_REPLIES4], reply->count - replies);
	in->count = 0;
}
