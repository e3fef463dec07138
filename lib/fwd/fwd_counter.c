/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd.h"

static const char *const counter_names[] = {
	[FWD_RECEIVED4] = "ip4_received",
	[FWD_ECHO_REPLIES4] = "echo_replies",
	[FWD_CARP4] = "carp_received",
	[FWD_DROP_IP4_HEADER] = "drop_ip4_header",
	[FWD_DROP_WRONG_MAC] = "drop_ip4_wrong_mac",
	[FWD_DROP_NOT_MASTER] = "drop_ip4_not_master",
	[FWD_DROP_NOT_LOCAL] = "drop_ip4_not_local",
	[FWD_DROP_GROUP] = "drop_ip4_group",
	[FWD_DROP_FRAGMENT] = "drop_ip4_fragment",
	[FWD_DROP_NO_SERVICE] = "drop_ip4_no_service",
	[FWD_DROP_MARTIAN] = "drop_ip4_martian",
	[FWD_RECEIVED6] = "ip6_received",
	[FWD_ECHO_REPLIES6] = "echo_replies6",
	[FWD_CARP6] = "carp_received6",
	[FWD_DROP_IP6_HEADER] = "drop_ip6_header",
	[FWD_DROP_WRONG_MAC6] = "drop_ip6_wrong_mac",
	[FWD_DROP_NOT_MASTER6] = "drop_ip6_not_master",
	[FWD_DROP_TENTATIVE6] = "drop_ip6_tentative",
	[FWD_DROP_NOT_LOCAL6] = "drop_ip6_not_local",
	[FWD_DROP_GROUP6] = "drop_ip6_group",
	[FWD_DROP_FRAGMENT6] = "drop_ip6_fragment",
	[FWD_DROP_EXTENSION6] = "drop_ip6_extension",
	[FWD_DROP_NO_SERVICE6] = "drop_ip6_no_service",
	[FWD_DROP_MARTIAN6] = "drop_ip6_martian",
};

_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == FWD_COUNTERS,
	       "every forwarding counter has a name");

const char *
fwd_counter_name(enum fwd_counter counter)
{
	return counter_names[counter];
}
