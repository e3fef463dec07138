/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Ethernet addresses as the low 48 bits of a little-endian word, so that comparing is one
 * instruction: octet 0 is the lowest.
 *
 * Threads: pure functions.
 * Memory:  mac_load() reads, and mac_store() writes, exactly 6 octets.
 */
#ifndef BASE_MAC_H
#define BASE_MAC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MAC_MASK 0xffffffffffffULL
#define MAC_BROADCAST MAC_MASK

/** 00:00:5e:00:01:00, the block of virtual MACs, and the mask of its first five octets. */
#define MAC_VIRTUAL 0x0001005e0000ULL
#define MAC_VIRTUAL_MASK 0x00ffffffffffULL

static inline uint64_t
mac_load(const uint8_t octets[6])
{
	uint32_t low;
	uint16_t high;

	memcpy(&low, octets, sizeof(low));
	memcpy(&high, octets + sizeof(low), sizeof(high));
	return (uint64_t)high << 32 | low;
}

static inline void
mac_store(uint8_t octets[6], uint64_t mac)
{
	uint32_t low = (uint32_t)mac;
	uint16_t high = (uint16_t)(mac >> 32);

	memcpy(octets, &low, sizeof(low));
	memcpy(octets + sizeof(low), &high, sizeof(high));
}

static inline bool
mac_is_group(uint64_t mac)
{
	return (mac & 1) != 0;
}

/** True for 00:00:5e:00:01:xx; the last octet is the vhid. */
static inline bool
mac_is_virtual(uint64_t mac)
{
	return (mac & MAC_VIRTUAL_MASK) == MAC_VIRTUAL;
}

static inline uint8_t
mac_virtual_vhid(uint64_t mac)
{
	return (uint8_t)(mac >> 40);
}

static inline uint64_t
mac_of_vhid(uint8_t vhid)
{
	return MAC_VIRTUAL | (uint64_t)vhid << 40;
}

#endif /* BASE_MAC_H */
