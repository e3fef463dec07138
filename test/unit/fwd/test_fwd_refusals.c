/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom packets are for, by role and by header; what is answered, handed on, and refused why. */
#include "fixture.h"

/* ------------------------------------------------------------------------------------------- */
/* Roles and MACs                                                                               */
/* ------------------------------------------------------------------------------------------- */

/* Nobody but the master answers for a virtual address, to whatever MAC the request was sent. */
static void
only_the_master_answers(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role < VIP_ROLE_MASTER; role++) {
		set_up(role);
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_WRONG_MAC);
		frame_echo_request(VIRTUAL_MAC, OWN, 4);
		CHECK(WAY_DROP, FWD_DROP_WRONG_MAC);
		frame_echo_request(PORT_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_NOT_MASTER);
		frame_echo_request(OTHER_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_WRONG_MAC);
		frame_echo_request(BROADCAST_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_GROUP);
		frame_echo_request(PORT_MAC, OWN, 4);
		CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	}
}

static void
master_answers_at_both_its_macs(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(PORT_MAC, VIRTUAL, 4);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	check_reply(VIRTUAL_MAC, 4);
	frame_echo_request(VIRTUAL_MAC, OWN, 4);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	check_reply(PORT_MAC, 4);
	frame_echo_request(OTHER_MAC, VIRTUAL, 4);
	CHECK(WAY_DROP, FWD_DROP_WRONG_MAC);
	frame_echo_request("\x00\x00\x5e\x00\x01\x02", VIRTUAL, 4);
	CHECK(WAY_DROP, FWD_DROP_WRONG_MAC);
	frame_echo_request("\x00\x00\x5e\x00\x01\x00", VIRTUAL, 4);
	CHECK(WAY_DROP, FWD_DROP_WRONG_MAC);
}

static void
fenced_worker_is_not_master(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(PORT_MAC, VIRTUAL, 4);
	CHECK_FENCED(WAY_DROP, FWD_DROP_NOT_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
	CHECK_FENCED(WAY_DROP, FWD_DROP_WRONG_MAC);
	frame_echo_request(PORT_MAC, OWN, 4);
	CHECK_FENCED(WAY_REPLY, FWD_ECHO_REPLIES4);
}

static void
others_addresses_and_groups(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, "\x0a\x00\x00\x63", 4);
	CHECK(WAY_DROP, FWD_DROP_NOT_LOCAL);
	frame_echo_request(BROADCAST_MAC, "\xff\xff\xff\xff", 4);
	CHECK(WAY_DROP, FWD_DROP_GROUP);
	frame_echo_request(PORT_MAC, "\xff\xff\xff\xff", 4);
	CHECK(WAY_DROP, FWD_DROP_GROUP);
	frame_echo_request(GROUP_MAC, "\xe0\x00\x00\x12", 4);
	CHECK(WAY_DROP, FWD_DROP_GROUP);
	frame_echo_request(PORT_MAC, "\xe0\x00\x00\x01", 4);
	CHECK(WAY_DROP, FWD_DROP_GROUP);
}

/* ------------------------------------------------------------------------------------------- */
/* Headers                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
any_bit_of_a_header_matters(void)
{
	set_up(VIP_ROLE_MASTER);
	for (int bit = 0; bit < IP4_LEN * 8; bit++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 30);
		ip[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);
	}
}

static void
bad_lengths_and_versions(void)
{
	set_up(VIP_ROLE_MASTER);
	for (unsigned int len = 0; len < IP4_LEN; len++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
		put16(ip + 2, (uint16_t)len);
		sum_ip();
		CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);
	}
	/* Room for the IP header, but not for that of ICMP. */
	for (unsigned int len = IP4_LEN; len < IP4_LEN + ICMP_LEN; len++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
		put16(ip + 2, (uint16_t)len);
		sum_ip();
		CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
	}
	/* Longer than what came. */
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
	put16(ip + 2, IP4_LEN + ICMP_LEN + 5);
	sum_ip();
	CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);

	for (unsigned int first = 0; first < 256; first++) {
		if (first == 0x45)
			continue;
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
		ip[0] = (uint8_t)first;
		sum_ip();
		/* 32 octets follow the Ethernet header: options up to the eighth word fit in. */
		if (first >= 0x46 && first <= 0x48)
			CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
		else
			CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);
	}
}

static void
truncated_frames(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
	for (frame.len = ETHER_LEN; frame.len < ETHER_LEN + IP4_LEN + ICMP_LEN + 4; frame.len++)
		CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);
}

/* Options before the ICMP header: their sum is checked, the packet not answered. */
static void
options_are_summed_and_not_answered(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 56);
	ip[0] = 0x46;
	memcpy(icmp, "\x94\x04\x00\x00", 4); /* router alert */
	sum_ip();
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
	icmp[0] ^= 1;
	CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);
	/* 40 octets of them, of which the first segment has not all. */
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 56);
	ip[0] = 0x4f;
	sum_ip();
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
	CHECK_MBUF(frame_new_split(frame.octets, frame.len, ETHER_LEN + 59), WAY_DROP,
		   FWD_DROP_IP4_HEADER);
}

