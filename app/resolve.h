/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Next hops get their MACs: packets that wait for one are held, neighbours are asked for, and
 * workers are told by adjacencies.
 *
 * Gateways, unicast peers and static neighbours are targets: kept in the table, and kept resolved,
 * so that neither a takeover nor an advertisement waits for an answer. Everybody else is asked for
 * when a packet is to go there.
 *
 * A request comes from an address that is ours at that moment: an own one, or a virtual one of a
 * vhid that is MASTER, with its MAC; never a virtual one otherwise.
 *
 * Threads: control, but for resolve_create(), resolve_destroy() and the targets, which are the
 *          manager's before and after.
 * Memory:  allocated by resolve_create(). Frames come from the pools of the ports; a few are held
 *          at a time, each of them not for long.
 * Errors:  negative errno.
 */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "runtime.h"

/* ------------------------------------------------------------------------------------------- */
/* Targets                                                                                      */
/* ------------------------------------------------------------------------------------------- */

#define RESOLVE_NO_ADJACENCY UINT32_MAX

/** An address on a link that is kept resolved. */
struct resolve_target {
	struct ip_addr addr;
	uint8_t mac[6];
	bool is_static;      /**< it has this MAC */
	uint16_t interface;
	uint32_t adjacency;  /**< of a gateway; it follows the MAC. Or RESOLVE_NO_ADJACENCY */
};

struct resolve_targets {
	size_t count;
	size_t statics; /**< of them; they come first */
	struct resolve_target item[];
};

/** The targets of a configuration. NULL with errno ENOMEM. Manager. */
struct resolve_targets *resolve_targets_create(const struct runtime *r, const struct config *config,
					       const struct routes_gateways *gateways);

/**
 * Go over to other targets, a few at a time.
 *
 * @param targets the new ones; the old ones afterwards, or NULL if there were none
 * @return        true when all of them have been gone over to
 */
bool resolve_follow(struct runtime *r, struct resolve_targets **targets, uint64_t now_us);

/* ------------------------------------------------------------------------------------------- */
/* Work                                                                                         */
/* ------------------------------------------------------------------------------------------- */

struct resolve;

/** @return NULL with errno ENOMEM */
struct resolve *resolve_create(const struct runtime *r);
void resolve_destroy(struct resolve *s);

/** Take what a worker could not send for want of a MAC. True if there is more. */
bool resolve_take(struct runtime *r, struct worker *w, uint64_t now_us);

/** Do what is due of neighbours and of the packets that wait for them. True if there is more. */
bool resolve_run(struct runtime *r, uint64_t now_us);

/** An interface may ask again who did not answer: its link is up, or it has become MASTER. */
void resolve_wake(struct runtime *r, uint16_t interface, uint64_t now_us);

#endif /* RESOLVE_H */
