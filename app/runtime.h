/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The running koi: ports, interfaces, vhids, workers and what connects them.
 *
 * Threads: built and torn down by main() while no other thread runs. In between each field belongs
 *          to the thread that its comment names; what several threads read is atomic, immutable, or
 *          a struct record.
 * Memory:  all of it is allocated by runtime_create(), nothing on the way of a packet or of an
 *          advertisement.
 * Time:    microseconds of base/clock.h, or TSC cycles where the name says so.
 */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <pthread.h>

#include <rte_rcu_qsbr.h>
#include <rte_ring.h>

#include "arp/arp.h"
#include "base/counter.h"
#include "base/ratelimit.h"
#include "base/record.h"
#include "base/timerheap.h"
#include "carp/carp.h"
#include "config/config.h"
#include "fwd/fwd.h"
#include "fwd/fwd_adj.h"
#include "fwd/fwd_fib.h"
#include "nd/nd.h"
#include "neigh/neigh.h"
#include "port/port.h"
#include "vip/vip.h"

#include "event.h"
#include "placement.h"
#include "replay_store.h"

#define NEIGH_CAPACITY 16384
/** Neighbours of one interface that have not answered. */
#define NEIGH_UNANSWERED 1024

/* ------------------------------------------------------------------------------------------- */
/* Interfaces and vhids                                                                         */
/* ------------------------------------------------------------------------------------------- */

#define PORT_VLANS 4096
#define PORT_NO_INTERFACE UINT16_MAX

/** A port, the interfaces on it, the workers that poll it, and the one that injects. */
struct koi_port {
	struct port port;
	uint16_t interface_of[PORT_VLANS]; /**< by VLAN, 0 being untagged; does not change */
	unsigned int pollers[PLACEMENT_WORKERS_MAX]; /**< workers with a queue pair here, by queue */
	unsigned int poller_count;
	_Atomic unsigned int injector; /**< the worker that sends for control; written by control */
	_Atomic uint64_t link; /**< link_pack(); written by the manager, which polls the device */
};

static inline uint64_t
link_pack(struct port_link link)
{
	return (uint64_t)link.speed_mbps << 1 | link.is_up;
}

static inline struct port_link
link_unpack(uint64_t packed)
{
	return (struct port_link){ .is_up = packed & 1, .speed_mbps = (uint32_t)(packed >> 1) };
}

struct host_link;

struct koi_interface {
	struct vip_interface vip __rte_cache_aligned;
	char name[CONFIG_NAME_MAX];
	uint16_t vlan;                        /**< 0: untagged */
	const struct config_interface *shown; /**< readers, under view_lock */
	struct koi_vhid *shown_vhid[256];     /**< readers, under view_lock */
	struct koi_port *port;
	struct carp_interface *carp; /**< control */
	_Atomic(struct host_link *) host; /**< control writes; readers under view_lock: host_link.h */
	/**
	 * By family and vhid: the source of the last accepted advertisement as punt_source_hint() has
	 * it, or 0. Workers keep a share of what they hand on for it, so that no flood drowns the
	 * master. Control.
	 */
	_Atomic uint64_t master_hint[IP_FAMILIES][256];
	/** The cost of an advertisement in the share of its source; follows the shortest interval. */
	_Atomic uint64_t source_cycles;
	struct koi_vhid *by_vhid[256]; /**< control */
	counter_t router_adverts;          /**< sent; control */
	_Atomic uint64_t router_advert_us; /**< when the last one was sent; control */
};

/** What is thought of the next election of a vhid, and when. */
struct vhid_forecast {
	uint64_t made_us;
	struct carp_forecast carp;
};

/** A vhid, from the reload that brings it to the one that takes it away. */
struct koi_vhid {
	const struct config_vhid *config; /**< control */
	const struct config_vhid *shown;  /**< readers, under view_lock */
	/** What a command made of the file's values, in force until the next reload, or NULL. Manager. */
	struct config_vhid *changed;
	struct koi_interface *interface;
	unsigned int slot; /**< its number in timers, events and injected frames */
	char name[CONFIG_NAME_MAX + 4]; /**< "1@lan" */
	uint64_t mac;          /**< source of what is sent for it: virtual, or the port's */
	struct record *status; /**< struct carp_vhid_status; control writes, anyone reads */
	struct record *forecast; /**< struct vhid_forecast; likewise */
	struct record *replay;   /**< struct replay_state, if replay is strict; likewise */
	size_t replay_place;     /**< in the store, or REPLAY_NOWHERE. Manager */
	struct election_vhid *election; /**< control's own: election.c */
};

/* ------------------------------------------------------------------------------------------- */
/* Workers                                                                                      */
/* ------------------------------------------------------------------------------------------- */

