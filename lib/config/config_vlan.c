/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "config/config_internal.h"

/* Sub-interfaces against their parents, whose indices are known by now. */

static const struct config_place root = { .parent = NULL };
static const struct config_place interfaces = { .parent = &root, .key = "interfaces" };

static void
check_parent(struct config_reader *r, size_t i)
{
	struct config_interface *ifc = &r->config->interfaces[i];
	size_t parent = (size_t)ifc->parent;
	struct config_place element = { .parent = &interfaces, .index = i };
	struct config_place at = { .parent = &element, .key = "parent" };
	uint16_t mtu = r->config->interfaces[parent].mtu;
	char quoted[CONFIG_QUOTED];

	if (config_element_has(r->interfaces, parent, "parent")) {
		config_error(r, &at, "%s is a sub-interface itself",
			     config_quote(config_element_text(r->interfaces, i, "parent"), quoted));
		return;
	}
	if (!config_element_has(r->interfaces, i, "mtu"))
		ifc->mtu = mtu;
	at.key = "mtu";
	if (ifc->mtu > mtu)
		config_error(r, &at, "%u is more than the parent's, which is %u", ifc->mtu, mtu);
}

struct vlan_key {
	size_t parent;
	size_t vlan;
};

static void
report_twice(struct config_reader *r, size_t i, size_t vlan, size_t first)
{
	struct config_place element = { .parent = &interfaces, .index = i };
	struct config_place at = { .parent = &element, .key = "vlan" };

	config_error(r, &at, "%zu on this parent is already /interfaces/%zu", vlan, first);
}

static void
check_unique(struct config_reader *r)
{
	struct config *c = r->config;
	struct config_unique *items;
	struct vlan_key *keys;

	keys = calloc(c->interface_count + 1, sizeof(*keys));
	items = calloc(c->interface_count + 1, sizeof(*items));
	if (keys == NULL || items == NULL)
		goto err;
	for (size_t i = 0; i < c->interface_count; i++) {
		config_unique_set(&items[i], NULL);
		if (c->interfaces[i].parent < 0 || c->interfaces[i].vlan == 0)
			continue;
		keys[i].parent = (size_t)c->interfaces[i].parent;
		keys[i].vlan = c->interfaces[i].vlan;
		items[i].key = &keys[i];
		items[i].len = sizeof(keys[i]);
	}
	if (config_unique_find(items, c->interface_count) != 0)
		goto err;
	for (size_t i = 0; i < c->interface_count; i++) {
		if (items[i].len != 0 && items[i].first != i)
			report_twice(r, i, keys[i].vlan, items[i].first);
	}
	goto out;
err:
	r->is_out_of_memory = true;
out:
	free(items);
	free(keys);
}

void
config_vlans_check(struct config_reader *r)
{
	for (size_t i = 0; i < r->config->interface_count; i++) {
		if (r->config->interfaces[i].parent >= 0)
			check_parent(r, i);
	}
	check_unique(r);
}
