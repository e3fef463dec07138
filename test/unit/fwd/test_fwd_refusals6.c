/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom IPv6 packets are for, by role and by header; what is handed on, and refused why. */
#include "fixture6.h"

/* ------------------------------------------------------------------------------------------- */
/* Roles and MACs                                                                               */
/* ------------------------------------------------------------------------------------------- */

static void
only_the_master_answers(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role < VIP_ROLE_MASTER; role++) {
		set_up(role);
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_WRONG_MAC6);
		frame_echo_request(VIRTUAL_MAC, OWN, 4);
		CHECK(WAY_DROP, FWD_DROP_WRONG_MAC6);
		frame_echo_request(PORT_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_NOT_MASTER6);
		frame_echo_request(OTHER_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_WRONG_MAC6);
		frame_echo_request(GROUP_MAC, VIRTUAL, 4);
		CHECK(WAY_DROP, FWD_DROP_GROUP6);
		frame_echo_request(PORT_MAC, OWN, 4);
		CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
	}
}

static void
master_answers_at_both_its_macs(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(PORT_MAC, VIRTUAL, 4);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
	check_reply(VIRTUAL_MAC, 4);
	frame_echo_request(VIRTUAL_MAC, OWN, 4);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
	check_reply(PORT_MAC, 4);
	frame_echo_request(OTHER_MAC, VIRTUAL, 4);
	CHECK(WAY_DROP, FWD_DROP_WRONG_MAC6);
	frame_echo_request("\x00\x00\x5e\x00\x01\x02", VIRTUAL, 4);
	CHECK(WAY_DROP, FWD_DROP_WRONG_MAC6);
}

static void
fenced_worker_is_not_master(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(PORT_MAC, VIRTUAL, 4);
	CHECK_FENCED(WAY_DROP, FWD_DROP_NOT_MASTER6);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
	CHECK_FENCED(WAY_DROP, FWD_DROP_WRONG_MAC6);
	frame_echo_request(PORT_MAC, OWN, 4);
	CHECK_FENCED(WAY_REPLY, FWD_ECHO_REPLIES6);
}

static void
tentative_address_has_no_services(void)
{
	struct ip_addr a;

	set_up(VIP_ROLE_MASTER);
	frame_echo_request(PORT_MAC, TENTATIVE, 4);
	CHECK(WAY_DROP, FWD_DROP_TENTATIVE6);
	ip_addr_parse(TENTATIVE, &a);
	CU_ASSERT_TRUE(vip_set_hold6(vip_interface_set(&interface), a.octets, true));
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
}

static void
others_addresses_and_groups(void)
{
	static const char *const groups[] = { "ff02::1", "ff02::2", "ff02::1:ff00:64", CARP_GROUP };

	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, "fd00:1::63", 4);
	CHECK(WAY_DROP, FWD_DROP_NOT_LOCAL6);
	frame_echo_request(PORT_MAC, "::", 4);
	CHECK(WAY_DROP, FWD_DROP_NOT_LOCAL6);
	for (size_t i = 0; i < SUITE_LEN(groups); i++) {
		frame_echo_request(GROUP_MAC, groups[i], 4);
		CHECK(WAY_DROP, FWD_DROP_GROUP6);
		frame_echo_request(PORT_MAC, groups[i], 4);
		CHECK(WAY_DROP, FWD_DROP_GROUP6);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Headers                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
bad_lengths_and_versions(void)
{
	set_up(VIP_ROLE_MASTER);
	for (unsigned int len = 0; len < ICMP_LEN; len++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
		put16(ip + 4, (uint16_t)len);
		CHECK(WAY_DROP, FWD_DROP_NO_SERVICE6);
	}
	/* Longer than what came. */
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
	put16(ip + 4, ICMP_LEN + 5);
	CHECK(WAY_DROP, FWD_DROP_IP6_HEADER);
	put16(ip + 4, 0xffff);
	CHECK(WAY_DROP, FWD_DROP_IP6_HEADER);
	for (unsigned int first = 0; first < 256; first++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
		ip[0] = (uint8_t)first;
		if (first >> 4 == 6)
			CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
		else
			CHECK(WAY_DROP, FWD_DROP_IP6_HEADER);
	}
	/* In spite of an odd MAC, too. */
	frame_echo_request(PORT_MAC, VIRTUAL, 4);
	ip[0] = 0x40;
	CHECK(WAY_DROP, FWD_DROP_IP6_HEADER);
}

static void
truncated_frames(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
	for (frame.len = ETHER_LEN; frame.len < ETHER_LEN + IP6_LEN + ICMP_LEN + 4; frame.len++)
		CHECK(WAY_DROP, FWD_DROP_IP6_HEADER);
}

/* An echo request behind it is not looked for; of a fragment, not even the first (RFC 6980). */
static void
extension_headers_and_fragments(void)
{
	static const uint8_t headers[] = { 0, 43, 51, 60, 135, 139, 140 };

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(headers); i++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 24);
		ip[6] = headers[i];
		CHECK(WAY_DROP, FWD_DROP_EXTENSION6);
	}
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 24);
	ip[6] = 44;
	CHECK(WAY_DROP, FWD_DROP_FRAGMENT6);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 24);
	ip[6] = 59;
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE6);
	/* What is not for us is not refused for its headers. */
	frame_echo_request(VIRTUAL_MAC, "fd00:1::63", 24);
	ip[6] = 44;
	CHECK(WAY_DROP, FWD_DROP_NOT_LOCAL6);
	frame_echo_request(GROUP_MAC, "ff02::1:ff00:64", 24);
	ip[6] = 44;
	CHECK(WAY_DROP, FWD_DROP_GROUP6);
}

