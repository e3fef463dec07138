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
begin(struct host_address *a, const struct vip_set *set, uint64_t now_us)
{
	a->probes = 0;
	a->next_us = now_us;
	set_state(a, HOST_TENTATIVE, set);
}

void
dad_take_over(struct host_link *host, const struct host_link *was, const struct vip_set *set,
	      uint64_t now_us)
{
	for (size_t i = 0; i < host->address_count; i++) {
		struct host_address *a = &host->addresses[i];
		const struct host_address *known =
			was != NULL ? host_link_find(was, &a->addr) : NULL;

		if (known == NULL) {
			begin(a, set, now_us);
			continue;
		}
		a->probes = known->probes;
		a->next_us = known->next_us;
		set_state(a, known->state, set);
	}
}

void
dad_restart(struct koi_interface *ifc, uint64_t now_us)
{
	struct host_link *host = host_link_of(ifc);

	for (size_t i = 0; i < host->address_count; i++)
		begin(&host->addresses[i], vip_interface_set(&ifc->vip), now_us);
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

void
dad_run(struct runtime *r, struct koi_interface *ifc, uint64_t now_us, unsigned int *budget)
{
	struct host_link *host = host_link_of(ifc);

	for (size_t i = 0; i < host->address_count; i++) {
		struct host_address *a = &host->addresses[i];

		if (a->state != HOST_TENTATIVE)
			continue;
		if (now_us >= a->next_us && a->probes == DUP_ADDR_DETECT_TRANSMITS) {
			set_state(a, HOST_PREFERRED, vip_interface_set(&ifc->vip));
			continue;
		}
		if (now_us >= a->next_us && *budget > 0 && ask(r, ifc, a, now_us)) {
			(*budget)--;
			a->probes++;
			a->next_us = now_us + RETRANS_TIMER_US;
		}
		r->host_due_us = RTE_MIN(r->host_due_us, a->next_us);
	}
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
