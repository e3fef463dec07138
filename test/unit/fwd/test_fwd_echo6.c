/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6 echo: what goes back is right to the last bit. */
#include "fixture6.h"

static void
echo_of_every_size(void)
{
	set_up(VIP_ROLE_MASTER);
	for (size_t payload = 0; payload <= 1452; payload++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, payload);
		CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
		check_reply(VIRTUAL_MAC, payload);
	}
	frame_echo_request(PORT_MAC, OWN, 56);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
	check_reply(PORT_MAC, 56);
}

static void
echo_in_several_segments(void)
{
	set_up(VIP_ROLE_MASTER);
	for (size_t first = ETHER_LEN + IP6_LEN + ICMP_LEN; first < 160; first++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 101);
		CHECK_MBUF(frame_new_split(frame.octets, frame.len, first), WAY_REPLY,
			   FWD_ECHO_REPLIES6);
		check_reply(VIRTUAL_MAC, 101);
	}
	/* No device leaves the headers in two pieces; it is not answered, but not read wrongly. */
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 101);
	for (size_t first = ETHER_LEN + IP6_LEN; first < ETHER_LEN + IP6_LEN + ICMP_LEN; first++)
		CHECK_MBUF(frame_new_split(frame.octets, frame.len, first), WAY_DROP,
			   FWD_DROP_NO_SERVICE6);
	for (size_t first = ETHER_LEN; first < ETHER_LEN + IP6_LEN; first++)
		CHECK_MBUF(frame_new_split(frame.octets, frame.len, first), WAY_DROP,
			   FWD_DROP_IP6_HEADER);
}

static void
padding_goes_back(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 1);
	memset(frame.octets + frame.len, 0xaa, 9);
	frame.len += 9;
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
	check_reply(VIRTUAL_MAC, 1);
}

/* Every value that the field can have, 0 and 0xffff among them, before and behind the change. */
static void
every_value_of_a_checksum(void)
{
	set_up(VIP_ROLE_MASTER);
	for (uint32_t id = 0; id <= 0xffff; id++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 0);
		put16(icmp + 4, (uint16_t)id);
		sum_icmp(0);
		CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
		CU_ASSERT_TRUE(is_reply_sum_right(0));
		CU_ASSERT_NOT_EQUAL(memcmp(reply_octets + ETHER_LEN + IP6_LEN + 2, "\xff\xff", 2), 0);
	}
}

/* The sum is carried on: a request that was damaged gives a reply that its sender drops. */
static void
damaged_request_gives_damaged_reply(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 10);
	icmp[12] ^= 0x10;
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
	CU_ASSERT_FALSE(is_reply_sum_right(10));
}

static void
other_icmp_is_not_answered(void)
{
	static const uint8_t types[] = { 0, 1, 2, 3, 4, 8, 127, 129, 130, 131, 138, 143 };

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(types); i++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 12);
		icmp[0] = types[i];
		CHECK(WAY_DROP, FWD_DROP_NO_SERVICE6);
	}
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 12);
	icmp[1] = 1;
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE6);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 12);
	ip[6] = 17;
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE6);
	/* Of IPv4 it has nothing here. */
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 12);
	ip[6] = 1;
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE6);
}

static const struct suite_test tests[] = {
	SUITE_TEST(echo_of_every_size),
	SUITE_TEST(echo_in_several_segments),
	SUITE_TEST(padding_goes_back),
	SUITE_TEST(every_value_of_a_checksum),
	SUITE_TEST(damaged_request_gives_damaged_reply),
	SUITE_TEST(other_icmp_is_not_answered),
};

int
main(void)
{
	return frames_start() ? suite_run("fwd_echo6", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
