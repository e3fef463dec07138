/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Multicast groups: their MACs, and the reports by which a host tells switches that it listens
 * (MLDv2, RFC 3810; IGMPv3, RFC 3376).
 *
 * Threads: pure functions.
 * Memory:  nothing is allocated.
 * Shapes:  MACs are words of base/mac.h.
 */
#ifndef GROUP_H
#define GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"

/** Groups in one report; more take several. */
#define GROUP_REPORT_MAX 48
/** Ethernet, IPv6 with router alert, MLD, and as many groups. */
#define GROUP_FRAME_MAX (14 + 48 + 8 + 20 * GROUP_REPORT_MAX)

/** What a report says of its groups. */
enum group_change {
	GROUP_JOINED, /**< changed to listen to all sources */
	GROUP_LEFT,   /**< changed to listen to none */
	GROUP_LISTENS, /**< still listens: the answer to a query */
};

/** The MAC of a group: 01:00:5e with 23 bits of it (IPv4), 33:33 with 32 (IPv6). */
uint64_t group_mac(const struct ip_addr *group);

/**
 * Write a report on @p groups, which are all of the family of @p source, as an untagged frame.
 *
 * @param source IPv6: a link-local address, or :: while there is none; IPv4: an own address, or
 *               0.0.0.0
 * @param mac    Ethernet source
 * @param count  1 to GROUP_REPORT_MAX
 * @return       the frame's length
 */
size_t group_build_report(uint8_t out[GROUP_FRAME_MAX], enum group_change change,
			  const struct ip_addr *groups, size_t count, const struct ip_addr *source,
			  uint64_t mac);

#endif /* GROUP_H */
