/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Neighbour discovery (RFC 4861): answer for own addresses, and for virtual ones while MASTER;
 * announce; ask; notice neighbours, claims of our addresses, and hosts that look for a router.
 *
 * The Ethernet source and the target link-layer address of everything that concerns a virtual
 * address is the virtual MAC, so that switches learn it.
 *
 * Threads: nd_input() by a worker with a struct nd_worker of its own; the builders from anywhere.
 * Memory:  nothing is allocated. Frames move from one burst to another.
 * Time:    cycles, supplied by the caller.
 * Shapes:  MACs are words of base/mac.h.
 */
#ifndef ND_H
#define ND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/burst.h"
#include "base/counter.h"
#include "neigh/neigh.h"
#include "vip/vip.h"

/** Ethernet, IPv6, a solicitation or an advertisement, and the option with a MAC. */
#define ND_FRAME_LEN 86

enum nd_counter {
	ND_RECEIVED,
	ND_REPLIES,              /**< neighbour advertisements */
	ND_PROBES_ANSWERED,      /**< of the replies: to a source that is unspecified */
	ND_ROUTER_SOLICITATIONS, /**< sound ones: control watches it and answers */
	ND_ROUTER_ADVERTS,       /**< sound ones of others */
	ND_DROP_HEADER,          /**< version, or longer than the frame */
	ND_DROP_HOP_LIMIT,       /**< not 255: has passed a router */
	ND_DROP_CHECKSUM,
	ND_DROP_CODE,            /**< not 0 */
	ND_DROP_LEN,             /**< shorter than its type needs */
	ND_DROP_OPTION,          /**< of length 0, or longer than the packet */
	ND_DROP_TARGET,          /**< is multicast or unspecified */
	ND_DROP_SOURCE,          /**< is not one that this message may have */
	ND_DROP_FLAGS,           /**< solicited, and to a group */
	ND_DROP_REDIRECT,        /**< nobody tells us where to send */
	ND_DROP_NOT_OURS,        /**< a solicitation for an address that is not ours */
	ND_DROP_NOT_MASTER,      /**< ... for a virtual address while not MASTER */
	ND_DROP_TENTATIVE,       /**< ... for an own address that may be somebody else's */
	ND_DROP_WRONG_MAC,       /**< unicast to a MAC that is not ours now */
	ND_DROP_CONFLICT,        /**< sender claims an address or MAC of ours, or its MAC is a group */
	ND_DROP_NOTICED,         /**< no solicitation of a neighbour: noticed and done with */
	ND_SIGHTINGS,            /**< neighbours reported */
	ND_SIGHTINGS_REFUSED,    /**< sender off-link, or claims an address or MAC */
	ND_CLAIMS,               /**< of our addresses by others, reported */
	ND_COUNTERS,
};

/** The counter's name in telemetry. */
const char *nd_counter_name(enum nd_counter counter);

#define ND_SEEN_SLOTS 1024
/** A sender is found in its slot or in one of those behind it. */
#define ND_SEEN_WAYS 4
/** Claims are few, or somebody floods. */
#define ND_CLAIM_SLOTS 64

/** A sender that has been reported lately. */
struct nd_seen {
	uint8_t addr[16];
	uint8_t key[16]; /**< when, what it said, and its MAC */
};

/** What one worker keeps for one interface. */
struct nd_worker {
	counter_t counter[ND_COUNTERS];
	/** Raised by the worker about once a second: what was seen is reported anew. */
	uint32_t epoch;
	struct nd_seen seen[ND_SEEN_SLOTS + ND_SEEN_WAYS - 1];
	struct nd_seen claim[ND_CLAIM_SLOTS];
};

