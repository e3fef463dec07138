/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "carp/carp.h"

#define MAC_LEN 6
#define ETHERNET_LEN 14
#define IPV4_LEN 20
#define IPV6_LEN 40

static void
put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)(value & 0xff);
}

static unsigned int
ipv4_checksum(const uint8_t *header)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < IPV4_LEN; i += 2)
		sum += (uint32_t)header[i] << 8 | header[i + 1];
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return ~sum & UINT16_MAX;
}

static size_t
build_ipv4(const struct carp_frame *f, uint8_t *ip)
{
	static const uint8_t flag_df = 0x40;

	memset(ip, 0, IPV4_LEN);
	ip[0] = 0x45;
	ip[1] = f->tos;
	put16(ip + 2, IPV4_LEN + CARP_HEADER_LEN);
	put16(ip + 4, f->id);
	ip[6] = flag_df;
	ip[8] = CARP_TTL;
	ip[9] = CARP_IPPROTO;
	memcpy(ip + 12, f->source.octets, 4);
	memcpy(ip + 16, f->destination.octets, 4);
	put16(ip + 10, ipv4_checksum(ip));
	return IPV4_LEN;
}

static size_t
build_ipv6(const struct carp_frame *f, uint8_t *ip)
{
	put16(ip, 0x6000u | (unsigned int)f->tos << 4);
	put16(ip + 2, 0);
	put16(ip + 4, CARP_HEADER_LEN);
	ip[6] = CARP_IPPROTO;
	ip[7] = CARP_TTL;
	memcpy(ip + 8, f->source.octets, 16);
	memcpy(ip + 24, f->destination.octets, 16);
	return IPV6_LEN;
}

size_t
carp_frame_build(const struct carp_frame *f, const uint8_t payload[CARP_HEADER_LEN],
		 uint8_t out[CARP_FRAME_MAX])
{
	bool is_v4 = f->source.family == IP_V4;
	size_t len = ETHERNET_LEN;

	memcpy(out, f->destination_mac, MAC_LEN);
	memcpy(out + MAC_LEN, f->source_mac, MAC_LEN);
	put16(out + 2 * MAC_LEN, is_v4 ? 0x0800 : 0x86dd);
	len += is_v4 ? build_ipv4(f, out + len) : build_ipv6(f, out + len);
	memcpy(out + len, payload, CARP_HEADER_LEN);
	if (!is_v4 && f->checksum6 == CARP_CHECKSUM6_PSEUDO)
		carp_checksum_set_pseudo(out + len, &f->source, &f->destination);
	return len + CARP_HEADER_LEN;
}

struct ip_addr
carp_group(enum ip_family family)
{
	static const struct ip_addr group4 = { .octets = { 224, 0, 0, 18 }, .family = IP_V4 };
	static const struct ip_addr group6 = {
		.octets = { 0xff, 0x02, [15] = 0x12 }, .family = IP_V6
	};

	return family == IP_V4 ? group4 : group6;
}

void
carp_group_mac(enum ip_family family, uint8_t mac[6])
{
	static const uint8_t group4[MAC_LEN] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 };
	static const uint8_t group6[MAC_LEN] = { 0x33, 0x33, 0x00, 0x00, 0x00, 0x12 };

	memcpy(mac, family == IP_V4 ? group4 : group6, MAC_LEN);
}

void
carp_virtual_mac(uint8_t vhid, uint8_t mac[6])
{
	static const uint8_t prefix[MAC_LEN - 1] = { 0x00, 0x00, 0x5e, 0x00, 0x01 };

	memcpy(mac, prefix, sizeof(prefix));
	mac[MAC_LEN - 1] = vhid;
}
