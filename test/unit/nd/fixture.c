/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

#include <inttypes.h>

struct vip_interface interface;
struct nd_worker worker;
struct frame frame;
struct outcome out;

static void
set_role(uint8_t vhid, enum vip_role role)
{
	vip_role_store(&interface.roles, vhid, vip_role_word(role, 1));
}

void
set_up(enum vip_role role)
{
	static const char *const text[] = {
		"fd00:1::2/64", "fd00:1::3/64", "fe80::2/64", "fd00:1::64/64", "fd00:1::65/64",
	};
	struct vip_address addresses[5] = {
		{ .vhid = VIP_OWN }, { .vhid = VIP_OWN, .is_tentative = true }, { .vhid = VIP_OWN },
		{ .vhid = 1 }, { .vhid = 2, .is_port_mac = true },
	};
	uint8_t mac[6];

	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(ip_prefix_parse(text[i], &addresses[i].prefix), 0);
	frame_from_hex(PORT_MAC, mac, sizeof(mac));
	vip_set_destroy((struct vip_set *)(uintptr_t)vip_interface_set(&interface));
	memset(&worker, 0, sizeof(worker));
	worker.epoch = 1;
	interface.index = 5;
	atomic_store(&interface.is_router, false);
	vip_roles_init(&interface.roles);
	set_role(1, role);
	set_role(2, role);
	atomic_store(&interface.set, vip_set_create(addresses, 5, mac_load(mac), -1));
	CU_ASSERT_PTR_NOT_NULL_FATAL(vip_interface_set(&interface));
}

/* The sum over the pseudo header and the message, octet by octet. */
static uint16_t
checksum(const uint8_t *f, size_t len)
{
	uint32_t sum = (uint32_t)len + 58;

	for (size_t i = 22; i < ICMP_AT + len; i++)
		sum += (uint32_t)f[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

void
put_right(void)
{
	size_t len = frame.len - ICMP_AT;

	put16(frame.octets + 18, (uint16_t)len);
	if (len < 4)
		return;
	put16(frame.octets + ICMP_AT + 2, 0);
	put16(frame.octets + ICMP_AT + 2, checksum(frame.octets, len));
}

void
make(const char *to_mac, const char *from_mac, const char *from, const char *to,
     const char *message)
{
	char hex[1024];

	snprintf(hex, sizeof(hex), "%s%s 86dd 6000 0000 0000 3aff %s%s%s", to_mac, from_mac, from, to,
		 message);
	frame.len = frame_from_hex(hex, frame.octets, sizeof(frame.octets));
	put_right();
}

void
make_solicitation(const char *end, const char *target)
{
	char mac[32], group[64], message[256];

	snprintf(mac, sizeof(mac), ASKED_MAC("%s"), end);
	snprintf(group, sizeof(group), ASKED("%s"), end);
	snprintf(message, sizeof(message), SOLICIT "%s" FROM_MAC(CLIENT_MAC), target);
	make(mac, CLIENT_MAC, CLIENT, group, message);
}

void
feed_mbuf(const struct vip_roles *roles, struct rte_mbuf *m)
{
	static struct burst in, reply, drop;
	static struct neigh_sightings sightings;

	memset(&out, 0, sizeof(out));
	burst_init(&in);
	burst_init(&reply);
	burst_init(&drop);
	sightings.count = 0;
	burst_add(&in, m);
	nd_input(&worker, &interface, roles, &in, &reply, &drop, &sightings);
	CU_ASSERT_EQUAL(in.count + reply.count + drop.count, 1);
	out.is_left = in.count == 1;
	if (reply.count == 1) {
		out.is_reply = true;
		out.len = rte_pktmbuf_pkt_len(reply.frame[0]);
		out.grown = reply.grown;
		CU_ASSERT_EQUAL(reply.octets, out.len);
		memcpy(out.octets, rte_pktmbuf_mtod(reply.frame[0], uint8_t *), out.len);
	}
	out.sightings = sightings.count;
	out.sighting = sightings.item[0];
	for (int i = 0; i < ND_COUNTERS; i++)
		out.counter[i] = counter_read(&worker.counter[i]);
	memset((void *)worker.counter, 0, sizeof(worker.counter));
	burst_free(&in);
	burst_free(&reply);
	burst_free(&drop);
	CU_ASSERT_EQUAL(frames_in_use(), 0);
}

void
feed(void)
{
	feed_mbuf(&interface.roles, frame_new(frame.octets, frame.len));
}

void
check_counted(int line, const enum nd_counter *expected, size_t count)
{
	uint64_t want[ND_COUNTERS] = { [ND_RECEIVED] = 1 };

	for (size_t i = 0; i < count; i++)
		want[expected[i]]++;
	for (int i = 0; i < ND_COUNTERS; i++) {
		CU_ASSERT_EQUAL(out.counter[i], want[i]);
		if (out.counter[i] != want[i])
			printf("    line %d: %s is %" PRIu64 "\n", line, nd_counter_name(i),
			       out.counter[i]);
	}
}

void
check_reply(const char *to_mac, const char *from_mac, const char *from, const char *to,
	    const char *message)
{
	make(to_mac, from_mac, from, to, message);
	CU_ASSERT_TRUE_FATAL(out.is_reply);
	CU_ASSERT(out.len >= frame.len);
	CU_ASSERT_EQUAL(memcmp(out.octets, frame.octets, frame.len), 0);
}

void
check_sighting(const char *addr, const char *mac, enum neigh_evidence evidence)
{
	uint8_t want_addr[16], want_mac[6];

	frame_from_hex(addr, want_addr, sizeof(want_addr));
	frame_from_hex(mac, want_mac, sizeof(want_mac));
	CU_ASSERT_EQUAL_FATAL(out.sightings, 1);
	CU_ASSERT_EQUAL(out.sighting.addr.family, IP_V6);
	CU_ASSERT_EQUAL(out.sighting.interface, 5);
	CU_ASSERT_EQUAL(out.sighting.evidence, evidence);
	CU_ASSERT_EQUAL(memcmp(out.sighting.addr.octets, want_addr, 16), 0);
	CU_ASSERT_EQUAL(memcmp(out.sighting.mac, want_mac, 6), 0);
}
