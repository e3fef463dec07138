/* SPDX-License-Identifier: BSD-3-Clause */
#include "peer.h"

#include "base/clock.h"
#include "inject.h"

/* A request that could not be sent by then is asked again anyway. */
#define EXPIRES_US 1000000

void
peer_resolve(struct runtime *r, const struct koi_vhid *v, const struct ip_addr *peer,
	     uint64_t now_us)
{
	const struct inject_item item = {
		.expires_tsc = clock_us_to_tsc(now_us + EXPIRES_US),
		.interface = v->interface->vip.index,
		.slot = (uint16_t)v->slot,
		.vhid = v->config->vhid,
		.kind = INJECT_OWN,
		.family = peer->family,
	};
	uint64_t mac = v->interface->port->port.mac;
	uint8_t data[ND_FRAME_LEN];
	size_t len = ND_FRAME_LEN;

	if (peer->family == IP_V4) {
		len = ARP_FRAME_LEN;
		arp_build_request(data, ip_addr_v4_be(peer), ip_addr_v4_be(&v->config->source[IP_V4]),
				  mac);
	} else {
		/*
		 * Even from a tentative address, against RFC 4862: the peer is told by its own
		 * configuration that the address is ours, and must know the MAC before it is due.
		 */
		nd_build_solicitation(data, peer, 0, &v->config->source[IP_V6], mac);
	}
	/* Without room the next refresh asks. */
	(void)inject_frame(r, &item, data, len);
}

void
peer_refresh(struct runtime *r, const struct koi_vhid *v, uint64_t now_us)
{
	for (size_t i = 0; i < v->config->peer_count; i++) {
		const struct ip_addr *peer = &v->config->peers[i];
		const struct neigh_entry *n = neigh_find(r->neighbours, peer, v->interface->vip.index);

		if (n == NULL || now_us > n->heard_us + NEIGH_REACHABLE_US)
			peer_resolve(r, v, peer, now_us);
	}
}
