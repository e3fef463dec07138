/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/mac.h"

#include "endpoint_internal.h"

static json_t *
entry(const struct neigh_entry *e, uint64_t now_us)
{
	bool is_stale = now_us > e->heard_us && now_us - e->heard_us > NEIGH_REACHABLE_US;

	return json_pack("{s:o, s:o, s:s, s:I, s:I}",
			 "address", endpoint_address(&e->addr),
			 "mac", endpoint_mac(mac_load(e->mac)),
			 "state", is_stale ? "stale" : "reachable",
			 "heard_age_ms", endpoint_age_ms(now_us, e->heard_us),
			 "changed_age_ms", endpoint_age_ms(now_us, e->changed_us));
}

json_t *
endpoint_neigh_table(const struct runtime *r, struct endpoint_query *q)
{
	struct endpoint_page page;
	struct neigh_entry e;
	uint64_t from;
	const struct koi_interface *ifc = endpoint_param_interface(r, q, &from);
	json_t *answer;

	if (ifc == NULL)
		return NULL;
	answer = json_pack("{s:s}", "interface", ifc->name);
	endpoint_page_begin(&page, q, answer, "neighbours", json_object(), from);
	for (uint32_t i = 0; i < neigh_capacity(r->neighbours); i++) {
		if (!neigh_copy(r->neighbours, i, &e) || e.interface != ifc - r->interface)
			continue;
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, entry(&e, q->now_us));
	}
	return endpoint_page_end(&page);
}
