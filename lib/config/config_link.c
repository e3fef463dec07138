/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* Prefixes of links and addresses of ours, sorted, so that a million routes can ask for them. */

struct ip_addr
config_prefix_base(const struct ip_prefix *prefix)
{
	struct ip_addr base = prefix->addr;
	unsigned int whole = prefix->len / 8;

	if (whole < sizeof(base.octets)) {
		base.octets[whole] &= (uint8_t)(0xff00 >> prefix->len % 8);
		memset(base.octets + whole + 1, 0, sizeof(base.octets) - whole - 1);
	}
	return base;
}

int
config_links_add(struct config_links *l, const struct ip_prefix *prefix, unsigned int interface,
		 bool is_route)
{
	struct config_link *larger;

	if (l->count == l->size) {
		l->size = l->size == 0 ? 16 : l->size * 2;
		larger = reallocarray(l->links, l->size, sizeof(*larger));
		if (larger == NULL)
			return -ENOMEM;
		l->links = larger;
	}
	l->links[l->count++] = (struct config_link){
		.prefix = { config_prefix_base(prefix), prefix->len },
		.interface = interface,
		.is_route = is_route,
	};
	return 0;
}

/* The same link-local address on another interface is another address. */
static struct config_our
our_address(const struct ip_addr *addr, int interface)
{
	return (struct config_our){
		.addr = *addr,
		.interface = ip_addr_is_link_local6(addr) ? interface : CONFIG_ANY_INTERFACE,
	};
}

static int
add_addresses(struct config_links *l, const struct ip_prefix *addresses, size_t count,
	      unsigned int interface)
{
	for (size_t i = 0; i < count; i++) {
		if (addresses[i].addr.family >= IP_FAMILIES) {
			l->is_complete = false;
			continue;
		}
		l->ours[l->our_count++] = our_address(&addresses[i].addr, (int)interface);
		if (addresses[i].addr.family == IP_V6)
			l->uses_ip6[interface] = true;
		if (config_links_add(l, &addresses[i], interface, false) != 0)
			return -ENOMEM;
	}
	return 0;
}

static size_t
address_total(const struct config *c)
{
	size_t total = 0;

	for (size_t i = 0; i < c->interface_count; i++)
		total += c->interfaces[i].address_count;
	for (size_t i = 0; i < c->vhid_count; i++)
		total += c->vhids[i].address_count;
	return total;
}

static int
compare_names(const void *a, const void *b, void *config)
{
	const struct config *c = config;
	const unsigned int *left = a;
	const unsigned int *right = b;

	return strcmp(c->interfaces[*left].name, c->interfaces[*right].name);
}

static void
sort_names(struct config_links *l)
{
	const struct config *c = l->config;

	for (size_t i = 0; i < c->interface_count; i++) {
		l->by_name[i] = (unsigned int)i;
		l->is_complete &= c->interfaces[i].name[0] != '\0';
	}
	qsort_r(l->by_name, c->interface_count, sizeof(*l->by_name), compare_names,
		(void *)(uintptr_t)c);
}

int
config_links_collect(struct config_reader *r, const size_t *interfaces, struct config_links *l)
{
	const struct config *c = r->config;
	int error = 0;

	memset(l, 0, sizeof(*l));
	l->config = c;
	l->is_complete = r->interfaces_are_complete;
	l->ours = calloc(address_total(c) + 1, sizeof(*l->ours));
	l->by_name = calloc(c->interface_count + 1, sizeof(*l->by_name));
	if (l->ours == NULL || l->by_name == NULL)
		return -ENOMEM;
	sort_names(l);
	for (size_t i = 0; i < c->interface_count && error == 0; i++)
		error = add_addresses(l, c->interfaces[i].addresses, c->interfaces[i].address_count,
				      (unsigned int)i);
	for (size_t i = 0; i < c->vhid_count && error == 0; i++) {
		if (interfaces[i] == SIZE_MAX)
			l->is_complete = false;
		else
			error = add_addresses(l, c->vhids[i].addresses, c->vhids[i].address_count,
					      (unsigned int)interfaces[i]);
	}
	return error;
}

