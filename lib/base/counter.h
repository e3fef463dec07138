/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A counter with one writer and any number of readers.
 *
 * Threads: counter_add() by the owner only; counter_read() from anywhere. Relaxed order: a sum over
 *          several counters may be a few packets apart.
 */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint64_t counter_t;

/** One writer: a load and a store, no locked instruction. */
static inline void
counter_add(counter_t *c, uint64_t n)
{
	atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static inline uint64_t
counter_read(const counter_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

#endif /* BASE_COUNTER_H */
