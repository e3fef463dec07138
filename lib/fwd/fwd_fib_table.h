/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One forwarding table of one family: DPDK's, with an account of its own of what it holds.
 *
 * DPDK 22.11 counts the groups that routes may come to need when they are added and taken away, and
 * the count drifts: an addition is refused for lack of room that is there, or it is said to have
 * succeeded and has not. Here groups are counted from the routes that there are, an addition is
 * refused before DPDK is asked, and routes come in by the way for those that exist already, which
 * counts nothing.
 *
 * Threads: one that changes it; those that look up meanwhile see anything.
 * Memory:  all of it in fib_table_create().
 */
#ifndef FWD_FIB_TABLE_H
#define FWD_FIB_TABLE_H

#include "fwd/fwd_fib.h"

struct fib_table {
	enum ip_family family;
	struct rte_fib *ip4;   /**< or */
	struct rte_fib6 *ip6;
	struct fwd_fib_size size;
	struct fwd_fib_size used;
	const char *lookup;
};

/** 0, or -ENOMEM or -EINVAL. */
int fib_table_create(struct fib_table *t, const char *name, enum ip_family family,
		     const struct fwd_fib_size *size, int socket);
void fib_table_destroy(struct fib_table *t);

/** The memory in octets that it takes. */
uint64_t fib_table_memory(enum ip_family family, const struct fwd_fib_size *size);

/**
 * Set the adjacency of a prefix.
 *
 * @param was what it was before; FWD_ADJ_INDEX_NO_ROUTE: no such route
 * @return    0; -ENOSPC, and then nothing has changed
 */
int fib_table_set(struct fib_table *t, const struct fwd_route *route, uint16_t *was);

/** The longest prefix of an address. 0, or -ENOENT. */
int fib_table_find(const struct fib_table *t, const struct ip_addr *addr, struct fwd_route *out);

#endif /* FWD_FIB_TABLE_H */
