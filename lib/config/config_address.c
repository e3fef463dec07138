/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

static const char *
objection4(const struct ip_prefix *prefix)
{
	uint32_t addr = ntohl(ip_addr_v4_be(&prefix->addr));
	uint32_t host_mask = (uint32_t)((UINT64_C(1) << (32 - prefix->len)) - 1);

	if (addr == 0)
		return "the unspecified address";
	if (addr == UINT32_MAX)
		return "the broadcast address";
	if (addr >> 24 == 127)
		return "a loopback address";
	if (ip_addr_is_multicast(&prefix->addr))
		return "a multicast address";
	/* RFC 3021: a /31 has neither. */
	if (prefix->len >= 31)
		return NULL;
	if ((addr & host_mask) == 0)
		return "the network address of its prefix";
	if ((addr & host_mask) == host_mask)
		return "the broadcast address of its prefix";
	return NULL;
}

/* RFC 4291 section 2.6.1: nothing behind the prefix. */
static bool
is_anycast(const struct ip_prefix *prefix)
{
	struct ip_prefix zero = { .addr = prefix->addr, .len = prefix->len };
	unsigned int whole = prefix->len / 8;

	/* RFC 6164: a /127 has none. */
	if (prefix->len >= 127)
		return false;
	memset(zero.addr.octets + whole, 0, sizeof(zero.addr.octets) - whole);
	if (prefix->len % 8 != 0)
		zero.addr.octets[whole] =
			(uint8_t)(prefix->addr.octets[whole] & (0xff00u >> (prefix->len % 8)));
	return ip_addr_compare(&zero.addr, &prefix->addr) == 0;
}

static const char *
objection6(const struct ip_prefix *prefix)
{
	static const struct ip_addr unspecified = { .family = IP_V6 };
	static const struct ip_addr loopback = { .octets = { [15] = 1 }, .family = IP_V6 };
	static const struct ip_prefix mapped = {
		.addr = { .octets = { [10] = 0xff, [11] = 0xff }, .family = IP_V6 }, .len = 96
	};

	if (ip_addr_compare(&prefix->addr, &unspecified) == 0)
		return "the unspecified address";
	if (ip_addr_compare(&prefix->addr, &loopback) == 0)
		return "a loopback address";
	if (ip_addr_is_multicast(&prefix->addr))
		return "a multicast address";
	if (ip_prefix_covers(&mapped, &prefix->addr))
		return "an IPv4-mapped address";
	if (is_anycast(prefix))
		return "the subnet-router anycast address of its prefix";
	return NULL;
}

const char *
config_address_objection(const struct ip_prefix *prefix)
{
	return prefix->addr.family == IP_V4 ? objection4(prefix) : objection6(prefix);
}

static void
parse_error(struct config_reader *r, const struct config_place *at, const char *text, int error)
{
	bool is_v6 = strchr(text, ':') != NULL;
	char quoted[CONFIG_QUOTED];
	struct ip_addr addr;

	config_quote(text, quoted);
	if (error == -ERANGE)
		config_error(r, at, "%s: the prefix length is not in 0..%d", quoted,
			     is_v6 ? 128 : 32);
	else if (ip_addr_parse(text, &addr) == 0)
		config_error(r, at, "%s has no prefix length, such as %s", quoted,
			     is_v6 ? "/64" : "/24");
	else
		config_error(r, at, "%s is not ADDRESS/LENGTH", quoted);
}

static bool
read_address(struct config_reader *r, const struct config_place *at, const json_t *value,
	     struct ip_prefix *out)
{
	const char *text = json_string_value(value);
	const char *objection;
	int error;

	if (text == NULL) {
		config_error(r, at, "expected a string, found %s", config_type_name(value));
		return false;
	}
	error = ip_prefix_parse(text, out);
	if (error != 0) {
		parse_error(r, at, text, error);
		return false;
	}
	objection = config_address_objection(out);
	if (objection != NULL)
		config_error(r, at, "%s is %s", text, objection);
	return objection == NULL;
}

void
config_addresses_read(struct config_reader *r, const struct config_place *at, const json_t *array,
		      size_t max, struct ip_prefix **out, size_t *count)
{
	size_t size = json_array_size(array);
	struct ip_prefix *addresses;

	if (size > max)
		size = max;
	addresses = calloc(size + 1, sizeof(*addresses));
	if (addresses == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < size; i++) {
		struct config_place place = { .parent = at, .index = i };

		if (!read_address(r, &place, json_array_get(array, i), &addresses[i]))
			addresses[i].addr.family = IP_FAMILIES;
	}
	*out = addresses;
	*count = size;
}
