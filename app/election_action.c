/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the rules decide, carried out: roles published, frames injected, events told.
 */
#include "base/clock.h"
#include "election_internal.h"

/* How long a role waits for its bow-out to be handed to the device. */
#define LEAVE_US 1000

void
election_become_busy(struct runtime *r, const struct koi_vhid *v)
{
	struct election_vhid *e = v->election;

	if (e->is_busy)
		return;
	e->is_busy = true;
	e->busy_next = r->election->busy_first;
	r->election->busy_first = v->slot;
}

enum vip_role
election_role_of(enum carp_state state)
{
	switch (state) {
	case CARP_MASTER:
		return VIP_ROLE_MASTER;
	case CARP_BACKUP:
		return VIP_ROLE_BACKUP;
	default:
		return VIP_ROLE_INIT;
	}
}

void
election_store_role(struct koi_vhid *v, enum vip_role role)
{
	struct election_vhid *e = v->election;

	e->is_leaving = false;
	e->generation++;
	vip_role_store(&v->interface->vip.roles, v->config->vhid, vip_role_word(role, e->generation));
}

static void
tell_notice(struct runtime *r, const struct koi_vhid *v, enum carp_notice kind, uint64_t now_us)
{
	struct event event = { .type = EVENT_NOTICE, .at_us = now_us, .subject = v->slot };

	event_notice_fill(&event.notice, kind, v->election->carp);
	election_event(r, &event);
}

static void
change_state(struct runtime *r, struct koi_vhid *v, const struct carp_action *a, bool is_bowing_out,
	     uint64_t now_us)
{
	struct election_vhid *e = v->election;
	struct event event = {
		.type = EVENT_STATE,
		.at_us = now_us,
		.subject = v->slot,
		.state = { a->state.from, a->state.to, a->state.reason },
	};

	if (is_bowing_out) {
		e->is_leaving = true;
		e->leave_to = election_role_of(a->state.to);
		e->leave_by_us = now_us + LEAVE_US;
		election_become_busy(r, v);
	} else {
		election_store_role(v, election_role_of(a->state.to));
	}
	if (a->state.to != CARP_MASTER)
		e->is_announcing = false;
	election_event(r, &event);
}

/* Frames of old values that still wait somewhere are no longer true: a new generation. */
static void
follow_advertised(struct koi_vhid *v, const uint8_t payload[CARP_HEADER_LEN])
{
	struct election_vhid *e = v->election;
	uint8_t now[3] = { payload[2], payload[4], payload[5] };

	if (memcmp(now, e->advertised, sizeof(now)) == 0)
		return;
	memcpy(e->advertised, now, sizeof(now));
	election_store_role(v, VIP_ROLE_MASTER);
}

static struct inject_item
item_for(const struct koi_vhid *v, enum inject_kind kind, enum ip_family family, uint64_t now_us)
{
	return (struct inject_item){
		.expires_tsc = clock_us_to_tsc(now_us + carp_vhid_interval_us(v->election->carp)),
		.generation = v->election->generation,
		.interface = v->interface->vip.index,
		.slot = (uint16_t)v->slot,
		.vhid = v->config->vhid,
		.kind = (uint8_t)kind,
		.family = (uint8_t)family,
	};
}

/* Where an advertisement goes: the group, or a peer if its MAC is known by now. */
static bool
find_destination(const struct runtime *r, const struct koi_vhid *v, const struct ip_addr *peer,
		 struct carp_frame *frame)
{
	const struct neigh_entry *neighbour;

	if (peer == NULL) {
		frame->destination = carp_group(frame->source.family);
		carp_group_mac(frame->source.family, frame->destination_mac);
		return true;
	}
	neighbour = neigh_find(r->neighbours, peer, v->interface->vip.index);
	if (neighbour == NULL || !neigh_has_mac(neighbour))
		return false;
	frame->destination = *peer;
	memcpy(frame->destination_mac, neighbour->mac, sizeof(frame->destination_mac));
	return true;
}

