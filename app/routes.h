/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The routes that run: from a configuration to adjacencies and forwarding tables, and from one
 * configuration to the next.
 *
 *     routes_plan() ──► control has the new gateways ──► routes_commit() ──► routes_step()
 *         └──► routes_discard()                              until it is done ──► routes_finish()
 *
 * Threads: the manager; main before it exists and after it has ended. Control has the list of
 *          gateways from the change that brings it to the one that replaces it.
 * Memory:  routes_create() allocates the tables, if the configuration needs any. A plan holds the
 *          adjacencies of its routes and points into its configuration.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include "runtime.h"

/** A next hop whose MAC control finds out. */
struct routes_gateway {
	uint16_t adjacency; /**< whose MAC is set */
	uint16_t interface;
	/** 0; or of this vhid, whose virtual address it is: while BACKUP, the MAC of the MASTER. */
	uint8_t vhid;
	struct ip_addr addr;
};

struct routes_gateways {
	size_t count;
	struct routes_gateway gateway[];
};

/** The routes of a configuration. */
struct routes;

/**
 * Make the tables, empty, if the configuration needs any: r->adjacencies, r->fib, r->hosts.
 *
 * @return 0 or -ENOMEM
 */
int routes_create(struct runtime *r, const struct config *config);
void routes_destroy(struct runtime *r);

/**
 * Take adjacencies for all routes of a configuration, and prepare the tables' change from r->routes
 * (none, if that is NULL).
 *
 * @param report filled with what cannot be done; NULL at the start
 * @return       NULL with errno: EBUSY (needs a restart: see the report) or ENOMEM; nothing has
 *               changed then
 */
struct routes *routes_plan(struct runtime *r, const struct config *config,
			   struct config_report *report);

/** A plan that will not be carried out. */
void routes_discard(struct runtime *r, struct routes *plan);

/** What control has to resolve: for the change that tells it. */
const struct routes_gateways *routes_gateways(const struct routes *plan);

/** Let workers see it; r->routes is @p plan. Who looks at r->fib is kept out (view_lock). */
void routes_commit(struct runtime *r, struct routes *plan);

/** Go on without waiting. True when no worker sees what was before. */
bool routes_step(struct runtime *r);

/** It is done, and control has the new gateways: give back what was before. */
void routes_finish(struct runtime *r, struct routes *was);

#endif /* ROUTES_H */
