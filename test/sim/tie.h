/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Hosts of equal speed on one segment, koi and others: who becomes master, and how fast.
 */
#ifndef TIE_H
#define TIE_H

#include <stdbool.h>
#include <stdint.h>

#include "peer.h"
#include "sim_node.h"
#include "sim_world.h"

#define TIE_HOSTS_MAX 4

/** How the hosts come to be masters of the same speed. */
enum tie_cause {
	TIE_START, /**< started 0 to 5 ms apart */
	TIE_HEAL,  /**< masters on both sides of a cut that ends */
	TIE_CAUSES,
};

/** Who takes part: a make for each host, NULL is koi. */
struct tie_line_up {
	const char *name;
	const struct peer_make *makes[TIE_HOSTS_MAX];
	unsigned int host_count;
	unsigned int seeds_divisor; /**< the larger line-ups run fewer seeds */
	/** Master-down times until there must be one master; 0 without koi: only look. */
	unsigned int settle;
};

/** What was seen in one run. */
struct tie_result {
	uint64_t delay_max_us;
	uint64_t interval_us;
	uint64_t double_us; /**< with two masters or more, in one piece, after start or heal */
	uint64_t none_us;   /**< without a master, once there was one */
	bool had_no_master; /**< once there was one */
	bool koi_leads;
};

/** Run one seed; what breaks a rule is in @p w. */
void tie_run(struct sim_world *w, uint64_t seed, bool print, const struct tie_line_up *line_up,
	     enum tie_cause cause, struct tie_result *result);

#endif /* TIE_H */
