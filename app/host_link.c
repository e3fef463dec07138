/* SPDX-License-Identifier: BSD-3-Clause */
#include "host_link.h"

#include <errno.h>
#include <stdlib.h>

#include "group/group.h"
#include "nd/nd.h"

#include "dad.h"
#include "membership.h"
#include "router_advert.h"

#define FRAMES_A_TURN 16
#define LOOKS_A_TURN 512

/* ------------------------------------------------------------------------------------------- */
/* Made of a configuration                                                                      */
/* ------------------------------------------------------------------------------------------- */

static int
compare_addresses(const void *a, const void *b)
{
	return ip_addr_compare(a, b);
}

static void
add_group(struct host_link *host, struct ip_addr group)
{
	host->groups[host->group_count++] = group;
}

/* Those of @p addresses that are of the family; their solicited-node groups if it is IPv6. */
static bool
add_addresses(struct host_link *host, const struct ip_prefix *addresses, size_t count,
	      enum ip_family family)
{
	bool has_any = false;

	for (size_t i = 0; i < count; i++) {
		if (addresses[i].addr.family != family)
			continue;
		has_any = true;
		if (family == IP_V6)
			add_group(host, nd_solicited_node(&addresses[i].addr));
	}
	return has_any;
}

/* Groups of a family: that of adverts where a vhid has an address of it, and what IPv6 needs. */
static void
add_groups(struct host_link *host, const struct config *config, unsigned int interface,
	   enum ip_family family)
{
	const struct config_interface *c = &config->interfaces[interface];
	struct ip_addr all_nodes = { .octets = { 0xff, 0x02, [15] = 1 }, .family = IP_V6 };
	struct ip_addr all_routers = { .octets = { 0xff, 0x02, [15] = 2 }, .family = IP_V6 };
	bool is_used = add_addresses(host, c->addresses, c->address_count, family);
	bool is_advertised = false;

	for (size_t i = 0; i < config->vhid_count; i++) {
		const struct config_vhid *v = &config->vhids[i];

		if (v->interface == interface)
			is_advertised |= add_addresses(host, v->addresses, v->address_count, family);
	}
	if (is_advertised)
		add_group(host, carp_group(family));
	if (family == IP_V6 && (is_used || is_advertised))
		add_group(host, all_nodes);
	if (family == IP_V6 && c->ra != NULL)
		add_group(host, all_routers);
}

/* Several addresses may share a solicited-node group. */
static void
sort_groups(struct host_link *host)
{
	size_t kept = 0;

	qsort(host->groups, host->group_count, sizeof(*host->groups), compare_addresses);
	for (size_t i = 0; i < host->group_count; i++) {
		if (kept == 0 || ip_addr_compare(&host->groups[kept - 1], &host->groups[i]) != 0)
			host->groups[kept++] = host->groups[i];
	}
	host->group_count = kept;
	while (host->group_count4 < kept && host->groups[host->group_count4].family == IP_V4)
		host->group_count4++;
}

static void
add_own(struct host_link *host, const struct config_interface *c)
{
	for (size_t i = 0; i < c->address_count; i++) {
		if (c->addresses[i].addr.family == IP_V6)
			host->addresses[host->address_count++].addr = c->addresses[i].addr;
	}
	/* The address comes first in an entry. */
	qsort(host->addresses, host->address_count, sizeof(*host->addresses), compare_addresses);
}

