/* SPDX-License-Identifier: BSD-3-Clause */
#include "dad.h"

#include <rte_common.h>

#include "base/clock.h"
#include "nd/nd.h"

#include "election.h"
#include "inject.h"

/* RFC 4862 section 5.1, and RetransTimer of RFC 4861 section 10. */
#define DUP_ADDR_DETECT_TRANSMITS 1
#define RETRANS_TIMER_US 1000000

static void
set_state(struct host_address *a, enum host_address_state state, const struct vip_set *set)
{
	atomic_store_explicit(&a->state, (uint8_t)state, memory_order_relaxed);
	(void)vip_set_hold6(set, a->addr.octets, state == HOST_PREFERRED);
}

static void
begin(struct host_address *a, uint32_t link_up, const struct vip_set *set, uint64_t now_us)
{
	a->link_up = link_up;
	a->probes = 0;
	a->next_us = now_us;
	set_state(a, HOST_TENTATIVE, set);
}

static void
begin_walk(struct host_link *host, uint64_t now_us)
{
	host->dad_next = 0;
	host->dad_us = now_us;
	host->dad_next_us = UINT64_MAX;
}

/* Both lists are sorted. */
void
dad_take_over(struct host_link *host, const struct host_link *was, const struct vip_set *set,
	      uint64_t now_us)
{
	size_t at = 0;

	if (was != NULL)
		host->link_up = was->link_up;
	for (size_t i = 0; i < host->address_count; i++) {
		struct host_address *a = &host->addresses[i];
		const struct host_address *known = NULL;

		while (was != NULL && at < was->address_count &&
		       ip_addr_compare(&was->addresses[at].addr, &a->addr) < 0)
			at++;
		if (was != NULL && at < was->address_count)
			known = &was->addresses[at];
		if (known == NULL || ip_addr_compare(&known->addr, &a->addr) != 0) {
			begin(a, host->link_up, set, now_us);
			continue;
		}
		a->link_up = known->link_up;
		a->probes = known->probes;
		a->next_us = known->next_us;
		set_state(a, known->state, set);
	}
	begin_walk(host, now_us);
}

/* Whose turn it is in the walk learns of it: there may be many. */
void
dad_restart(struct host_link *host, uint64_t now_us)
{
	host->link_up++;
	begin_walk(host, now_us);
}

static bool
ask(struct runtime *r, const struct koi_interface *ifc, const struct host_address *a,
    uint64_t now_us)
{
	const struct inject_item item = {
		.expires_tsc = clock_us_to_tsc(now_us + RETRANS_TIMER_US),
		.interface = ifc->vip.index,
		.kind = INJECT_OWN,
		.family = IP_V6,
	};
	uint8_t data[ND_DAD_FRAME_LEN];

	nd_build_dad(data, &a->addr, ifc->port->port.mac);
	return inject_frame(r, &item, data, sizeof(data)) == 0;
}

static void
look(struct runtime *r, const struct koi_interface *ifc, struct host_address *a, uint64_t now_us,
     struct host_budget *budget)
{
	const struct vip_set *set = vip_interface_set(&ifc->vip);
	struct host_link *host = host_link_of(ifc);

	if (a->link_up != host->link_up)
		begin(a, host->link_up, set, now_us);
	if (a->state != HOST_TENTATIVE)
		return;
	if (now_us >= a->next_us && a->probes == DUP_ADDR_DETECT_TRANSMITS) {
		set_state(a, HOST_PREFERRED, set);
		return;
	}
	if (now_us >= a->next_us && budget->frames > 0 && ask(r, ifc, a, now_us)) {
		budget->frames--;
		a->probes++;
		a->next_us = now_us + RETRANS_TIMER_US;
	}
	host->dad_next_us = RTE_MIN(host->dad_next_us, a->next_us);
}

void
dad_run(struct runtime *r, struct koi_interface *ifc, uint64_t now_us, struct host_budget *budget)
{
	struct host_link *host = host_link_of(ifc);

	if (now_us >= host->dad_us) {
		for (; host->dad_next < host->address_count && budget->looks > 0; host->dad_next++) {
			budget->looks--;
			look(r, ifc, &host->addresses[host->dad_next], now_us, budget);
		}
		if (host->dad_next == host->address_count)
			begin_walk(host, host->dad_next_us);
	}
	r->host_due_us = RTE_MIN(r->host_due_us, host->dad_us);
}

bool
dad_claim(struct runtime *r, struct koi_interface *ifc, const struct ip_addr *addr,
	  const uint8_t mac[6], uint64_t now_us)
{
	struct host_address *a = host_link_find(host_link_of(ifc), addr);

	if (a == NULL || a->state == HOST_PREFERRED)
		return false;
	if (a->state == HOST_DUPLICATE)
		return true;
	set_state(a, HOST_DUPLICATE, vip_interface_set(&ifc->vip));
	election_address_event(r, ifc, EVENT_DUPLICATE_ADDRESS, addr, mac, now_us);
	return true;
}
