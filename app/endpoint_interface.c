/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "endpoint_internal.h"
#include "host_link.h"

static void
set_uint(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

json_t *
endpoint_interface_list(const struct runtime *r, struct endpoint_query *q)
{
	struct endpoint_page page;
	uint64_t from;

	if (!endpoint_param_from(q, &from))
		return NULL;
	endpoint_page_begin(&page, q, json_object(), "interfaces", json_array(), from);
	for (unsigned int i = 0; i < r->interface_count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, json_string(r->interface[i].name));
	}
	return endpoint_page_end(&page);
}

static unsigned int
index_of(const struct runtime *r, const struct koi_interface *ifc)
{
	return (unsigned int)(ifc - r->interface);
}

static uint64_t
sum_link(const struct runtime *r, unsigned int at, enum link_counter c)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < r->worker_count; i++) {
		const struct worker_interface *wi = r->worker[i].interface[at];

		sum += wi == NULL ? 0 : counter_read(&wi->link[c]);
	}
	return sum;
}

static uint64_t
sum_drops(const struct runtime *r, unsigned int at)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < r->worker_count; i++)
		sum += endpoint_drops(r->worker[i].interface[at]);
	return sum;
}

static json_t *
head(const struct runtime *r, const struct koi_interface *ifc)
{
	struct port_link link = link_unpack(atomic_load_explicit(&ifc->port->link,
								 memory_order_relaxed));
	unsigned int at = index_of(r, ifc);

	return json_pack("{s:s, s:s, s:i, s:o, s:i, s:I, s:I, s:I, s:I, s:I}",
			 "interface", ifc->name,
			 "link", link.is_up ? "up" : "down",
			 "speed_mbps", (int)link.speed_mbps,
			 "mac", endpoint_mac(ifc->port->port.mac),
			 "mtu", ifc->shown->mtu,
			 "rx_packets", (json_int_t)sum_link(r, at, LINK_RX_PACKETS),
			 "rx_bytes", (json_int_t)sum_link(r, at, LINK_RX_BYTES),
			 "tx_packets", (json_int_t)sum_link(r, at, LINK_TX_PACKETS),
			 "tx_bytes", (json_int_t)sum_link(r, at, LINK_TX_BYTES),
			 "drops", (json_int_t)sum_drops(r, at));
}

json_t *
endpoint_interface_table(const struct runtime *r, struct endpoint_query *q)
{
	struct endpoint_page page;
	uint64_t from;

	if (!endpoint_param_from(q, &from))
		return NULL;
	endpoint_page_begin(&page, q, json_object(), "interfaces", json_object(), from);
	for (unsigned int i = 0; i < r->interface_count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, head(r, &r->interface[i]));
	}
	return endpoint_page_end(&page);
}

static json_t *
workers(const struct koi_port *p)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < p->poller_count; i++)
		json_array_append_new(list, json_integer(p->pollers[i]));
	return list;
}

static json_t *
vhids(const struct koi_interface *ifc)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < 256; i++) {
		if (ifc->shown_vhid[i] != NULL)
			json_array_append_new(list, json_string(ifc->shown_vhid[i]->name));
	}
	return list;
}

/* A sub-interface has the device of the interface that it is on. */
static const char *
device_of(const struct koi_interface *ifc)
{
	return ifc->shown->device != NULL ? ifc->shown->device : ifc->port->port.name;
}

static void
add_device(json_t *answer, const struct koi_interface *ifc)
{
	const struct koi_port *p = ifc->port;
	json_t *device;

	device = json_pack("{s:s, s:i, s:s, s:s, s:i, s:i, s:i, s:o, s:i, s:s}",
			   "device", device_of(ifc),
			   "vlan", ifc->vlan,
			   "port", p->port.name,
			   "driver", p->port.driver,
			   "port_id", p->port.id,
			   "numa_node", p->port.socket,
			   "queues", p->port.queues,
			   "workers", workers(p),
			   "injecting_worker",
			   (int)atomic_load_explicit(&p->injector, memory_order_relaxed),
			   "mac_mode", port_mac_mode_name(&p->port));
	json_object_update_new(answer, device);
}

/* Of an interface, summed over the workers, while they are being sorted. */
struct counters {
	json_t *answer; /* has some already */
	json_t *drop;
	json_t *other;
	uint64_t drops;
};

static void
add_counter(struct counters *all, const char *name, uint64_t value)
{
	if (endpoint_is_drop(name)) {
		set_uint(all->drop, name, value);
		all->drops += value;
	} else if (json_object_get(all->answer, name) == NULL) {
		set_uint(all->other, name, value);
	}
}

