/* SPDX-License-Identifier: BSD-3-Clause */
#include "change.h"

#include "election.h"
#include "host_link.h"
#include "resolve.h"

static void
change_settings(struct runtime *r, const struct config *config, uint64_t now_us)
{
	int32_t added = config->demotion - (r->config != NULL ? r->config->demotion : 0);

	r->config = config;
	atomic_store_explicit(&r->idle, config->idle, memory_order_relaxed);
	carp_node_set(r->node, &config->carp, now_us);
	change_publish_settings(r, config->log);
	if (added != 0)
		carp_node_demote(r->node, added, now_us);
}

static void
change_interface(struct runtime *r, struct change *c, uint64_t now_us)
{
	struct koi_interface *ifc = &r->interface[c->interface];
	const struct vip_set *set = vip_interface_set(&ifc->vip);

	c->host = host_link_replace(r, ifc, c->host, c->set, now_us);
	atomic_store_explicit(&ifc->vip.set, c->set, memory_order_release);
	c->set = set;
	carp_interface_set_start_delay(ifc->carp, c->start_delay_us);
}

/* Returns false if the step has to wait. */
static bool
take(struct runtime *r, struct change_list *list, struct change *c, uint64_t now_us)
{
	switch (c->type) {
	case CHANGE_VHID_RESIGN:
		election_resign_vhid(r, c->vhid, now_us);
		break;
	case CHANGE_VHID_REMOVE:
		return election_remove(r, c->vhid, now_us);
	case CHANGE_SETTINGS:
		change_settings(r, list->config, now_us);
		break;
	case CHANGE_VHID_ADD:
		election_add(r, c->vhid, now_us);
		break;
	case CHANGE_VHID_REBIND:
		c->vhid->config = c->config;
		break;
	case CHANGE_VHID_APPLY:
		election_apply(r, c->vhid, c->config, c->carp, c->announce, now_us);
		break;
	case CHANGE_INTERFACE:
		change_interface(r, c, now_us);
		break;
	case CHANGE_TARGETS:
		return resolve_follow(r, &c->targets, now_us);
	}
	return true;
}

/* What is known of many own addresses is taken over one by one. */
static unsigned int
cost_of(const struct change *c)
{
	return c->type == CHANGE_INTERFACE ? 1 + (unsigned int)c->host->address_count / 128 : 1;
}

bool
change_step(struct runtime *r, struct change_list *list, unsigned int budget, uint64_t now_us)
{
	while (list->next < list->count && budget > 0) {
		struct change *c = &list->change[list->next];
		unsigned int cost = cost_of(c);

		if (!take(r, list, c, now_us))
			return false;
		list->next++;
		budget -= RTE_MIN(cost, budget);
	}
	return list->next == list->count;
}
