/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A koi node in the simulator: the real objects of lib/carp, and around them what the daemon does:
 * it carries actions out, publishes roles, queues what arrives while it is stopped.
 *
 * What must hold at every moment is checked here and reported by sim_world_fail().
 *
 * Memory: sim_node_start() creates the objects of lib/carp; sim_node_crash() frees them.
 */
#ifndef SIM_NODE_H
#define SIM_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carp/carp.h"

#include "sim_world.h"

#define SIM_GROUPS_MAX 3
#define SIM_ADDRESSES_MAX 4
#define SIM_FOREVER 1000000000U

/** What the nodes that share a vhid have in common. */
struct sim_group {
	uint8_t vhid;
	unsigned int segment;
	uint8_t key[19];
	size_t key_len;
	struct ip_addr addresses[SIM_ADDRESSES_MAX];
	size_t address_count;
	uint32_t announce_interval_s;
	enum carp_checksum6 checksum6;
	/** Accepted besides, with a length above 0. */
	uint8_t accepted_key[19];
	size_t accepted_key_len;
	uint64_t address_grace_us;
};

/** What one node thinks of one group. */
struct sim_member {
	const struct sim_group *group;
	uint8_t advbase;
	uint8_t advskew;
	enum carp_digest_variant digest;
	enum carp_replay replay;
	uint64_t counter; /**< of the first frame; 0: one that rises with every start */
	bool up;
	struct carp_vhid *vhid;
	enum carp_state role; /**< as published to the workers */
};

struct sim_heard {
	uint64_t at_us;
	struct sim_delivery delivery;
};

struct sim_node {
	struct sim_world *world;
	unsigned int index;
	struct carp_settings settings;
	struct ip_addr source[SIM_SEGMENTS_MAX][IP_FAMILIES];
	unsigned int segment_count;
	struct sim_member members[SIM_GROUPS_MAX];
	unsigned int member_count;
	int32_t demotion; /**< what the operator has added */

	bool is_alive;
	bool is_paused;
	uint64_t paused_us; /**< since */
	uint32_t starts;
	uint32_t send_errors; /**< so many of the next sends fail */
	uint64_t generation;
	uint64_t next_us; /**< when it has to do something, as of the last time that it did */
	bool link[SIM_SEGMENTS_MAX];
	struct carp_node *node;
	struct carp_interface *ifc[SIM_SEGMENTS_MAX];
	struct sim_delivery *queue; /**< arrived while paused */
	size_t queue_len;
	size_t queue_size;
};

/** In which order a node that was stopped catches up. */
enum sim_wake {
	SIM_WAKE_HEAR_FIRST,   /**< as the daemon does it */
	SIM_WAKE_TIMERS_FIRST, /**< timers run before what arrived is heard */
	SIM_WAKE_IN_PARTS,     /**< timers run in between, too */
	SIM_WAKES,
};

/** Put a node into its world; the caller has filled settings, sources and members. */
void sim_node_attach(struct sim_node *n, struct sim_world *w, unsigned int index);
void sim_node_free(struct sim_node *n);

/** Start with the settings as they are, links up, everything that was known forgotten. */
void sim_node_start(struct sim_node *n);
/** Gone without a word. */
void sim_node_crash(struct sim_node *n);
/** Every master bows out, then gone. */
void sim_node_stop(struct sim_node *n);

void sim_node_pause(struct sim_node *n);
void sim_node_wake(struct sim_node *n, enum sim_wake order);

void sim_node_set_link(struct sim_node *n, unsigned int segment, bool up);
void sim_node_set_admin(struct sim_node *n, unsigned int member, bool up);
void sim_node_set_settings(struct sim_node *n, const struct carp_settings *settings);
void sim_node_force(struct sim_node *n, unsigned int member, enum carp_state state);
/** Take what the members say now, as a reload does. */
void sim_node_reload(struct sim_node *n);
void sim_node_demote(struct sim_node *n, int32_t delta);

/** True if nothing but its peers keeps the member from being MASTER. */
bool sim_node_can_lead(const struct sim_node *n, unsigned int member);

#endif /* SIM_NODE_H */
