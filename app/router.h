/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What workers forward with besides tables: pools of frames, hosts of links, the rate of errors.
 *
 * Threads: while no worker runs.
 * Memory:  nothing is allocated if there are no tables.
 */
#ifndef ROUTER_H
#define ROUTER_H

#include "runtime.h"

/**
 * ICMP errors and the headers of fragments on their way to a device. A fragment takes one frame of
 * each pool; the room is that of a fragment which a device wants in one piece.
 */
#define ROUTER_POOL_SIZE 4095
#define ROUTER_POOL_ROOM (RTE_PKTMBUF_HEADROOM + 2048)

/** Fill r->router; after routes_create(). @return 0 or -ENOMEM */
int router_create(struct runtime *r);
void router_destroy(struct runtime *r);

/** The memory in octets that it takes, with tables. */
static inline uint64_t
router_memory(void)
{
	uint64_t frame = sizeof(struct rte_mbuf) + 2 * RTE_CACHE_LINE_SIZE;

	/* A host in its hash: key, data, and the share of its bucket. */
	return ROUTER_POOL_SIZE * (2 * frame + ROUTER_POOL_ROOM) +
	       2ULL * NEIGH_CAPACITY * RTE_CACHE_LINE_SIZE;
}

#endif /* ROUTER_H */
