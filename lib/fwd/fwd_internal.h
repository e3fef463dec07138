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
#define ICMP_LEN 8
/** Of packets of our own. */
#define REPLY_TTL 64
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

/* ... with an IPv6 header; EtherType and version are in the same place. */
enum {
	AT_PAYLOAD_LEN = 18,
	AT_NEXT_HEADER = 20,
	AT_HOP_LIMIT = 21,
	AT_FROM6 = 22,
	AT_TO6 = 38,
	AT_PAYLOAD6 = 54,
};

_Static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN,
	       "TTL and type are the low octets of their words");

/** From the type of an ICMP message to its checksum, in bits of a word. */
#define TYPE_TO_CHECK 16

/** Type 128 and code 0. */
#define ECHO_REQUEST6 RTE_BE16(0x8000)
/** With the checksum behind them a number: 1 more in the type is 1 less in the checksum. */
#define REQUEST_TO_REPLY6 ((1u << TYPE_TO_CHECK) - 1u)

/**
 * Request to reply: addresses change places, which leaves the sum as it is, and the type goes from
 * 128 to 129. The checksum is carried on, not checked: what was damaged on its way stays
 * recognisably so.
 */
static inline void
fwd_make_echo_reply6(uint8_t *f)
{
	octets16 from = octets_load(f + AT_FROM6);
	uint32_t icmp = octets_load32(f + AT_PAYLOAD6);

	octets_store(f + AT_FROM6, octets_load(f + AT_TO6));
	octets_store(f + AT_TO6, from);
	f[AT_HOP_LIMIT] = REPLY_TTL;

	/* The checksum is the upper half, so that its borrow is that of the word. */
	icmp -= REQUEST_TO_REPLY6 + ((uint32_t)(icmp < REQUEST_TO_REPLY6) << TYPE_TO_CHECK);
	octets_store32(f + AT_PAYLOAD6, icmp);
}

/** Type 8 and code 0. */
#define ECHO_REQUEST RTE_BE16(0x0800)
/** With the checksum behind them a number: 8 less in the type is 8 more in the checksum. */
#define REQUEST_TO_REPLY ((8u << TYPE_TO_CHECK) - 8u)

/**
 * The TTL starts anew, and the checksum of the header follows it (RFC 1624). The sum seldom leaves
 * the range, and then by less than it is wide. 0xffff would be right, too, but nobody sends it.
 */
static inline void
fwd_renew_ttl(uint8_t *f)
{
	int32_t sum = octets_load16(f + AT_CHECK) + f[AT_TTL] - REPLY_TTL;

	if (unlikely((uint32_t)sum >= 0xffff))
		sum += sum < 0 ? 0xffff : -0xffff;
	octets_store16(f + AT_CHECK, (uint16_t)sum);
	f[AT_TTL] = REPLY_TTL;
}

/**
 * Request to reply: addresses change places, the type goes from 8 to 0. The ICMP checksum is
 * carried on, not checked: what was damaged on its way stays recognisably so.
 */
static inline void
fwd_make_echo_reply4(uint8_t *f)
{
	uint32_t from = octets_load32(f + AT_FROM);
	uint32_t icmp = octets_load32(f + AT_ICMP);

	octets_store32(f + AT_FROM, octets_load32(f + AT_TO));
	octets_store32(f + AT_TO, from);
	fwd_renew_ttl(f);

	/* The checksum is the upper half, so that its carry is that of the word. */
	icmp += REQUEST_TO_REPLY;
	icmp += (uint32_t)(icmp < REQUEST_TO_REPLY) << TYPE_TO_CHECK;
	octets_store32(f + AT_ICMP, icmp);
}

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

static inline bool
is_link_local6(const uint8_t addr[16])
{
	return (octets_load16(addr) & RTE_BE16(0xffc0)) == RTE_BE16(0xfe80);
}

/** Of the first eight octets of a frame: the destination, and whether the source is a group. */
#define FWD_LAYER2_MASK (MAC_MASK | 1ULL << 48)

/** In place of a counter: for fwd_route4() and fwd_route6(). */
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
			   const struct rte_mbuf *m, bool is_routing);

/** Why nobody here takes an IPv6 packet for us, by what its header says comes next. */
enum fwd_counter fwd_refuse_payload6(uint8_t next_header);

/**
 * The MAC that the frames of a burst are looked at for: the first one's, if it is ours. What came to
 * another MAC of ours takes a slower way to the same end.
 */
static inline uint64_t
fwd_accepted_mac(const struct vip_set *set, const struct vip_roles *roles, const struct rte_mbuf *m)
{
	uint64_t mac = mac_load(rte_pktmbuf_mtod(m, const uint8_t *));

	return vip_accepts_mac(set, roles, mac) ? mac : set->port_mac;
}

#endif /* FWD_INTERNAL_H */
