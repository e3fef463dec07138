/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A change of the running configuration, as a list of steps that the control lcore can take in
 * portions, none of which allocates or fails.
 *
 * The manager makes the list: everything new is finished, everything that goes is taken out. Control
 * takes the steps between two looks at its rings. What was replaced is then in the list, and freed
 * by the manager when every worker has passed a quiescent point.
 *
 * Threads: change_step() by control; see reload.h for the manager's side.
 * Memory:  the list and all it holds belong to the manager before and after.
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "runtime.h"

enum change_type {
	CHANGE_VHID_RESIGN,  /**< administratively down: bow out */
	CHANGE_VHID_REMOVE,  /**< after its bow-out: leave the election */
	CHANGE_SETTINGS,     /**< of the node */
	CHANGE_VHID_ADD,
	CHANGE_VHID_REBIND,  /**< the same values in the new configuration */
	CHANGE_VHID_APPLY,   /**< new values */
	CHANGE_INTERFACE,    /**< the set of addresses, what the host is there, the start delay */
	CHANGE_TARGETS,      /**< who is kept resolved */
};

struct change {
	enum change_type type;
	struct koi_vhid *vhid;
	const struct config_vhid *config;
	struct carp_vhid_change *carp; /**< CHANGE_VHID_APPLY; holds the old values afterwards */
	bool announce;                 /**< CHANGE_VHID_APPLY: addresses came; announce as MASTER */
	unsigned int interface;        /**< CHANGE_INTERFACE */
	const struct vip_set *set;     /**< CHANGE_INTERFACE; the old one afterwards */
	struct host_link *host;        /**< likewise */
	uint64_t start_delay_us;       /**< CHANGE_INTERFACE */
	struct resolve_targets *targets; /**< CHANGE_TARGETS; the old ones afterwards */
};

struct change_list {
	struct config *config; /**< the new configuration */
	struct view *view;     /**< ... and what readers are to see; the old one afterwards */
	struct routes *routes; /**< ... and what is forwarded by; the old ones afterwards */
	struct change *change; /**< in the order in which they are to be made */
	size_t count;
	size_t next;           /**< control: how far it has come */
	_Atomic bool is_done;  /**< control to manager */
};

/** Show readers the settings of the node, and what is logged from now on. Control. */
static inline void
change_publish_settings(struct runtime *r, uint8_t log)
{
	const struct carp_settings *settings = carp_node_settings(r->node);

	atomic_store_explicit(&r->in_force.allow, settings->allow, memory_order_relaxed);
	atomic_store_explicit(&r->in_force.preempt, settings->preempt, memory_order_relaxed);
	atomic_store_explicit(&r->in_force.log, log, memory_order_relaxed);
}

/**
 * Take steps of the list.
 *
 * @param budget at most so many
 * @return       true when the list is done
 */
bool change_step(struct runtime *r, struct change_list *list, unsigned int budget, uint64_t now_us);

#endif /* CHANGE_H */
