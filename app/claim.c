/* SPDX-License-Identifier: BSD-3-Clause */
#include "claim.h"

#include "dad.h"
#include "election.h"
#include "host_link.h"

/* A conflict lasts; who reads of it need not read of it each second. */
#define CONFLICT_US 10000000

/* Whose address it is: a vhid, VIP_OWN, or VIP_NOBODY. */
static unsigned int
owner_of(const struct vip_set *set, const struct ip_addr *addr)
{
	if (addr->family == IP_V4) {
		const struct vip_entry *e = vip_find4(set, ip_addr_v4_be(addr));

		return e->is_used ? e->vhid : VIP_NOBODY;
	}
	const struct vip_entry6 *e = vip_find6(set, addr->octets);

	return e->is_used ? e->vhid : VIP_NOBODY;
}

static void
take_own(struct runtime *r, struct koi_interface *ifc, const struct neigh_sighting *claim,
	 uint64_t now_us)
{
	struct host_link *host = host_link_of(ifc);

	if (claim->addr.family == IP_V6 && dad_claim(r, ifc, &claim->addr, claim->mac, now_us))
		return;
	/* Who asks whether the address is free is told that it is not. */
	if (claim->is_probe || now_us < host->conflict_us)
		return;
	host->conflict_us = now_us + CONFLICT_US;
	election_address_event(r, ifc, EVENT_ADDRESS_CONFLICT, &claim->addr, claim->mac, now_us);
}

void
claim_take(struct runtime *r, const struct neigh_sighting *claim, uint64_t now_us)
{
	struct koi_interface *ifc = &r->interface[claim->interface];
	unsigned int owner = owner_of(vip_interface_set(&ifc->vip), &claim->addr);

	if (owner == VIP_OWN)
		take_own(r, ifc, claim, now_us);
	else if (owner != VIP_NOBODY && !claim->is_probe && ifc->by_vhid[owner] != NULL)
		election_claimed(r, ifc->by_vhid[owner], &claim->addr, claim->mac, now_us);
}
