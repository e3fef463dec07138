/* SPDX-License-Identifier: BSD-3-Clause */
#include "routes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "routes_internal.h"

static const char *const family_names[] = { [IP_V4] = "IPv4", [IP_V6] = "IPv6" };

/* ------------------------------------------------------------------------------------------- */
/* Tables                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static int
create_tables(struct runtime *r, const struct routes_plan *plan)
{
	struct fwd_fib_params params = {
		.name = "koi",
		.qsbr = r->qsbr,
		.socket = SOCKET_ID_ANY,
	};

	routes_plan_size(plan, params.size);
	r->adjacencies = fwd_adj_create(NEIGH_CAPACITY, SOCKET_ID_ANY);
	r->fib = fwd_fib_create(&params);
	return r->adjacencies == NULL || r->fib == NULL ? -ENOMEM : 0;
}

int
routes_create(struct runtime *r, const struct config *config)
{
	struct routes_plan plan;
	int rc = routes_plan_make(config, &plan);

	if (rc == 0 && routes_plan_has_tables(&plan))
		rc = create_tables(r, &plan);
	routes_plan_free(&plan);
	return rc;
}

void
routes_destroy(struct runtime *r)
{
	routes_adjacencies_give(r, r->routes);
	fwd_fib_destroy(r->fib);
	fwd_adj_destroy(r->adjacencies);
	r->routes = NULL;
	r->fib = NULL;
	r->adjacencies = NULL;
}

/* ------------------------------------------------------------------------------------------- */
/* The change from one to the other                                                             */
/* ------------------------------------------------------------------------------------------- */

/* A walk through routes that may be none. */
struct walk {
	const struct routes *routes;
	struct routes_cursor cursor;
	struct fwd_route route; /* where it is */
	bool has_ended;
};

static void
walk_on(struct walk *w)
{
	struct routes_entry entry;

	if (w->routes == NULL || !routes_cursor_next(&w->cursor, &entry)) {
		w->has_ended = true;
		return;
	}
	w->route.prefix = *routes_entry_prefix(&entry);
	w->route.adjacency = routes_adjacency(w->routes, &entry);
}

static struct walk
walk_begin(const struct routes *routes)
{
	struct walk w = { .routes = routes };

	if (routes != NULL)
		w.cursor.plan = &routes->plan;
	walk_on(&w);
	return w;
}

static int
append(struct routes *routes, size_t *room, const struct fwd_route *route)
{
	if (routes->change_count == *room) {
		size_t larger = *room == 0 ? 256 : 2 * *room;
		struct fwd_route *change = reallocarray(routes->change, larger, sizeof(*change));

		if (change == NULL)
			return -ENOMEM;
		routes->change = change;
		*room = larger;
	}
	routes->change[routes->change_count++] = *route;
	return 0;
}

/* Which comes first; there is at least one. */
static int
compare_places(const struct walk *old, const struct walk *new)
{
	if (old->has_ended)
		return 1;
	return new->has_ended ? -1 : fwd_prefix_compare(&old->route.prefix, &new->route.prefix);
}

/* Both are in order: what only the old one has goes, the others are set where they differ. */
static int
compare_routes(const struct routes *was, struct routes *now)
{
	struct walk old = walk_begin(was), new = walk_begin(now);
	size_t room = 0;
	int rc = 0;

	while (rc == 0 && !(old.has_ended && new.has_ended)) {
		int order = compare_places(&old, &new);

		if (order < 0) {
			old.route.adjacency = FWD_ADJ_INDEX_NO_ROUTE;
			rc = append(now, &room, &old.route);
		} else if (order > 0 || old.route.adjacency != new.route.adjacency) {
			rc = append(now, &room, &new.route);
		}
		if (order <= 0)
			walk_on(&old);
		if (order >= 0)
			walk_on(&new);
	}
	return rc;
}

/* ------------------------------------------------------------------------------------------- */
/* The plan                                                                                     */
/* ------------------------------------------------------------------------------------------- */

