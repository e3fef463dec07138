/* SPDX-License-Identifier: BSD-3-Clause */
#include "nd/nd_internal.h"

/* ff02::1, and its MAC */
static const octets16 all_nodes = { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
#define ALL_NODES_MAC 0x010000003333ULL

/* Make room for the option, or cut off what else there was. */
static bool
resize(struct rte_mbuf *m)
{
	uint16_t len = rte_pktmbuf_data_len(m);

	if (len < ND_FRAME_LEN)
		return rte_pktmbuf_append(m, ND_FRAME_LEN - len) != NULL;
	return rte_pktmbuf_trim(m, len - ND_FRAME_LEN) == 0;
}

static enum nd_counter
answer(const struct nd_context *c, struct rte_mbuf *m, const struct vip_entry6 *e, uint64_t to_mac)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	octets16 to = octets_load(f + AT_FROM);
	uint8_t flags = c->router_flag | ND_FLAG_OVERRIDE;

	if (!resize(m))
		return ND_DROP_LEN;
	if (octets_are_equal(to, (octets16){ 0 })) {
		counter_add(&c->w->counter[ND_PROBES_ANSWERED], 1);
		to = all_nodes;
		to_mac = ALL_NODES_MAC;
	} else {
		flags |= ND_FLAG_SOLICITED;
	}
	nd_write_advertisement(f, e, to, to_mac, flags);
	return ND_REPLIES;
}

static enum nd_counter
take_solicitation(const struct nd_context *c, struct rte_mbuf *m, const struct nd_message *message)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct vip_entry6 *e = vip_find6(c->set, f + AT_TARGET);
	uint64_t source = mac_load(f + AT_SOURCE);
	struct nd_news sender = {
		.addr = f + AT_FROM,
		.mac = message->mac != NULL ? mac_load(message->mac) : source,
		.evidence = NEIGH_SEEN_SENDER,
		.has_no_mac = message->mac == NULL,
	};

	if (!e->is_used)
		return ND_DROP_NOT_OURS;
	if (vip_entry6_is_tentative(e)) {
		/* Whoever asks at the same time as we do wants it, too (RFC 4862 section 5.4.3). */
		if (message->is_from_nobody && source != c->set->port_mac)
			nd_report_claim(c, f + AT_TARGET, source, true);
		return ND_DROP_TENTATIVE;
	}
	if (!vip_is_master(c->roles, vip_entry6_role(e)))
		return ND_DROP_NOT_MASTER;
	if (!nd_notice(c, &sender))
		return ND_DROP_CONFLICT;
	return answer(c, m, e, sender.mac);
}

static enum nd_counter
take_advertisement(const struct nd_context *c, const uint8_t *f, const struct nd_message *message)
{
	uint8_t flags = f[AT_FLAGS] & (ND_FLAG_ROUTER | ND_FLAG_SOLICITED | ND_FLAG_OVERRIDE);
	struct nd_news target = {
		.addr = f + AT_TARGET,
		.mac = mac_load(message->mac != NULL ? message->mac : f + AT_SOURCE),
		.evidence = (flags & ND_FLAG_SOLICITED) != 0 ? NEIGH_SEEN_ANSWER :
							       NEIGH_SEEN_UNSOLICITED,
		.flags = flags,
		.has_no_mac = message->mac == NULL,
	};

	return nd_notice(c, &target) ? ND_DROP_NOTICED : ND_DROP_CONFLICT;
}

/* A router solicitation, or an advertisement by another router. */
static enum nd_counter
take_router_message(const struct nd_context *c, const uint8_t *f, const struct nd_message *message)
{
	bool is_router = message->type == ND_RA;
	struct nd_news sender = {
		.addr = f + AT_FROM,
		.mac = mac_load(message->mac != NULL ? message->mac : f + AT_SOURCE),
		.evidence = NEIGH_SEEN_SENDER,
		.flags = is_router ? ND_FLAG_ROUTER : 0,
		.has_no_mac = message->mac == NULL,
	};

	if (!nd_notice(c, &sender))
		return ND_DROP_CONFLICT;
	counter_add(&c->w->counter[is_router ? ND_ROUTER_ADVERTS : ND_ROUTER_SOLICITATIONS], 1);
	return ND_DROP_NOTICED;
}

enum nd_counter
nd_sort(const struct nd_context *c, struct rte_mbuf *m)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	uint64_t destination = mac_load(f + AT_DESTINATION);
	struct nd_message message;
	enum nd_counter counter;

	/* In several pieces is longer than any honest one. */
	if (m->nb_segs != 1)
		return ND_DROP_HEADER;
	counter = nd_check(f, rte_pktmbuf_data_len(m), &message);
	if (counter != ND_RECEIVED)
		return counter;
	if (!mac_is_group(destination) && !vip_accepts_mac(c->set, c->roles, destination))
		return ND_DROP_WRONG_MAC;
	if (mac_is_group(f[AT_SOURCE]))
		return ND_DROP_CONFLICT;
	switch (message.type) {
	case ND_NS:
		return take_solicitation(c, m, &message);
	case ND_NA:
		return take_advertisement(c, f, &message);
	case ND_REDIRECT:
		return ND_DROP_REDIRECT;
	default:
		return take_router_message(c, f, &message);
	}
}
