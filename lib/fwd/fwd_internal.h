/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of this module share.
 */
#ifndef FWD_INTERNAL_H
#define FWD_INTERNAL_H

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "base/octets.h"
#include "fwd/fwd.h"

#define ETHER_LEN RTE_ETHER_HDR_LEN
#define IP4_LEN 20
#define IP6_LEN 40
/** "More fragments", or a place other than the first. */
#define FRAGMENT_MASK_BE RTE_BE16(0x3fff)

/** Sources that no host may use towards another (RFC 1122 section 3.2.1.3). */
static inline bool
is_martian(uint32_t source_be)
{
	uint8_t first = (uint8_t)source_be;

	return first == 0 || first == 127 || first >= 224;
}

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
 * @return the counter; FWD_CARP4 for what is handed on, the others for what is dropped
 */
enum fwd_counter fwd_sort4(const struct vip_set *set, const struct vip_roles *roles,
			   const struct rte_mbuf *m);

/** Likewise for IPv6: no echo request to us, or behind an extension header; FWD_CARP6. */
enum fwd_counter fwd_sort6(const struct vip_set *set, const struct vip_roles *roles,
			   const struct rte_mbuf *m);

#endif /* FWD_INTERNAL_H */
