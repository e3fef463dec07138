/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

#include <stdio.h>

struct frame frame;
uint8_t *const ip = frame.octets + ETHER_LEN;
uint8_t *const icmp = frame.octets + ETHER_LEN + IP4_LEN;
uint8_t reply_octets[FRAME_MAX];
struct vip_interface interface;

static struct fwd_worker worker;

void
set_up(enum vip_role role)
{
	struct vip_address addresses[2] = { { .vhid = VIP_OWN }, { .vhid = 1 } };

	ip_prefix_parse("10.0.0.2/24", &addresses[0].prefix);
	ip_prefix_parse("10.0.0.100/24", &addresses[1].prefix);
	vip_set_destroy((struct vip_set *)(uintptr_t)vip_interface_set(&interface));
	memset(&worker, 0, sizeof(worker));
	vip_roles_init(&interface.roles);
	vip_role_store(&interface.roles, 1, vip_role_word(role, 1));
	atomic_store(&interface.set,
		     vip_set_create(addresses, 2, mac_load((const uint8_t *)PORT_MAC), -1));
	CU_ASSERT_PTR_NOT_NULL_FATAL(vip_interface_set(&interface));
}

uint16_t
checksum(const uint8_t *octets, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += (uint32_t)octets[i] << (i % 2 == 0 ? 8 : 0);
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

uint16_t
get16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

void
sum_ip(void)
{
	size_t len = (size_t)(ip[0] & 0xf) * 4;

	put16(ip + 10, 0);
	put16(ip + 10, checksum(ip, len));
}

void
sum_icmp(size_t payload)
{
	put16(icmp + 2, 0);
	put16(icmp + 2, checksum(icmp, ICMP_LEN + payload));
}

void
frame_echo_request(const char *to_mac, const char *to, size_t payload)
{
	static const uint8_t header[] = { 0x45, 0x20, 0, 0, 0x12, 0x34, 0x40, 0, 57, 1, 0, 0 };

	memset(&frame, 0, sizeof(frame));
	memcpy(frame.octets, to_mac, 6);
	memcpy(frame.octets + 6, CLIENT_MAC, 6);
	put16(frame.octets + 12, 0x0800);
	memcpy(ip, header, sizeof(header));
	put16(ip + 2, (uint16_t)(IP4_LEN + ICMP_LEN + payload));
	memcpy(ip + 12, CLIENT, 4);
	memcpy(ip + 16, to, 4);
	icmp[0] = 8;
	put16(icmp + 4, 0xbeef);
	put16(icmp + 6, 7);
	for (size_t i = 0; i < payload; i++)
		icmp[ICMP_LEN + i] = (uint8_t)(i * 37 + 11);
	frame.len = ETHER_LEN + IP4_LEN + ICMP_LEN + payload;
	sum_ip();
	sum_icmp(payload);
}

void
frame_advertisement(const char *to_mac, const char *to)
{
	frame_echo_request(to_mac, to, 28);
	ip[9] = 112;
	ip[8] = 255;
	sum_ip();
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
	fwd_input4(&worker, &interface, roles, &in, &out[WAY_REPLY], &out[WAY_CARP], NULL,
		   &out[WAY_DROP]);
	went = in.count == 0 && out[way].count == 1 &&
	       out[0].count + out[1].count + out[2].count == 1;
	CU_ASSERT_TRUE(went);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[FWD_RECEIVED4]), 1);
	atomic_store(&worker.counter[FWD_RECEIVED4], 0);
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

	memcpy(want, frame.octets, frame.len);
	memcpy(want, frame.octets + 6, 6);
	memcpy(want + 6, source_mac, 6);
	memcpy(want + ETHER_LEN + 12, ip + 16, 4);
	memcpy(want + ETHER_LEN + 16, ip + 12, 4);
	want[ETHER_LEN + 8] = 64;
	want[ETHER_LEN + IP4_LEN] = 0;
	put16(want + ETHER_LEN + 10, 0);
	put16(want + ETHER_LEN + 10, checksum(want + ETHER_LEN, IP4_LEN));
	put16(want + ETHER_LEN + IP4_LEN + 2, 0);
	put16(want + ETHER_LEN + IP4_LEN + 2,
	      checksum(want + ETHER_LEN + IP4_LEN, ICMP_LEN + payload));
	CU_ASSERT_EQUAL(memcmp(reply_octets, want, frame.len), 0);
}
