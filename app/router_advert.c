/* SPDX-License-Identifier: BSD-3-Clause */
#include "router_advert.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_random.h>

#include "base/clock.h"
#include "election_internal.h"
#include "host_link.h"
#include "nd/nd.h"
#include "router_timer.h"

/* How often roles and solicitations are looked at: what is sent is seconds apart. */
#define LOOK_US 10000
/* Frames sent at a time. */
#define FRAMES_AT_A_TIME 16
/* How long one may wait for its device. */
#define EXPIRES_US 1000000
/* Without room for a frame. */
#define RETRY_US 100000

/* A vhid that is a router while it is MASTER. */
struct router {
	uint8_t vhid;
	bool is_master;
	uint16_t min_interval_s;
	uint16_t max_interval_s;
	struct router_timer timer;
	struct nd_router_frame frame;
};

struct router_list {
	uint64_t solicitations; /* that were counted when it was looked at last */
	size_t count;
	struct router router[];
};

/* ------------------------------------------------------------------------------------------- */
/* Made of a configuration                                                                      */
/* ------------------------------------------------------------------------------------------- */

/* The lowest link-local address of a vhid, NULL if it has none. */
static const struct ip_addr *
address_of(const struct config_vhid *v)
{
	const struct ip_addr *lowest = NULL;

	for (size_t i = 0; i < v->address_count; i++) {
		const struct ip_addr *addr = &v->addresses[i].addr;

		if (ip_addr_is_link_local6(addr) &&
		    (lowest == NULL || ip_addr_compare(addr, lowest) < 0))
			lowest = addr;
	}
	return lowest;
}

static enum nd_router_preference
preference_of(const struct config_ra *ra)
{
	switch (ra->preference) {
	case CONFIG_RA_LOW:
		return ND_ROUTER_LOW;
	case CONFIG_RA_HIGH:
		return ND_ROUTER_HIGH;
	case CONFIG_RA_MEDIUM:
		break;
	}
	return ND_ROUTER_MEDIUM;
}

/* The configuration allows no more prefixes and servers than there is room for. */
static void
build(struct nd_router_frame *frame, const struct config_ra *ra, const struct ip_addr *source,
      uint64_t mac)
{
	const struct nd_router router = {
		.hop_limit = ra->hop_limit,
		.managed = ra->managed,
		.other_config = ra->other_config,
		.preference = preference_of(ra),
		.lifetime_s = ra->lifetime_s,
		.reachable_ms = ra->reachable_ms,
		.retrans_ms = ra->retrans_ms,
		.mtu = ra->mtu,
	};

	nd_router_begin(frame, &router, source, mac);
	for (size_t i = 0; i < ra->prefix_count; i++) {
		const struct config_ra_prefix *p = &ra->prefixes[i];
		const struct nd_router_prefix prefix = {
			p->prefix, p->on_link, p->autonomous, p->valid_s, p->preferred_s,
		};

		nd_router_add_prefix(frame, &prefix);
	}
	if (ra->dns_count != 0)
		nd_router_add_servers(frame, ra->dns, ra->dns_count, ra->dns_lifetime_s);
	nd_router_finish(frame);
}

int
router_list_create(const struct koi_interface *ifc, const struct config *config,
		   unsigned int interface, struct router_list **out)
{
	const struct config_ra *ra = config->interfaces[interface].ra;
	struct router_list *list;
	size_t count = 0;

	*out = NULL;
	if (ra == NULL)
		return 0;
	for (size_t i = 0; i < config->vhid_count; i++)
		count += config->vhids[i].interface == interface;
	list = calloc(1, sizeof(*list) + count * sizeof(list->router[0]));
	if (list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < config->vhid_count; i++) {
		const struct config_vhid *v = &config->vhids[i];
		const struct ip_addr *source = address_of(v);
		struct router *router = &list->router[list->count];

		if (v->interface != interface || source == NULL)
			continue;
		list->count++;
		router->vhid = v->vhid;
		router->min_interval_s = ra->min_interval_s;
		router->max_interval_s = ra->max_interval_s;
		router_timer_stop(&router->timer);
		build(&router->frame, ra, source,
		      v->mac == CONFIG_VHID_MAC_PORT ? ifc->port->port.mac : mac_of_vhid(v->vhid));
	}
	*out = list;
	return 0;
}

void
router_list_destroy(struct router_list *list)
{
	free(list);
}

