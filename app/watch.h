/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The watch of the control lcore over workers and over itself.
 *
 * A worker that completes no turn for STALL_US is told of; after DEMOTE_US the node is demoted by
 * the cause "worker stalled" until the worker has run again for RECOVER_US. The injecting duty of a
 * port moves to the lowest worker there that is alive.
 *
 * Threads: control.
 */
#ifndef WATCH_H
#define WATCH_H

#include "runtime.h"

#define WATCH_STALL_US 200000
#define WATCH_DEMOTE_US 2000000
#define WATCH_RECOVER_US 3000000

/** Worst values of a period, kept in portions so that old ones drop out. */
struct watch_window {
	uint64_t portion_us;
	uint64_t portion[10];
	uint64_t current; /**< number of the portion, counted from the start of time */
};

struct watch_worker {
	bool is_stalled;
	uint64_t stalled_us; /**< begin of the stall */
	uint64_t alive_us;   /**< since when it has run without a stall */
};

struct watch {
	struct runtime *r;
	struct watch_worker worker[PLACEMENT_WORKERS_MAX];
	uint64_t forgiven_us; /**< stalls are counted from here: before, control itself stood still */
	bool is_demoting;
	struct watch_window window_10s;
	struct watch_window window_5min;
	struct control_gap gap;
	uint64_t gap_published_us;
};

void watch_start(struct watch *w, struct runtime *r, uint64_t now_us);

/** Look after the heartbeats of all workers. */
void watch_workers(struct watch *w, uint64_t now_us);

/** True if a worker that polls the port is stalled. */
bool watch_is_stalled(const struct watch *w, const struct koi_port *port);

/** Control began a turn so much later than the last one's begin and its sleep allow for. */
void watch_gap(struct watch *w, uint64_t late_us, uint64_t now_us);

/** Control stood still: workers are not to blame for the time before now. */
void watch_forgive(struct watch *w, uint64_t now_us);

#endif /* WATCH_H */
