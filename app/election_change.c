/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Vhids that come, go and change while elections run: the steps of a reload.
 */
#include <rte_common.h>

#include "election_internal.h"

/* The longest that advbase and advskew can say. */
#define INTERVAL_MAX_US (256 * UINT64_C(1000000))

void
election_add(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	r->election->vhid[v->slot] = v;
	if (v->slot >= r->election->slots)
		r->election->slots = v->slot + 1;
	v->interface->by_vhid[v->config->vhid] = v;
	/* A frame of an earlier vhid of this number may still be on its way. */
	v->election->generation = vip_generation_of(
		vip_role_load(&v->interface->vip.roles, v->config->vhid));
	carp_vhid_attach(v->election->carp, v->interface->carp);
	election_store_role(v, VIP_ROLE_INIT);
	election_settle(r, v, now_us);
}

void
election_resign_vhid(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	carp_vhid_set_admin(v->election->carp, false);
	election_run(r, v, now_us, now_us);
}

bool
election_remove(struct runtime *r, struct koi_vhid *v, uint64_t now_us)
{
	uint8_t vhid = v->config->vhid;

	if (v->election->is_busy)
		return false;
	election_store_role(v, VIP_ROLE_ABSENT);
	punt_forget_master(v->interface, vhid);
	timerheap_set(r->timers, v->slot, UINT64_MAX);
	carp_vhid_detach(v->election->carp, now_us);
	v->interface->by_vhid[vhid] = NULL;
	r->election->vhid[v->slot] = NULL;
	return true;
}

void
election_apply(struct runtime *r, struct koi_vhid *v, const struct config_vhid *c,
	       struct carp_vhid_change *change, bool is_announcing, uint64_t now_us)
{
	struct election_vhid *e = v->election;

	v->config = c;
	v->mac = c->mac == CONFIG_VHID_MAC_PORT ? v->interface->port->port.mac : mac_of_vhid(c->vhid);
	carp_vhid_apply(e->carp, change, now_us);
	/* What waits in a ring was made from the old values. */
	if (!e->is_leaving)
		election_store_role(v, election_role_of(carp_vhid_state(e->carp)));
	e->announce_next = 0;
	e->is_announcing = (is_announcing || e->is_announcing) &&
			   carp_vhid_state(e->carp) == CARP_MASTER;
	if (e->is_announcing)
		election_become_busy(r, v);
	election_settle(r, v, now_us);
}

void
election_resign(struct runtime *r, uint64_t now_us)
{
	for (unsigned int i = 0; i < r->election->slots; i++)
		if (r->election->vhid[i] != NULL)
			election_resign_vhid(r, r->election->vhid[i], now_us);
}

uint64_t
election_follow_intervals(struct runtime *r)
{
	uint64_t of_interface[CONFIG_INTERFACES_MAX];
	uint64_t shortest = INTERVAL_MAX_US;

	for (unsigned int i = 0; i < r->interface_count; i++)
		of_interface[i] = INTERVAL_MAX_US;
	for (unsigned int i = 0; i < r->election->slots; i++) {
		const struct koi_vhid *v = r->election->vhid[i];
		uint64_t interval;

		if (v == NULL)
			continue;
		/* As configured: at the start all are demoted, for no link is up yet. */
		interval = v->config->advbase * UINT64_C(1000000) +
			   v->config->advskew * UINT64_C(1000000) / 256;
		shortest = RTE_MIN(shortest, interval);
		of_interface[v->interface->vip.index] =
			RTE_MIN(of_interface[v->interface->vip.index], interval);
	}
	for (unsigned int i = 0; i < r->interface_count; i++)
		atomic_store_explicit(&r->interface[i].source_cycles,
				      punt_source_cycles(of_interface[i]), memory_order_relaxed);
	return shortest;
}

/*
 * A peer waits three times advbase, and its advskew, from our last advertisement, which may be an
 * interval old when control stops. Its advskew is not known: none at the worst. With advbase 0
 * there is nothing but the advskew, of which ours has to be the measure.
 */
static uint64_t
lease_us(const struct koi_vhid *v)
{
	uint64_t interval_us = carp_vhid_interval_us(v->election->carp);
	uint64_t patience_us = 3000000ULL * v->config->advbase;
	uint64_t configured_us = v->config->advskew * 1000000ULL / 256;

	if (v->config->advbase != 0)
		return patience_us - interval_us;
	return interval_us > 2 * configured_us ? configured_us : 3 * configured_us - interval_us;
}

uint64_t
election_lease_us(const struct runtime *r)
{
	uint64_t shortest = INTERVAL_MAX_US;

	for (unsigned int i = 0; i < r->election->slots; i++)
		if (r->election->vhid[i] != NULL)
			shortest = RTE_MIN(shortest, lease_us(r->election->vhid[i]));
	return shortest;
}

/* The other one's interval: its advbase is ours, its advskew can be any. */
static uint64_t
listen_us(const struct koi_vhid *v)
{
	if (v->config->advbase != 0)
		return (v->config->advbase + 1) * 1000000ULL;
	return 2 * v->config->advskew * 1000000ULL / 256;
}

uint64_t
election_listen_us(const struct runtime *r, uint64_t stop_us)
{
	uint64_t longest = 0;

	for (unsigned int i = 0; i < r->election->slots; i++) {
		const struct koi_vhid *v = r->election->vhid[i];

		if (v != NULL && lease_us(v) < stop_us)
			longest = RTE_MAX(longest, listen_us(v));
	}
	return longest;
}
