/* SPDX-License-Identifier: BSD-3-Clause */
#include "reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mac.h"

#include "host_link.h"
#include "reload_set.h"
#include "reload_vhid.h"
#include "resolve.h"
#include "routes.h"

static struct change *
append(struct change_list *list, enum change_type type)
{
	struct change *c = &list->change[list->count++];

	c->type = type;
	return c;
}

/* ------------------------------------------------------------------------------------------- */
/* The plan                                                                                     */
/* ------------------------------------------------------------------------------------------- */

/* What the new configuration has: new, changed, or the same in another place of memory. */
static int
plan_vhid(struct runtime *r, struct change_list *list, unsigned int i,
	  const struct config_change *changed)
{
	const struct config_vhid *c = &list->config->vhids[i];
	struct koi_interface *ifc = reload_interface(r, list->config, c);
	struct koi_vhid *v = ifc->shown_vhid[c->vhid];
	struct change *change;

	if (v == NULL) {
		v = reload_vhid_create(r, ifc, c);
		if (v == NULL)
			return -errno;
		change = append(list, CHANGE_VHID_ADD);
	} else if (changed != NULL || v->changed != NULL) {
		change = append(list, CHANGE_VHID_APPLY);
		change->announce = changed != NULL && changed->addresses;
		change->carp = reload_vhid_change(v, c);
		if (change->carp == NULL)
			return -errno;
	} else {
		change = append(list, CHANGE_VHID_REBIND);
	}
	change->vhid = list->view->vhid[i] = v;
	change->config = c;
	return 0;
}

static int
plan_vhids(struct runtime *r, struct change_list *list, const struct config_diff *diff)
{
	const struct config_change **changed = calloc(list->config->vhid_count + 1, sizeof(*changed));
	int rc = 0;

	if (changed == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < diff->count; i++)
		if (diff->changes[i].type == CONFIG_VHID_CHANGED)
			changed[diff->changes[i].now] = &diff->changes[i];
	for (unsigned int i = 0; i < list->config->vhid_count && rc == 0; i++)
		rc = plan_vhid(r, list, i, changed[i]);
	free(changed);
	return rc;
}

static void
plan_removals(struct runtime *r, struct change_list *list, const struct config_diff *diff,
	      enum change_type type)
{
	for (size_t i = 0; i < diff->count; i++)
		if (diff->changes[i].type == CONFIG_VHID_REMOVED)
			append(list, type)->vhid = r->view->vhid[diff->changes[i].was];
}

static int
plan_interface(struct runtime *r, struct change_list *list, unsigned int i)
{
	struct koi_interface *ifc = &r->interface[i];
	int at = config_interface_find(list->config, ifc->name);
	const struct vip_set *set = reload_set_create(ifc, list->config);
	struct host_link *host;
	struct change *c;
	int rc;

	if (set == NULL)
		return -errno;
	c = append(list, CHANGE_INTERFACE);
	c->interface = i;
	c->set = set;
	c->start_delay_us = list->config->interfaces[at].start_delay_ms * UINT64_C(1000);
	host = host_link_create(ifc, list->config);
	if (host == NULL)
		return -errno;
	rc = host_link_listen(ifc, host);
	if (rc != 0)
		host_link_destroy(host);
	else
		c->host = host;
	return rc;
}

static int
plan_interfaces(struct runtime *r, struct change_list *list)
{
	int rc = 0;

	for (unsigned int i = 0; i < r->interface_count && rc == 0; i++)
		rc = plan_interface(r, list, i);
	return rc;
}

/* Last, for it takes the longest, and to take it back takes as long. */
static int
plan_routes(struct runtime *r, struct change_list *list, struct config_report *report)
{
	list->routes = routes_plan(r, list->config, report);
	if (list->routes == NULL)
		return -errno;
	return 0;
}

static int
plan_targets(struct runtime *r, struct change_list *list)
{
	struct resolve_targets *targets =
		resolve_targets_create(r, list->config, routes_gateways(list->routes));

	if (targets == NULL)
		return -ENOMEM;
	append(list, CHANGE_TARGETS)->targets = targets;
	return 0;
}

/*
 * Who leaves resigns first; addresses change hands last, so that a vhid answers for them until its
 * bow-out is out.
 */
static int
plan(struct runtime *r, struct change_list *list, const struct config_diff *diff,
     struct config_report *report)
{
	int rc;

	plan_removals(r, list, diff, CHANGE_VHID_RESIGN);
	append(list, CHANGE_SETTINGS);
	rc = plan_vhids(r, list, diff);
	if (rc != 0)
		return rc;
	plan_removals(r, list, diff, CHANGE_VHID_REMOVE);
	rc = plan_interfaces(r, list);
	if (rc == 0)
		rc = plan_routes(r, list, report);
	return rc != 0 ? rc : plan_targets(r, list);
}

