/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The counters that were accepted from one source, as runs of consecutive values. An OpenBSD makes
 * a run of one value that it repeats; FreeBSD, NetBSD and ucarp make one of each value while they
 * have heard nobody, and then count on from whatever they have heard last; koi only counts.
 */
#include "carp/carp_internal.h"

/* Values in a row that are heard once each, before the next is called random. */
#define RANDOM_STREAK 3
/* Nobody restarts so often: a source that is random draws a value for every advertisement. */
#define STREAK_INTERVALS 4

static uint64_t
last_of(const struct carp_run *run)
{
	return run->first + run->span;
}

bool
carp_run_contains(const struct carp_run *run, uint64_t counter)
{
	return run->kind != CARP_RUN_NONE && counter - run->first <= run->span;
}

bool
carp_run_is_continued(const struct carp_run *run, uint64_t counter, uint64_t gap)
{
	uint64_t ahead = counter - last_of(run);

	return run->kind != CARP_RUN_NONE && ahead >= 1 && ahead <= gap &&
	       run->span + ahead <= UINT32_MAX;
}

static void
continue_run(struct carp_run *run, uint64_t counter)
{
	run->span = (uint32_t)(counter - run->first);
	run->kind = CARP_RUN_GROWING;
}

static void
push(struct carp_history *h)
{
	if (h->current.kind == CARP_RUN_NONE)
		return;
	h->past[h->past_next] = h->current;
	h->past_next = (uint8_t)((h->past_next + 1) % CARP_PAST_RUNS);
}

static bool
may_be_constant(const struct carp_run *run)
{
	return run->kind == CARP_RUN_ONCE || run->kind == CARP_RUN_CONSTANT;
}

static bool
resume_run(struct carp_run *run, uint64_t counter, uint64_t gap)
{
	if (may_be_constant(run) && run->first == counter)
		run->kind = CARP_RUN_CONSTANT;
	else if (carp_run_is_continued(run, counter, gap))
		continue_run(run, counter);
	else
		return false;
	return true;
}

/* A peer whose advertisements were mixed with somebody's goes on where it was. */
static bool
resume(struct carp_history *h, uint64_t counter, uint64_t gap)
{
	unsigned int i;

	for (i = 0; i < CARP_PAST_RUNS; i++) {
		struct carp_run run = h->past[i];

		if (!resume_run(&run, counter, gap))
			continue;
		h->past[i] = h->current;
		h->current = run;
		return true;
	}
	return false;
}

static void
call_random(struct carp_run *run)
{
	if (run->kind == CARP_RUN_ONCE)
		run->kind = CARP_RUN_RANDOM;
}

/* Count the values in a row that were heard once, close to each other. */
static enum carp_run_kind
kind_of_first(struct carp_history *h, const struct carp_peer *peer, uint64_t at_us)
{
	uint64_t interval_us = carp_interval_us(peer->advbase, peer->advskew);
	bool was_single = h->current.kind == CARP_RUN_ONCE || h->current.kind == CARP_RUN_RANDOM;

	if (!was_single || at_us > peer->heard_us + STREAK_INTERVALS * interval_us)
		h->streak = 0;
	if (h->streak < RANDOM_STREAK)
		h->streak++;
	if (h->streak < RANDOM_STREAK)
		return CARP_RUN_ONCE;
	call_random(&h->current);
	call_random(&h->past[(h->past_next + CARP_PAST_RUNS - 1) % CARP_PAST_RUNS]);
	return CARP_RUN_RANDOM;
}

void
carp_history_note(struct carp_history *h, const struct carp_peer *peer,
		  const struct carp_history_entry *e)
{
	enum carp_run_kind kind;

	if (resume_run(&h->current, e->counter, e->gap) || resume(h, e->counter, e->gap))
		return;
	kind = e->is_adopted ? CARP_RUN_GROWING : kind_of_first(h, peer, e->at_us);
	push(h);
	h->current = (struct carp_run){ .first = e->counter, .kind = kind };
}

/* Constant values are none: who repeats one for ever cannot be told from who records it. */
bool
carp_history_has_passed(const struct carp_history *h, uint64_t counter)
{
	const struct carp_run *run = &h->current;
	unsigned int i;

	if (carp_run_contains(run, counter))
		return run->kind == CARP_RUN_GROWING || run->kind == CARP_RUN_RANDOM;
	for (i = 0; i < CARP_PAST_RUNS; i++) {
		run = &h->past[i];
		if (carp_run_contains(run, counter) &&
		    (run->kind == CARP_RUN_GROWING || run->kind == CARP_RUN_RANDOM))
			return true;
	}
	return false;
}

bool
carp_history_contains(const struct carp_history *h, uint64_t counter)
{
	unsigned int i;

	if (carp_run_contains(&h->current, counter))
		return true;
	for (i = 0; i < CARP_PAST_RUNS; i++) {
		if (carp_run_contains(&h->past[i], counter))
			return true;
	}
	return false;
}

static bool
is_recent(const struct carp_history *h, uint64_t counter)
{
	return h->has_floor && h->floor - counter < CARP_RECENT;
}

bool
carp_history_contains_exactly(const struct carp_history *h, uint64_t counter)
{
	if (is_recent(h, counter))
		return (h->recent >> (h->floor - counter) & 1) != 0;
	return carp_history_contains(h, counter);
}

void
carp_history_raise(struct carp_history *h, uint64_t counter)
{
	uint64_t ahead = counter - h->floor;

	if (h->has_floor && ahead < CARP_RECENT)
		h->recent = h->recent << ahead | 1;
	else
		h->recent = 1;
	h->floor = counter;
	h->has_floor = true;
}
