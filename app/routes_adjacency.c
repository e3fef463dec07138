/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "routes_internal.h"

/* Taking the adjacencies of a plan. */
struct taking {
	struct runtime *r;
	const struct config *config;
	struct routes *routes;
	bool *is_taken; /* by index */
	int error;
};

/* ------------------------------------------------------------------------------------------- */
/* One adjacency                                                                                */
/* ------------------------------------------------------------------------------------------- */

/* Interfaces do not change while koi runs, but their order in the file may. */
static uint16_t
running_interface(const struct taking *t, unsigned int interface)
{
	const char *name = t->config->interfaces[interface].name;
	unsigned int i = 0;

	while (strcmp(t->r->interface[i].name, name) != 0)
		i++;
	return (uint16_t)i;
}

static struct fwd_adj
by_interface(const struct taking *t, enum fwd_adj_kind kind, unsigned int interface,
	     const struct ip_addr *addr)
{
	uint16_t running = running_interface(t, interface);
	const struct koi_interface *ifc = &t->r->interface[running];

	return (struct fwd_adj){
		.kind = (uint8_t)kind,
		.interface = running,
		.source_mac = ifc->port->port.mac,
		.mtu = t->config->interfaces[interface].mtu,
		.family = addr->family,
	};
}

static void
add_gateway(struct taking *t, uint16_t index, const struct fwd_adj *a, const struct ip_addr *addr)
{
	struct routes_gateways *list = t->routes->gateways;

	list->gateway[list->count++] = (struct routes_gateway){
		.adjacency = index,
		.interface = a->interface,
		.vhid = a->vhid,
		.addr = *addr,
	};
}

/* However many routes name it, it is taken once; if it is a host, its MAC is to be found out. */
static uint16_t
take(struct taking *t, const struct fwd_adj *like, const struct ip_addr *gateway)
{
	int index = t->error == 0 ? fwd_adj_take(t->r->adjacencies, like) : t->error;

	if (index < 0) {
		t->error = index;
		return FWD_ADJ_INDEX_NO_ROUTE;
	}
	if (t->is_taken[index]) {
		fwd_adj_give(t->r->adjacencies, (uint16_t)index);
		return (uint16_t)index;
	}
	t->is_taken[index] = true;
	t->routes->taken[t->routes->taken_count++] = (uint16_t)index;
	if (gateway != NULL)
		add_gateway(t, (uint16_t)index, like, gateway);
	return (uint16_t)index;
}

/* ------------------------------------------------------------------------------------------- */
/* Routes                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static uint16_t
take_virtual(struct taking *t, const struct routes_own *own)
{
	const struct ip_addr *addr = &own->prefix.addr;
	struct fwd_adj like = by_interface(t, FWD_ADJ_VIRTUAL, own->interface, addr);

	like.vhid = own->vhid;
	/* Known by definition, unless it is that of the MASTER's port. */
	if (!own->is_port_mac) {
		atomic_init(&like.mac, mac_of_vhid(own->vhid));
		return take(t, &like, NULL);
	}
	memcpy(like.next_hop, addr->octets, sizeof(like.next_hop));
	return take(t, &like, addr);
}

static uint16_t
take_own(struct taking *t, const struct routes_own *own)
{
	struct fwd_adj like;

	switch (own->kind) {
	case FWD_ADJ_MARTIAN:
		return FWD_ADJ_INDEX_MARTIAN;
	case FWD_ADJ_VIRTUAL:
		return take_virtual(t, own);
	default:
		like = by_interface(t, own->kind, own->interface, &own->prefix.addr);
		return take(t, &like, NULL);
	}
}

static uint16_t
take_path(struct taking *t, const struct config_path *path)
{
	struct fwd_adj like = by_interface(t, FWD_ADJ_FORWARD, path->interface, &path->via);

	memcpy(like.next_hop, path->via.octets, sizeof(like.next_hop));
	return take(t, &like, &path->via);
}

static int
compare_paths(const void *left, const void *right)
{
	const struct config_path *a = left, *b = right;
	int order = ip_addr_compare(&a->via, &b->via);

	return order != 0 ? order : (int)a->interface - (int)b->interface;
}

