/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/mac.h"
#include "frames.h"
#include "group/group.h"
#include "suite.h"

#define MAC 0x020000000002ULL

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	return a;
}

static void
macs_of_groups(void)
{
	static const struct {
		const char *group;
		uint8_t mac[6];
	} cases[] = {
		{ "224.0.0.18", { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 } },
		{ "239.255.129.7", { 0x01, 0x00, 0x5e, 0x7f, 0x81, 0x07 } },
		{ "ff02::12", { 0x33, 0x33, 0x00, 0x00, 0x00, 0x12 } },
		{ "ff02::1:ff28:9c5a", { 0x33, 0x33, 0xff, 0x28, 0x9c, 0x5a } },
	};

	for (size_t i = 0; i < SUITE_LEN(cases); i++) {
		struct ip_addr group = addr(cases[i].group);

		CU_ASSERT_EQUAL(group_mac(&group), mac_load(cases[i].mac));
	}
}

static void
check_frame(const uint8_t *frame, size_t len, const char *hex)
{
	uint8_t want[256];

	CU_ASSERT_EQUAL_FATAL(len, frame_from_hex(hex, want, sizeof(want)));
	CU_ASSERT_EQUAL(memcmp(frame, want, len), 0);
}

/* The frames are those that scapy makes. */
static void
reports_of_both_families(void)
{
	struct ip_addr groups6[] = { addr("ff02::12"), addr("ff02::1:ff00:64") };
	struct ip_addr group4 = addr("224.0.0.18");
	struct ip_addr from6 = addr("fe80::2"), from4 = addr("10.0.0.2");
	uint8_t frame[GROUP_FRAME_MAX];
	size_t len;

	len = group_build_report(frame, GROUP_JOINED, groups6, 2, &from6, MAC);
	check_frame(frame, len,
		    "3333 0000 0016 0200 0000 0002 86dd 6000 0000 0038 0001"
		    "fe80 0000 0000 0000 0000 0000 0000 0002 ff02 0000 0000 0000 0000 0000 0000 0016"
		    "3a00 0502 0000 0100 8f00 6d79 0000 0002"
		    "0400 0000 ff02 0000 0000 0000 0000 0000 0000 0012"
		    "0400 0000 ff02 0000 0000 0000 0000 0001 ff00 0064");
	len = group_build_report(frame, GROUP_JOINED, &group4, 1, &from4, MAC);
	check_frame(frame, len,
		    "0100 5e00 0016 0200 0000 0002 0800 46c0 0028 0000 4000 0102 f9f7"
		    "0a00 0002 e000 0016 9404 0000 2200 f9eb 0000 0001 0400 0000 e000 0012");
}

static void
kinds_of_reports(void)
{
	struct ip_addr group = addr("ff02::12"), from = addr("::");
	uint8_t frame[GROUP_FRAME_MAX];

	group_build_report(frame, GROUP_LEFT, &group, 1, &from, MAC);
	CU_ASSERT_EQUAL(frame[70], 3);
	group_build_report(frame, GROUP_LISTENS, &group, 1, &from, MAC);
	CU_ASSERT_EQUAL(frame[70], 2);
}

static void
as_many_groups_as_fit(void)
{
	struct ip_addr groups[GROUP_REPORT_MAX], from = addr("fe80::2");
	uint8_t frame[GROUP_FRAME_MAX];
	uint32_t sum = 0;
	size_t len;

	for (size_t i = 0; i < GROUP_REPORT_MAX; i++) {
		groups[i] = addr("ff02::1:ff00:0");
		groups[i].octets[15] = (uint8_t)i;
	}
	len = group_build_report(frame, GROUP_JOINED, groups, GROUP_REPORT_MAX, &from, MAC);
	CU_ASSERT_EQUAL(len, GROUP_FRAME_MAX);
	CU_ASSERT_EQUAL(frame[69], GROUP_REPORT_MAX);
	/* Addresses and message with length and next header add up to 0xffff. */
	for (size_t i = 22; i < len; i++)
		if (i < 54 || i >= 62)
			sum += (uint32_t)frame[i] << (i % 2 == 0 ? 8 : 0);
	sum += (uint32_t)(len - 62) + 58;
	CU_ASSERT_EQUAL(sum % 0xffff, 0);
}

static const struct suite_test tests[] = {
	SUITE_TEST(macs_of_groups),
	SUITE_TEST(reports_of_both_families),
	SUITE_TEST(kinds_of_reports),
	SUITE_TEST(as_many_groups_as_fit),
};

int
main(void)
{
	return suite_run("group", tests, SUITE_LEN(tests));
}
