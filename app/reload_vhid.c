/* SPDX-License-Identifier: BSD-3-Clause */
#include "reload_vhid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "election.h"

struct koi_interface *
reload_interface(struct runtime *r, const struct config *config, const struct config_vhid *c)
{
	/* Interfaces do not change while koi runs, but their order in the file may. */
	const char *name = config->interfaces[c->interface].name;
	unsigned int i = 0;

	while (strcmp(r->interface[i].name, name) != 0)
		i++;
	return &r->interface[i];
}

static bool
needs_filter(const struct config_vhid *c)
{
	return c->mac == CONFIG_VHID_MAC_VIRTUAL;
}

static uint64_t
mac_of(const struct koi_interface *ifc, const struct config_vhid *c)
{
	return needs_filter(c) ? mac_of_vhid(c->vhid) : ifc->port->port.mac;
}

static unsigned int
find_slot(const struct runtime *r)
{
	unsigned int slot = 0;

	while (slot < CONFIG_VHIDS_MAX && r->slot[slot] != NULL)
		slot++;
	return slot;
}

struct koi_vhid *
reload_vhid_create(struct runtime *r, struct koi_interface *ifc, const struct config_vhid *c)
{
	struct koi_vhid *v = calloc(1, sizeof(*v));
	int rc = -ENOMEM;

	if (v == NULL)
		return NULL;
	v->slot = find_slot(r);
	v->config = c;
	v->interface = ifc;
	v->mac = mac_of(ifc, c);
	snprintf(v->name, sizeof(v->name), "%u@%s", c->vhid, ifc->name);
	v->status = record_create(sizeof(struct carp_vhid_status));
	v->forecast = record_create(sizeof(struct vhid_forecast));
	v->replay = record_create(sizeof(struct replay_state));
	/* While vhids that leave keep their slots, there may be none for those that come. */
	if (v->slot < CONFIG_VHIDS_MAX && v->status != NULL && v->forecast != NULL && v->replay != NULL)
		rc = election_prepare(r, v, c);
	if (rc == 0 && needs_filter(c))
		rc = port_vhid_add(&ifc->port->port, c->vhid);
	if (rc == 0) {
		r->slot[v->slot] = v;
		return v;
	}
	election_discard(v);
	record_destroy(v->status);
	record_destroy(v->forecast);
	record_destroy(v->replay);
	free(v);
	errno = -rc;
	return NULL;
}

void
reload_vhid_destroy(struct runtime *r, struct koi_vhid *v, const struct config_vhid *c)
{
	if (needs_filter(c))
		port_vhid_remove(&v->interface->port->port, c->vhid);
	r->slot[v->slot] = NULL;
	reload_vhid_copy_free(v->changed);
	election_discard(v);
	record_destroy(v->status);
	record_destroy(v->forecast);
	record_destroy(v->replay);
	free(v);
}

struct carp_vhid_change *
reload_vhid_change(struct koi_vhid *v, const struct config_vhid *c)
{
	struct election_lists lists;
	struct carp_vhid_config vc = election_config(c, &lists);
	struct carp_vhid_change *change = carp_vhid_change_create(c->vhid, &vc);
	int rc = 0;

	if (change != NULL && needs_filter(c) && !needs_filter(v->shown))
		rc = port_vhid_add(&v->interface->port->port, c->vhid);
	if (rc == 0)
		return change;
	carp_vhid_change_destroy(change);
	errno = -rc;
	return NULL;
}

struct config_vhid *
reload_vhid_copy(const struct config_vhid *c)
{
	struct config_vhid *copy = malloc(sizeof(*copy));

	if (copy != NULL)
		*copy = *c;
	return copy;
}

void
reload_vhid_copy_free(struct config_vhid *c)
{
	if (c == NULL)
		return;
	explicit_bzero(c, sizeof(*c));
	free(c);
}

void
reload_vhid_release(struct koi_vhid *v, const struct config_vhid *was, const struct config_vhid *now)
{
	if (needs_filter(was) && !needs_filter(now))
		port_vhid_remove(&v->interface->port->port, was->vhid);
}
