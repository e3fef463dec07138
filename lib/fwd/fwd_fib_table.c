/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_fib_table.h"

#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_errno.h>
#include <rte_mempool.h>
#include <rte_rib.h>
#include <rte_rib6.h>

#include "fwd/fwd_adj.h"

#define FIRST_ENTRIES (1u << 24)
#define FIRST_BITS 24
#define GROUP_ENTRIES 256
/* What one change may take for a moment, at the edges of its range and on the way to them. */
#define GROUPS_SPARE 64
/* Entries of two octets: a bit of them says "see the group". */
#define GROUPS_MAX_2B 32767
/* What no adjacency is: a node that DPDK takes for a route which has another next hop. */
#define UNSET UINT64_MAX
/* A node of DPDK's tree of routes without what the mempool adds; no less than in 22.11. */
#define NODE4_BYTES 40
#define NODE6_BYTES 56
/* Each route may come with a node that joins two others. */
#define NODES_PER_ROUTE 2

/* ------------------------------------------------------------------------------------------- */
/* Size                                                                                         */
/* ------------------------------------------------------------------------------------------- */

/* DPDK hands out groups of IPv4 by words of 64 bits, and forgets those of a word begun. */
static uint32_t
groups_of(const struct fwd_fib_size *size)
{
	return RTE_ALIGN_CEIL(size->groups + GROUPS_SPARE, 64);
}

/* log2 of the octets of an entry: two if they can number the groups, else four. */
static unsigned int
entry_shift(const struct fwd_fib_size *size)
{
	return groups_of(size) <= GROUPS_MAX_2B ? 1 : 2;
}

uint64_t
fib_table_memory(enum ip_family family, const struct fwd_fib_size *size)
{
	struct rte_mempool_objsz object;
	uint64_t nodes = (uint64_t)NODES_PER_ROUTE * size->routes;
	uint64_t groups = groups_of(size);
	uint64_t node;

	node = rte_mempool_calc_obj_size(family == IP_V4 ? NODE4_BYTES : NODE6_BYTES, 0, &object);
	/* Nodes and their places in the ring of the mempool; entries; a word for each group. */
	return nodes * node + rte_align64pow2(nodes + 1) * sizeof(void *) +
	       ((FIRST_ENTRIES + (groups + 1) * GROUP_ENTRIES) << entry_shift(size)) +
	       groups * sizeof(uint32_t);
}

