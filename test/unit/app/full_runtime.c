/* SPDX-License-Identifier: BSD-3-Clause */
#include "full_runtime.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>

#include "base/clock.h"
#include "host_link.h"
#include "notify.h"

/* As big as counters get in years, and still summed over all vhids and workers without overflow. */
#define BIG (1ULL << 48)

static char eal_dir[] = "/tmp/koi-test-XXXXXX";

static void
remove_eal_dir(void)
{
	char command[64];

	rte_eal_cleanup();
	snprintf(command, sizeof(command), "rm -rf %s", eal_dir);
	if (system(command) != 0)
		warnx("%s stays", eal_dir);
}

void
full_runtime_eal(const char *program)
{
	char *args[] = {
		(char *)(uintptr_t)program, "--no-huge", "--no-pci", "-m", "256", "-l", "0",
		"--log-level=lib.*:error", "--no-shconf", NULL,
	};

	if (mkdtemp(eal_dir) == NULL)
		err(1, "mkdtemp");
	setenv("RUNTIME_DIRECTORY", eal_dir, 1);
	if (rte_eal_init((int)(sizeof(args) / sizeof(args[0])) - 1, args) < 0)
		errx(1, "the EAL does not start");
	atexit(remove_eal_dir);
	clock_init();
}

static void *
take(size_t count, size_t size)
{
	/* Interfaces and workers are aligned to cache lines. */
	size_t octets = (count * size + 63) / 64 * 64;
	void *memory = aligned_alloc(64, octets);

	if (memory == NULL)
		errx(1, "out of memory");
	return memset(memory, 0, octets);
}

static struct notify_counters *
take_notify_counters(void)
{
	struct notify_counters *c = take(1, sizeof(*c));

	c->started = c->failed = c->skipped = c->superseded = BIG;
	c->pending = c->waiting = c->lost = BIG;
	return c;
}

static struct record *
take_record(size_t size)
{
	struct record *record = record_create(size);

	if (record == NULL)
		errx(1, "out of memory");
	return record;
}

/* Addresses whose texts are as long as texts of addresses are. */
static struct ip_prefix *
take_addresses(size_t count)
{
	struct ip_prefix *prefix = take(count, sizeof(*prefix));

	for (size_t i = 0; i < count; i++) {
		memset(prefix[i].addr.octets, 0xfd, sizeof(prefix[i].addr.octets));
		prefix[i].addr.octets[14] = (uint8_t)(0xf0 | i >> 8);
		prefix[i].addr.octets[15] = (uint8_t)i;
		prefix[i].addr.family = IP_V6;
		prefix[i].len = 128;
	}
	return prefix;
}

/* ------------------------------------------------------------------------------------------- */
/* Configuration                                                                                */
/* ------------------------------------------------------------------------------------------- */

static void
configure_interface(struct config_interface *c, unsigned int i)
{
	snprintf(c->name, sizeof(c->name), "interface-%05u", i);
	c->device = take(1, 301);
	memset(c->device, 'd', 300);
	c->parent = -1;
	c->mtu = 9600;
	c->address_count = i == 0 ? CONFIG_ADDRESSES_MAX : 2;
	c->addresses = take_addresses(c->address_count);
}

/* 255 on the first interface, the others have sixteen as long as there are any left. */
static void
configure_vhid(struct config_vhid *c, unsigned int i)
{
	c->interface = i < 255 ? 0 : 1 + (i - 255) / 16;
	c->vhid = (uint8_t)(i < 255 ? i + 1 : 1 + (i - 255) % 16);
	c->advbase = 254;
	c->advskew = 254;
	c->up = true;
	c->announce_interval_s = CONFIG_ANNOUNCE_MAX_S;
	memcpy(c->key, FULL_SECRET, CONFIG_KEY_MAX);
	c->key_len = CONFIG_KEY_MAX;
	c->address_count = i == 254 ? FULL_ADDRESSES : 2;
	c->addresses = take_addresses(c->address_count);
	for (unsigned int f = 0; f < IP_FAMILIES; f++) {
		c->source[f] = c->addresses[0].addr;
		c->has_source[f] = true;
	}
}

static struct config *
take_config(void)
{
	struct config *c = take(1, sizeof(*c));

	c->carp.allow = true;
	c->log = 2;
	c->tos = 224;
	c->interface_count = FULL_INTERFACES;
	c->interfaces = take(FULL_INTERFACES, sizeof(*c->interfaces));
	for (unsigned int i = 0; i < FULL_INTERFACES; i++)
		configure_interface(&c->interfaces[i], i);
	c->vhid_count = FULL_VHIDS;
	c->vhids = take(FULL_VHIDS, sizeof(*c->vhids));
	for (unsigned int i = 0; i < FULL_VHIDS; i++)
		configure_vhid(&c->vhids[i], i);
	return c;
}

