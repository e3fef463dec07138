/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config_internal.h"

static void
read_carp(struct config_reader *r, const struct config_place *at, const json_t *value, void *target)
{
	config_object_read(r, at, value, config_carp_keys, target);
}

static void
read_workers(struct config_reader *r, const struct config_place *at, const json_t *value,
	     void *target)
{
	config_object_read(r, at, value, config_workers_keys, target);
}

const struct config_member config_root_keys[] = {
	{ .name = "$schema", .type = CONFIG_STRING },
	CONFIG_DESCRIPTION,
	{ .name = "carp", .type = CONFIG_OBJECT, .read = read_carp },
	{ .name = "workers", .type = CONFIG_OBJECT, .read = read_workers },
	{ .name = "interfaces", .type = CONFIG_ARRAY, .max = CONFIG_INTERFACES_MAX,
	  .read = config_interfaces_read },
	{ .name = "vhids", .type = CONFIG_ARRAY, .max = CONFIG_VHIDS_MAX,
	  .read = config_vhids_read },
	CONFIG_LATER("routes"),
	CONFIG_LATER("routes_file"),
	CONFIG_LATER("routes_from_kernel"),
	CONFIG_LATER("neighbors"),
	{ .name = "notify", .type = CONFIG_ARRAY, .max = CONFIG_NOTIFY_MAX,
	  .read = config_notify_read },
	{ .name = NULL },
};
