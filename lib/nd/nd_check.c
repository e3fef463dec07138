/* SPDX-License-Identifier: BSD-3-Clause */
#include "nd/nd_internal.h"

#include <rte_ip.h>

#define OPTION_UNIT 8

/* What the message has before its options. */
static uint32_t
fixed_len(uint8_t type)
{
	switch (type) {
	case ND_RS:
		return 8;
	case ND_RA:
		return 16;
	case ND_REDIRECT:
		return 40;
	default:
		return 24;
	}
}

static bool
is_zero(const uint8_t addr[16])
{
	return octets_are_equal(octets_load(addr), (octets16){ 0 });
}

static bool
is_link_local(const uint8_t *addr)
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

static bool
is_solicited_node(const uint8_t *to)
{
	static const uint8_t prefix[13] = { 0xff, 0x02, [11] = 1, [12] = 0xff };

	return memcmp(to, prefix, sizeof(prefix)) == 0;
}

static bool
is_sum_right(const uint8_t *f, uint16_t len)
{
	uint64_t sum = nd_sum_pseudo(len);

	sum += rte_raw_cksum(f + AT_FROM, 32);
	sum += rte_raw_cksum(f + AT_ICMP, len);
	return sum % 0xffff == 0;
}

/* May this message come from there? One from nobody has nothing to say about its MAC. */
static bool
is_source_right(const uint8_t *f, const struct nd_message *message)
{
	static const uint8_t loopback[16] = { [15] = 1 };
	const uint8_t *from = f + AT_FROM;

	if (from[0] == 0xff || memcmp(from, loopback, sizeof(loopback)) == 0)
		return false;
	switch (message->type) {
	case ND_RA:
	case ND_REDIRECT:
		return is_link_local(from);
	case ND_NS:
		return !message->is_from_nobody ||
		       (message->mac == NULL && is_solicited_node(f + AT_TO));
	case ND_RS:
		return !message->is_from_nobody || message->mac == NULL;
	default:
		return !message->is_from_nobody;
	}
}

/* Also finds the MAC. Options that nobody here knows are skipped. */
static bool
are_options_right(const uint8_t *f, uint32_t len, struct nd_message *message)
{
	uint8_t wanted = message->type == ND_NA ? ND_OPTION_TARGET : ND_OPTION_SOURCE;
	const uint8_t *end = f + AT_ICMP + len;
	const uint8_t *option = f + AT_ICMP + fixed_len(message->type);

	for (; option != end; option += option[1] * OPTION_UNIT) {
		if (end - option < OPTION_UNIT || option[1] == 0 ||
		    option[1] * OPTION_UNIT > end - option)
			return false;
		if (option[0] != wanted)
			continue;
		if (option[1] != 1)
			return false;
		message->mac = option + 2;
	}
	return true;
}

enum nd_counter
nd_check(const uint8_t *f, uint32_t room, struct nd_message *out)
{
	uint16_t len = rte_be_to_cpu_16(octets_load16(f + AT_PAYLOAD_LEN));
	bool has_target;

	*out = (struct nd_message){ .type = f[AT_ICMP], .is_from_nobody = is_zero(f + AT_FROM) };
	has_target = out->type == ND_NS || out->type == ND_NA;
	if (f[AT_VERSION] >> 4 != 6 || len > room - AT_ICMP)
		return ND_DROP_HEADER;
	if (f[AT_HOP_LIMIT] != ND_HOP_LIMIT)
		return ND_DROP_HOP_LIMIT;
	if (len < fixed_len(out->type))
		return ND_DROP_LEN;
	if (!is_sum_right(f, len))
		return ND_DROP_CHECKSUM;
	if (f[AT_CODE] != 0)
		return ND_DROP_CODE;
	if (has_target && (f[AT_TARGET] == 0xff || is_zero(f + AT_TARGET)))
		return ND_DROP_TARGET;
	if (!are_options_right(f, len, out))
		return ND_DROP_OPTION;
	if (!is_source_right(f, out))
		return ND_DROP_SOURCE;
	if (out->type == ND_NA && f[AT_TO] == 0xff && (f[AT_FLAGS] & ND_FLAG_SOLICITED) != 0)
		return ND_DROP_FLAGS;
	return ND_RECEIVED;
}