/* ------------------------------------------------------------------------------------------- */
/* Life                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static int
create4(struct fib_table *t, const char *name, int socket)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.default_nh = FWD_ADJ_INDEX_NO_ROUTE,
		.max_routes = (int)t->size.routes,
		.dir24_8.num_tbl8 = groups_of(&t->size),
	};
	bool is_short = entry_shift(&t->size) == 1;

	conf.dir24_8.nh_sz = is_short ? RTE_FIB_DIR24_8_2B : RTE_FIB_DIR24_8_4B;
	t->ip4 = rte_fib_create(name, socket, &conf);
	if (t->ip4 == NULL)
		return -rte_errno;
	t->lookup = rte_fib_select_lookup(t->ip4, RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512) == 0 ?
			    "avx512" :
			    "scalar";
	return 0;
}

static int
create6(struct fib_table *t, const char *name, int socket)
{
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_TRIE,
		.default_nh = FWD_ADJ_INDEX_NO_ROUTE,
		.max_routes = (int)t->size.routes,
		.trie.num_tbl8 = groups_of(&t->size),
	};
	bool is_short = entry_shift(&t->size) == 1;

	conf.trie.nh_sz = is_short ? RTE_FIB6_TRIE_2B : RTE_FIB6_TRIE_4B;
	t->ip6 = rte_fib6_create(name, socket, &conf);
	if (t->ip6 == NULL)
		return -rte_errno;
	t->lookup = rte_fib6_select_lookup(t->ip6, RTE_FIB6_LOOKUP_TRIE_VECTOR_AVX512) == 0 ?
			    "avx512" :
			    "scalar";
	return 0;
}

int
fib_table_create(struct fib_table *t, const char *name, enum ip_family family,
		 const struct fwd_fib_size *size, int socket)
{
	*t = (struct fib_table){ .family = family, .size = *size };
	if (size->routes > INT32_MAX / NODES_PER_ROUTE || size->groups > INT32_MAX / GROUP_ENTRIES)
		return -EINVAL;
	return family == IP_V4 ? create4(t, name, socket) : create6(t, name, socket);
}

void
fib_table_destroy(struct fib_table *t)
{
	rte_fib_free(t->ip4);
	rte_fib6_free(t->ip6);
	*t = (struct fib_table){ 0 };
}

/* ------------------------------------------------------------------------------------------- */
/* IPv4                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static uint32_t
host_order(const struct ip_addr *addr)
{
	return rte_be_to_cpu_32(ip_addr_v4_be(addr));
}

static uint64_t
get4(const struct fib_table *t, const struct ip_prefix *p)
{
	struct rte_rib *rib = rte_fib_get_rib(t->ip4);
	struct rte_rib_node *node = rte_rib_lookup_exact(rib, host_order(&p->addr), p->len);
	uint64_t next_hop = FWD_ADJ_INDEX_NO_ROUTE;

	if (node != NULL)
		rte_rib_get_nh(node, &next_hop);
	return next_hop;
}

static uint32_t
groups_alone4(const struct fib_table *t, const struct ip_prefix *p)
{
	return p->len > FIRST_BITS &&
	       rte_rib_get_nxt(rte_fib_get_rib(t->ip4), host_order(&p->addr), FIRST_BITS, NULL,
			       RTE_RIB_GET_NXT_COVER) == NULL;
}

static int
write4(struct fib_table *t, const struct ip_prefix *p, uint16_t adjacency)
{
	struct rte_rib *rib = rte_fib_get_rib(t->ip4);
	uint32_t ip = host_order(&p->addr);
	struct rte_rib_node *node;

	if (adjacency == FWD_ADJ_INDEX_NO_ROUTE)
		return rte_fib_delete(t->ip4, ip, p->len);
	if (rte_rib_lookup_exact(rib, ip, p->len) == NULL) {
		node = rte_rib_insert(rib, ip, p->len);
		if (node == NULL)
			return -ENOSPC;
		rte_rib_set_nh(node, UNSET);
	}
	return rte_fib_add(t->ip4, ip, p->len, adjacency);
}

static int
find4(const struct fib_table *t, const struct ip_addr *addr, struct fwd_route *out)
{
	struct rte_rib_node *node = rte_rib_lookup(rte_fib_get_rib(t->ip4), host_order(addr));
	uint64_t next_hop;
	uint32_t ip;

	if (node == NULL)
		return -ENOENT;
	rte_rib_get_ip(node, &ip);
	rte_rib_get_depth(node, &out->prefix.len);
	rte_rib_get_nh(node, &next_hop);
	out->prefix.addr = ip_addr_from_v4_be(rte_cpu_to_be_32(ip));
	out->adjacency = (uint16_t)next_hop;
	return 0;
}

/* ------------------------------------------------------------------------------------------- */
/* IPv6                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static uint64_t
get6(const struct fib_table *t, const struct ip_prefix *p)
{
	struct rte_rib6 *rib = rte_fib6_get_rib(t->ip6);
	struct rte_rib6_node *node = rte_rib6_lookup_exact(rib, p->addr.octets, p->len);
	uint64_t next_hop = FWD_ADJ_INDEX_NO_ROUTE;

	if (node != NULL)
		rte_rib6_get_nh(node, &next_hop);
	return next_hop;
}

static uint32_t
groups_alone6(const struct fib_table *t, const struct ip_prefix *p)
{
	struct rte_rib6 *rib = rte_fib6_get_rib(t->ip6);
	uint32_t count = 0;

	/* From the innermost outwards: where one is shared, so are those around it. */
	for (int bits = (p->len - 1) / 8 * 8; bits >= FIRST_BITS; bits -= 8, count++)
		if (rte_rib6_get_nxt(rib, p->addr.octets, (uint8_t)bits, NULL,
				     RTE_RIB6_GET_NXT_COVER) != NULL)
			break;
	return count;
}

static int
write6(struct fib_table *t, const struct ip_prefix *p, uint16_t adjacency)
{
	struct rte_rib6 *rib = rte_fib6_get_rib(t->ip6);
	struct rte_rib6_node *node;

	if (adjacency == FWD_ADJ_INDEX_NO_ROUTE)
		return rte_fib6_delete(t->ip6, p->addr.octets, p->len);
	if (rte_rib6_lookup_exact(rib, p->addr.octets, p->len) == NULL) {
		node = rte_rib6_insert(rib, p->addr.octets, p->len);
		if (node == NULL)
			return -ENOSPC;
		rte_rib6_set_nh(node, UNSET);
	}
	return rte_fib6_add(t->ip6, p->addr.octets, p->len, adjacency);
}

