/* SPDX-License-Identifier: BSD-3-Clause */
#include "arp/arp.h"

static const char *const counter_names[] = {
	[ARP_RECEIVED] = "arp_received",
	[ARP_REPLIES] = "arp_replies",
	[ARP_PROBES_ANSWERED] = "arp_probes_answered",
	[ARP_DROP_MALFORMED] = "drop_arp_malformed",
	[ARP_DROP_NOT_OURS] = "drop_arp_not_ours",
	[ARP_DROP_NOT_MASTER] = "drop_arp_not_master",
	[ARP_DROP_NOT_A_REQUEST] = "drop_arp_not_a_request",
	[ARP_DROP_WRONG_MAC] = "drop_arp_wrong_mac",
	[ARP_DROP_CONFLICT] = "drop_arp_conflict",
	[ARP_SIGHTINGS] = "arp_sightings",
	[ARP_SIGHTINGS_REFUSED] = "arp_sightings_refused",
	[ARP_CLAIMS] = "arp_claims",
};

_Static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == ARP_COUNTERS,
	       "every ARP counter has a name");

const char *
arp_counter_name(enum arp_counter counter)
{
	return counter_names[counter];
}

void
arp_build_request(uint8_t out[ARP_FRAME_LEN], uint32_t target_be, uint32_t sender_be, uint64_t mac)
{
	static const uint8_t fixed[] = { 0x08, 0x06, 0, 1, 0x08, 0x00, 6, 4, 0, 1 };

	memset(out, 0, ARP_FRAME_LEN);
	mac_store(out, MAC_BROADCAST);
	mac_store(out + 6, mac);
	memcpy(out + 12, fixed, sizeof(fixed));
	mac_store(out + 22, mac);
	memcpy(out + 28, &sender_be, sizeof(sender_be));
	memcpy(out + 38, &target_be, sizeof(target_be));
}

void
arp_build_announcement(uint8_t out[ARP_FRAME_LEN], uint32_t addr_be, uint64_t mac)
{
	arp_build_request(out, addr_be, addr_be, mac);
}
