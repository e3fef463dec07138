/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A virtual clock, a network and the hosts on it.
 *
 * At equal times frames arrive first, then timers run, in the order of the hosts.
 *
 * Units: microseconds of the virtual clock.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_network.h"
#include "sim_random.h"
#include "sim_trace.h"

/** Anything with a clock and an ear: a koi node, or a peer of another make. */
struct sim_host {
	void *self;
	void (*receive)(void *self, const struct sim_delivery *d);
	uint64_t (*next_us)(const void *self);
	void (*run)(void *self);
};

struct sim_world {
	uint64_t seed;
	uint64_t now_us;
	struct sim_random random;
	struct sim_trace trace;
	struct sim_network net;
	struct sim_host hosts[SIM_HOSTS_MAX];
	unsigned int host_count;
	unsigned int transitions; /**< state changes so far, of all hosts */
	void (*role_changed)(struct sim_world *w, enum carp_state from, enum carp_state to);
	void *watcher; /**< of role_changed, which may be NULL */
	unsigned int answers;     /**< to the probes so far */
	bool has_failed;
	char failure[256]; /**< the first thing that went wrong */
};

void sim_world_init(struct sim_world *w, uint64_t seed, bool print);
void sim_world_free(struct sim_world *w);

/** Let time pass until @p until_us or the first failure. */
void sim_world_run(struct sim_world *w, uint64_t until_us);

/** To be called by a host at every change of a role. */
void sim_world_role(struct sim_world *w, enum carp_state from, enum carp_state to);

/** Note what went wrong; the first note is kept. */
void sim_world_fail(struct sim_world *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* SIM_WORLD_H */
