/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture6.h"

#include <stdio.h>

struct frame frame;
uint8_t *const ip = frame.octets + ETHER_LEN;
uint8_t *const icmp = frame.octets + ETHER_LEN + IP6_LEN;
uint8_t reply_octets[FRAME_MAX];
struct vip_interface interface;

static struct fwd_worker worker;

void
set_up(enum vip_role role)
{
	static const char *const text[] = { OWN "/64", TENTATIVE "/64", VIRTUAL "/64" };
	struct vip_address addresses[3] = {
		{ .vhid = VIP_OWN }, { .vhid = VIP_OWN, .is_tentative = true }, { .vhid = 1 },
	};

	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(ip_prefix_parse(text[i], &addresses[i].prefix), 0);
	vip_set_destroy((struct vip_set *)(uintptr_t)vip_interface_set(&interface));
	memset(&worker, 0, sizeof(worker));
	vip_roles_init(&interface.roles);
	vip_role_store(&interface.roles, 1, vip_role_word(role, 1));
	atomic_store(&interface.set,
		     vip_set_create(addresses, 3, mac_load((const uint8_t *)PORT_MAC), -1));
	CU_ASSERT_PTR_NOT_NULL_FATAL(vip_interface_set(&interface));
}

/* Octet by octet: another way than that of the code under test. */
static uint16_t
checksum(const uint8_t *header, size_t len)
{
	uint32_t sum = (uint32_t)len + 58;

	for (size_t i = 8; i < IP6_LEN + len; i++)
		sum += (uint32_t)header[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void
put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void
put_address(uint8_t *to, const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	memcpy(to, a.octets, sizeof(a.octets));
}

void
put_from(const char *from)
{
	put_address(ip + 8, from);
}

void
put_to(const char *to)
{
	put_address(ip + 24, to);
}

void
sum_icmp(size_t payload)
{
	put16(icmp + 2, 0);
	put16(icmp + 2, checksum(ip, ICMP_LEN + payload));
}

bool
is_reply_sum_right(size_t payload)
{
	return checksum(reply_octets + ETHER_LEN, ICMP_LEN + payload) == 0;
}

void
frame_echo_request(const char *to_mac, const char *to, size_t payload)
{
	static const uint8_t header[] = { 0x6a, 0xb1, 0x23, 0x45, 0, 0, 58, 57 };

	memset(&frame, 0, sizeof(frame));
	memcpy(frame.octets, to_mac, 6);
	memcpy(frame.octets + 6, CLIENT_MAC, 6);
	put16(frame.octets + 12, 0x86dd);
	memcpy(ip, header, sizeof(header));
	put16(ip + 4, (uint16_t)(ICMP_LEN + payload));
	put_from(CLIENT);
	put_to(to);
	icmp[0] = 128;
	put16(icmp + 4, 0xbeef);
	put16(icmp + 6, 7);
	for (size_t i = 0; i < payload; i++)
		icmp[ICMP_LEN + i] = (uint8_t)(i * 37 + 11);
	frame.len = ETHER_LEN + IP6_LEN + ICMP_LEN + payload;
	sum_icmp(payload);
}

void
frame_advertisement(const char *to_mac, const char *to)
{
	frame_echo_request(to_mac, to, 28);
	ip[6] = 112;
	ip[7] = 255;
}

static void
keep_reply(const struct rte_mbuf *m)
{
	size_t at = 0;

	for (; m != NULL; at += rte_pktmbuf_data_len(m), m = m->next)
		memcpy(reply_octets + at, rte_pktmbuf_mtod(m, const void *),
		       rte_pktmbuf_data_len(m));
}

void
check_frame(int line, const struct vip_roles *roles, struct rte_mbuf *m, enum way way,
	    enum fwd_counter expected)
{
	static struct burst in, out[3];
	int counted;
	bool went;

	in.count = out[0].count = out[1].count = out[2].count = 0;
	burst_add(&in, m);
	fwd_input6(&worker, &interface, roles, &in, &out[WAY_REPLY], &out[WAY_CARP], NULL,
		   &out[WAY_DROP]);
	went = in.count == 0 && out[way].count == 1 &&
	       out[0].count + out[1].count + out[2].count == 1;
	CU_ASSERT_TRUE(went);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[FWD_RECEIVED6]), 1);
	atomic_store(&worker.counter[FWD_RECEIVED6], 0);
	counted = counters_take_one(worker.counter, FWD_COUNTERS);
	CU_ASSERT_EQUAL(counted, (int)expected);
	if (!went || counted != (int)expected)
		printf("    line %d: counted %s\n", line,
		       counted < 0 ? "-" : fwd_counter_name(counted));
	if (out[WAY_REPLY].count == 1)
		keep_reply(out[WAY_REPLY].frame[0]);
	for (int i = 0; i < 3; i++)
		burst_free(&out[i]);
	CU_ASSERT_EQUAL(frames_in_use(), 0);
}

void
check_reply(const char *source_mac, size_t payload)
{
	uint8_t want[FRAME_MAX];
	uint8_t *message = want + ETHER_LEN + IP6_LEN;

	memcpy(want, frame.octets, frame.len);
	memcpy(want, frame.octets + 6, 6);
	memcpy(want + 6, source_mac, 6);
	want[ETHER_LEN + 7] = 64;
	memcpy(want + ETHER_LEN + 8, ip + 24, 16);
	memcpy(want + ETHER_LEN + 24, ip + 8, 16);
	message[0] = 129;
	put16(message + 2, 0);
	put16(message + 2, checksum(want + ETHER_LEN, ICMP_LEN + payload));
	CU_ASSERT_EQUAL(memcmp(reply_octets, want, frame.len), 0);
}
