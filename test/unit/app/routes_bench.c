/* SPDX-License-Identifier: BSD-3-Clause */
#include "routes_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwd/fwd_fib.h"
#include "suite.h"

static struct ip_prefix
parse(const char *text)
{
	struct ip_prefix p = { 0 };

	CU_ASSERT_EQUAL_FATAL(ip_prefix_parse(text, &p), 0);
	return p;
}

void
routes_bench_init(struct routes_bench *b, const char *const names[])
{
	memset(b, 0, sizeof(*b));
	b->config.interfaces = b->interface;
	b->config.vhids = b->vhid;
	b->config.routes = b->route;
	b->config.paths = b->path;
	for (size_t i = 0; names[i] != NULL; i++) {
		snprintf(b->interface[i].name, sizeof(b->interface[i].name), "%s", names[i]);
		b->interface[i].addresses = b->own[i];
		b->interface[i].mtu = 1500;
		b->config.interface_count++;
	}
}

void
routes_bench_own(struct routes_bench *b, unsigned int interface, const char *prefix)
{
	b->own[interface][b->interface[interface].address_count++] = parse(prefix);
}

void
routes_bench_vhid(struct routes_bench *b, unsigned int interface, uint8_t vhid, const char *prefix)
{
	size_t i = 0;

	while (i < b->config.vhid_count && b->vhid[i].vhid != vhid)
		i++;
	b->config.vhid_count += i == b->config.vhid_count;
	b->vhid[i].vhid = vhid;
	b->vhid[i].interface = interface;
	b->vhid[i].addresses = b->virtual[i];
	b->virtual[i][b->vhid[i].address_count++] = parse(prefix);
}

/* Where it belongs: routes are in order. */
static struct config_route *
insert(struct routes_bench *b, const char *prefix)
{
	struct ip_prefix p = parse(prefix);
	size_t at = b->config.route_count++;

	for (; at > 0 && fwd_prefix_compare(&b->route[at - 1].prefix, &p) > 0; at--)
		b->route[at] = b->route[at - 1];
	b->route[at] = (struct config_route){ .prefix = p };
	return &b->route[at];
}

void
routes_bench_route(struct routes_bench *b, const char *prefix, unsigned int interface,
		   const char *const via[])
{
	struct config_route *route = insert(b, prefix);

	if (via == NULL) {
		route->type = CONFIG_ROUTE_BLACKHOLE;
		return;
	}
	route->type = CONFIG_ROUTE_VIA;
	route->first_path = (uint32_t)b->config.path_count;
	for (size_t i = 0; via[i] != NULL; i++) {
		struct config_path *path = &b->path[b->config.path_count++];

		CU_ASSERT_EQUAL_FATAL(ip_addr_parse(via[i], &path->via), 0);
		path->interface = interface;
		route->path_count++;
	}
}

void
routes_bench_connected(struct routes_bench *b, const char *prefix, unsigned int interface)
{
	struct config_route *route = insert(b, prefix);

	route->type = CONFIG_ROUTE_INTERFACE;
	route->interface = interface;
}
