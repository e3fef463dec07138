/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What workers hand to the control lcore: copies of fixed size with their arrival time, never a
 * pointer into a packet; packets that wait for a MAC, whole; and the shares that keep a flood from
 * drowning an election.
 *
 * Threads: the worker, but for punt_unresolved_free(); the rings are emptied by control.
 */
#ifndef PUNT_H
#define PUNT_H

#include "runtime.h"

/** An advertisement that passed carp_precheck(). */
struct punt_advert {
	uint64_t arrived_tsc;
	struct ip_addr from;
	struct ip_addr to;
	uint8_t vhid;
	uint8_t ttl;
	uint16_t interface;
	uint16_t len;                       /**< as it came in */
	uint8_t payload[CARP_HEADER_LEN];   /**< its beginning; nobody looks further */
	uint8_t reserved[4];
};

#define PUNT_ADVERT_RING_SIZE 4096
#define PUNT_SIGHTING_RING_SIZE 4096
#define PUNT_UNRESOLVED_RING_SIZE 1024

/** Set up the shares of a worker for an interface that so many workers poll. */
void punt_police_init(struct police *p, unsigned int workers);

/** What an advertisement costs its source, given the shortest interval of the interface. */
uint64_t punt_source_cycles(uint64_t shortest_interval_us);

/** A source of advertisements as a word; never 0. */
uint64_t punt_source_hint(const struct ip_addr *from);

/** @p from is the master of a vhid in its family: from now on it has a share of its own. Control. */
static inline void
punt_know_master(struct koi_interface *ifc, uint8_t vhid, const struct ip_addr *from)
{
	atomic_store_explicit(&ifc->master_hint[from->family][vhid], punt_source_hint(from),
			      memory_order_relaxed);
}

/** Nobody is. Control. */
static inline void
punt_forget_master(struct koi_interface *ifc, uint8_t vhid)
{
	for (unsigned int family = 0; family < IP_FAMILIES; family++)
		atomic_store_explicit(&ifc->master_hint[family][vhid], 0, memory_order_relaxed);
}

/** Check, police and hand on the frames of @p carp (IP header already checked), and free them. */
void punt_adverts(struct worker *w, struct worker_interface *wi, struct koi_interface *ifc,
		  struct burst *carp, uint64_t now_tsc);

/** Hand on neighbours; emptied. */
void punt_sightings(struct worker *w, struct worker_interface *wi, struct neigh_sightings *sightings,
		    uint64_t now_tsc);

/**
 * Hand on packets that wait for a MAC, as struct fwd_unresolved on the ring of that name. Control
 * owns the frame then: it is sent by an injection, or freed. Those over the share are freed here.
 */
void punt_unresolved(struct worker *w, struct worker_interface *wi,
		     struct fwd_unresolved_burst *unresolved);

/** Free the frames that nobody has taken out of the ring; when workers and control have ended. */
void punt_unresolved_free(struct worker *w);

#endif /* PUNT_H */
