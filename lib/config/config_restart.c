/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* Interfaces of the new configuration and of the running one, and what must not differ. */

static const struct config_place root = { .parent = NULL };
static const struct config_place interfaces = { .parent = &root, .key = "interfaces" };

static void
refuse(struct config_reader *r, size_t index, const char *key)
{
	struct config_place element = { .parent = &interfaces, .index = index };
	struct config_place at = { .parent = &element, .key = key };

	config_error(r, &at, "a change needs a restart");
}

/* One PCI address may be written in two ways. */
static bool
devices_are_equal(const char *was, const char *now)
{
	char identity[2][CONFIG_DEVICE_MAX + 8];

	if (was == NULL || now == NULL)
		return was == now;
	config_device_identity(was, identity[0]);
	config_device_identity(now, identity[1]);
	return strcmp(identity[0], identity[1]) == 0 &&
	       strcmp(was + strcspn(was, ","), now + strcspn(now, ",")) == 0;
}

static const char *
parent_name(const struct config *c, const struct config_interface *ifc)
{
	return ifc->parent >= 0 ? c->interfaces[ifc->parent].name : "";
}

static void
check_interface(struct config_reader *r, const struct config *was_config, size_t was_index,
		const struct config *now_config, size_t now_index)
{
	const struct config_interface *was = &was_config->interfaces[was_index];
	const struct config_interface *now = &now_config->interfaces[now_index];

	if (!devices_are_equal(was->device, now->device))
		refuse(r, now_index, "device");
	if (strcmp(parent_name(was_config, was), parent_name(now_config, now)) != 0)
		refuse(r, now_index, "parent");
	for (const struct config_member *key = config_interface_keys; key->name != NULL; key++) {
		if (key->needs_restart &&
		    memcmp((const uint8_t *)was + key->offset, (const uint8_t *)now + key->offset,
			   key->size) != 0)
			refuse(r, now_index, key->name);
	}
}

/* The names of the running configuration come first, so they are the first of equal ones. */
static struct config_unique *
collect_names(const struct config *was, const struct config *now)
{
	size_t total = was->interface_count + now->interface_count;
	struct config_unique *items;

	items = calloc(total + 1, sizeof(*items));
	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < was->interface_count; i++)
		config_unique_set(&items[i], was->interfaces[i].name);
	for (size_t i = 0; i < now->interface_count; i++)
		config_unique_set(&items[was->interface_count + i], now->interfaces[i].name);
	if (config_unique_find(items, total) != 0) {
		free(items);
		return NULL;
	}
	return items;
}

int
config_interfaces_match(const struct config *was, const struct config *now, size_t *interface_was,
			struct config_report *report)
{
	struct config_reader r = { .report = report };
	size_t error_count = report->error_count;
	struct config_unique *items;
	bool *is_kept;

	items = collect_names(was, now);
	is_kept = calloc(was->interface_count + 1, sizeof(*is_kept));
	if (items == NULL || is_kept == NULL) {
		r.is_out_of_memory = true;
		goto out;
	}
	for (size_t i = 0; i < now->interface_count; i++) {
		struct config_place at = { .parent = &interfaces, .index = i };
		size_t first = items[was->interface_count + i].first;

		if (first >= was->interface_count) {
			config_error(&r, &at, "\"%s\" is new: needs a restart",
				     now->interfaces[i].name);
			continue;
		}
		interface_was[i] = first;
		is_kept[first] = true;
		check_interface(&r, was, first, now, i);
	}
	for (size_t i = 0; i < was->interface_count; i++) {
		if (!is_kept[i])
			config_error(&r, &interfaces, "\"%s\" is gone: needs a restart",
				     was->interfaces[i].name);
	}
out:
	free(is_kept);
	free(items);
	if (r.is_out_of_memory)
		return -ENOMEM;
	return report->error_count != error_count ? -EBUSY : 0;
}
