/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The way out of a worker: replies by the queue that the request came by, what was forwarded by the
 * worker's queue of the other port.
 *
 * A port may have fewer queues than there are workers. Those without one hand their frames to a
 * worker that has, by a ring for each such pair; it sends them in its next turn.
 *
 * Threads: transmit_create() and transmit_destroy() while no worker runs; the rest by the worker.
 */
#ifndef TRANSMIT_H
#define TRANSMIT_H

#include "runtime.h"

/**
 * Find each worker's way out of each interface.
 *
 * @return 0 or -ENOMEM
 */
int transmit_create(struct runtime *r);
void transmit_destroy(struct runtime *r);

/** Send replies by this queue; the interface's tag is pushed. */
void transmit_replies(struct worker *w, const struct koi_interface *ifc, uint16_t queue,
		      struct burst *replies);

/** Send what waits in w->tx. */
void transmit_flush(struct worker *w);

/** Send what other workers have handed over. Returns how many frames that were. */
unsigned int transmit_drain(struct worker *w);

#endif /* TRANSMIT_H */
