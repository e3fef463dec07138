/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/mac.h"

#include "endpoint_internal.h"

/* What has not happened yet has no age. */
static void
add_age(json_t *o, const char *key, uint64_t now_us, uint64_t then_us)
{
	if (then_us != 0)
		json_object_set_new(o, key, json_integer(endpoint_age_ms(now_us, then_us)));
}

static json_t *
entry(const struct neigh_entry *e, uint64_t now_us)
{
	json_t *o = json_pack("{s:o, s:s, s:s, s:i, s:i, s:I}",
			      "address", endpoint_address(&e->addr),
			      "family", e->addr.family == IP_V4 ? "ipv4" : "ipv6",
			      "state", neigh_state_name(e->state),
			      "pinned", e->pins != 0,
			      "router", e->is_router,
			      "state_age_ms", endpoint_age_ms(now_us, e->state_us));

	if (o == NULL)
		return NULL;
	if (neigh_has_mac(e))
		json_object_set_new(o, "mac", endpoint_mac(mac_load(e->mac)));
	add_age(o, "heard_age_ms", now_us, e->heard_us);
	add_age(o, "changed_age_ms", now_us, e->changed_us);
	add_age(o, "used_age_ms", now_us, e->used_us);
	return o;
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

/* ------------------------------------------------------------------------------------------- */
/* All interfaces                                                                               */
/* ------------------------------------------------------------------------------------------- */

static json_t *
states(const struct runtime *r, uint64_t *used, uint64_t *pinned)
{
	json_int_t count[NEIGH_STATES] = { 0 };
	json_t *o = json_object();
	struct neigh_entry e;

	for (uint32_t i = 0; i < neigh_capacity(r->neighbours); i++) {
		if (!neigh_copy(r->neighbours, i, &e))
			continue;
		count[e.state]++;
		++*used;
		*pinned += e.pins != 0;
	}
	for (unsigned int state = NEIGH_FREE + 1; state < NEIGH_STATES; state++)
		json_object_set_new(o, neigh_state_name(state), json_integer(count[state]));
	return o;
}

static json_t *
counters(const struct runtime *r)
{
	json_t *o = json_object();

	for (unsigned int i = 0; i < NEIGH_COUNTERS; i++)
		json_object_set_new(o, neigh_counter_name(i),
				    json_integer((json_int_t)neigh_counter_read(r->neighbours, i)));
	for (unsigned int i = 0; i < RESOLVE_COUNTERS; i++)
		json_object_set_new(o, resolve_counter_name(i),
				    json_integer((json_int_t)counter_read(&r->resolved[i])));
	return o;
}

json_t *
endpoint_neigh_stats(const struct runtime *r, struct endpoint_query *q)
{
	uint64_t used = 0, pinned = 0;
	json_t *by_state;

	if (!endpoint_param_none(q))
		return NULL;
	by_state = states(r, &used, &pinned);
	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}",
			 "capacity", (json_int_t)neigh_capacity(r->neighbours),
			 "used", (json_int_t)used,
			 "pinned", (json_int_t)pinned,
			 "held", (json_int_t)atomic_load_explicit(&r->held, memory_order_relaxed),
			 "states", by_state,
			 "counters", counters(r));
}
