/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

#include <time.h>

struct clock_scale clock_scale;

void
clock_init(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_scale.unix_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	clock_scale.hz = rte_get_tsc_hz();
	clock_scale.us_per_tsc = (uint64_t)(((unsigned __int128)1000000 << 44) / clock_scale.hz);
	clock_scale.base_tsc = rte_rdtsc();
}
