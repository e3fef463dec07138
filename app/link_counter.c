/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime.h"

static const char *const link_counter_names[] = {
	[LINK_RX_PACKETS] = "rx_packets",
	[LINK_RX_BYTES] = "rx_bytes",
	[LINK_TX_PACKETS] = "tx_packets",
	[LINK_TX_BYTES] = "tx_bytes",
	[LINK_DROP_RUNT] = "drop_runt",
	[LINK_DROP_VLAN] = "drop_vlan",
	[LINK_DROP_ETHERTYPE] = "drop_ethertype",
	[LINK_DROP_TX] = "drop_tx",
	[LINK_DROP_STALE_INJECT] = "drop_stale_inject",
	[LINK_PUNT_POLICED] = "punt_policed",
	[LINK_PUNT_RING_FULL] = "punt_ring_full",
};

_Static_assert(sizeof(link_counter_names) / sizeof(link_counter_names[0]) == LINK_COUNTERS,
	       "every link counter has a name");

const char *
link_counter_name(enum link_counter counter)
{
	return link_counter_names[counter];
}