static void
fragments_are_not_answered(void)
{
	static const uint16_t fields[] = { 0x2000, 0x0001, 0x1fff, 0x2010, 0x6000 };

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(fields); i++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
		put16(ip + 6, fields[i]);
		sum_ip();
		CHECK(WAY_DROP, FWD_DROP_FRAGMENT);
	}
	/* "Do not fragment", and its absence, are no fragments. */
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
	put16(ip + 6, 0);
	sum_ip();
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
	check_reply(VIRTUAL_MAC, 16);
}

static void
sources_that_cannot_be_answered(void)
{
	static const char *const martians[] = {
		"\x00\x00\x00\x00", "\x00\x01\x02\x03", "\x7f\x00\x00\x01", "\xe0\x00\x00\x01",
		"\xef\x01\x01\x01", "\xf0\x00\x00\x01", "\xff\xff\xff\xff",
	};

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(martians); i++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
		memcpy(ip + 12, martians[i], 4);
		sum_ip();
		CHECK(WAY_DROP, FWD_DROP_MARTIAN);
	}
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
	memcpy(frame.octets + 6, GROUP_MAC, 6);
	CHECK(WAY_DROP, FWD_DROP_MARTIAN);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
	memcpy(ip + 12, "\xdf\xff\xff\xff", 4);
	sum_ip();
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES4);
}

/* ------------------------------------------------------------------------------------------- */
/* CARP                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static void
advertisements_are_handed_on_in_every_role(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role <= VIP_ROLE_MASTER; role++) {
		set_up(role);
		frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x12");
		CHECK(WAY_CARP, FWD_CARP4);
		CHECK_FENCED(WAY_CARP, FWD_CARP4);
		frame_advertisement(PORT_MAC, OWN);
		CHECK(WAY_CARP, FWD_CARP4);
		/* An own one that comes back is for the election to recognise. */
		frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x12");
		memcpy(ip + 12, OWN, 4);
		memcpy(frame.octets + 6, VIRTUAL_MAC, 6);
		sum_ip();
		CHECK(WAY_CARP, FWD_CARP4);
	}
}

static void
advertisements_to_others_are_dropped(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x01");
	CHECK(WAY_DROP, FWD_DROP_GROUP);
	frame_advertisement(BROADCAST_MAC, "\xff\xff\xff\xff");
	CHECK(WAY_DROP, FWD_DROP_GROUP);
	frame_advertisement(PORT_MAC, "\x0a\x00\x00\x63");
	CHECK(WAY_DROP, FWD_DROP_NOT_LOCAL);
	frame_advertisement(OTHER_MAC, OWN);
	CHECK(WAY_DROP, FWD_DROP_WRONG_MAC);
	frame_advertisement(VIRTUAL_MAC, VIRTUAL);
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE);
	set_up(VIP_ROLE_BACKUP);
	frame_advertisement(PORT_MAC, VIRTUAL);
	CHECK(WAY_DROP, FWD_DROP_NOT_MASTER);
}

static void
advertisements_need_a_sound_header(void)
{
	set_up(VIP_ROLE_BACKUP);
	frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x12");
	ip[10] ^= 1;
	CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);
	frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x12");
	put16(ip + 2, 1400);
	sum_ip();
	CHECK(WAY_DROP, FWD_DROP_IP4_HEADER);
	frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x12");
	put16(ip + 6, 0x0001);
	sum_ip();
	CHECK(WAY_DROP, FWD_DROP_FRAGMENT);
	frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x12");
	put16(ip + 6, 0x2000);
	sum_ip();
	CHECK(WAY_DROP, FWD_DROP_FRAGMENT);
	/* With options it is sound. */
	frame_advertisement(GROUP_MAC, "\xe0\x00\x00\x12");
	ip[0] = 0x46;
	memcpy(icmp, "\x94\x04\x00\x00", 4);
	sum_ip();
	CHECK(WAY_CARP, FWD_CARP4);
}

static void
every_counter_has_a_name(void)
{
	for (int i = 0; i < FWD_COUNTERS; i++)
		CU_ASSERT_PTR_NOT_NULL(fwd_counter_name(i));
}

static const struct suite_test tests[] = {
	SUITE_TEST(only_the_master_answers),
	SUITE_TEST(master_answers_at_both_its_macs),
	SUITE_TEST(fenced_worker_is_not_master),
	SUITE_TEST(others_addresses_and_groups),
	SUITE_TEST(any_bit_of_a_header_matters),
	SUITE_TEST(bad_lengths_and_versions),
	SUITE_TEST(truncated_frames),
	SUITE_TEST(options_are_summed_and_not_answered),
	SUITE_TEST(fragments_are_not_answered),
	SUITE_TEST(sources_that_cannot_be_answered),
	SUITE_TEST(advertisements_are_handed_on_in_every_role),
	SUITE_TEST(advertisements_to_others_are_dropped),
	SUITE_TEST(advertisements_need_a_sound_header),
	SUITE_TEST(every_counter_has_a_name),
};

int
main(void)
{
	return frames_start() ? suite_run("fwd_refusals", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