/**
 * Take the neighbour discovery frames of a burst: ICMPv6 types 133 to 137, directly behind the IPv6
 * header, to a group or to an address of ours. Turn solicitations of our addresses into
 * advertisements.
 *
 * A sighting has the sender's address and MAC (RS, RA, NS), or the target's (NA). An NA only
 * refreshes what is known. A claim has the address of ours and the MAC of who claims it.
 *
 * @param w         of this worker and interface
 * @param ifc       the interface that the frames came in by
 * @param roles     its roles, or vip_roles_fenced
 * @param in        what was received; all other frames stay in it
 * @param reply     replies are added, to go out by the same port
 * @param drop      the others are added
 * @param sightings neighbours are added, seen_us is left to the caller
 */
void nd_input(struct nd_worker *w, const struct vip_interface *ifc, const struct vip_roles *roles,
	      struct burst *in, struct burst *reply, struct burst *drop,
	      struct neigh_sightings *sightings);

/**
 * Write an unsolicited advertisement of @p addr with @p mac to all nodes: override is set, and the
 * router flag as told.
 */
void nd_build_advertisement(uint8_t out[ND_FRAME_LEN], const struct ip_addr *addr, uint64_t mac,
			    bool is_router);

/**
 * Write a solicitation of @p target from our address @p source and @p mac.
 *
 * @param target_mac 0: to the group of the target; else to the target alone, a probe whether it is
 *                   still there
 */
void nd_build_solicitation(uint8_t out[ND_FRAME_LEN], const struct ip_addr *target,
			   uint64_t target_mac, const struct ip_addr *source, uint64_t mac);

#define ND_DAD_FRAME_LEN 78

/** Write the question whether somebody has @p target (RFC 4862 section 5.4.2). */
void nd_build_dad(uint8_t out[ND_DAD_FRAME_LEN], const struct ip_addr *target, uint64_t mac);

/** The solicited-node group of an address (RFC 4291 section 2.7.1). */
struct ip_addr nd_solicited_node(const struct ip_addr *addr);

/* ------------------------------------------------------------------------------------------- */
/* Advertisements of a router (RFC 4861 section 4.2, RFC 4191, RFC 8106): nd_router.c            */
/* ------------------------------------------------------------------------------------------- */

/** Ethernet, and an IPv6 packet that every link carries. */
#define ND_ROUTER_FRAME_MAX (14 + 1280)

enum nd_router_preference {
	ND_ROUTER_MEDIUM = 0x00, /**< as it lies in the flags */
	ND_ROUTER_HIGH = 0x08,
	ND_ROUTER_LOW = 0x18,
};

/** What a router says of itself and of its link. */
struct nd_router {
	uint8_t hop_limit;
	bool managed;
	bool other_config;
	enum nd_router_preference preference; /**< not said with a lifetime of 0 */
	uint16_t lifetime_s;
	uint32_t reachable_ms;
	uint32_t retrans_ms;
	uint32_t mtu; /**< 0: nothing is said */
};

/** What a router says of a prefix. */
struct nd_router_prefix {
	struct ip_prefix prefix;
	bool on_link;
	bool autonomous;
	uint32_t valid_s;
	uint32_t preferred_s;
};

/** An advertisement, from nd_router_begin() to nd_router_finish(). */
struct nd_router_frame {
	uint16_t len;
	uint8_t octets[ND_ROUTER_FRAME_MAX];
};

/** To all nodes, from @p source, which is link-local, and @p mac, which it names as the source's. */
void nd_router_begin(struct nd_router_frame *frame, const struct nd_router *router,
		     const struct ip_addr *source, uint64_t mac);

/** 0, or -ENOSPC and nothing is added. */
int nd_router_add_prefix(struct nd_router_frame *frame, const struct nd_router_prefix *prefix);
/** Recursive name servers, at least one. 0, or -ENOSPC and nothing is added. */
int nd_router_add_servers(struct nd_router_frame *frame, const struct ip_addr *servers,
			  size_t count, uint32_t lifetime_s);

/** Nothing more is added: lengths and checksum. */
void nd_router_finish(struct nd_router_frame *frame);

#endif /* ND_H */
