/* SPDX-License-Identifier: BSD-3-Clause */
/* The address list of a vhid as the digest sees it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_auth.h"

/* Version and type as two octets, unlike in the header, then the vhid. */
#define FIXED_LEN 3

/* What is hashed before the counter. */
struct prefix {
	size_t len;
	uint8_t *octets;
};

struct carp_list {
	bool variants_differ;
	bool uses[IP_FAMILIES];
	struct prefix prefix[CARP_DIGEST_VARIANTS];
	size_t address_count;
	struct ip_addr *addresses;
	uint8_t octets[]; /* of both prefixes, then the addresses */
};

static int
compare_addresses(const void *a, const void *b)
{
	return ip_addr_compare(a, b);
}

/* A scoped address is kept with its interface in octets 2 and 3 by the BSDs' kernels. */
static bool
is_scoped(const struct ip_addr *addr)
{
	if (addr->family != IP_V6)
		return false;
	if (ip_addr_is_link_local6(addr))
		return true;
	return addr->octets[0] == 0xff &&
	       ((addr->octets[1] & 0x0f) == 1 || (addr->octets[1] & 0x0f) == 2);
}

/* The BSDs look for the next higher address between the lowest value and the highest. */
static bool
is_never_hashed(const struct ip_addr *addr)
{
	size_t len = addr->family == IP_V4 ? 4 : 16;
	uint8_t first = addr->octets[0];
	size_t i;

	if (first != 0x00 && first != 0xff)
		return false;
	for (i = 1; i < len; i++) {
		if (addr->octets[i] != first)
			return false;
	}
	return true;
}

static void
prefix_append(struct prefix *p, const struct ip_addr *addr)
{
	size_t len = addr->family == IP_V4 ? 4 : 16;

	memcpy(p->octets + p->len, addr->octets, len);
	p->len += len;
}

static size_t
prefix_size(size_t count)
{
	return FIXED_LEN + count * 16;
}

/* Sorted, each once, without those that are never hashed. */
static void
take_addresses(struct carp_list *list, const struct ip_addr *addresses, size_t count)
{
	struct ip_addr *sorted = list->addresses;
	size_t i;

	for (i = 0; i < count; i++) {
		sorted[i] = addresses[i];
		list->uses[sorted[i].family] = true;
		if (is_scoped(&sorted[i]))
			memset(sorted[i].octets + 2, 0, 2);
	}
	qsort(sorted, count, sizeof(sorted[0]), compare_addresses);
	for (i = 0; i < count; i++) {
		size_t kept = list->address_count;

		if (is_never_hashed(&sorted[i]) ||
		    (kept > 0 && ip_addr_compare(&sorted[kept - 1], &sorted[i]) == 0))
			continue;
		sorted[kept] = sorted[i];
		list->address_count++;
	}
}

static void
build_prefixes(struct carp_list *list, uint8_t vhid, size_t count)
{
	static const uint8_t version_type[2] = { 2, 1 };
	size_t i;

	for (i = 0; i < CARP_DIGEST_VARIANTS; i++) {
		list->prefix[i].octets = list->octets + i * prefix_size(count);
		memcpy(list->prefix[i].octets, version_type, sizeof(version_type));
		list->prefix[i].octets[sizeof(version_type)] = vhid;
		list->prefix[i].len = FIXED_LEN;
	}
	for (i = 0; i < list->address_count; i++) {
		prefix_append(&list->prefix[CARP_DIGEST_ALL], &list->addresses[i]);
		if (ip_addr_is_link_local6(&list->addresses[i]))
			list->variants_differ = true;
		else
			prefix_append(&list->prefix[CARP_DIGEST_NO_LINK_LOCAL],
				      &list->addresses[i]);
	}
}

struct carp_list *
carp_list_create(uint8_t vhid, const struct ip_addr *addresses, size_t count)
{
	size_t octets = CARP_DIGEST_VARIANTS * prefix_size(count);
	struct carp_list *list;
	size_t i;

	for (i = 0; i < count; i++) {
		if (addresses[i].family >= IP_FAMILIES) {
			errno = EINVAL;
			return NULL;
		}
	}
	list = calloc(1, sizeof(*list) + octets + count * sizeof(*addresses));
	if (list == NULL)
		return NULL;
	list->addresses = (struct ip_addr *)(list->octets + octets);
	if (count > 0)
		take_addresses(list, addresses, count);
	build_prefixes(list, vhid, count);
	return list;
}

void
carp_list_destroy(struct carp_list *list)
{
	free(list);
}

bool
carp_list_equals(const struct carp_list *a, const struct carp_list *b)
{
	const struct prefix *p = &a->prefix[CARP_DIGEST_ALL];
	const struct prefix *q = &b->prefix[CARP_DIGEST_ALL];

	return p->len == q->len && memcmp(p->octets, q->octets, p->len) == 0;
}

bool
carp_list_uses(const struct carp_list *list, enum ip_family family)
{
	return list->uses[family];
}

bool
carp_list_variants_differ(const struct carp_list *list)
{
	return list->variants_differ;
}

size_t
carp_list_addresses(const struct carp_list *list, const struct ip_addr **addresses)
{
	*addresses = list->addresses;
	return list->address_count;
}

bool
carp_list_contains(const struct carp_list *list, const struct ip_addr *addr)
{
	return bsearch(addr, list->addresses, list->address_count, sizeof(*addr),
		       compare_addresses) != NULL;
}

size_t
carp_list_octets(const struct carp_list *list, enum carp_digest_variant variant,
		 const uint8_t **octets)
{
	*octets = list->prefix[variant].octets;
	return list->prefix[variant].len;
}
