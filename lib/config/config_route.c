/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* The array "routes": each a prefix with exactly one of via, interface and blackhole. */

static const struct config_place root = { .parent = NULL };
static const struct config_place routes = { .parent = &root, .key = "routes" };

/* One element as it is written. What is bad has the family IP_FAMILIES. */
struct route_text {
	struct ip_prefix prefix;
	struct ip_addr via[CONFIG_PATHS_MAX];
	size_t via_count;
	bool via_is_list;
};

static void
read_prefix(struct config_reader *r, const struct config_place *at, const json_t *value,
	    void *target)
{
	struct route_text *route = target;
	const char *text = json_string_value(value);
	char quoted[CONFIG_QUOTED];
	char why[CONFIG_WHY];

	if (ip_prefix_parse(text, &route->prefix) != 0) {
		config_error(r, at, "%s is not PREFIX/LENGTH", config_quote(text, quoted));
	} else if (config_prefix_objection(&route->prefix, why) != NULL) {
		config_error(r, at, "%s", why);
		route->prefix.addr.family = IP_FAMILIES;
	}
}

static void
read_next_hop(struct config_reader *r, const struct config_place *at, const json_t *value,
	      struct route_text *route)
{
	struct ip_addr *via = &route->via[route->via_count];
	const char *text = json_string_value(value);
	char quoted[CONFIG_QUOTED];
	size_t first = 0;

	via->family = IP_FAMILIES;
	route->via_count++;
	if (text == NULL) {
		config_error(r, at, "expected a string, found %s", config_type_name(value));
		return;
	}
	if (ip_addr_parse(text, via) != 0) {
		config_error(r, at, "%s is not an address", config_quote(text, quoted));
		return;
	}
	while (ip_addr_compare(&route->via[first], via) != 0)
		first++;
	if (&route->via[first] == via)
		return;
	config_error(r, at, "%s is the same as element %zu", text, first);
	via->family = IP_FAMILIES;
}

static void
read_via(struct config_reader *r, const struct config_place *at, const json_t *value, void *target)
{
	struct route_text *route = target;
	size_t size = json_array_size(value);

	if (json_is_string(value)) {
		read_next_hop(r, at, value, route);
		return;
	}
	if (!json_is_array(value)) {
		config_error(r, at, "expected a string or an array, found %s",
			     config_type_name(value));
		return;
	}
	route->via_is_list = true;
	if (size < 1 || size > CONFIG_PATHS_MAX) {
		config_error(r, at, "%zu elements, must be 1 to %d", size, CONFIG_PATHS_MAX);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		struct config_place place = { .parent = at, .index = i };

		read_next_hop(r, &place, json_array_get(value, i), route);
	}
}

static void
read_blackhole(struct config_reader *r, const struct config_place *at, const json_t *value,
	       void *target)
{
	(void)target;
	if (!json_is_true(value))
		config_error(r, at, "can only be true");
}

const struct config_member config_route_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "prefix", .type = CONFIG_STRING, .is_required = true, .read = read_prefix },
	{ .name = "via", .type = CONFIG_OTHER, .read = read_via },
	{ .name = "interface", .type = CONFIG_STRING },
	{ .name = "blackhole", .type = CONFIG_BOOLEAN, .has_no_preset = true,
	  .read = read_blackhole },
	{ .name = NULL },
};

/* The interface that an element names; CONFIG_ANY_INTERFACE for none, -ENOENT for a bad one. */
static int
find_interface(struct config_reader *r, const struct config_links *links,
	       const struct config_place *at, const char *name)
{
	struct config_place place = { .parent = at, .key = "interface" };
	char quoted[CONFIG_QUOTED];
	int interface;

	if (name == NULL)
		return CONFIG_ANY_INTERFACE;
	interface = config_links_interface(links, name);
	if (interface < 0 && links->is_complete)
		config_error(r, &place, "%s is not the name of an interface",
			     config_quote(name, quoted));
	return interface;
}

/* Returns 0; -EINVAL for what is reported; -ENOMEM; -ENOSPC. */
static int
resolve_paths(struct config_route_list *list, const struct config_place *at,
	      const struct route_text *text, int interface, struct config_route *route)
{
	struct config_place member = { .parent = at, .key = "via" };
	struct config_path paths[CONFIG_PATHS_MAX];
	char why[CONFIG_WHY];
	int64_t first;
	int error = 0;

	for (size_t i = 0; i < text->via_count; i++) {
		struct config_place element = { .parent = &member, .index = i };

		if (text->via[i].family >= IP_FAMILIES) {
			error = -EINVAL;
		} else if (config_gateway_resolve(list->links, text->prefix.addr.family,
						  &text->via[i], interface, &paths[i],
						  why) != NULL) {
			config_error(list->reader, text->via_is_list ? &element : &member, "%s",
				     why);
			error = -EINVAL;
		}
	}
	if (error != 0 || text->via_count == 0)
		return -EINVAL;
	first = config_paths_store(list, paths, text->via_count);
	route->type = CONFIG_ROUTE_VIA;
	route->path_count = (uint8_t)text->via_count;
	route->first_path = (uint32_t)first;
	return first < 0 ? (int)first : 0;
}

