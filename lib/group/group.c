/* SPDX-License-Identifier: BSD-3-Clause */
#include "group/group.h"

#include <string.h>

#include "base/mac.h"

/* What a report is sent to: all routers that follow reports. */
static const uint8_t reports4[4] = { 224, 0, 0, 22 };
static const uint8_t reports6[16] = { 0xff, 0x02, [15] = 0x16 };

#define ETHER_LEN 14
#define RECORD4_LEN 8
#define RECORD6_LEN 20
#define REPORT_LEN 8
/* With the router alert. */
#define IP4_LEN 24
#define IP6_LEN 48

/* Types of reports, and the next header of MLD's. */
#define IGMP3_REPORT 0x22
#define MLD2_REPORT 143
#define ICMP6 58

uint64_t
group_mac(const struct ip_addr *group)
{
	const uint8_t *g = group->octets;
	uint8_t mac4[6] = { 0x01, 0x00, 0x5e, g[1] & 0x7f, g[2], g[3] };
	uint8_t mac6[6] = { 0x33, 0x33, g[12], g[13], g[14], g[15] };

	return mac_load(group->family == IP_V4 ? mac4 : mac6);
}

static void
put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t
sum_of(const uint8_t *octets, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	return sum;
}

static void
put_checksum(uint8_t *at, uint32_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	put16(at, ~sum);
}

/* The types of records are the same in IGMPv3 and MLDv2. */
static uint8_t
record_type(enum group_change change)
{
	static const uint8_t types[] = {
		[GROUP_JOINED] = 4,  /* CHANGE_TO_EXCLUDE_MODE, no source excluded */
		[GROUP_LEFT] = 3,    /* CHANGE_TO_INCLUDE_MODE, no source included */
		[GROUP_LISTENS] = 2, /* MODE_IS_EXCLUDE */
	};

	return types[change];
}

/* Type, count of groups, and a record for each. Returns its length. */
static size_t
put_report(uint8_t *out, uint8_t type, uint8_t record, const struct ip_addr *groups, size_t count)
{
	size_t addr_len = groups[0].family == IP_V4 ? 4 : 16;
	uint8_t *at = out + REPORT_LEN;

	memset(out, 0, REPORT_LEN);
	out[0] = type;
	put16(out + 6, count);
	for (size_t i = 0; i < count; i++) {
		memset(at, 0, 4);
		at[0] = record;
		memcpy(at + 4, groups[i].octets, addr_len);
		at += 4 + addr_len;
	}
	return (size_t)(at - out);
}

/* With the option that makes routers on the way look at it (RFC 2113), and TTL 1. */
static size_t
put_ip4(uint8_t *ip, size_t payload_len, const uint8_t source[4])
{
	static const uint8_t fixed[] = { 0x46, 0xc0, 0, 0, 0, 0, 0x40, 0, 1, 2, 0, 0 };
	static const uint8_t router_alert[] = { 0x94, 4, 0, 0 };

	memcpy(ip, fixed, sizeof(fixed));
	put16(ip + 2, IP4_LEN + payload_len);
	memcpy(ip + 12, source, 4);
	memcpy(ip + 16, reports4, 4);
	memcpy(ip + 20, router_alert, sizeof(router_alert));
	put_checksum(ip + 10, sum_of(ip, IP4_LEN));
	return IP4_LEN;
}

/* Likewise (RFC 2711), in a hop-by-hop header, and hop limit 1. */
static size_t
put_ip6(uint8_t *ip, size_t payload_len, const uint8_t source[16])
{
	static const uint8_t fixed[] = { 0x60, 0, 0, 0, 0, 0, 0, 1 };
	static const uint8_t router_alert[] = { ICMP6, 0, 5, 2, 0, 0, 1, 0 };

	memcpy(ip, fixed, sizeof(fixed));
	put16(ip + 4, sizeof(router_alert) + payload_len);
	memcpy(ip + 8, source, 16);
	memcpy(ip + 24, reports6, 16);
	memcpy(ip + 40, router_alert, sizeof(router_alert));
	return IP6_LEN;
}

size_t
group_build_report(uint8_t out[GROUP_FRAME_MAX], enum group_change change,
		   const struct ip_addr *groups, size_t count, const struct ip_addr *source,
		   uint64_t mac)
{
	struct ip_addr to = { .family = source->family };
	size_t len = REPORT_LEN;
	uint8_t *report;

	mac_store(out + 6, mac);
	if (source->family == IP_V4) {
		len += count * RECORD4_LEN;
		memcpy(to.octets, reports4, sizeof(reports4));
		put16(out + 12, 0x0800);
		report = out + ETHER_LEN + put_ip4(out + ETHER_LEN, len, source->octets);
		put_report(report, IGMP3_REPORT, record_type(change), groups, count);
		put_checksum(report + 2, sum_of(report, len));
	} else {
		len += count * RECORD6_LEN;
		memcpy(to.octets, reports6, sizeof(reports6));
		put16(out + 12, 0x86dd);
		report = out + ETHER_LEN + put_ip6(out + ETHER_LEN, len, source->octets);
		put_report(report, MLD2_REPORT, record_type(change), groups, count);
		put_checksum(report + 2, sum_of(report, len) + sum_of(source->octets, 16) +
						 sum_of(reports6, 16) + (uint32_t)len + ICMP6);
	}
	mac_store(out, group_mac(&to));
	return (size_t)(report - out) + len;
}