/* What the configuration needs and koi was not started with. */
static int
check_tables(const struct runtime *r, const struct routes_plan *plan, struct config_report *report)
{
	struct fwd_fib_status status = { 0 };
	int rc = 0;

	if (r->fib != NULL)
		fwd_fib_status(r->fib, &status);
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		if (!plan->has_table[family] || status.size[family].routes != 0)
			continue;
		if (report != NULL)
			config_report_error(report,
					    "/: no table to forward %s by: a change needs a restart",
					    family_names[family]);
		rc = -EBUSY;
	}
	return rc;
}

static void
report_no_room(const struct runtime *r, const struct routes_plan *plan,
	       struct config_report *report)
{
	struct routes_cursor cursor = { .plan = plan };
	struct fwd_fib_gauge gauge = { 0 };
	struct fwd_fib_status status;
	struct routes_entry entry;

	if (report == NULL)
		return;
	fwd_fib_status(r->fib, &status);
	while (routes_cursor_next(&cursor, &entry))
		fwd_fib_gauge_add(&gauge, routes_entry_prefix(&entry));
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		const struct fwd_fib_size *wanted = &gauge.size[family];
		const struct fwd_fib_size *room = &status.size[family];

		if (wanted->routes > room->routes)
			config_report_error(report,
					    "/routes: %u %s routes, the table has room for %u: "
					    "a change needs a restart",
					    wanted->routes, family_names[family], room->routes);
		else if (wanted->groups > room->groups)
			config_report_error(report,
					    "/routes: %u groups of %s routes longer than /24, "
					    "the table has room for %u: a change needs a restart",
					    wanted->groups, family_names[family], room->groups);
	}
}

static int
prepare(struct runtime *r, struct routes *routes, struct config_report *report)
{
	int rc = compare_routes(r->routes, routes);

	if (rc == 0 && r->fib != NULL)
		rc = fwd_fib_prepare(r->fib, routes->change, routes->change_count);
	if (rc != -ENOSPC)
		return rc;
	report_no_room(r, &routes->plan, report);
	return -EBUSY;
}

static int
say_too_many(struct config_report *report)
{
	if (report != NULL)
		config_report_error(report, "/routes: more than %d different next hops",
				    FWD_ADJ_ROUTED_MAX);
	else
		log_line(ERR, app, "routes: more than %d different next hops", FWD_ADJ_ROUTED_MAX);
	return -EBUSY;
}

struct routes *
routes_plan(struct runtime *r, const struct config *config, struct config_report *report)
{
	struct routes *routes = NULL;
	struct routes_plan plan;
	int rc = routes_plan_make(config, &plan);

	if (rc == 0)
		rc = check_tables(r, &plan, report);
	if (rc != 0) {
		routes_plan_free(&plan);
		goto err;
	}
	routes = routes_adjacencies_take(r, &plan);
	if (routes != NULL)
		rc = prepare(r, routes, report);
	else
		rc = errno == ENOSPC ? say_too_many(report) : -errno;
	if (rc == 0)
		return routes;
err:
	routes_adjacencies_give(r, routes);
	errno = -rc;
	return NULL;
}

void
routes_discard(struct runtime *r, struct routes *plan)
{
	if (plan == NULL)
		return;
	if (r->fib != NULL)
		fwd_fib_cancel(r->fib);
	routes_adjacencies_give(r, plan);
}

const struct routes_gateways *
routes_gateways(const struct routes *plan)
{
	return plan->gateways;
}

void
routes_commit(struct runtime *r, struct routes *plan)
{
	if (r->fib != NULL)
		fwd_fib_commit(r->fib);
	r->routes = plan;
}

bool
routes_step(struct runtime *r)
{
	return r->fib == NULL || fwd_fib_step(r->fib);
}

void
routes_finish(struct runtime *r, struct routes *was)
{
	free(r->routes->change);
	r->routes->change = NULL;
	r->routes->change_count = 0;
	routes_adjacencies_give(r, was);
}
