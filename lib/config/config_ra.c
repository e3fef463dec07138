/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* The object "router_advertisement" of an interface; ranges and defaults of RFC 4861 6.2.1. */

/* In the order of enum config_ra_preference. */
static const char *const preferences[] = { "low", "medium", "high", NULL };

static void
read_prefix(struct config_reader *r, const struct config_place *at, const json_t *value,
	    void *target)
{
	struct config_ra_prefix *p = target;
	const char *text = json_string_value(value);
	char quoted[CONFIG_QUOTED];
	char why[CONFIG_WHY];

	if (ip_prefix_parse(text, &p->prefix) != 0 || p->prefix.addr.family != IP_V6) {
		config_error(r, at, "%s is not an IPv6 PREFIX/LENGTH", config_quote(text, quoted));
		p->prefix.addr.family = IP_FAMILIES;
	} else if (config_prefix_objection(&p->prefix, why) != NULL) {
		config_error(r, at, "%s", why);
		p->prefix.addr.family = IP_FAMILIES;
	}
}

const struct config_member config_ra_prefix_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "prefix", .type = CONFIG_STRING, .is_required = true, .read = read_prefix },
	{ .name = "on_link", .type = CONFIG_BOOLEAN, .preset = true,
	  CONFIG_FIELD(struct config_ra_prefix, on_link) },
	{ .name = "autonomous", .type = CONFIG_BOOLEAN, .preset = true,
	  CONFIG_FIELD(struct config_ra_prefix, autonomous) },
	{ .name = "valid_s", .type = CONFIG_INTEGER, .max = UINT32_MAX, .preset = 2592000,
	  CONFIG_FIELD(struct config_ra_prefix, valid_s) },
	{ .name = "preferred_s", .type = CONFIG_INTEGER, .max = UINT32_MAX, .preset = 604800,
	  CONFIG_FIELD(struct config_ra_prefix, preferred_s) },
	{ .name = NULL },
};

static void
check_prefix(struct config_reader *r, const struct config_place *at, const json_t *value,
	     struct config_ra_prefix *p)
{
	struct config_place place = { .parent = at, .key = "preferred_s" };

	if (json_object_get(value, "preferred_s") == NULL && p->preferred_s > p->valid_s)
		p->preferred_s = p->valid_s;
	if (p->preferred_s > p->valid_s)
		config_error(r, &place, "%u is more than valid_s, which is %u", p->preferred_s,
			     p->valid_s);
	place.key = "autonomous";
	if (p->autonomous && p->prefix.addr.family == IP_V6 && p->prefix.len != 64)
		config_error(r, &place, "hosts make addresses of a /64 only, this is a /%u",
			     p->prefix.len);
}

static void
check_twice(struct config_reader *r, const struct config_place *at, const struct config_ra *ra,
	    size_t i)
{
	struct config_place place = { .parent = at, .key = "prefix" };
	const struct ip_prefix *prefix = &ra->prefixes[i].prefix;
	char text[IP_ADDR_TEXT];
	size_t first = 0;

	while (memcmp(&ra->prefixes[first].prefix, prefix, sizeof(*prefix)) != 0)
		first++;
	if (first != i && prefix->addr.family == IP_V6)
		config_error(r, &place, "%s/%u is the same as element %zu",
			     ip_addr_format(&prefix->addr, text), prefix->len, first);
}