static void
send_frame(struct runtime *r, struct koi_vhid *v, const struct carp_action *a,
	   const struct ip_addr *peer, uint64_t now_us)
{
	enum ip_family family = a->send.family;
	struct carp_frame frame = {
		.source = v->config->source[family],
		.tos = r->config->tos,
		.id = (uint16_t)clock_tsc(),
		.checksum6 = a->send.checksum6,
	};
	uint8_t data[CARP_FRAME_MAX];
	struct inject_item item =
		item_for(v, a->send.bow_out ? INJECT_BOW_OUT : INJECT_ADVERT, family, now_us);
	size_t len;

	if (!find_destination(r, v, peer, &frame))
		return;
	mac_store(frame.source_mac, v->mac);
	len = carp_frame_build(&frame, a->send.payload, data);
	if (inject_frame(r, &item, data, len) != 0)
		carp_vhid_sent(v->election->carp, family, false, now_us);
	else if (a->send.bow_out)
		v->election->bow_outs++;
}

static void
send_advert(struct runtime *r, struct koi_vhid *v, const struct carp_action *a, uint64_t now_us)
{
	bool has_peers = false;

	if (!a->send.bow_out)
		follow_advertised(v, a->send.payload);
	for (size_t i = 0; i < v->config->peer_count; i++) {
		if (v->config->peers[i].family != a->send.family)
			continue;
		has_peers = true;
		send_frame(r, v, a, &v->config->peers[i], now_us);
	}
	if (!has_peers)
		send_frame(r, v, a, NULL, now_us);
}

static int
announce_address(struct runtime *r, const struct koi_vhid *v, const struct ip_addr *addr,
		 uint64_t now_us)
{
	struct inject_item item = item_for(v, INJECT_ANNOUNCEMENT, addr->family, now_us);
	bool is_router = atomic_load_explicit(&v->interface->vip.is_router, memory_order_relaxed);
	uint8_t data[ND_FRAME_LEN];

	if (addr->family == IP_V4) {
		arp_build_announcement(data, ip_addr_v4_be(addr), v->mac);
		return inject_frame(r, &item, data, ARP_FRAME_LEN);
	}
	nd_build_advertisement(data, addr, v->mac, is_router);
	return inject_frame(r, &item, data, ND_FRAME_LEN);
}

/* Announce address by address while there is room; the rest waits for the next turn. */
unsigned int
election_announce(struct runtime *r, struct koi_vhid *v, uint64_t now_us, unsigned int budget)
{
	struct election_vhid *e = v->election;
	unsigned int sent = 0;

	for (; e->announce_next < v->config->address_count; e->announce_next++) {
		const struct ip_addr *addr = &v->config->addresses[e->announce_next].addr;

		if (sent == budget || announce_address(r, v, addr, now_us) != 0)
			return sent;
		sent++;
	}
	e->is_announcing = false;
	return sent;
}

void
election_carry_out(struct runtime *r, struct koi_vhid *v, const struct carp_actions *actions,
		   uint64_t now_us)
{
	struct election_vhid *e = v->election;
	bool is_bowing_out = false;

	if (actions->count != 0 && e->is_leaving)
		election_store_role(v, e->leave_to);
	for (unsigned int i = 0; i < actions->count; i++) {
		const struct carp_action *a = &actions->item[i];

		switch (a->type) {
		case CARP_ACTION_STATE:
			change_state(r, v, a, is_bowing_out, now_us);
			break;
		case CARP_ACTION_SEND:
			is_bowing_out |= a->send.bow_out;
			send_advert(r, v, a, now_us);
			break;
		case CARP_ACTION_NOTICE:
			tell_notice(r, v, a->notice, now_us);
			break;
		case CARP_ACTION_ANNOUNCE:
			e->is_announcing = true;
			e->announce_next = 0;
			election_announce(r, v, now_us, ELECTION_ANNOUNCE_BATCH);
			if (e->is_announcing)
				election_become_busy(r, v);
			break;
		}
	}
}
