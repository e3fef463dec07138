/* SPDX-License-Identifier: BSD-3-Clause */
#include "routes_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Room for what a reload may add, besides an eighth of what there is: any number of vhids. */
#define ROUTES_SPARE (1024 + CONFIG_VHIDS_MAX)
#define GROUPS_SPARE 1024
/* What an address can bring: itself, its prefix, and the first and last address of that. */
#define PER_ADDRESS 4
/* A prefix longer than this has no broadcast address (RFC 3021). */
#define BROADCAST_LEN_MAX 30

static const struct ip_prefix martians[] = {
	{ { { 0 }, IP_V4 }, 8 },
	{ { { 127 }, IP_V4 }, 8 },
	{ { { 224 }, IP_V4 }, 4 },
	{ { { 240 }, IP_V4 }, 4 },
	{ { { 0 }, IP_V6 }, 128 },
	{ { { [15] = 1 }, IP_V6 }, 128 },
	{ { { [10] = 0xff, [11] = 0xff }, IP_V6 }, 96 },
	{ { { 0xfe, 0x80 }, IP_V6 }, 10 },
	{ { { 0xff }, IP_V6 }, 8 },
};

#define MARTIANS (sizeof(martians) / sizeof(martians[0]))

/* ------------------------------------------------------------------------------------------- */
/* Prefixes                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static uint8_t
len_max(const struct ip_addr *addr)
{
	return addr->family == IP_V4 ? 32 : 128;
}

static struct ip_prefix
host_prefix(const struct ip_addr *addr)
{
	return (struct ip_prefix){ .addr = *addr, .len = len_max(addr) };
}

/* The first or the last address of a prefix. */
static struct ip_addr
edge_of(const struct ip_prefix *p, bool is_last)
{
	struct ip_addr addr = p->addr;

	for (unsigned int bit = p->len; bit < len_max(&addr); bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if (is_last)
			addr.octets[bit / 8] |= mask;
		else
			addr.octets[bit / 8] &= (uint8_t)~mask;
	}
	return addr;
}

/* ------------------------------------------------------------------------------------------- */
/* What follows from interfaces and vhids                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
add(struct routes_plan *plan, const struct ip_prefix *prefix, enum fwd_adj_kind kind,
    size_t interface)
{
	plan->own[plan->own_count++] = (struct routes_own){
		.prefix = *prefix,
		.kind = (uint8_t)kind,
		.interface = (uint16_t)interface,
	};
}

/* The link that an address is on. */
static void
add_link(struct routes_plan *plan, const struct ip_prefix *address, size_t interface)
{
	struct ip_prefix link = { .addr = edge_of(address, false), .len = address->len };
	struct ip_addr last = edge_of(address, true);
	struct ip_prefix host;

	if (address->len == len_max(&address->addr))
		return;
	add(plan, &link, FWD_ADJ_CONNECTED, interface);
	if (address->addr.family != IP_V4 || address->len > BROADCAST_LEN_MAX)
		return;
	host = host_prefix(&link.addr);
	add(plan, &host, FWD_ADJ_MARTIAN, 0);
	host = host_prefix(&last);
	add(plan, &host, FWD_ADJ_MARTIAN, 0);
}

static void
add_own(struct routes_plan *plan, size_t interface)
{
	const struct config_interface *c = &plan->config->interfaces[interface];

	for (size_t i = 0; i < c->address_count; i++) {
		struct ip_prefix host = host_prefix(&c->addresses[i].addr);

		if (ip_addr_is_link_local6(&host.addr))
			continue;
		add(plan, &host, FWD_ADJ_LOCAL, interface);
		add_link(plan, &c->addresses[i], interface);
	}
}

static bool
is_in_own_prefix(const struct config_interface *c, const struct ip_addr *addr)
{
	for (size_t i = 0; i < c->address_count; i++)
		if (ip_prefix_covers(&c->addresses[i], addr))
			return true;
	return false;
}

