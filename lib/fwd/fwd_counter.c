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
	[FWD_DROP_LINK_LOCAL4] = "drop_ip4_link_local",
	[FWD_DROP_OPTIONS4] = "drop_ip4_options",
	[FWD_DROP_BROADCAST4] = "drop_ip4_broadcast",
	[FWD_FRAGMENTED4] = "ip4_fragmented",
	[FWD_FORWARDED4] = "ip4_forwarded",
	[FWD_UNRESOLVED4] = "ip4_unresolved",
	[FWD_DROP_TTL4] = "drop_ip4_ttl",
	[FWD_DROP_NO_ROUTE4] = "drop_ip4_no_route",
	[FWD_DROP_BLACKHOLE4] = "drop_ip4_blackhole",
	[FWD_DROP_HOST4] = "drop_ip4_host_unreachable",
	[FWD_DROP_TOO_BIG4] = "drop_ip4_too_big",
	[FWD_DROP_BACK4] = "drop_ip4_back_to_master",
	[FWD_DROP_REPLY4] = "drop_ip4_reply",
	[FWD_ICMP_TTL4] = "icmp4_time_exceeded",
	[FWD_ICMP_UNREACHABLE4] = "icmp4_unreachable",
	[FWD_ICMP_TOO_BIG4] = "icmp4_too_big",
	[FWD_ICMP_POLICED4] = "icmp4_policed",
	[FWD_FORWARDED6] = "ip6_forwarded",
	[FWD_UNRESOLVED6] = "ip6_unresolved",
	[FWD_DROP_TTL6] = "drop_ip6_ttl",
	[FWD_DROP_NO_ROUTE6] = "drop_ip6_no_route",
	[FWD_DROP_BLACKHOLE6] = "drop_ip6_blackhole",
	[FWD_DROP_HOST6] = "drop_ip6_host_unreachable",
	[FWD_DROP_TOO_BIG6] = "drop_ip6_too_big",
	[FWD_DROP_BACK6] = "drop_ip6_back_to_master",
	[FWD_DROP_REPLY6] = "drop_ip6_reply",
	[FWD_ICMP_TTL6] = "icmp6_time_exceeded",
	[FWD_ICMP_UNREACHABLE6] = "icmp6_unreachable",
	[FWD_ICMP_TOO_BIG6] = "icmp6_too_big",
	[FWD_ICMP_POLICED6] = "icmp6_policed",
	[FWD_DROP_UNRESOLVED] = "drop_unresolved",
	[FWD_DROP_NO_BUFFER] = "drop_no_buffer",
	[FWD_DROP_TX_FULL] = "drop_tx_full",
};

_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == FWD_COUNTERS,
	       "every forwarding counter has a name");

const char *
fwd_counter_name(enum fwd_counter counter)
{
	return counter_names[counter];
}
