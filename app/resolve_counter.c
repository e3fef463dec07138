/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime.h"

static const char *const counter_names[] = {
	[RESOLVE_HELD] = "held_packets",
	[RESOLVE_SENT] = "held_sent",
	[RESOLVE_DROP_REPLACED] = "drop_held_replaced",
	[RESOLVE_DROP_EXPIRED] = "drop_held_expired",
	[RESOLVE_DROP_FAILED] = "drop_held_unreachable",
	[RESOLVE_DROP_REFUSED] = "drop_held_refused",
	[RESOLVE_DROP_SEND] = "drop_held_send",
	[RESOLVE_NO_SOURCE] = "requests_without_source",
	[RESOLVE_REQUESTS_LOST] = "requests_not_sent",
	[RESOLVE_NO_ROOM] = "adjacencies_refused",
};

_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == RESOLVE_COUNTERS,
	       "every counter of the resolution has a name");

const char *
resolve_counter_name(enum resolve_counter counter)
{
	return counter_names[counter];
}