static void
sources_that_cannot_be_answered(void)
{
	static const char *const martians[] = {
		"::", "::1", "::10.0.0.9", "::ffff:10.0.0.9", "ff02::1", "ff0e::1",
	};

	set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(martians); i++) {
		frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
		put_from(martians[i]);
		sum_icmp(16);
		CHECK(WAY_DROP, FWD_DROP_MARTIAN6);
	}
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
	memcpy(frame.octets + 6, GROUP_MAC, 6);
	CHECK(WAY_DROP, FWD_DROP_MARTIAN6);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 16);
	put_from("64:ff9b::10.0.0.9");
	sum_icmp(16);
	CHECK(WAY_REPLY, FWD_ECHO_REPLIES6);
}

/* ------------------------------------------------------------------------------------------- */
/* CARP                                                                                         */
/* ------------------------------------------------------------------------------------------- */

static void
advertisements_are_handed_on_in_every_role(void)
{
	for (enum vip_role role = VIP_ROLE_ABSENT; role <= VIP_ROLE_MASTER; role++) {
		set_up(role);
		frame_advertisement(GROUP_MAC, CARP_GROUP);
		CHECK(WAY_CARP, FWD_CARP6);
		CHECK_FENCED(WAY_CARP, FWD_CARP6);
		frame_advertisement(PORT_MAC, OWN);
		CHECK(WAY_CARP, FWD_CARP6);
		/* An own one that comes back is for the election to recognise. */
		frame_advertisement(GROUP_MAC, CARP_GROUP);
		put_from(OWN);
		memcpy(frame.octets + 6, VIRTUAL_MAC, 6);
		CHECK(WAY_CARP, FWD_CARP6);
	}
}

static void
advertisements_to_others_are_dropped(void)
{
	set_up(VIP_ROLE_MASTER);
	frame_advertisement(GROUP_MAC, "ff02::1");
	CHECK(WAY_DROP, FWD_DROP_GROUP6);
	frame_advertisement(GROUP_MAC, "ff05::12");
	CHECK(WAY_DROP, FWD_DROP_GROUP6);
	frame_advertisement(PORT_MAC, "fd00:1::63");
	CHECK(WAY_DROP, FWD_DROP_NOT_LOCAL6);
	frame_advertisement(OTHER_MAC, OWN);
	CHECK(WAY_DROP, FWD_DROP_WRONG_MAC6);
	frame_advertisement(VIRTUAL_MAC, VIRTUAL);
	CHECK(WAY_DROP, FWD_DROP_NO_SERVICE6);
	set_up(VIP_ROLE_BACKUP);
	frame_advertisement(PORT_MAC, VIRTUAL);
	CHECK(WAY_DROP, FWD_DROP_NOT_MASTER6);
}

static void
advertisements_need_a_sound_header(void)
{
	set_up(VIP_ROLE_BACKUP);
	frame_advertisement(GROUP_MAC, CARP_GROUP);
	ip[0] = 0x40;
	CHECK(WAY_DROP, FWD_DROP_IP6_HEADER);
	frame_advertisement(GROUP_MAC, CARP_GROUP);
	put16(ip + 4, 1400);
	CHECK(WAY_DROP, FWD_DROP_IP6_HEADER);
	/* Nobody sends one behind an extension header, or in pieces. */
	frame_advertisement(GROUP_MAC, CARP_GROUP);
	ip[6] = 0;
	CHECK(WAY_DROP, FWD_DROP_GROUP6);
	frame_advertisement(PORT_MAC, OWN);
	ip[6] = 44;
	CHECK(WAY_DROP, FWD_DROP_FRAGMENT6);
}

static void
other_frames_are_left(void)
{
	static struct burst in, out;
	static struct fwd_worker worker;

	set_up(VIP_ROLE_MASTER);
	frame_echo_request(VIRTUAL_MAC, VIRTUAL, 4);
	put16(frame.octets + 12, 0x0800);
	burst_init(&in);
	burst_add(&in, frame_new(frame.octets, frame.len));
	burst_add(&in, frame_new(frame.octets, 13));
	fwd_input6(&worker, &interface, &interface.roles, &in, &out, &out, NULL, &out);
	CU_ASSERT_EQUAL(in.count, 2);
	CU_ASSERT_EQUAL(counter_read(&worker.counter[FWD_RECEIVED6]), 0);
	burst_free(&in);
}

static const struct suite_test tests[] = {
	SUITE_TEST(only_the_master_answers),
	SUITE_TEST(master_answers_at_both_its_macs),
	SUITE_TEST(fenced_worker_is_not_master),
	SUITE_TEST(tentative_address_has_no_services),
	SUITE_TEST(others_addresses_and_groups),
	SUITE_TEST(bad_lengths_and_versions),
	SUITE_TEST(truncated_frames),
	SUITE_TEST(extension_headers_and_fragments),
	SUITE_TEST(sources_that_cannot_be_answered),
	SUITE_TEST(advertisements_are_handed_on_in_every_role),
	SUITE_TEST(advertisements_to_others_are_dropped),
	SUITE_TEST(advertisements_need_a_sound_header),
	SUITE_TEST(other_frames_are_left),
};

int
main(void)
{
	return frames_start() ? suite_run("fwd_refusals6", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