static int
find6(const struct fib_table *t, const struct ip_addr *addr, struct fwd_route *out)
{
	struct rte_rib6_node *node = rte_rib6_lookup(rte_fib6_get_rib(t->ip6), addr->octets);
	uint64_t next_hop;

	if (node == NULL)
		return -ENOENT;
	out->prefix.addr.family = IP_V6;
	rte_rib6_get_ip(node, out->prefix.addr.octets);
	rte_rib6_get_depth(node, &out->prefix.len);
	rte_rib6_get_nh(node, &next_hop);
	out->adjacency = (uint16_t)next_hop;
	return 0;
}

/* ------------------------------------------------------------------------------------------- */
/* Either                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* The adjacency of exactly this prefix. */
static uint16_t
get(const struct fib_table *t, const struct ip_prefix *p)
{
	return (uint16_t)(t->family == IP_V4 ? get4(t, p) : get6(t, p));
}

/* Groups that come, or went, with a prefix: those that no other route goes into. */
static uint32_t
groups_alone(const struct fib_table *t, const struct ip_prefix *p)
{
	return t->family == IP_V4 ? groups_alone4(t, p) : groups_alone6(t, p);
}

/* There is room: whatever DPDK says, see whether it has done it. */
static void
write(struct fib_table *t, const struct ip_prefix *p, uint16_t adjacency)
{
	int rc = t->family == IP_V4 ? write4(t, p, adjacency) : write6(t, p, adjacency);

	RTE_VERIFY(rc == 0 && get(t, p) == adjacency);
}

static struct ip_prefix
without_host_bits(const struct ip_prefix *p)
{
	struct ip_prefix cut = *p;

	for (unsigned int i = 0; i < sizeof(cut.addr.octets); i++)
		cut.addr.octets[i] &= get_msk_part(p->len, (int)i);
	return cut;
}

/* The prefix of that length at the end of all addresses, where only ones are. */
static struct ip_prefix
last_prefix(enum ip_family family, uint8_t len)
{
	struct ip_prefix p = { .addr.family = (uint8_t)family, .len = len };

	for (unsigned int i = 0; i < sizeof(p.addr.octets); i++)
		p.addr.octets[i] = (uint8_t)get_msk_part(len, (int)i);
	return p;
}

/*
 * DPDK fills a range prefix by prefix, and if two longer ones that meet are the last ones and end
 * where all addresses end, it takes the next address, 0, for the begin of a table to be filled from
 * end to end. So nothing longer may end there while something shorter that does is changed.
 */
static unsigned int
hide(struct fib_table *t, const struct ip_prefix *p, struct fwd_route *hidden)
{
	uint8_t len_max = t->family == IP_V4 ? 32 : 128;
	struct ip_prefix last = last_prefix(t->family, p->len);
	unsigned int count = 0;

	if (memcmp(last.addr.octets, p->addr.octets, sizeof(last.addr.octets)) != 0)
		return 0;
	for (unsigned int len = len_max; len > p->len; len--) {
		last = last_prefix(t->family, (uint8_t)len);
		hidden[count] = (struct fwd_route){ .prefix = last, .adjacency = get(t, &last) };
		if (hidden[count].adjacency == FWD_ADJ_INDEX_NO_ROUTE)
			continue;
		write(t, &last, FWD_ADJ_INDEX_NO_ROUTE);
		count++;
	}
	return count;
}

static void
write_alone(struct fib_table *t, const struct ip_prefix *p, uint16_t adjacency)
{
	struct fwd_route hidden[128];
	unsigned int count = hide(t, p, hidden);

	write(t, p, adjacency);
	while (count-- > 0)
		write(t, &hidden[count].prefix, hidden[count].adjacency);
}

int
fib_table_set(struct fib_table *t, const struct fwd_route *route, uint16_t *was)
{
	struct ip_prefix p = without_host_bits(&route->prefix);
	uint32_t groups = 0;

	*was = get(t, &p);
	if (*was == route->adjacency)
		return 0;
	if (*was == FWD_ADJ_INDEX_NO_ROUTE) {
		groups = groups_alone(t, &p);
		if (t->used.routes == t->size.routes || t->used.groups + groups > t->size.groups)
			return -ENOSPC;
		t->used.routes++;
		t->used.groups += groups;
	}
	write_alone(t, &p, route->adjacency);
	if (route->adjacency == FWD_ADJ_INDEX_NO_ROUTE) {
		t->used.routes--;
		t->used.groups -= groups_alone(t, &p);
	}
	return 0;
}

int
fib_table_find(const struct fib_table *t, const struct ip_addr *addr, struct fwd_route *out)
{
	return t->family == IP_V4 ? find4(t, addr, out) : find6(t, addr, out);
}
