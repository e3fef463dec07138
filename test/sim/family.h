/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Hosts of both families on one segment, where the advertisements of one family do not get from
 * one host to the others: who becomes master, and whether it stays.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include "peer.h"
#include "sim_node.h"
#include "sim_world.h"

#define FAMILY_HOSTS_MAX 3

/** What is lost, of one family, for good. */
enum family_loss {
	FAMILY_NOTHING,
	FAMILY_FROM,     /**< from the first host to the others */
	FAMILY_TO,       /**< from the others to the first host */
	FAMILY_BOTH,     /**< between them */
	FAMILY_ANYWHERE, /**< in whichever directions, drawn for each seed */
	FAMILY_LOSSES,
};

/** Who takes part: a make for each host, NULL is koi. */
struct family_line_up {
	const char *name;
	const struct peer_make *makes[FAMILY_HOSTS_MAX];
	unsigned int host_count;
};

/** What was seen in one run, once it had settled. */
struct family_result {
	unsigned int koi_transitions;
	unsigned int peer_transitions;
	bool has_two_koi; /**< MASTER at the same time */
	uint64_t double_us; /**< with two masters, in all */
	uint64_t none_us;   /**< without one, in all */
};

/** Run one seed. */
void family_run(struct sim_world *w, uint64_t seed, bool print,
		const struct family_line_up *line_up, enum family_loss loss,
		struct family_result *result);

#endif /* FAMILY_H */