/* What workers refused of advertisements; in an interface's list the name says of what. */
static void
add_carp_drops(struct counters *all, const uint64_t carp[CARP_COUNTERS])
{
	char name[64];

	for (unsigned int c = 0; c < CARP_COUNTERS; c++) {
		const char *reason = carp_counter_name(c);

		if (!endpoint_is_drop(reason))
			continue;
		snprintf(name, sizeof(name), "drop_carp_%s", reason + strlen("drop_"));
		add_counter(all, name, carp[c]);
	}
}

struct sums {
	uint64_t link[LINK_COUNTERS];
	uint64_t carp[CARP_COUNTERS];
	uint64_t arp[ARP_COUNTERS];
	uint64_t nd[ND_COUNTERS];
	uint64_t fwd[FWD_COUNTERS];
};

static void
sum_worker(struct sums *sums, const struct worker_interface *wi)
{
	for (unsigned int c = 0; c < LINK_COUNTERS; c++)
		sums->link[c] += counter_read(&wi->link[c]);
	for (unsigned int c = 0; c < CARP_COUNTERS; c++)
		sums->carp[c] += counter_read(&wi->carp[c]);
	for (unsigned int c = 0; c < ARP_COUNTERS; c++)
		sums->arp[c] += counter_read(&wi->arp.counter[c]);
	for (unsigned int c = 0; c < ND_COUNTERS; c++)
		sums->nd[c] += counter_read(&wi->nd.counter[c]);
	for (unsigned int c = 0; c < FWD_COUNTERS; c++)
		sums->fwd[c] += counter_read(&wi->fwd.counter[c]);
}

static void
add_counters(json_t *answer, const struct runtime *r, unsigned int at)
{
	struct counters all = { .answer = answer, .drop = json_object(), .other = json_object() };
	struct sums sums = { 0 };

	for (unsigned int i = 0; i < r->worker_count; i++) {
		if (r->worker[i].interface[at] != NULL)
			sum_worker(&sums, r->worker[i].interface[at]);
	}
	for (unsigned int c = 0; c < LINK_COUNTERS; c++)
		add_counter(&all, link_counter_name(c), sums.link[c]);
	for (unsigned int c = 0; c < ARP_COUNTERS; c++)
		add_counter(&all, arp_counter_name(c), sums.arp[c]);
	for (unsigned int c = 0; c < ND_COUNTERS; c++)
		add_counter(&all, nd_counter_name(c), sums.nd[c]);
	for (unsigned int c = 0; c < FWD_COUNTERS; c++)
		add_counter(&all, fwd_counter_name(c), sums.fwd[c]);
	add_carp_drops(&all, sums.carp);
	json_object_set_new(answer, "counters", all.other);
	set_uint(answer, "drops", all.drops);
	json_object_set_new(answer, "drops_by_reason", all.drop);
}

/* Of its own IPv6 addresses: how many are not used yet, or not at all, and the first of those. */
static void
add_detection(json_t *answer, const struct koi_interface *ifc)
{
	const struct host_link *host = host_link_of(ifc);
	uint64_t count[HOST_DUPLICATE + 1] = { 0 };

	for (size_t i = 0; i < host->address_count; i++) {
		const struct host_address *a = &host->addresses[i];
		uint8_t state = atomic_load_explicit(&a->state, memory_order_relaxed);

		if (state == HOST_DUPLICATE && count[state] == 0)
			json_object_set_new(answer, "duplicate_address", endpoint_address(&a->addr));
		count[state]++;
	}
	set_uint(answer, "tentative_addresses", count[HOST_TENTATIVE]);
	set_uint(answer, "duplicate_addresses", count[HOST_DUPLICATE]);
	json_object_set_new(answer, "is_router", json_integer(host->is_router));
}

static void
add_router(json_t *answer, const struct koi_interface *ifc)
{
	uint64_t last_us = atomic_load_explicit(&ifc->router_advert_us, memory_order_relaxed);

	if (ifc->shown->ra == NULL)
		return;
	set_uint(answer, "router_adverts", counter_read(&ifc->router_adverts));
	if (last_us != 0)
		set_uint(answer, "router_advert_age_ms", endpoint_age_ms(clock_us(), last_us));
}

json_t *
endpoint_interface_info(const struct runtime *r, struct endpoint_query *q)
{
	struct endpoint_page page;
	uint64_t from;
	const struct koi_interface *ifc = endpoint_param_interface(r, q, &from);
	json_t *answer;

	if (ifc == NULL)
		return NULL;
	answer = head(r, ifc);
	add_device(answer, ifc);
	add_detection(answer, ifc);
	add_router(answer, ifc);
	add_counters(answer, r, index_of(r, ifc));
	json_object_set_new(answer, "vhids", vhids(ifc));
	endpoint_page_begin(&page, q, answer, "addresses", json_array(), from);
	for (size_t i = 0; i < ifc->shown->address_count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, endpoint_prefix(&ifc->shown->addresses[i]));
	}
	return endpoint_page_end(&page);
}
