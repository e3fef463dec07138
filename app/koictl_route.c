/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_route.h"

#include <stdio.h>

#include "koictl_table.h"

static const char *
text(const json_t *o, const char *key)
{
	const char *value = json_string_value(json_object_get(o, key));

	return value == NULL ? "" : value;
}

/* What a route names is a next hop with a state, a vhid with a role, or an interface. */
static void
add_row(struct koictl_table *t, const json_t *route, const json_t *target)
{
	koictl_table_add(t, "%s", text(route, "prefix"));
	koictl_table_add(t, "%s", text(route, "kind"));
	koictl_table_add(t, "%s", text(target, "interface"));
	koictl_table_add(t, "%s", target == route ? text(route, "vhid") : text(target, "address"));
	koictl_table_add(t, "%s", text(target, "mac"));
	koictl_table_add(t, "%s", text(target, json_object_get(target, "role") != NULL ? "role" :
											 "state"));
}

void
koictl_route_print(json_t *const result[2])
{
	const json_t *hops = json_object_get(result[0], "next_hops");
	struct koictl_table t;
	const json_t *hop;
	const char *key;

	koictl_table_begin(&t, "PREFIX|KIND|INTERFACE|NEXT HOP|MAC|STATE");
	json_object_foreach ((json_t *)hops, key, hop)
		add_row(&t, result[0], hop);
	if (hops == NULL)
		add_row(&t, result[0], result[0]);
	koictl_table_print(&t, stdout);
}
