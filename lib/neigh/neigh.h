/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The neighbours: which MAC an address on a link has.
 *
 * Workers see neighbours go by and report them (struct neigh_sighting); the control lcore writes
 * them into the table.
 *
 * Threads: the control lcore writes. neigh_copy() may be called from any thread at any time.
 * Memory:  all of it is allocated by neigh_create(). A full table forgets the neighbour that has
 *          not been heard for longest among a few candidates.
 * Time:    microseconds supplied by the caller.
 * Errors:  negative errno.
 */
#ifndef NEIGH_H
#define NEIGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/burst.h"
#include "base/ipaddr.h"

/** A neighbour not heard for so long is forgotten, as ARP tables of the BSDs do (20 minutes). */
#define NEIGH_MAX_AGE_US (1200ULL * 1000000)
/** ... and is no longer called reachable after this time (RFC 4861 section 10). */
#define NEIGH_REACHABLE_US (30ULL * 1000000)

/** What a worker saw is worth. */
enum neigh_evidence {
	NEIGH_SEEN_SENDER,      /**< it asked: an ARP request, or an NS, RS or RA with its address */
	NEIGH_SEEN_ANSWER,      /**< it answered us: an ARP reply to our MAC, a solicited NA */
	NEIGH_SEEN_UNSOLICITED, /**< it told everybody: an NA that nobody asked for */
	NEIGH_SEEN_CLAIM,       /**< it claims an address of ours; nothing is learned */
};

/** A worker saw this address with this MAC. */
struct neigh_sighting {
	struct ip_addr addr;
	uint8_t mac[6];
	uint8_t evidence;      /**< enum neigh_evidence */
	uint8_t is_known_only; /**< refresh an entry that exists, do not create one */
	uint8_t is_override;   /**< the flag of an NA; ARP always overrides */
	uint8_t is_router;     /**< the flag of an NA */
	uint8_t has_no_mac;    /**< an NA may come without */
	uint8_t is_probe;      /**< CLAIM: it only asks whether the address is free (DAD) */
	uint16_t interface;
	uint64_t seen_us;
};

/** Neighbours noticed in a burst, one a frame at most. */
struct neigh_sightings {
	unsigned int count;
	struct neigh_sighting item[BURST_MAX];
};

/** An entry of the table. */
struct neigh_entry {
	struct ip_addr addr;
	uint8_t mac[6];
	bool is_used;
	uint16_t interface;
	uint64_t changed_us; /**< when it got this MAC */
	uint64_t heard_us;
};

struct neigh_table;

/**
 * @param capacity how many neighbours, of all interfaces together
 * @return         NULL with errno EINVAL or ENOMEM
 */
struct neigh_table *neigh_create(const char *name, uint32_t capacity, int socket);
void neigh_destroy(struct neigh_table *t);

/** Enter or refresh a neighbour. Returns 0, -ENOENT (is_known_only), or -ENOSPC. */
int neigh_learn(struct neigh_table *t, const struct neigh_sighting *seen);

/** The entry of an address, or NULL; by the control lcore, valid until the next call. */
const struct neigh_entry *neigh_find(const struct neigh_table *t, const struct ip_addr *addr,
				     uint16_t interface);

/** Forget what is too old, looking at up to @p budget entries from where the last call ended. */
void neigh_age(struct neigh_table *t, uint64_t now_us, uint32_t budget);

/** How many entries neigh_copy() can be asked for, used or not. */
uint32_t neigh_capacity(const struct neigh_table *t);

/** Copy entry @p at; false if it is not in use. */
bool neigh_copy(const struct neigh_table *t, uint32_t at, struct neigh_entry *out);

#endif /* NEIGH_H */
