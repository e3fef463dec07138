/* SPDX-License-Identifier: BSD-3-Clause */
#include "neigh/neigh_internal.h"

static const char *const state_names[] = {
	[NEIGH_FREE] = "free",
	[NEIGH_INCOMPLETE] = "incomplete",
	[NEIGH_REACHABLE] = "reachable",
	[NEIGH_STALE] = "stale",
	[NEIGH_DELAY] = "delay",
	[NEIGH_PROBE] = "probe",
	[NEIGH_FAILED] = "failed",
	[NEIGH_STATIC] = "static",
};

static const char *const counter_names[] = {
	[NEIGH_REQUESTS_SENT] = "requests",
	[NEIGH_PROBES_SENT] = "probes",
	[NEIGH_TIMES_RESOLVED] = "resolved",
	[NEIGH_TIMES_CHANGED] = "changed",
	[NEIGH_TIMES_LOST] = "lost",
	[NEIGH_TIMES_UNREACHABLE] = "unreachable",
	[NEIGH_TIMES_FAILED] = "failures",
	[NEIGH_EVICTED] = "evicted",
	[NEIGH_EVICTED_UNANSWERED] = "evicted_unanswered",
	[NEIGH_REFUSED] = "refused",
};

_Static_assert(sizeof(state_names) / sizeof(state_names[0]) == NEIGH_STATES,
	       "every state has a name");
_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == NEIGH_COUNTERS,
	       "every counter has a name");

const char *
neigh_state_name(enum neigh_state state)
{
	return state_names[state];
}

const char *
neigh_counter_name(enum neigh_counter counter)
{
	return counter_names[counter];
}

uint64_t
neigh_counter_read(const struct neigh_table *t, enum neigh_counter counter)
{
	return counter_read(&t->counter[counter]);
}
