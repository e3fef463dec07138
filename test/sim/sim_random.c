/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_random.h"

/* SplitMix64: a counter with a step that is odd, and a finalizer that spreads each bit. */
#define STEP 0x9e3779b97f4a7c15ULL

static uint64_t
spread(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void
sim_random_seed(struct sim_random *r, uint64_t seed)
{
	r->state = spread(seed + STEP);
}

uint64_t
sim_random_next(struct sim_random *r)
{
	r->state += STEP;
	return spread(r->state);
}

uint64_t
sim_random_below(struct sim_random *r, uint64_t n)
{
	return sim_random_next(r) % n;
}

uint64_t
sim_random_range(struct sim_random *r, uint64_t min, uint64_t max)
{
	return min + sim_random_below(r, max - min + 1);
}

bool
sim_random_chance(struct sim_random *r, unsigned int per_mille)
{
	return per_mille > 0 && sim_random_below(r, 1000) < per_mille;
}

uint64_t
sim_random_mix(uint64_t a, uint64_t b)
{
	return spread((a ^ b) + STEP);
}
