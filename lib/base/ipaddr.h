/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An IP address of either family, and its text form.
 *
 * Threads: pure functions, callable from anywhere.
 * Memory:  nothing is allocated or retained.
 */
#ifndef BASE_IPADDR_H
#define BASE_IPADDR_H

#include <stdbool.h>
#include <stdint.h>

enum ip_family {
	IP_V4,
	IP_V6,
	IP_FAMILIES,
};

/** Longest text of an address, with its terminating NUL. */
#define IP_ADDR_TEXT 46

/** An address in network order; IPv4 uses the first four octets, the others are zero. */
struct ip_addr {
	uint8_t octets[16];
	uint8_t family; /**< enum ip_family */
};

/** An address with the length of its prefix in bits. */
struct ip_prefix {
	struct ip_addr addr;
	uint8_t len;
};

/**
 * Parse the text of an address (dotted quad, or RFC 4291 section 2.2).
 *
 * @return 0, or -EINVAL; @p out is then untouched
 */
int ip_addr_parse(const char *text, struct ip_addr *out);

/**
 * Parse ADDRESS/LENGTH; the length is required and in 0..32 or 0..128.
 *
 * @return 0, -EINVAL for a bad address or no length, -ERANGE for a length out of range
 */
int ip_prefix_parse(const char *text, struct ip_prefix *out);

/** Write the canonical text (RFC 5952) into @p buf and return @p buf. */
const char *ip_addr_format(const struct ip_addr *addr, char buf[IP_ADDR_TEXT]);

/** Order by family, then numerically: less than, equal to or greater than 0. */
int ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b);

/** True for fe80::/10. */
bool ip_addr_is_link_local6(const struct ip_addr *addr);

/** True for 224.0.0.0/4 and ff00::/8. */
bool ip_addr_is_multicast(const struct ip_addr *addr);

/** True if @p addr lies in @p prefix (and is of its family). */
bool ip_prefix_covers(const struct ip_prefix *prefix, const struct ip_addr *addr);

/** An IPv4 address as the 32-bit word it is on the wire, and back. */
uint32_t ip_addr_v4_be(const struct ip_addr *addr);
struct ip_addr ip_addr_from_v4_be(uint32_t be);

#endif /* BASE_IPADDR_H */
