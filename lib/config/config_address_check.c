/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>
#include <stdlib.h>

#include "config/config_internal.h"

/*
 * No address may be there twice, be it an own one or a virtual one, on whatever interface; and none
 * may be called a peer. A peer itself may be that of many vhids. A link-local address is one of its
 * interface: elsewhere the same octets are another one.
 */

enum address_role {
	ROLE_OWN,
	ROLE_VIRTUAL,
	ROLE_PEER,
};

/* Where an address of each role stands in the file, and what it is called. */
static const struct {
	const char *array;
	const char *key;
	const char *name;
} roles[] = {
	[ROLE_OWN] = { "interfaces", "addresses", "an own address" },
	[ROLE_VIRTUAL] = { "vhids", "addresses", "a virtual address" },
	[ROLE_PEER] = { "vhids", "peers", "a peer" },
};

struct address_ref {
	enum address_role role;
	size_t owner; /* index of the interface or vhid */
	size_t index; /* within its addresses or peers */
};

struct scoped_addr {
	size_t scope; /* of a link-local address: its interface */
	struct ip_addr addr;
};

struct address_list {
	struct address_ref *refs;
	struct scoped_addr *keys;
	struct config_unique *items;
	size_t count;
};

static void
list_add(struct address_list *list, const struct ip_addr *addr, size_t interface,
	 struct address_ref ref)
{
	struct scoped_addr *key = &list->keys[list->count];

	if (addr->family >= IP_FAMILIES)
		return;
	key->scope = ip_addr_is_link_local6(addr) ? interface : 0;
	key->addr = *addr;
	list->refs[list->count] = ref;
	list->items[list->count].key = key;
	list->items[list->count].len = offsetof(struct scoped_addr, addr) + sizeof(*addr);
	list->count++;
}

/* What comes first is named as the first: own addresses, virtual ones, peers. */
static void
list_fill(struct address_list *list, const struct config *c, const size_t *interfaces)
{
	for (size_t i = 0; i < c->interface_count; i++) {
		const struct config_interface *ifc = &c->interfaces[i];

		for (size_t a = 0; a < ifc->address_count; a++)
			list_add(list, &ifc->addresses[a].addr, i,
				 (struct address_ref){ ROLE_OWN, i, a });
	}
	for (size_t i = 0; i < c->vhid_count; i++) {
		const struct config_vhid *vhid = &c->vhids[i];

		for (size_t a = 0; a < vhid->address_count; a++)
			list_add(list, &vhid->addresses[a].addr, interfaces[i],
				 (struct address_ref){ ROLE_VIRTUAL, i, a });
	}
	for (size_t i = 0; i < c->vhid_count; i++) {
		const struct config_vhid *vhid = &c->vhids[i];

		for (size_t p = 0; p < vhid->peer_count; p++)
			list_add(list, &vhid->peers[p], interfaces[i],
				 (struct address_ref){ ROLE_PEER, i, p });
	}
}

static size_t
address_total(const struct config *c)
{
	size_t total = 0;

	for (size_t i = 0; i < c->interface_count; i++)
		total += c->interfaces[i].address_count;
	for (size_t i = 0; i < c->vhid_count; i++)
		total += c->vhids[i].address_count + c->vhids[i].peer_count;
	return total;
}

static void
report_conflict(struct config_reader *r, const struct address_list *list, size_t i)
{
	const struct address_ref *ref = &list->refs[i];
	const struct address_ref *first = &list->refs[list->items[i].first];
	struct config_place root = { .parent = NULL };
	struct config_place array = { .parent = &root, .key = roles[ref->role].array };
	struct config_place element = { .parent = &array, .index = ref->owner };
	struct config_place member = { .parent = &element, .key = roles[ref->role].key };
	struct config_place at = { .parent = &member, .index = ref->index };
	char text[IP_ADDR_TEXT];

	config_error(r, &at, "%s is %s %s, /%s/%zu/%s/%zu",
		     ip_addr_format(&list->keys[i].addr, text),
		     ref->role == ROLE_PEER ? "ourselves:" : "already", roles[first->role].name,
		     roles[first->role].array, first->owner, roles[first->role].key, first->index);
}

void
config_addresses_check(struct config_reader *r, const size_t *interfaces)
{
	size_t total = address_total(r->config);
	struct address_list list = { 0 };

	list.refs = calloc(total + 1, sizeof(*list.refs));
	list.keys = calloc(total + 1, sizeof(*list.keys));
	list.items = calloc(total + 1, sizeof(*list.items));
	if (list.refs == NULL || list.keys == NULL || list.items == NULL) {
		r->is_out_of_memory = true;
		goto out;
	}
	list_fill(&list, r->config, interfaces);
	if (config_unique_find(list.items, list.count) != 0) {
		r->is_out_of_memory = true;
		goto out;
	}
	for (size_t i = 0; i < list.count; i++) {
		size_t first = list.items[i].first;

		if (first != i && list.refs[first].role != ROLE_PEER)
			report_conflict(r, &list, i);
	}
out:
	free(list.items);
	free(list.keys);
	free(list.refs);
}
