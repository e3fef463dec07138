/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets for the router itself, its ICMP errors, and fragments. */
#include "router.h"

/* ------------------------------------------------------------------------------------------- */
/* For us                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* The reply takes the way back that the table knows, and not that of the request. */
static void
echo_to_the_other_interface(void)
{
	static const char *const to[] = { WAN_OWN, WAN_VIRTUAL };

	router_set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(to); i++) {
		frame_echo_request(LAN_VIRTUAL_MAC, to[i], 40);
		memcpy(ip + 12, LAN_HOST, 4);
		sum_ip();
		hand_over(LAN);
		CU_ASSERT_EQUAL_FATAL(fate.sent_count, 1);
		CU_ASSERT_EQUAL(fate.sent[0].interface, LAN);
		CU_ASSERT_EQUAL(memcmp(fate.sent[0].octets, LAN_HOST_MAC LAN_MAC, 12), 0);
		memcpy(reply_octets + 12, fate.sent[0].octets + 12, frame.len - 12);
		/* Of check_reply(): MACs as if it had been answered at once. */
		memcpy(reply_octets, frame.octets + 6, 6);
		memcpy(reply_octets + 6, LAN_MAC, 6);
		check_reply(LAN_MAC, 40);
		CHECK_COUNTED(FWD_ECHO_REPLIES4);
	}
}

/* Who asks is behind a gateway that nobody has a MAC of. */
static void
echo_reply_waits(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_echo_request(LAN_VIRTUAL_MAC, WAN_OWN, 40);
	memcpy(ip + 12, TO_SILENT, 4);
	sum_ip();
	hand_over(LAN);
	CU_ASSERT_EQUAL(fate.unresolved_count, 1);
	CHECK_COUNTED(FWD_ECHO_REPLIES4, FWD_UNRESOLVED4);
	memcpy(ip + 12, TO_NOWHERE, 4);
	sum_ip();
	hand_over(LAN);
	CU_ASSERT_EQUAL(fate.unresolved_count + fate.sent_count, 0);
	CHECK_COUNTED(FWD_ECHO_REPLIES4, FWD_DROP_REPLY4);
}

static void
nobody_speaks_that_here(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(WAN_OWN, 20);
	hand_over(LAN);
	CHECK_ERROR4(3, 3);
	CHECK_COUNTED(FWD_DROP_NO_SERVICE, FWD_ICMP_UNREACHABLE4);
	frame_udp4(LAN_VIRTUAL, 20);
	hand_over(LAN);
	CHECK_ERROR4(3, 3);
	CHECK_COUNTED(FWD_DROP_NO_SERVICE, FWD_ICMP_UNREACHABLE4);
	frame_udp4(LAN_OWN, 20);
	ip[9] = 6;
	/* It has arrived: how far it could go on does not matter. */
	ip[8] = 1;
	sum_ip();
	hand_over(LAN);
	CHECK_ERROR4(3, 2);
	CHECK_COUNTED(FWD_DROP_NO_SERVICE, FWD_ICMP_UNREACHABLE4);
	ip[9] = 1;
	sum_ip();
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_NO_SERVICE);
	frame_udp4(LAN_OWN, 20);
	put16(ip + 6, 0x2000);
	sum_ip();
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_FRAGMENT);
}

static void
advertisement_from_a_peer(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_advertisement(LAN_MAC, LAN_OWN);
	hand_over(LAN);
	CU_ASSERT_EQUAL(fate.carp, 1);
	CHECK_COUNTED(FWD_CARP4);
	/* By another interface it is no peer's. */
	frame_advertisement(LAN_MAC, WAN_OWN);
	memcpy(ip + 12, LAN_HOST, 4);
	sum_ip();
	hand_over(LAN);
	CHECK_ERROR4(3, 2);
}

/* ------------------------------------------------------------------------------------------- */
/* Errors                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* RFC 1812 section 4.3.2.7. */
static void
about_these_nobody_is_told(void)
{
	static const uint8_t errors[] = { 3, 4, 5, 11, 12 };

	router_set_up(VIP_ROLE_MASTER);
	for (size_t i = 0; i < SUITE_LEN(errors); i++) {
		frame_udp4(TO_NOWHERE, 40);
		ip[9] = 1;
		icmp[0] = errors[i];
		sum_ip();
		hand_over(LAN);
		CHECK_DROPPED();
		CHECK_COUNTED(FWD_DROP_NO_ROUTE4);
	}
	frame_udp4(TO_NOWHERE, 40);
	put16(ip + 6, 3);
	sum_ip();
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_NO_ROUTE4);
	/* An ICMP message of which nothing came along. */
	frame_udp4(TO_NOWHERE, 0);
	ip[9] = 1;
	put16(ip + 2, IP4_LEN);
	sum_ip();
	frame.len = ETHER_LEN + IP4_LEN;
	hand_over(LAN);
	CHECK_DROPPED();
	CHECK_COUNTED(FWD_DROP_NO_ROUTE4);
	/* The first fragment, and a message that is no error. */
	frame_udp4(TO_NOWHERE, 40);
	put16(ip + 6, 0x2000);
	sum_ip();
	hand_over(LAN);
	CHECK_ERROR4(3, 0);
	frame_echo_request(LAN_VIRTUAL_MAC, TO_NOWHERE, 40);
	memcpy(ip + 12, LAN_HOST, 4);
	sum_ip();
	hand_over(LAN);
	CHECK_ERROR4(3, 0);
}

