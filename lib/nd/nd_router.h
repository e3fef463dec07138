/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Router advertisements (RFC 4861 section 4.2), with the preference of RFC 4191 and the name
 * servers of RFC 8106.
 *
 * Threads: pure functions.
 * Memory:  nothing is allocated.
 * Shapes:  MACs are words of base/mac.h.
 */
#ifndef ND_ROUTER_H
#define ND_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"

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

#endif /* ND_ROUTER_H */
