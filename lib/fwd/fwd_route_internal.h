/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the forwarding stages of both families share.
 */
#ifndef FWD_ROUTE_INTERNAL_H
#define FWD_ROUTE_INTERNAL_H

#include "base/octets.h"
#include "fwd/fwd_internal.h"

/** Packets whose adjacency is not simply a next hop with a MAC. */
struct fwd_odd {
	unsigned int count;
	uint32_t adjacency[BURST_MAX];
	struct rte_mbuf *frame[BURST_MAX];
};

/** What is counted of both families, named by its counter of IPv4. */
static inline void
fwd_count(const struct fwd_way *way, enum ip_family family, enum fwd_counter counter,
	  uint64_t packets)
{
	unsigned int at = family * (unsigned int)(FWD_FORWARDED6 - FWD_FORWARDED4) + counter;

	counter_add(&way->worker->counter[at], packets);
}

/** A packet that was received ends here. */
static inline void
fwd_drop(const struct fwd_way *way, struct rte_mbuf *m, enum fwd_counter counter)
{
	counter_add(&way->worker->counter[counter], 1);
	burst_add(way->drop, m);
}

/** Destination and source of a frame. */
static inline void
fwd_write_macs(uint8_t *f, uint64_t destination, uint64_t source)
{
	octets_store64(f, (destination & MAC_MASK) | source << 48);
	octets_store32(f + 8, (uint32_t)(source >> 16));
}

static inline bool
fwd_has_mac(const struct fwd_adj *a)
{
	return a->kind != FWD_ADJ_CONNECTED &&
	       (atomic_load_explicit(&a->mac, memory_order_relaxed) & FWD_ADJ_RESOLVED) != 0;
}

/**
 * A hash of the flow, the same for all its packets: addresses, protocol and ports; without ports
 * for fragments and for protocols that have none. The flow label of IPv6 does not count, as hosts
 * may change it when they send again (RFC 6438 section 3 leaves it to us).
 */
uint32_t fwd_flow_hash(const struct rte_mbuf *m, enum ip_family family);

/**
 * Take packets on from MULTIPATH to one of its paths, and from CONNECTED to the host if it is
 * known.
 */
void fwd_resolve(const struct fwd_way *way, struct fwd_odd *odd, enum ip_family family);

/** The role in which we have the address of a VIRTUAL adjacency; not fenced. */
enum vip_role fwd_virtual_role(const struct fwd_way *way, const struct fwd_adj *a);

/** Take off what is behind the first @p len octets of a frame, of which there are as many. */
void fwd_cut(struct rte_mbuf *m, uint32_t len);

/**
 * Send a packet that is ready but for its MACs by an adjacency that is FORWARD, CONNECTED or
 * VIRTUAL, or hand it to control if there is no MAC.
 *
 * @param source the source MAC, or 0 for the port's
 */
void fwd_emit(const struct fwd_way *way, enum ip_family family, struct rte_mbuf *m,
	      uint32_t adjacency, uint64_t source);

/** Of packets of our own: where they go. False if nowhere; they are not freed. */
bool fwd_find_way(const struct fwd_way *way, enum ip_family family, struct rte_mbuf *m,
		  uint32_t *adjacency);

/**
 * Send a packet of our own in @p m, whose Ethernet header is still to be written.
 *
 * @param virtual_mac if its source is a virtual address of the interface that the cause came in by:
 *                    the MAC that it has there; else 0
 */
void fwd_send4(const struct fwd_way *way, struct rte_mbuf *m, uint64_t virtual_mac);
void fwd_send6(const struct fwd_way *way, struct rte_mbuf *m, uint64_t virtual_mac);

/** A packet to an address of ours that was not answered at once. */
void fwd_local4(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a);
void fwd_local6(const struct fwd_way *way, struct rte_mbuf *m, const struct fwd_adj *a);

/** An ICMP error; the packet that it is about stays the caller's. */
struct fwd_error {
	uint8_t type;
	uint8_t code;
	uint32_t value; /**< what stands behind the checksum: an MTU, or 0 */
	enum fwd_counter counter;
};

void fwd_error4(const struct fwd_way *way, const struct rte_mbuf *about,
		const struct fwd_error *error);
void fwd_error6(const struct fwd_way *way, const struct rte_mbuf *about,
		const struct fwd_error *error);

/** May another error be sent? One that may not is counted. */
static inline bool
fwd_error_may_go(const struct fwd_way *way, enum ip_family family)
{
	if (ratelimit_take(&way->worker->errors, &way->router->errors_rate, way->now_tsc))
		return true;
	fwd_count(way, family, FWD_ICMP_POLICED4, 1);
	return false;
}

/** Send an IPv4 packet that is longer than the MTU of its adjacency in fragments. */
void fwd_fragment4(const struct fwd_way *way, struct rte_mbuf *m, uint32_t adjacency,
		   uint64_t source);

#endif /* FWD_ROUTE_INTERNAL_H */
