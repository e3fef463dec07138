/* SPDX-License-Identifier: BSD-3-Clause */
/* Where IPv4 packets are forwarded to, and which are not: rule by rule of RFC 1812 section 5. */
#include "router.h"

/* ------------------------------------------------------------------------------------------- */
/* To the next hop                                                                              */
/* ------------------------------------------------------------------------------------------- */

static void
by_a_gateway(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_A, 30);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
	CHECK_COUNTED(FWD_FORWARDED4);
	memcpy(frame.octets, LAN_MAC, 6);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
	CHECK_COUNTED(FWD_FORWARDED4);
	/* Back out by where it came from, without a redirect. */
	memcpy(frame.octets, WAN_MAC, 6);
	hand_over(WAN);
	CHECK_FORWARDED(WAN, A_MAC);
	CHECK_COUNTED(FWD_FORWARDED4);
}

static void
to_a_host_of_a_link(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(WAN_HOST, 30);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, WAN_HOST_MAC);
	CHECK_COUNTED(FWD_FORWARDED4);
}

/* All values that the checksum can have, those in which its sum carries among them. */
static void
checksum_follows_the_ttl(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (uint32_t id = 0; id <= 0xffff; id++) {
		frame_udp4(TO_A, 0);
		put16(ip + 4, (uint16_t)id);
		sum_ip();
		hand_over(LAN);
		CHECK_FORWARDED(WAN, A_MAC);
	}
}

static void
every_ttl(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (unsigned int ttl = 0; ttl <= 255; ttl++) {
		frame_udp4(TO_A, 4);
		ip[8] = (uint8_t)ttl;
		sum_ip();
		hand_over(LAN);
		if (ttl <= 1) {
			CHECK_ERROR4(11, 0);
			CHECK_COUNTED(FWD_DROP_TTL4, FWD_ICMP_TTL4);
		} else {
			CHECK_FORWARDED(WAN, A_MAC);
			CHECK_COUNTED(FWD_FORWARDED4);
		}
	}
}

static void
padding_is_carried_on(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_A, 1);
	memset(frame.octets + frame.len, 0xaa, 60 - frame.len);
	frame.len = 60;
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
}

static void
padding_that_does_not_fit_is_cut_off(void)
{
	size_t len;

	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_NARROW, 100);
	len = frame.len;
	memset(frame.octets + len, 0xaa, 800 - len);
	frame.len = 800;
	hand_over(LAN);
	CU_ASSERT_EQUAL_FATAL(fate.sent_count, 1);
	CU_ASSERT_EQUAL(fate.sent[0].len, len);
	CHECK_COUNTED(FWD_FORWARDED4);
}

static void
several_segments(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (size_t first = ETHER_LEN + IP4_LEN; first < 140; first += 3) {
		frame_udp4(TO_A, 100);
		hand_over_mbuf(LAN, frame_new_split(frame.octets, frame.len, first));
		CHECK_FORWARDED(WAN, A_MAC);
	}
}

/* A burst to many places: all that are alike stay in their order. */
static void
a_mixed_burst(void)
{
	static const char *const to[] = { TO_A, WAN_HOST, TO_NOWHERE, TO_A, TO_BLACKHOLE };
	struct rte_mbuf *m[BURST_MAX];
	unsigned int next = 0;

	router_set_up(VIP_ROLE_MASTER);
	for (unsigned int i = 0; i < BURST_MAX; i++) {
		frame_udp4(to[i % SUITE_LEN(to)], 4);
		put16(ip + 4, (uint16_t)i);
		sum_ip();
		m[i] = frame_new(frame.octets, frame.len);
	}
	hand_over_burst(LAN, m, BURST_MAX);
	CU_ASSERT_EQUAL(counted(FWD_FORWARDED4), 39);
	CU_ASSERT_EQUAL(counted(FWD_DROP_NO_ROUTE4), 13);
	CU_ASSERT_EQUAL(counted(FWD_DROP_BLACKHOLE4), 12);
	CU_ASSERT_EQUAL(counted(FWD_ICMP_UNREACHABLE4), 10);
	CU_ASSERT_EQUAL(counted(FWD_ICMP_POLICED4), 3);
	CU_ASSERT_EQUAL(fate.dropped, 25);
	CU_ASSERT_EQUAL(fate.sent_count, 49);
	for (unsigned int i = 0; i < fate.sent_count; i++) {
		const uint8_t *got = fate.sent[i].octets;

		if (memcmp(got, A_MAC, 6) != 0)
			continue;
		CU_ASSERT(get16(got + ETHER_LEN + 4) >= next);
		next = get16(got + ETHER_LEN + 4);
	}
	CU_ASSERT_EQUAL(next, 63);
}

