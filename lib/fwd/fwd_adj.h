/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Adjacencies: what is done with a packet once the forwarding table has named one.
 *
 * The index of an adjacency is the next hop of the forwarding table. Which adjacencies there are
 * changes with the configuration; the MAC of a next hop changes with what control learns, by one
 * store, and no table is touched.
 *
 * Threads: adjacencies of routes are made and given back by the manager, those of hosts by control,
 *          from a range of their own, both while no worker can reach them. fwd_adj_set_mac() and
 *          fwd_adj_take_used() by control. Workers read, and mark what they use.
 * Memory:  fwd_adj_create() allocates all of them, on one NUMA node, and the account of those of
 *          routes from the heap.
 * Shapes:  MACs are words of base/mac.h.
 */
#ifndef FWD_ADJ_H
#define FWD_ADJ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "base/ipaddr.h"
#include "base/mac.h"

enum fwd_adj_kind {
	FWD_ADJ_NO_ROUTE,  /**< index 0: nothing covers the address; unreachable */
	FWD_ADJ_BLACKHOLE, /**< index 1: dropped without a word */
	FWD_ADJ_MARTIAN,   /**< index 2: never forwarded to (RFC 1812 section 5.3.7) */
	FWD_ADJ_LOCAL,     /**< the host's own address */
	FWD_ADJ_VIRTUAL,   /**< the address of a vhid: by its role */
	FWD_ADJ_CONNECTED, /**< a prefix on a link: the destination itself is the next hop */
	FWD_ADJ_FORWARD,   /**< a next hop */
	FWD_ADJ_MULTIPATH, /**< one of several next hops, by the hash of the flow */
};

#define FWD_ADJ_INDEX_NO_ROUTE 0
#define FWD_ADJ_INDEX_BLACKHOLE 1
#define FWD_ADJ_INDEX_MARTIAN 2

/** What a forwarding table can name, with words of 15 bits. */
#define FWD_ADJ_ROUTED_MAX 32768
/** Next hops of one route. */
#define FWD_ADJ_PATHS_MAX 16

/** Of fwd_adj.mac: the next hop's MAC is known. Without it a packet waits for it. */
#define FWD_ADJ_RESOLVED (1ULL << 63)
/**
 * ... instead: it was asked for and has not answered. Until control takes this back, packets are
 * not handed on to it, and their senders are told that the host is unreachable.
 */
#define FWD_ADJ_FAILED (1ULL << 62)

/** A cache line, so that a packet costs one. */
struct fwd_adj {
	_Atomic uint64_t mac; /**< of the next hop, with FWD_ADJ_RESOLVED; VIRTUAL: of the vhid */
	uint64_t source_mac;  /**< of the port that it goes out by */
	uint8_t kind;         /**< enum fwd_adj_kind */
	uint8_t vhid;         /**< VIRTUAL */
	uint16_t interface;   /**< of LOCAL, VIRTUAL, CONNECTED and FORWARD */
	uint16_t mtu;         /**< longest IP packet */
	uint8_t family;       /**< enum ip_family */
	uint8_t path_count;   /**< MULTIPATH */
	/** Set by a worker that has forwarded by it, if it was not; taken back by control. */
	_Atomic uint32_t is_used;
	union {
		uint8_t next_hop[16];             /**< FORWARD, VIRTUAL: its address, as on the wire */
		uint16_t path[FWD_ADJ_PATHS_MAX]; /**< MULTIPATH: indices of FORWARD */
	};
} __rte_cache_aligned;

_Static_assert(sizeof(struct fwd_adj) == RTE_CACHE_LINE_SIZE, "an adjacency is one cache line");

struct fwd_adj_account;

struct fwd_adj_table {
	uint32_t capacity;
	uint32_t routed; /**< those below are for routes, the others for hosts on a link */
	struct fwd_adj *adj;
	struct fwd_adj_account *account; /**< the manager's: who has which of those of routes */
};

/**
 * NO_ROUTE, BLACKHOLE and MARTIAN are there from the start.
 *
 * @param hosts how many adjacencies besides FWD_ADJ_ROUTED_MAX
 * @return      NULL with errno ENOMEM
 */
struct fwd_adj_table *fwd_adj_create(uint32_t hosts, int socket);
void fwd_adj_destroy(struct fwd_adj_table *t);

/** The memory in octets that the table takes. */
uint64_t fwd_adj_memory(uint32_t hosts);

/**
 * Take an adjacency for a route: the one that is there with the same kind, interface, vhid, family
 * and next hop or paths, or a new one. Whoever takes it gives it back as often as it was taken. A
 * MULTIPATH adjacency takes those that it names for itself.
 *
 * @param like what it is to be; MAC and interface's values are used if it is new
 * @return     its index, or -ENOSPC
 */
int fwd_adj_take(struct fwd_adj_table *t, const struct fwd_adj *like);

/** Give it back. When the last one does, no worker may be able to reach it, nor control use it. */
void fwd_adj_give(struct fwd_adj_table *t, uint16_t index);

/** How many adjacencies of routes there are. Anyone. */
uint32_t fwd_adj_count(const struct fwd_adj_table *t);

/** The next hop's MAC is known from now on; 0: not any more. Control. */
static inline void
fwd_adj_set_mac(struct fwd_adj *a, uint64_t mac)
{
	atomic_store_explicit(&a->mac, mac == 0 ? 0 : mac | FWD_ADJ_RESOLVED, memory_order_release);
}

/** The next hop has not answered; fwd_adj_set_mac() ends it. Control. */
static inline void
fwd_adj_set_failed(struct fwd_adj *a)
{
	atomic_store_explicit(&a->mac, FWD_ADJ_FAILED, memory_order_release);
}

/** Has it been used since the last call? Control. */
static inline bool
fwd_adj_take_used(struct fwd_adj *a)
{
	return atomic_load_explicit(&a->is_used, memory_order_relaxed) != 0 &&
	       atomic_exchange_explicit(&a->is_used, 0, memory_order_relaxed) != 0;
}

/** A packet goes there. A line that all workers share is written only when it has to be. */
static inline void
fwd_adj_use(struct fwd_adj *a)
{
	if (atomic_load_explicit(&a->is_used, memory_order_relaxed) == 0)
		atomic_store_explicit(&a->is_used, 1, memory_order_relaxed);
}

#endif /* FWD_ADJ_H */
