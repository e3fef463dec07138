/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Forwarding: what was sent to a MAC of ours and not answered at once goes to the next hop that the
 * forwarding table names, to ourselves by the long way, or is dropped with a reason and, where the
 * standards want it, an ICMP error.
 *
 * Threads: fwd_route4() and fwd_route6() by a worker, with what is its own in struct fwd_way; the
 *          struct fwd_router is shared and does not change while workers run.
 * Memory:  frames move from one burst to another. Errors and the headers of fragments come from the
 *          router's pools; nothing is allocated from the heap.
 * Time:    cycles, supplied by the caller.
 * Rules:   RFC 1812 sections 4.3 and 5.2 to 5.3, RFC 8200, RFC 4443 section 2.4. No redirects.
 */
#ifndef FWD_ROUTE_H
#define FWD_ROUTE_H

#include <rte_mempool.h>

#include "base/burst.h"
#include "base/ratelimit.h"
#include "fwd/fwd_adj.h"
#include "fwd/fwd_fib.h"
#include "fwd/fwd_hosts.h"
#include "fwd/fwd_tx.h"
#include "vip/vip.h"

struct fwd_worker;

/** What all workers forward with. */
struct fwd_router {
	const struct fwd_fib *fib; /**< NULL: nothing is forwarded */
	struct fwd_adj *adj;       /**< by the index that tables and hosts name */
	const struct fwd_hosts *hosts;
	const struct vip_interface **interface; /**< by index */
	struct rte_mempool *pool;     /**< ICMP errors and the headers of fragments */
	struct rte_mempool *indirect; /**< the bodies of fragments, which are parts of the packet */
	struct ratelimit_rate errors_rate; /**< ICMP errors of one worker for one interface */
};

/**
 * A packet whose next hop has no MAC yet, for control. It is ready to be sent by @p interface but
 * for the destination MAC in its first six octets: TTL, checksum, source MAC and EtherType are
 * right, and there is no tag.
 */
struct fwd_unresolved {
	struct rte_mbuf *frame; /**< hash.usr: the interface that it came in by */
	struct ip_addr next_hop;
	uint16_t interface;
	uint64_t arrived_tsc;
};

struct fwd_unresolved_burst {
	unsigned int count;
	struct fwd_unresolved item[BURST_MAX];
};

/** Packets that may be forwarded: their header is sound and they were sent to us. */
struct fwd_transit {
	unsigned int count;
	uint64_t octets;
	struct rte_mbuf *frame[BURST_MAX];
	/** Their destinations, as the tables want them: IPv4 in host order. */
	union {
		uint32_t to4[BURST_MAX];
		uint8_t to6[BURST_MAX][16];
	};
};

/** One burst of one interface: what it is forwarded with, and where it goes. */
struct fwd_way {
	const struct fwd_router *router;
	const struct fwd_tables *tables;
	struct fwd_worker *worker;
	const struct vip_interface *ifc; /**< that it came in by */
	const struct vip_roles *roles;   /**< of that interface, or vip_roles_fenced */
	struct fwd_tx *tx;
	struct fwd_unresolved_burst *unresolved;
	struct burst *carp;
	struct burst *drop;
	uint64_t now_tsc;
};

/** Forward IPv4 packets that fwd_input4() has put aside; @p route is emptied. */
void fwd_route4(const struct fwd_way *way, struct fwd_transit *route);

/** ... and IPv6 packets of fwd_input6(). */
void fwd_route6(const struct fwd_way *way, struct fwd_transit *route);

/**
 * Tell the sender of a packet that was handed on as unresolved that its next hop has not answered.
 * The frame stays the caller's; the interface of @p way is the one that it came in by.
 */
void fwd_tell_unreachable(const struct fwd_way *way, const struct rte_mbuf *frame);

#endif /* FWD_ROUTE_H */
