/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP echo: what goes back is right to the last bit. */
#include "fixture.h"

static void
echo_of_every_size(void)
{
	set_up(VIP_ROLE_MASTER);
	for (size_t payload = 0; payload <= 1472; payload++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, payload);
		CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
		check_reply(VIRTUAL_MAC, payload);
	}
	frame_echo_request(PORT_MAC, OWN, 56);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	check_reply(PORT_MAC, 56);
}

static void
echo_in_several_segments(void)
{
	set_up(VIP_ROLE_MASTER);
	for (size_t first = ETHER_LEN + IP4_LEN + ICMP_LEN; first < 142; first++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 101);
		CHECK_MBUF(frame_new_split(frame.octets, frame.len, first), WAY_REPLY,
			   FWD_ECHO_REPLIES4);
		check_reply(VIRTUAL_MAC, 101);
	}
	/* No device leaves the headers in two pieces; it is not answered, but not read wrongly. */
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 101);
	for (size_t first = ETHER_LEN + IP4_LEN; first < ETHER_LEN + IP4_LEN + ICMP_LEN; first++)
		CHECK_MBUF(frame_new_split(frame.octets, frame.len, first), WAY_DROP,
			   FWD_DROP_NO_SERVICE);
	for (size_t first = ETHER_LEN; first < ETHER_LEN + IP4_LEN; first++)
		CHECK_MBUF(frame_new_split(frame.octets, frame.len, first), WAY_DROP,
			   FWD_DROP_IP4_HEADER);
}

static void
padding_goes_back(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 1);
	memset(frame.octets + frame.len, 0xaa, 60 - frame.len);
	frame.len = 60;
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	check_reply(VIRTUAL_MAC, 1);
}

/* The sums are changed, not computed: random headers, TTLs and contents find what that misses. */
static void
changed_sums_are_right(void)
{
	set_up(VIP_ROLE_MASTER);
	srand(3);
	for (int n = 0; n < 100000; n++) {
		size_t payload = (size_t)rand() % 8;

		frame_echo_request(VIRTUAL_MAC, VIRTUAL, payload);
		ip[1] = (uint8_t)rand();
		put16(ip + 4, (uint16_t)rand());
		ip[8] = (uint8_t)rand();
		put16(ip + 14, (uint16_t)rand());
		sum_ip();
		for (size_t i = 4; i < ICMP_LEN + payload; i++)
			icmp[i] = (uint8_t)rand();
		sum_icmp(payload);
		CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
		CU_ASSERT_EQUAL(checksum(reply_octets + ETHER_LEN, IP4_LEN), 0);
		CU_ASSERT_EQUAL(checksum(reply_octets + ETHER_LEN + IP4_LEN, ICMP_LEN + payload),
				0);
	}
}

/* Every value that the field can have, 0 and 0xffff among them, before and behind the change. */
static void
every_value_of_a_checksum(void)
{
	set_up(VIP_ROLE_MASTER);
	for (uint32_t id = 0; id <= 0xffff; id++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 0);
		put16(ip + 4, (uint16_t)id);
		sum_ip();
		put16(icmp + 4, (uint16_t)id);
		sum_icmp(0);
		CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
		/* A header's sum is never written as 0xffff: what it covers is not all zeros. */
		CU_ASSERT_NOT_EQUAL(get16(ip + 10), 0xffff);
		CU_ASSERT_EQUAL(checksum(reply_octets + ETHER_LEN, IP4_LEN), 0);
		CU_ASSERT_NOT_EQUAL(memcmp(reply_octets + ETHER_LEN + 10, "\xff\xff", 2), 0);
		CU_ASSERT_EQUAL(checksum(reply_octets + ETHER_LEN + IP4_LEN, ICMP_LEN), 0);
	}
}

/* A sum that some stacks write as 0xffff instead of 0 is as good. */
static void
header_sum_of_minus_zero(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 0);
	/* Take up in the identification what makes the sum come out as 0. */
	for (uint32_t id = 0; id <= 0xffff && get16(ip + 10) != 0; id++) {
		put16(ip + 4, (uint16_t)id);
		sum_ip();
	}
	CU_ASSERT_EQUAL_FATAL(get16(ip + 10), 0);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	check_reply(VIRTUAL_MAC, 0);
	put16(ip + 10, 0xffff);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	CU_ASSERT_EQUAL(checksum(reply_octets + ETHER_LEN, IP4_LEN), 0);
}

/* The ICMP sum is carried on: a request that was damaged gives a reply that its sender drops. */
static void
damaged_request_gives_damaged_reply(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 10);
	icmp[12] ^= 0x10;
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	CU_ASSERT_NOT_EQUAL(checksum(reply_octets + ETHER_LEN + IP4_LEN, ICMP_LEN + 10), 0);
}

static void
other_icmp_is_not_answered(void)
{
	static const uint8_t types[] = { 0, 3, 5, 9, 13, 17 };

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(types); i++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 12);
		icmp[0] = types[i];
		CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
	}
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 12);
	icmp[1] = 1;
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 12);
	ip[9] = 17;
	sum_ip();
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
}

static const struct suite_test tests[] = {
	SUITE_TEST(echo_of_every_size),
	SUITE_TEST(echo_in_several_segments),
	SUITE_TEST(padding_goes_back),
	SUITE_TEST(changed_sums_are_right),
	SUITE_TEST(every_value_of_a_checksum),
	SUITE_TEST(header_sum_of_minus_zero),
	SUITE_TEST(damaged_request_gives_damaged_reply),
	SUITE_TEST(other_icmp_is_not_answered),
};

int
main(void)
{
	return frames_start() ? suite_run("fwd_echo", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