/** What a worker counts of an interface besides ARP, ND, IP and refused advertisements. */
enum link_counter {
	LINK_RX_PACKETS,
	LINK_RX_BYTES,
	LINK_TX_PACKETS,
	LINK_TX_BYTES,
	LINK_DROP_RUNT,         /**< shorter than an Ethernet header */
	LINK_DROP_VLAN,         /**< tagged for a VLAN that no interface has */
	LINK_DROP_ETHERTYPE,    /**< neither ARP nor IP */
	LINK_DROP_TX,           /**< the device took no more */
	LINK_DROP_STALE_INJECT, /**< role changed or too old before it could be sent */
	LINK_PUNT_POLICED,      /**< not handed to control: over its share */
	LINK_PUNT_RING_FULL,    /**< not handed to control: no room */
	LINK_COUNTERS,
};

const char *link_counter_name(enum link_counter counter);

/** What control counts of next hops and of packets that wait for one. */
enum resolve_counter {
	RESOLVE_HELD,            /**< packets that had to wait */
	RESOLVE_SENT,            /**< of them: sent when the MAC was known */
	RESOLVE_DROP_REPLACED,   /**< of them: one of too many for the neighbour, or for all */
	RESOLVE_DROP_EXPIRED,    /**< of them: waited for too long */
	RESOLVE_DROP_FAILED,     /**< of them: the neighbour did not answer */
	RESOLVE_DROP_REFUSED,    /**< not held: the neighbour does not answer, or there is no room */
	RESOLVE_DROP_SEND,       /**< no room on the way to the device */
	RESOLVE_NO_SOURCE,       /**< requests not sent: no address is ours at the moment */
	RESOLVE_REQUESTS_LOST,   /**< requests not sent: no room on the way to the device */
	RESOLVE_NO_ROOM,         /**< neighbours that found no adjacency */
	RESOLVE_COUNTERS,
};

const char *resolve_counter_name(enum resolve_counter counter);

#define POLICE_SOURCES 4096

/** The shares of what one worker hands to control from one interface. */
struct police {
	struct ratelimit sightings;
	struct ratelimit unresolved;
	struct ratelimit adverts;               /**< all of the interface */
	/** By family and vhid: the last accepted master, or anybody while there is none. */
	struct ratelimit reserved[IP_FAMILIES][256];
	struct ratelimit source[POLICE_SOURCES]; /**< by hash of source and vhid */
	struct ratelimit_rate sightings_rate;
	struct ratelimit_rate unresolved_rate;
	struct ratelimit_rate adverts_rate;
	struct ratelimit_rate reserved_rate;
};

/** What one worker keeps for one interface. */
struct worker_interface {
	counter_t link[LINK_COUNTERS];
	counter_t carp[CARP_COUNTERS]; /**< advertisements refused before control saw them */
	struct fwd_worker fwd;
	struct arp_worker arp;
	struct nd_worker nd;
	struct police police;
};

/** A receive queue, and how far a worker has come with what had arrived. */
struct rx_queue {
	const struct koi_port *port;
	uint16_t port_id;
	uint16_t queue;
	uint16_t depth;          /**< frames that the queue can hold */
	uint32_t taken;          /**< since the mark was set */
	bool is_drained;         /**< found empty since the mark was set */
};

struct worker {
	struct runtime *runtime;
	unsigned int index;
	unsigned int lcore;
	unsigned int queue_count;
	struct rx_queue *queue;
	struct worker_interface **interface; /**< by interface; NULL where it polls nothing */

	struct rte_ring *inject;      /**< from control: struct inject_item */
	struct rte_ring *inject_done; /**< to control: struct inject_done */
	struct rte_ring *adverts;     /**< to control: struct punt_advert */
	struct rte_ring *sightings;   /**< to control: struct neigh_sighting */
	struct rte_ring *unresolved;  /**< to control: struct fwd_unresolved, which owns its frame */
	/** On their way out: transmit.c. */
	struct fwd_tx tx;
	struct transmit_way *way;    /**< by interface */
	struct rte_ring **handover;  /**< from other workers, by worker; NULL where there is none */
	bool has_handover;
	struct inject_pending *pending; /**< frames that the device refused; inject.c */

	/** Published once a turn, read by control, manager and telemetry. */
	_Atomic uint64_t turn_tsc;  /**< when the last completed turn began: the heartbeat */
	_Atomic uint64_t heard_tsc; /**< all that arrived before has been handed to control */
	counter_t turns;
	counter_t packets;
	counter_t handover_drops; /**< another worker has the queue, and its ring was full */
	counter_t fenced_bursts; /**< handled as nobody's master, for the lease had run out */
	counter_t busy_cycles; /**< of turns that found frames */
	counter_t idle_cycles; /**< of turns that did not, naps included */

