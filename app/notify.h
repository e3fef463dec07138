/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Programs that are told of changes of state: koi's side.
 *
 * They are started by a helper process, which is forked while koi is still small: koi itself never
 * forks once it has its memory, and no thread of it waits for a program. What the helper does with
 * a state is in notify_helper.h.
 *
 * Threads: notify_start() before any other thread runs; then the manager; notify_counters() may be
 *          read by anyone.
 * Memory:  states that the helper has not taken yet wait on the heap, one for each vhid and no more
 *          than NOTIFY_WAITING_MAX.
 * Time:    nothing waits, but for notify_stop(), for a second at most.
 * Errors:  a helper that is gone is logged once, and then counted.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <sys/types.h>

#include "base/counter.h"
#include "config/config.h"

#include "event.h"

/** How long a program may run. */
#define NOTIFY_LIMIT_MS 10000

#define NOTIFY_WAITING_MAX (2 * CONFIG_VHIDS_MAX)

/** In memory that koi and the helper share; each field has one writer. */
struct notify_counters {
	/** The helper. */
	counter_t started;
	counter_t failed;  /**< not started, status not 0, killed by a signal, or over the limit */
	counter_t skipped; /**< starts that a newer state made needless */
	counter_t pending; /**< states that wait for a program to end, or for room */
	counter_t running;
	/** koi. */
	counter_t superseded; /**< as skipped, before the helper took the state */
	counter_t waiting;    /**< states that the helper has not taken yet */
	counter_t lost;       /**< states that the helper will never take */
};

struct notify;

/**
 * Fork the helper.
 *
 * @param argc, argv of main(): the helper puts its name there; 0 and NULL leave them
 * @param limit_ms   how long a program may run
 * @return           NULL with errno
 */
struct notify *notify_start(int argc, char **argv, unsigned int limit_ms);

/** Hand over what waits, and leave the helper to itself: it ends when the last program has. */
void notify_stop(struct notify *n);

/** The programs that states from now on are told to. */
void notify_set_programs(struct notify *n, const struct config *config);

/** Tell of an event; only those of type EVENT_STATE matter. */
void notify_event(struct notify *n, const struct event *e, const char *vhid, uint64_t sequence);

/** Hand over what waits and log what the helper reports; to be called every few milliseconds. */
void notify_serve(struct notify *n, uint64_t now_us);

const struct notify_counters *notify_counters(const struct notify *n);

/** The helper's process. */
pid_t notify_pid(const struct notify *n);

#endif /* NOTIFY_H */
