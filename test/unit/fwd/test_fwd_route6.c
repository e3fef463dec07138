/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6: where packets are forwarded to, which are not, and what their senders are told. */
#include "router.h"

#define IP6_LEN 40

/* Destinations, by what the route to them says. */
#define TO6_A "\x20\x01\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07"
#define TO6_SILENT "\x20\x01\x02\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x07"
#define TO6_FAILED "\x20\x01\x02\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x07"
#define TO6_BOTH "\x20\x01\x02\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x07"
#define TO6_NARROW "\x20\x01\x02\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x07"
#define TO6_BLACKHOLE "\x20\x01\x02\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x07"
#define TO6_NOWHERE "\x20\x01\x02\x00\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x07"
#define LAN6_HOST "\x20\x01\x0d\xb8\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09"
#define LAN6_OWN "\x20\x01\x0d\xb8\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
#define WAN6_OWN "\x20\x01\x0d\xb8\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
#define WAN6_VIRTUAL "\x20\x01\x0d\xb8\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
#define LINK_LOCAL "\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"

/* A UDP packet from LAN6_HOST, sent to the virtual MAC of lan, with a hop limit of 64. */
static void
frame_udp6(const char *to, size_t payload)
{
	uint8_t *udp = ip + IP6_LEN;

	memset(&frame, 0, sizeof(frame));
	memcpy(frame.octets, LAN_VIRTUAL_MAC LAN_HOST_MAC "\x86\xdd", ETHER_LEN);
	ip[0] = 0x60;
	put16(ip + 4, (uint16_t)(8 + payload));
	ip[6] = 17;
	ip[7] = 64;
	memcpy(ip + 8, LAN6_HOST, 16);
	memcpy(ip + 24, to, 16);
	put16(udp, 4000);
	put16(udp + 2, 4001);
	put16(udp + 4, (uint16_t)(8 + payload));
	for (size_t i = 0; i < payload; i++)
		udp[8 + i] = (uint8_t)(i * 29 + 5);
	frame.len = ETHER_LEN + IP6_LEN + 8 + payload;
}

/* The sum of a message with its pseudo header, which is 0 if it is right. */
static uint16_t
sum6(const uint8_t *packet)
{
	uint8_t summed[40 + FRAME_MAX] = { 0 };
	size_t len = get16(packet + 4);

	memcpy(summed, packet + 8, 32);
	put16(summed + 34, (uint16_t)len);
	summed[39] = packet[6];
	memcpy(summed + 40, packet + IP6_LEN, len);
	return checksum(summed, 40 + len);
}

#define CHECK_ERROR6(type, code, value) check_error6(__LINE__, type, code, value)

static void
check_error6(int line, uint8_t type, uint8_t code, uint16_t value)
{
	const uint8_t *got = fate.sent[0].octets + ETHER_LEN, *icmp6 = got + IP6_LEN;
	size_t quote_len = frame.len - ETHER_LEN < 1232 ? frame.len - ETHER_LEN : 1232;
	bool is_right = fate.dropped == 1 && fate.sent_count == 1 &&
			fate.sent[0].interface == LAN &&
			fate.sent[0].len == ETHER_LEN + IP6_LEN + ICMP_LEN + quote_len &&
			memcmp(fate.sent[0].octets, LAN_HOST_MAC LAN_MAC "\x86\xdd", 14) == 0 &&
			memcmp(got + 8, LAN6_OWN LAN6_HOST, 32) == 0 && got[6] == 58 &&
			got[7] == 64 && icmp6[0] == type && icmp6[1] == code &&
			get16(icmp6 + 4) == 0 && get16(icmp6 + 6) == value && sum6(got) == 0 &&
			memcmp(icmp6 + ICMP_LEN, ip, quote_len) == 0;

	if (!is_right)
		printf("    line %d: sent %u, dropped %u\n", line, fate.sent_count, fate.dropped);
	CU_ASSERT_TRUE(is_right);
}

/* ------------------------------------------------------------------------------------------- */

static void
to_the_next_hop(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp6(TO6_A, 30);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
	CHECK_COUNTED(FWD_FORWARDED6);
	/* What is behind an extension header does not matter to a router. */
	ip[6] = 0;
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
	ip[0] = 0x6f;
	ip[1] = 0xff;
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
	/* ... nor does what is for somebody else, though it may be a ping. */
	ip[0] = 0x60;
	ip[6] = 58;
	ip[40] = 128;
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
	frame_udp6("\x20\x01\x0d\xb8\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09", 0);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, WAN_HOST_MAC);
}

