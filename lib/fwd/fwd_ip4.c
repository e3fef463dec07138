/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_internal.h"

#include <netinet/in.h>

#define ECHO_LEN_MIN (ETHER_LEN + IP4_LEN + ICMP_LEN)

/* What a reply begins with behind the MACs: EtherType, version and header length. */
static const octets16 head_like = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x00, 0x45, 0 };
/* All of it counts but the type of service; of the destination, only that it is no group. */
static const octets16 head_mask = { 0x01, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				    0xff, 0xff, 0 };

/*
 * The checksum of a header of 20 octets is right if its 16-bit words add up to 0xffff, carries
 * being added at the bottom: to a multiple of 0xffff that is not 0. Its 32-bit words add up to the
 * same modulo 0xffff, for 2^16 is 1 there. 0 it cannot be, as the version is not.
 */
static inline bool
is_header_sound(const uint8_t *f, uint64_t from, uint64_t to)
{
	uint64_t sum = (uint64_t)octets_load32(f + AT_VERSION) + octets_load32(f + AT_ID) +
		       octets_load32(f + AT_TTL) + from + to;

	return sum % 0xffff == 0;
}

/* Is the packet as long as its header says, and as what is in it must be? */
static inline bool
is_length_sound(const struct rte_mbuf *m, const uint8_t *f, uint32_t shortest)
{
	uint32_t total_len = (uint16_t)rte_be_to_cpu_32(octets_load32(f + AT_VERSION));

	/* Shorter than it must be is longer than anything. */
	return total_len - shortest <= rte_pktmbuf_pkt_len(m) - ETHER_LEN - shortest;
}

/* The entry of the address to which this is an echo request in one piece that we answer now. */
static inline const struct vip_entry *
find_pinged(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m,
	    const uint8_t *f)
{
	const struct vip_entry *e;
	uint64_t from, to;

	if (unlikely(rte_pktmbuf_data_len(m) < ECHO_LEN_MIN) || f[AT_PROTOCOL] != IPPROTO_ICMP ||
	    octets_load16(f + AT_ICMP) != ECHO_REQUEST ||
	    (octets_load16(f + AT_FRAGMENT) & FRAGMENT_MASK_BE) != 0)
		return NULL;
	from = octets_load32(f + AT_FROM);
	to = octets_load32(f + AT_TO);
	if (unlikely(!is_length_sound(m, f, IP4_LEN + ICMP_LEN) || !is_header_sound(f, from, to) || is_martian((uint32_t)from)))
		return NULL;
	e = vip_find4(set, (uint32_t)to);
	return likely(vip_is_master(roles, e->role)) ? e : NULL;
}

/* For a frame that came to another MAC of ours than the entry answers with. */
static __rte_noinline bool
turn_odd_head(const struct vip_set *set, const struct vip_roles *roles, const struct vip_entry *e,
	      uint8_t *f)
{
	if (octets_load16(f + AT_ETHERTYPE) != RTE_BE16(RTE_ETHER_TYPE_IPV4) ||
	    f[AT_VERSION] != 0x45 || mac_is_group(f[AT_SOURCE]) ||
	    !vip_accepts_mac(set, roles, mac_load(f)))
		return false;
	memcpy(f, f + AT_SOURCE, sizeof(e->mac));
	memcpy(f + AT_SOURCE, e->mac, sizeof(e->mac));
	return true;
}

/*
 * Turn the head of a request around. If it came from a single host to the MAC that the entry
 * answers with, and is IPv4 without options, that makes the head of the reply.
 */
