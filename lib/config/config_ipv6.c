/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* What IPv6 asks of a link: an MTU, and an address that is valid on it alone. */

#define MTU_MIN6 1280

static const struct config_place root = { .parent = NULL };
static const struct config_place interfaces_place = { .parent = &root, .key = "interfaces" };
static const struct config_place vhids_place = { .parent = &root, .key = "vhids" };

static bool
has_ipv6(const struct ip_prefix *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (addresses[i].addr.family == IP_V6)
			return true;
	}
	return false;
}

bool
config_uses_ipv6(const struct config *c, size_t interface)
{
	const struct config_interface *ifc = &c->interfaces[interface];

	if (has_ipv6(ifc->addresses, ifc->address_count))
		return true;
	for (size_t i = 0; i < c->vhid_count; i++) {
		const struct config_vhid *vhid = &c->vhids[i];

		if (vhid->interface == interface && has_ipv6(vhid->addresses, vhid->address_count))
			return true;
	}
	return false;
}

static void
check_mtu(struct config_reader *r, size_t interface)
{
	struct config_place element = { .parent = &interfaces_place, .index = interface };
	struct config_place at = { .parent = &element, .key = "mtu" };
	uint16_t mtu = r->config->interfaces[interface].mtu;

	if (mtu < MTU_MIN6)
		config_error(r, &at, "%u is less than %u, which IPv6 needs", mtu, MTU_MIN6);
}

void
config_mtus_check(struct config_reader *r, const size_t *interfaces)
{
	const struct config *c = r->config;
	bool is_used[CONFIG_INTERFACES_MAX] = { false };

	for (size_t i = 0; i < c->interface_count; i++)
		is_used[i] = has_ipv6(c->interfaces[i].addresses, c->interfaces[i].address_count);
	for (size_t i = 0; i < c->vhid_count; i++) {
		if (interfaces[i] != SIZE_MAX)
			is_used[interfaces[i]] |=
				has_ipv6(c->vhids[i].addresses, c->vhids[i].address_count);
	}
	for (size_t i = 0; i < c->interface_count; i++) {
		if (is_used[i])
			check_mtu(r, i);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Link-local addresses                                                                         */
/* ------------------------------------------------------------------------------------------- */

static bool
has_link_local(const struct config_interface *ifc)
{
	for (size_t i = 0; i < ifc->address_count; i++) {
		if (ip_addr_is_link_local6(&ifc->addresses[i].addr))
			return true;
	}
	return false;
}

static struct ip_prefix
link_local_of(const uint8_t mac[6])
{
	static const uint8_t universal = 0x02;

	return (struct ip_prefix){
		.addr = {
			.octets = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ universal, mac[1],
				    mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] },
			.family = IP_V6,
		},
		.len = 64,
	};
}

static void
report_taken(struct config_report *report, size_t vhid, const char *key, size_t index,
	     const struct ip_addr *addr, const char *interface)
{
	struct config_reader r = { .report = report };
	struct config_place element = { .parent = &vhids_place, .index = vhid };
	struct config_place member = { .parent = &element, .key = key };
	struct config_place at = { .parent = &member, .index = index };
	char text[IP_ADDR_TEXT];

	config_error(&r, &at, "%s is the own link-local address of %s",
		     ip_addr_format(addr, text), interface);
}

/* Returns true, and reports it, if somebody else is to have the address. */
static bool
is_taken(const struct config *c, size_t interface, const struct ip_addr *addr,
	 struct config_report *report)
{
	const char *name = c->interfaces[interface].name;
	bool found = false;

	for (size_t i = 0; i < c->vhid_count; i++) {
		const struct config_vhid *vhid = &c->vhids[i];

		if (vhid->interface != interface)
			continue;
		for (size_t a = 0; a < vhid->address_count; a++) {
			if (ip_addr_compare(&vhid->addresses[a].addr, addr) != 0)
				continue;
			found = true;
			report_taken(report, i, "addresses", a, addr, name);
		}
		for (size_t p = 0; p < vhid->peer_count; p++) {
			if (ip_addr_compare(&vhid->peers[p], addr) != 0)
				continue;
			found = true;
			report_taken(report, i, "peers", p, addr, name);
		}
	}
	return found;
}

static int
add(struct config *c, size_t interface, const uint8_t mac[6], struct config_report *report)
{
	struct config_interface *ifc = &c->interfaces[interface];
	struct ip_prefix link_local = link_local_of(mac);
	struct ip_prefix *addresses;

	if (has_link_local(ifc) || !config_uses_ipv6(c, interface))
		return 0;
	if (is_taken(c, interface, &link_local.addr, report))
		return -EADDRINUSE;
	addresses = realloc(ifc->addresses, (ifc->address_count + 1) * sizeof(*addresses));
	if (addresses == NULL)
		return -ENOMEM;
	addresses[ifc->address_count++] = link_local;
	ifc->addresses = addresses;
	return 0;
}

int
config_link_locals_add(struct config *c, const uint8_t (*macs)[6], struct config_report *report)
{
	int result = 0;

	for (size_t i = 0; i < c->interface_count; i++) {
		int rc = add(c, i, macs[i], report);

		if (rc == -ENOMEM)
			return rc;
		if (rc != 0)
			result = rc;
	}
	config_sources_choose(c);
	return result;
}
