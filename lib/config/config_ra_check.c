/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* Router advertisements against the addresses of their interface. */

static const struct config_place root = { .parent = NULL };
static const struct config_place interfaces = { .parent = &root, .key = "interfaces" };

/* What the addresses of an interface say. */
struct findings {
	struct config_ra *ra;
	bool takes_prefixes; /* none are given */
	bool has_link_local; /* a virtual one */
	bool has_too_many;
	bool is_complete;    /* every address is good */
};

static void
take_prefix(struct findings *f, const struct ip_prefix *address)
{
	struct config_ra *ra = f->ra;
	struct ip_prefix prefix = { config_prefix_base(address), address->len };

	if (!f->takes_prefixes || address->addr.family != IP_V6 || address->len != 64 ||
	    ip_addr_is_link_local6(&address->addr))
		return;
	for (size_t i = 0; i < ra->prefix_count; i++) {
		if (memcmp(&ra->prefixes[i].prefix, &prefix, sizeof(prefix)) == 0)
			return;
	}
	if (ra->prefix_count == CONFIG_RA_PREFIXES_MAX) {
		f->has_too_many = true;
		return;
	}
	config_object_preset(config_ra_prefix_keys, &ra->prefixes[ra->prefix_count]);
	ra->prefixes[ra->prefix_count++].prefix = prefix;
}

static void
look_at_vhid(struct findings *f, const struct config_vhid *vhid)
{
	for (size_t i = 0; i < vhid->address_count; i++) {
		const struct ip_prefix *address = &vhid->addresses[i];

		f->is_complete &= address->addr.family < IP_FAMILIES;
		f->has_link_local |= ip_addr_is_link_local6(&address->addr);
		take_prefix(f, address);
	}
}

static void
check_interface(struct config_reader *r, const size_t *vhid_interfaces, size_t i)
{
	const struct config_interface *ifc = &r->config->interfaces[i];
	const json_t *value = json_object_get(json_array_get(r->interfaces, i),
					      "router_advertisement");
	struct config_place element = { .parent = &interfaces, .index = i };
	struct config_place at = { .parent = &element, .key = "router_advertisement" };
	struct config_place mtu = { .parent = &at, .key = "mtu" };
	struct findings f = { .ra = ifc->ra, .is_complete = true };

	if (json_object_get(value, "prefixes") == NULL) {
		f.takes_prefixes = true;
		ifc->ra->prefixes = calloc(CONFIG_RA_PREFIXES_MAX, sizeof(*ifc->ra->prefixes));
		if (ifc->ra->prefixes == NULL) {
			r->is_out_of_memory = true;
			return;
		}
	}
	for (size_t a = 0; a < ifc->address_count; a++)
		take_prefix(&f, &ifc->addresses[a]);
	for (size_t v = 0; v < r->config->vhid_count; v++) {
		f.is_complete &= vhid_interfaces[v] != SIZE_MAX;
		if (vhid_interfaces[v] == i)
			look_at_vhid(&f, &r->config->vhids[v]);
	}
	if (!f.has_link_local && f.is_complete)
		config_error(r, &at, "needs a vhid with a link-local virtual address on %s",
			     ifc->name);
	if (f.has_too_many)
		config_error(r, &at, "%s has more than %d prefixes: \"prefixes\" is missing",
			     ifc->name, CONFIG_RA_PREFIXES_MAX);
	if (ifc->ra->mtu > ifc->mtu)
		config_error(r, &mtu, "%u is more than the interface's, which is %u", ifc->ra->mtu,
			     ifc->mtu);
}

void
config_ra_check(struct config_reader *r, const size_t *vhid_interfaces)
{
	for (size_t i = 0; i < r->config->interface_count; i++) {
		if (r->config->interfaces[i].ra != NULL)
			check_interface(r, vhid_interfaces, i);
	}
}
