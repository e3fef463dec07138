/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "fixture.h"

/* From carp-vectors.json: bsd-v4-basic. */
static const uint8_t basic[CARP_HEADER_LEN] = {
	0x21, 0x01, 0x00, 0x07, 0x00, 0x01, 0x93, 0xf4, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x85, 0xb5, 0x5f, 0xaa, 0x2e, 0x97, 0x1b, 0xd5,
	0x3d, 0xd6, 0xba, 0x6f, 0xc6, 0xf4, 0xd4, 0x88, 0x31, 0xd5, 0x55, 0x9c,
};

static void
every_field_survives(void)
{
	struct carp_header in = {
		.vhid = 200, .advskew = 101, .authlen = 9, .demote = 5, .advbase = 254,
		.counter = UINT64_C(0x0123456789abcdef),
	};
	struct carp_header out;
	uint8_t payload[CARP_HEADER_LEN];

	memset(in.digest, 0xa5, sizeof(in.digest));
	carp_header_build(&in, payload);
	CU_ASSERT_EQUAL(payload[0], 0x21);
	CU_ASSERT_EQUAL(payload[8], 0x01);
	CU_ASSERT_EQUAL(payload[15], 0xef);
	CU_ASSERT_TRUE(carp_checksum_ok(payload));

	CU_ASSERT_EQUAL(carp_header_parse(payload, sizeof(payload), &out), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(out.vhid, 200);
	CU_ASSERT_EQUAL(out.advskew, 101);
	CU_ASSERT_EQUAL(out.authlen, 9);
	CU_ASSERT_EQUAL(out.demote, 5);
	CU_ASSERT_EQUAL(out.advbase, 254);
	CU_ASSERT_EQUAL(out.counter, UINT64_C(0x0123456789abcdef));
	CU_ASSERT_EQUAL(memcmp(out.digest, in.digest, CARP_DIGEST_LEN), 0);
}

static void
parse_refuses_in_order(void)
{
	struct carp_header h;
	uint8_t payload[CARP_HEADER_LEN + 8] = { 0 };
	size_t len;

	memcpy(payload, basic, sizeof(basic));
	for (len = 0; len < CARP_HEADER_LEN; len++)
		CU_ASSERT_EQUAL(carp_header_parse(payload, len, &h), CARP_DROP_LEN);
	CU_ASSERT_EQUAL(carp_header_parse(payload, 36, &h), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(carp_header_parse(payload, 44, &h), CARP_ACCEPTED);

	payload[0] = 0x32;
	CU_ASSERT_EQUAL(carp_header_parse(payload, 35, &h), CARP_DROP_LEN);
	CU_ASSERT_EQUAL(carp_header_parse(payload, 36, &h), CARP_DROP_VER);
	payload[0] = 0x22;
	CU_ASSERT_EQUAL(carp_header_parse(payload, 36, &h), CARP_DROP_TYPE);
	payload[0] = 0x11;
	CU_ASSERT_EQUAL(carp_header_parse(payload, 36, &h), CARP_DROP_VER);
}

static void
checksum_covers_every_octet(void)
{
	uint8_t payload[CARP_HEADER_LEN];
	unsigned int i;

	CU_ASSERT_TRUE(carp_checksum_ok(basic));
	for (i = 0; i < sizeof(payload); i++) {
		memcpy(payload, basic, sizeof(payload));
		payload[i] ^= 0x10;
		CU_ASSERT_FALSE(carp_checksum_ok(payload));
	}
}

/* Sums that wrap and a sum of all ones. */
static void
checksum_corners(void)
{
	struct carp_header h = { .vhid = 255, .advskew = 255, .demote = 255, .advbase = 255 };
	uint8_t payload[CARP_HEADER_LEN];
	unsigned int i;

	h.authlen = 255;
	h.counter = UINT64_MAX;
	memset(h.digest, 0xff, sizeof(h.digest));
	carp_header_build(&h, payload);
	CU_ASSERT_TRUE(carp_checksum_ok(payload));
	for (i = 0; i < 256; i++) {
		h.digest[19] = (uint8_t)i;
		carp_header_build(&h, payload);
		CU_ASSERT_TRUE(carp_checksum_ok(payload));
	}
}

static void
vrrp_has_a_shape(void)
{
	uint8_t payload[8 + 16 * 255] = { 0x31, 1, 100, 1 };

	CU_ASSERT_TRUE(carp_is_vrrp_shaped(payload, 12));
	CU_ASSERT_TRUE(carp_is_vrrp_shaped(payload, 24));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 8));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 16));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 7));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 0));
	payload[3] = 3;
	CU_ASSERT_TRUE(carp_is_vrrp_shaped(payload, 8 + 2 * 16));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 8 + 4 * 16));
	payload[3] = 255;
	CU_ASSERT_TRUE(carp_is_vrrp_shaped(payload, sizeof(payload)));
	payload[3] = 0;
	CU_ASSERT_TRUE(carp_is_vrrp_shaped(payload, 8));

	payload[0] = 0x21;
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 16));
	payload[3] = 1;
	CU_ASSERT_TRUE(carp_is_vrrp_shaped(payload, 20));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 12));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 32));
	payload[3] = 7;
	CU_ASSERT_TRUE(carp_is_vrrp_shaped(payload, 44));
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 36));
	payload[0] = 0x22;
	CU_ASSERT_FALSE(carp_is_vrrp_shaped(payload, 44));
}

