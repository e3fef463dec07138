/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Packets that wait for the MAC of their next hop: a few of each neighbour, not many in all, and
 * none of them for long. Where there is no room the oldest goes.
 *
 * Threads: control.
 * Memory:  resolve_held_create() allocates. Frames belong to whoever is handed them.
 * Time:    microseconds supplied by the caller.
 */
#ifndef RESOLVE_HELD_H
#define RESOLVE_HELD_H

#include <stdint.h>

#include <rte_mbuf.h>

#include "base/ipaddr.h"

/** Packets held in all, and of one neighbour. */
#define RESOLVE_HELD_MAX 512
#define RESOLVE_HELD_EACH 3
/** Longer than a neighbour is asked for: its failure ends the wait of what is held for it. */
#define RESOLVE_HELD_US 3500000ULL

struct resolve_held;

/** @return NULL with errno ENOMEM */
struct resolve_held *resolve_held_create(void);
/** Free what is held, too. */
void resolve_held_destroy(struct resolve_held *h);

/**
 * Hold a frame.
 *
 * @return a frame that has to go instead, or NULL
 */
struct rte_mbuf *resolve_held_add(struct resolve_held *h, const struct ip_addr *addr,
				  uint16_t interface, struct rte_mbuf *frame, uint64_t now_us);

/** Take the oldest frame of a neighbour; NULL if there is none. */
struct rte_mbuf *resolve_held_take(struct resolve_held *h, const struct ip_addr *addr,
				   uint16_t interface);

/** Take a frame that has waited for too long; NULL if there is none. */
struct rte_mbuf *resolve_held_expired(struct resolve_held *h, uint64_t now_us);

/** How many there are. */
unsigned int resolve_held_count(const struct resolve_held *h);

#endif /* RESOLVE_HELD_H */
