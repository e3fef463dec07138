/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What control has held until its next hop turned out not to answer: the sender is told, by a
 * worker, as the forwarding stages tell it of such a next hop later on.
 *
 * Threads: a worker that polls the port of the interface.
 * Memory:  the frame is taken over. The error is a frame of the router's pool.
 */
#ifndef UNREACHABLE_H
#define UNREACHABLE_H

#include "runtime.h"

/** @param interface that the packet had come in by */
void unreachable_tell(struct worker *w, uint16_t interface, struct rte_mbuf *frame,
		      uint64_t now_tsc);

#endif /* UNREACHABLE_H */
