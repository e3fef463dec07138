/* SPDX-License-Identifier: BSD-3-Clause */
#include "resolve_internal.h"

#include "base/clock.h"
#include "inject.h"
#include "nd/nd.h"

/* A request that could not be sent by then is due again anyway. */
#define EXPIRES_US NEIGH_RETRANS_US

/* As whom a request is sent. */
struct source {
	struct ip_addr addr;
	uint64_t mac;
	uint32_t generation; /* of the role, if the address is virtual */
	uint8_t vhid;        /* VIP_OWN for the host itself */
};

/* How good an address is as the source for a target: the higher, the better; 0 is not at all. */
static int
rate(const struct ip_prefix *own, const struct ip_addr *target)
{
	if (own->addr.family != target->family)
		return 0;
	if (ip_prefix_covers(own, target))
		return 3;
	/* One that only this link knows is for targets that are such themselves. */
	return ip_addr_is_link_local6(&own->addr) ? 1 : 2;
}

static bool
is_held(const struct vip_set *set, const struct ip_addr *addr)
{
	return addr->family == IP_V4 || vip_entry6_role(vip_find6(set, addr->octets)) == VIP_OWN;
}

unsigned int
resolve_config_at(const struct runtime *r, uint16_t interface)
{
	struct resolve *s = r->resolve;

	/* By name, once for each configuration. */
	if (s->config != r->config) {
		s->config = r->config;
		for (unsigned int i = 0; i < r->interface_count; i++)
			s->config_at[i] = (uint16_t)config_interface_find(r->config,
									  r->interface[i].name);
	}
	return s->config_at[interface];
}

static int
find_own(const struct runtime *r, const struct koi_interface *ifc, const struct ip_addr *target,
	 struct source *out)
{
	const struct config_interface *c =
		&r->config->interfaces[resolve_config_at(r, ifc->vip.index)];
	const struct vip_set *set = vip_interface_set(&ifc->vip);
	int best = 0;

	for (size_t i = 0; i < c->address_count; i++) {
		int rating = rate(&c->addresses[i], target);

		if (rating <= best || !is_held(set, &c->addresses[i].addr))
			continue;
		best = rating;
		out->addr = c->addresses[i].addr;
	}
	out->mac = ifc->port->port.mac;
	out->vhid = VIP_OWN;
	return best;
}

static int
find_virtual(const struct koi_interface *ifc, const struct ip_addr *target, struct source *out)
{
	int best = 0;

	for (unsigned int vhid = 1; vhid < 256; vhid++) {
		const struct koi_vhid *v = ifc->by_vhid[vhid];
		uint64_t word = vip_role_load(&ifc->vip.roles, (uint16_t)vhid);

		if (v == NULL || vip_role_of(word) != VIP_ROLE_MASTER)
			continue;
		for (size_t i = 0; i < v->config->address_count; i++) {
			int rating = rate(&v->config->addresses[i], target);

			if (rating <= best)
				continue;
			best = rating;
			*out = (struct source){
				.addr = v->config->addresses[i].addr,
				.mac = v->mac,
				.generation = vip_generation_of(word),
				.vhid = (uint8_t)vhid,
			};
		}
	}
	return best;
}

static size_t
build(const struct neigh_action *a, const struct source *source, uint8_t *out)
{
	uint64_t target_mac = a->is_probe ? mac_load(a->mac) : 0;

	if (a->addr.family == IP_V6) {
		nd_build_solicitation(out, &a->addr, target_mac, &source->addr, source->mac);
		return ND_FRAME_LEN;
	}
	arp_build_request(out, ip_addr_v4_be(&a->addr), ip_addr_v4_be(&source->addr), source->mac);
	if (target_mac != 0)
		mac_store(out, target_mac);
	return ARP_FRAME_LEN;
}

void
resolve_request(struct runtime *r, const struct neigh_action *a, uint64_t now_us)
{
	const struct koi_interface *ifc = &r->interface[a->interface];
	struct source source = { .vhid = VIP_OWN };
	struct inject_item item = {
		.expires_tsc = clock_us_to_tsc(now_us + EXPIRES_US),
		.interface = a->interface,
		.family = a->addr.family,
	};
	uint8_t data[ND_FRAME_LEN];

	if (find_own(r, ifc, &a->addr, &source) == 0 &&
	    find_virtual(ifc, &a->addr, &source) == 0) {
		resolve_count(r, RESOLVE_NO_SOURCE, 1);
		return;
	}
	item.kind = source.vhid == VIP_OWN ? INJECT_OWN : INJECT_ANNOUNCEMENT;
	item.vhid = source.vhid;
	item.generation = source.generation;
	if (inject_frame(r, &item, data, build(a, &source, data)) != 0)
		resolve_count(r, RESOLVE_REQUESTS_LOST, 1);
}