struct host_link *
host_link_create(const struct koi_interface *ifc, const struct config *config)
{
	unsigned int interface = (unsigned int)config_interface_find(config, ifc->name);
	const struct config_interface *c = &config->interfaces[interface];
	struct host_link *host = calloc(1, sizeof(*host));
	size_t most = c->address_count + IP_FAMILIES + 2;

	if (host == NULL)
		return NULL;
	for (size_t i = 0; i < config->vhid_count; i++)
		if (config->vhids[i].interface == interface)
			most += config->vhids[i].address_count;
	host->groups = calloc(most, sizeof(*host->groups));
	host->addresses = calloc(c->address_count + 1, sizeof(*host->addresses));
	if (host->groups == NULL || host->addresses == NULL ||
	    router_list_create(ifc, config, interface, &host->routers) != 0) {
		host_link_destroy(host);
		errno = ENOMEM;
		return NULL;
	}
	for (unsigned int family = 0; family < IP_FAMILIES; family++)
		add_groups(host, config, interface, family);
	sort_groups(host);
	add_own(host, c);
	host->is_router = c->ra != NULL;
	return host;
}

void
host_link_destroy(struct host_link *host)
{
	if (host == NULL)
		return;
	router_list_destroy(host->routers);
	free(host->groups);
	free(host->addresses);
	free(host);
}

static uint64_t *
macs_of(const struct host_link *host)
{
	uint64_t *macs = calloc(host->group_count + 1, sizeof(*macs));

	for (size_t i = 0; macs != NULL && i < host->group_count; i++)
		macs[i] = group_mac(&host->groups[i]);
	return macs;
}

int
host_link_listen(struct koi_interface *ifc, const struct host_link *host)
{
	uint64_t *macs = macs_of(host);
	int rc = -ENOMEM;

	if (macs != NULL)
		rc = port_groups_add(&ifc->port->port, macs, host->group_count);
	free(macs);
	return rc;
}

void
host_link_ignore(struct koi_interface *ifc, const struct host_link *host)
{
	uint64_t *macs = macs_of(host);

	/* Without memory the filter stays wider than it has to be. */
	if (macs != NULL)
		port_groups_remove(&ifc->port->port, macs, host->group_count);
	free(macs);
}

/* ------------------------------------------------------------------------------------------- */
/* In force                                                                                     */
/* ------------------------------------------------------------------------------------------- */

struct host_address *
host_link_find(const struct host_link *host, const struct ip_addr *addr)
{
	return bsearch(addr, host->addresses, host->address_count, sizeof(*host->addresses),
		       compare_addresses);
}

static bool
forwards_ipv6(const struct runtime *r)
{
	return r->fib != NULL && fwd_fib_tables(r->fib)->ip6 != NULL;
}

struct host_link *
host_link_replace(struct runtime *r, struct koi_interface *ifc, struct host_link *host,
		  const struct vip_set *set, uint64_t now_us)
{
	struct host_link *was = host_link_of(ifc);

	dad_take_over(host, was, set, now_us);
	membership_take_over(host, was, now_us);
	router_list_take_over(host->routers, was != NULL ? was->routers : NULL);
	if (was != NULL)
		host->conflict_us = was->conflict_us;
	host->is_router |= forwards_ipv6(r);
	atomic_store_explicit(&ifc->vip.is_router, host->is_router, memory_order_relaxed);
	atomic_store_explicit(&ifc->host, host, memory_order_release);
	r->host_due_us = now_us;
	return was;
}

void
host_link_up(struct runtime *r, struct koi_interface *ifc, uint64_t now_us)
{
	dad_restart(host_link_of(ifc), now_us);
	membership_restart(host_link_of(ifc), now_us);
	r->host_due_us = now_us;
}

void
host_link_run(struct runtime *r, uint64_t now_us)
{
	struct host_budget budget = { .frames = FRAMES_A_TURN, .looks = LOOKS_A_TURN };

	if (now_us < r->host_due_us)
		return;
	r->host_due_us = UINT64_MAX;
	for (unsigned int i = 0; i < r->interface_count; i++) {
		struct koi_interface *ifc = &r->interface[i];

		if (!carp_interface_link(ifc->carp))
			continue;
		/* Switches first: a probe that they do not forward finds nobody. */
		membership_run(r, ifc, now_us, &budget);
		dad_run(r, ifc, now_us, &budget);
	}
}
