/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

#include "endpoint_internal.h"
#include "notify.h"

/* Sums what the names of a module's counters call a drop. */
static uint64_t
drops_of(const counter_t *counters, unsigned int count, const char *(*name)(unsigned int))
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (endpoint_is_drop(name(i)))
			sum += counter_read(&counters[i]);
	}
	return sum;
}

static const char *
link_name(unsigned int c)
{
	return link_counter_name(c);
}

static const char *
carp_name(unsigned int c)
{
	return carp_counter_name(c);
}

static const char *
arp_name(unsigned int c)
{
	return arp_counter_name(c);
}

static const char *
nd_name(unsigned int c)
{
	return nd_counter_name(c);
}

static const char *
fwd_name(unsigned int c)
{
	return fwd_counter_name(c);
}

uint64_t
endpoint_drops(const struct worker_interface *wi)
{
	if (wi == NULL)
		return 0;
	return drops_of(wi->link, LINK_COUNTERS, link_name) +
	       drops_of(wi->carp, CARP_COUNTERS, carp_name) +
	       drops_of(wi->arp.counter, ARP_COUNTERS, arp_name) +
	       drops_of(wi->nd.counter, ND_COUNTERS, nd_name) +
	       drops_of(wi->fwd.counter, FWD_COUNTERS, fwd_name);
}

static uint64_t
heartbeat_age_us(const struct worker *w, uint64_t now_us)
{
	uint64_t tsc = atomic_load_explicit(&w->turn_tsc, memory_order_relaxed);
	uint64_t turn_us = clock_tsc_to_us(tsc);

	return now_us > turn_us ? now_us - turn_us : 0;
}

static json_t *
entry(const struct runtime *r, const struct worker *w, uint64_t now_us)
{
	uint64_t packets = counter_read(&w->packets);
	uint64_t busy = counter_read(&w->busy_cycles);
	uint64_t drops = 0;

	for (unsigned int i = 0; i < r->interface_count; i++)
		drops += endpoint_drops(w->interface[i]);
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "lcore", (int)w->lcore,
			 "packets", (json_int_t)packets,
			 "turns", (json_int_t)counter_read(&w->turns),
			 "busy_cycles", (json_int_t)busy,
			 "idle_cycles", (json_int_t)counter_read(&w->idle_cycles),
			 "cycles_per_packet", (json_int_t)(packets == 0 ? 0 : busy / packets),
			 "drops", (json_int_t)drops,
			 "fenced_bursts", (json_int_t)counter_read(&w->fenced_bursts),
			 "heartbeat_age_us", (json_int_t)heartbeat_age_us(w, now_us));
}

json_t *
endpoint_worker_stats(const struct runtime *r, struct endpoint_query *q)
{
	struct endpoint_page page;
	uint64_t from;

	if (!endpoint_param_from(q, &from))
		return NULL;
	endpoint_page_begin(&page, q, json_object(), "workers", json_object(), from);
	for (unsigned int i = 0; i < r->worker_count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, entry(r, &r->worker[i], q->now_us));
	}
	return endpoint_page_end(&page);
}

static json_t *
heartbeats(const struct runtime *r, uint64_t now_us)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < r->worker_count; i++) {
		uint64_t age_us = heartbeat_age_us(&r->worker[i], now_us);

		json_array_append_new(list, json_integer((json_int_t)age_us));
	}
	return list;
}

static void
add_notify(json_t *health, const struct notify_counters *c)
{
	json_t *more = json_pack("{s:I, s:I, s:I, s:I, s:I}",
		"notify_started", (json_int_t)counter_read(&c->started),
		"notify_failed", (json_int_t)counter_read(&c->failed),
		"notify_skipped",
		(json_int_t)(counter_read(&c->skipped) + counter_read(&c->superseded)),
		"notify_pending",
		(json_int_t)(counter_read(&c->pending) + counter_read(&c->waiting)),
		"notify_lost", (json_int_t)counter_read(&c->lost));

	json_object_update_new(health, more);
}

json_t *
endpoint_koi_health(const struct runtime *r, struct endpoint_query *q)
{
	struct control_gap gap;
	json_t *health;

	if (!endpoint_param_none(q))
		return NULL;
	record_read(r->gap, &gap);
	health = json_pack("{s:s, s:s, s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "version", KOI_VERSION,
			 "prefix", r->prefix,
			 "uptime_ms", endpoint_age_ms(q->now_us, r->start_us),
			 "ready", atomic_load(&r->is_ready),
			 "interfaces", (json_int_t)r->interface_count,
			 "vhids", (json_int_t)r->view->vhid_count,
			 "control_gap_max_us", (json_int_t)gap.max_ever_us,
			 "control_gap_max_10s_us", (json_int_t)gap.max_10s_us,
			 "control_gap_max_5min_us", (json_int_t)gap.max_5min_us,
			 "control_gap_max_ever_us", (json_int_t)gap.max_ever_us,
			 "events_lost", (json_int_t)counter_read(&r->events_lost),
			 "worker_heartbeat_age_us", heartbeats(r, q->now_us));
	add_notify(health, r->notify_counters);
	return health;
}
