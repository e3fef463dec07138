/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of this module share: the frame, and who has been seen.
 */
#ifndef ARP_INTERNAL_H
#define ARP_INTERNAL_H

#include "arp/arp.h"
#include "base/octets.h"

/**
 * Offsets in the frame. EtherType and the fixed part of a packet for IPv4 over Ethernet are eight
 * octets in a row, and so are the sender's ten.
 */
enum {
	AT_DESTINATION = 0,
	AT_SOURCE = 6,
	AT_ETHERTYPE = 12,
	AT_PROTOCOL = 16,
	AT_OPERATION = 20,
	AT_SENDER_MAC = 22,
	AT_SENDER_ADDR = 28,
	AT_TARGET_MAC = 32,
	AT_TARGET_ADDR = 38,
};

/** The sender of a frame as the table of those seen has it. An answer is not hidden by a request. */
static inline octets16
arp_seen_key(const uint8_t *f, enum neigh_evidence what, uint32_t epoch)
{
	const octets16 sender = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return (octets_load(f + AT_SENDER_MAC) & sender) | octets_from_words(0, 0, (uint32_t)what << 16, epoch);
}

static inline uint32_t
arp_seen_slot(uint32_t addr_be)
{
	return (addr_be * 0x9e3779b1u) >> 22;
}

_Static_assert(ARP_SEEN_SLOTS == 1u << 10, "the slot of a sender is the upper 10 bits of its hash");

/** The worth of a report is that it is rare: an honest sender is looked at once in an epoch. */
static inline bool
arp_is_seen(const struct arp_worker *w, const uint8_t *f, enum neigh_evidence what)
{
	const struct arp_seen *s = &w->seen[arp_seen_slot(octets_load32(f + AT_SENDER_ADDR))];
	octets16 key = arp_seen_key(f, what, w->epoch);

	if (octets_are_equal(octets_load(s->mac), key))
		return true;
	for (unsigned int way = 1; way < ARP_SEEN_WAYS; way++)
		if (octets_are_equal(octets_load(s[way].mac), key))
			return true;
	return false;
}

/**
 * Look at a sender that has not been seen lately. Nothing is learned from a claim, from a group
 * address, or from off the link.
 *
 * @param what NEIGH_SEEN_SENDER or NEIGH_SEEN_ANSWER
 * @return false if it is not to be answered
 */
bool arp_notice(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_set *set,
		const struct vip_roles *roles, const uint8_t *f, enum neigh_evidence what,
		struct neigh_sightings *sightings);

/** Report the sender if it claims an address that is ours now. */
void arp_watch_claim(struct arp_worker *w, const struct vip_interface *ifc,
		     const struct vip_set *set, const struct vip_roles *roles, const uint8_t *f,
		     struct neigh_sightings *sightings);

#endif /* ARP_INTERNAL_H */
