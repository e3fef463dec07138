/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a configuration means for the forwarding tables: the routes of the file, and those that
 * follow from interfaces and vhids.
 *
 *     LOCAL      the host's own addresses
 *     VIRTUAL    the addresses of vhids
 *     CONNECTED  the prefixes of own addresses; that of a virtual address that is in none of them
 *     MARTIAN    what must never be forwarded (RFC 1812 section 5.3.7; RFC 4291 section 2.5.6), and
 *                the broadcast and the first address of a connected IPv4 prefix (section 5.3.5.2)
 *
 * A prefix that several of them have is of the first. Link-local addresses are on every link, so
 * they are in no table.
 *
 * Threads: pure functions.
 * Memory:  routes_plan_make() allocates, routes_plan_free() frees. The plan points into the
 *          configuration, which must stay.
 */
#ifndef ROUTES_PLAN_H
#define ROUTES_PLAN_H

#include <stdbool.h>

#include "config/config.h"
#include "fwd/fwd_adj.h"
#include "fwd/fwd_fib.h"

/** A route that is not in the file. */
struct routes_own {
	struct ip_prefix prefix;
	uint8_t kind;        /**< enum fwd_adj_kind */
	uint8_t vhid;        /**< VIRTUAL */
	bool is_port_mac;    /**< VIRTUAL: the MAC of whoever is MASTER */
	uint16_t interface;  /**< of the configuration; LOCAL, VIRTUAL, CONNECTED */
};

struct routes_plan {
	const struct config *config;
	bool has_table[IP_FAMILIES];
	struct routes_own *own; /**< in the order of fwd_prefix_compare(), each prefix once */
	size_t own_count;
};

/** One route: exactly one of them is not NULL. */
struct routes_entry {
	const struct routes_own *own;
	const struct config_route *file;
};

/**
 * A family has a table if at least two interfaces have addresses of it, own or virtual, or if there
 * are routes: a host between no networks forwards nothing.
 *
 * @return 0 or -ENOMEM
 */
int routes_plan_make(const struct config *config, struct routes_plan *out);
void routes_plan_free(struct routes_plan *plan);

static inline bool
routes_plan_has_tables(const struct routes_plan *plan)
{
	return plan->has_table[IP_V4] || plan->has_table[IP_V6];
}

/** Walk through the routes of the families that have a table, in order. */
struct routes_cursor {
	const struct routes_plan *plan;
	size_t own;
	size_t file;
};

/** False at the end. */
bool routes_cursor_next(struct routes_cursor *cursor, struct routes_entry *out);

const struct ip_prefix *routes_entry_prefix(const struct routes_entry *entry);

/** What the routes need, with room for a reload to add an eighth of them. */
void routes_plan_size(const struct routes_plan *plan, struct fwd_fib_size size[IP_FAMILIES]);

#endif /* ROUTES_PLAN_H */