static struct change_list *
create_list(const struct runtime *r, struct config *config, const struct config_diff *diff)
{
	struct change_list *list = calloc(1, sizeof(*list));
	struct view *view = calloc(1, sizeof(*view));
	size_t room = 2 * diff->count + config->vhid_count + r->interface_count + 2;

	if (list == NULL || view == NULL) {
		free(list);
		free(view);
		return NULL;
	}
	list->config = config;
	list->view = view;
	list->change = calloc(room, sizeof(*list->change));
	view->config = config;
	view->vhid_count = (unsigned int)config->vhid_count;
	view->vhid = calloc(config->vhid_count + 1, sizeof(*view->vhid));
	if (list->change != NULL && view->vhid != NULL)
		return list;
	free(list->change);
	free(view->vhid);
	free(view);
	free(list);
	return NULL;
}

/* What the file cannot say of its interfaces. One that does not run is refused later. */
static int
complete(const struct runtime *r, struct config *config, struct config_report *report)
{
	uint8_t macs[CONFIG_INTERFACES_MAX][6] = { 0 };

	for (unsigned int i = 0; i < r->interface_count; i++) {
		int at = config_interface_find(config, r->interface[i].name);

		if (at >= 0)
			mac_store(macs[at], r->interface[i].port->port.mac);
	}
	return config_link_locals_add(config, macs, report);
}

struct change_list *
reload_plan(struct runtime *r, struct config *config, struct config_report *report)
{
	struct config_diff diff = { 0 };
	struct change_list *list = NULL;
	int rc = complete(r, config, report);

	if (rc == 0 && r->view != NULL)
		rc = config_diff(r->view->config, config, &diff, report);
	if (rc == 0) {
		list = create_list(r, config, &diff);
		rc = list == NULL ? -ENOMEM : plan(r, list, &diff, report);
	}
	config_diff_free(&diff);
	if (rc == 0)
		return list;
	reload_discard(r, list);
	errno = -rc;
	return NULL;
}

/* ------------------------------------------------------------------------------------------- */
/* The end of it                                                                                */
/* ------------------------------------------------------------------------------------------- */

static void
free_list(struct runtime *r, struct change_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct change *c = &list->change[i];

		carp_vhid_change_destroy(c->carp);
		free(c->targets);
		if (c->type != CHANGE_INTERFACE)
			continue;
		vip_set_destroy((struct vip_set *)(uintptr_t)c->set);
		if (c->host != NULL)
			host_link_ignore(&r->interface[c->interface], c->host);
		host_link_destroy(c->host);
	}
	if (list->view != NULL)
		free(list->view->vhid);
	free(list->view);
	free(list->change);
	free(list);
}

void
reload_discard(struct runtime *r, struct change_list *list)
{
	if (list == NULL)
		return;
	routes_discard(r, list->routes);
	for (size_t i = 0; i < list->count; i++) {
		const struct change *c = &list->change[i];

		if (c->type == CHANGE_VHID_ADD)
			reload_vhid_destroy(r, c->vhid, c->config);
		else if (c->type == CHANGE_VHID_APPLY && c->vhid != NULL)
			reload_vhid_release(c->vhid, c->config, c->vhid->shown);
	}
	free_list(r, list);
}

void
reload_show(struct runtime *r, struct change_list *list)
{
	struct view *view = list->view;
	struct routes *was = r->routes;

	pthread_rwlock_wrlock(&r->view_lock);
	routes_commit(r, list->routes);
	list->routes = was;
	list->view = r->view;
	r->view = view;
	for (unsigned int i = 0; i < r->interface_count; i++) {
		struct koi_interface *ifc = &r->interface[i];

		ifc->shown = &view->config->interfaces[config_interface_find(view->config, ifc->name)];
		memset(ifc->shown_vhid, 0, sizeof(ifc->shown_vhid));
	}
	for (unsigned int i = 0; i < view->vhid_count; i++) {
		struct koi_vhid *v = view->vhid[i];

		v->interface->shown_vhid[view->config->vhids[i].vhid] = v;
		if (v->shown != NULL)
			reload_vhid_release(v, v->shown, &view->config->vhids[i]);
		v->shown = &view->config->vhids[i];
		reload_vhid_copy_free(v->changed);
		v->changed = NULL;
	}
	pthread_rwlock_unlock(&r->view_lock);
}

void
reload_finish(struct runtime *r, struct change_list *list)
{
	while (!routes_step(r))
		;
	routes_finish(r, list->routes);
	for (size_t i = 0; i < list->count; i++)
		if (list->change[i].type == CHANGE_VHID_REMOVE)
			reload_vhid_destroy(r, list->change[i].vhid, list->change[i].vhid->shown);
	if (list->view != NULL)
		config_free((struct config *)(uintptr_t)list->view->config);
	free_list(r, list);
}

void
reload_clear(struct runtime *r)
{
	for (unsigned int i = 0; r->view != NULL && i < r->view->vhid_count; i++)
		reload_vhid_destroy(r, r->view->vhid[i], r->view->vhid[i]->shown);
	for (unsigned int i = 0; r->interface != NULL && i < r->interface_count; i++) {
		vip_set_destroy((struct vip_set *)(uintptr_t)atomic_load(&r->interface[i].vip.set));
		host_link_destroy(host_link_of(&r->interface[i]));
	}
	if (r->view == NULL)
		return;
	config_free((struct config *)(uintptr_t)r->view->config);
	free(r->view->vhid);
	free(r->view);
	r->view = NULL;
}
