/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_fib.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#include <rte_malloc.h>

#include "fwd/fwd_adj.h"
#include "fwd/fwd_fib_table.h"

#define COPIES 2
/* Changes of the second copy in one step. */
#define STEP_ROUTES 4096

enum state {
	STATE_IDLE,      /* both copies are the same */
	STATE_PREPARED,  /* the idle one is ahead */
	STATE_COMMITTED, /* workers may still read the one that is behind */
	STATE_FOLLOWING, /* nobody does; it is brought up to date */
};

/** One copy. */
struct side {
	struct fib_table table[IP_FAMILIES];
	struct fwd_tables tables;
};

struct fwd_fib {
	struct side side[COPIES];
	_Atomic(const struct fwd_tables *) tables;
	unsigned int active;
	enum state state;
	struct rte_rcu_qsbr *qsbr;
	uint64_t token;
	uint64_t memory;
	uint64_t changes;

	/* What was prepared, and how far the copy that follows has come. */
	const struct fwd_route *route;
	size_t count;
	size_t next;
	bool is_adding; /* routes that go have gone */
	uint16_t *was;  /* the adjacencies before */
};

/* ------------------------------------------------------------------------------------------- */
/* Size                                                                                         */
/* ------------------------------------------------------------------------------------------- */

int
fwd_prefix_compare(const struct ip_prefix *a, const struct ip_prefix *b)
{
	int order = ip_addr_compare(&a->addr, &b->addr);

	return order != 0 ? order : (int)a->len - (int)b->len;
}

/*
 * Routes that go into the same group follow one another, with at most such between them that do not
 * go as far: a group is new if the last one that went as far was in another.
 */
void
fwd_fib_gauge_add(struct fwd_fib_gauge *g, const struct ip_prefix *p)
{
	struct fwd_fib_size *size = &g->size[p->addr.family];

	size->routes++;
	for (unsigned int octets = 3; octets * 8 < p->len; octets++) {
		struct ip_prefix *last = &g->last[p->addr.family][octets];

		size->groups += last->len == 0 ||
				memcmp(last->addr.octets, p->addr.octets, octets) != 0;
		*last = *p;
	}
}

uint64_t
fwd_fib_memory(const struct fwd_fib_size size[IP_FAMILIES])
{
	uint64_t bytes = sizeof(struct fwd_fib);

	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		if (size[family].routes != 0)
			bytes += COPIES * fib_table_memory(family, &size[family]);
	return bytes;
}

/* ------------------------------------------------------------------------------------------- */
/* Life                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static int
create_side(struct side *side, const struct fwd_fib_params *params, unsigned int copy)
{
	char name[FWD_FIB_NAME_MAX + 4];
	int rc = 0;

	for (enum ip_family family = IP_V4; family < IP_FAMILIES && rc == 0; family++) {
		if (params->size[family].routes == 0)
			continue;
		snprintf(name, sizeof(name), "%s_%c%c", params->name, family == IP_V4 ? '4' : '6',
			 'a' + (char)copy);
		rc = fib_table_create(&side->table[family], name, family, &params->size[family],
				      params->socket);
	}
	side->tables.ip4 = side->table[IP_V4].ip4;
	side->tables.ip6 = side->table[IP_V6].ip6;
	return rc;
}

struct fwd_fib *
fwd_fib_create(const struct fwd_fib_params *params)
{
	struct fwd_fib *f;
	int rc = 0;

	if (strlen(params->name) > FWD_FIB_NAME_MAX) {
		errno = EINVAL;
		return NULL;
	}
	f = rte_zmalloc_socket("fwd_fib", sizeof(*f), RTE_CACHE_LINE_SIZE, params->socket);
	if (f == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	f->qsbr = params->qsbr;
	f->memory = fwd_fib_memory(params->size);
	for (unsigned int copy = 0; copy < COPIES && rc == 0; copy++)
		rc = create_side(&f->side[copy], params, copy);
	atomic_init(&f->tables, &f->side[0].tables);
	if (rc == 0)
		return f;
	fwd_fib_destroy(f);
	/* Out of memory by whatever name: a mempool, a tree or a table said so. */
	errno = rc == -EINVAL ? EINVAL : ENOMEM;
	return NULL;
}

void
fwd_fib_destroy(struct fwd_fib *f)
{
	if (f == NULL)
		return;
	for (unsigned int copy = 0; copy < COPIES; copy++)
		for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
			fib_table_destroy(&f->side[copy].table[family]);
	free(f->was);
	rte_free(f);
}

