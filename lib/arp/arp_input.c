/* SPDX-License-Identifier: BSD-3-Clause */
#include "arp/arp.h"

#include <rte_byteorder.h>

/*
 * Offsets in the frame. The fixed part of an ARP packet for IPv4 over Ethernet and its operation
 * are eight octets in a row, so that "an ordinary request" is one comparison.
 */
enum {
	AT_DESTINATION = 0,
	AT_SOURCE = 6,
	AT_FIXED = 14,
	AT_OPERATION = 20,
	AT_SENDER_MAC = 22,
	AT_SENDER_ADDR = 28,
	AT_TARGET_MAC = 32,
	AT_TARGET_ADDR = 38,
};

#define FIXED_REQUEST 0x0001080006040001ULL
#define FIXED_REPLY 0x0001080006040002ULL

static inline uint64_t
load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t
load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void
store32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline uint32_t
seen_slot(uint32_t addr_be)
{
	return (addr_be * 0x9e3779b1u) >> 24;
}

_Static_assert(ARP_SEEN_SLOTS == 1u << 8, "the slot of a sender is the upper 8 bits of its hash");

/* The worth of a report is that it is rare: an honest sender is looked at once in an epoch. */
static inline bool
is_seen(const struct arp_worker *w, uint64_t mac, uint32_t addr_be)
{
	const struct arp_seen *s = &w->seen[seen_slot(addr_be)];

	return s->mac == mac && s->addr_be == addr_be && s->epoch == w->epoch;
}

/* Does the sender claim an address of ours, or a MAC? The other master does, and a liar. */
static bool
is_claim(const struct vip_set *set, uint64_t mac, uint32_t addr_be)
{
	return mac == set->port_mac || vip_find4(set, addr_be)->is_used ||
	       (mac_is_virtual(mac) && vip_set_has_vhid(set, IP_V4, mac_virtual_vhid(mac)));
}

/*
 * ... and is it ours now? Whoever announces itself as the new master is not to be answered by the
 * old one: the reply would come from the virtual MAC and turn the switches back to the old one.
 */
static bool
is_conflict(const struct vip_set *set, const struct vip_roles *roles, uint64_t mac,
	    uint32_t addr_be)
{
	const struct vip_entry *e = vip_find4(set, addr_be);

	return mac == set->port_mac || (e->is_used && vip_is_master(roles, e->vhid)) ||
	       (mac_is_virtual(mac) && vip_is_master(roles, mac_virtual_vhid(mac)));
}

/*
 * Look at a sender that has not been seen lately. Nothing is learned from a claim, from a group
 * address, or from off the link. Returns false if it is not to be answered.
 */
static __rte_noinline bool
notice_sender(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_set *set,
	      const struct vip_roles *roles, const uint8_t *f, struct arp_sightings *sightings)
{
	uint64_t mac = mac_load(f + AT_SENDER_MAC);
	uint32_t addr_be = load32(f + AT_SENDER_ADDR);
	struct ip_addr addr = ip_addr_from_v4_be(addr_be);
	struct neigh_sighting *sighting;

	if (mac_is_group(mac) || is_claim(set, mac, addr_be)) {
		counter_add(&w->counter[ARP_SIGHTINGS_REFUSED], 1);
		return !mac_is_group(mac) && !is_conflict(set, roles, mac, addr_be);
	}
	if (addr_be == 0)
		return true;
	w->seen[seen_slot(addr_be)] =
		(struct arp_seen){ .mac = mac, .addr_be = addr_be, .epoch = w->epoch };
	if (mac == 0 || !vip_is_onlink(set, &addr)) {
		counter_add(&w->counter[ARP_SIGHTINGS_REFUSED], 1);
		return true;
	}
	sighting = &sightings->item[sightings->count++];
	*sighting = (struct neigh_sighting){ .addr = addr, .interface = ifc->index };
	mac_store(sighting->mac, mac);
	counter_add(&w->counter[ARP_SIGHTINGS], 1);
	return true;
}

