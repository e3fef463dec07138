/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A forwarding table that is a list: slow, and with nothing in it that can be wrong.
 *
 * Prefixes and addresses at random come from a few networks, so that they meet.
 */
#ifndef FIB_MODEL_H
#define FIB_MODEL_H

#include <stddef.h>

#include "fwd/fwd_fib.h"

#define FIB_MODEL_ROUTES 512

struct fib_model {
	struct fwd_route route[FIB_MODEL_ROUTES];
	size_t count;
};

/** Set, change or take away a route. */
void fib_model_set(struct fib_model *m, const struct fwd_route *route);

/** The adjacency of the longest prefix, or FWD_ADJ_INDEX_NO_ROUTE. */
uint16_t fib_model_find(const struct fib_model *m, const struct ip_addr *addr);

/** A change at random, with prefixes of 0 to @p len_max bits. A full model loses routes. */
struct fwd_route fib_model_change(const struct fib_model *m, enum ip_family family,
				  uint8_t len_max);

/** An address at random. */
struct ip_addr fib_model_address(enum ip_family family);

/** What tables say for these addresses. */
void fib_lookup(const struct fwd_tables *t, const struct ip_addr *addr, size_t count,
		uint16_t *adjacency);

/** A route from text: fib_route("10.0.0.0/8", 7). */
struct fwd_route fib_route(const char *prefix, uint16_t adjacency);

#endif /* FIB_MODEL_H */
