/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config_internal.h"

static const struct ip_addr *
first_own(const struct config_interface *ifc, enum ip_family family, bool is_link_local)
{
	for (size_t i = 0; i < ifc->address_count; i++) {
		const struct ip_addr *addr = &ifc->addresses[i].addr;

		if (addr->family == family && ip_addr_is_link_local6(addr) == is_link_local)
			return addr;
	}
	return NULL;
}

/* Over IPv6 the link-local one; but peers that are not link-local know us by another one. */
static bool
wants_link_local(const struct config_vhid *vhid, enum ip_family family)
{
	for (size_t i = 0; i < vhid->peer_count; i++) {
		if (vhid->peers[i].family == family)
			return ip_addr_is_link_local6(&vhid->peers[i]);
	}
	return family == IP_V6;
}

static const struct ip_addr *
lowest_virtual(const struct config_vhid *vhid, enum ip_family family)
{
	const struct ip_addr *lowest = NULL;

	for (size_t i = 0; i < vhid->address_count; i++) {
		const struct ip_addr *addr = &vhid->addresses[i].addr;

		if (addr->family == family && (lowest == NULL || ip_addr_compare(addr, lowest) < 0))
			lowest = addr;
	}
	return lowest;
}

static void
choose(const struct config_interface *ifc, struct config_vhid *vhid, enum ip_family family)
{
	const struct ip_addr *virtual = lowest_virtual(vhid, family);
	const struct ip_addr *own = first_own(ifc, family, wants_link_local(vhid, family));

	/* A family without virtual addresses is not advertised. */
	if (virtual == NULL)
		return;
	vhid->source[family] = own != NULL ? *own : *virtual;
	vhid->has_source[family] = true;
}

void
config_sources_choose(struct config *c)
{
	for (size_t i = 0; i < c->vhid_count; i++) {
		struct config_vhid *vhid = &c->vhids[i];

		for (unsigned int family = 0; family < IP_FAMILIES; family++)
			choose(&c->interfaces[vhid->interface], vhid, family);
	}
}
