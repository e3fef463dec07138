/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "base/log.h"
#include "election.h"
#include "inject.h"
#include "punt.h"
#include "reload.h"
#include "replay_keep.h"
#include "resolve.h"
#include "router.h"
#include "routes.h"
#include "transmit.h"

#define EVENT_RING_SIZE 8192
#define CHANGE_RING_SIZE 8
#define COMMAND_RING_SIZE 256
#define INJECT_POOL_SIZE 8191
#define INJECT_POOL_CACHE 64
/* What a device may hold beyond the descriptors that it admits to. */
#define QUEUE_DEPTH_MIN 4096

/* ------------------------------------------------------------------------------------------- */
/* Ports                                                                                        */
/* ------------------------------------------------------------------------------------------- */

static struct port_params
port_params(const struct config *config, unsigned int i)
{
	static const enum port_mac_mode modes[] = {
		[CONFIG_MAC_MODE_AUTO] = PORT_MAC_AUTO,
		[CONFIG_MAC_MODE_FILTER] = PORT_MAC_FILTER,
		[CONFIG_MAC_MODE_PROMISCUOUS] = PORT_MAC_PROMISCUOUS,
	};
	const struct config_interface *c = &config->interfaces[i];

	return (struct port_params){
		.label = c->name,
		.device = c->device,
		.mtu = c->mtu,
		.queues = c->rx_queues,
		.mac_mode = modes[c->mac_mode],
	};
}

static int
find_port(struct runtime *r, const struct config *config, unsigned int interface)
{
	struct port_params params = port_params(config, interface);
	struct koi_port *port = &r->port[r->port_count];
	int rc;

	if (r->port_count == PLACEMENT_PORTS_MAX) {
		log_line(ERR, port, "%s: DPDK has no more than %u ports", params.label,
			 PLACEMENT_PORTS_MAX);
		return -E2BIG;
	}
	rc = port_find(&port->port, &params);
	if (rc != 0)
		return rc;
	for (unsigned int vlan = 0; vlan < PORT_VLANS; vlan++)
		port->interface_of[vlan] = PORT_NO_INTERFACE;
	r->interface[interface].port = port;
	r->port_count++;
	return 0;
}

/* A port for each interface that is not a VLAN; those are on the port of their parent. */
static int
find_ports(struct runtime *r, const struct config *config)
{
	int rc = 0;

	for (unsigned int i = 0; i < r->interface_count && rc == 0; i++)
		if (config->interfaces[i].parent < 0)
			rc = find_port(r, config, i);
	for (unsigned int i = 0; i < r->interface_count && rc == 0; i++) {
		const struct config_interface *c = &config->interfaces[i];

		if (c->parent >= 0)
			r->interface[i].port = r->interface[c->parent].port;
		r->interface[i].vlan = c->vlan;
		r->interface[i].port->interface_of[c->vlan] = (uint16_t)i;
	}
	return rc;
}

static int
first_cpu(unsigned int lcore)
{
	rte_cpuset_t cpus = rte_lcore_cpuset(lcore);

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &cpus))
			return cpu;
	return -1;
}

/* Decide which worker polls what. */
static int
place(struct runtime *r, const struct config *config, struct placement *placement)
{
	struct placement_port ports[PLACEMENT_PORTS_MAX];
	int cpus[PLACEMENT_WORKERS_MAX];
	size_t bad;
	int rc;

	for (unsigned int i = 0; i < r->worker_count; i++)
		cpus[i] = first_cpu(r->worker[i].lcore);
	for (unsigned int i = 0; i < r->port_count; i++) {
		uint16_t wanted = config->interfaces[r->port[i].interface_of[0]].rx_queues;

		ports[i].node = r->port[i].port.socket;
		ports[i].queues = r->port[i].port.queues;
		if (wanted > ports[i].queues || wanted > r->worker_count) {
			log_line(ERR, port, "%s: rx_queues: %u wanted, %u possible (%u workers)",
				 r->port[i].port.label, wanted, ports[i].queues, r->worker_count);
			return -EINVAL;
		}
		if (wanted != 0)
			ports[i].queues = wanted;
	}
	rc = placement_assign(placement_topology_host(), cpus, r->worker_count, ports, r->port_count,
			      placement, &bad);
	if (rc != 0)
		log_line(ERR, app, "lcore %u: CPU %d is outside the CPUs allowed to this process",
			 r->worker[bad].lcore, cpus[bad]);
	return rc;
}

