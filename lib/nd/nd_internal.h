/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of this module share: the frame, what was read of one, who has been seen, and how
 * an advertisement is written.
 */
#ifndef ND_INTERNAL_H
#define ND_INTERNAL_H

#include <rte_byteorder.h>

#include "base/octets.h"
#include "nd/nd.h"

/**
 * Offsets in the frame of a solicitation or an advertisement with one option. Both addresses, the
 * message and the option are 64 octets in a row, all that the checksum is made of but two numbers.
 */
enum {
	AT_DESTINATION = 0,
	AT_SOURCE = 6,
	AT_ETHERTYPE = 12,
	AT_VERSION = 14,
	AT_PAYLOAD_LEN = 18,
	AT_NEXT_HEADER = 20,
	AT_HOP_LIMIT = 21,
	AT_FROM = 22,
	AT_TO = 38,
	AT_ICMP = 54,
	AT_CODE = 55,
	AT_CHECK = 56,
	AT_FLAGS = 58,
	AT_TARGET = 62,
	AT_OPTION = 78,
	AT_OPTION_MAC = 80,
};

#define ND_ICMP6 58
#define ND_HOP_LIMIT 255
/** A solicitation or an advertisement with an option, behind the IPv6 header. */
#define ND_MESSAGE_LEN (ND_FRAME_LEN - AT_ICMP)

enum nd_type {
	ND_RS = 133,
	ND_RA = 134,
	ND_NS = 135,
	ND_NA = 136,
	ND_REDIRECT = 137,
};

enum nd_option {
	ND_OPTION_SOURCE = 1,
	ND_OPTION_TARGET = 2,
};

/** Flags of an advertisement, and of its sighting in struct nd_seen. */
#define ND_FLAG_ROUTER 0x80
#define ND_FLAG_SOLICITED 0x40
#define ND_FLAG_OVERRIDE 0x20

_Static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "the first octet is the lowest");

/* ------------------------------------------------------------------------------------------- */
/* Sums                                                                                         */
/* ------------------------------------------------------------------------------------------- */

typedef uint64_t nd_sum __attribute__((vector_size(16)));

/**
 * A step towards an Internet checksum: 32-bit words add up to the same as their 16-bit halves,
 * modulo 0xffff, for 2^16 is 1 there.
 */
static inline nd_sum
nd_sum_of(octets16 v)
{
	nd_sum words = (nd_sum)v;

	return (words & UINT32_MAX) + (words >> 32);
}

static inline uint64_t
nd_sum_total(nd_sum sum)
{
	return sum[0] + sum[1];
}

/** The checksum for a sum that is not 0. */
static inline uint16_t
nd_checksum(uint64_t sum)
{
	return (uint16_t)(0xffff - ((sum - 1) % 0xffff + 1));
}

/** What the pseudo header adds for a length in octets. */
static inline uint64_t
nd_sum_pseudo(uint16_t len)
{
	return (uint64_t)rte_cpu_to_be_16(len) + RTE_BE16(ND_ICMP6);
}

/* ------------------------------------------------------------------------------------------- */
/* Advertisements                                                                               */
/* ------------------------------------------------------------------------------------------- */

/**
 * Write an advertisement of an entry's address and MAC.
 *
 * @param flags  ND_FLAG_...
 * @param to_mac its lower 48 bits count
 */