/* ------------------------------------------------------------------------------------------- */
/* Equal cost                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static const uint8_t *
path_of_frame(void)
{
	hand_over(LAN);
	CU_ASSERT_EQUAL_FATAL(fate.sent_count, 1);
	return fate.sent[0].octets;
}

static void
flows_are_spread_and_stay(void)
{
	unsigned int by_a = 0;

	router_set_up(VIP_ROLE_MASTER);
	for (unsigned int flow = 0; flow < 1000; flow++) {
		uint8_t first[6];

		frame_udp4(TO_BOTH, 8);
		put16(icmp, (uint16_t)(1024 + flow));
		memcpy(first, path_of_frame(), 6);
		by_a += memcmp(first, A_MAC, 6) == 0;
		/* Another packet of the flow: length, identification and TTL do not count. */
		put16(ip + 2, (uint16_t)(get16(ip + 2) - 3));
		put16(ip + 4, 9);
		ip[8] = 9;
		sum_ip();
		CU_ASSERT_EQUAL(memcmp(path_of_frame(), first, 6), 0);
	}
	CU_ASSERT(by_a > 400 && by_a < 600);
}

static void
flows_go_round_a_next_hop_that_does_not_answer(void)
{
	router_set_up(VIP_ROLE_MASTER);
	router_fail_a();
	for (unsigned int flow = 0; flow < 100; flow++) {
		frame_udp4(TO_BOTH, 8);
		put16(icmp, (uint16_t)(1024 + flow));
		CU_ASSERT_EQUAL(memcmp(path_of_frame(), B_MAC, 6), 0);
	}
}

static void
fragments_stay_together(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (unsigned int host = 1; host < 200; host++) {
		uint8_t first[6];

		frame_udp4(TO_BOTH, 64);
		ip[19] = (uint8_t)host;
		put16(ip + 6, 0x2000);
		sum_ip();
		memcpy(first, path_of_frame(), 6);
		put16(ip + 6, 9);
		put16(icmp, (uint16_t)rand());
		sum_ip();
		CU_ASSERT_EQUAL(memcmp(path_of_frame(), first, 6), 0);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* A next hop without a MAC                                                                     */
/* ------------------------------------------------------------------------------------------- */

/* What control gets is ready but for the destination MAC. */
static void
check_held(const char *next_hop)
{
	const struct fwd_unresolved *u = &fate.unresolved;

	CU_ASSERT_EQUAL_FATAL(fate.unresolved_count, 1);
	CU_ASSERT_EQUAL(fate.sent_count + fate.dropped, 0);
	CU_ASSERT_EQUAL(u->interface, WAN);
	CU_ASSERT_EQUAL(u->next_hop.family, IP_V4);
	CU_ASSERT_EQUAL(memcmp(u->next_hop.octets, next_hop, 4), 0);
	CU_ASSERT_EQUAL(u->arrived_tsc, way.now_tsc);
	ip[8]--;
	sum_ip();
	memcpy(frame.octets + 6, WAN_MAC, 6);
	CU_ASSERT_EQUAL(fate.held.len, frame.len);
	CU_ASSERT_EQUAL(memcmp(fate.held.octets + 6, frame.octets + 6, frame.len - 6), 0);
	CHECK_COUNTED(FWD_UNRESOLVED4);
}

static void
waits_for_a_mac(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_SILENT, 20);
	hand_over(LAN);
	check_held("\xc0\x00\x02\xfd");
	frame_udp4("\xc0\x00\x02\x63", 20);
	hand_over(LAN);
	check_held("\xc0\x00\x02\x63");
}

static void
who_did_not_answer_is_unreachable(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_FAILED, 20);
	hand_over(LAN);
	CHECK_ERROR4(3, 1);
	CHECK_COUNTED(FWD_DROP_HOST4, FWD_ICMP_UNREACHABLE4);
	frame_udp4(LAN_FAILED, 20);
	hand_over(LAN);
	CHECK_ERROR4(3, 1);
	CHECK_COUNTED(FWD_DROP_HOST4, FWD_ICMP_UNREACHABLE4);
}

/* ------------------------------------------------------------------------------------------- */
/* What is not forwarded                                                                        */
/* ------------------------------------------------------------------------------------------- */