/* Exactly one of via, interface and blackhole; an interface beside link-local next hops. */
static bool
check_together(struct config_reader *r, const struct config_place *at, const json_t *value)
{
	bool has_via = json_object_get(value, "via") != NULL;
	bool has_interface = json_object_get(value, "interface") != NULL;
	bool has_blackhole = json_object_get(value, "blackhole") != NULL;

	if (!has_via && !has_interface && !has_blackhole)
		config_error(r, at, "\"via\", \"interface\" or \"blackhole\" is missing");
	else if (has_blackhole && (has_via || has_interface))
		config_error(r, at, "\"blackhole\" stands alone");
	else
		return true;
	return false;
}

static int
resolve(struct config_route_list *list, const struct config_place *at, const json_t *value,
	const struct route_text *text, struct config_route *route)
{
	const char *name = json_string_value(json_object_get(value, "interface"));
	int interface = find_interface(list->reader, list->links, at, name);

	if (text->prefix.addr.family >= IP_FAMILIES || interface == -ENOENT)
		return -EINVAL;
	route->prefix = text->prefix;
	if (json_object_get(value, "via") != NULL)
		return resolve_paths(list, at, text, interface, route);
	route->type = name != NULL ? CONFIG_ROUTE_INTERFACE : CONFIG_ROUTE_BLACKHOLE;
	route->interface = name != NULL ? (uint32_t)interface : 0;
	return 0;
}

static void
read_route(struct config_route_list *list, const json_t *value, size_t i)
{
	struct config_place at = { .parent = &routes, .index = i };
	struct route_text text = { .prefix.addr.family = IP_FAMILIES };
	struct config_route route = { 0 };
	int error;

	config_object_read(list->reader, &at, value, config_route_keys, &text);
	if (!json_is_object(value) || !check_together(list->reader, &at, value))
		return;
	error = resolve(list, &at, value, &text, &route);
	if (error == 0)
		error = config_route_add(list, &route, (uint32_t)i);
	if (error == -ENOSPC)
		config_error(list->reader, &at, "more than %d different next hops",
			     CONFIG_PATHS_TOTAL_MAX);
	else if (error == -ENOMEM)
		list->reader->is_out_of_memory = true;
}

static size_t
route_count(const json_t *value)
{
	size_t size = json_array_size(value);

	return size < CONFIG_ROUTES_MAX ? size : CONFIG_ROUTES_MAX;
}

int
config_routes_link(struct config_reader *r, struct config_links *links)
{
	size_t count = route_count(r->routes);
	struct ip_prefix prefix;

	for (size_t i = 0; i < count; i++) {
		const char *text = config_element_text(r->routes, i, "prefix");
		const char *name = config_element_text(r->routes, i, "interface");
		int interface = name != NULL ? config_links_interface(links, name) : -ENOENT;

		if (interface < 0 || text == NULL || ip_prefix_parse(text, &prefix) != 0 ||
		    config_element_has(r->routes, i, "via"))
			continue;
		if (config_links_add(links, &prefix, (unsigned int)interface, true) != 0)
			return -ENOMEM;
	}
	return 0;
}

/* A relative name is looked for in the folder of the configuration. */
static char *
path_of(const struct config_reader *r)
{
	char *path = NULL;

	if (r->routes_file[0] == '/')
		return strdup(r->routes_file);
	return asprintf(&path, "%s/%s", r->folder, r->routes_file) >= 0 ? path : NULL;
}

void
config_routes_read(struct config_reader *r, const struct config_links *links)
{
	struct config_route_list list = { .reader = r, .links = links };
	size_t count = route_count(r->routes);

	for (size_t i = 0; i < count; i++)
		read_route(&list, json_array_get(r->routes, i), i);
	if (r->routes_file != NULL) {
		list.file = path_of(r);
		if (list.file != NULL)
			config_routes_file_read(&list);
		else
			r->is_out_of_memory = true;
	}
	config_routes_finish(&list);
	free(list.file);
}
