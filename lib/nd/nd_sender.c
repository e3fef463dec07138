/* SPDX-License-Identifier: BSD-3-Clause */
#include "nd/nd_internal.h"

static octets16
key_of(uint64_t mac, uint8_t what, uint32_t epoch)
{
	return nd_seen_key(octets_from_words(0, 0, (uint32_t)mac << 16, (uint32_t)(mac >> 16)), what,
			   epoch);
}

/* What the table of those seen tells apart: an answer counts although its sender has asked. */
static uint8_t
what_of(const struct nd_news *news)
{
	return news->evidence | news->flags | (news->has_no_mac ? 0x10 : 0);
}

void
nd_report_claim(const struct nd_context *c, const uint8_t *addr, uint64_t mac, bool is_probe)
{
	struct nd_seen *slot =
		&c->w->claim[(vip_hash6(addr) ^ (uint32_t)(mac >> 40)) % ND_CLAIM_SLOTS];
	octets16 key = key_of(mac, NEIGH_SEEN_CLAIM | (is_probe ? 0x10 : 0), c->w->epoch);
	struct neigh_sighting *sighting;

	if (nd_seen_is(slot, octets_load(addr), key))
		return;
	octets_store(slot->addr, octets_load(addr));
	octets_store(slot->key, key);
	sighting = &c->sightings->item[c->sightings->count++];
	*sighting = (struct neigh_sighting){
		.addr.family = IP_V6,
		.evidence = NEIGH_SEEN_CLAIM,
		.is_probe = is_probe,
		.interface = c->ifc->index,
	};
	memcpy(sighting->addr.octets, addr, sizeof(sighting->addr.octets));
	mac_store(sighting->mac, mac);
	counter_add(&c->w->counter[ND_CLAIMS], 1);
}

/*
 * Instead of what was known of the address, else of what is out of date, else of somebody else. If
 * the address has moved, what was seen before of its old place would be news again.
 */
static void
remember(struct nd_worker *w, const struct nd_news *news)
{
	struct nd_seen *slot = &w->seen[vip_hash6(news->addr) % ND_SEEN_SLOTS];
	struct nd_seen *place = NULL;
	uint8_t what = what_of(news);

	for (unsigned int way = 0; way < ND_SEEN_WAYS; way++) {
		struct nd_seen *s = &slot[way];

		if (memcmp(s->addr, news->addr, sizeof(s->addr)) == 0) {
			if (mac_load(s->key + ND_KEY_MAC) != news->mac)
				octets_store32(s->key, w->epoch - 1);
			if (s->key[ND_KEY_WHAT] == what)
				place = s;
		}
		if (place == NULL && octets_load32(s->key) != w->epoch)
			place = s;
	}
	if (place == NULL)
		place = slot;
	octets_store(place->addr, octets_load(news->addr));
	octets_store(place->key, key_of(news->mac, what, w->epoch));
}

static void
report(const struct nd_context *c, const struct nd_news *news)
{
	struct ip_addr addr = { .family = IP_V6 };
	struct neigh_sighting *sighting;
	bool is_advertised = news->evidence != NEIGH_SEEN_SENDER;

	memcpy(addr.octets, news->addr, sizeof(addr.octets));
	if (news->mac == 0 || !vip_is_onlink(c->set, &addr)) {
		counter_add(&c->w->counter[ND_SIGHTINGS_REFUSED], 1);
		return;
	}
	sighting = &c->sightings->item[c->sightings->count++];
	*sighting = (struct neigh_sighting){
		.addr = addr,
		.evidence = news->evidence,
		.is_known_only = is_advertised,
		.is_override = !is_advertised || (news->flags & ND_FLAG_OVERRIDE) != 0,
		.is_router = (news->flags & ND_FLAG_ROUTER) != 0,
		.has_no_mac = news->has_no_mac,
		.interface = c->ifc->index,
	};
	if (!news->has_no_mac)
		mac_store(sighting->mac, news->mac);
	counter_add(&c->w->counter[ND_SIGHTINGS], 1);
}

/*
 * Whoever announces itself as the new master is not to be answered by the old one: the reply would
 * come from the virtual MAC and turn the switches back to the old one.
 */
static bool
is_conflict(const struct nd_context *c, const struct vip_entry6 *e, uint64_t mac)
{
	return mac == c->set->port_mac || vip_entry6_is_tentative(e) ||
	       (e->is_used && vip_is_master(c->roles, vip_entry6_role(e))) ||
	       (mac_is_virtual(mac) && vip_is_master(c->roles, mac_virtual_vhid(mac)));
}

/*
 * Is an address of ours claimed with another MAC? Others may have a virtual address while we are
 * not MASTER; with its MAC they are hosts like us, and advertisements say which of us has it.
 */
static bool
is_foreign(const struct nd_context *c, const struct vip_entry6 *e, uint64_t mac)
{
	return e->is_used && mac != c->set->port_mac && mac != mac_load(e->mac) &&
	       is_conflict(c, e, mac);
}

bool
nd_notice(const struct nd_context *c, const struct nd_news *news)
{
	const struct vip_entry6 *e = vip_find6(c->set, news->addr);
	uint64_t mac = news->mac;

	if (mac_is_group(mac)) {
		counter_add(&c->w->counter[ND_SIGHTINGS_REFUSED], 1);
		return false;
	}
	if (mac == c->set->port_mac || e->is_used ||
	    (mac_is_virtual(mac) && vip_set_has_vhid(c->set, IP_V6, mac_virtual_vhid(mac)))) {
		if (is_foreign(c, e, mac))
			nd_report_claim(c, news->addr, mac, false);
		counter_add(&c->w->counter[ND_SIGHTINGS_REFUSED], 1);
		return !is_conflict(c, e, mac);
	}
	if (octets_are_equal(octets_load(news->addr), (octets16){ 0 }) ||
	    nd_is_seen(c->w, news->addr, key_of(mac, what_of(news), c->w->epoch)))
		return true;
	remember(c->w, news);
	if (news->evidence != NEIGH_SEEN_SENDER || !news->has_no_mac)
		report(c, news);
	return true;
}
