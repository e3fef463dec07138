/* SPDX-License-Identifier: BSD-3-Clause */
#include "arp/arp_internal.h"

/* Does the sender claim an address of ours, or a MAC? The other master does, and a liar. */
static bool
is_claim(const struct vip_set *set, uint64_t mac, uint32_t addr_be)
{
	return mac == set->port_mac || vip_find4(set, addr_be)->is_used ||
	       (mac_is_virtual(mac) && vip_set_has_vhid(set, IP_V4, mac_virtual_vhid(mac)));
}

/*
 * ... and is it ours now? Whoever announces itself as the new master is not to be answered by the
 * old one: the reply would come from the virtual MAC and turn the switches back to the old one. For
 * an announcement, which asks for itself, it does not matter what our role is by now: control may
 * have changed it since the address was found to be ours.
 */
static bool
is_conflict(const struct vip_set *set, const struct vip_roles *roles, const uint8_t *f)
{
	uint32_t addr_be = octets_load32(f + AT_SENDER_ADDR);
	const struct vip_entry *e = vip_find4(set, addr_be);
	uint64_t mac = mac_load(f + AT_SENDER_MAC);

	return addr_be == octets_load32(f + AT_TARGET_ADDR) || mac == set->port_mac ||
	       (e->is_used && vip_is_master(roles, e->vhid)) ||
	       (mac_is_virtual(mac) && vip_is_master(roles, mac_virtual_vhid(mac)));
}

/*
 * Whoever sends with our virtual MAC is a host like us, and advertisements say which of us has the
 * address; with the port's MAC it is a frame of ours that came back.
 */
void
arp_watch_claim(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_set *set,
		const struct vip_roles *roles, const uint8_t *f, struct neigh_sightings *sightings)
{
	uint32_t addr_be = octets_load32(f + AT_SENDER_ADDR);
	const struct vip_entry *e = vip_find4(set, addr_be);
	uint64_t mac = mac_load(f + AT_SENDER_MAC);
	octets16 key = arp_seen_key(f, NEIGH_SEEN_CLAIM, w->epoch);
	struct arp_seen *slot = &w->claim[arp_seen_slot(addr_be ^ (uint32_t)(mac >> 16)) %
					  ARP_CLAIM_SLOTS];
	struct neigh_sighting *sighting;

	if (!e->is_used || !vip_is_master(roles, e->role) || mac_is_group(mac) ||
	    mac == set->port_mac || mac == mac_load(e->mac) ||
	    octets_are_equal(octets_load(slot->mac), key))
		return;
	octets_store(slot->mac, key);
	sighting = &sightings->item[sightings->count++];
	*sighting = (struct neigh_sighting){
		.addr = ip_addr_from_v4_be(addr_be),
		.evidence = NEIGH_SEEN_CLAIM,
		.interface = ifc->index,
	};
	mac_store(sighting->mac, mac);
	counter_add(&w->counter[ARP_CLAIMS], 1);
}

/*
 * Instead of what was known of the address, else of what is out of date, else of somebody else. If
 * the address has moved, what was seen before of its old place would be news again.
 */
static void
remember(struct arp_worker *w, const uint8_t *f, enum neigh_evidence what)
{
	struct arp_seen *slot = &w->seen[arp_seen_slot(octets_load32(f + AT_SENDER_ADDR))];
	struct arp_seen *place = NULL;

	for (unsigned int way = 0; way < ARP_SEEN_WAYS; way++) {
		struct arp_seen *s = &slot[way];

		if (memcmp(s->addr, f + AT_SENDER_ADDR, sizeof(s->addr)) == 0) {
			if (mac_load(s->mac) != mac_load(f + AT_SENDER_MAC))
				s->epoch = w->epoch - 1;
			if (s->what == what)
				place = s;
		}
		if (place == NULL && s->epoch != w->epoch)
			place = s;
	}
	octets_store((place != NULL ? place : slot)->mac, arp_seen_key(f, what, w->epoch));
}

bool
arp_notice(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_set *set,
	   const struct vip_roles *roles, const uint8_t *f, enum neigh_evidence what,
	   struct neigh_sightings *sightings)
{
	uint64_t mac = mac_load(f + AT_SENDER_MAC);
	uint32_t addr_be = octets_load32(f + AT_SENDER_ADDR);
	struct ip_addr addr = ip_addr_from_v4_be(addr_be);
	struct neigh_sighting *sighting;

	if (mac_is_group(mac) || is_claim(set, mac, addr_be)) {
		counter_add(&w->counter[ARP_SIGHTINGS_REFUSED], 1);
		arp_watch_claim(w, ifc, set, roles, f, sightings);
		return !mac_is_group(mac) && !is_conflict(set, roles, f);
	}
	if (addr_be == 0)
		return true;
	remember(w, f, what);
	if (mac == 0 || !vip_is_onlink(set, &addr)) {
		counter_add(&w->counter[ARP_SIGHTINGS_REFUSED], 1);
		return true;
	}
	sighting = &sightings->item[sightings->count++];
	*sighting = (struct neigh_sighting){
		.addr = addr,
		.evidence = what,
		.is_known_only = what == NEIGH_SEEN_UNSOLICITED,
		.is_override = true,
		.interface = ifc->index,
	};
	mac_store(sighting->mac, mac);
	counter_add(&w->counter[ARP_SIGHTINGS], 1);
	return true;
}