static void
precheck_hands_on_what_may_be_ours(void)
{
	uint64_t vhids[4] = { 0 };
	uint8_t payload[44];
	uint8_t vhid = 0;

	memset(payload, 0, sizeof(payload));
	memcpy(payload, basic, sizeof(basic));
	CU_ASSERT_EQUAL(carp_precheck(payload, 36, vhids, &vhid), CARP_DROP_VHID);
	CU_ASSERT_EQUAL(vhid, 0);
	vhids[0] = UINT64_C(1) << 1;
	CU_ASSERT_EQUAL(carp_precheck(payload, 36, vhids, &vhid), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(vhid, 1);
	payload[1] = 255;
	CU_ASSERT_EQUAL(carp_precheck(payload, 36, vhids, &vhid), CARP_DROP_VHID);
	vhids[3] = UINT64_C(1) << 63;
	CU_ASSERT_EQUAL(carp_precheck(payload, 36, vhids, &vhid), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(vhid, 255);

	CU_ASSERT_EQUAL(carp_precheck(payload, 35, vhids, &vhid), CARP_DROP_LEN);
	payload[0] = 0x41;
	CU_ASSERT_EQUAL(carp_precheck(payload, 36, vhids, &vhid), CARP_DROP_VER);
	payload[0] = 0x20;
	CU_ASSERT_EQUAL(carp_precheck(payload, 36, vhids, &vhid), CARP_DROP_TYPE);
}

static void
precheck_hands_on_vrrp_of_our_numbers(void)
{
	uint64_t vhids[4] = { UINT64_C(1) << 1 };
	uint8_t vrrp3[12] = { 0x31, 1, 100, 1, 0, 100 };
	uint8_t vrrp2[20] = { 0x21, 1, 100, 1, 0, 1 };
	uint8_t vhid = 0;

	CU_ASSERT_EQUAL(carp_precheck(vrrp3, sizeof(vrrp3), vhids, &vhid), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(vhid, 1);
	CU_ASSERT_EQUAL(carp_precheck(vrrp2, sizeof(vrrp2), vhids, &vhid), CARP_ACCEPTED);
	vrrp3[1] = 2;
	vrrp2[1] = 2;
	CU_ASSERT_EQUAL(carp_precheck(vrrp3, sizeof(vrrp3), vhids, &vhid), CARP_FOREIGN_VRRP);
	CU_ASSERT_EQUAL(carp_precheck(vrrp2, sizeof(vrrp2), vhids, &vhid), CARP_FOREIGN_VRRP);
}

static void
groups_and_macs(void)
{
	static const uint8_t group4_mac[6] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 };
	static const uint8_t group6_mac[6] = { 0x33, 0x33, 0x00, 0x00, 0x00, 0x12 };
	static const uint8_t vhid10_mac[6] = { 0x00, 0x00, 0x5e, 0x00, 0x01, 0x0a };
	struct ip_addr group4 = carp_group(IP_V4);
	struct ip_addr group6 = carp_group(IP_V6);
	struct ip_addr expected4 = address("224.0.0.18");
	struct ip_addr expected6 = address("ff02::12");
	uint8_t mac[6];

	CU_ASSERT_EQUAL(ip_addr_compare(&group4, &expected4), 0);
	CU_ASSERT_EQUAL(ip_addr_compare(&group6, &expected6), 0);
	carp_group_mac(IP_V4, mac);
	CU_ASSERT_EQUAL(memcmp(mac, group4_mac, 6), 0);
	carp_group_mac(IP_V6, mac);
	CU_ASSERT_EQUAL(memcmp(mac, group6_mac, 6), 0);
	carp_virtual_mac(10, mac);
	CU_ASSERT_EQUAL(memcmp(mac, vhid10_mac, 6), 0);
}

static void
counters_and_states_have_names(void)
{
	static const char *const names[CARP_COUNTERS] = {
		"received", "received6", "sent", "sent6", "send_errors", "trailing",
		"sum_plain6", "sum_pseudo6", "drop_len", "drop_ver", "drop_type", "drop_vhid",
		"drop_ttl", "drop_sum", "drop_echo", "drop_peer", "drop_auth", "drop_replay",
		"drop_not_allowed", "foreign_vrrp", "split_brain", "foreign_claim",
	};
	unsigned int i;

	for (i = 0; i < CARP_COUNTERS; i++)
		CU_ASSERT_STRING_EQUAL(carp_counter_name((enum carp_counter)i), names[i]);
	CU_ASSERT_STRING_EQUAL(carp_state_name(CARP_INIT), "INIT");
	CU_ASSERT_STRING_EQUAL(carp_state_name(CARP_BACKUP), "BACKUP");
	CU_ASSERT_STRING_EQUAL(carp_state_name(CARP_MASTER), "MASTER");
}

static const struct suite_test tests[] = {
	SUITE_TEST(every_field_survives),
	SUITE_TEST(parse_refuses_in_order),
	SUITE_TEST(checksum_covers_every_octet),
	SUITE_TEST(checksum_corners),
	SUITE_TEST(vrrp_has_a_shape),
	SUITE_TEST(precheck_hands_on_what_may_be_ours),
	SUITE_TEST(precheck_hands_on_vrrp_of_our_numbers),
	SUITE_TEST(groups_and_macs),
	SUITE_TEST(counters_and_states_have_names),
};

int
main(void)
{
	return suite_run("carp wire", tests, SUITE_LEN(tests));
}