static void
no_route_and_blackhole(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_NOWHERE, 20);
	hand_over(LAN);
	CHECK_ERROR4(3, 0);
	CHECK_COUNTED(FWD_DROP_NO_ROUTE4, FWD_ICMP_UNREACHABLE4);
	frame_udp4(TO_BLACKHOLE, 20);
	ip[8] = 1;
	sum_ip();
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_BLACKHOLE4);
	/* What has no hop left is not told what is behind it. */
	frame_udp4(TO_NOWHERE, 20);
	ip[8] = 1;
	sum_ip();
	hand_over(LAN);
	CHECK_ERROR4(11, 0);
	CHECK_COUNTED(FWD_DROP_TTL4, FWD_ICMP_TTL4);
}

/* RFC 1812 section 5.3.7, RFC 3927 section 2.7. */
static void
martians(void)
{
	static const struct {
		const char *from;
		const char *to;
		enum fwd_counter counter;
	} cases[] = {
		{ "\x00\x00\x00\x00", TO_A, FWD_DROP_MARTIAN },
		{ "\x00\x01\x02\x03", TO_A, FWD_DROP_MARTIAN },
		{ "\x7f\x00\x00\x01", TO_A, FWD_DROP_MARTIAN },
		{ "\xe0\x00\x00\x01", TO_A, FWD_DROP_MARTIAN },
		{ "\xf0\x00\x00\x01", TO_A, FWD_DROP_MARTIAN },
		{ "\xff\xff\xff\xff", TO_A, FWD_DROP_MARTIAN },
		{ "\xa9\xfe\x01\x01", TO_A, FWD_DROP_LINK_LOCAL4 },
		{ LAN_HOST, "\x00\x00\x00\x00", FWD_DROP_MARTIAN },
		{ LAN_HOST, "\x00\x01\x02\x03", FWD_DROP_MARTIAN },
		{ LAN_HOST, "\x7f\x00\x00\x01", FWD_DROP_MARTIAN },
		{ LAN_HOST, "\xe0\x00\x00\x01", FWD_DROP_GROUP },
		{ LAN_HOST, "\xf0\x00\x00\x01", FWD_DROP_GROUP },
		{ LAN_HOST, "\xff\xff\xff\xff", FWD_DROP_GROUP },
		{ LAN_HOST, "\xa9\xfe\x01\x01", FWD_DROP_LINK_LOCAL4 },
	};

	router_set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(cases); i++) {
		frame_udp4(cases[i].to, 20);
		memcpy(ip + 12, cases[i].from, 4);
		sum_ip();
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(cases[i].counter);
	}
	/* 169.0.0.0/8 is an ordinary network but for 169.254.0.0/16. */
	frame_udp4(TO_A, 20);
	memcpy(ip + 12, "\xa9\xfd\x01\x01", 4);
	sum_ip();
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
}

static void
header_checks(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} cases[] = {
		{ 0, 0x55 }, { 0, 0x65 }, { 0, 0x44 }, { 0, 0x40 },
		/* Total length: none, less than the header, more than the frame. */
		{ 3, 0 }, { 3, 19 }, { 3, 49 }, { 2, 0x10 },
	};

	router_set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(cases); i++) {
		frame_udp4(TO_A, 20);
		ip[cases[i].at] = cases[i].value;
		put16(ip + 10, 0);
		put16(ip + 10, checksum(ip, 20));
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_IP4_HEADER);
	}
	for (unsigned int bit = 0; bit < 16; bit++) {
		frame_udp4(TO_A, 20);
		put16(ip + 10, get16(ip + 10) ^ (uint16_t)(1 << bit));
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_IP4_HEADER);
	}
	for (size_t len = ETHER_LEN; len < ETHER_LEN + IP4_LEN; len++) {
		frame_udp4(TO_A, 20);
		frame.len = len;
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_IP4_HEADER);
	}
}

static void
macs(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_A, 20);
	memcpy(frame.octets, OTHER_MAC, 6);
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_WRONG_MAC);
	/* RFC 1812 section 5.3.4: nothing that was sent to all on a link is forwarded. */
	memcpy(frame.octets, BROADCAST_MAC, 6);
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_GROUP);
	frame_udp4(TO_A, 20);
	frame.octets[6] |= 1;
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_MARTIAN);
	router_set_up(VIP_ROLE_BACKUP);
	frame_udp4(TO_A, 20);
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_WRONG_MAC);
	memcpy(frame.octets, LAN_MAC, 6);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, A_MAC);
}

/* RFC 2644: not to all hosts of another link. */
static void
directed_broadcasts(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4("\xc0\x00\x02\xff", 20);
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_BROADCAST4);
	frame_udp4("\xc0\x00\x02\x00", 20);
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_BROADCAST4);
}

