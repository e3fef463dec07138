/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A struct runtime with every table full and every name as long as it may be, without ports,
 * elections or workers: what the endpoints read, and nothing behind it.
 *
 * Threads: none of its own. full_runtime_publish() writes as the control lcore does.
 * Memory:  needs the EAL for the neighbours' table.
 */
#ifndef FULL_RUNTIME_H
#define FULL_RUNTIME_H

#include "runtime.h"

/** FULL_IS_SMALL: a few of everything, for those who ask a million times. */
#ifdef FULL_IS_SMALL
#define FULL_VHIDS 7
#define FULL_INTERFACES 3
#define FULL_WORKERS 2
#define FULL_NEIGHBOURS 5
#define FULL_EVENTS 9
#define FULL_CAUSES 4
#else
#define FULL_VHIDS CONFIG_VHIDS_MAX
#define FULL_INTERFACES CONFIG_INTERFACES_MAX
#define FULL_WORKERS PLACEMENT_WORKERS_MAX
#define FULL_NEIGHBOURS NEIGH_CAPACITY
#define FULL_EVENTS (EVENT_HISTORY + 100)
#define FULL_CAUSES CARP_CAUSES_MAX
#endif
#define FULL_ADDRESSES CARP_ADDRESSES_MAX
/** The vhid with FULL_ADDRESSES addresses, on the interface with 255 vhids and all neighbours. */
#define FULL_VHID "255@interface-00000"
#define FULL_INTERFACE "interface-00000"
/** An address of a vhid, one by as many next hops as there can be, and one that no route has. */
#define FULL_ROUTE_VIRTUAL "10.0.0.1"
#define FULL_ROUTE_PATHS "10.1.0.1"
#define FULL_ROUTE_NONE "11.0.0.1"
/** No answer may hold it. */
#define FULL_SECRET "top-secret-password"

/** Start the EAL without hugepages and devices in a directory of its own, and the clock. */
void full_runtime_eal(const char *program);

/** Ends the process if there is no memory. */
struct runtime *full_runtime_create(void);
void full_runtime_destroy(struct runtime *r);

/**
 * Publish the next state of one vhid, all of whose counters are @p n, of the demotion and of the
 * control gap.
 */
void full_runtime_publish(struct runtime *r, unsigned int vhid, uint64_t n);

#endif /* FULL_RUNTIME_H */
