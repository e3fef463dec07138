/* SPDX-License-Identifier: BSD-3-Clause */
#include "nd/nd.h"

static const char *const counter_names[] = {
	[ND_RECEIVED] = "nd_received",
	[ND_REPLIES] = "nd_replies",
	[ND_PROBES_ANSWERED] = "nd_probes_answered",
	[ND_ROUTER_SOLICITATIONS] = "nd_router_solicitations",
	[ND_ROUTER_ADVERTS] = "nd_router_adverts",
	[ND_DROP_HEADER] = "drop_nd_header",
	[ND_DROP_HOP_LIMIT] = "drop_nd_hop_limit",
	[ND_DROP_CHECKSUM] = "drop_nd_checksum",
	[ND_DROP_CODE] = "drop_nd_code",
	[ND_DROP_LEN] = "drop_nd_len",
	[ND_DROP_OPTION] = "drop_nd_option",
	[ND_DROP_TARGET] = "drop_nd_target",
	[ND_DROP_SOURCE] = "drop_nd_source",
	[ND_DROP_FLAGS] = "drop_nd_flags",
	[ND_DROP_REDIRECT] = "drop_nd_redirect",
	[ND_DROP_NOT_OURS] = "drop_nd_not_ours",
	[ND_DROP_NOT_MASTER] = "drop_nd_not_master",
	[ND_DROP_TENTATIVE] = "drop_nd_tentative",
	[ND_DROP_WRONG_MAC] = "drop_nd_wrong_mac",
	[ND_DROP_CONFLICT] = "drop_nd_conflict",
	[ND_DROP_NOTICED] = "drop_nd_noticed",
	[ND_SIGHTINGS] = "nd_sightings",
	[ND_SIGHTINGS_REFUSED] = "nd_sightings_refused",
	[ND_CLAIMS] = "nd_claims",
};

_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == ND_COUNTERS,
	       "every counter of neighbour discovery has a name");

const char *
nd_counter_name(enum nd_counter counter)
{
	return counter_names[counter];
}
