/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_internal.h"

#include <netinet/in.h>

#include "base/octets.h"

#define ICMP_LEN 8
#define ECHO_LEN_MIN (ETHER_LEN + IP6_LEN + ICMP_LEN)
#define REPLY_HOP_LIMIT 64

/* Offsets in a frame without extension headers. */
enum {
	AT6_SOURCE = 6,
	AT6_ETHERTYPE = 12,
	AT6_VERSION = 14,
	AT6_PAYLOAD_LEN = 18,
	AT6_NEXT_HEADER = 20,
	AT6_HOP_LIMIT = 21,
	AT6_FROM = 22,
	AT6_TO = 38,
	AT6_ICMP = 54,
};

_Static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN,
	       "next header and type are the low octets of their words");

/* Type 128 and code 0. */
#define ECHO_REQUEST RTE_BE16(0x8000)
/* With the checksum behind them a number: 1 more in the type is 1 less in the checksum. */
#define TYPE_TO_CHECK 16
#define REQUEST_TO_REPLY ((1u << TYPE_TO_CHECK) - 1u)

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
	    f[AT6_NEXT_HEADER] != IPPROTO_ICMPV6 || octets_load16(f + AT6_ICMP) != ECHO_REQUEST)
		return NULL;
	len = rte_be_to_cpu_16(octets_load16(f + AT6_PAYLOAD_LEN));
	/* Shorter than it must be is longer than anything. */
	if (unlikely(len - ICMP_LEN > rte_pktmbuf_pkt_len(m) - ECHO_LEN_MIN ||
		     is_martian6(f + AT6_FROM)))
		return NULL;
	e = vip_find6(set, f + AT6_TO);
	return likely(vip_is_master(roles, vip_entry6_role(e))) ? e : NULL;
}

/* For a frame that came to another MAC of ours than the entry answers with. */
static __rte_noinline bool
turn_odd_head(const struct vip_set *set, const struct vip_roles *roles, const struct vip_entry6 *e,
	      uint8_t *f)
{
	if (octets_load16(f + AT6_ETHERTYPE) != RTE_BE16(RTE_ETHER_TYPE_IPV6) ||
	    f[AT6_VERSION] >> 4 != 6 || mac_is_group(f[AT6_SOURCE]) ||
	    !vip_accepts_mac(set, roles, mac_load(f)))
		return false;
	memcpy(f, f + AT6_SOURCE, sizeof(e->mac));
	memcpy(f + AT6_SOURCE, e->mac, sizeof(e->mac));
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

/*
 * Request to reply: addresses change places, which leaves the sum as it is, and the type goes from
 * 128 to 129. The checksum is carried on, not checked: what was damaged on its way stays
 * recognisably so.
 */
static inline void
make_echo_reply(uint8_t *f)
{
	octets16 from = octets_load(f + AT6_FROM);
	uint32_t icmp = octets_load32(f + AT6_ICMP);

	octets_store(f + AT6_FROM, octets_load(f + AT6_TO));
	octets_store(f + AT6_TO, from);
	f[AT6_HOP_LIMIT] = REPLY_HOP_LIMIT;

	/* The checksum is the upper half, so that its borrow is that of the word. */
	icmp -= REQUEST_TO_REPLY + ((uint32_t)(icmp < REQUEST_TO_REPLY) << TYPE_TO_CHECK);
	octets_store32(f + AT6_ICMP, icmp);
}

static inline bool
is_ip6(const struct rte_mbuf *m, const uint8_t *f)
{
	return rte_pktmbuf_data_len(m) >= ETHER_LEN &&
	       octets_load16(f + AT6_ETHERTYPE) == RTE_BE16(RTE_ETHER_TYPE_IPV6);
}

void
fwd_input6(struct fwd_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	   struct burst *in, struct burst *reply, struct burst *carp, struct burst *drop)
{
	const struct vip_set *set = vip_interface_set(ifc);
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
			make_echo_reply(f);
			octets += rte_pktmbuf_pkt_len(m);
			*next++ = m;
		} else if (!is_ip6(m, f)) {
			in->frame[others++] = m;
		} else {
			enum fwd_counter counter = fwd_sort6(set, roles, m);

			counter_add(&w->counter[counter], 1);
			burst_add(counter == FWD_CARP6 ? carp : drop, m);
		}
	}
	counter_add(&w->counter[FWD_RECEIVED6], count - others);
	counter_add(&w->counter[FWD_ECHO_REPLIES6], (uint64_t)(next - first));
	reply->count += (unsigned int)(next - first);
	reply->octets += octets;
	in->count = others;
}
