/* SPDX-License-Identifier: BSD-3-Clause */
#include "nd/nd_internal.h"

#include <rte_ether.h>

/* From the Ethernet source to the hop limit; any MAC but a group, any class and flow. */
static const octets16 usual_head = { 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60, 0, 0, 0, 0, ND_MESSAGE_LEN,
				     ND_ICMP6, ND_HOP_LIMIT };
static const octets16 head_mask = { 0x01, 0, 0, 0, 0, 0, 0xff, 0xff, 0xf0, 0, 0, 0, 0xff, 0xff,
				    0xff, 0xff };

#define SOLICITATION RTE_BE16(ND_NS << 8)
#define SOURCE_OPTION RTE_BE16(ND_OPTION_SOURCE << 8 | 1)

static inline bool
is_sum_right(const uint8_t *f)
{
	nd_sum sum = nd_sum_of(octets_load(f + AT_FROM)) + nd_sum_of(octets_load(f + AT_TO)) +
		     nd_sum_of(octets_load(f + AT_ICMP)) +
		     nd_sum_of(octets_load(f + AT_ICMP + sizeof(octets16)));

	return (nd_sum_total(sum) + nd_sum_pseudo(ND_MESSAGE_LEN)) % 0xffff == 0;
}

/*
 * The entry of the address that an ordinary solicitation to us asks for: with the sender's MAC as
 * its one option, from somebody who has been looked at lately. Or NULL.
 */
static inline const struct vip_entry6 *
find_asked(const struct nd_context *c, const struct rte_mbuf *m, const uint8_t *f)
{
	const struct vip_entry6 *e;
	uint64_t destination;
	octets16 key;

	if (unlikely(rte_pktmbuf_data_len(m) < ND_FRAME_LEN) ||
	    !octets_are_zero(octets_load(f + AT_SOURCE) ^ usual_head, head_mask) ||
	    octets_load16(f + AT_ICMP) != SOLICITATION ||
	    octets_load16(f + AT_OPTION) != SOURCE_OPTION || unlikely(!is_sum_right(f)))
		return NULL;
	e = vip_find6(c->set, f + AT_TARGET);
	if (unlikely(!vip_is_master(c->roles, vip_entry6_role(e))))
		return NULL;
	destination = mac_load(f + AT_DESTINATION);
	if (unlikely(!mac_is_group(destination) &&
		     !vip_accepts_mac(c->set, c->roles, destination)))
		return NULL;
	if (unlikely(f[AT_TO] != 0xff && !vip_find6(c->set, f + AT_TO)->is_used))
		return NULL;
	key = nd_seen_key(octets_load(f + ND_FRAME_LEN - sizeof(key)), NEIGH_SEEN_SENDER, c->w->epoch);
	return likely(nd_is_seen(c->w, f + AT_FROM, key)) ? e : NULL;
}

/* Directly behind the IPv6 header, and not to be forwarded. */
static inline bool
is_nd(const struct vip_set *set, const struct rte_mbuf *m, const uint8_t *f)
{
	return rte_pktmbuf_data_len(m) > AT_ICMP &&
	       octets_load16(f + AT_ETHERTYPE) == RTE_BE16(RTE_ETHER_TYPE_IPV6) &&
	       f[AT_NEXT_HEADER] == ND_ICMP6 && f[AT_ICMP] >= ND_RS && f[AT_ICMP] <= ND_REDIRECT &&
	       (f[AT_TO] == 0xff || vip_find6(set, f + AT_TO)->is_used);
}

/* True if it has become a reply. */
static __rte_noinline bool
take_unusual(const struct nd_context *c, struct rte_mbuf *m, struct burst *reply,
	     struct burst *drop)
{
	uint32_t len = rte_pktmbuf_pkt_len(m);
	enum nd_counter counter = nd_sort(c, m);

	if (counter == ND_REPLIES) {
		reply->grown += (int64_t)rte_pktmbuf_pkt_len(m) - len;
		return true;
	}
	counter_add(&c->w->counter[counter], 1);
	burst_add(drop, m);
	return false;
}

void
nd_input(struct nd_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	 struct burst *in, struct burst *reply, struct burst *drop,
	 struct neigh_sightings *sightings)
{
	const struct nd_context c = {
		.w = w,
		.ifc = ifc,
		.set = vip_interface_set(ifc),
		.roles = roles,
		.sightings = sightings,
		.router_flag = atomic_load_explicit(&ifc->is_router, memory_order_relaxed) ?
			       ND_FLAG_ROUTER : 0,
	};
	const uint8_t flags = c.router_flag | ND_FLAG_SOLICITED | ND_FLAG_OVERRIDE;
	const unsigned int count = in->count;
	struct rte_mbuf **const first = &reply->frame[reply->count];
	struct rte_mbuf **next = first;
	uint64_t octets = 0;
	unsigned int others = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct rte_mbuf *m = in->frame[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
		const struct vip_entry6 *e = find_asked(&c, m, f);

		if (likely(e != NULL)) {
			nd_write_advertisement(f, e, octets_load(f + AT_FROM),
					       octets_load64(f + AT_OPTION) >> 16, flags);
		} else if (!is_nd(c.set, m, f)) {
			in->frame[others++] = m;
			continue;
		} else if (!take_unusual(&c, m, reply, drop)) {
			continue;
		}
		octets += rte_pktmbuf_pkt_len(m);
		*next++ = m;
	}
	counter_add(&w->counter[ND_RECEIVED], count - others);
	counter_add(&w->counter[ND_REPLIES], (uint64_t)(next - first));
	reply->count += (unsigned int)(next - first);
	reply->octets += octets;
	in->count = others;
}
