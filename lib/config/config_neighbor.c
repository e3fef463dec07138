/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mac.h"
#include "config/config_internal.h"

/* The array "neighbors": hosts on our links whose MAC addresses are not asked for. */

static const struct config_place root = { .parent = NULL };
static const struct config_place neighbors = { .parent = &root, .key = "neighbors" };

static void
read_address(struct config_reader *r, const struct config_place *at, const json_t *value,
	     void *target)
{
	struct config_neighbor *neighbor = target;
	const char *text = json_string_value(value);
	char quoted[CONFIG_QUOTED];
	char why[CONFIG_WHY];

	if (ip_addr_parse(text, &neighbor->addr) != 0) {
		config_error(r, at, "%s is not an address", config_quote(text, quoted));
		neighbor->addr.family = IP_FAMILIES;
	} else if (config_host_objection(NULL, &neighbor->addr, why) != NULL) {
		config_error(r, at, "%s", why);
		neighbor->addr.family = IP_FAMILIES;
	}
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* Six octets of two digits each, with colons between them. */
static bool
parse_mac(const char *text, uint8_t mac[6])
{
	for (size_t i = 0; i < 6; i++, text += 3) {
		int high = hex(text[0]);
		int low = high >= 0 ? hex(text[1]) : -1;

		if (low < 0 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void
read_mac(struct config_reader *r, const struct config_place *at, const json_t *value, void *target)
{
	struct config_neighbor *neighbor = target;
	const char *text = json_string_value(value);
	char quoted[CONFIG_QUOTED];

	if (!parse_mac(text, neighbor->mac))
		config_error(r, at, "%s is not a MAC address as 02:00:00:00:00:09",
			     config_quote(text, quoted));
	else if (mac_is_group(mac_load(neighbor->mac)) || mac_load(neighbor->mac) == 0)
		config_error(r, at, "%s is not the MAC address of a host", text);
}

const struct config_member config_neighbor_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "interface", .type = CONFIG_STRING, .is_required = true },
	{ .name = "address", .type = CONFIG_STRING, .is_required = true, .read = read_address },
	{ .name = "mac", .type = CONFIG_STRING, .is_required = true, .read = read_mac },
	{ .name = NULL },
};

static void
check_address(struct config_reader *r, const struct config_links *links,
	      const struct config_place *element, const struct config_neighbor *neighbor)
{
	const char *name = links->config->interfaces[neighbor->interface].name;
	struct config_place at = { .parent = element, .key = "address" };
	const struct ip_addr *addr = &neighbor->addr;
	const struct config_link *link;
	char text[IP_ADDR_TEXT];
	char why[CONFIG_WHY];

	ip_addr_format(addr, text);
	if (config_links_are_us(links, addr, (int)neighbor->interface)) {
		config_error(r, &at, "%s is ourselves", text);
		return;
	}
	if (ip_addr_is_link_local6(addr) && links->uses_ip6[neighbor->interface])
		return;
	link = config_links_find(links, addr, (int)neighbor->interface);
	if (link == NULL && links->is_complete)
		config_error(r, &at, "%s is not on the link of %s", text, name);
	else if (link != NULL && config_host_objection(link, addr, why) != NULL)
		config_error(r, &at, "%s", why);
}

/* Returns false for one that is not to be compared with others. */
static bool
read_neighbor(struct config_reader *r, const struct config_links *links,
	      const struct config_place *at, const json_t *value, struct config_neighbor *neighbor)
{
	struct config_place place = { .parent = at, .key = "interface" };
	char quoted[CONFIG_QUOTED];
	const char *name;
	int interface;

	neighbor->addr.family = IP_FAMILIES;
	config_object_read(r, at, value, config_neighbor_keys, neighbor);
	name = json_string_value(json_object_get(value, "interface"));
	if (name == NULL)
		return false;
	interface = config_links_interface(links, name);
	if (interface < 0) {
		if (links->is_complete)
			config_error(r, &place, "%s is not the name of an interface",
				     config_quote(name, quoted));
		return false;
	}
	neighbor->interface = (unsigned int)interface;
	if (neighbor->addr.family >= IP_FAMILIES)
		return false;
	check_address(r, links, at, neighbor);
	return true;
}

struct neighbor_key {
	struct ip_addr addr;
	unsigned int interface;
};

static void
check_twice(struct config_reader *r, const struct config_unique *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct config_place element = { .parent = &neighbors, .index = i };
		struct config_place at = { .parent = &element, .key = "address" };
		char text[IP_ADDR_TEXT];

		if (items[i].len == 0 || items[i].first == i)
			continue;
		ip_addr_format(&((const struct neighbor_key *)items[i].key)->addr, text);
		config_error(r, &at, "%s on this interface is already /neighbors/%zu", text,
			     items[i].first);
	}
}

int
config_neighbor_compare(const void *a, const void *b)
{
	const struct config_neighbor *left = a;
	const struct config_neighbor *right = b;

	if (left->interface != right->interface)
		return left->interface < right->interface ? -1 : 1;
	return ip_addr_compare(&left->addr, &right->addr);
}

void
config_neighbors_read(struct config_reader *r, const struct config_links *links)
{
	size_t size = json_array_size(r->neighbors);
	size_t count = size < CONFIG_NEIGHBORS_MAX ? size : CONFIG_NEIGHBORS_MAX;
	struct config *c = r->config;
	struct config_unique *items;
	struct neighbor_key *keys;

	c->neighbors = calloc(count + 1, sizeof(*c->neighbors));
	items = calloc(count + 1, sizeof(*items));
	keys = calloc(count + 1, sizeof(*keys));
	if (c->neighbors == NULL || items == NULL || keys == NULL) {
		r->is_out_of_memory = true;
		goto out;
	}
	c->neighbor_count = count;
	for (size_t i = 0; i < count; i++) {
		struct config_place at = { .parent = &neighbors, .index = i };
		struct config_neighbor *neighbor = &c->neighbors[i];

		config_unique_set(&items[i], NULL);
		if (!read_neighbor(r, links, &at, json_array_get(r->neighbors, i), neighbor))
			continue;
		memcpy(&keys[i].addr, &neighbor->addr, sizeof(keys[i].addr));
		keys[i].interface = neighbor->interface;
		items[i].key = &keys[i];
		items[i].len = sizeof(keys[i]);
	}
	if (config_unique_find(items, count) != 0)
		r->is_out_of_memory = true;
	else
		check_twice(r, items, count);
	qsort(c->neighbors, count, sizeof(*c->neighbors), config_neighbor_compare);
out:
	free(keys);
	free(items);
}
