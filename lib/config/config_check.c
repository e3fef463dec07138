/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "config/config_internal.h"

/*
 * Checks between values. Each finds what is there twice by one sort over the whole file, so that a
 * file of 4,096 vhids and a million addresses costs no more than its size.
 */

static bool
find_unique(struct config_reader *r, struct config_unique *items, size_t count)
{
	if (items == NULL || config_unique_find(items, count) != 0) {
		r->is_out_of_memory = true;
		return false;
	}
	return true;
}

static const struct config_place root = { .parent = NULL };
static const struct config_place interfaces = { .parent = &root, .key = "interfaces" };
static const struct config_place vhids = { .parent = &root, .key = "vhids" };

static void
check_devices(struct config_reader *r)
{
	struct config *c = r->config;
	char (*identities)[CONFIG_DEVICE_MAX + 8];
	struct config_unique *items;

	identities = calloc(c->interface_count + 1, sizeof(*identities));
	items = calloc(c->interface_count + 1, sizeof(*items));
	if (identities == NULL || items == NULL) {
		r->is_out_of_memory = true;
		goto out;
	}
	for (size_t i = 0; i < c->interface_count; i++) {
		config_unique_set(&items[i], NULL);
		if (c->interfaces[i].device == NULL)
			continue;
		config_device_identity(c->interfaces[i].device, identities[i]);
		config_unique_set(&items[i], identities[i]);
	}
	if (!find_unique(r, items, c->interface_count))
		goto out;
	for (size_t i = 0; i < c->interface_count; i++) {
		struct config_place element = { .parent = &interfaces, .index = i };
		struct config_place at = { .parent = &element, .key = "device" };

		if (items[i].len != 0 && items[i].first != i)
			config_error(r, &at, "%s is already the device of /interfaces/%zu",
				     identities[i], items[i].first);
	}
out:
	free(items);
	free(identities);
}

static void
report_name(struct config_reader *r, size_t i, size_t first)
{
	struct config_place element = { .parent = &interfaces, .index = i };
	struct config_place at = { .parent = &element, .key = "name" };
	const char *name = config_element_text(r->interfaces, i, "name");
	char quoted[CONFIG_QUOTED];

	config_error(r, &at, "%s is already the name of /interfaces/%zu",
		     config_quote(name, quoted), first);
}

/* Interfaces, then those that sub-interfaces call their parent, then those of the vhids. */
struct name_list {
	struct config_unique *items;
	size_t parents; /* index of the first */
	size_t vhids;
	size_t count;
};

static int
names_collect(const struct config_reader *r, struct name_list *names)
{
	struct config_unique *item;

	names->parents = r->config->interface_count;
	names->vhids = names->parents + r->config->interface_count;
	names->count = names->vhids + r->config->vhid_count;
	names->items = calloc(names->count + 1, sizeof(*names->items));
	if (names->items == NULL)
		return -ENOMEM;
	item = names->items;
	for (size_t i = 0; i < r->config->interface_count; i++)
		config_unique_set(item++, config_element_text(r->interfaces, i, "name"));
	for (size_t i = 0; i < r->config->interface_count; i++)
		config_unique_set(item++, config_element_text(r->interfaces, i, "parent"));
	for (size_t i = 0; i < r->config->vhid_count; i++)
		config_unique_set(item++, config_element_text(r->vhids, i, "interface"));
	return config_unique_find(names->items, names->count);
}

/* The interface that a name stands for; SIZE_MAX if there is none, which is reported. */
static size_t
resolve(struct config_reader *r, const struct config_unique *item, const struct config_place *array,
	size_t index, const char *key)
{
	struct config_place element = { .parent = array, .index = index };
	struct config_place at = { .parent = &element, .key = key };
	char quoted[CONFIG_QUOTED];

	if (item->key == &item->key)
		return SIZE_MAX;
	if (item->len != 0 && item->first < r->config->interface_count)
		return item->first;
	if (r->interfaces_are_complete)
		config_error(r, &at, "%s is not the name of an interface",
			     config_quote(item->key, quoted));
	return SIZE_MAX;
}

