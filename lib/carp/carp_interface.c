/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_internal.h"

/* Causes that an interface may have at the same time. */
#define CAUSES_OF_INTERFACE 2
#define SEND_FAILURES_TO_DEMOTE 3
#define SEND_SUCCESSES_TO_FORGIVE 3
#define FORGIVE_AFTER_US (30 * CARP_SECOND_US)

struct carp_interface *
carp_interface_create(struct carp_node *n, const char *name)
{
	struct carp_interface *ifc;
	size_t len = strlen(name);

	if (len == 0 || len > CARP_INTERFACE_NAME_MAX) {
		errno = EINVAL;
		return NULL;
	}
	ifc = calloc(1, sizeof(*ifc));
	if (ifc == NULL)
		return NULL;
	if (carp_node_causes_reserve(n, CAUSES_OF_INTERFACE) != 0) {
		free(ifc);
		errno = ENOMEM;
		return NULL;
	}
	memcpy(ifc->name, name, len);
	ifc->node = n;
	ifc->next = n->interfaces;
	n->interfaces = ifc;
	return ifc;
}

void
carp_interface_destroy(struct carp_interface *ifc, uint64_t now_us)
{
	struct carp_interface **at;

	if (ifc == NULL)
		return;
	ifc->vhids = 0;
	ifc->sending_fails = false;
	carp_interface_refresh(ifc, now_us);
	for (at = &ifc->node->interfaces; *at != ifc; at = &(*at)->next)
		;
	*at = ifc->next;
	free(ifc);
}

void
carp_interface_refresh(struct carp_interface *ifc, uint64_t now_us)
{
	const struct carp_settings *settings = &ifc->node->settings;
	char name[CARP_CAUSE_NAME_MAX];

	snprintf(name, sizeof(name), "interface %s down", ifc->name);
	carp_node_cause_refresh(
		ifc->node, name,
		ifc->vhids > 0 && !ifc->link_is_up ? settings->ifdown_demotion_factor : 0, now_us);
	snprintf(name, sizeof(name), "start delay on %s", ifc->name);
	carp_node_cause_refresh(
		ifc->node, name,
		ifc->vhids > 0 && ifc->is_starting ? settings->ifdown_demotion_factor : 0, now_us);
	snprintf(name, sizeof(name), "send errors on %s", ifc->name);
	carp_node_cause_refresh(ifc->node, name,
				ifc->sending_fails ? settings->senderr_demotion_factor : 0, now_us);
}

void
carp_interface_set_link(struct carp_interface *ifc, bool up, uint64_t now_us)
{
	if (up == ifc->link_is_up)
		return;
	ifc->link_is_up = up;
	ifc->link_since_us = now_us;
	ifc->is_starting = up && ifc->start_delay_us > 0;
	ifc->generation++;
	carp_interface_refresh(ifc, now_us);
}

bool
carp_interface_link(const struct carp_interface *ifc)
{
	return ifc->link_is_up;
}

void
carp_interface_set_start_delay(struct carp_interface *ifc, uint64_t delay_us)
{
	ifc->start_delay_us = delay_us;
}

uint64_t
carp_interface_start_us(const struct carp_interface *ifc)
{
	return ifc->is_starting ? ifc->link_since_us + ifc->start_delay_us : CARP_NEVER;
}

void
carp_interface_run(struct carp_interface *ifc, uint64_t now_us)
{
	if (now_us < carp_interface_start_us(ifc))
		return;
	ifc->is_starting = false;
	ifc->generation++;
	carp_interface_refresh(ifc, now_us);
}

static void
forget_send_errors(struct carp_interface *ifc, uint64_t now_us)
{
	ifc->send_failures = 0;
	ifc->send_successes = 0;
	ifc->sending_fails = false;
	carp_interface_refresh(ifc, now_us);
}

void
carp_interface_attach(struct carp_interface *ifc)
{
	ifc->vhids++;
	carp_interface_refresh(ifc, ifc->link_since_us);
}

void
carp_interface_detach(struct carp_interface *ifc, uint64_t now_us)
{
	ifc->vhids--;
	if (ifc->vhids == 0)
		forget_send_errors(ifc, now_us);
}

void
carp_interface_sent(struct carp_interface *ifc, bool ok, uint64_t now_us)
{
	ifc->last_send_us = now_us;
	if (ok) {
		ifc->send_successes++;
		if (ifc->send_failures > 0 && ifc->send_successes >= SEND_SUCCESSES_TO_FORGIVE)
			forget_send_errors(ifc, now_us);
		return;
	}
	ifc->send_successes = 0;
	ifc->send_failures++;
	if (ifc->send_failures >= SEND_FAILURES_TO_DEMOTE && !ifc->sending_fails) {
		ifc->sending_fails = true;
		carp_interface_refresh(ifc, now_us);
	}
}

/* Who is not MASTER sends nothing, and would stay demoted for ever. */
uint64_t
carp_interface_forgive_us(const struct carp_interface *ifc)
{
	if (ifc->send_failures == 0 || ifc->masters > 0)
		return CARP_NEVER;
	return ifc->last_send_us + FORGIVE_AFTER_US;
}

void
carp_interface_forgive(struct carp_interface *ifc, uint64_t now_us)
{
	if (now_us >= carp_interface_forgive_us(ifc))
		forget_send_errors(ifc, now_us);
}
