/* SPDX-License-Identifier: BSD-3-Clause */
#include "router_timer.h"

/* Less than @p range. */
static uint64_t
scale(uint64_t range, uint32_t random)
{
	return range * random >> 32;
}

/* Everybody hears each: there is no need for two in a row. */
static uint64_t
earliest_us(const struct router_timer *t, uint64_t now_us)
{
	if (t->has_sent && t->last_us + ROUTER_APART_US > now_us)
		return t->last_us + ROUTER_APART_US;
	return now_us;
}

void
router_timer_stop(struct router_timer *t)
{
	t->next_us = UINT64_MAX;
	t->initial = 0;
}

void
router_timer_start(struct router_timer *t, uint64_t now_us)
{
	t->next_us = earliest_us(t, now_us);
	t->initial = ROUTER_INITIAL;
}

void
router_timer_solicit(struct router_timer *t, uint64_t now_us, uint32_t random)
{
	uint64_t answer_us = earliest_us(t, now_us) + scale(ROUTER_DELAY_US + 1, random);

	if (answer_us < t->next_us && t->next_us != UINT64_MAX)
		t->next_us = answer_us;
}

void
router_timer_sent(struct router_timer *t, uint64_t now_us, uint16_t min_s, uint16_t max_s,
		  uint32_t random)
{
	uint64_t min_us = min_s * UINT64_C(1000000);
	uint64_t range_us = (max_s - min_s) * UINT64_C(1000000) + 1;
	uint64_t interval_us = min_us + scale(range_us, random);

	t->has_sent = true;
	t->last_us = now_us;
	if (t->initial > 0)
		t->initial--;
	if (t->initial > 0 && interval_us > ROUTER_INITIAL_US)
		interval_us = ROUTER_INITIAL_US;
	t->next_us = now_us + interval_us;
}
