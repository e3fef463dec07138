/* SPDX-License-Identifier: BSD-3-Clause */
#include "change.h"

#include "election.h"

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

/* Returns false if the step has to wait. */
static bool
take(struct runtime *r, struct change_list *list, struct change *c, uint64_t now_us)
{
	const struct vip_set *set;

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
		set = vip_interface_set(&r->interface[c->interface].vip);
		atomic_store_explicit(&r->interface[c->interface].vip.set, c->set,
				      memory_order_release);
		c->set = set;
		carp_interface_set_start_delay(r->interface[c->interface].carp, c->start_delay_us);
		break;
	case CHANGE_GATEWAYS:
		r->gateways = c->gateways;
		break;
	}
	return true;
}

bool
change_step(struct runtime *r, struct change_list *list, unsigned int budget, uint64_t now_us)
{
	while (list->next < list->count && budget-- > 0) {
		if (!take(r, list, &list->change[list->next], now_us))
			return false;
		list->next++;
	}
	return list->next == list->count;
}
