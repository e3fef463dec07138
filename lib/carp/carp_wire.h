/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The part of carp.h that knows what is on the wire: the 36 octets, the frame around them, and the
 * counters of what was received.
 */
#ifndef CARP_WIRE_H
#define CARP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"

#define CARP_HEADER_LEN 36
#define CARP_DIGEST_LEN 20
#define CARP_IPPROTO 112
#define CARP_TTL 255
/** advbase and advskew of the advertisement by which a master resigns. */
#define CARP_BOW_OUT 255

/** The 36 octets of an advertisement without version, type and checksum. */
struct carp_header {
	uint8_t vhid;
	uint8_t advskew;
	uint8_t authlen; /**< 7 when sent; not looked at when received, as everywhere */
	uint8_t demote;
	uint8_t advbase;
	uint64_t counter;
	uint8_t digest[CARP_DIGEST_LEN];
};

/** What is counted of advertisements; the drop_ ones are the reasons of refusal. */
enum carp_counter {
	CARP_RECEIVED,
	CARP_RECEIVED6,
	CARP_SENT,
	CARP_SENT6,
	CARP_SEND_ERRORS,
	CARP_TRAILING,    /**< accepted although longer than 36 octets */
	CARP_SUM_PLAIN6,  /**< accepted: a plain checksum where a pseudo-header is configured */
	CARP_SUM_PSEUDO6, /**< refused, drop_sum as well: the reverse, as NetBSD sends it */
	CARP_DROP_LEN,
	CARP_DROP_VER,
	CARP_DROP_TYPE,
	CARP_DROP_VHID,
	CARP_DROP_TTL,
	CARP_DROP_SUM,
	CARP_DROP_ECHO, /**< our own advertisement coming back */
	CARP_DROP_PEER, /**< not from one of the configured peers */
	CARP_DROP_AUTH,
	CARP_DROP_REPLAY,
	CARP_DROP_NOT_ALLOWED, /**< carp.allow is off */
	CARP_FOREIGN_VRRP,     /**< has VRRP's shape and no digest that matches */
	/** Those before count frames, those that follow what was made of them. */
	CARP_FRAME_COUNTERS,
	CARP_SPLIT_BRAIN = CARP_FRAME_COUNTERS, /**< heard as MASTER, from a slower one */
	CARP_FOREIGN_CLAIM,                     /**< carp_vhid_foreign_claim() as MASTER */
	CARP_COUNTERS,
};

/** No reason of refusal. Shares its value with a counter that is none. */
#define CARP_ACCEPTED CARP_RECEIVED

/** The counter's name in telemetry and in scenarios: "drop_ttl". */
const char *carp_counter_name(enum carp_counter counter);

/** Write the 36 octets, checksum included. */
void carp_header_build(const struct carp_header *h, uint8_t out[CARP_HEADER_LEN]);

/**
 * Read an IP payload of protocol 112: length, version and type, in this order; not the checksum.
 *
 * @return CARP_ACCEPTED with @p out filled, or CARP_DROP_LEN, CARP_DROP_VER, CARP_DROP_TYPE
 */
enum carp_counter carp_header_parse(const uint8_t *payload, size_t len, struct carp_header *out);

/** What the checksum of an advertisement over IPv6 covers. */
enum carp_checksum6 {
	CARP_CHECKSUM6_PLAIN,  /**< the CARP header, as OpenBSD and FreeBSD have it */
	CARP_CHECKSUM6_PSEUDO, /**< the pseudo-header, too, as NetBSD has it; plain is accepted */
};

/** True if the Internet checksum over the first 36 octets is right, without a pseudo-header. */
bool carp_checksum_ok(const uint8_t payload[CARP_HEADER_LEN]);

/** True if it is right with the IPv6 pseudo-header of these two. */
bool carp_checksum_ok_pseudo(const uint8_t payload[CARP_HEADER_LEN], const struct ip_addr *from,
			     const struct ip_addr *to);

/** Make it right with the IPv6 pseudo-header; carp_frame_build() does. */
void carp_checksum_set_pseudo(uint8_t payload[CARP_HEADER_LEN], const struct ip_addr *from,
			      const struct ip_addr *to);

/**
 * True if the payload has the shape of a VRRPv2 (RFC 3768) or VRRPv3 (RFC 5798) advertisement. A
 * VRRPv2 one of seven addresses is as long as a CARP one with eight trailing octets.
 */
bool carp_is_vrrp_shaped(const uint8_t *payload, size_t len);

/**
 * What a data-plane worker refuses before anything is handed on: length, version, type, and a vhid
 * that this interface does not have in the packet's family.
 *
 * @param vhids  bit set of 256: which vhids the interface has for the family of the packet
 * @param vhid   set to the payload's vhid if CARP_ACCEPTED is returned
 * @return       CARP_ACCEPTED: hand it to carp_vhid_input(), which repeats the checks; else the
 *               counter to raise. A frame of VRRP's shape is handed on if its VRID is one of ours.
 */
enum carp_counter carp_precheck(const uint8_t *payload, size_t len, const uint64_t vhids[4],
				uint8_t *vhid);

/** What surrounds the 36 octets in an Ethernet frame. */
struct carp_frame {
	uint8_t destination_mac[6];
	uint8_t source_mac[6];
	struct ip_addr destination;
	struct ip_addr source; /**< the family of the frame */
	uint8_t tos;           /**< IPv4 type of service, IPv6 traffic class */
	uint16_t id;           /**< IPv4 identification; DF is always set */
	/** Of an IPv6 frame: as the action says, for the pseudo-header is that of each frame. */
	enum carp_checksum6 checksum6;
};

#define CARP_FRAME_MAX 90

/**
 * Write an untagged Ethernet frame of 70 (IPv4) or 90 (IPv6) octets, TTL or hop limit 255, flow
 * label 0.
 *
 * @param payload with the plain checksum
 * @return its length
 */
size_t carp_frame_build(const struct carp_frame *f, const uint8_t payload[CARP_HEADER_LEN],
			uint8_t out[CARP_FRAME_MAX]);

/** The group that advertisements are sent to: 224.0.0.18 or ff02::12. */
struct ip_addr carp_group(enum ip_family family);

/** Its Ethernet address. */
void carp_group_mac(enum ip_family family, uint8_t mac[6]);

/** The virtual MAC 00:00:5e:00:01:VHID, the same for both families. */
void carp_virtual_mac(uint8_t vhid, uint8_t mac[6]);

#endif /* CARP_WIRE_H */
