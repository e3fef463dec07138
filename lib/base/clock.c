/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

#include <time.h>

#define CALIBRATION_NS 20000000
#define READINGS 16

struct clock_scale clock_scale;

struct reading {
	uint64_t tsc;
	int64_t ns;
};

static int64_t
monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Both clocks at one moment: of a few tries the one that nothing came between. */
static struct reading
read_both(void)
{
	uint64_t best = UINT64_MAX;
	struct reading r = { 0 };

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = rte_rdtsc();
		int64_t ns = monotonic_ns();
		uint64_t took = rte_rdtsc() - before;

		if (took < best) {
			best = took;
			r = (struct reading){ before + took / 2, ns };
		}
	}
	return r;
}

/*
 * The EAL may know the rate only to 10 MHz: some minutes in a day. The kernel's clock decides, unless
 * it says something quite different, for then one of them has been set or stopped meanwhile.
 */
static uint64_t
measure_hz(void)
{
	const struct timespec pause = { 0, CALIBRATION_NS };
	struct reading begin = read_both(), end;
	uint64_t nominal = rte_get_tsc_hz();
	uint64_t hz;

	nanosleep(&pause, NULL);
	end = read_both();
	if (end.ns <= begin.ns)
		return nominal;
	hz = (uint64_t)((unsigned __int128)(end.tsc - begin.tsc) * 1000000000 /
			(uint64_t)(end.ns - begin.ns));
	return hz > nominal - nominal / 100 && hz < nominal + nominal / 100 ? hz : nominal;
}

void
clock_init(void)
{
	struct timespec now;

	clock_scale.hz = measure_hz();
	clock_gettime(CLOCK_REALTIME, &now);
	clock_scale.unix_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	clock_scale.us_per_tsc = (uint64_t)(((unsigned __int128)1000000 << 44) / clock_scale.hz);
	clock_scale.base_tsc = rte_rdtsc();
}
