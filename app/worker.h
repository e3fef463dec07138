/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The worker: owns its queues and runs every packet to completion.
 *
 * A turn: frames of control first, then a burst of each receive queue through the stages, then what
 * others want to know of it. It never logs, allocates from the heap, locks or makes a system call;
 * the nap of workers.idle and the drivers' own calls excepted.
 *
 * Threads: worker_main() is the whole life of a worker's lcore.
 */
#ifndef WORKER_H
#define WORKER_H

#include "runtime.h"

/** @param arg struct worker */
int worker_main(void *arg);

/** One turn, which began at @p now_tsc. Returns how many frames it handled. */
unsigned int worker_turn(struct worker *w, uint64_t now_tsc);

/**
 * How far a worker has come. What had arrived in a queue by the time the mark was set has been
 * taken once the queue was found empty, or as many frames as it can hold were taken.
 *
 * @return true if that holds for all queues: the mark may move on
 */
bool worker_has_heard(const struct worker *w);

#endif /* WORKER_H */