static void
every_hop_limit(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (unsigned int hops = 0; hops <= 255; hops++) {
		frame_udp6(TO6_A, 4);
		ip[7] = (uint8_t)hops;
		hand_over(LAN);
		if (hops <= 1) {
			CHECK_ERROR6(3, 0, 0);
			CHECK_COUNTED(FWD_DROP_TTL6, FWD_ICMP_TTL6);
		} else {
			CHECK_FORWARDED(WAN, A_MAC);
			CHECK_COUNTED(FWD_FORWARDED6);
		}
	}
}

static void
paths_of_flows(void)
{
	unsigned int by_a = 0;

	router_set_up(VIP_ROLE_MASTER);
	for (unsigned int flow = 0; flow < 1000; flow++) {
		bool is_a;

		frame_udp6(TO6_BOTH, 8);
		put16(ip + IP6_LEN, (uint16_t)(1024 + flow));
		hand_over(LAN);
		is_a = memcmp(fate.sent[0].octets, A_MAC, 6) == 0;
		by_a += is_a;
		/* The flow label does not count. */
		ip[3] = (uint8_t)rand();
		hand_over(LAN);
		CU_ASSERT_EQUAL(memcmp(fate.sent[0].octets, A_MAC, 6) == 0, is_a);
	}
	CU_ASSERT(by_a > 400 && by_a < 600);
}

static void
nowhere(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp6(TO6_NOWHERE, 30);
	hand_over(LAN);
	CHECK_ERROR6(1, 0, 0);
	CHECK_COUNTED(FWD_DROP_NO_ROUTE6, FWD_ICMP_UNREACHABLE6);
	frame_udp6(TO6_FAILED, 30);
	hand_over(LAN);
	CHECK_ERROR6(1, 3, 0);
	CHECK_COUNTED(FWD_DROP_HOST6, FWD_ICMP_UNREACHABLE6);
	frame_udp6(TO6_BLACKHOLE, 30);
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_BLACKHOLE6);
	frame_udp6(TO6_SILENT, 30);
	hand_over(LAN);
	CU_ASSERT_EQUAL_FATAL(fate.unresolved_count, 1);
	CU_ASSERT_EQUAL(fate.unresolved.next_hop.family, IP_V6);
	CU_ASSERT_EQUAL(fate.held.octets[ETHER_LEN + 7], 63);
	CHECK_COUNTED(FWD_UNRESOLVED6);
}

/* RFC 4443 section 2.4 (e). */
static void
about_these_nobody_is_told(void)
{
	static const uint8_t types[] = { 1, 2, 3, 4, 127 };

	router_set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(types); i++) {
		frame_udp6(TO6_NOWHERE, 30);
		ip[6] = 58;
		ip[IP6_LEN] = types[i];
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_NO_ROUTE6);
		/* ... behind a header of destination options, too. */
		frame_udp6(TO6_NOWHERE, 30);
		ip[6] = 60;
		ip[IP6_LEN] = 58;
		ip[IP6_LEN + 1] = 0;
		ip[IP6_LEN + 8] = types[i];
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_NO_ROUTE6);
	}
	frame_udp6(TO6_NOWHERE, 30);
	ip[6] = 58;
	ip[IP6_LEN] = 128;
	hand_over(LAN);
	CHECK_ERROR6(1, 0, 0);
}

static void
too_big(void)
{
	router_set_up(VIP_ROLE_MASTER);
	router_narrow(1280);
	for (size_t payload = 1232; payload <= 1240; payload++) {
		frame_udp6(TO6_NARROW, payload);
		hand_over(LAN);
		if (payload == 1232) {
			CHECK_FORWARDED(WAN, A_MAC);
			CHECK_COUNTED(FWD_FORWARDED6);
		} else {
			CHECK_ERROR6(2, 0, 1280);
			CHECK_COUNTED(FWD_DROP_TOO_BIG6, FWD_ICMP_TOO_BIG6);
		}
	}
}