/* ------------------------------------------------------------------------------------------- */
/* State                                                                                        */
/* ------------------------------------------------------------------------------------------- */

static void
fill_port(struct koi_port *p, unsigned int i)
{
	p->port.id = (uint16_t)i;
	memset(p->port.name, 'n', sizeof(p->port.name) - 1);
	memset(p->port.driver, 'v', sizeof(p->port.driver) - 1);
	p->port.socket = -1;
	p->port.queues = FULL_WORKERS;
	p->port.mac = MAC_MASK;
	p->port.is_promiscuous = true;
	p->poller_count = FULL_WORKERS;
	for (unsigned int w = 0; w < FULL_WORKERS; w++)
		p->pollers[w] = w;
	p->injector = FULL_WORKERS - 1;
	p->link = link_pack((struct port_link){ .is_up = true, .speed_mbps = 800000 });
}

/* All of its addresses are somebody else's. */
static struct host_link *
take_host(const struct config_interface *c)
{
	struct host_link *host = take(1, sizeof(*host));

	host->address_count = c->address_count;
	host->addresses = take(c->address_count, sizeof(*host->addresses));
	for (size_t i = 0; i < c->address_count; i++) {
		host->addresses[i].addr = c->addresses[i].addr;
		host->addresses[i].state = HOST_DUPLICATE;
	}
	return host;
}

static void
fill_interfaces(struct runtime *r)
{
	r->port = take(FULL_INTERFACES, sizeof(*r->port));
	r->port_count = FULL_INTERFACES;
	r->interface = take(FULL_INTERFACES, sizeof(*r->interface));
	r->interface_count = FULL_INTERFACES;
	for (unsigned int i = 0; i < FULL_INTERFACES; i++) {
		fill_port(&r->port[i], i);
		r->interface[i].shown = &r->view->config->interfaces[i];
		memcpy(r->interface[i].name, r->interface[i].shown->name, CONFIG_NAME_MAX);
		r->interface[i].port = &r->port[i];
		r->interface[i].host = take_host(r->interface[i].shown);
	}
}

static void
fill_vhids(struct runtime *r)
{
	for (unsigned int i = 0; i < FULL_VHIDS; i++) {
		struct koi_vhid *v = take(1, sizeof(*v));

		r->view->vhid[i] = v;
		v->shown = &r->view->config->vhids[i];
		v->interface = &r->interface[v->shown->interface];
		v->slot = i;
		v->mac = mac_of_vhid(v->shown->vhid);
		v->status = take_record(sizeof(struct carp_vhid_status));
		v->forecast = take_record(sizeof(struct vhid_forecast));
		v->interface->shown_vhid[v->shown->vhid] = v;
		snprintf(v->name, sizeof(v->name), "%u@%s", v->shown->vhid, v->interface->name);
	}
}

static void
fill_worker_interface(struct worker_interface *wi)
{
	for (unsigned int c = 0; c < LINK_COUNTERS; c++)
		wi->link[c] = BIG + c;
	for (unsigned int c = 0; c < CARP_COUNTERS; c++)
		wi->carp[c] = BIG + c;
	for (unsigned int c = 0; c < ARP_COUNTERS; c++)
		wi->arp.counter[c] = BIG + c;
	for (unsigned int c = 0; c < ND_COUNTERS; c++)
		wi->nd.counter[c] = BIG + c;
	for (unsigned int c = 0; c < FWD_COUNTERS; c++)
		wi->fwd.counter[c] = BIG + c;
}

/* All workers poll the first interface, and each a few of the others. */
static void
fill_workers(struct runtime *r)
{
	r->worker = take(FULL_WORKERS, sizeof(*r->worker));
	r->worker_count = FULL_WORKERS;
	for (unsigned int i = 0; i < FULL_WORKERS; i++) {
		struct worker *w = &r->worker[i];

		w->index = i;
		w->lcore = 1000 + i;
		w->interface = take(FULL_INTERFACES, sizeof(*w->interface));
		w->turns = w->packets = w->busy_cycles = w->idle_cycles = BIG;
		for (unsigned int p = 0; p < FULL_INTERFACES; p++) {
			if (p != 0 && p % FULL_WORKERS != i)
				continue;
			w->interface[p] = take(1, sizeof(*w->interface[p]));
			fill_worker_interface(w->interface[p]);
		}
	}
}

