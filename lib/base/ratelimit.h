/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A token bucket.
 *
 * Threads: one owner.
 * Time:    cycles, supplied by the caller.
 */
#ifndef BASE_RATELIMIT_H
#define BASE_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

/** Eight of them share two cache lines; tokens are kept as the time at which the bucket is full. */
struct ratelimit {
	uint64_t full_at_tsc;
};

/** The rate and depth that many buckets share. */
struct ratelimit_rate {
	uint64_t cycles_per_token;
	uint64_t burst_cycles; /**< depth times cycles_per_token */
};

static inline struct ratelimit_rate
ratelimit_rate(uint64_t hz, uint64_t per_second, uint64_t burst)
{
	uint64_t cycles = hz / per_second;

	return (struct ratelimit_rate){ cycles, cycles * burst };
}

/** Take a token if there is one. */
static inline bool
ratelimit_take(struct ratelimit *b, const struct ratelimit_rate *rate, uint64_t now_tsc)
{
	uint64_t full_at = b->full_at_tsc > now_tsc ? b->full_at_tsc : now_tsc;

	full_at += rate->cycles_per_token;
	if (full_at > now_tsc + rate->burst_cycles)
		return false;
	b->full_at_tsc = full_at;
	return true;
}

#endif /* BASE_RATELIMIT_H */
