/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "config_fixture.h"

#define LAN(own) "{'name':'lan','device':'d','addresses':[" own "]}"
#define WAN(own) "{'name':'wan','device':'e','addresses':[" own "]}"
#define VHID(addresses, more)                                                                      \
	"{'interface':'lan','vhid':1,'pass':'x','addresses':[" addresses "]" more "}"
#define FILE_OF(interfaces, vhid) "{'interfaces':[" interfaces "],'vhids':[" vhid "]}"

static const uint8_t macs[][6] = {
	{ 0x02, 0x00, 0x00, 0xaa, 0xbb, 0x01 },
	{ 0x50, 0x00, 0x00, 0xaa, 0xbb, 0x02 },
};

static void
expect_own(const struct config_interface *ifc, size_t i, const char *expected)
{
	char text[IP_ADDR_TEXT];

	CU_ASSERT_FATAL(i < ifc->address_count);
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&ifc->addresses[i].addr, text), expected);
}

static void
expect_source(const char *file, const char *expected)
{
	struct config_report report = { 0 };
	struct config *c = fixture_load_good(file);
	char text[IP_ADDR_TEXT];

	CU_ASSERT_EQUAL(config_link_locals_add(c, macs, &report), 0);
	CU_ASSERT_TRUE(c->vhids[0].has_source[IP_V6]);
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&c->vhids[0].source[IP_V6], text), expected);
	config_free(c);
}

static void
link_local_address_is_made_of_the_mac(void)
{
	struct config_report report = { 0 };
	struct config *c = fixture_load_good(FILE_OF(LAN("") "," WAN("'10.0.0.3/24','fd00::3/64'"),
						     VHID("'fd01::1/64'", "")));

	CU_ASSERT_TRUE(config_uses_ipv6(c, 0));
	CU_ASSERT_TRUE(config_uses_ipv6(c, 1));
	CU_ASSERT_EQUAL(config_link_locals_add(c, macs, &report), 0);
	CU_ASSERT_EQUAL(c->interfaces[0].address_count, 1);
	expect_own(&c->interfaces[0], 0, "fe80::ff:feaa:bb01");
	CU_ASSERT_EQUAL(c->interfaces[0].addresses[0].len, 64);
	CU_ASSERT_EQUAL(c->interfaces[1].address_count, 3);
	expect_own(&c->interfaces[1], 2, "fe80::5200:ff:feaa:bb02");
	config_free(c);
}

static void
none_is_made_where_there_is_one_or_none_is_needed(void)
{
	struct config_report report = { 0 };
	struct config *c = fixture_load_good(
		FILE_OF(LAN("'fe80::7/64'") "," WAN("'10.9.0.3/24'"), VHID("'fd01::1/64'", "")));

	CU_ASSERT_FALSE(config_uses_ipv6(c, 1));
	CU_ASSERT_EQUAL(config_link_locals_add(c, macs, &report), 0);
	CU_ASSERT_EQUAL(c->interfaces[0].address_count, 1);
	CU_ASSERT_EQUAL(c->interfaces[1].address_count, 1);
	config_free(c);
}

static void
advertisements_come_from_the_link_local_address(void)
{
	expect_source(FILE_OF(LAN("'fd00::3/64','fe80::8/64','fe80::7/64'") "," WAN(""),
			      VHID("'fd00::1/64'", "")),
		      "fe80::8");
	expect_source(FILE_OF(LAN("'fd00::3/64'") "," WAN(""), VHID("'fd00::1/64'", "")),
		      "fe80::ff:feaa:bb01");
	expect_source(FILE_OF(LAN("'fd00::3/64'") "," WAN(""),
			      VHID("'fd00::1/64'", ",'peers':['fe80::4']")),
		      "fe80::ff:feaa:bb01");
	expect_source(FILE_OF(LAN("'fd00::3/64'") "," WAN(""),
			      VHID("'fd00::1/64'", ",'peers':['fd00::4']")),
		      "fd00::3");
}

static void
virtual_address_and_peer_are_not_our_own(void)
{
	struct config_report report = { 0 };
	struct config *c = fixture_load_good(
		FILE_OF(LAN("") "," WAN(""), VHID("'fd00::1/64','fe80::ff:feaa:bb01/64'", "")));

	CU_ASSERT_EQUAL(config_link_locals_add(c, macs, &report), -EADDRINUSE);
	CU_ASSERT_EQUAL_FATAL(report.error_count, 1);
	CU_ASSERT_STRING_EQUAL(report.errors[0], "/vhids/0/addresses/1: fe80::ff:feaa:bb01 is the own "
						 "link-local address of lan");
	config_report_free(&report);
	config_free(c);
	c = fixture_load_good(FILE_OF(LAN("") "," WAN(""),
				      VHID("'fd00::1/64'", ",'peers':['fe80::ff:feaa:bb01']")));
	CU_ASSERT_EQUAL(config_link_locals_add(c, macs, &report), -EADDRINUSE);
	CU_ASSERT_EQUAL_FATAL(report.error_count, 1);
	CU_ASSERT_STRING_EQUAL(report.errors[0],
			       "/vhids/0/peers/0: fe80::ff:feaa:bb01 is the own link-local address of "
			       "lan");
	config_report_free(&report);
	config_free(c);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(link_local_address_is_made_of_the_mac),
		SUITE_TEST(none_is_made_where_there_is_one_or_none_is_needed),
		SUITE_TEST(advertisements_come_from_the_link_local_address),
		SUITE_TEST(virtual_address_and_peer_are_not_our_own),
	};

	return fixture_run("config_ipv6", tests, SUITE_LEN(tests));
}
