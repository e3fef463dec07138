/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config/config_internal.h"

/* What can be routed to, and by whom. */

/* Blocks that nobody routes to, and what they are. */
static const struct {
	struct ip_prefix block;
	const char *name;
} unroutable[] = {
	{ { { { 127 }, IP_V4 }, 8 }, "loopback" },
	{ { { { 224 }, IP_V4 }, 4 }, "multicast" },
	{ { { { [15] = 1 }, IP_V6 }, 128 }, "loopback" },
	{ { { { 0xff }, IP_V6 }, 8 }, "multicast" },
	{ { { { 0xfe, 0x80 }, IP_V6 }, 10 }, "link-local" },
};

const char *
config_prefix_objection(const struct ip_prefix *prefix, char why[CONFIG_WHY])
{
	struct ip_addr base = config_prefix_base(prefix);
	char text[IP_ADDR_TEXT];
	char good[IP_ADDR_TEXT];

	ip_addr_format(&prefix->addr, text);
	if (ip_addr_compare(&base, &prefix->addr) != 0) {
		snprintf(why, CONFIG_WHY, "%s/%u has host bits, the prefix is %s/%u", text,
			 prefix->len, ip_addr_format(&base, good), prefix->len);
		return why;
	}
	for (size_t i = 0; i < sizeof(unroutable) / sizeof(unroutable[0]); i++) {
		if (prefix->len < unroutable[i].block.len ||
		    !ip_prefix_covers(&unroutable[i].block, &prefix->addr))
			continue;
		snprintf(why, CONFIG_WHY, "%s/%u: there is no route to %s addresses", text,
			 prefix->len, unroutable[i].name);
		return why;
	}
	return NULL;
}

const char *
config_host_objection(const struct config_link *link, const struct ip_addr *addr,
		      char why[CONFIG_WHY])
{
	struct ip_prefix on_link = { *addr, addr->family == IP_V4 ? 32 : 128 };
	char text[IP_ADDR_TEXT];
	const char *objection;

	/* The prefix of a route may be that of many links: it has no broadcast address. */
	if (link != NULL && !link->is_route)
		on_link.len = link->prefix.len;
	objection = config_address_objection(&on_link);
	if (objection == NULL)
		return NULL;
	snprintf(why, CONFIG_WHY, "%s is %s", ip_addr_format(addr, text), objection);
	return why;
}

/* A link-local address is on every link: the configuration names the one that is meant. */
static const char *
resolve_link_local(const struct config_links *l, const char *text, int interface,
		   struct config_path *out, char why[CONFIG_WHY])
{
	if (interface == CONFIG_ANY_INTERFACE) {
		snprintf(why, CONFIG_WHY, "%s is link-local and needs \"interface\"", text);
		return why;
	}
	if (l->is_complete && !l->uses_ip6[interface]) {
		snprintf(why, CONFIG_WHY, "%s needs an IPv6 address on %s", text,
			 l->config->interfaces[interface].name);
		return why;
	}
	out->interface = (unsigned int)interface;
	return NULL;
}

static const char *
resolve_global(const struct config_links *l, const char *text, int interface,
	       struct config_path *out, char why[CONFIG_WHY])
{
	const struct config_link *link = config_links_find(l, &out->via, CONFIG_ANY_INTERFACE);

	if (interface != CONFIG_ANY_INTERFACE) {
		snprintf(why, CONFIG_WHY, "%s is not link-local, so its interface is known", text);
		return why;
	}
	if (link == NULL && l->is_complete) {
		snprintf(why, CONFIG_WHY, "%s is not on the link of an interface", text);
		return why;
	}
	if (link == NULL)
		return NULL;
	out->interface = link->interface;
	return config_host_objection(link, &out->via, why);
}

const char *
config_gateway_resolve(const struct config_links *l, enum ip_family family,
		       const struct ip_addr *via, int interface, struct config_path *out,
		       char why[CONFIG_WHY])
{
	char text[IP_ADDR_TEXT];

	memset(out, 0, sizeof(*out));
	memcpy(&out->via, via, sizeof(*via));
	ip_addr_format(via, text);
	if (via->family != family) {
		snprintf(why, CONFIG_WHY, "%s is not of the prefix's family", text);
		return why;
	}
	if (config_host_objection(NULL, via, why) != NULL)
		return why;
	if (config_links_are_us(l, via, interface)) {
		snprintf(why, CONFIG_WHY, "%s is ourselves", text);
		return why;
	}
	if (ip_addr_is_link_local6(via))
		return resolve_link_local(l, text, interface, out, why);
	return resolve_global(l, text, interface, out, why);
}