static void
as_much_as_fits_is_quoted(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (size_t payload = 0; payload <= 1472; payload += 16) {
		frame_udp4(TO_NOWHERE, payload);
		hand_over(LAN);
		CHECK_ERROR4(3, 0);
		hand_over_mbuf(LAN, frame_new_split(frame.octets, frame.len, 42));
		CHECK_ERROR4(3, 0);
	}
}

static void
sender_of_errors(void)
{
	struct vip_address virtual_only[2] = { { .vhid = 1 }, { .vhid = 1 } };

	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_NOWHERE, 4);
	hand_over(LAN);
	CHECK_ERROR4(3, 0);
	CU_ASSERT_EQUAL(memcmp(fate.sent[0].octets + 6, LAN_MAC, 6), 0);
	CU_ASSERT_EQUAL(memcmp(fate.sent[0].octets + 26, LAN_OWN, 4), 0);

	/* Without an own address: a virtual one, with its MAC, and only as MASTER. */
	ip_prefix_parse("10.0.0.7/24", &virtual_only[0].prefix);
	ip_prefix_parse("10.0.0.1/24", &virtual_only[1].prefix);
	vip_set_destroy((struct vip_set *)(uintptr_t)vip_interface_set(&interfaces[LAN]));
	atomic_store(&interfaces[LAN].set,
		     vip_set_create(virtual_only, 2, mac_load((const uint8_t *)LAN_MAC), -1));
	hand_over(LAN);
	CHECK_ERROR4(3, 0);
	CU_ASSERT_EQUAL(memcmp(fate.sent[0].octets + 6, LAN_VIRTUAL_MAC, 6), 0);
	CU_ASSERT_EQUAL(memcmp(fate.sent[0].octets + 26, LAN_VIRTUAL, 4), 0);
	vip_role_store(&interfaces[LAN].roles, 1, vip_role_word(VIP_ROLE_BACKUP, 2));
	memcpy(frame.octets, LAN_MAC, 6);
	hand_over(LAN);
	CHECK_DROPPED();
}

static void
errors_are_policed(void)
{
	router_set_up(VIP_ROLE_MASTER);
	frame_udp4(TO_NOWHERE, 4);
	for (int i = 0; i < 30; i++) {
		way.now_tsc -= 1000;
		hand_over(LAN);
	}
	CU_ASSERT_EQUAL(counted(FWD_DROP_NO_ROUTE4), 30);
	CU_ASSERT_EQUAL(counted(FWD_ICMP_UNREACHABLE4), 10);
	CU_ASSERT_EQUAL(counted(FWD_ICMP_POLICED4), 20);
}

/* ------------------------------------------------------------------------------------------- */
/* Longer than the link takes                                                                   */
/* ------------------------------------------------------------------------------------------- */

static void
too_big_and_not_to_be_fragmented(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (size_t payload = NARROW_MTU - 28; payload <= NARROW_MTU - 28 + 9; payload++) {
		frame_udp4(TO_NARROW, payload);
		ip[6] = 0x40;
		sum_ip();
		hand_over(LAN);
		if (payload == NARROW_MTU - 28) {
			CHECK_FORWARDED(WAN, A_MAC);
			CHECK_COUNTED(FWD_FORWARDED4);
			continue;
		}
		CHECK_ERROR4(3, 4);
		CU_ASSERT_EQUAL(get16(fate.sent[0].octets + ETHER_LEN + IP4_LEN + 4), 0);
		CU_ASSERT_EQUAL(get16(fate.sent[0].octets + ETHER_LEN + IP4_LEN + 6), NARROW_MTU);
		CHECK_COUNTED(FWD_DROP_TOO_BIG4, FWD_ICMP_TOO_BIG4);
	}
}

