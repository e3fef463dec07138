/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that koi starts itself: each octet, and that nd_input() would take them. */
#include "fixture.h"

static struct ip_addr
addr(const char *hex)
{
	struct ip_addr a = { .family = IP_V6 };

	frame_from_hex(hex, a.octets, sizeof(a.octets));
	return a;
}

static uint64_t
mac(const char *hex)
{
	uint8_t octets[6];

	frame_from_hex(hex, octets, sizeof(octets));
	return mac_load(octets);
}

static void
advertisements_to_all(void)
{
	uint8_t built[ND_FRAME_LEN];
	struct ip_addr virtual = addr(VIRTUAL);

	nd_build_advertisement(built, &virtual, mac(VIRTUAL_MAC), false);
	make(ALL_NODES_MAC, VIRTUAL_MAC, VIRTUAL, ALL_NODES,
	     ADVERTISE("20") VIRTUAL TO_MAC(VIRTUAL_MAC));
	CU_ASSERT_EQUAL(frame.len, ND_FRAME_LEN);
	CU_ASSERT_EQUAL(memcmp(built, frame.octets, sizeof(built)), 0);
	nd_build_advertisement(built, &virtual, mac(VIRTUAL_MAC), true);
	make(ALL_NODES_MAC, VIRTUAL_MAC, VIRTUAL, ALL_NODES,
	     ADVERTISE("a0") VIRTUAL TO_MAC(VIRTUAL_MAC));
	CU_ASSERT_EQUAL(memcmp(built, frame.octets, sizeof(built)), 0);
}

static void
solicitations(void)
{
	struct ip_addr target = addr(CLIENT), source = addr(OWN);
	uint8_t built[ND_FRAME_LEN];

	nd_build_solicitation(built, &target, 0, &source, mac(PORT_MAC));
	make(ASKED_MAC("09"), PORT_MAC, OWN, ASKED("09"), SOLICIT CLIENT FROM_MAC(PORT_MAC));
	CU_ASSERT_EQUAL(frame.len, ND_FRAME_LEN);
	CU_ASSERT_EQUAL(memcmp(built, frame.octets, sizeof(built)), 0);
	nd_build_solicitation(built, &target, mac(CLIENT_MAC), &source, mac(PORT_MAC));
	make(CLIENT_MAC, PORT_MAC, OWN, CLIENT, SOLICIT CLIENT FROM_MAC(PORT_MAC));
	CU_ASSERT_EQUAL(memcmp(built, frame.octets, sizeof(built)), 0);
}

static void
question_whether_an_address_is_free(void)
{
	struct ip_addr target = addr(TENTATIVE);
	uint8_t built[ND_DAD_FRAME_LEN];

	nd_build_dad(built, &target, mac(OTHER_MAC));
	make(ASKED_MAC("03"), OTHER_MAC, NOBODY, ASKED("03"), SOLICIT TENTATIVE);
	CU_ASSERT_EQUAL(frame.len, ND_DAD_FRAME_LEN);
	CU_ASSERT_EQUAL(memcmp(built, frame.octets, sizeof(built)), 0);
	/* Another host that asks so is heard. */
	set_up(VIP_ROLE_MASTER);
	feed_mbuf(&interface.roles, frame_new(built, sizeof(built)));
	CHECK_COUNTED(ND_DROP_TENTATIVE, ND_CLAIMS);
}

static void
group_of_an_address(void)
{
	struct ip_addr a = addr("20 01 0d b8 00 00 00 00 02 aa 00 ff fe 28 9c 5a");
	struct ip_addr group = nd_solicited_node(&a), want;

	CU_ASSERT_EQUAL(ip_addr_parse("ff02::1:ff28:9c5a", &want), 0);
	CU_ASSERT_EQUAL(ip_addr_compare(&group, &want), 0);
}

static const struct suite_test tests[] = {
	SUITE_TEST(advertisements_to_all),
	SUITE_TEST(solicitations),
	SUITE_TEST(question_whether_an_address_is_free),
	SUITE_TEST(group_of_an_address),
};

int
main(void)
{
	return frames_start() ? suite_run("nd_build", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
