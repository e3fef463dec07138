/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files about routes share: routes with their adjacencies.
 */
#ifndef ROUTES_INTERNAL_H
#define ROUTES_INTERNAL_H

#include "routes.h"
#include "routes_plan.h"

struct routes {
	struct routes_plan plan;
	uint16_t *own;       /**< adjacencies, by the place in plan.own */
	uint16_t *path;      /**< ... by first_path of routes of the file; 0 where none begins */
	uint16_t *connected; /**< ... by interface of the configuration and family; 0: not needed */
	uint16_t *taken;     /**< all that were taken, each once */
	size_t taken_count;
	struct routes_gateways *gateways;

	struct fwd_route *change; /**< from what ran before, until that has been given back */
	size_t change_count;
};

/**
 * The adjacencies of all routes of a plan.
 *
 * @param plan taken over, even without success
 * @return     NULL with errno ENOSPC (more next hops than a table can name) or ENOMEM
 */
struct routes *routes_adjacencies_take(struct runtime *r, struct routes_plan *plan);

/** Give them back and free the routes. */
void routes_adjacencies_give(struct runtime *r, struct routes *routes);

/** The adjacency of a route. */
uint16_t routes_adjacency(const struct routes *routes, const struct routes_entry *entry);

#endif /* ROUTES_INTERNAL_H */
