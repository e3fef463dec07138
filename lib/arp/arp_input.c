/* SPDX-License-Identifier: BSD-3-Clause */
#include "arp/arp_internal.h"

#include <rte_byteorder.h>
#include <rte_ether.h>

/* From the EtherType on: ARP, over Ethernet, for IPv4, with the lengths of their addresses. */
#define ARP_FOR_IPV4 RTE_BE64(0x0806000108000604)
#define REQUEST RTE_BE16(1)
#define REPLY RTE_BE16(2)

/* Everything that is not a request for us; says why it is dropped. */
static __rte_noinline enum arp_counter
refuse(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_set *set,
       const struct vip_roles *roles, const struct rte_mbuf *m, struct neigh_sightings *sightings)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct vip_entry *e;
	uint16_t operation;

	if (rte_pktmbuf_data_len(m) < ARP_FRAME_LEN)
		return ARP_DROP_MALFORMED;
	operation = octets_load16(f + AT_OPERATION);
	if (octets_load64(f + AT_ETHERTYPE) != ARP_FOR_IPV4 ||
	    (operation != REQUEST && operation != REPLY))
		return ARP_DROP_MALFORMED;
	arp_watch_claim(w, ifc, set, roles, f, sightings);
	e = vip_find4(set, octets_load32(f + AT_TARGET_ADDR));
	if (!e->is_used) {
		/* It tells everybody where it is now; who asks for somebody else does not concern us. */
		if (octets_load32(f + AT_SENDER_ADDR) == octets_load32(f + AT_TARGET_ADDR) &&
		    !arp_is_seen(w, f, NEIGH_SEEN_UNSOLICITED))
			arp_notice(w, ifc, set, roles, f, NEIGH_SEEN_UNSOLICITED, sightings);
		return ARP_DROP_NOT_OURS;
	}
	if (operation == REQUEST)
		return vip_is_master(roles, e->vhid) ? ARP_DROP_WRONG_MAC : ARP_DROP_NOT_MASTER;
	if (!vip_accepts_mac(set, roles, mac_load(f + AT_DESTINATION)))
		return ARP_DROP_WRONG_MAC;
	if (!arp_is_seen(w, f, NEIGH_SEEN_ANSWER))
		arp_notice(w, ifc, set, roles, f, NEIGH_SEEN_ANSWER, sightings);
	return ARP_DROP_NOT_A_REQUEST;
}

/* The entry of the address that an ordinary request to us asks for, or NULL. */
static inline const struct vip_entry *
find_asked(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m,
	   const uint8_t *f)
{
	const struct vip_entry *e;
	uint64_t destination;

	if (unlikely(rte_pktmbuf_data_len(m) < ARP_FRAME_LEN) ||
	    octets_load64(f + AT_ETHERTYPE) != ARP_FOR_IPV4 ||
	    octets_load16(f + AT_OPERATION) != REQUEST)
		return NULL;
	e = vip_find4(set, octets_load32(f + AT_TARGET_ADDR));
	if (unlikely(!vip_is_master(roles, e->role)))
		return NULL;
	destination = octets_load64(f + AT_DESTINATION) & MAC_MASK;
	if (unlikely(destination != MAC_BROADCAST && !vip_accepts_mac(set, roles, destination)))
		return NULL;
	return e;
}

/* The sender becomes the target, and we the sender, of the packet and of the frame. */
static inline void
make_reply(uint8_t *f, const struct vip_entry *e)
{
	const octets16 type = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x06, 0, 1 };
	octets16 fixed = { 0x08, 0x00, 6, 4, 0, 2 };
	octets16 sender = octets_load(f + AT_SENDER_MAC), ours = vip_entry_head(e), head;
	uint64_t target = octets_load64(f + AT_SENDER_MAC);
	uint16_t target_rest = octets_load16(f + AT_SENDER_MAC + sizeof(target));

	head = __builtin_shufflevector(sender, ours, 0, 1, 2, 3, 4, 5, 22, 23, 24, 25, 26, 27,
				       28, 29, 30, 31);
	head = __builtin_shufflevector(head, type, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
				       28, 29, 30, 31);
	octets_store(f, head);
	fixed = __builtin_shufflevector(fixed, ours, 0, 1, 2, 3, 4, 5, 22, 23, 24, 25, 26, 27,
					28, 29, 30, 31);
	octets_store(f + AT_PROTOCOL, fixed);
	octets_store64(f + AT_TARGET_MAC, target);
	octets_store16(f + AT_TARGET_MAC + sizeof(target), target_rest);
}

static inline bool
is_arp(const struct rte_mbuf *m, const uint8_t *f)
{
	return rte_pktmbuf_data_len(m) >= RTE_ETHER_HDR_LEN &&
	       octets_load16(f + AT_ETHERTYPE) == RTE_BE16(RTE_ETHER_TYPE_ARP);
}

void
arp_input(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	  struct burst *in, struct burst *reply, struct burst *drop,
	  struct neigh_sightings *sightings)
{
	const struct vip_set *set = vip_interface_set(ifc);
	const unsigned int count = in->count;
	struct rte_mbuf **const first = &reply->frame[reply->count];
	struct rte_mbuf **next = first;
	uint64_t octets = 0;
	unsigned int probes = 0, others = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct rte_mbuf *m = in->frame[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
		const struct vip_entry *e = find_asked(set, roles, m, f);

		if (unlikely(e == NULL)) {
			if (!is_arp(m, f)) {
				in->frame[others++] = m;
				continue;
			}
			counter_add(&w->counter[refuse(w, ifc, set, roles, m, sightings)], 1);
			burst_add(drop, m);
			continue;
		}
		if (unlikely(!arp_is_seen(w, f, NEIGH_SEEN_SENDER))) {
			if (!arp_notice(w, ifc, set, roles, f, NEIGH_SEEN_SENDER, sightings)) {
				counter_add(&w->counter[ARP_DROP_CONFLICT], 1);
				burst_add(drop, m);
				continue;
			}
			probes += octets_load32(f + AT_SENDER_ADDR) == 0;
		}
		make_reply(f, e);
		octets += rte_pktmbuf_pkt_len(m);
		*next++ = m;
	}
	counter_add(&w->counter[ARP_RECEIVED], count - others);
	counter_add(&w->counter[ARP_REPLIES], (uint64_t)(next - first));
	counter_add(&w->counter[ARP_PROBES_ANSWERED], probes);
	reply->count += (unsigned int)(next - first);
	reply->octets += octets;
	in->count = others;
}
