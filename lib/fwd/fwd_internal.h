/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of this module share.
 */
#ifndef FWD_INTERNAL_H
#define FWD_INTERNAL_H

#include <stdbool.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "base/octets.h"
#include "fwd/fwd.h"

#define ETHER_LEN RTE_ETHER_HDR_LEN
#define IP4_LEN 20
#define IP6_LEN 40
/** "More fragments", or a place other than the first. */
#define FRAGMENT_MASK_BE RTE_BE16(0x3fff)
#define FRAGMENT_PLACE_BE RTE_BE16(0x1fff)
#define DONT_FRAGMENT_BE RTE_BE16(0x4000)
#define IPPROTO_CARP 112

/* Offsets in a frame with an IPv4 header; what comes behind it only if there are no options. */
enum {
	AT_SOURCE = 6,
	AT_ETHERTYPE = 12,
	AT_VERSION = 14,
	AT_TOTAL_LEN = 16,
	AT_ID = 18,
	AT_FRAGMENT = 20,
	AT_TTL = 22,
	AT_PROTOCOL = 23,
	AT_CHECK = 24,
	AT_FROM = 26,
	AT_TO = 30,
	AT_ICMP = 34,
};

_Static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN,
	       "TTL and type are the low octets of their words");

/** Sources that no host may use towards another (RFC 1122 section 3.2.1.3). */
static inline bool
is_martian(uint32_t source_be)
{
	uint8_t first = (uint8_t)source_be;

	return first == 0 || first == 127 || first >= 224;
}

static inline bool
is_link_local4(uint32_t addr_be)
{
	return (addr_be & RTE_BE32(0xffff0000)) == RTE_BE32(0xa9fe0000);
}

/** In place of a counter: for fwd_route4(). */
#define FWD_TO_ROUTE FWD_COUNTERS

/**
 * Likewise (RFC 4291 section 2): groups, and what has no first half, the unspecified address,
 * loopback, and those that IPv4 addresses were put into.
 */
static inline bool
is_martian6(const uint8_t source[16])
{
	return source[0] == 0xff || octets_load64(source) == 0;
}

/**
 * Where an IPv4 packet goes that is no echo request to us, or not in one piece and without options.
 *
 * @param is_routing whether there is a table
 * @return           the counter; FWD_CARP4 and FWD_TO_ROUTE for what is handed on, the others for
 *                   what is dropped
 */
enum fwd_counter fwd_sort4(const struct vip_set *set, const struct vip_roles *roles,
			   const struct rte_mbuf *m, bool is_routing);

/** Likewise for IPv6: no echo request to us, or behind an extension header; FWD_CARP6. */
enum fwd_counter fwd_sort6(const struct vip_set *set, const struct vip_roles *roles,
			   const struct rte_mbuf *m);

#endif /* FWD_INTERNAL_H */
