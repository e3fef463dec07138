/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the elections of lib/carp decide, carried out: roles published, frames injected, events
 * told.
 *
 * Becoming MASTER is: store the role word, then inject the advertisement and the announcements.
 * Leaving on purpose is: inject the bow-out, wait until it is handed to the device (1 ms at most),
 * store the role. Yielding to a better master is: store the role at once.
 *
 * Threads: control; election_create() and election_destroy() while it does not run.
 * Memory:  allocated by election_create() and election_prepare().
 */
#ifndef ELECTION_H
#define ELECTION_H

#include "inject.h"
#include "punt.h"
#include "runtime.h"

/** Make the node and its interfaces; vhids come by election_add(). 0, or -ENOMEM, -EINVAL. */
int election_create(struct runtime *r, const struct config *config);
void election_destroy(struct runtime *r);

/** The lists that a struct carp_vhid_config points to. */
struct election_lists {
	struct ip_addr addresses[CARP_ADDRESSES_MAX];
	struct carp_secret accept[CARP_ACCEPT_MAX];
};

/** What lib/carp is to be told of a vhid; valid as long as @p c and @p lists. */
struct carp_vhid_config election_config(const struct config_vhid *c, struct election_lists *lists);

/**
 * Make what a vhid needs for its election, not part of one yet. The manager, or main.
 *
 * @return 0, or a negative errno
 */
int election_prepare(struct runtime *r, struct koi_vhid *v, const struct config_vhid *c);
/** Undo it, after election_remove() if the vhid was added. */
void election_discard(struct koi_vhid *v);

/** A prepared vhid takes part. */
void election_add(struct runtime *r, struct koi_vhid *v, uint64_t now_us);

/** Bow out and go to INIT, for good. */
void election_resign_vhid(struct runtime *r, struct koi_vhid *v, uint64_t now_us);

/** Take a vhid that has resigned out. False while its bow-out is on its way. */
bool election_remove(struct runtime *r, struct koi_vhid *v, uint64_t now_us);

/** Give a running vhid new values; @p change holds the old ones afterwards. */
void election_apply(struct runtime *r, struct koi_vhid *v, const struct config_vhid *c,
		    struct carp_vhid_change *change, bool is_announcing, uint64_t now_us);

/** An advertisement that a worker handed on. */
void election_receive(struct runtime *r, const struct punt_advert *advert, uint64_t now_us);

/** The vhid of a slot, or NULL. */
struct koi_vhid *election_vhid_at(const struct runtime *r, size_t slot);

/** Let time pass for one vhid, and arm its timer anew. */
void election_run(struct runtime *r, struct koi_vhid *v, uint64_t now_us, uint64_t heard_until_us);

/** Force a role once. 0, or -ENETDOWN if the vhid can have none. */
int election_force(struct runtime *r, struct koi_vhid *v, enum carp_state role, uint64_t now_us);

/** Take the next advertisement of each peer, whatever its counter. */
void election_forget(struct runtime *r, struct koi_vhid *v, uint64_t now_us);

/** Make every vhid of an interface (or of all, NULL) due now. */
void election_wake(struct runtime *r, const struct koi_interface *ifc, uint64_t now_us);

/** How an injected frame ended. */
void election_sent(struct runtime *r, const struct inject_done *done, uint64_t now_us);

/** Go on with what takes more than one turn: roles that wait for their bow-out, announcements. */
void election_continue(struct runtime *r, uint64_t now_us);

/** True if election_continue() has something to do. */
bool election_is_busy(const struct runtime *r);

/** Resign everywhere: the end. */
void election_resign(struct runtime *r, uint64_t now_us);

/**
 * The shortest advertisement interval of all vhids, in microseconds, after each change of their
 * number or values; the shares of the sources of each interface follow.
 */
uint64_t election_follow_intervals(struct runtime *r);

/**
 * How long every role holds without control: from any moment at which advertisements are on time,
 * no peer takes over within it.
 */
uint64_t election_lease_us(const struct runtime *r);

/**
 * How long to listen after control stood still for @p stop_us, so that whoever took over is heard
 * once; 0 if nobody can have.
 */
uint64_t election_listen_us(const struct runtime *r, uint64_t stop_us);

/** Somebody with @p mac claims a virtual address. */
void election_claimed(struct runtime *r, struct koi_vhid *v, const struct ip_addr *addr,
		      const uint8_t mac[6], uint64_t now_us);

/** Tell the manager; what finds no room is counted. */
void election_event(struct runtime *r, const struct event *e);
/** EVENT_DUPLICATE_ADDRESS or EVENT_ADDRESS_CONFLICT. */
void election_address_event(struct runtime *r, const struct koi_interface *ifc, enum event_type type,
			    const struct ip_addr *addr, const uint8_t mac[6], uint64_t now_us);

#endif /* ELECTION_H */
