/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "config_fixture.h"

#define VHID(peers)                                                                                \
	"{'interface':'lan','vhid':1,'pass':'x','addresses':['10.0.0.1/24'],'peers':[" peers "]}"
#define FILE_OF(own, vhids)                                                                        \
	"{'interfaces':[{'name':'lan','device':'d','addresses':[" own "]},"                        \
	"{'name':'wan','device':'e','addresses':['10.9.0.3/24']}],'vhids':[" vhids "]}"
#define PEERS(peers) FILE_OF("'10.0.0.3/24','10.1.0.3/24'", VHID(peers))
#define VHID6(peers)                                                                               \
	"{'interface':'lan','vhid':1,'pass':'x','addresses':['10.0.0.1/24','fd00::1/64'],"         \
	"'peers':[" peers "]}"
#define PEERS6(peers) FILE_OF("'10.0.0.3/24','fd00::3/64'", VHID6(peers))
#define AT "/vhids/0/peers/0: "

static void
peers_are_addresses(void)
{
	fixture_expect(PEERS(""), "", "");
	fixture_expect(PEERS("'10.0.0.4','10.1.0.4'"), "", "");
	fixture_expect(PEERS("'10.0.0.4/24'"), AT "\"10.0.0.4/24\" is not an address", "");
	fixture_expect(PEERS6("'fd00::4'"), "", "");
	fixture_expect(PEERS6("'fe80::4','fe80::5','10.0.0.4'"), "", "");
	fixture_expect(PEERS6("'fd00::'"),
		       AT "fd00:: is the subnet-router anycast address of its prefix", "");
	fixture_expect(PEERS6("'ff02::12'"), AT "ff02::12 is a multicast address", "");
	fixture_expect(PEERS("7"), AT "expected a string, found an integer", "");
	fixture_expect(PEERS("'224.0.0.18'"), AT "224.0.0.18 is a multicast address", "");
	fixture_expect(PEERS("'10.0.0.255'"),
		       AT "10.0.0.255 is the broadcast address of its prefix", "");
	fixture_expect(PEERS("'10.0.0.0'"), AT "10.0.0.0 is the network address of its prefix", "");
}

static void
peers_are_there_once(void)
{
	fixture_expect(PEERS("'10.0.0.4','10.0.0.5','10.0.0.4'"),
		       "/vhids/0/peers/2: 10.0.0.4 is the same as element 0", "");
	/* Of several vhids a host may well be the peer. */
	fixture_expect(FILE_OF("'10.0.0.3/24'",
			       VHID("'10.0.0.4'") ",{'interface':'lan','vhid':2,'pass':'x',"
						  "'addresses':['10.0.0.2/24'],"
						  "'peers':['10.0.0.4']}"),
		       "", "");
}

static void
no_peer_is_ourselves(void)
{
	fixture_expect(PEERS("'10.0.0.3'"),
		       AT "10.0.0.3 is ourselves: an own address, /interfaces/0/addresses/0", "");
	fixture_expect(PEERS("'10.0.0.1'"),
		       AT "10.0.0.1 is ourselves: a virtual address, /vhids/0/addresses/0", "");
}

static void
peers_are_on_the_link(void)
{
	fixture_expect(PEERS("'10.2.0.4'"), AT "10.2.0.4 is not on the link of lan", "");
	fixture_expect(PEERS("'10.9.0.4'"), AT "10.9.0.4 is not on the link of lan", "");
	fixture_expect(FILE_OF("", VHID("'10.0.0.4'")),
		       AT "10.0.0.4 needs an own IPv4 address on lan", "");
	fixture_expect(PEERS6("'fd01::4'"), AT "fd01::4 is not on the link of lan", "");
	fixture_expect(FILE_OF("'10.0.0.3/24'", VHID6("'fd00::4'")),
		       AT "fd00::4 needs an own IPv6 address on lan", "");
	fixture_expect(FILE_OF("", VHID6("'fe80::4'")), "", "");
	/* Nobody knows the link of an interface that is not there. */
	fixture_expect("{'interfaces':[],'vhids':[" VHID("'10.0.0.4'") "]}",
		       "/vhids/0/interface: \"lan\" is not the name of an interface", NULL);
}

/* Adverts of a family that the vhid has no address of do not exist. */
static void
peers_are_of_a_family_of_the_vhid(void)
{
	fixture_expect(FILE_OF("'10.0.0.3/24','fd00::3/64'", VHID("'fd00::4'")),
		       AT "fd00::4: the vhid has no IPv6 address", "");
	fixture_expect(PEERS6("'10.0.0.4','fd00::4','fe80::4'"),
		       "/vhids/0/peers/2: fe80::4 and element 1: link-local or not, all have to be "
		       "the same",
		       "");
}

static void
expect_count(size_t count, const char *errors)
{
	char text[1024];
	size_t at;

	at = (size_t)snprintf(text, sizeof(text),
			      "{'interfaces':[{'name':'lan','device':'d',"
			      "'addresses':['10.0.0.3/24']}],'vhids':[{'interface':'lan',"
			      "'vhid':1,'pass':'x','addresses':['10.0.0.1/24'],'peers':[");
	for (size_t i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s'10.0.0.%zu'",
				       i == 0 ? "" : ",", i + 10);
	snprintf(text + at, sizeof(text) - at, "]}]}");
	fixture_expect(text, errors, "");
}

static void
peers_have_a_limit(void)
{
	expect_count(16, "");
	expect_count(17, "/vhids/0/peers: 17 elements, must be 0 to 16");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(peers_are_addresses),  SUITE_TEST(peers_are_there_once),
		SUITE_TEST(no_peer_is_ourselves), SUITE_TEST(peers_are_on_the_link),
		SUITE_TEST(peers_have_a_limit),   SUITE_TEST(peers_are_of_a_family_of_the_vhid),
	};

	return fixture_run("config_peers", tests, SUITE_LEN(tests));
}
