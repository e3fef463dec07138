/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes: what the forwarding tables say, as workers look it up. */
#include <string.h>

#include "base/mac.h"

#include "endpoint_internal.h"

/* Longer than any address, so that one that is too long is refused and not cut. */
#define ADDRESS_TEXT 64

static const char *const kinds[] = {
	[FWD_ADJ_NO_ROUTE] = "no_route",   [FWD_ADJ_BLACKHOLE] = "blackhole",
	[FWD_ADJ_MARTIAN] = "martian",	   [FWD_ADJ_LOCAL] = "local",
	[FWD_ADJ_VIRTUAL] = "virtual",	   [FWD_ADJ_CONNECTED] = "connected",
	[FWD_ADJ_FORWARD] = "forward",	   [FWD_ADJ_MULTIPATH] = "multipath",
};

static const char *const roles[] = {
	[VIP_ROLE_ABSENT] = "ABSENT",
	[VIP_ROLE_INIT] = "INIT",
	[VIP_ROLE_BACKUP] = "BACKUP",
	[VIP_ROLE_MASTER] = "MASTER",
};

static const char *const family_names[] = { [IP_V4] = "IPv4", [IP_V6] = "IPv6" };

/* ------------------------------------------------------------------------------------------- */
/* One route                                                                                    */
/* ------------------------------------------------------------------------------------------- */

static void
add_mac(json_t *o, const struct fwd_adj *a)
{
	uint64_t mac = atomic_load_explicit(&a->mac, memory_order_relaxed);

	if ((mac & FWD_ADJ_RESOLVED) != 0)
		json_object_set_new(o, "mac", endpoint_mac(mac & MAC_MASK));
	json_object_set_new(o, "state",
			    json_string((mac & FWD_ADJ_RESOLVED) != 0 ? "resolved" :
					(mac & FWD_ADJ_FAILED) != 0   ? "failed" :
									"unresolved"));
}

static json_t *
next_hop(const struct runtime *r, const struct fwd_adj *a)
{
	struct ip_addr addr = { .family = a->family };
	json_t *hop;

	memcpy(addr.octets, a->next_hop, sizeof(addr.octets));
	hop = json_pack("{s:o, s:s}", "address", endpoint_address(&addr), "interface",
			r->interface[a->interface].name);
	add_mac(hop, a);
	return hop;
}

static json_t *
next_hops(const struct runtime *r, const struct fwd_adj *a)
{
	json_t *list = json_object();

	if (a->kind == FWD_ADJ_FORWARD)
		json_object_set_new(list, "0", next_hop(r, a));
	for (unsigned int i = 0; i < a->path_count; i++) {
		char place[4];

		snprintf(place, sizeof(place), "%u", i % 100);
		json_object_set_new(list, place, next_hop(r, &r->adjacencies->adj[a->path[i]]));
	}
	return list;
}

static void
add_virtual(const struct runtime *r, json_t *answer, const struct fwd_adj *a)
{
	const struct koi_interface *ifc = &r->interface[a->interface];
	enum vip_role role = vip_role_of(vip_role_load(&ifc->vip.roles, a->vhid));

	json_object_set_new(answer, "vhid", json_sprintf("%u@%s", a->vhid, ifc->name));
	json_object_set_new(answer, "role", json_string(roles[role]));
	add_mac(answer, a);
}

static json_t *
describe(const struct runtime *r, const struct ip_addr *addr, const struct fwd_route *route)
{
	const struct fwd_adj *a = &r->adjacencies->adj[route->adjacency];
	json_t *answer = json_pack("{s:o, s:s}", "address", endpoint_address(addr), "kind",
				   kinds[a->kind]);

	if (a->kind != FWD_ADJ_NO_ROUTE)
		json_object_set_new(answer, "prefix", endpoint_prefix(&route->prefix));
	switch (a->kind) {
	case FWD_ADJ_FORWARD:
	case FWD_ADJ_MULTIPATH:
		json_object_set_new(answer, "next_hops", next_hops(r, a));
		break;
	case FWD_ADJ_VIRTUAL:
		add_virtual(r, answer, a);
		/* fallthrough */
	case FWD_ADJ_LOCAL:
	case FWD_ADJ_CONNECTED:
		json_object_set_new(answer, "interface",
				    json_string(r->interface[a->interface].name));
		break;
	}
	return answer;
}

json_t *
endpoint_fwd_route(const struct runtime *r, struct endpoint_query *q)
{
	struct fwd_route route;
	struct ip_addr addr = { 0 };
	int rc;

	if (q->params[0] == '\0')
		return endpoint_fail(q, "needs an address");
	if (strlen(q->params) >= ADDRESS_TEXT || ip_addr_parse(q->params, &addr) != 0)
		return endpoint_fail(q, "\"%.45s\" is not an address", q->params);
	if (r->fib == NULL)
		return endpoint_fail(q, "there are no routes: nothing is forwarded");
	rc = fwd_fib_find(r->fib, &addr, &route);
	if (rc == -EAFNOSUPPORT)
		return endpoint_fail(q, "there are no %s routes", family_names[addr.family]);
	return describe(r, &addr, &route);
}

/* ------------------------------------------------------------------------------------------- */
/* The tables                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static json_t *
table(const struct fwd_fib_status *s, enum ip_family family)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:s}",
			 "routes", (json_int_t)s->used[family].routes,
			 "routes_max", (json_int_t)s->size[family].routes,
			 "groups", (json_int_t)s->used[family].groups,
			 "groups_max", (json_int_t)s->size[family].groups,
			 "lookup", s->lookup[family]);
}

json_t *
endpoint_fwd_tables(const struct runtime *r, struct endpoint_query *q)
{
	struct fwd_fib_status s;
	json_t *answer;

	if (!endpoint_param_none(q))
		return NULL;
	if (r->fib == NULL)
		return json_pack("{s:i, s:i}", "memory_bytes", 0, "changes", 0);
	fwd_fib_status(r->fib, &s);
	answer = json_pack("{s:I, s:I, s:I, s:I}",
			   "memory_bytes", (json_int_t)s.memory,
			   "changes", (json_int_t)s.changes,
			   "adjacencies", (json_int_t)fwd_adj_count(r->adjacencies),
			   "adjacencies_max", (json_int_t)FWD_ADJ_ROUTED_MAX);
	if (s.lookup[IP_V4] != NULL)
		json_object_set_new(answer, "ip4", table(&s, IP_V4));
	if (s.lookup[IP_V6] != NULL)
		json_object_set_new(answer, "ip6", table(&s, IP_V6));
	return answer;
}
