/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * When a router advertises itself (RFC 4861 sections 6.2.4 and 6.2.6): three times soon after it
 * has become one, then at random within an interval, and soon after somebody asks.
 *
 * Threads: pure functions of a struct that its caller has.
 * Time:    microseconds, supplied by the caller; so are random numbers, of 32 bits.
 */
#ifndef ROUTER_TIMER_H
#define ROUTER_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#define ROUTER_INITIAL 3                  /**< MAX_INITIAL_RTR_ADVERTISEMENTS */
#define ROUTER_INITIAL_US UINT64_C(16000000) /**< MAX_INITIAL_RTR_ADVERT_INTERVAL */
#define ROUTER_DELAY_US UINT64_C(500000)  /**< MAX_RA_DELAY_TIME */
#define ROUTER_APART_US UINT64_C(3000000) /**< MIN_DELAY_BETWEEN_RAS */

struct router_timer {
	uint64_t next_us;     /**< when the next one is due; UINT64_MAX: never */
	uint64_t last_us;     /**< when the last one was sent, if has_sent */
	bool has_sent;
	unsigned int initial; /**< how many of the first ones are still to come */
};

/** Not a router until router_timer_start(). */
void router_timer_stop(struct router_timer *t);

/** A router from now on, or one that says something else: advertise as soon as it may be. */
void router_timer_start(struct router_timer *t, uint64_t now_us);

/** Somebody asks. */
void router_timer_solicit(struct router_timer *t, uint64_t now_us, uint32_t random);

/** An advertisement has been sent: when the next one follows. */
void router_timer_sent(struct router_timer *t, uint64_t now_us, uint16_t min_s, uint16_t max_s,
		       uint32_t random);

#endif /* ROUTER_TIMER_H */
