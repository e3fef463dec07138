/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config_fixture.h"

#define FILE_OF(neighbors)                                                                         \
	"{'interfaces':[{'name':'lan','device':'d','addresses':['10.0.0.3/24']},"                  \
	"{'name':'wan','device':'e','addresses':['10.0.0.130/25','fd00::3/64']}],"                 \
	"'vhids':[{'interface':'lan','vhid':1,'pass':'x','addresses':['10.7.0.1/24']}],"           \
	"'routes':[{'prefix':'198.51.100.0/24','interface':'lan'}],"                               \
	"'neighbors':[" neighbors "]}"
#define NEIGHBOR(interface, address, mac)                                                          \
	"{'interface':'" interface "','address':'" address "','mac':'" mac "'}"
#define ON(interface, address) FILE_OF(NEIGHBOR(interface, address, "02:00:00:00:00:08"))
#define WITH_MAC(mac) FILE_OF(NEIGHBOR("lan", "10.0.0.8", mac))
#define AT "/neighbors/0"

struct neighbor_case {
	const char *text;
	const char *errors;
};

static void
expect_all(const struct neighbor_case *cases)
{
	for (; cases->text != NULL; cases++)
		fixture_expect(cases->text, cases->errors, "");
}

static void
neighbors_are_sorted(void)
{
	static const uint8_t mac[6] = { 0x02, 0xab, 0xcd, 0xef, 0x01, 0x09 };
	struct config *c = fixture_load_good(
		FILE_OF(NEIGHBOR("wan", "fd00::8", "02:00:00:00:00:08") "," NEIGHBOR(
			"lan", "10.0.0.9", "02:aB:cd:EF:01:09") "," NEIGHBOR("lan", "10.0.0.8",
									     "02:00:00:00:00:07")));

	CU_ASSERT_EQUAL_FATAL(c->neighbor_count, 3);
	CU_ASSERT_EQUAL(c->neighbors[0].addr.octets[3], 8);
	CU_ASSERT_EQUAL(c->neighbors[1].interface, 0);
	CU_ASSERT_EQUAL(memcmp(c->neighbors[1].mac, mac, sizeof(mac)), 0);
	CU_ASSERT_EQUAL(c->neighbors[2].interface, 1);
	CU_ASSERT_EQUAL(c->neighbors[2].addr.family, IP_V6);
	config_free(c);
}

static void
neighbors_are_on_the_link(void)
{
	static const struct neighbor_case cases[] = {
		{ ON("lan", "10.0.0.8"), "" },
		/* The longer prefix of wan does not take the link of lan away. */
		{ ON("lan", "10.0.0.200"), "" },
		{ ON("wan", "10.0.0.200"), "" },
		{ ON("wan", "10.0.0.8"), AT "/address: 10.0.0.8 is not on the link of wan" },
		{ ON("lan", "10.7.0.8"), "" },
		{ ON("lan", "198.51.100.255"), "" },
		{ ON("wan", "fe80::8"), "" },
		{ ON("lan", "fe80::8"), AT "/address: fe80::8 is not on the link of lan" },
		{ ON("dmz", "10.0.0.8"), AT "/interface: \"dmz\" is not the name of an interface" },
		{ ON("lan", "10.0.0.3"), AT "/address: 10.0.0.3 is ourselves" },
		{ ON("lan", "10.7.0.1"), AT "/address: 10.7.0.1 is ourselves" },
		{ ON("lan", "10.0.0.255"),
		  AT "/address: 10.0.0.255 is the broadcast address of its prefix" },
		{ ON("lan", "ff02::1"), AT "/address: ff02::1 is a multicast address" },
		{ ON("lan", "10.0.0.8/24"), AT "/address: \"10.0.0.8/24\" is not an address" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
mac_is_that_of_a_host(void)
{
	static const struct neighbor_case cases[] = {
		{ WITH_MAC("00:00:5e:00:01:07"), "" },
		{ WITH_MAC("01:00:5e:00:00:12"),
		  AT "/mac: 01:00:5e:00:00:12 is not the MAC address of a host" },
		{ WITH_MAC("ff:ff:ff:ff:ff:ff"),
		  AT "/mac: ff:ff:ff:ff:ff:ff is not the MAC address of a host" },
		{ WITH_MAC("00:00:00:00:00:00"),
		  AT "/mac: 00:00:00:00:00:00 is not the MAC address of a host" },
		{ WITH_MAC("02:00:00:00:00"),
		  AT "/mac: \"02:00:00:00:00\" is not a MAC address as 02:00:00:00:00:09" },
		{ WITH_MAC("02:00:00:00:00:08:"),
		  AT "/mac: \"02:00:00:00:00:08:\" is not a MAC address as 02:00:00:00:00:09" },
		{ WITH_MAC("2:0:0:0:0:8"),
		  AT "/mac: \"2:0:0:0:0:8\" is not a MAC address as 02:00:00:00:00:09" },
		{ WITH_MAC(""), AT "/mac: \"\" is not a MAC address as 02:00:00:00:00:09" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
neighbors_are_there_once(void)
{
	fixture_expect(FILE_OF(NEIGHBOR("lan", "10.0.0.8", "02:00:00:00:00:08") "," NEIGHBOR(
			       "lan", "10.0.0.8", "02:00:00:00:00:09")),
		       "/neighbors/1/address: 10.0.0.8 on this interface is already /neighbors/0",
		       "");
	fixture_expect(FILE_OF(NEIGHBOR("lan", "10.0.0.200", "02:00:00:00:00:08") "," NEIGHBOR(
			       "wan", "10.0.0.200", "02:00:00:00:00:09")),
		       "", "");
	fixture_expect(FILE_OF("{}"),
		       AT ": \"interface\" is missing\n" AT ": \"address\" is missing\n" AT
			  ": \"mac\" is missing",
		       "");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(neighbors_are_sorted),
		SUITE_TEST(neighbors_are_on_the_link),
		SUITE_TEST(mac_is_that_of_a_host),
		SUITE_TEST(neighbors_are_there_once),
	};

	return fixture_run("config_neighbors", tests, SUITE_LEN(tests));
}
