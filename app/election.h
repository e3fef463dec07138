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
 * Memory:  allocated by election_create().
 */
#ifndef ELECTION_H
#define ELECTION_H

#include "inject.h"
#include "punt.h"
#include "runtime.h"

/** Make the objects of lib/carp for every interface and vhid. 0, or -ENOMEM, -EINVAL. */
int election_create(struct runtime *r);
void election_destroy(struct runtime *r);

/** An advertisement that a worker handed on. */
void election_receive(struct runtime *r, const struct punt_advert *advert, uint64_t now_us);

/** Let time pass for one vhid, and arm its timer anew. */
void election_run(struct runtime *r, struct koi_vhid *v, uint64_t now_us, uint64_t heard_until_us);

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

/** The shortest advertisement interval of an interface, or of all (NULL), in microseconds. */
uint64_t election_shortest_interval_us(const struct runtime *r, const struct koi_interface *ifc);

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

/** Tell the manager; what finds no room is counted. */
void election_event(struct runtime *r, const struct event *e);

#endif /* ELECTION_H */