static void
read_prefixes(struct config_reader *r, const struct config_place *at, const json_t *value,
	      void *target)
{
	struct config_ra *ra = target;
	size_t size = json_array_size(value);
	size_t count = size < CONFIG_RA_PREFIXES_MAX ? size : CONFIG_RA_PREFIXES_MAX;

	ra->prefixes = calloc(count + 1, sizeof(*ra->prefixes));
	if (ra->prefixes == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	ra->prefix_count = count;
	for (size_t i = 0; i < count; i++) {
		struct config_place place = { .parent = at, .index = i };
		const json_t *prefix = json_array_get(value, i);

		ra->prefixes[i].prefix.addr.family = IP_FAMILIES;
		config_object_read(r, &place, prefix, config_ra_prefix_keys, &ra->prefixes[i]);
		if (!json_is_object(prefix))
			continue;
		check_prefix(r, &place, prefix, &ra->prefixes[i]);
		check_twice(r, &place, ra, i);
	}
}

static void
read_server(struct config_reader *r, const struct config_place *at, const json_t *value,
	    struct config_ra *ra)
{
	struct ip_addr *server = &ra->dns[ra->dns_count++];
	const char *text = json_string_value(value);
	char quoted[CONFIG_QUOTED];
	char why[CONFIG_WHY];
	size_t first = 0;

	server->family = IP_FAMILIES;
	if (text == NULL) {
		config_error(r, at, "expected a string, found %s", config_type_name(value));
		return;
	}
	if (ip_addr_parse(text, server) != 0 || server->family != IP_V6) {
		config_error(r, at, "%s is not an IPv6 address", config_quote(text, quoted));
		server->family = IP_FAMILIES;
		return;
	}
	if (config_host_objection(NULL, server, why) != NULL)
		config_error(r, at, "%s", why);
	while (ip_addr_compare(&ra->dns[first], server) != 0)
		first++;
	if (&ra->dns[first] != server)
		config_error(r, at, "%s is the same as element %zu", text, first);
}

static void
read_dns(struct config_reader *r, const struct config_place *at, const json_t *value, void *target)
{
	struct config_ra *ra = target;
	size_t size = json_array_size(value);
	size_t count = size < CONFIG_RA_DNS_MAX ? size : CONFIG_RA_DNS_MAX;

	ra->dns = calloc(count + 1, sizeof(*ra->dns));
	if (ra->dns == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct config_place place = { .parent = at, .index = i };

		read_server(r, &place, json_array_get(value, i), ra);
	}
}

const struct config_member config_ra_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "interval_s", .type = CONFIG_INTEGER, .min = 4, .max = 1800, .preset = 600,
	  CONFIG_FIELD(struct config_ra, max_interval_s) },
	{ .name = "min_interval_s", .type = CONFIG_INTEGER, .min = 3, .max = 1350,
	  .has_no_preset = true, CONFIG_FIELD(struct config_ra, min_interval_s) },
	{ .name = "lifetime_s", .type = CONFIG_INTEGER, .max = 9000, .has_no_preset = true,
	  CONFIG_FIELD(struct config_ra, lifetime_s) },
	{ .name = "hop_limit", .type = CONFIG_INTEGER, .max = 255, .preset = 64,
	  CONFIG_FIELD(struct config_ra, hop_limit) },
	{ .name = "managed", .type = CONFIG_BOOLEAN, CONFIG_FIELD(struct config_ra, managed) },
	{ .name = "other_config", .type = CONFIG_BOOLEAN,
	  CONFIG_FIELD(struct config_ra, other_config) },
	{ .name = "preference", .type = CONFIG_WORD, .words = preferences,
	  .preset = CONFIG_RA_MEDIUM, CONFIG_FIELD(struct config_ra, preference) },
	{ .name = "mtu", .type = CONFIG_INTEGER, .min = 1280, .max = 9600, .has_no_preset = true,
	  CONFIG_FIELD(struct config_ra, mtu) },
	{ .name = "reachable_ms", .type = CONFIG_INTEGER, .max = 3600000,
	  CONFIG_FIELD(struct config_ra, reachable_ms) },
	{ .name = "retrans_ms", .type = CONFIG_INTEGER, .max = UINT32_MAX,
	  CONFIG_FIELD(struct config_ra, retrans_ms) },
	{ .name = "prefixes", .type = CONFIG_ARRAY, .max = CONFIG_RA_PREFIXES_MAX,
	  .read = read_prefixes },
	{ .name = "dns", .type = CONFIG_ARRAY, .max = CONFIG_RA_DNS_MAX, .read = read_dns },
	{ .name = "dns_lifetime_s", .type = CONFIG_INTEGER, .max = UINT32_MAX,
	  .has_no_preset = true, CONFIG_FIELD(struct config_ra, dns_lifetime_s) },
	{ .name = NULL },
};

static bool
is_absent(const json_t *value, const char *key)
{
	return json_object_get(value, key) == NULL;
}

/* Rounded up, so that the least default is the least that may be. */
static void
set_defaults(const json_t *value, struct config_ra *ra)
{
	uint32_t max = ra->max_interval_s;

	if (is_absent(value, "min_interval_s"))
		ra->min_interval_s = (uint16_t)(max >= 9 ? (max * 33 + 99) / 100 : max * 3 / 4);
	if (is_absent(value, "lifetime_s"))
		ra->lifetime_s = (uint16_t)(max * 3);
	if (is_absent(value, "dns_lifetime_s"))
		ra->dns_lifetime_s = max * 3;
}

static void
check_intervals(struct config_reader *r, const struct config_place *at, const struct config_ra *ra)
{
	struct config_place place = { .parent = at, .key = "min_interval_s" };
	unsigned int max = ra->max_interval_s;

	if (ra->min_interval_s * 4u > max * 3)
		config_error(r, &place, "%u is more than 0.75 of interval_s, which is %u",
			     ra->min_interval_s, max);
	place.key = "lifetime_s";
	if (ra->lifetime_s != 0 && ra->lifetime_s < max)
		config_error(r, &place, "%u is neither 0 nor at least interval_s, which is %u",
			     ra->lifetime_s, max);
	place.key = "dns_lifetime_s";
	if (ra->dns_lifetime_s != 0 && ra->dns_lifetime_s < max)
		config_error(r, &place, "%u is neither 0 nor at least interval_s, which is %u",
			     ra->dns_lifetime_s, max);
}

void
config_ra_read(struct config_reader *r, const struct config_place *at, const json_t *value,
	       void *target)
{
	struct config_interface *ifc = target;
	const json_t *interval = json_object_get(value, "interval_s");

	ifc->ra = calloc(1, sizeof(*ifc->ra));
	if (ifc->ra == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	config_object_read(r, at, value, config_ra_keys, ifc->ra);
	/* Nothing is compared with a bad one. */
	if (interval != NULL && json_integer_value(interval) != ifc->ra->max_interval_s)
		return;
	set_defaults(value, ifc->ra);
	check_intervals(r, at, ifc->ra);
}