static void
fill_neighbours(struct runtime *r)
{
	const struct neigh_params params = {
		.name = "full",
		.capacity = NEIGH_CAPACITY,
		.interfaces = FULL_INTERFACES,
		.socket = SOCKET_ID_ANY,
	};

	r->neighbours = neigh_create(&params);
	if (r->neighbours == NULL)
		errx(1, "no memory for neighbours");
	for (uint32_t i = 0; i < FULL_NEIGHBOURS; i++) {
		struct neigh_sighting seen = { .seen_us = i, .mac = { 2, 255, 255, 255, 255, 255 } };

		memset(seen.addr.octets, 0xfe, sizeof(seen.addr.octets));
		memcpy(seen.addr.octets, &i, sizeof(i));
		seen.addr.family = IP_V6;
		if (neigh_learn(r->neighbours, &seen) != 0)
			errx(1, "no room for neighbour %u", i);
	}
}

static void
fill_events(struct runtime *r)
{
	struct event e = { .type = EVENT_STATE };

	r->history = event_history_create();
	if (r->history == NULL)
		errx(1, "out of memory");
	e.state.to = CARP_MASTER;
	e.state.reason = (struct carp_reason){
		.code = CARP_REASON_MORE_FREQUENT, .has_peer = true,
		.peer = r->view->config->vhids[0].addresses[0].addr,
		.peer_advbase = 255, .peer_advskew = 255, .peer_demote = 255,
	};
	/* Some are forgotten: the numbers are not those of the first. */
	for (unsigned int i = 0; i < FULL_EVENTS; i++) {
		e.subject = i % FULL_VHIDS;
		event_history_add(r->history, &e, r->view->vhid[e.subject]->name);
	}
}

static void
publish_demotion(struct runtime *r, int32_t value)
{
	struct demotion_status d = { .count = FULL_CAUSES };

	for (unsigned int i = 0; i < FULL_CAUSES; i++) {
		memset(d.cause[i].name, 'c', CARP_CAUSE_NAME_MAX - 1);
		d.cause[i].value = value;
		d.cause[i].expires_us = i % 2 == 0 ? CARP_NEVER : 1ULL << 50;
		d.sum += value;
	}
	record_write(r->demotion, &d);
}

static void
publish_forecast(struct runtime *r, unsigned int vhid)
{
	struct vhid_forecast f = { .carp = { .winner = CARP_WINNER_PEER, .has_heir = true } };

	memset(f.carp.reason, 'r', sizeof(f.carp.reason) - 1);
	f.carp.peer = f.carp.heir = r->view->config->vhids[0].addresses[0].addr;
	record_write(r->view->vhid[vhid]->forecast, &f);
}

void
full_runtime_publish(struct runtime *r, unsigned int vhid, uint64_t n)
{
	struct control_gap gap = { .max_10s_us = n, .max_5min_us = n, .max_ever_us = n };
	struct carp_vhid_status s = {
		.state = n % 3,
		.since_us = n,
		.transitions = (uint32_t)n,
		.advbase = 254,
		.advskew = 254,
		.effective_advskew = 240,
		.demote = 255,
		.up = true,
		.has_master = true,
		.split_brain = { .is_on = true, .has_peer = true, .has_claim = true },
		.mismatch = { .is_known = true, .guess = CARP_GUESS_LACKS },
		.collision = { .is_known = true, .vrid = 255, .version = 3, .priority = 255 },
		.handover = CARP_HANDOVER_DONE,
		.master = r->view->config->vhids[0].addresses[0].addr,
		.master_heard_us = n,
		.deadline_us = n,
		.last_reason = {
			.code = CARP_REASON_MORE_FREQUENT, .has_peer = true,
			.peer = r->view->config->vhids[0].addresses[0].addr,
			.peer_advbase = 255, .peer_advskew = 255, .peer_demote = 255,
		},
	};

	for (unsigned int c = 0; c < CARP_COUNTERS; c++)
		s.counters[c] = n;
	record_write(r->view->vhid[vhid]->status, &s);
	publish_forecast(r, vhid);
	publish_demotion(r, -(int32_t)(n % 1000) - 1000);
	record_write(r->gap, &gap);
}

static uint16_t
take_adjacency(struct runtime *r, const struct fwd_adj *like)
{
	int index = fwd_adj_take(r->adjacencies, like);

	if (index < 0)
		errx(1, "no adjacency");
	return (uint16_t)index;
}