/* One sort checks the names of the interfaces, and resolves those that are used. */
static void
check_names(struct config_reader *r, size_t *vhid_interfaces)
{
	struct config *c = r->config;
	struct name_list names;
	size_t parent;

	if (names_collect(r, &names) != 0) {
		r->is_out_of_memory = true;
		goto out;
	}
	for (size_t i = 0; i < c->interface_count; i++) {
		if (names.items[i].len != 0 && names.items[i].first != i)
			report_name(r, i, names.items[i].first);
	}
	for (size_t i = 0; i < c->interface_count; i++) {
		parent = resolve(r, &names.items[names.parents + i], &interfaces, i, "parent");
		if (parent != SIZE_MAX)
			c->interfaces[i].parent = (int)parent;
	}
	for (size_t i = 0; i < c->vhid_count; i++)
		vhid_interfaces[i] =
			resolve(r, &names.items[names.vhids + i], &vhids, i, "interface");
out:
	free(names.items);
}

struct vhid_key {
	size_t interface;
	size_t vhid;
};

static void
check_vhids(struct config_reader *r, const size_t *vhid_interfaces)
{
	struct config *c = r->config;
	struct config_unique *items;
	struct vhid_key *keys;

	keys = calloc(c->vhid_count + 1, sizeof(*keys));
	items = calloc(c->vhid_count + 1, sizeof(*items));
	if (keys == NULL || items == NULL) {
		r->is_out_of_memory = true;
		goto out;
	}
	for (size_t i = 0; i < c->vhid_count; i++) {
		config_unique_set(&items[i], NULL);
		if (vhid_interfaces[i] == SIZE_MAX || c->vhids[i].vhid == 0)
			continue;
		keys[i] = (struct vhid_key){ vhid_interfaces[i], c->vhids[i].vhid };
		items[i].key = &keys[i];
		items[i].len = sizeof(keys[i]);
		c->vhids[i].interface = (unsigned int)vhid_interfaces[i];
	}
	if (!find_unique(r, items, c->vhid_count))
		goto out;
	for (size_t i = 0; i < c->vhid_count; i++) {
		struct config_place element = { .parent = &vhids, .index = i };
		struct config_place at = { .parent = &element, .key = "vhid" };

		if (items[i].len != 0 && items[i].first != i)
			config_error(r, &at, "%zu on this interface is already /vhids/%zu",
				     keys[i].vhid, items[i].first);
	}
out:
	free(items);
	free(keys);
}

/* Routes and neighbours are a matter of all links, which includes those of routes[]. */
static void
check_routing(struct config_reader *r, const size_t *vhid_interfaces)
{
	struct config_links *links;

	if (r->routes == NULL && r->routes_file == NULL && r->neighbors == NULL)
		return;
	links = calloc(1, sizeof(*links));
	if (links == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	if (config_links_collect(r, vhid_interfaces, links) != 0 ||
	    config_routes_link(r, links) != 0) {
		r->is_out_of_memory = true;
	} else {
		config_links_sort(links);
		config_neighbors_read(r, links);
		config_routes_read(r, links);
	}
	config_links_free(links);
	free(links);
}

void
config_check(struct config_reader *r)
{
	size_t *vhid_interfaces;

	vhid_interfaces = calloc(r->config->vhid_count + 1, sizeof(*vhid_interfaces));
	if (vhid_interfaces == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < r->config->vhid_count; i++)
		vhid_interfaces[i] = SIZE_MAX;
	check_devices(r);
	check_names(r, vhid_interfaces);
	config_vlans_check(r);
	check_vhids(r, vhid_interfaces);
	config_peers_check(r, vhid_interfaces);
	config_addresses_check(r, vhid_interfaces);
	config_mtus_check(r, vhid_interfaces);
	config_ra_check(r, vhid_interfaces);
	check_routing(r, vhid_interfaces);
	free(vhid_interfaces);
}