static inline void
nd_write_advertisement(uint8_t *f, const struct vip_entry6 *e, octets16 to, uint64_t to_mac,
		       uint8_t flags)
{
	octets16 target = octets_load(e->addr), ours = vip_entry6_head(e);
	const octets16 type = { 0, 0, 0, 0, 0, 0, 0x86, 0xdd, 0x60, 0, 0, 0, 0, ND_MESSAGE_LEN,
				ND_ICMP6, ND_HOP_LIMIT };
	const octets16 option = { 0, 0, 0, 0, ND_OPTION_TARGET, 1 };
	const octets16 mask = { 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	octets16 head, end = (ours & mask) | option;
	uint64_t sum;

	sum = nd_sum_total(nd_sum_of(to)) + e->sum;
	sum += nd_sum_pseudo(ND_MESSAGE_LEN) + ND_NA + flags + RTE_BE16(ND_OPTION_TARGET << 8 | 1);
	head = __builtin_shufflevector(ours, type, 6, 7, 8, 9, 10, 11, 22, 23, 24, 25, 26, 27,
				       28, 29, 30, 31);
	octets_store64(f + AT_DESTINATION, to_mac);
	octets_store(f + AT_SOURCE, head);
	octets_store(f + AT_FROM, target);
	octets_store(f + AT_TO, to);
	octets_store64(f + AT_ICMP, (uint64_t)flags << 32 | (uint64_t)nd_checksum(sum) << 16 | ND_NA);
	octets_store(f + AT_TARGET, target);
	octets_store64(f + AT_OPTION, ((nd_sum)end)[0] >> 32 | ((nd_sum)end)[1] << 32);
}

/** Write the length and the checksum of a message that is there in full; nd_build.c. */
void nd_finish(uint8_t *out, uint16_t frame_len);

/* ------------------------------------------------------------------------------------------- */
/* Who has been seen                                                                            */
/* ------------------------------------------------------------------------------------------- */

/** Octets of a key: the epoch comes first. Of @p mac the last six count, as they lie in a frame. */
enum {
	ND_KEY_WHAT = 9,
	ND_KEY_MAC = 10,
};

static inline octets16
nd_seen_key(octets16 mac, uint8_t what, uint32_t epoch)
{
	const octets16 mask = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return (mac & mask) | octets_from_words(epoch, 0, (uint32_t)what << 8, 0);
}

static inline bool
nd_seen_is(const struct nd_seen *s, octets16 addr, octets16 key)
{
	octets16 difference = (octets_load(s->addr) ^ addr) | (octets_load(s->key) ^ key);

	return octets_are_zero(difference, difference);
}

/** The worth of a report is that it is rare: an honest sender is looked at once in an epoch. */
static inline bool
nd_is_seen(const struct nd_worker *w, const uint8_t *addr, octets16 key)
{
	const struct nd_seen *s = &w->seen[vip_hash6(addr) % ND_SEEN_SLOTS];
	octets16 wanted = octets_load(addr);

	for (unsigned int way = 0; way < ND_SEEN_WAYS; way++)
		if (nd_seen_is(&s[way], wanted, key))
			return true;
	return false;
}

/* ------------------------------------------------------------------------------------------- */
/* All that is not usual                                                                        */
/* ------------------------------------------------------------------------------------------- */

/** What stays the same for a burst. */
struct nd_context {
	struct nd_worker *w;
	const struct vip_interface *ifc;
	const struct vip_set *set;
	const struct vip_roles *roles;
	struct neigh_sightings *sightings;
	uint8_t router_flag; /**< ND_FLAG_ROUTER or 0 */
};

/** What was read of a message. */
struct nd_message {
	uint8_t type;
	bool is_from_nobody; /**< source :: */
	const uint8_t *mac;  /**< in the option about the sender, or of an NA, the target; or NULL */
};

/**
 * Is a message sound (RFC 4861 sections 6.1, 7.1 and 8.1)?
 *
 * @param room octets of the frame, at least AT_CODE
 * @return     ND_RECEIVED with @p out filled, or why not
 */
enum nd_counter nd_check(const uint8_t *f, uint32_t room, struct nd_message *out);

/**
 * Take any message of neighbour discovery.
 *
 * @return ND_REPLIES if @p m has become the reply, or why it is dropped
 */
enum nd_counter nd_sort(const struct nd_context *c, struct rte_mbuf *m);

/** What a message says of an address. */
struct nd_news {
	const uint8_t *addr;
	uint64_t mac;
	uint8_t evidence; /**< enum neigh_evidence */
	uint8_t flags;    /**< ND_FLAG_... */
	bool has_no_mac;  /**< then it is the Ethernet source, and is not learned */
};

/**
 * Look at what somebody says of an address. Nothing is learned from a claim of ours, from a group
 * address, or from off the link.
 *
 * @return false if whoever says it is not to be answered
 */
bool nd_notice(const struct nd_context *c, const struct nd_news *news);

/** Somebody else has, or wants, an address of ours. */
void nd_report_claim(const struct nd_context *c, const uint8_t *addr, uint64_t mac, bool is_probe);

#endif /* ND_INTERNAL_H */