static void
add_virtual(struct routes_plan *plan, const struct config_vhid *vhid)
{
	const struct config_interface *c = &plan->config->interfaces[vhid->interface];

	for (size_t i = 0; i < vhid->address_count; i++) {
		struct ip_prefix host = host_prefix(&vhid->addresses[i].addr);

		if (ip_addr_is_link_local6(&host.addr))
			continue;
		add(plan, &host, FWD_ADJ_VIRTUAL, vhid->interface);
		plan->own[plan->own_count - 1].vhid = vhid->vhid;
		plan->own[plan->own_count - 1].is_port_mac = vhid->mac == CONFIG_VHID_MAC_PORT;
		if (!is_in_own_prefix(c, &host.addr))
			add_link(plan, &vhid->addresses[i], vhid->interface);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* In order, each prefix once                                                                   */
/* ------------------------------------------------------------------------------------------- */

/* The lower one has the prefix. */
static int
rank(const struct routes_own *own)
{
	static const int ranks[] = {
		[FWD_ADJ_LOCAL] = 0,
		[FWD_ADJ_VIRTUAL] = 1,
		[FWD_ADJ_CONNECTED] = 2,
		[FWD_ADJ_MARTIAN] = 3,
	};

	return ranks[own->kind];
}

static int
compare(const void *left, const void *right)
{
	const struct routes_own *a = left, *b = right;
	int order = fwd_prefix_compare(&a->prefix, &b->prefix);

	if (order == 0)
		order = rank(a) - rank(b);
	return order != 0 ? order : (int)a->interface - (int)b->interface;
}

static void
sort(struct routes_plan *plan)
{
	size_t count = 0;

	qsort(plan->own, plan->own_count, sizeof(*plan->own), compare);
	for (size_t i = 0; i < plan->own_count; i++)
		if (count == 0 || fwd_prefix_compare(&plan->own[count - 1].prefix,
						     &plan->own[i].prefix) != 0)
			plan->own[count++] = plan->own[i];
	plan->own_count = count;
}

/* ------------------------------------------------------------------------------------------- */
/* The plan                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static size_t
room_needed(const struct config *c)
{
	size_t addresses = 0;

	for (size_t i = 0; i < c->interface_count; i++)
		addresses += c->interfaces[i].address_count;
	for (size_t i = 0; i < c->vhid_count; i++)
		addresses += c->vhids[i].address_count;
	return MARTIANS + PER_ADDRESS * addresses;
}

static void
find_tables(struct routes_plan *plan)
{
	const struct config *c = plan->config;
	unsigned int interfaces[IP_FAMILIES] = { 0 };
	bool is_used[IP_FAMILIES][CONFIG_INTERFACES_MAX] = { 0 };

	for (size_t i = 0; i < plan->own_count; i++) {
		const struct routes_own *own = &plan->own[i];
		bool *used = &is_used[own->prefix.addr.family][own->interface];

		if (own->kind != FWD_ADJ_LOCAL && own->kind != FWD_ADJ_VIRTUAL)
			continue;
		interfaces[own->prefix.addr.family] += !*used;
		*used = true;
	}
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		plan->has_table[family] = interfaces[family] > 1;
	for (size_t i = 0; i < c->route_count; i++)
		plan->has_table[c->routes[i].prefix.addr.family] = true;
}

int
routes_plan_make(const struct config *config, struct routes_plan *out)
{
	*out = (struct routes_plan){ .config = config };
	out->own = calloc(room_needed(config), sizeof(*out->own));
	if (out->own == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->interface_count; i++)
		add_own(out, i);
	for (size_t i = 0; i < config->vhid_count; i++)
		add_virtual(out, &config->vhids[i]);
	for (size_t i = 0; i < MARTIANS; i++)
		add(out, &martians[i], FWD_ADJ_MARTIAN, 0);
	sort(out);
	find_tables(out);
	return 0;
}

void
routes_plan_free(struct routes_plan *plan)
{
	free(plan->own);
	*plan = (struct routes_plan){ 0 };
}

/* ------------------------------------------------------------------------------------------- */
/* Both, in order                                                                               */
/* ------------------------------------------------------------------------------------------- */

/* A route of the file gives way to what koi is or is connected to, and to nothing else. */
static bool
has_precedence(const struct routes_own *own)
{
	return own->kind != FWD_ADJ_MARTIAN;
}

static void
choose(struct routes_cursor *cursor, struct routes_entry *out)
{
	const struct routes_plan *plan = cursor->plan;
	const struct config *c = plan->config;
	const struct routes_own *own = NULL;
	const struct config_route *file = NULL;
	int order;

	if (cursor->own < plan->own_count)
		own = &plan->own[cursor->own];
	if (cursor->file < c->route_count)
		file = &c->routes[cursor->file];
	if (own == NULL || file == NULL)
		order = own == NULL ? 1 : -1;
	else
		order = fwd_prefix_compare(&own->prefix, &file->prefix);
	cursor->own += order <= 0;
	cursor->file += order >= 0;
	if (order < 0 || (order == 0 && has_precedence(own)))
		*out = (struct routes_entry){ .own = own };
	else
		*out = (struct routes_entry){ .file = file };
}

bool
routes_cursor_next(struct routes_cursor *cursor, struct routes_entry *out)
{
	const struct routes_plan *plan = cursor->plan;

	while (cursor->own < plan->own_count || cursor->file < plan->config->route_count) {
		choose(cursor, out);
		if (plan->has_table[routes_entry_prefix(out)->addr.family])
			return true;
	}
	return false;
}

const struct ip_prefix *
routes_entry_prefix(const struct routes_entry *entry)
{
	return entry->own != NULL ? &entry->own->prefix : &entry->file->prefix;
}

void
routes_plan_size(const struct routes_plan *plan, struct fwd_fib_size size[IP_FAMILIES])
{
	struct routes_cursor cursor = { .plan = plan };
	struct fwd_fib_gauge gauge = { 0 };
	struct routes_entry entry;

	while (routes_cursor_next(&cursor, &entry))
		fwd_fib_gauge_add(&gauge, routes_entry_prefix(&entry));
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		const struct fwd_fib_size *used = &gauge.size[family];

		size[family] = (struct fwd_fib_size){ 0 };
		if (!plan->has_table[family])
			continue;
		size[family].routes = used->routes + used->routes / 8 + ROUTES_SPARE;
		size[family].groups = used->groups + used->groups / 8 + GROUPS_SPARE;
	}
}