static inline bool
turn_head(const struct vip_set *set, const struct vip_roles *roles, const struct vip_entry *e,
	  uint8_t *f)
{
	octets16 head = octets_load(f), like = vip_entry_head(e);

	/* Destination and source change places; the entry's address gives way to the type. */
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
is_ip4(const struct rte_mbuf *m, const uint8_t *f)
{
	return rte_pktmbuf_data_len(m) >= ETHER_LEN &&
	       octets_load16(f + AT_ETHERTYPE) == RTE_BE16(RTE_ETHER_TYPE_IPV4);
}

static void
sort(struct fwd_worker *w, enum fwd_counter counter, struct rte_mbuf *m, struct burst *carp,
     struct fwd_transit *route, struct burst *drop)
{
	if (counter == FWD_TO_ROUTE) {
		const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);

		route->to4[route->count] = rte_be_to_cpu_32(octets_load32(f + AT_TO));
		route->frame[route->count++] = m;
		route->octets += rte_pktmbuf_pkt_len(m);
		return;
	}
	counter_add(&w->counter[counter], 1);
	burst_add(counter == FWD_CARP4 ? carp : drop, m);
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
		const struct vip_entry *e = find_pinged(set, roles, m, f);

		if (likely(e != NULL && turn_head(set, roles, e, f))) {
			fwd_make_echo_reply4(f);
			octets += rte_pktmbuf_pkt_len(m);
			*next++ = m;
		} else if (!is_ip4(m, f)) {
			in->frame[others++] = m;
		} else {
			sort(w, fwd_sort4(set, roles, m, route != NULL), m, carp, route, drop);
		}
	}
	counter_add(&w->counter[FWD_RECEIVED4], count - others);
	counter_add(&w->counter[FWD_ECHO_REPLIES4], (uint64_t)(next - first));
	reply->count += (unsigned int)(next - first);
	reply->octets += octets;
	in->count = others;
}

/* ------------------------------------------------------------------------------------------- */
/* What is for somebody else                                                                    */
/* ------------------------------------------------------------------------------------------- */

/* IPv4 without options, whatever its type of service. */
#define PLAIN_MASK RTE_BE32(0xffffff00)
#define PLAIN_HEAD RTE_BE32(0x08004500)

/* First octets of addresses that a router has to look at more closely, or not at all. */
static const uint8_t is_odd[256] = { [0] = 1, [127] = 1, [169] = 1, [224 ... 255] = 1 };

/*
 * As is_header_sound(), in words of 64 bits: what is carried out of them is carried in again, since
 * 2^64 is 1 modulo 0xffff, too.
 */
static inline bool
is_sum_sound(const uint8_t *f)
{
	uint64_t sum = octets_load64(f + AT_VERSION), words = octets_load64(f + AT_TTL);

	sum += words;
	sum += sum < words;
	words = octets_load32(f + AT_TO);
	sum += words;
	sum += sum < words;
	return sum % 0xffff == 0;
}

/*
 * Is the packet to be forwarded as it is, but for what is on the other side? @p accepted is a MAC of
 * ours. Pings may be for us, and are looked at elsewhere.
 */
static inline bool
is_transit(const struct rte_mbuf *m, const uint8_t *f, uint64_t accepted)
{
	uint32_t total_len;

	if (unlikely(rte_pktmbuf_data_len(m) < ETHER_LEN + IP4_LEN ||
		     (octets_load64(f) & FWD_LAYER2_MASK) != accepted ||
		     (octets_load32(f + AT_ETHERTYPE) & PLAIN_MASK) != PLAIN_HEAD ||
		     f[AT_PROTOCOL] == IPPROTO_ICMP))
		return false;
	total_len = rte_be_to_cpu_16(octets_load16(f + AT_TOTAL_LEN));
	/* Shorter than it must be is longer than anything. */
	return likely(total_len - IP4_LEN <= rte_pktmbuf_pkt_len(m) - ETHER_LEN - IP4_LEN &&
		      is_sum_sound(f) && (is_odd[f[AT_FROM]] | is_odd[f[AT_TO]]) == 0);
}

/* Put aside what is ordinary; the rest stays in @p in. */
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
		route->to4[taken] = rte_be_to_cpu_32(octets_load32(f + AT_TO));
		route->frame[taken++] = m;
		octets += rte_pktmbuf_pkt_len(m);
	}
	in->count = others;
	route->count = taken;
	route->octets += octets;
}

void
fwd_input4(struct fwd_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	   struct burst *in, struct burst *reply, struct burst *carp, struct fwd_transit *route,
	   struct burst *drop)
{
	const struct vip_set *set = vip_interface_set(ifc);

	if (route != NULL && in->count != 0) {
		unsigned int before = route->count;

		take_transit(in, route, fwd_accepted_mac(set, roles, in->frame[0]));
		counter_add(&w->counter[FWD_RECEIVED4], route->count - before);
	}
	if (in->count != 0)
		input_local(w, set, roles, in, reply, carp, route, drop);
}
