/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include "carp/carp_internal.h"

#define CAUSE_MAINTENANCE "maintenance"
#define CAUSE_NOT_ALLOWED "carp.allow is off"
/* Room beyond what a caller may name, so that koi's own causes always find a place. */
#define CAUSES_OF_NODE 2

static void
apply_settings(struct carp_node *n, uint64_t now_us)
{
	struct carp_interface *ifc;

	carp_node_cause_refresh(n, CAUSE_NOT_ALLOWED,
				n->settings.allow ? 0 : n->settings.ifdown_demotion_factor, now_us);
	for (ifc = n->interfaces; ifc != NULL; ifc = ifc->next)
		carp_interface_refresh(ifc, now_us);
}

struct carp_node *
carp_node_create(const struct carp_settings *settings)
{
	struct carp_node *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	if (carp_node_causes_reserve(n, CARP_CAUSES_MAX + CAUSES_OF_NODE) != 0) {
		free(n);
		errno = ENOMEM;
		return NULL;
	}
	n->no_key = carp_key_create(NULL, 0);
	if (n->no_key == NULL) {
		carp_node_destroy(n);
		errno = ENOMEM;
		return NULL;
	}
	n->settings = *settings;
	apply_settings(n, 0);
	return n;
}

void
carp_node_destroy(struct carp_node *n)
{
	if (n == NULL)
		return;
	carp_key_destroy(n->no_key);
	free(n->causes);
	free(n);
}

const struct carp_settings *
carp_node_settings(const struct carp_node *n)
{
	return &n->settings;
}

void
carp_node_set(struct carp_node *n, const struct carp_settings *settings, uint64_t now_us)
{
	n->settings = *settings;
	n->generation++;
	apply_settings(n, now_us);
}

void
carp_node_run(struct carp_node *n, uint64_t now_us)
{
	struct carp_interface *ifc;

	for (ifc = n->interfaces; ifc != NULL; ifc = ifc->next)
		carp_interface_run(ifc, now_us);
	carp_node_causes_expire(n, now_us);
}

uint64_t
carp_node_next_us(const struct carp_node *n)
{
	uint64_t next_us = carp_node_causes_next_us(n);
	const struct carp_interface *ifc;

	for (ifc = n->interfaces; ifc != NULL; ifc = ifc->next) {
		if (carp_interface_start_us(ifc) < next_us)
			next_us = carp_interface_start_us(ifc);
	}
	return next_us;
}

void
carp_node_set_maintenance(struct carp_node *n, bool on, uint64_t now_us)
{
	if (on == n->is_in_maintenance)
		return;
	n->is_in_maintenance = on;
	n->generation++;
	carp_node_cause_refresh(n, CAUSE_MAINTENANCE, on ? CARP_MAINTENANCE : 0, now_us);
}

bool
carp_node_maintenance(const struct carp_node *n)
{
	return n->is_in_maintenance;
}

uint64_t
carp_node_generation(const struct carp_node *n)
{
	return n->generation;
}
