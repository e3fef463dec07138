/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

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

static void
set_text(struct config_unique *item, const char *text)
{
	item->key = text;
	item->len = strlen(text);
}

/* An item without a key would equal the others that lack one. */
static void
set_none(struct config_unique *item)
{
	item->key = &item->key;
	item->len = 0;
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
		set_none(&items[i]);
		if (c->interfaces[i].device == NULL)
			continue;
		config_device_identity(c->interfaces[i].device, identities[i]);
		set_text(&items[i], identities[i]);
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
	char quoted[CONFIG_QUOTED];

	config_error(r, &at, "%s is already the name of /interfaces/%zu",
		     config_quote(r->interface_names[i], quoted), first);
}

static void
report_no_interface(struct config_reader *r, size_t i)
{
	struct config_place element = { .parent = &vhids, .index = i };
	struct config_place at = { .parent = &element, .key = "interface" };
	char quoted[CONFIG_QUOTED];

	if (r->interfaces_are_complete)
		config_error(r, &at, "%s is not the name of an interface",
			     config_quote(r->vhid_interface_names[i], quoted));
}

/* The names of the interfaces, then those that the vhids use: one sort checks and resolves them. */
static void
check_names(struct config_reader *r, size_t *vhid_interfaces)
{
	struct config *c = r->config;
	size_t total = c->interface_count + c->vhid_count;
	struct config_unique *items;

	items = calloc(total + 1, sizeof(*items));
	for (size_t i = 0; items != NULL && i < total; i++) {
		const char *name = i < c->interface_count ?
					   r->interface_names[i] :
					   r->vhid_interface_names[i - c->interface_count];

		set_none(&items[i]);
		if (name != NULL)
			set_text(&items[i], name);
	}
	if (!find_unique(r, items, total))
		goto out;
	for (size_t i = 0; i < c->interface_count; i++) {
		if (items[i].len != 0 && items[i].first != i)
			report_name(r, i, items[i].first);
	}
	for (size_t i = 0; i < c->vhid_count; i++) {
		const struct config_unique *item = &items[c->interface_count + i];

		if (r->vhid_interface_names[i] == NULL)
			continue;
		if (item->len != 0 && item->first < c->interface_count)
			vhid_interfaces[i] = item->first;
		else
			report_no_interface(r, i);
	}
out:
	free(items);
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
		set_none(&items[i]);
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
	check_vhids(r, vhid_interfaces);
	config_addresses_check(r);
	free(vhid_interfaces);
}