/* ------------------------------------------------------------------------------------------- */
/* Changes                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static struct side *
idle_side(struct fwd_fib *f)
{
	return &f->side[1 - f->active];
}

static struct fib_table *
table_of(struct side *side, const struct fwd_route *route)
{
	return &side->table[route->prefix.addr.family];
}

static bool
goes(const struct fwd_route *route)
{
	return route->adjacency == FWD_ADJ_INDEX_NO_ROUTE;
}

static bool
has_tables(const struct fwd_fib *f, const struct fwd_route *routes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (f->side[0].table[routes[i].prefix.addr.family].size.routes == 0)
			return false;
	return true;
}

/* Put back what the first @p count of a pass have changed, the last one first. */
static void
undo(struct fwd_fib *f, size_t count, bool is_adding)
{
	struct side *side = idle_side(f);
	uint16_t now;

	while (count-- > 0) {
		struct fwd_route back = f->route[count];

		if (goes(&back) == is_adding)
			continue;
		back.adjacency = f->was[count];
		RTE_VERIFY(fib_table_set(table_of(side, &back), &back, &now) == 0);
	}
}

/* Make the changes of a pass: of routes that go, or of the others. */
static int
make(struct fwd_fib *f, bool is_adding)
{
	struct side *side = idle_side(f);

	for (size_t i = 0; i < f->count; i++) {
		const struct fwd_route *route = &f->route[i];
		int rc;

		if (goes(route) == is_adding)
			continue;
		rc = fib_table_set(table_of(side, route), route, &f->was[i]);
		if (rc != 0) {
			undo(f, i, is_adding);
			return rc;
		}
	}
	return 0;
}

int
fwd_fib_prepare(struct fwd_fib *f, const struct fwd_route *routes, size_t count)
{
	int rc;

	if (f->state != STATE_IDLE)
		return -EBUSY;
	if (!has_tables(f, routes, count))
		return -EAFNOSUPPORT;
	f->was = malloc((count + 1) * sizeof(*f->was));
	if (f->was == NULL)
		return -ENOMEM;
	f->route = routes;
	f->count = count;
	rc = make(f, false);
	if (rc == 0) {
		rc = make(f, true);
		if (rc != 0)
			undo(f, count, false);
	}
	if (rc == 0) {
		f->state = STATE_PREPARED;
		return 0;
	}
	free(f->was);
	f->was = NULL;
	return rc;
}

void
fwd_fib_cancel(struct fwd_fib *f)
{
	if (f->state != STATE_PREPARED)
		return;
	undo(f, f->count, true);
	undo(f, f->count, false);
	free(f->was);
	f->was = NULL;
	f->state = STATE_IDLE;
}

void
fwd_fib_commit(struct fwd_fib *f)
{
	if (f->state != STATE_PREPARED)
		return;
	for (size_t i = 0; i < f->count; i++)
		f->changes += f->was[i] != f->route[i].adjacency;
	free(f->was);
	f->was = NULL;
	f->active = 1 - f->active;
	atomic_store_explicit(&f->tables, &f->side[f->active].tables, memory_order_release);
	f->token = rte_rcu_qsbr_start(f->qsbr);
	f->next = 0;
	f->is_adding = false;
	f->state = STATE_COMMITTED;
}

/* A portion of the changes, in the order in which the other copy had them. True at the end. */
static bool
follow(struct fwd_fib *f)
{
	struct side *side = idle_side(f);
	uint16_t was;

	for (unsigned int i = 0; i < STEP_ROUTES && f->next < f->count; i++, f->next++) {
		const struct fwd_route *route = &f->route[f->next];

		if (goes(route) != f->is_adding)
			RTE_VERIFY(fib_table_set(table_of(side, route), route, &was) == 0);
	}
	if (f->next < f->count)
		return false;
	f->next = 0;
	f->is_adding = !f->is_adding;
	return !f->is_adding;
}

bool
fwd_fib_step(struct fwd_fib *f)
{
	if (f->state == STATE_COMMITTED && rte_rcu_qsbr_check(f->qsbr, f->token, false) == 1)
		f->state = STATE_FOLLOWING;
	if (f->state == STATE_FOLLOWING && follow(f))
		f->state = STATE_IDLE;
	return f->state == STATE_IDLE;
}

/* ------------------------------------------------------------------------------------------- */
/* What is in force                                                                             */
/* ------------------------------------------------------------------------------------------- */

const struct fwd_tables *
fwd_fib_tables(const struct fwd_fib *f)
{
	return atomic_load_explicit(&f->tables, memory_order_acquire);
}

int
fwd_fib_find(const struct fwd_fib *f, const struct ip_addr *addr, struct fwd_route *out)
{
	const struct fib_table *t = &f->side[f->active].table[addr->family];

	memset(out, 0, sizeof(*out));
	return t->size.routes == 0 ? -EAFNOSUPPORT : fib_table_find(t, addr, out);
}

void
fwd_fib_status(const struct fwd_fib *f, struct fwd_fib_status *out)
{
	*out = (struct fwd_fib_status){ .memory = f->memory, .changes = f->changes };
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		const struct fib_table *t = &f->side[f->active].table[family];

		out->size[family] = t->size;
		out->used[family] = t->used;
		out->lookup[family] = t->lookup;
	}
}
