/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip6_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IP_AT 14
#define ICMP_AT 54
#define PORT_MAC 0x020000000002ULL
#define ECHO_REQUEST 128
#define ECHO_REPLY 129
#define ADVERTISEMENT 136

#define REQUIRE(condition)                                                                        \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);   \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

struct nd_worker ip6_nd;
struct fwd_worker ip6_fwd;

static struct vip_interface interface;

/* What became of a frame. */
struct outcome {
	enum ip6_way way;
	uint8_t octets[IP6_FRAME_MAX + ND_FRAME_LEN];
	size_t len;
};

bool
ip6_bench_start(void)
{
	static const char *const text[] = {
		"fd00:1::2/64", "fe80::2/64", "fd00:1::3/64", "fd00:1::64/64", "fd00:1::65/64",
	};
	struct vip_address addresses[5] = {
		{ .vhid = VIP_OWN }, { .vhid = VIP_OWN }, { .vhid = VIP_OWN, .is_tentative = true },
		{ .vhid = 1 }, { .vhid = 2, .is_port_mac = true },
	};

	if (!frames_start())
		return false;
	for (int i = 0; i < 5; i++)
		REQUIRE(ip_prefix_parse(text[i], &addresses[i].prefix) == 0);
	vip_roles_init(&interface.roles);
	atomic_store(&interface.set, vip_set_create(addresses, 5, PORT_MAC, -1));
	REQUIRE(vip_interface_set(&interface) != NULL);
	return true;
}

static size_t
payload_len(const uint8_t *f)
{
	return (size_t)f[IP_AT + 4] << 8 | f[IP_AT + 5];
}