static int
open_port(struct runtime *r, const struct config *config, unsigned int i,
	  const struct placement *placement)
{
	struct koi_port *port = &r->port[i];
	struct port_params params = port_params(config, port->interface_of[0]);
	int rc;

	port->port.queues = (uint16_t)placement->queues[i];
	rc = port_open(&port->port, &params);
	if (rc != 0)
		return rc;
	port->poller_count = placement->queues[i];
	for (unsigned int q = 0; q < port->poller_count; q++) {
		struct worker *w = &r->worker[placement->worker[i][q]];

		port->pollers[q] = w->index;
		w->queue[w->queue_count++] = (struct rx_queue){
			.port = port,
			.port_id = port->port.id,
			.queue = (uint16_t)q,
			.depth = RTE_MAX(port->port.rx_descriptors, QUEUE_DEPTH_MIN),
		};
		if (placement->is_remote[i][q])
			log_line(WARNING, port, "%s: polled by lcore %u on another NUMA node",
				 port->port.label, w->lcore);
	}
	atomic_init(&port->injector, port->pollers[0]);
	return 0;
}

/* ------------------------------------------------------------------------------------------- */
/* Workers                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static struct rte_ring *
create_ring(const char *what, unsigned int index, unsigned int element, unsigned int count,
	    int socket)
{
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *ring;

	snprintf(name, sizeof(name), "koi_%s_%u", what, index);
	ring = rte_ring_create_elem(name, element, count, socket, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (ring == NULL)
		log_line(ERR, app, "ring %s: %s", name, rte_strerror(rte_errno));
	return ring;
}

static int
create_worker_rings(struct worker *w, int socket)
{
	w->inject = create_ring("inject", w->index, sizeof(struct inject_item), INJECT_RING_SIZE,
				socket);
	w->inject_done = create_ring("done", w->index, sizeof(struct inject_done),
				     2 * INJECT_RING_SIZE, socket);
	w->adverts = create_ring("adverts", w->index, sizeof(struct punt_advert),
				 PUNT_ADVERT_RING_SIZE, socket);
	w->sightings = create_ring("sightings", w->index, sizeof(struct neigh_sighting),
				   PUNT_SIGHTING_RING_SIZE, socket);
	w->unresolved = create_ring("unresolved", w->index, sizeof(struct fwd_unresolved),
				    PUNT_UNRESOLVED_RING_SIZE, socket);
	w->pending = inject_pending_create();
	return w->inject == NULL || w->inject_done == NULL || w->adverts == NULL ||
			       w->sightings == NULL || w->unresolved == NULL || w->pending == NULL ?
		       -ENOMEM :
		       0;
}

static int
create_workers(struct runtime *r)
{
	unsigned int lcore, i = 0;

	r->worker_count = rte_lcore_count() - 1;
	if (r->worker_count > PLACEMENT_WORKERS_MAX) {
		log_line(ERR, app, "%u workers are more than %u", r->worker_count,
			 PLACEMENT_WORKERS_MAX);
		return -E2BIG;
	}
	r->worker = rte_zmalloc("workers", r->worker_count * sizeof(*r->worker), RTE_CACHE_LINE_SIZE);
	if (r->worker == NULL)
		return -ENOMEM;
	RTE_LCORE_FOREACH_WORKER(lcore)
	{
		struct worker *w = &r->worker[i];
		int rc;

		w->runtime = r;
		w->index = i++;
		w->lcore = lcore;
		w->queue = calloc(r->interface_count + 1, sizeof(*w->queue));
		w->interface = calloc(r->interface_count + 1, sizeof(*w->interface));
		if (w->queue == NULL || w->interface == NULL)
			return -ENOMEM;
		rc = create_worker_rings(w, (int)rte_lcore_to_socket_id(lcore));
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
create_worker_interface(struct runtime *r, struct worker *w, unsigned int interface)
{
	struct worker_interface *wi = rte_zmalloc_socket("worker", sizeof(*wi), RTE_CACHE_LINE_SIZE,
							 (int)rte_lcore_to_socket_id(w->lcore));

	if (wi == NULL)
		return -ENOMEM;
	punt_police_init(&wi->police, r->interface[interface].port->poller_count);
	wi->arp.epoch = 1;
	wi->nd.epoch = 1;
	w->interface[interface] = wi;
	return 0;
}

static int
create_worker_interfaces(struct runtime *r)
{
	int rc = 0;

	for (unsigned int i = 0; i < r->worker_count; i++)
		if (r->worker[i].queue_count == 0)
			log_line(WARNING, app, "lcore %u polls nothing: no queue is left for it",
				 r->worker[i].lcore);
	for (unsigned int i = 0; i < r->interface_count; i++) {
		const struct koi_port *port = r->interface[i].port;

		for (unsigned int q = 0; q < port->poller_count && rc == 0; q++)
			rc = create_worker_interface(r, &r->worker[port->pollers[q]], i);
	}
	return rc;
}

/* ------------------------------------------------------------------------------------------- */
/* The whole                                                                                    */
/* ------------------------------------------------------------------------------------------- */