/* ------------------------------------------------------------------------------------------- */
/* Options                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
frame_with_options(const char *options, size_t len)
{
	size_t room = (len + 3) / 4 * 4;

	frame_udp4(TO_A, 20);
	memmove(ip + IP4_LEN + room, ip + IP4_LEN, 28);
	memset(ip + IP4_LEN, 0, room);
	memcpy(ip + IP4_LEN, options, len);
	ip[0] = (uint8_t)(0x45 + room / 4);
	put16(ip + 2, (uint16_t)(IP4_LEN + room + 28));
	frame.len += room;
	sum_ip();
}

static void
options(void)
{
	static const struct {
		const char *octets;
		size_t len;
		bool is_sound;
	} cases[] = {
		{ "\x01\x01\x01\x00", 4, true },
		{ "\x94\x04\x00\x00", 4, true },                 /* router alert */
		{ "\x07\x07\x04\x00\x00\x00\x00", 7, true },     /* record route */
		{ "\x01\x44\x05\x05\x00\x00\x00\x00", 6, true }, /* timestamp */
		{ "\x00\xff\xff\xff", 4, true },                 /* nothing is read behind the end */
		{ "\x83\x07\x04\x0a\x00\x00\x09", 7, false },    /* loose source route */
		{ "\x89\x07\x04\x0a\x00\x00\x09", 7, false },    /* strict source route */
		{ "\x01\x01\x83\x03\x04", 5, false },
		{ "\x07\x00\x00\x00", 4, false },
		{ "\x07\x01\x00\x00", 4, false },
		{ "\x07\x05\x00\x00", 4, false },
		{ "\x01\x01\x01\x07", 4, false },
	};

	router_set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(cases); i++) {
		frame_with_options(cases[i].octets, cases[i].len);
		hand_over(LAN);
		if (cases[i].is_sound) {
			CHECK_FORWARDED(WAN, A_MAC);
			CHECK_COUNTED(FWD_FORWARDED4);
		} else {
			CHECK_DROPPED();
			CHECK_COUNTED(FWD_DROP_OPTIONS4);
		}
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Virtual addresses                                                                            */
/* ------------------------------------------------------------------------------------------- */

/* On a BACKUP it goes to the master, but not back to where it came from. */
static void
virtual_address_of_another_master(void)
{
	router_set_up(VIP_ROLE_BACKUP);
	frame_udp4(WAN_VIRTUAL, 20);
	memcpy(frame.octets, LAN_MAC, 6);
	hand_over(LAN);
	CHECK_FORWARDED(WAN, WAN_VIRTUAL_MAC);
	CHECK_COUNTED(FWD_FORWARDED4);
	memcpy(frame.octets, WAN_MAC, 6);
	hand_over(WAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_BACK4);
	memcpy(frame.octets, LAN_MAC, 6);
	ip[8] = 1;
	sum_ip();
	hand_over(LAN);
	CHECK_ERROR4(11, 0);
	CHECK_COUNTED(FWD_DROP_TTL4, FWD_ICMP_TTL4);
}

static void
virtual_address_of_nobody(void)
{
	router_set_up(VIP_ROLE_INIT);
	frame_udp4(WAN_VIRTUAL, 20);
	memcpy(frame.octets, LAN_MAC, 6);
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_NOT_MASTER);
	/* Nor is it known whose it is while the roles cannot be trusted. */
	for (enum vip_role role = VIP_ROLE_BACKUP; role <= VIP_ROLE_MASTER; role++) {
		router_set_up(role);
		hand_over_fenced(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_NOT_MASTER);
	}
}

static const struct suite_test tests[] = {
	SUITE_TEST(by_a_gateway),
	SUITE_TEST(to_a_host_of_a_link),
	SUITE_TEST(checksum_follows_the_ttl),
	SUITE_TEST(every_ttl),
	SUITE_TEST(padding_is_carried_on),
	SUITE_TEST(padding_that_does_not_fit_is_cut_off),
	SUITE_TEST(several_segments),
	SUITE_TEST(a_mixed_burst),
	SUITE_TEST(flows_are_spread_and_stay),
	SUITE_TEST(flows_go_round_a_next_hop_that_does_not_answer),
	SUITE_TEST(fragments_stay_together),
	SUITE_TEST(waits_for_a_mac),
	SUITE_TEST(who_did_not_answer_is_unreachable),
	SUITE_TEST(no_route_and_blackhole),
	SUITE_TEST(martians),
	SUITE_TEST(header_checks),
	SUITE_TEST(macs),
	SUITE_TEST(directed_broadcasts),
	SUITE_TEST(options),
	SUITE_TEST(virtual_address_of_another_master),
	SUITE_TEST(virtual_address_of_nobody),
};

int
main(void)
{
	return frames_start() && router_start() ?
		       suite_run("fwd_route4", tests, SUITE_LEN(tests)) :
		       EXIT_FAILURE;
}