static uint16_t
take_paths(struct runtime *r)
{
	struct fwd_adj paths = { .kind = FWD_ADJ_MULTIPATH, .path_count = FWD_ADJ_PATHS_MAX };

	for (uint8_t i = 0; i < FWD_ADJ_PATHS_MAX; i++) {
		struct fwd_adj hop = {
			.kind = FWD_ADJ_FORWARD,
			.family = IP_V6,
			.next_hop = { 0xfe, 0x80, [15] = i + 1 },
			.mac = i % 2 == 0 ? MAC_MASK : 0,
		};

		paths.path[i] = take_adjacency(r, &hop);
	}
	return take_adjacency(r, &paths);
}

static void
fill_routes(struct runtime *r)
{
	struct fwd_fib_params params = { .name = "full", .size = { { 16, 16 } }, .socket = -1 };
	struct fwd_adj virtual = { .kind = FWD_ADJ_VIRTUAL, .vhid = 255, .mac = mac_of_vhid(255) };
	struct fwd_route route[] = {
		{ .prefix = { { { 10, 0, 0, 1 }, IP_V4 }, 32 } },
		{ .prefix = { { { 10, 1, 0, 0 }, IP_V4 }, 16 } },
	};

	params.qsbr = r->qsbr = take(1, rte_rcu_qsbr_get_memsize(1));
	rte_rcu_qsbr_init(r->qsbr, 1);
	r->adjacencies = fwd_adj_create(0, -1);
	r->fib = fwd_fib_create(&params);
	if (r->adjacencies == NULL || r->fib == NULL)
		errx(1, "no memory for routes");
	route[0].adjacency = take_adjacency(r, &virtual);
	route[1].adjacency = take_paths(r);
	if (fwd_fib_prepare(r->fib, route, RTE_DIM(route)) != 0)
		errx(1, "no routes");
	fwd_fib_commit(r->fib);
	while (!fwd_fib_step(r->fib))
		;
}

struct runtime *
full_runtime_create(void)
{
	struct runtime *r = take(1, sizeof(*r));

	pthread_rwlock_init(&r->view_lock, NULL);
	r->view = take(1, sizeof(*r->view));
	r->view->config = take_config();
	r->view->vhid_count = FULL_VHIDS;
	r->view->vhid = take(FULL_VHIDS, sizeof(struct koi_vhid *));
	r->prefix = "a-file-prefix-that-somebody-has-made-as-long-as-it-may-be";
	fill_interfaces(r);
	fill_vhids(r);
	fill_workers(r);
	fill_neighbours(r);
	fill_routes(r);
	fill_events(r);
	r->demotion = take_record(sizeof(struct demotion_status));
	r->gap = take_record(sizeof(struct control_gap));
	r->events_lost = BIG;
	r->notify_counters = take_notify_counters();
	r->is_ready = true;
	r->in_force.allow = true;
	r->in_force.log = 2;
	for (unsigned int i = 0; i < FULL_VHIDS; i++)
		full_runtime_publish(r, i, BIG);
	return r;
}

static void
free_config(const struct config *c)
{
	for (unsigned int i = 0; i < FULL_INTERFACES; i++) {
		free(c->interfaces[i].device);
		free(c->interfaces[i].addresses);
	}
	for (unsigned int i = 0; i < FULL_VHIDS; i++)
		free(c->vhids[i].addresses);
	free(c->interfaces);
	free(c->vhids);
	free((void *)(uintptr_t)c);
}

void
full_runtime_destroy(struct runtime *r)
{
	for (unsigned int i = 0; i < FULL_VHIDS; i++) {
		record_destroy(r->view->vhid[i]->status);
		record_destroy(r->view->vhid[i]->forecast);
		free(r->view->vhid[i]);
	}
	for (unsigned int i = 0; i < FULL_WORKERS; i++) {
		for (unsigned int p = 0; p < FULL_INTERFACES; p++)
			free(r->worker[i].interface[p]);
		free(r->worker[i].interface);
	}
	record_destroy(r->demotion);
	record_destroy(r->gap);
	event_history_destroy(r->history);
	free((void *)(uintptr_t)r->notify_counters);
	neigh_destroy(r->neighbours);
	fwd_fib_destroy(r->fib);
	fwd_adj_destroy(r->adjacencies);
	free(r->qsbr);
	free(r->worker);
	free(r->view->vhid);
	for (unsigned int i = 0; i < r->interface_count; i++) {
		free(host_link_of(&r->interface[i])->addresses);
		free(host_link_of(&r->interface[i]));
	}
	free(r->interface);
	free(r->port);
	free_config(r->view->config);
	free(r->view);
	pthread_rwlock_destroy(&r->view_lock);
	free(r);
}