static struct neigh_table *
create_neighbours(const struct runtime *r)
{
	const struct neigh_params params = {
		.name = "koi_neigh",
		.capacity = NEIGH_CAPACITY,
		.interfaces = (uint16_t)RTE_MAX(r->interface_count, 1U),
		.unanswered = NEIGH_UNANSWERED,
		.random = clock_tsc(),
		.socket = SOCKET_ID_ANY,
	};

	return neigh_create(&params);
}

static int
create_shared(struct runtime *r)
{
	size_t qsbr_size = rte_rcu_qsbr_get_memsize(r->worker_count);

	r->port = rte_zmalloc("ports", (r->interface_count + 1) * sizeof(*r->port), RTE_CACHE_LINE_SIZE);
	r->interface = rte_zmalloc("interfaces", (r->interface_count + 1) * sizeof(*r->interface),
				   RTE_CACHE_LINE_SIZE);
	r->qsbr = rte_zmalloc("qsbr", qsbr_size, RTE_CACHE_LINE_SIZE);
	r->inject_pool = rte_pktmbuf_pool_create("koi_inject", INJECT_POOL_SIZE, INJECT_POOL_CACHE, 0,
						 RTE_PKTMBUF_HEADROOM + INJECT_SHORT_MAX, SOCKET_ID_ANY);
	r->inject_large = rte_pktmbuf_pool_create("koi_inject_large", INJECT_LARGE_SIZE, 0, 0,
						  RTE_PKTMBUF_HEADROOM + INJECT_FRAME_MAX,
						  SOCKET_ID_ANY);
	r->events = create_ring("events", 0, sizeof(struct event), EVENT_RING_SIZE, SOCKET_ID_ANY);
	r->changes = create_ring("changes", 0, sizeof(void *), CHANGE_RING_SIZE, SOCKET_ID_ANY);
	r->commands = create_ring("commands", 0, sizeof(void *), COMMAND_RING_SIZE, SOCKET_ID_ANY);
	r->neighbours = create_neighbours(r);
	r->timers = timerheap_create(CONFIG_VHIDS_MAX);
	r->demotion = record_create(sizeof(struct demotion_status));
	r->gap = record_create(sizeof(struct control_gap));
	r->history = event_history_create();
	if (r->port == NULL || r->interface == NULL || r->qsbr == NULL || r->inject_pool == NULL ||
	    r->inject_large == NULL || r->events == NULL || r->changes == NULL || r->commands == NULL || r->neighbours == NULL || r->timers == NULL ||
	    r->demotion == NULL || r->gap == NULL || r->history == NULL)
		return -ENOMEM;
	rte_rcu_qsbr_init(r->qsbr, r->worker_count);
	for (unsigned int i = 0; i < r->worker_count; i++)
		rte_rcu_qsbr_thread_register(r->qsbr, i);
	return 0;
}

