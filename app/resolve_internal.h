/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of the resolution share; control's own.
 */
#ifndef RESOLVE_INTERNAL_H
#define RESOLVE_INTERNAL_H

#include "resolve.h"
#include "resolve_held.h"
#include "resolve_host.h"

struct resolve {
	const struct config *config; /**< that config_at belongs to */
	uint16_t *config_at;         /**< by interface: its place in the configuration */
	struct resolve_targets *targets; /**< in force */
	struct resolve_targets *next;    /**< ... or being gone over to, or NULL */
	size_t followed;             /**< of those that are being gone over to */
	size_t left;                 /**< likewise of those that they replace */
	struct resolve_held *held;
	struct resolve_hosts *hosts; /**< NULL if nothing is forwarded */
	uint32_t used_host;          /**< whose use is looked at next, by place */
	size_t used_target;          /**< likewise */
};

static inline void
resolve_count(struct runtime *r, enum resolve_counter counter, uint64_t n)
{
	counter_add(&r->resolved[counter], n);
}

/** Carry out NEIGH_SEND_REQUEST. */
void resolve_request(struct runtime *r, const struct neigh_action *a, uint64_t now_us);

/** Where an interface is in the configuration that control has. */
unsigned int resolve_config_at(const struct runtime *r, uint16_t interface);

/** The gateways at the address of an action follow it: RESOLVED, CHANGED, LOST, UNREACHABLE. */
void resolve_tell_targets(struct runtime *r, const struct neigh_action *a);

/** Who has been forwarded by is told to the table, a few at a time. */
void resolve_use_targets(struct runtime *r, unsigned int budget, uint64_t now_us);

#endif /* RESOLVE_INTERNAL_H */
