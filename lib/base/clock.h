/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One clock for all lcores: the time stamp counter, and microseconds derived from it.
 *
 * Threads: clock_init() once, before any other thread exists; the rest from anywhere.
 * Time:    cycles of the TSC (invariant and common to all cores on the machines that DPDK
 *          supports); microseconds count from clock_init() and never go back.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include <rte_cycles.h>

struct clock_scale {
	uint64_t base_tsc;
	uint64_t hz;
	uint64_t us_per_tsc; /**< fixed point, 1 << 44 */
	int64_t unix_us;     /**< wall clock at base_tsc */
};

extern struct clock_scale clock_scale;

/** Takes 20 ms, in which the rate of the TSC is measured. */
void clock_init(void);

static inline uint64_t
clock_tsc_to_us(uint64_t tsc)
{
	if (tsc < clock_scale.base_tsc)
		return 0;
	return (uint64_t)(((unsigned __int128)(tsc - clock_scale.base_tsc) *
			   clock_scale.us_per_tsc) >> 44);
}

/** A program with another clock, of simulated time for example, is compiled with its name. */
#ifdef CLOCK_TSC
uint64_t CLOCK_TSC(void);
#else
#define CLOCK_TSC rte_rdtsc
#endif

static inline uint64_t
clock_tsc(void)
{
	return CLOCK_TSC();
}

static inline uint64_t
clock_us(void)
{
	return clock_tsc_to_us(clock_tsc());
}

/** A length of time in cycles. */
static inline uint64_t
clock_us_to_cycles(uint64_t us)
{
	return (uint64_t)((unsigned __int128)us * clock_scale.hz / 1000000);
}

/** The point in time @p us as a value of the TSC. */
static inline uint64_t
clock_us_to_tsc(uint64_t us)
{
	return clock_scale.base_tsc + clock_us_to_cycles(us);
}

/** Wall clock time of a point in time, as of the start: steps of the wall clock do not show. */
static inline int64_t
clock_us_to_unix_ms(uint64_t us)
{
	return (clock_scale.unix_us + (int64_t)us) / 1000;
}

#endif /* BASE_CLOCK_H */
