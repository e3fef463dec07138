/* SPDX-License-Identifier: BSD-3-Clause */
#include "fib_model.h"

#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>

#include "fwd/fwd_adj.h"
#include "suite.h"

#define LOOKUP_MAX 1024
#define SHORT_LEN 10

static const char *const networks[IP_FAMILIES][6] = {
	{ "0.0.0.0", "10.0.0.0", "10.0.1.0", "10.0.255.255", "192.168.0.0", "255.255.255.255" },
	{ "::", "2001:db8::", "2001:db8:0:1::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "fd00::",
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

static size_t
place_of(const struct fib_model *m, const struct ip_prefix *prefix)
{
	size_t i = 0;

	while (i < m->count && fwd_prefix_compare(&m->route[i].prefix, prefix) != 0)
		i++;
	return i;
}

void
fib_model_set(struct fib_model *m, const struct fwd_route *route)
{
	size_t at = place_of(m, &route->prefix);

	if (route->adjacency == FWD_ADJ_INDEX_NO_ROUTE) {
		if (at < m->count)
			m->route[at] = m->route[--m->count];
		return;
	}
	if (at == FIB_MODEL_ROUTES)
		abort();
	m->route[at] = *route;
	if (at == m->count)
		m->count++;
}

uint16_t
fib_model_find(const struct fib_model *m, const struct ip_addr *addr)
{
	const struct fwd_route *best = NULL;

	for (size_t i = 0; i < m->count; i++)
		if (ip_prefix_covers(&m->route[i].prefix, addr) &&
		    (best == NULL || m->route[i].prefix.len > best->prefix.len))
			best = &m->route[i];
	return best == NULL ? FWD_ADJ_INDEX_NO_ROUTE : best->adjacency;
}

struct ip_addr
fib_model_address(enum ip_family family)
{
	struct ip_addr a = { 0 };
	unsigned int octets = family == IP_V4 ? 4 : 16;

	ip_addr_parse(networks[family][random() % 6], &a);
	/* A few bits of some octets, so that neighbours of borders come often. */
	for (unsigned int i = 0; i < octets; i++)
		if (random() % 4 == 0)
			a.octets[i] ^= (uint8_t)(1u << random() % 8);
	if (random() % 2 == 0)
		a.octets[octets - 1] = (uint8_t)random();
	return a;
}

static void
cut(struct ip_prefix *p)
{
	for (unsigned int bit = p->len; bit < 128; bit++)
		p->addr.octets[bit / 8] &= (uint8_t)~(0x80u >> bit % 8);
}

struct fwd_route
fib_model_change(const struct fib_model *m, enum ip_family family, uint8_t len_max)
{
	struct fwd_route route = { .prefix.addr = fib_model_address(family) };

	if (m->count == FIB_MODEL_ROUTES || (m->count != 0 && random() % 2 == 0)) {
		route = m->route[(size_t)random() % m->count];
		if (m->count > FIB_MODEL_ROUTES / 2 || random() % 4 != 0)
			route.adjacency = FWD_ADJ_INDEX_NO_ROUTE;
		else
			route.adjacency = (uint16_t)(1 + random() % 6);
		return route;
	}
	/* Short ones are rare: they fill much of a table. */
	route.prefix.len = (uint8_t)((unsigned int)random() % (len_max + 1));
	if (route.prefix.len < SHORT_LEN && random() % 64 != 0)
		route.prefix.len += SHORT_LEN;
	cut(&route.prefix);
	/* Few of them, so that what covers often says the same. */
	route.adjacency = (uint16_t)(1 + random() % 6);
	return route;
}

void
fib_lookup(const struct fwd_tables *t, const struct ip_addr *addr, size_t count,
	   uint16_t *adjacency)
{
	uint32_t ip4[LOOKUP_MAX];
	uint8_t ip6[LOOKUP_MAX][16];
	uint64_t found[LOOKUP_MAX];

	for (size_t i = 0; i < count; i++) {
		ip4[i] = rte_be_to_cpu_32(ip_addr_v4_be(&addr[i]));
		memcpy(ip6[i], addr[i].octets, sizeof(ip6[i]));
	}
	if (addr[0].family == IP_V4)
		rte_fib_lookup_bulk(t->ip4, ip4, found, (int)count);
	else
		rte_fib6_lookup_bulk(t->ip6, ip6, found, (int)count);
	for (size_t i = 0; i < count; i++)
		adjacency[i] = (uint16_t)found[i];
}

struct fwd_route
fib_route(const char *prefix, uint16_t adjacency)
{
	struct fwd_route route = { .adjacency = adjacency };

	CU_ASSERT_EQUAL_FATAL(ip_prefix_parse(prefix, &route.prefix), 0);
	return route;
}
