/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of the resolution share; control's own.
 */
#ifndef RESOLVE_INTERNAL_H
#define RESOLVE_INTERNAL_H

#include "resolve.h"
#include "resolve_held.h"

struct resolve {
	const struct config *config; /**< that config_at belongs to */
	uint16_t *config_at;         /**< by interface: its place in the configuration */
	struct resolve_targets *targets; /**< in force */
	size_t followed;             /**< of those that are being gone over to */
	size_t left;                 /**< likewise of those that they replace */
	struct resolve_held *held;
};

static inline void
resolve_count(struct runtime *r, enum resolve_counter counter, uint64_t n)
{
	counter_add(&r->resolved[counter], n);
}

/** Carry out NEIGH_SEND_REQUEST. */
void resolve_request(struct runtime *r, const struct neigh_action *a, uint64_t now_us);

#endif /* RESOLVE_INTERNAL_H */
