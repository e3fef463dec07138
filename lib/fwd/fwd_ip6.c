/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_internal.h"

#include <netinet/in.h>

#define ECHO_LEN_MIN (ETHER_LEN + IP6_LEN + ICMP_LEN)

/* What a reply begins with behind the MACs: EtherType, and version. */
static const octets16 head_like = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60, 0 };
/* All of it counts but the traffic class; of the destination, only that it is no group. */
static const octets16 head_mask = { 0x01, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				    0xff, 0xf0, 0 };

/* The entry of the address to which this is an echo request in one piece that we answer now. */
static inline const struct vip_entry6 *
find_pinged(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m,
	    const uint8_t *f)
{
	const struct vip_entry6 *e;
	uint32_t len;

	if (unlikely(rte_pktmbuf_data_len(m) < ECHO_LEN_MIN) ||
	    f[AT_NEXT_HEADER] != IPPROTO_ICMPV6 || octets_load16(f + AT_PAYLOAD6) != ECHO_REQUEST6)
		return NULL;
	len = rte_be_to_cpu_16(octets_load16(f + AT_PAYLOAD_LEN));
	/* Shorter than it must be is longer than anything. */
	if (unlikely(len - ICMP_LEN > rte_pktmbuf_pkt_len(m) - ECHO_LEN_MIN ||
		     is_martian6(f + AT_FROM6)))
		return NULL;
	e = vip_find6(set, f + AT_TO6);
	return likely(vip_is_master(roles, vip_entry6_role(e))) ? e : NULL;
}

/* For a frame that came to another MAC of ours than the entry answers with. */
static __rte_noinline bool
turn_odd_head(const struct vip_set *set, const struct vip_roles *roles, const struct vip_entry6 *e,
	      uint8_t *f)
{
	if (octets_load16(f + AT_ETHERTYPE) != RTE_BE16(RTE_ETHER_TYPE_IPV6) ||
	    f[AT_VERSION] >> 4 != 6 || mac_is_group(f[AT_SOURCE]) ||
	    !vip_accepts_mac(set, roles, mac_load(f)))
		return false;
	memcpy(f, f + AT_SOURCE, sizeof(e->mac));
	memcpy(f + AT_SOURCE, e->mac, sizeof(e->mac));
	return true;
}

/*
 * Turn the head of a request around. If it came from a single host to the MAC that the entry
 * answers with, and is IPv6, that makes the head of the reply.
 */
static inline bool
turn_head(const struct vip_set *set, const struct vip_roles *roles, const struct vip_entry6 *e,
	  uint8_t *f)
{
	octets16 head = octets_load(f), like = vip_entry6_head(e);

	/* Destination and source change places; the rest of the entry gives way to the type. */
	head = __builtin_shufflevector(head, head, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5,
				       12, 13, 14, 15);
	like = __builtin_shufflevector(like, head_like, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
				       28, 29, 30, 31);
	if (unlikely(!octets_are_zero(head ^ like, head_mask)))
		return turn_odd_head(set, roles, e, f);
	octets_store(f, head);
	return true;
}

static inline bool
is_ip6(const struct rte_mbuf *m, const uint8_t *f)
{
	return rte_pktmbuf_data_len(m) >= ETHER_LEN &&
	       octets_load16(f + AT_ETHERTYPE) == RTE_BE16(RTE_ETHER_TYPE_IPV6);
}

static void
sort(struct fwd_worker *w, enum fwd_counter counter, struct rte_mbuf *m, struct burst *carp,
     struct fwd_transit *route, struct burst *drop)
{
	if (counter == FWD_TO_ROUTE) {
		octets_store(route->to6[route->count],
			     octets_load(rte_pktmbuf_mtod(m, const uint8_t *) + AT_TO6));
		route->frame[route->count++] = m;
		route->octets += rte_pktmbuf_pkt_len(m);
		return;
	}
	counter_add(&w->counter[counter], 1);
	burst_add(counter == FWD_CARP6 ? carp : drop, m);
}