/* In the order of the addresses, so that all hosts that share a vhid choose the same for a flow. */
static uint16_t
take_paths(struct taking *t, const struct config_path *paths, unsigned int count)
{
	struct config_path sorted[FWD_ADJ_PATHS_MAX];
	struct fwd_adj like = { .kind = FWD_ADJ_MULTIPATH, .path_count = (uint8_t)count };

	if (count == 1)
		return take_path(t, &paths[0]);
	memcpy(sorted, paths, count * sizeof(*paths));
	qsort(sorted, count, sizeof(*sorted), compare_paths);
	like.family = paths[0].via.family;
	for (unsigned int i = 0; i < count; i++)
		like.path[i] = take_path(t, &sorted[i]);
	return take(t, &like, NULL);
}

/* The place of a route's adjacency; NULL for one that goes nowhere. */
static uint16_t *
place_of(const struct routes *routes, const struct config_route *route)
{
	switch (route->type) {
	case CONFIG_ROUTE_VIA:
		return &routes->path[route->first_path];
	case CONFIG_ROUTE_INTERFACE:
		return &routes->connected[IP_FAMILIES * route->interface +
					  route->prefix.addr.family];
	default:
		return NULL;
	}
}

static void
take_file(struct taking *t, const struct config_route *route)
{
	uint16_t *place = place_of(t->routes, route);
	struct fwd_adj like;

	if (place == NULL || *place != 0)
		return;
	if (route->type == CONFIG_ROUTE_VIA) {
		*place = take_paths(t, &t->config->paths[route->first_path], route->path_count);
		return;
	}
	like = by_interface(t, FWD_ADJ_CONNECTED, route->interface, &route->prefix.addr);
	*place = take(t, &like, NULL);
}

static void
take_all(struct taking *t)
{
	struct routes *routes = t->routes;
	struct routes_cursor cursor = { .plan = &routes->plan };
	struct routes_entry entry;

	while (t->error == 0 && routes_cursor_next(&cursor, &entry)) {
		if (entry.own != NULL)
			routes->own[entry.own - routes->plan.own] = take_own(t, entry.own);
		else
			take_file(t, entry.file);
	}
}

uint16_t
routes_adjacency(const struct routes *routes, const struct routes_entry *entry)
{
	const uint16_t *place;

	if (entry->own != NULL)
		return routes->own[entry->own - routes->plan.own];
	place = place_of(routes, entry->file);
	return place != NULL ? *place : FWD_ADJ_INDEX_BLACKHOLE;
}

/* ------------------------------------------------------------------------------------------- */
/* All of them                                                                                  */
/* ------------------------------------------------------------------------------------------- */

static struct routes *
create(struct routes_plan *plan)
{
	const struct config *c = plan->config;
	struct routes *routes = calloc(1, sizeof(*routes));
	size_t gateways = c->path_count + plan->own_count;

	if (routes == NULL) {
		routes_plan_free(plan);
		return NULL;
	}
	routes->plan = *plan;
	routes->own = calloc(plan->own_count + 1, sizeof(*routes->own));
	routes->path = calloc(c->path_count + 1, sizeof(*routes->path));
	routes->connected = calloc(IP_FAMILIES * c->interface_count + 1,
				   sizeof(*routes->connected));
	routes->taken = calloc(FWD_ADJ_ROUTED_MAX, sizeof(*routes->taken));
	routes->gateways = calloc(1, sizeof(*routes->gateways) +
					     gateways * sizeof(routes->gateways->gateway[0]));
	return routes;
}

struct routes *
routes_adjacencies_take(struct runtime *r, struct routes_plan *plan)
{
	struct taking t = { .r = r, .config = plan->config };

	t.routes = create(plan);
	t.is_taken = calloc(FWD_ADJ_ROUTED_MAX, sizeof(*t.is_taken));
	if (t.routes == NULL || t.is_taken == NULL || t.routes->own == NULL ||
	    t.routes->path == NULL || t.routes->connected == NULL || t.routes->taken == NULL ||
	    t.routes->gateways == NULL)
		t.error = -ENOMEM;
	if (r->adjacencies != NULL && t.error == 0)
		take_all(&t);
	free(t.is_taken);
	if (t.error == 0)
		return t.routes;
	routes_adjacencies_give(r, t.routes);
	errno = -t.error;
	return NULL;
}

void
routes_adjacencies_give(struct runtime *r, struct routes *routes)
{
	if (routes == NULL)
		return;
	for (size_t i = 0; i < routes->taken_count; i++)
		fwd_adj_give(r->adjacencies, routes->taken[i]);
	routes_plan_free(&routes->plan);
	free(routes->own);
	free(routes->path);
	free(routes->connected);
	free(routes->taken);
	free(routes->gateways);
	free(routes->change);
	free(routes);
}