static void
addresses_that_are_not_forwarded(void)
{
	static const struct {
		const char *from;
		const char *to;
		enum fwd_counter counter;
	} cases[] = {
		{ "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", TO6_A, FWD_DROP_MARTIAN6 },
		{ "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", TO6_A, FWD_DROP_MARTIAN6 },
		{ "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1", TO6_A, FWD_DROP_MARTIAN6 },
		{ "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\1", TO6_A, FWD_DROP_MARTIAN6 },
		{ LINK_LOCAL, TO6_A, FWD_DROP_LINK_LOCAL6 },
		{ LAN6_HOST, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", FWD_DROP_MARTIAN6 },
		{ LAN6_HOST, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", FWD_DROP_MARTIAN6 },
		{ LAN6_HOST, "\xff\x0e\0\0\0\0\0\0\0\0\0\0\0\0\0\1", FWD_DROP_GROUP6 },
		{ LAN6_HOST, LINK_LOCAL, FWD_DROP_LINK_LOCAL6 },
	};

	router_set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(cases); i++) {
		frame_udp6(cases[i].to, 20);
		memcpy(ip + 8, cases[i].from, 16);
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(cases[i].counter);
	}
	/* 64:ff9b::/96 begins with an octet of 0 and is an ordinary prefix. */
	frame_udp6(TO6_A, 20);
	memcpy(ip + 8, "\x00\x64\xff\x9b\0\0\0\0\0\0\0\0\x0a\0\0\1", 16);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
}

static void
headers(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (size_t len = ETHER_LEN; len < ETHER_LEN + IP6_LEN + 28; len++) {
		frame_udp6(TO6_A, 20);
		frame.len = len;
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_IP6_HEADER);
	}
	for (unsigned int version = 0; version < 16; version++) {
		frame_udp6(TO6_A, 20);
		ip[0] = (uint8_t)(version << 4);
		hand_over(LAN);
		if (version == 6)
			CHECK_FORWARDED(WAN, A_MAC);
		else
			CHECK_DROPPED();
	}
	frame_udp6(TO6_A, 20);
	memcpy(frame.octets, OTHER_MAC, 6);
	hand_over(LAN);
	CHECK_DROPPED();
}

/* ------------------------------------------------------------------------------------------- */

static void
for_us(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp6(WAN6_OWN, 20);
	hand_over(LAN);
	CHECK_ERROR6(1, 4, 0);
	CHECK_COUNTED(FWD_DROP_NO_SERVICE6, FWD_ICMP_UNREACHABLE6);
	ip[6] = 132;
	hand_over(LAN);
	CHECK_ERROR6(4, 1, 6);
	CHECK_COUNTED(FWD_DROP_NO_SERVICE6, FWD_ICMP_UNREACHABLE6);
	ip[6] = 44;
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_FRAGMENT6);
	ip[6] = 58;
	put16(ip + IP6_LEN, 0x8000);
	put16(ip + IP6_LEN + 2, 0);
	put16(ip + IP6_LEN + 2, sum6(ip));
	hand_over(LAN);
	CU_ASSERT_EQUAL_FATAL(fate.sent_count, 1);
	CU_ASSERT_EQUAL(memcmp(fate.sent[0].octets, LAN_HOST_MAC LAN_MAC, 12), 0);
	CU_ASSERT_EQUAL(fate.sent[0].octets[ETHER_LEN + IP6_LEN], 129);
	CU_ASSERT_EQUAL(sum6(fate.sent[0].octets + ETHER_LEN), 0);
	CHECK_COUNTED(FWD_ECHO_REPLIES6);
}

static void
virtual_address_by_role(void)
{
	router_set_up(VIP_ROLE_BACKUP);
	frame_udp6(WAN6_VIRTUAL, 20);
	memcpy(frame.octets, LAN_MAC, 6);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, WAN_VIRTUAL_MAC);
	CHECK_COUNTED(FWD_FORWARDED6);
	memcpy(frame.octets, WAN_MAC, 6);
	hand_over(WAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_BACK6);
	memcpy(frame.octets, LAN_MAC, 6);
	hand_over_fenced(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_NOT_MASTER6);
	router_set_up(VIP_ROLE_MASTER);
	frame_udp6(WAN6_VIRTUAL, 20);
	hand_over(LAN);
	CHECK_ERROR6(1, 4, 0);
}

static const struct suite_test tests[] = {
	SUITE_TEST(to_the_next_hop),
	SUITE_TEST(every_hop_limit),
	SUITE_TEST(paths_of_flows),
	SUITE_TEST(nowhere),
	SUITE_TEST(about_these_nobody_is_told),
	SUITE_TEST(too_big),
	SUITE_TEST(addresses_that_are_not_forwarded),
	SUITE_TEST(headers),
	SUITE_TEST(for_us),
	SUITE_TEST(virtual_address_by_role),
};

int
main(void)
{
	return frames_start() && router_start() ?
		       suite_run("fwd_route6", tests, SUITE_LEN(tests)) :
		       EXIT_FAILURE;
}