/* What has not been put aside: echo requests to us above all. */
static __rte_noinline void
input_local(struct fwd_worker *w, const struct vip_set *set, const struct vip_roles *roles,
	    struct burst *in, struct burst *reply, struct burst *carp, struct fwd_transit *route,
	    struct burst *drop)
{
	const unsigned int count = in->count;
	struct rte_mbuf **const first = &reply->frame[reply->count];
	struct rte_mbuf **next = first;
	uint64_t octets = 0;
	unsigned int others = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct rte_mbuf *m = in->frame[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
		const struct vip_entry6 *e = find_pinged(set, roles, m, f);

		if (likely(e != NULL && turn_head(set, roles, e, f))) {
			fwd_make_echo_reply6(f);
			octets += rte_pktmbuf_pkt_len(m);
			*next++ = m;
		} else if (!is_ip6(m, f)) {
			in->frame[others++] = m;
		} else {
			sort(w, fwd_sort6(set, roles, m, route != NULL), m, carp, route, drop);
		}
	}
	counter_add(&w->counter[FWD_RECEIVED6], count - others);
	counter_add(&w->counter[FWD_ECHO_REPLIES6], (uint64_t)(next - first));
	reply->count += (unsigned int)(next - first);
	reply->octets += octets;
	in->count = others;
}

/* ------------------------------------------------------------------------------------------- */
/* What is for somebody else: as in fwd_ip4.c                                                   */
/* ------------------------------------------------------------------------------------------- */

/* IPv6, whatever its traffic class and flow label. */
#define PLAIN_MASK RTE_BE32(0xfffff000)
#define PLAIN_HEAD RTE_BE32(0x86dd6000)

/* First octets of addresses that a router has to look at more closely, or not at all. */
static const uint8_t is_odd[256] = { [0] = 1, [0xfe] = 1, [0xff] = 1 };

static inline bool
is_transit(const struct rte_mbuf *m, const uint8_t *f, uint64_t accepted)
{
	if (unlikely(rte_pktmbuf_data_len(m) < ETHER_LEN + IP6_LEN ||
		     (octets_load64(f) & FWD_LAYER2_MASK) != accepted ||
		     (octets_load32(f + AT_ETHERTYPE) & PLAIN_MASK) != PLAIN_HEAD ||
		     f[AT_NEXT_HEADER] == IPPROTO_ICMPV6))
		return false;
	return likely(rte_be_to_cpu_16(octets_load16(f + AT_PAYLOAD_LEN)) <=
			      rte_pktmbuf_pkt_len(m) - (ETHER_LEN + IP6_LEN) &&
		      (is_odd[f[AT_FROM6]] | is_odd[f[AT_TO6]]) == 0);
}

static void
take_transit(struct burst *in, struct fwd_transit *route, uint64_t accepted)
{
	unsigned int others = 0, taken = route->count;
	uint64_t octets = 0;

	for (unsigned int i = 0; i < in->count; i++) {
		struct rte_mbuf *m = in->frame[i];
		const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);

		if (unlikely(!is_transit(m, f, accepted))) {
			in->frame[others++] = m;
			continue;
		}
		octets_store(route->to6[taken], octets_load(f + AT_TO6));
		route->frame[taken++] = m;
		octets += rte_pktmbuf_pkt_len(m);
	}
	in->count = others;
	route->count = taken;
	route->octets += octets;
}

void
fwd_input6(struct fwd_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	   struct burst *in, struct burst *reply, struct burst *carp, struct fwd_transit *route,
	   struct burst *drop)
{
	const struct vip_set *set = vip_interface_set(ifc);

	if (route != NULL && in->count != 0) {
		unsigned int before = route->count;

		take_transit(in, route, fwd_accepted_mac(set, roles, in->frame[0]));
		counter_add(&w->counter[FWD_RECEIVED6], route->count - before);
	}
	if (in->count != 0)
		input_local(w, set, roles, in, reply, carp, route, drop);
}
