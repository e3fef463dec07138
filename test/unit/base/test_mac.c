/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "base/mac.h"
#include "suite.h"

static void
six_octets_and_no_more(void)
{
	const uint8_t octets[8] = { 0, 1, 2, 3, 4, 5, 0xee, 0xee };
	uint8_t stored[8] = { 0, 0, 0, 0, 0, 0, 0xaa, 0xbb };
	uint64_t mac = mac_load(octets);

	CU_ASSERT_EQUAL(mac, 0x050403020100ULL);
	mac_store(stored, mac | 0xffff000000000000ULL);
	CU_ASSERT_EQUAL(memcmp(stored, octets, 6), 0);
	CU_ASSERT_EQUAL(stored[6], 0xaa);
	CU_ASSERT_EQUAL(stored[7], 0xbb);
}

static void
virtual_macs(void)
{
	const uint8_t seven[] = { 0, 0, 0x5e, 0, 1, 7 };
	const uint8_t ucarp[] = { 0, 0, 0x5e, 0, 0, 7 };
	const uint8_t ipv6[] = { 0, 0, 0x5e, 0, 2, 7 };

	CU_ASSERT_EQUAL(mac_of_vhid(7), mac_load(seven));
	for (unsigned int vhid = 0; vhid < 256; vhid++) {
		CU_ASSERT_TRUE(mac_is_virtual(mac_of_vhid((uint8_t)vhid)));
		CU_ASSERT_EQUAL(mac_virtual_vhid(mac_of_vhid((uint8_t)vhid)), vhid);
	}
	CU_ASSERT_FALSE(mac_is_virtual(mac_load(ucarp)));
	CU_ASSERT_FALSE(mac_is_virtual(mac_load(ipv6)));
	CU_ASSERT_FALSE(mac_is_virtual(MAC_BROADCAST));
}

static void
group_macs(void)
{
	const uint8_t group[] = { 1, 0, 0x5e, 0, 0, 0x12 };
	const uint8_t unicast[] = { 2, 1, 1, 1, 1, 1 };

	CU_ASSERT_TRUE(mac_is_group(mac_load(group)));
	CU_ASSERT_TRUE(mac_is_group(MAC_BROADCAST));
	CU_ASSERT_FALSE(mac_is_group(mac_load(unicast)));
	CU_ASSERT_FALSE(mac_is_group(mac_of_vhid(255)));
}

static const struct suite_test tests[] = {
	SUITE_TEST(six_octets_and_no_more),
	SUITE_TEST(virtual_macs),
	SUITE_TEST(group_macs),
};

int
main(void)
{
	return suite_run("mac", tests, SUITE_LEN(tests));
}
