/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration file; or two, with a NUL between them, for the difference from the first to the
 * second.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "config/config.h"

/* Nothing is there, so that no pass_file can be read by a relative name. */
#define FILE_NAME "/nonexistent/koi.json"

static void
check_texts(char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		FUZZ_REQUIRE(texts[i][0] != '\0');
		for (const char *c = texts[i]; *c != '\0'; c++)
			FUZZ_REQUIRE((unsigned char)*c >= 0x20 && *c != 0x7f);
	}
}

static void
check_advertisement(const struct config_interface *ifc)
{
	const struct config_ra *ra = ifc->ra;

	FUZZ_REQUIRE(ra->min_interval_s >= 3 && ra->min_interval_s * 4 <= ra->max_interval_s * 3);
	FUZZ_REQUIRE(ra->lifetime_s == 0 || ra->lifetime_s >= ra->max_interval_s);
	FUZZ_REQUIRE(ra->lifetime_s <= 9000 && ra->mtu <= ifc->mtu);
	FUZZ_REQUIRE(ra->prefix_count <= CONFIG_RA_PREFIXES_MAX);
	FUZZ_REQUIRE(ra->dns_count <= CONFIG_RA_DNS_MAX);
	for (size_t i = 0; i < ra->prefix_count; i++) {
		const struct config_ra_prefix *p = &ra->prefixes[i];

		FUZZ_REQUIRE(p->prefix.addr.family == IP_V6 && p->preferred_s <= p->valid_s);
		FUZZ_REQUIRE(p->prefix.len == 64 || !p->autonomous);
	}
}

static void
check_interfaces(const struct config *c)
{
	for (size_t i = 0; i < c->interface_count; i++) {
		const struct config_interface *ifc = &c->interfaces[i];

		FUZZ_REQUIRE(config_interface_find(c, ifc->name) == (int)i);
		FUZZ_REQUIRE(ifc->mtu >= 68 && ifc->mtu <= 9600);
		FUZZ_REQUIRE((ifc->parent < 0) == (ifc->device != NULL));
		FUZZ_REQUIRE((ifc->parent < 0) == (ifc->vlan == 0));
		if (ifc->parent >= 0) {
			FUZZ_REQUIRE((size_t)ifc->parent < c->interface_count);
			FUZZ_REQUIRE(c->interfaces[ifc->parent].device != NULL);
			FUZZ_REQUIRE(ifc->mtu <= c->interfaces[ifc->parent].mtu);
		}
		if (ifc->ra != NULL)
			check_advertisement(ifc);
	}
}

static void
check_vhids(const struct config *c)
{
	for (size_t i = 0; i < c->vhid_count; i++) {
		const struct config_vhid *vhid = &c->vhids[i];

		FUZZ_REQUIRE(vhid->interface < c->interface_count);
		FUZZ_REQUIRE(vhid->vhid != 0 && vhid->advbase < 255 && vhid->advskew < 255);
		FUZZ_REQUIRE(vhid->advbase != 0 || vhid->advskew != 0);
		FUZZ_REQUIRE(vhid->key_len <= CONFIG_KEY_MAX);
		FUZZ_REQUIRE(vhid->address_count >= 1);
		FUZZ_REQUIRE(vhid->address_count <= CARP_ADDRESSES_MAX);
		FUZZ_REQUIRE(vhid->has_source[IP_V4] || vhid->has_source[IP_V6]);
		FUZZ_REQUIRE(vhid->accept_count <= CONFIG_ACCEPT_MAX);
		FUZZ_REQUIRE(vhid->peer_count <= CONFIG_PEERS_MAX);
		for (size_t a = 0; a < vhid->accept_count; a++)
			FUZZ_REQUIRE(vhid->accept[a].len >= 1 &&
				     vhid->accept[a].len <= CONFIG_KEY_MAX);
		for (size_t p = 0; p < vhid->peer_count; p++)
			FUZZ_REQUIRE(vhid->peers[p].family < IP_FAMILIES);
	}
}

