/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What happens to IP packets that were sent to us: ICMP echo is answered, CARP is handed on,
 * what is for somebody else is forwarded (fwd_route.h), everything else is dropped with a reason.
 *
 * Threads: fwd_input4() and fwd_input6() by a worker with a struct fwd_worker of its own.
 * Memory:  nothing is allocated. Frames move from one burst to another.
 * Rules:   IPv4 header validation after RFC 1812 section 5.2.2 as far as it concerns a host, ICMP
 *          echo after RFC 792 and RFC 1122 section 3.2.2.6; IPv6 after RFC 8200, its echo after
 *          RFC 4443 section 4.2. Neighbour discovery is of lib/nd, which has a burst before.
 */
#ifndef FWD_H
#define FWD_H

#include "base/burst.h"
#include "base/counter.h"
#include "base/ratelimit.h"
#include "fwd/fwd_adj.h"
#include "fwd/fwd_fib.h"
#include "fwd/fwd_hosts.h"
#include "fwd/fwd_route.h"
#include "fwd/fwd_tx.h"
#include "vip/vip.h"

enum fwd_counter {
	FWD_RECEIVED4,
	FWD_ECHO_REPLIES4,
	FWD_CARP4,               /**< handed on to the election */
	FWD_DROP_IP4_HEADER,     /**< version, length, or header checksum */
	FWD_DROP_WRONG_MAC,      /**< unicast to a MAC that is not ours now */
	FWD_DROP_NOT_MASTER,     /**< to a virtual address while not MASTER */
	FWD_DROP_NOT_LOCAL,      /**< to an address that is not ours */
	FWD_DROP_GROUP,          /**< broadcast or multicast, and not CARP */
	FWD_DROP_FRAGMENT,       /**< a fragment for us */
	FWD_DROP_NO_SERVICE,     /**< for us, but neither CARP nor an echo request */
	FWD_DROP_MARTIAN,        /**< source or destination cannot be one on a wire */
	FWD_RECEIVED6,
	FWD_ECHO_REPLIES6,
	FWD_CARP6,               /**< handed on to the election */
	FWD_DROP_IP6_HEADER,     /**< version or length */
	FWD_DROP_WRONG_MAC6,     /**< unicast to a MAC that is not ours now */
	FWD_DROP_NOT_MASTER6,    /**< to a virtual address while not MASTER */
	FWD_DROP_TENTATIVE6,     /**< to an own address that may be somebody else's */
	FWD_DROP_NOT_LOCAL6,     /**< to an address that is not ours */
	FWD_DROP_GROUP6,         /**< multicast, and not CARP */
	FWD_DROP_FRAGMENT6,      /**< a fragment for us */
	FWD_DROP_EXTENSION6,     /**< for us, behind an extension header */
	FWD_DROP_NO_SERVICE6,    /**< for us, but neither CARP nor an echo request */
	FWD_DROP_MARTIAN6,       /**< the source cannot be answered */
	FWD_DROP_LINK_LOCAL6,    /**< fe80::/10 is not forwarded */
	FWD_DROP_LINK_LOCAL4,    /**< 169.254.0.0/16 is not forwarded */
	FWD_DROP_OPTIONS4,       /**< options that are broken, or that choose a route */
	FWD_DROP_BROADCAST4,     /**< to all hosts of a link, from another one */
	FWD_FRAGMENTED4,         /**< forwarded in fragments */

	/* Of both families, in the same order. */
	FWD_FORWARDED4,
	FWD_UNRESOLVED4,         /**< handed to control, as the next hop has no MAC */
	FWD_DROP_TTL4,           /**< it ended here */
	FWD_DROP_NO_ROUTE4,
	FWD_DROP_BLACKHOLE4,
	FWD_DROP_HOST4,          /**< the next hop did not answer lately */
	FWD_DROP_TOO_BIG4,       /**< longer than the link takes, and not to be fragmented */
	FWD_DROP_BACK4,          /**< BACKUP: to a virtual address, on the link that it came from */
	FWD_DROP_REPLY4,         /**< an error or a reply of ours that has no way back */
	FWD_ICMP_TTL4,           /**< errors sent */
	FWD_ICMP_UNREACHABLE4,
	FWD_ICMP_TOO_BIG4,
	FWD_ICMP_POLICED4,       /**< errors not sent: more than may be */
	FWD_FORWARDED6,
	FWD_UNRESOLVED6,
	FWD_DROP_TTL6,
	FWD_DROP_NO_ROUTE6,
	FWD_DROP_BLACKHOLE6,
	FWD_DROP_HOST6,
	FWD_DROP_TOO_BIG6,
	FWD_DROP_BACK6,
	FWD_DROP_REPLY6,
	FWD_ICMP_TTL6,
	FWD_ICMP_UNREACHABLE6,
	FWD_ICMP_TOO_BIG6,
	FWD_ICMP_POLICED6,

	FWD_DROP_UNRESOLVED,     /**< waiting for a MAC: more than may be */
	FWD_DROP_NO_BUFFER,      /**< of fragments or errors */
	FWD_DROP_TX_FULL,        /**< more fragments than a burst has room for */
	FWD_COUNTERS,
};

/** The counter's name in telemetry. */
const char *fwd_counter_name(enum fwd_counter counter);

/** What one worker keeps for one interface. */
struct fwd_worker {
	counter_t counter[FWD_COUNTERS];
	struct ratelimit errors; /**< ICMP errors about what came in by it */
	uint16_t ip4_id;         /**< of the last packet of our own */
};

/**
 * Take the IPv4 frames of a burst.
 *
 * @param ifc   the interface that the frames came in by
 * @param roles its roles, or vip_roles_fenced
 * @param in    what was received; frames that are not untagged IPv4 stay in it
 * @param reply echo replies are added, to go out by the same port
 * @param carp  frames of protocol 112 with a sound IP header are added
 * @param route what fwd_route4() is to forward is added; NULL if nothing is forwarded: it is dropped
 *              then
 * @param drop  the others are added
 */
void fwd_input4(struct fwd_worker *w, const struct vip_interface *ifc,
		const struct vip_roles *roles, struct burst *in, struct burst *reply,
		struct burst *carp, struct fwd_transit *route, struct burst *drop);

/** Likewise the IPv6 frames; those in @p carp have no extension header. */
void fwd_input6(struct fwd_worker *w, const struct vip_interface *ifc,
		const struct vip_roles *roles, struct burst *in, struct burst *reply,
		struct burst *carp, struct fwd_transit *route, struct burst *drop);

#endif /* FWD_H */
