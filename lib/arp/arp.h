/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * ARP (RFC 826): answer for own addresses, and for virtual ones while MASTER; announce; notice
 * neighbours.
 *
 * The sender and the Ethernet source of everything that concerns a virtual address is the virtual
 * MAC, so that switches learn it. A probe (RFC 5227, sender 0.0.0.0) is answered like any request.
 *
 * Threads: arp_input() by a worker with a struct arp_worker of its own; the builder from anywhere.
 * Memory:  nothing is allocated. Frames move from one burst to another.
 * Time:    cycles, supplied by the caller.
 */
#ifndef ARP_H
#define ARP_H

#include <stdint.h>

#include "base/burst.h"
#include "base/counter.h"
#include "neigh/neigh.h"
#include "vip/vip.h"

/** Ethernet, VLAN-less, and the 28 octets of ARP for IPv4. */
#define ARP_FRAME_LEN 42

enum arp_counter {
	ARP_RECEIVED,
	ARP_REPLIES,
	ARP_PROBES_ANSWERED,      /**< of the replies: to a sender 0.0.0.0 */
	ARP_DROP_MALFORMED,       /**< too short, or not ARP for IPv4 over Ethernet */
	ARP_DROP_NOT_OURS,        /**< about an address that is not ours */
	ARP_DROP_NOT_MASTER,      /**< a request for a virtual address while not MASTER */
	ARP_DROP_NOT_A_REQUEST,   /**< a reply, noticed and done with */
	ARP_DROP_WRONG_MAC,       /**< unicast to a MAC that is not ours now */
	ARP_DROP_CONFLICT,        /**< sender claims an address or MAC of ours, or is a group */
	ARP_SIGHTINGS,            /**< neighbours reported */
	ARP_SIGHTINGS_REFUSED,    /**< sender off-link, or claims an address or MAC */
	ARP_CLAIMS,               /**< of our addresses by others, reported */
	ARP_COUNTERS,
};

/** The counter's name in telemetry. */
const char *arp_counter_name(enum arp_counter counter);

#define ARP_SEEN_SLOTS 1024
/** A sender is found in its slot or in one of those behind it. */
#define ARP_SEEN_WAYS 4
/** Claims are few, or somebody floods. */
#define ARP_CLAIM_SLOTS 64

/** A sender that has been reported lately, in the order of the frame. */
struct arp_seen {
	uint8_t mac[6];
	uint8_t addr[4];
	uint16_t what; /**< enum neigh_evidence */
	uint32_t epoch;
};

/** What one worker keeps for one interface. */
struct arp_worker {
	counter_t counter[ARP_COUNTERS];
	/** Raised by the worker about once a second: what was seen is reported anew. */
	uint32_t epoch;
	struct arp_seen seen[ARP_SEEN_SLOTS + ARP_SEEN_WAYS - 1];
	struct arp_seen claim[ARP_CLAIM_SLOTS];
};

/**
 * Take the ARP frames of a burst; turn requests for our addresses into replies. Who sends in the
 * name of an address that is ours now, with another MAC than ours, is reported as a claim.
 *
 * @param w         of this worker and interface
 * @param ifc       the interface that the frames came in by
 * @param roles     its roles, or vip_roles_fenced
 * @param in        what was received; frames that are not untagged ARP stay in it
 * @param reply     replies are added, to go out by the same port
 * @param drop      the others are added
 * @param sightings neighbours are added, seen_us is left to the caller
 */
void arp_input(struct arp_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	       struct burst *in, struct burst *reply, struct burst *drop,
	       struct neigh_sightings *sightings);

/**
 * Write a gratuitous ARP request (RFC 5227 "announcement"): sender and target address are @p
 * addr_be, sender hardware address and Ethernet source @p mac, destination broadcast.
 */
void arp_build_announcement(uint8_t out[ARP_FRAME_LEN], uint32_t addr_be, uint64_t mac);

/** Write a request for @p target_be, broadcast, from our address @p sender_be and @p mac. */
void arp_build_request(uint8_t out[ARP_FRAME_LEN], uint32_t target_be, uint32_t sender_be,
		       uint64_t mac);

#endif /* ARP_H */
