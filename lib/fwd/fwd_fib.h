/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The forwarding tables: longest prefix to adjacency, for both families.
 *
 * DPDK's tables must not be changed while somebody reads them. There are two of each: changes are
 * made on the idle one, then the two change places, and when every worker has passed a quiescent
 * point the other one is brought up to date.
 *
 * Threads: fwd_fib_change() and fwd_fib_step() by the manager, never by control or a worker: they
 *          take as long as they take. fwd_fib_tables() by workers, once a burst.
 * Memory:  fwd_fib_create() allocates the tables on the node; changes use their room.
 * Shapes:  addresses as on the wire.
 * Errors:  negative errno.
 */
#ifndef FWD_FIB_H
#define FWD_FIB_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_rcu_qsbr.h>

#include "base/ipaddr.h"

struct fwd_fib_params {
	const char *name;
	uint32_t routes[IP_FAMILIES]; /**< how many there may be; 0: no table for this family */
	struct rte_rcu_qsbr *qsbr;    /**< where workers report */
	int socket;
};

/** What workers look up in; a family without a table is NULL. */
struct fwd_tables {
	struct rte_fib *ip4;
	struct rte_fib6 *ip6;
};

struct fwd_fib;

/** One route; @p adjacency FWD_ADJ_INDEX_NO_ROUTE takes the route away. */
struct fwd_route {
	struct ip_prefix prefix;
	uint16_t adjacency;
};

/** The memory in octets that the tables take. */
uint64_t fwd_fib_memory(const uint32_t routes[IP_FAMILIES]);

/** @return NULL with errno ENOMEM or EINVAL */
struct fwd_fib *fwd_fib_create(const struct fwd_fib_params *params);
void fwd_fib_destroy(struct fwd_fib *f);

/**
 * Make changes on the idle tables and let workers see them: all at once. @p routes stays in use
 * until fwd_fib_step() says that it is done.
 *
 * @return 0; -EBUSY while former changes are under way; -ENOSPC, and then nothing has changed
 */
int fwd_fib_change(struct fwd_fib *f, const struct fwd_route *routes, size_t count);

/**
 * Go on with what fwd_fib_change() began, without waiting for anybody.
 *
 * @return true when both tables have all changes, and no worker sees what was before: adjacencies
 *         that are no longer named may be given back
 */
bool fwd_fib_step(struct fwd_fib *f);

/** What is in force. Valid until the worker's next quiescent point. */
const struct fwd_tables *fwd_fib_tables(const struct fwd_fib *f);

/** What the table says for an address, and by which prefix; by the manager. 0, or -ENOENT. */
int fwd_fib_find(const struct fwd_fib *f, const struct ip_addr *addr, struct fwd_route *out);

#endif /* FWD_FIB_H */