/* Put what was sent together again; octets from the IP header on. */
static void
check_fragments(uint16_t first_place, bool is_last)
{
	uint8_t whole[FRAME_MAX];
	size_t at = 0, len = get16(ip + 2) - IP4_LEN;

	CU_ASSERT(fate.sent_count > 1);
	for (unsigned int i = 0; i < fate.sent_count; i++) {
		const struct sent *s = &fate.sent[i];
		const uint8_t *got = s->octets + ETHER_LEN;
		bool is_more = (get16(got + 6) & 0x2000) != 0;

		CU_ASSERT_EQUAL(memcmp(s->octets, A_MAC WAN_MAC "\x08\x00", 14), 0);
		CU_ASSERT_EQUAL(get16(got + 2), s->len - ETHER_LEN);
		CU_ASSERT(get16(got + 2) <= NARROW_MTU);
		CU_ASSERT_EQUAL(checksum(got, IP4_LEN), 0);
		CU_ASSERT_EQUAL(got[8], ip[8] - 1);
		CU_ASSERT_EQUAL(memcmp(got + 4, ip + 4, 2), 0);
		CU_ASSERT_EQUAL(memcmp(got + 12, ip + 12, 8), 0);
		CU_ASSERT_EQUAL((get16(got + 6) & 0x1fff) - first_place, at / 8);
		CU_ASSERT_EQUAL(is_more, i + 1 < fate.sent_count || !is_last);
		memcpy(whole + at, got + IP4_LEN, s->len - ETHER_LEN - IP4_LEN);
		at += s->len - ETHER_LEN - IP4_LEN;
	}
	CU_ASSERT_EQUAL(at, len);
	CU_ASSERT_EQUAL(memcmp(whole, ip + IP4_LEN, len), 0);
	CHECK_COUNTED(FWD_FORWARDED4, FWD_FRAGMENTED4);
}

static void
fragments_of_every_length(void)
{
	router_set_up(VIP_ROLE_MASTER);
	for (size_t payload = NARROW_MTU - 28 + 1; payload <= 1472; payload += 7) {
		frame_udp4(TO_NARROW, payload);
		hand_over(LAN);
		check_fragments(0, true);
		hand_over_mbuf(LAN, frame_new_split(frame.octets, frame.len, 300));
		check_fragments(0, true);
	}
	/* A fragment that is too long for the next link. */
	frame_udp4(TO_NARROW, 1200);
	put16(ip + 6, 0x2000 | 20);
	sum_ip();
	hand_over(LAN);
	check_fragments(20, false);
	put16(ip + 6, 20);
	sum_ip();
	hand_over(LAN);
	check_fragments(20, true);
}

static void
more_fragments_than_buffers(void)
{
	struct rte_mempool *pool = router.pool;
	struct rte_mempool *none = rte_pktmbuf_pool_create("none", 1, 0, 0,
							   RTE_MBUF_DEFAULT_BUF_SIZE, -1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(none);
	router_set_up(VIP_ROLE_MASTER);
	router.pool = none;
	frame_udp4(TO_NARROW, 1400);
	hand_over(LAN);
	CU_ASSERT_EQUAL(fate.sent_count, 0);
	CHECK_COUNTED(FWD_FORWARDED4, FWD_DROP_NO_BUFFER);
	router.pool = pool;
	rte_mempool_free(none);
}

/* A burst of the longest to the shortest MTU: what has no room is dropped as a whole. */
static void
more_fragments_than_places(void)
{
	struct rte_mbuf *m[BURST_MAX];

	router_set_up(VIP_ROLE_MASTER);
	router_narrow(68);
	frame_udp4(TO_NARROW, 1400);
	for (unsigned int i = 0; i < BURST_MAX; i++)
		m[i] = frame_new(frame.octets, frame.len);
	hand_over_burst(LAN, m, BURST_MAX);
	/* 30 fragments each, into 448 places. */
	CU_ASSERT_EQUAL(counted(FWD_FRAGMENTED4), 14);
	CU_ASSERT_EQUAL(counted(FWD_DROP_TX_FULL), BURST_MAX - 14);
}

static const struct suite_test tests[] = {
	SUITE_TEST(echo_to_the_other_interface),
	SUITE_TEST(echo_reply_waits),
	SUITE_TEST(nobody_speaks_that_here),
	SUITE_TEST(advertisement_from_a_peer),
	SUITE_TEST(about_these_nobody_is_told),
	SUITE_TEST(as_much_as_fits_is_quoted),
	SUITE_TEST(sender_of_errors),
	SUITE_TEST(errors_are_policed),
	SUITE_TEST(too_big_and_not_to_be_fragmented),
	SUITE_TEST(fragments_of_every_length),
	SUITE_TEST(more_fragments_than_buffers),
	SUITE_TEST(more_fragments_than_places),
};

int
main(void)
{
	return frames_start() && router_start() ?
		       suite_run("fwd_local4", tests, SUITE_LEN(tests)) :
		       EXIT_FAILURE;
}