static void
check_routes(const struct config *c)
{
	for (size_t i = 0; i < c->route_count; i++) {
		const struct config_route *route = &c->routes[i];

		if (i != 0 && route[-1].prefix.addr.family == route->prefix.addr.family)
			FUZZ_REQUIRE(ip_addr_compare(&route[-1].prefix.addr,
						     &route->prefix.addr) <= 0);
		if (route->type == CONFIG_ROUTE_INTERFACE)
			FUZZ_REQUIRE(route->interface < c->interface_count);
		if (route->type != CONFIG_ROUTE_VIA)
			continue;
		FUZZ_REQUIRE(route->path_count >= 1 && route->path_count <= CONFIG_PATHS_MAX);
		FUZZ_REQUIRE(route->first_path + route->path_count <= c->path_count);
		for (uint32_t p = 0; p < route->path_count; p++) {
			const struct config_path *path = &c->paths[route->first_path + p];

			FUZZ_REQUIRE(path->via.family == route->prefix.addr.family);
			FUZZ_REQUIRE(path->interface < c->interface_count);
		}
	}
	for (size_t i = 0; i < c->neighbor_count; i++) {
		FUZZ_REQUIRE(c->neighbors[i].interface < c->interface_count);
		FUZZ_REQUIRE((c->neighbors[i].mac[0] & 1) == 0);
	}
}

static struct config *
load(const char *text, size_t len)
{
	struct config_report report;
	struct config *c;

	c = config_load_text(text, len, FILE_NAME, CONFIG_CHECK, &report);
	FUZZ_REQUIRE((c == NULL) == (report.error_count != 0));
	check_texts(report.errors, report.error_count);
	check_texts(report.warnings, report.warning_count);
	config_report_free(&report);
	if (c != NULL) {
		check_interfaces(c);
		check_vhids(c);
		check_routes(c);
	}
	return c;
}

static void
check_change(const struct config *was, const struct config *now, const struct config_change *change)
{
	switch (change->type) {
	case CONFIG_SETTINGS_CHANGED:
	case CONFIG_NEIGHBORS_CHANGED:
	case CONFIG_ROUTES_CHANGED:
		break;
	case CONFIG_INTERFACE_CHANGED:
		FUZZ_REQUIRE(strcmp(was->interfaces[change->was].name,
				    now->interfaces[change->now].name) == 0);
		break;
	case CONFIG_VHID_REMOVED:
		FUZZ_REQUIRE(change->was < was->vhid_count);
		break;
	case CONFIG_VHID_ADDED:
		FUZZ_REQUIRE(change->now < now->vhid_count);
		break;
	case CONFIG_VHID_CHANGED:
		FUZZ_REQUIRE(was->vhids[change->was].vhid == now->vhids[change->now].vhid);
		break;
	}
}

/* Returns the number of changes, SIZE_MAX if a restart is needed. */
static size_t
compare(const struct config *was, const struct config *now)
{
	struct config_report report = { 0 };
	struct config_diff diff;
	size_t count;
	int error;

	error = config_diff(was, now, &diff, &report);
	FUZZ_REQUIRE(error == 0 || error == -EBUSY);
	FUZZ_REQUIRE((error == 0) == (report.error_count == 0));
	check_texts(report.errors, report.error_count);
	for (size_t i = 0; i < diff.count; i++)
		check_change(was, now, &diff.changes[i]);
	count = error == 0 ? diff.count : SIZE_MAX;
	config_diff_free(&diff);
	config_report_free(&report);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = size != 0 ? memchr(text, '\0', size) : NULL;
	size_t first_len = nul != NULL ? (size_t)(nul - text) : size;
	struct config *was = load(text, first_len);
	struct config *now = NULL;

	if (was != NULL)
		FUZZ_REQUIRE(compare(was, was) == 0);
	if (nul != NULL)
		now = load(nul + 1, size - first_len - 1);
	if (was != NULL && now != NULL)
		FUZZ_REQUIRE((compare(was, now) == 0) == (compare(now, was) == 0));
	config_free(was);
	config_free(now);
	return 0;
}