/* ------------------------------------------------------------------------------------------- */
/* In force                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static bool
says_the_same(const struct router *was, const struct router *now)
{
	return was->min_interval_s == now->min_interval_s &&
	       was->max_interval_s == now->max_interval_s && was->frame.len == now->frame.len &&
	       memcmp(was->frame.octets, now->frame.octets, now->frame.len) == 0;
}

/* What is new is said as often as the first ones, but no sooner than it may be. */
void
router_list_take_over(struct router_list *list, const struct router_list *was)
{
	if (list == NULL || was == NULL)
		return;
	list->solicitations = was->solicitations;
	for (size_t i = 0, j = 0; i < list->count; i++) {
		struct router *now = &list->router[i];

		for (j = 0; j < was->count && was->router[j].vhid != now->vhid;)
			j++;
		if (j == was->count)
			continue;
		now->timer = was->router[j].timer;
		now->is_master = was->router[j].is_master && says_the_same(&was->router[j], now);
	}
}

/* What workers have counted of hosts that look for a router, since the last time. */
static bool
has_solicitations(const struct runtime *r, unsigned int interface, struct router_list *list)
{
	uint64_t sum = 0;
	bool is_new;

	for (unsigned int i = 0; i < r->worker_count; i++) {
		const struct worker_interface *wi = r->worker[i].interface[interface];

		if (wi != NULL)
			sum += counter_read(&wi->nd.counter[ND_ROUTER_SOLICITATIONS]);
	}
	is_new = sum != list->solicitations;
	list->solicitations = sum;
	return is_new;
}

/* Not while its bow-out is on the way: what follows that is another's. */
static bool
is_master(const struct koi_vhid *v)
{
	return v != NULL && !v->election->is_leaving &&
	       carp_vhid_state(v->election->carp) == CARP_MASTER;
}

static void
follow_role(struct router *router, const struct koi_vhid *v, uint64_t now_us)
{
	bool was_master = router->is_master;

	router->is_master = is_master(v);
	if (router->is_master && !was_master)
		router_timer_start(&router->timer, now_us);
	else if (!router->is_master)
		router_timer_stop(&router->timer);
}

static void
send(struct runtime *r, struct router *router, const struct koi_vhid *v, uint64_t now_us)
{
	struct koi_interface *ifc = v->interface;
	const struct inject_item item = {
		.expires_tsc = clock_us_to_tsc(now_us + EXPIRES_US),
		.generation = v->election->generation,
		.interface = ifc->vip.index,
		.slot = (uint16_t)v->slot,
		.vhid = router->vhid,
		.kind = INJECT_ANNOUNCEMENT,
		.family = IP_V6,
	};

	if (inject_frame(r, &item, router->frame.octets, router->frame.len) != 0) {
		router->timer.next_us = now_us + RETRY_US;
		return;
	}
	router_timer_sent(&router->timer, now_us, router->min_interval_s, router->max_interval_s,
			  (uint32_t)rte_rand());
	counter_add(&ifc->router_adverts, 1);
	atomic_store_explicit(&ifc->router_advert_us, now_us, memory_order_relaxed);
}

static void
run_interface(struct runtime *r, struct koi_interface *ifc, struct router_list *list,
	      uint64_t now_us, unsigned int *budget)
{
	bool is_asked = has_solicitations(r, ifc->vip.index, list);

	for (size_t i = 0; i < list->count; i++) {
		struct router *router = &list->router[i];
		const struct koi_vhid *v = ifc->by_vhid[router->vhid];

		follow_role(router, v, now_us);
		if (is_asked)
			router_timer_solicit(&router->timer, now_us, (uint32_t)rte_rand());
		if (router->timer.next_us > now_us || *budget == 0)
			continue;
		send(r, router, v, now_us);
		--*budget;
	}
}

void
router_advert_run(struct runtime *r, uint64_t now_us)
{
	unsigned int budget = FRAMES_AT_A_TIME;

	if (now_us < r->routers_due_us)
		return;
	r->routers_due_us = now_us + LOOK_US;
	for (unsigned int i = 0; i < r->interface_count; i++) {
		struct koi_interface *ifc = &r->interface[i];
		const struct host_link *host = host_link_of(ifc);

		if (host != NULL && host->routers != NULL)
			run_interface(r, ifc, host->routers, now_us, &budget);
	}
}
