/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "config/config_internal.h"

/* No address may be there twice, be it an own one or a virtual one, on whatever interface. */

struct address_ref {
	bool is_virtual;
	size_t owner; /* index of the interface or vhid */
	size_t index; /* within its addresses */
};

struct address_list {
	struct address_ref *refs;
	struct config_unique *items;
	size_t count;
};

static void
list_add(struct address_list *list, const struct ip_prefix *addresses, size_t count,
	 bool is_virtual, size_t owner)
{
	for (size_t i = 0; i < count; i++) {
		if (addresses[i].addr.family >= IP_FAMILIES)
			continue;
		list->refs[list->count] = (struct address_ref){ is_virtual, owner, i };
		list->items[list->count].key = &addresses[i].addr;
		list->items[list->count].len = sizeof(addresses[i].addr);
		list->count++;
	}
}

static void
report_twice(struct config_reader *r, const struct address_list *list, size_t i)
{
	const struct address_ref *ref = &list->refs[i];
	const struct address_ref *first = &list->refs[list->items[i].first];
	struct config_place root = { .parent = NULL };
	struct config_place array = { &root, ref->is_virtual ? "vhids" : "interfaces", 0 };
	struct config_place element = { .parent = &array, .index = ref->owner };
	struct config_place addresses = { .parent = &element, .key = "addresses" };
	struct config_place at = { .parent = &addresses, .index = ref->index };
	char text[IP_ADDR_TEXT];

	config_error(r, &at, "%s is already %s, /%s/%zu/addresses/%zu",
		     ip_addr_format(list->items[i].key, text),
		     first->is_virtual ? "a virtual address" : "an own address",
		     first->is_virtual ? "vhids" : "interfaces", first->owner, first->index);
}

void
config_addresses_check(struct config_reader *r)
{
	const struct config *c = r->config;
	struct address_list list = { 0 };
	size_t total = 0;

	for (size_t i = 0; i < c->interface_count; i++)
		total += c->interfaces[i].address_count;
	for (size_t i = 0; i < c->vhid_count; i++)
		total += c->vhids[i].address_count;
	list.refs = calloc(total + 1, sizeof(*list.refs));
	list.items = calloc(total + 1, sizeof(*list.items));
	if (list.refs == NULL || list.items == NULL) {
		r->is_out_of_memory = true;
		goto out;
	}
	/* Own ones first: it is the virtual address that is named as the one too many. */
	for (size_t i = 0; i < c->interface_count; i++) {
		list_add(&list, c->interfaces[i].addresses, c->interfaces[i].address_count, false,
			 i);
	}
	for (size_t i = 0; i < c->vhid_count; i++)
		list_add(&list, c->vhids[i].addresses, c->vhids[i].address_count, true, i);
	if (config_unique_find(list.items, list.count) != 0) {
		r->is_out_of_memory = true;
		goto out;
	}
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].first != i)
			report_twice(r, &list, i);
	}
out:
	free(list.items);
	free(list.refs);
}
