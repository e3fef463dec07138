/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* Routes, neighbours and router advertisements of two configurations. */

static bool
prefix_is_equal(const struct ip_prefix *was, const struct ip_prefix *now)
{
	return memcmp(was, now, sizeof(*was)) == 0;
}

static bool
ra_prefixes_are_equal(const struct config_ra *was, const struct config_ra *now)
{
	if (was->prefix_count != now->prefix_count)
		return false;
	for (size_t i = 0; i < was->prefix_count; i++) {
		if (!prefix_is_equal(&was->prefixes[i].prefix, &now->prefixes[i].prefix) ||
		    !config_members_are_equal(config_ra_prefix_keys, &was->prefixes[i],
					      &now->prefixes[i]))
			return false;
	}
	return true;
}

bool
config_ra_is_equal(const struct config_ra *was, const struct config_ra *now)
{
	if (was == NULL || now == NULL)
		return was == now;
	return config_members_are_equal(config_ra_keys, was, now) &&
	       ra_prefixes_are_equal(was, now) && was->dns_count == now->dns_count &&
	       (was->dns_count == 0 ||
		memcmp(was->dns, now->dns, was->dns_count * sizeof(*was->dns)) == 0);
}

static bool
paths_are_equal(const struct config_path *was, const struct config_path *now, size_t count,
		const size_t *interface_was)
{
	for (size_t i = 0; i < count; i++) {
		if (ip_addr_compare(&was[i].via, &now[i].via) != 0 ||
		    was[i].interface != interface_was[now[i].interface])
			return false;
	}
	return true;
}

/* Each is compared with the one in its place: both lists are sorted by prefix. */
bool
config_routes_are_equal(const struct config *was, const struct config *now,
			const size_t *interface_was)
{
	if (was->route_count != now->route_count)
		return false;
	for (size_t i = 0; i < now->route_count; i++) {
		const struct config_route *a = &was->routes[i];
		const struct config_route *b = &now->routes[i];

		if (!prefix_is_equal(&a->prefix, &b->prefix) || a->type != b->type ||
		    a->path_count != b->path_count)
			return false;
		if (b->type == CONFIG_ROUTE_INTERFACE &&
		    a->interface != interface_was[b->interface])
			return false;
		if (b->type == CONFIG_ROUTE_VIA &&
		    !paths_are_equal(was->paths + a->first_path, now->paths + b->first_path,
				     b->path_count, interface_was))
			return false;
	}
	return true;
}

/* The new ones under the numbers of the running configuration, and in the order of these. */
int
config_neighbors_are_equal(const struct config *was, const struct config *now,
			   const size_t *interface_was)
{
	size_t count = now->neighbor_count;
	struct config_neighbor *sorted;
	bool is_equal = true;

	if (was->neighbor_count != count)
		return false;
	sorted = calloc(count + 1, sizeof(*sorted));
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		sorted[i] = now->neighbors[i];
		sorted[i].interface = (unsigned int)interface_was[sorted[i].interface];
	}
	qsort(sorted, count, sizeof(*sorted), config_neighbor_compare);
	for (size_t i = 0; i < count && is_equal; i++)
		is_equal = config_neighbor_compare(&sorted[i], &was->neighbors[i]) == 0 &&
			   memcmp(sorted[i].mac, was->neighbors[i].mac, sizeof(sorted[i].mac)) == 0;
	free(sorted);
	return is_equal;
}
