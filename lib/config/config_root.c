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

/* Routes and neighbours need the links of all interfaces: config_check() reads them. */
static void
keep_routes(struct config_reader *r, const struct config_place *at, const json_t *value,
	    void *target)
{
	(void)at;
	(void)target;
	r->routes = value;
}

static void
keep_routes_file(struct config_reader *r, const struct config_place *at, const json_t *value,
		 void *target)
{
	const char *name = json_string_value(value);
	char quoted[CONFIG_QUOTED];

	(void)target;
	if (name[0] == '\0' || config_has_control(name))
		config_error(r, at, "%s is not a file name", config_quote(name, quoted));
	else
		r->routes_file = name;
}

static void
keep_neighbors(struct config_reader *r, const struct config_place *at, const json_t *value,
	       void *target)
{
	(void)at;
	(void)target;
	r->neighbors = value;
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
	{ .name = "routes", .type = CONFIG_ARRAY, .max = CONFIG_ROUTES_MAX, .read = keep_routes },
	{ .name = "routes_file", .type = CONFIG_STRING, .read = keep_routes_file },
	CONFIG_LATER("routes_from_kernel"),
	{ .name = "neighbors", .type = CONFIG_ARRAY, .max = CONFIG_NEIGHBORS_MAX,
	  .read = keep_neighbors },
	{ .name = "notify", .type = CONFIG_ARRAY, .max = CONFIG_NOTIFY_MAX,
	  .read = config_notify_read },
	{ .name = NULL },
};
