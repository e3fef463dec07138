/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stallwatch: did the machine run what it was given to run?
 *
 * It naps on one CPU for a millisecond at a time, and says as a JSON line when it was woken late by
 * LIMIT milliseconds or more. It knows nothing of what is tested beside it: when it stood still, the
 * others did, too.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define NAP_NS 1000000L

static double
now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	cpu_set_t set;

	if (argc != 3) {
		fprintf(stderr, "usage: stallwatch CPU LIMIT\n");
		return 2;
	}
	double limit_ms = atof(argv[2]);

	CPU_ZERO(&set);
	CPU_SET((size_t)atoi(argv[1]), &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0) {
		fprintf(stderr, "stallwatch: cpu %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	for (;;) {
		double before_ms = now_ms(CLOCK_MONOTONIC);

		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		double late_ms = now_ms(CLOCK_MONOTONIC) - before_ms - NAP_NS / 1e6;

		if (late_ms >= limit_ms) {
			printf("{\"cpu\":%s,\"at_ms\":%.0f,\"late_ms\":%.1f}\n", argv[1],
			       now_ms(CLOCK_REALTIME), late_ms);
			fflush(stdout);
		}
	}
}
