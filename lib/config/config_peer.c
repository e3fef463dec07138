/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "config/config_internal.h"

/* The hosts that a vhid advertises to by unicast. */

static bool
parse(struct config_reader *r, const struct config_place *at, const json_t *value,
      struct ip_addr *out)
{
	const char *text = json_string_value(value);
	struct ip_prefix alone = { 0 };
	const char *objection;
	char quoted[CONFIG_QUOTED];

	if (text == NULL) {
		config_error(r, at, "expected a string, found %s", config_type_name(value));
		return false;
	}
	if (ip_addr_parse(text, &alone.addr) != 0) {
		config_error(r, at, "%s is not an address", config_quote(text, quoted));
		return false;
	}
	alone.len = alone.addr.family == IP_V4 ? 32 : 128;
	objection = config_address_objection(&alone);
	if (objection != NULL)
		config_error(r, at, "%s is %s", text, objection);
	*out = alone.addr;
	return objection == NULL;
}

static void
check_twice(struct config_reader *r, const struct config_place *at, const struct ip_addr *peers,
	    size_t i)
{
	char text[IP_ADDR_TEXT];
	size_t first = 0;

	while (ip_addr_compare(&peers[first], &peers[i]) != 0)
		first++;
	if (first != i)
		config_error(r, at, "%s is the same as element %zu",
			     ip_addr_format(&peers[i], text), first);
}

/* One with an error keeps its slot, with the family IP_FAMILIES. */
void
config_peers_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		  void *target)
{
	struct config_vhid *vhid = target;
	size_t size = json_array_size(value);
	size_t count = size < CONFIG_PEERS_MAX ? size : CONFIG_PEERS_MAX;

	if (count == 0)
		return;
	vhid->peers = calloc(count, sizeof(*vhid->peers));
	if (vhid->peers == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	vhid->peer_count = count;
	for (size_t i = 0; i < count; i++) {
		struct config_place place = { .parent = at, .index = i };

		if (parse(r, &place, json_array_get(value, i), &vhid->peers[i]))
			check_twice(r, &place, vhid->peers, i);
		else
			vhid->peers[i].family = IP_FAMILIES;
	}
}

/* Until there are routes, a host beyond a router is out of reach. */
static void
check_link(struct config_reader *r, const struct config_place *at,
	   const struct config_interface *ifc, const struct ip_addr *peer)
{
	bool is_family_known = false;
	char text[IP_ADDR_TEXT];

	ip_addr_format(peer, text);
	for (size_t i = 0; i < ifc->address_count; i++) {
		struct ip_prefix on_link = ifc->addresses[i];
		const char *objection;

		is_family_known |= on_link.addr.family == peer->family;
		if (!ip_prefix_covers(&on_link, peer))
			continue;
		on_link.addr = *peer;
		objection = config_address_objection(&on_link);
		if (objection != NULL)
			config_error(r, at, "%s is %s", text, objection);
		return;
	}
	/* A link-local one is on every link, and IPv6 has an own link-local address on it. */
	if (ip_addr_is_link_local6(peer))
		return;
	if (is_family_known)
		config_error(r, at, "%s is not on the link of %s", text, ifc->name);
	else
		config_error(r, at, "%s needs an own %s address on %s", text,
			     peer->family == IP_V4 ? "IPv4" : "IPv6", ifc->name);
}

static bool
has_family(const struct config_vhid *vhid, enum ip_family family)
{
	for (size_t i = 0; i < vhid->address_count; i++) {
		if (vhid->addresses[i].addr.family == family)
			return true;
	}
	return false;
}

/* The first peer of the family of the one at @p i. */
static size_t
first_of_family(const struct config_vhid *vhid, size_t i)
{
	size_t first = 0;

	while (vhid->peers[first].family != vhid->peers[i].family)
		first++;
	return first;
}

static void
check_family(struct config_reader *r, const struct config_place *at, const struct config_vhid *vhid,
	     size_t i)
{
	const struct ip_addr *peer = &vhid->peers[i];
	size_t first = first_of_family(vhid, i);
	char text[IP_ADDR_TEXT];

	if (!has_family(vhid, peer->family))
		config_error(r, at, "%s: the vhid has no %s address", ip_addr_format(peer, text),
			     peer->family == IP_V4 ? "IPv4" : "IPv6");
	/* All of them know us by one source. */
	else if (ip_addr_is_link_local6(peer) != ip_addr_is_link_local6(&vhid->peers[first]))
		config_error(r, at, "%s and element %zu: link-local or not, all have to be the same",
			     ip_addr_format(peer, text), first);
}

void
config_peers_check(struct config_reader *r, const size_t *interfaces)
{
	const struct config *c = r->config;
	struct config_place root = { .parent = NULL };
	struct config_place vhids = { .parent = &root, .key = "vhids" };

	for (size_t i = 0; i < c->vhid_count; i++) {
		struct config_place element = { .parent = &vhids, .index = i };
		struct config_place peers = { .parent = &element, .key = "peers" };
		const struct config_vhid *vhid = &c->vhids[i];

		for (size_t p = 0; interfaces[i] != SIZE_MAX && p < vhid->peer_count; p++) {
			struct config_place at = { .parent = &peers, .index = p };

			if (vhid->peers[p].family >= IP_FAMILIES)
				continue;
			check_family(r, &at, vhid, p);
			check_link(r, &at, &c->interfaces[interfaces[i]], &vhid->peers[p]);
		}
	}
}
