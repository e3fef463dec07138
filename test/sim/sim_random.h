/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Random numbers that are the same everywhere for the same seed.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct sim_random {
	uint64_t state;
};

void sim_random_seed(struct sim_random *r, uint64_t seed);
uint64_t sim_random_next(struct sim_random *r);
/** In 0..n-1; @p n is not 0. */
uint64_t sim_random_below(struct sim_random *r, uint64_t n);
/** In min..max. */
uint64_t sim_random_range(struct sim_random *r, uint64_t min, uint64_t max);
bool sim_random_chance(struct sim_random *r, unsigned int per_mille);

/** Mix two numbers into one; used by the generator and by the hash of a trace. */
uint64_t sim_random_mix(uint64_t a, uint64_t b);

#endif /* SIM_RANDOM_H */
