/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What koictl watch knows of a koi: its answers at one time, and those of the time before.
 *
 * Threads: main().
 * Time:    milliseconds of the monotonic clock.
 */
#ifndef KOICTL_SAMPLE_H
#define KOICTL_SAMPLE_H

#include <stdbool.h>

#include "koictl_client.h"

enum koictl_query {
	KOICTL_HEALTH,
	KOICTL_INTERFACES,
	KOICTL_VHIDS,
	KOICTL_DEMOTION,
	KOICTL_EVENTS,
	KOICTL_QUERIES,
};

/** Events that are kept for the display. */
#define KOICTL_EVENTS_KEPT 64

struct koictl_sample {
	json_t *answer[KOICTL_QUERIES]; /**< NULL: not answered */
	long long at_ms; /**< 0: not to be compared with */
};

struct koictl_sampler {
	const char *prefix;
	struct koictl_client client;
	bool is_connected;
	unsigned int pending;      /**< replies that are still to come, of the last so many queries */
	long long asked_ms;
	struct koictl_sample next; /**< being collected */
	struct koictl_sample now;
	struct koictl_sample before; /**< 5 to 10 s ago, so that rates do not flicker */
	struct koictl_sample middle; /**< what before will be next */
	json_t *events[KOICTL_EVENTS_KEPT]; /**< the last ones, the oldest first */
	unsigned int event_count;
	long long since;           /**< the sequence to ask with */
};

long long koictl_sample_clock_ms(void);

void koictl_sampler_init(struct koictl_sampler *s, const char *prefix);
void koictl_sampler_end(struct koictl_sampler *s);

/** Ask everything, if nothing is being waited for; connect first, if need be. */
void koictl_sampler_ask(struct koictl_sampler *s);

/** Take the replies that have come within @p wait_ms. True when a new sample is whole. */
bool koictl_sampler_take(struct koictl_sampler *s, int wait_ms);

#endif /* KOICTL_SAMPLE_H */
