/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/ipaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
ip_addr_parse(const char *text, struct ip_addr *out)
{
	struct ip_addr addr = { .family = IP_V4 };

	if (inet_pton(AF_INET, text, addr.octets) != 1) {
		addr.family = IP_V6;
		if (inet_pton(AF_INET6, text, addr.octets) != 1)
			return -EINVAL;
	}
	*out = addr;
	return 0;
}

int
ip_prefix_parse(const char *text, struct ip_prefix *out)
{
	const char *slash = strchr(text, '/');
	char addr_text[IP_ADDR_TEXT];
	struct ip_prefix prefix;
	unsigned long len;
	size_t addr_len;
	char *end;

	if (slash == NULL)
		return -EINVAL;
	addr_len = (size_t)(slash - text);
	if (addr_len >= sizeof(addr_text))
		return -EINVAL;
	memcpy(addr_text, text, addr_len);
	addr_text[addr_len] = '\0';
	if (ip_addr_parse(addr_text, &prefix.addr) != 0)
		return -EINVAL;

	if (slash[1] < '0' || slash[1] > '9')
		return -EINVAL;
	len = strtoul(slash + 1, &end, 10);
	if (*end != '\0')
		return -EINVAL;
	if (len > (prefix.addr.family == IP_V4 ? 32 : 128))
		return -ERANGE;
	prefix.len = (uint8_t)len;
	*out = prefix;
	return 0;
}

const char *
ip_addr_format(const struct ip_addr *addr, char buf[IP_ADDR_TEXT])
{
	inet_ntop(addr->family == IP_V4 ? AF_INET : AF_INET6, addr->octets, buf, IP_ADDR_TEXT);
	return buf;
}

int
ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->octets, b->octets, a->family == IP_V4 ? 4 : 16);
}

bool
ip_addr_is_link_local6(const struct ip_addr *addr)
{
	return addr->family == IP_V6 && addr->octets[0] == 0xfe && (addr->octets[1] & 0xc0) == 0x80;
}

bool
ip_addr_is_multicast(const struct ip_addr *addr)
{
	return addr->family == IP_V4 ? (addr->octets[0] & 0xf0) == 0xe0 : addr->octets[0] == 0xff;
}

bool
ip_prefix_covers(const struct ip_prefix *prefix, const struct ip_addr *addr)
{
	unsigned int whole = prefix->len / 8;
	unsigned int rest = prefix->len % 8;

	if (prefix->addr.family != addr->family)
		return false;
	if (memcmp(prefix->addr.octets, addr->octets, whole) != 0)
		return false;
	return rest == 0 || ((prefix->addr.octets[whole] ^ addr->octets[whole]) >> (8 - rest)) == 0;
}

uint32_t
ip_addr_v4_be(const struct ip_addr *addr)
{
	uint32_t be;

	memcpy(&be, addr->octets, sizeof(be));
	return be;
}

struct ip_addr
ip_addr_from_v4_be(uint32_t be)
{
	struct ip_addr addr = { .family = IP_V4 };

	memcpy(addr.octets, &be, sizeof(be));
	return addr;
}