/* Swap the frame around: 10 octets of sender become the target, ours become the sender. */
static inline void
make_reply(uint8_t *f, const struct vip_entry *e)
{
	uint64_t sender = load64(f + AT_SENDER_MAC);
	uint16_t sender_tail;
	uint64_t ours = mac_load(e->mac);

	memcpy(&sender_tail, f + AT_SENDER_MAC + 8, sizeof(sender_tail));
	mac_store(f + AT_DESTINATION, sender);
	mac_store(f + AT_SOURCE, ours);
	f[AT_OPERATION + 1] = 2;
	mac_store(f + AT_SENDER_MAC, ours);
	store32(f + AT_SENDER_ADDR, e->addr_be);
	memcpy(f + AT_TARGET_MAC, &sender, sizeof(sender));
	memcpy(f + AT_TARGET_MAC + 8, &sender_tail, sizeof(sender_tail));
}

/* Everything that is not a request for us; says why it is dropped. */
static __rte_noinline enum arp_counter
refuse(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_set *set,
       const struct vip_roles *roles, const struct rte_mbuf *m, struct arp_sightings *sightings)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct vip_entry *e;
	uint64_t fixed;

	if (rte_pktmbuf_data_len(m) < ARP_FRAME_LEN)
		return ARP_DROP_MALFORMED;
	fixed = load64(f + AT_FIXED);
	if (fixed != rte_cpu_to_be_64(FIXED_REQUEST) && fixed != rte_cpu_to_be_64(FIXED_REPLY))
		return ARP_DROP_MALFORMED;
	e = vip_find4(set, load32(f + AT_TARGET_ADDR));
	if (!e->is_used)
		return ARP_DROP_NOT_OURS;
	if (fixed == rte_cpu_to_be_64(FIXED_REQUEST))
		return vip_is_master(roles, e->vhid) ? ARP_DROP_WRONG_MAC : ARP_DROP_NOT_MASTER;
	if (mac_load(f + AT_DESTINATION) != set->port_mac)
		return ARP_DROP_WRONG_MAC;
	if (!is_seen(w, mac_load(f + AT_SENDER_MAC), load32(f + AT_SENDER_ADDR)))
		notice_sender(w, ifc, set, roles, f, sightings);
	return ARP_DROP_NOT_A_REQUEST;
}

/* The entry of the address that an ordinary request to us asks for, or NULL. */
static inline const struct vip_entry *
find_asked(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m,
	   const uint8_t *f)
{
	const struct vip_entry *e;
	uint64_t destination;

	if (unlikely(rte_pktmbuf_data_len(m) < ARP_FRAME_LEN ||
		     load64(f + AT_FIXED) != rte_cpu_to_be_64(FIXED_REQUEST)))
		return NULL;
	destination = mac_load(f + AT_DESTINATION);
	e = vip_find4(set, load32(f + AT_TARGET_ADDR));
	if (unlikely(!e->is_used || !vip_is_master(roles, e->vhid) ||
		     (destination != MAC_BROADCAST && !vip_accepts_mac(set, roles, destination))))
		return NULL;
	return e;
}

void
arp_input(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	  struct burst *in, struct burst *reply, struct burst *drop,
	  struct arp_sightings *sightings)
{
	const struct vip_set *set = vip_interface_set(ifc);
	unsigned int replies = reply->count;
	unsigned int probes = 0;

	for (unsigned int i = 0; i < in->count; i++) {
		struct rte_mbuf *m = in->frame[i];
		uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
		const struct vip_entry *e = find_asked(set, roles, m, f);
		uint32_t sender_addr;

		if (unlikely(e == NULL)) {
			counter_add(&w->counter[refuse(w, ifc, set, roles, m, sightings)], 1);
			burst_add(drop, m);
			continue;
		}
		sender_addr = load32(f + AT_SENDER_ADDR);
		if (unlikely(!is_seen(w, mac_load(f + AT_SENDER_MAC), sender_addr))) {
			if (!notice_sender(w, ifc, set, roles, f, sightings)) {
				counter_add(&w->counter[ARP_DROP_CONFLICT], 1);
				burst_add(drop, m);
				continue;
			}
			probes += sender_addr == 0;
		}
		make_reply(f, e);
		burst_add(reply, m);
	}
	counter_add(&w->counter[ARP_RECEIVED], in->count);
	counter_add(&w->counter[ARP_REPLIES], reply->count - replies);
	counter_add(&w->counter[ARP_PROBES_ANSWERED], probes);
	in->count = 0;
}
