/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The forwarding tables: longest prefix to adjacency, for both families.
 *
 * DPDK's tables must not be changed while somebody reads them. There are two of each: changes are
 * prepared on the idle ones, then the two change places, and when every worker has passed a
 * quiescent point the others are brought up to date.
 *
 *     fwd_fib_prepare() ──► fwd_fib_commit() ──► fwd_fib_step() until it is done
 *                      └──► fwd_fib_cancel()
 *
 * Threads: all but fwd_fib_tables() by the manager, never by control or a worker: they take as long
 *          as they take. fwd_fib_tables() by workers, once a burst. fwd_fib_find() and
 *          fwd_fib_status() also by others, if they and fwd_fib_commit() exclude each other.
 * Memory:  fwd_fib_create() allocates the tables on the node; changes use their room.
 * Shapes:  addresses of routes as on the wire; rte_fib_lookup_bulk() wants those of IPv4 in host
 *          order.
 * Errors:  negative errno.
 */
#ifndef FWD_FIB_H
#define FWD_FIB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_rcu_qsbr.h>

#include "base/ipaddr.h"

/** Longest name of the tables. */
#define FWD_FIB_NAME_MAX 12

/** How much a table of one family holds. */
struct fwd_fib_size {
	uint32_t routes; /**< 0: no table */
	/**
	 * Blocks of 256 entries, one for each octet of an address beyond the third that some
	 * route goes into: a /25 to /32 needs one for its /24, a /48 one each for its /24, /32 and
	 * /40. Routes of the same /24, /32, ... share them.
	 */
	uint32_t groups;
};

struct fwd_fib_params {
	const char *name; /**< at most FWD_FIB_NAME_MAX characters, unlike that of any other */
	struct fwd_fib_size size[IP_FAMILIES];
	struct rte_rcu_qsbr *qsbr; /**< where workers report */
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

/** Order by family, address and length, so that what covers comes before what is covered. */
int fwd_prefix_compare(const struct ip_prefix *a, const struct ip_prefix *b);

/** What routes need. All 0 at first. */
struct fwd_fib_gauge {
	struct fwd_fib_size size[IP_FAMILIES];
	struct ip_prefix last[IP_FAMILIES][16]; /**< by octets: the last that goes beyond them */
};

/** Count one more, in the order of fwd_prefix_compare(). */
void fwd_fib_gauge_add(struct fwd_fib_gauge *g, const struct ip_prefix *p);

/** The memory in octets that the tables take. */
uint64_t fwd_fib_memory(const struct fwd_fib_size size[IP_FAMILIES]);

/** @return NULL with errno ENOMEM or EINVAL */
struct fwd_fib *fwd_fib_create(const struct fwd_fib_params *params);
void fwd_fib_destroy(struct fwd_fib *f);

/**
 * Make changes on the idle tables. Routes that are taken away go first, so that others can have
 * their place. It is fastest in the order of fwd_prefix_compare().
 *
 * @param routes stays in use until fwd_fib_step() says that it is done, or fwd_fib_cancel()
 * @return       0; -EBUSY while former changes are under way; -ENOSPC for no room, -EAFNOSUPPORT
 *               for a family without a table, -ENOMEM: then nothing has changed
 */
int fwd_fib_prepare(struct fwd_fib *f, const struct fwd_route *routes, size_t count);

/** Undo what was prepared. */
void fwd_fib_cancel(struct fwd_fib *f);

/** Let workers see what was prepared: all of it at once. */
void fwd_fib_commit(struct fwd_fib *f);

/**
 * Go on with what fwd_fib_commit() began, without waiting for anybody.
 *
 * @return true when both tables have all changes, and no worker sees what was before: adjacencies
 *         that are no longer named may be given back
 */
bool fwd_fib_step(struct fwd_fib *f);

/** What is in force. Valid until the worker's next quiescent point. */
const struct fwd_tables *fwd_fib_tables(const struct fwd_fib *f);

/** What is in force for an address, and by which prefix. 0, -ENOENT, -EAFNOSUPPORT: no table. */
int fwd_fib_find(const struct fwd_fib *f, const struct ip_addr *addr, struct fwd_route *out);

struct fwd_fib_status {
	struct fwd_fib_size size[IP_FAMILIES]; /**< room */
	struct fwd_fib_size used[IP_FAMILIES];
	uint64_t memory;                 /**< octets */
	uint64_t changes;                /**< routes that came, went or changed since the start */
	const char *lookup[IP_FAMILIES]; /**< "avx512" or "scalar"; NULL without a table */
};

void fwd_fib_status(const struct fwd_fib *f, struct fwd_fib_status *out);

#endif /* FWD_FIB_H */