static int
bring_up(struct runtime *r, const struct config *config)
{
	struct placement placement;
	int rc = create_workers(r);

	if (rc == 0)
		rc = create_shared(r);
	for (unsigned int i = 0; i < r->interface_count && rc == 0; i++) {
		r->interface[i].vip.index = (uint16_t)i;
		vip_roles_init(&r->interface[i].vip.roles);
		memcpy(r->interface[i].name, config->interfaces[i].name, sizeof(r->interface[i].name));
	}
	if (rc == 0)
		rc = find_ports(r, config);
	if (rc == 0)
		rc = place(r, config, &placement);
	for (unsigned int i = 0; i < r->port_count && rc == 0; i++)
		rc = open_port(r, config, i, &placement);
	if (rc == 0)
		rc = create_worker_interfaces(r);
	if (rc == 0)
		rc = election_create(r, config);
	if (rc == 0)
		rc = routes_create(r, config);
	if (rc == 0)
		rc = router_create(r);
	if (rc == 0)
		rc = transmit_create(r);
	if (rc == 0) {
		r->resolve = resolve_create(r);
		rc = r->resolve == NULL ? -ENOMEM : 0;
	}
	return rc;
}

/* The start is a reload from nothing, made before anybody runs. */
static int
apply_first(struct runtime *r, struct config *config)
{
	struct config_report report = { 0 };
	struct change_list *list = reload_plan(r, config, &report);
	int rc = list == NULL ? -errno : 0;

	for (size_t i = 0; i < report.error_count; i++)
		log_line(ERR, config, "%s: %s", r->config_file, report.errors[i]);
	config_report_free(&report);
	if (rc != 0)
		return rc;
	/* The counters of this run are out of reach of the next before they are used. */
	replay_store_flush(r->replay);
	/* Some steps are taken in portions; here nobody waits in between. */
	while (!change_step(r, list, UINT_MAX, clock_us()))
		;
	reload_show(r, list);
	reload_finish(r, list);
	return 0;
}

/* The manager waits for the answers under way, and not for questions that come meanwhile. */
static void
init_view_lock(struct runtime *r)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&r->view_lock, &attr);
	pthread_rwlockattr_destroy(&attr);
}

int
runtime_create(struct runtime *r, struct config *config, const char *config_file, const char *prefix)
{
	int rc;

	memset(r, 0, sizeof(*r));
	init_view_lock(r);
	r->config_file = config_file;
	r->prefix = prefix;
	r->start_us = clock_us();
	r->interface_count = (unsigned int)config->interface_count;
	r->replay = replay_store_open(prefix);
	rc = r->replay == NULL ? -ENOMEM : bring_up(r, config);
	if (rc == 0)
		rc = apply_first(r, config);
	if (rc == 0)
		return 0;
	if (rc == -ENOMEM)
		log_line(ERR, app, "out of memory");
	runtime_destroy(r);
	return rc;
}

static void
destroy_worker(struct runtime *r, struct worker *w)
{
	for (unsigned int i = 0; w->interface != NULL && i < r->interface_count; i++)
		rte_free(w->interface[i]);
	free(w->interface);
	free(w->queue);
	inject_pending_destroy(w->pending);
	rte_ring_free(w->inject);
	rte_ring_free(w->inject_done);
	rte_ring_free(w->adverts);
	rte_ring_free(w->sightings);
	punt_unresolved_free(w);
	rte_ring_free(w->unresolved);
}

void
runtime_destroy(struct runtime *r)
{
	replay_keep_end(r);
	transmit_destroy(r);
	routes_destroy(r);
	reload_clear(r);
	if (r->election != NULL)
		election_destroy(r);
	/* Frames go before their pools: those that wait, and those in the rings of other ports. */
	resolve_destroy(r->resolve);
	for (unsigned int i = 0; i < r->worker_count && r->worker != NULL; i++)
		destroy_worker(r, &r->worker[i]);
	for (unsigned int i = 0; i < r->port_count && r->port != NULL; i++)
		if (r->port[i].port.pool != NULL)
			port_close(&r->port[i].port);
	for (unsigned int i = 0; i < r->port_count && r->port != NULL; i++)
		port_free(&r->port[i].port);
	router_destroy(r);
	rte_free(r->worker);
	rte_free(r->port);
	rte_free(r->interface);
	rte_free(r->qsbr);
	rte_mempool_free(r->inject_pool);
	rte_mempool_free(r->inject_large);
	rte_ring_free(r->events);
	rte_ring_free(r->changes);
	rte_ring_free(r->commands);
	neigh_destroy(r->neighbours);
	timerheap_destroy(r->timers);
	record_destroy(r->demotion);
	record_destroy(r->gap);
	event_history_destroy(r->history);
	pthread_rwlock_destroy(&r->view_lock);
	memset(r, 0, sizeof(*r));
}