	/** The worker's own. */
	uint64_t mark_tsc;  /**< when the mark of its queues was set */
	uint64_t epoch_tsc; /**< when what ARP and ND have seen is forgotten next */
	uint32_t empty_turns;
} __rte_cache_aligned;

/* ------------------------------------------------------------------------------------------- */
/* The whole                                                                                    */
/* ------------------------------------------------------------------------------------------- */

/** Named causes, three of each interface, and a few of the node itself. */
#define DEMOTION_CAUSES_MAX ((size_t)CARP_CAUSES_MAX + 3 * CONFIG_INTERFACES_MAX + 8)

/** The demotion sum with its causes, as published by control. */
struct demotion_status {
	int64_t sum;
	uint64_t count;
	struct carp_cause cause[DEMOTION_CAUSES_MAX];
};

/** The control lcore's worst lateness, as published by control. */
struct control_gap {
	uint64_t max_10s_us;
	uint64_t max_5min_us;
	uint64_t max_ever_us;
};

/** Settings that a command may change until the next reload. Control writes, anyone reads. */
struct settings_in_force {
	_Atomic bool allow;
	_Atomic bool preempt;
	_Atomic uint8_t log;
};

/** What readers see: the configuration in force and its vhids, in its order. Replaced whole. */
struct view {
	const struct config *config;
	struct koi_vhid **vhid;
	unsigned int vhid_count;
};

struct routes;
struct routes_gateways;

struct runtime {
	const struct config *config; /**< control; replaced by a reload */
	const char *config_file;
	const char *prefix; /**< --file-prefix */
	uint64_t start_us;
	_Atomic bool is_ready;

	/**
	 * Between the manager, which replaces the view, and those who answer queries. Never taken by
	 * control or a worker.
	 */
	pthread_rwlock_t view_lock;
	struct view *view;
	struct koi_vhid *slot[CONFIG_VHIDS_MAX]; /**< the manager's: names for events, free slots */

	struct koi_port *port;
	unsigned int port_count;
	struct koi_interface *interface;
	unsigned int interface_count;
	struct worker *worker;
	unsigned int worker_count;
	_Atomic enum config_idle idle; /**< what workers do after an empty turn */

	/** Where forwarded packets go. NULL if the configuration has nothing to forward. */
	struct fwd_adj_table *adjacencies;
	struct fwd_fib *fib;
	struct fwd_hosts *hosts;         /**< control writes; NULL if nothing is forwarded */
	struct fwd_router router;        /**< what workers forward with; router.c */
	struct routes *routes; /**< the manager's: what is in them; asked under view_lock */

	struct rte_mempool *inject_pool; /**< frames of control; traffic cannot use it up */
	struct rte_mempool *inject_large; /**< ... those that find no room there */
	struct rte_rcu_qsbr *qsbr;       /**< workers report here; thread id is the worker's index */
	struct carp_node *node;          /**< control */
	struct election *election;       /**< control's own: election.c */
	struct timerheap *timers;        /**< control; by slot */
	uint64_t host_due_us;            /**< control: host_link_run() */
	uint64_t routers_due_us;         /**< control: router_advert_run() */
	struct neigh_table *neighbours;  /**< control writes */
	struct resolve *resolve;         /**< control's own: resolve.c */
	counter_t resolved[RESOLVE_COUNTERS]; /**< control */
	_Atomic unsigned int held;       /**< packets that wait for a next hop; control */
	struct settings_in_force in_force;
	struct record *demotion;         /**< struct demotion_status */
	struct record *gap;              /**< struct control_gap */
	struct rte_ring *events;         /**< to the manager: struct event */
	struct rte_ring *changes;        /**< from the manager: struct change_list * */
	struct rte_ring *commands;       /**< from the manager: struct command * */
	counter_t events_lost;           /**< control */
	struct event_history *history;   /**< the manager writes, anyone reads */
	struct notify *notify;           /**< the manager */
	struct replay_store *replay;     /**< the manager */
	const struct notify_counters *notify_counters; /**< anyone reads */

	/**
	 * Until when the roles hold. Control renews it; a worker that finds it expired treats every
	 * vhid as not MASTER: after a long stop another host may have taken over.
	 */
	_Atomic uint64_t lease_tsc;
	_Atomic bool stop_requested; /**< manager to control */
	_Atomic bool workers_stop;   /**< main to workers */
};

/**
 * Allocate everything, open the ports and apply the configuration.
 *
 * @param config      taken over on success
 * @param config_file what a reload reads
 * @return            0, or a negative errno with the reason logged
 */
int runtime_create(struct runtime *r, struct config *config, const char *config_file,
		   const char *prefix);
void runtime_destroy(struct runtime *r);

#endif /* RUNTIME_H */