/* Of the ICMPv6 message, with its pseudo header: 0 if it is right. */
static uint16_t
checksum(const uint8_t *f)
{
	size_t len = payload_len(f);
	uint32_t sum = (uint32_t)len + 58;

	for (size_t i = IP_AT + 8; i < ICMP_AT + len; i++)
		sum += (uint32_t)f[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void
ip6_bench_repair(uint8_t *frame, size_t len)
{
	uint16_t sum;

	if (len < ICMP_AT + 4)
		return;
	frame[IP_AT + 4] = (uint8_t)((len - ICMP_AT) >> 8);
	frame[IP_AT + 5] = (uint8_t)(len - ICMP_AT);
	frame[ICMP_AT + 2] = frame[ICMP_AT + 3] = 0;
	sum = checksum(frame);
	frame[ICMP_AT + 2] = (uint8_t)(sum >> 8);
	frame[ICMP_AT + 3] = (uint8_t)sum;
}

/* Nothing goes out in a name that is not ours now, or from a MAC that is not. */
static void
check_reply(const struct vip_roles *roles, const uint8_t *request, const struct outcome *o)
{
	const uint8_t *f = o->octets;
	const struct vip_entry6 *from = vip_find6(vip_interface_set(&interface), f + IP_AT + 8);
	bool is_advertisement = f[ICMP_AT] == ADVERTISEMENT;

	REQUIRE(from->is_used && vip_is_master(roles, vip_entry6_role(from)));
	REQUIRE(mac_load(f + 6) == mac_load(from->mac));
	REQUIRE(f[12] == 0x86 && f[13] == 0xdd && f[IP_AT] >> 4 == 6 && f[IP_AT + 6] == 58);
	REQUIRE(ICMP_AT + payload_len(f) <= o->len);
	REQUIRE(is_advertisement || f[ICMP_AT] == ECHO_REPLY);
	if (!is_advertisement) {
		REQUIRE(!mac_is_group(f[0]) && f[IP_AT + 24] != 0xff && f[IP_AT + 7] == 64);
		REQUIRE(request[ICMP_AT] == ECHO_REQUEST);
		REQUIRE((checksum(request) == 0) == (checksum(f) == 0));
		return;
	}
	REQUIRE(o->len >= ND_FRAME_LEN && payload_len(f) == ND_FRAME_LEN - ICMP_AT);
	REQUIRE(f[IP_AT + 7] == 255 && checksum(f) == 0);
	REQUIRE(memcmp(f + 62, f + IP_AT + 8, 16) == 0 && memcmp(f + 80, f + 6, 6) == 0);
	REQUIRE(mac_is_group(f[0]) == (f[IP_AT + 24] == 0xff));
	REQUIRE(((f[58] & 0x40) != 0) == (f[IP_AT + 24] != 0xff));
}

static void
check_sighting(const struct neigh_sighting *s)
{
	const struct vip_entry6 *e = vip_find6(vip_interface_set(&interface), s->addr.octets);

	REQUIRE(s->addr.family == IP_V6 && s->evidence <= NEIGH_SEEN_CLAIM);
	REQUIRE(!mac_is_group(mac_load(s->mac)) && mac_load(s->mac) != PORT_MAC);
	REQUIRE(e->is_used == (s->evidence == NEIGH_SEEN_CLAIM));
	REQUIRE(s->addr.octets[0] != 0xff && (s->has_no_mac == (mac_load(s->mac) == 0) || e->is_used));
}

static void
feed_once(const struct vip_roles *roles, struct rte_mbuf *m, const uint8_t *request,
	  struct outcome *o)
{
	static struct burst in, reply, carp, drop;
	static struct neigh_sightings sightings;
	size_t len = rte_pktmbuf_pkt_len(m);

	burst_init(&in);
	burst_init(&reply);
	burst_init(&carp);
	burst_init(&drop);
	sightings.count = 0;
	burst_add(&in, m);
	nd_input(&ip6_nd, &interface, roles, &in, &reply, &drop, &sightings);
	fwd_input6(&ip6_fwd, &interface, roles, &in, &reply, &carp, NULL, &drop);
	REQUIRE(in.count + reply.count + carp.count + drop.count == 1);
	REQUIRE(sightings.count <= 1);
	if (sightings.count == 1)
		check_sighting(&sightings.item[0]);
	o->way = in.count == 1 ? IP6_LEFT : carp.count == 1 ? IP6_CARP : IP6_DROP;
	if (reply.count == 1) {
		struct rte_mbuf *r = reply.frame[0];
		const void *octets;

		o->way = IP6_REPLY;
		o->len = rte_pktmbuf_pkt_len(r);
		REQUIRE((int64_t)o->len - (int64_t)len == reply.grown && reply.octets == o->len);
		octets = rte_pktmbuf_read(r, 0, (uint32_t)o->len, o->octets);
		if (octets != o->octets)
			memcpy(o->octets, octets, o->len);
		check_reply(roles, request, o);
	}
	burst_free(&in);
	burst_free(&reply);
	burst_free(&carp);
	burst_free(&drop);
	REQUIRE(frames_in_use() == 0);
}

enum ip6_way
ip6_bench_feed(const struct ip6_setting *s, const uint8_t *frame, size_t len)
{
	const struct vip_roles *roles = s->is_fenced ? &vip_roles_fenced : &interface.roles;
	enum vip_role role = s->is_master ? VIP_ROLE_MASTER : VIP_ROLE_BACKUP;
	static struct outcome outcome[2];

	vip_role_store(&interface.roles, 1, vip_role_word(role, 1));
	vip_role_store(&interface.roles, 2, vip_role_word(role, 1));
	atomic_store(&interface.is_router, s->is_router);
	ip6_nd.epoch++;
	for (int i = 0; i < 2; i++) {
		struct rte_mbuf *m;

		if (s->split >= 14 && s->split < len)
			m = frame_new_split(frame, len, s->split);
		else
			m = s->is_exact ? frame_new_exact(frame, len) : frame_new(frame, len);
		feed_once(roles, m, frame, &outcome[i]);
	}
	REQUIRE(outcome[0].way == outcome[1].way);
	if (outcome[0].way == IP6_REPLY) {
		size_t same = ICMP_AT + payload_len(outcome[0].octets);

		REQUIRE(memcmp(outcome[0].octets, outcome[1].octets, same) == 0);
	}
	return outcome[0].way;
}