/* By family, length and address; the interface that comes first in the file is found first. */
static int
compare_links(const void *a, const void *b)
{
	const struct config_link *left = a;
	const struct config_link *right = b;
	int order;

	if (left->prefix.addr.family != right->prefix.addr.family)
		return left->prefix.addr.family < right->prefix.addr.family ? -1 : 1;
	if (left->prefix.len != right->prefix.len)
		return left->prefix.len < right->prefix.len ? -1 : 1;
	order = ip_addr_compare(&left->prefix.addr, &right->prefix.addr);
	if (order != 0)
		return order;
	return left->interface < right->interface ? -1 : left->interface > right->interface;
}

static int
compare_ours(const void *a, const void *b)
{
	const struct config_our *left = a;
	const struct config_our *right = b;

	if (left->interface != right->interface)
		return left->interface < right->interface ? -1 : 1;
	return ip_addr_compare(&left->addr, &right->addr);
}

void
config_links_sort(struct config_links *l)
{
	size_t at = 0;

	if (l->count != 0)
		qsort(l->links, l->count, sizeof(*l->links), compare_links);
	qsort(l->ours, l->our_count, sizeof(*l->ours), compare_ours);
	for (unsigned int family = 0; family < IP_FAMILIES; family++) {
		for (unsigned int len = 0; len < 130; len++) {
			l->start[family][len] = at;
			while (at < l->count && l->links[at].prefix.addr.family == family &&
			       l->links[at].prefix.len == len)
				at++;
		}
	}
}

void
config_links_free(struct config_links *l)
{
	free(l->links);
	free(l->ours);
	free(l->by_name);
}

int
config_links_interface(const struct config_links *l, const char *name)
{
	size_t low = 0;
	size_t high = l->config->interface_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, l->config->interfaces[l->by_name[middle]].name);

		if (order == 0)
			return (int)l->by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -ENOENT;
}

/* The first link of that prefix, or the place where it would be. */
static size_t
lower_bound(const struct config_links *l, const struct ip_prefix *prefix)
{
	size_t low = l->start[prefix->addr.family][prefix->len];
	size_t high = l->start[prefix->addr.family][prefix->len + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ip_addr_compare(&l->links[middle].prefix.addr, &prefix->addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_prefix(const struct config_links *l, size_t at, const struct ip_prefix *prefix)
{
	return at < l->start[prefix->addr.family][prefix->len + 1] &&
	       ip_addr_compare(&l->links[at].prefix.addr, &prefix->addr) == 0;
}

const struct config_link *
config_links_find(const struct config_links *l, const struct ip_addr *addr, int interface)
{
	struct ip_prefix prefix;

	for (int len = addr->family == IP_V4 ? 32 : 128; len >= 0; len--) {
		if (l->start[addr->family][len] == l->start[addr->family][len + 1])
			continue;
		prefix = (struct ip_prefix){ *addr, (uint8_t)len };
		prefix.addr = config_prefix_base(&prefix);
		for (size_t i = lower_bound(l, &prefix); is_prefix(l, i, &prefix); i++) {
			if (interface == CONFIG_ANY_INTERFACE ||
			    l->links[i].interface == (unsigned int)interface)
				return &l->links[i];
		}
	}
	return NULL;
}

bool
config_links_have(const struct config_links *l, const struct ip_prefix *prefix)
{
	if (prefix->len == (prefix->addr.family == IP_V4 ? 32 : 128) &&
	    config_links_are_us(l, &prefix->addr, CONFIG_ANY_INTERFACE))
		return true;
	for (size_t i = lower_bound(l, prefix); is_prefix(l, i, prefix); i++) {
		if (!l->links[i].is_route)
			return true;
	}
	return false;
}

bool
config_links_are_us(const struct config_links *l, const struct ip_addr *addr, int interface)
{
	struct config_our key = our_address(addr, interface);

	return l->our_count != 0 &&
	       bsearch(&key, l->ours, l->our_count, sizeof(*l->ours), compare_ours) != NULL;
}
