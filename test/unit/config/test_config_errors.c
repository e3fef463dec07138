/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_fixture.h"

/* The parts of a good file; a case replaces one of them. */
#define LAN "{'name':'lan','device':'net_null0','addresses':['10.0.0.3/24']}"
#define VHID(more) "{'interface':'lan','vhid':1,'pass':'x','addresses':['10.0.0.1/24']" more "}"
#define IFC(more) "{'interfaces':[{'name':'lan','device':'net_null0'" more "}]}"
#define ON_WAN(addresses) "{'interface':'wan','vhid':1,'pass':'x','addresses':[" addresses "]}"
#define LAN_AND_WAN(vhids)                                                                         \
	"{'interfaces':[" LAN ",{'name':'wan','device':'d'}],'vhids':[" vhids "]}"
#define ON_LAN(vhids) "{'interfaces':[" LAN "],'vhids':[" vhids "]}"
#define WITH(more) ON_LAN(VHID(more))
#define CARP(members) "{'interfaces':[" LAN "],'carp':{" members "}}"
#define OWN(address) IFC(",'addresses':['" address "']")

struct error_case {
	const char *text;
	const char *errors;
};

static void
expect_all(const struct error_case *cases)
{
	for (; cases->text != NULL; cases++)
		fixture_expect(cases->text, cases->errors, NULL);
}

static void
wrong_types_are_named(void)
{
	static const struct error_case cases[] = {
		{ "[]", "expected an object, found an array" },
		{ "'koi'", "expected an object, found a string" },
		{ "7", "expected an object, found an integer" },
		{ "{'$schema':1}", "/$schema: expected a string, found an integer" },
		{ "{'description':{}}", "/description: expected a string, found an object" },
		{ "{'carp':[]}", "/carp: expected an object, found an array" },
		{ "{'workers':null}", "/workers: expected an object, found null" },
		{ "{'interfaces':{}}", "/interfaces: expected an array, found an object" },
		{ "{'interfaces':[7]}", "/interfaces/0: expected an object, found an integer" },
		{ "{'vhids':'x'}", "/vhids: expected an array, found a string" },
		{ "{'vhids':[true]}", "/vhids/0: expected an object, found a boolean" },
		{ CARP("'allow':1"), "/carp/allow: expected true or false, found an integer" },
		{ CARP("'log':'1'"), "/carp/log: expected an integer, found a string" },
		{ CARP("'log':1.0"), "/carp/log: expected an integer, found a number with a "
				     "fraction or an exponent" },
		{ CARP("'master_down':1"),
		  "/carp/master_down: expected a string, found an integer" },
		{ IFC(",'rx_queues':true"),
		  "/interfaces/0/rx_queues: expected an integer or \"auto\", found a boolean" },
		{ IFC(",'addresses':[1]"),
		  "/interfaces/0/addresses/0: expected a string, found an integer" },
		{ WITH(",'preempt':1"),
		  "/vhids/0/preempt: expected true or false, found an integer" },
		{ WITH(",'peers':'10.0.0.4'"),
		  "/vhids/0/peers: expected an array, found a string" },
		{ IFC(",'parent':1"), "/interfaces/0/parent: expected a string, found an integer\n"
				      "/interfaces/0: \"vlan\" is missing\n"
				      "/interfaces/0/device: is that of the parent" },
		{ WITH(",'pass_file':1"),
		  "/vhids/0/pass_file: expected a string, found an integer\n"
		  "/vhids/0/pass_file: \"pass\" is given too" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
ranges_are_named(void)
{
	static const struct error_case cases[] = {
		{ CARP("'log':3"), "/carp/log: 3 is not in 0..2" },
		{ CARP("'log':-1"), "/carp/log: -1 is not in 0..2" },
		{ CARP("'tos':256"), "/carp/tos: 256 is not in 0..255" },
		{ CARP("'demotion':2147483648"),
		  "/carp/demotion: 2147483648 is not in -2147483648..2147483647" },
		{ CARP("'demotion':-9223372036854775808"),
		  "/carp/demotion: -9223372036854775808 is not in -2147483648..2147483647" },
		{ IFC(",'mtu':67"), "/interfaces/0/mtu: 67 is not in 68..9600" },
		{ IFC(",'mtu':9601"), "/interfaces/0/mtu: 9601 is not in 68..9600" },
		{ IFC(",'rx_queues':0"), "/interfaces/0/rx_queues: 0 is not in 1..1024" },
		{ ON_LAN("{'interface':'lan','vhid':0,'pass':'x','addresses':['10.0.0.1/24']}"),
		  "/vhids/0/vhid: 0 is not in 1..255" },
		{ ON_LAN("{'interface':'lan','vhid':256,'pass':'x','addresses':['10.0.0.1/24']}"),
		  "/vhids/0/vhid: 256 is not in 1..255" },
		{ WITH(",'advbase':255"), "/vhids/0/advbase: 255 is not in 0..254" },
		{ WITH(",'advskew':255"), "/vhids/0/advskew: 255 is not in 0..254" },
		{ WITH(",'announce_interval_s':86401"),
		  "/vhids/0/announce_interval_s: 86401 is not in 0..86400" },
		{ IFC(",'start_delay_ms':600001"),
		  "/interfaces/0/start_delay_ms: 600001 is not in 0..600000" },
		{ WITH(",'address_grace_s':86401"),
		  "/vhids/0/address_grace_s: 86401 is not in 0..86400" },
		{ WITH(",'preempt_delay_ms':-1"),
		  "/vhids/0/preempt_delay_ms: -1 is not in 0..600000" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
words_are_named(void)
{
	static const struct error_case cases[] = {
		{ CARP("'demotion_encoding':'all'"),
		  "/carp/demotion_encoding: \"all\" is not both, skew or byte" },
		{ CARP("'master_down':''"), "/carp/master_down: \"\" is not freebsd or openbsd" },
		{ "{'workers':{'idle':'Poll'},'interfaces':[]}",
		  "/workers/idle: \"Poll\" is not poll, yield or sleep" },
		{ IFC(",'rx_queues':'4'"),
		  "/interfaces/0/rx_queues: \"4\" is not an integer or \"auto\"" },
		{ IFC(",'mac_mode':'x'"),
		  "/interfaces/0/mac_mode: \"x\" is not auto, filter or promiscuous" },
		{ WITH(",'mac':'x'"), "/vhids/0/mac: \"x\" is not virtual or port" },
		{ WITH(",'replay':'on'"),
		  "/vhids/0/replay: \"on\" is not off, adaptive or strict" },
		{ WITH(",'digest':'netbsd'"),
		  "/vhids/0/digest: \"netbsd\" is not freebsd or openbsd" },
		{ WITH(",'checksum6':'x'"),
		  "/vhids/0/checksum6: \"x\" is not plain or pseudo" },
		{ WITH(",'state':'x'"), "/vhids/0/state: \"x\" is not down or up" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
unknown_keys_are_named_with_the_nearest(void)
{
	static const struct error_case cases[] = {
		{ "{'interface':[]}", "/interface: unknown key, did you mean \"interfaces\"?" },
		{ "{'x':1}", "/x: unknown key" },
		{ "{'':1}", "/: unknown key" },
		{ WITH(",'advskwe':1"),
		  "/vhids/0/advskwe: unknown key, did you mean \"advskew\"?" },
		{ WITH(",'adddresss':1"),
		  "/vhids/0/adddresss: unknown key, did you mean \"addresses\"?" },
		{ WITH(",'weight':1"), "/vhids/0/weight: unknown key" },
		{ WITH(",'peer':1"), "/vhids/0/peer: unknown key, did you mean \"peers\"?" },
		{ CARP("'Allow':true"), "/carp/Allow: unknown key, did you mean \"allow\"?" },
		{ "{'workers':{'a/b~c':1}}", "/workers/a~1b~0c: unknown key" },
		{ "{'workers':{'a\\u001b[2J\\n':1}}", "/workers/a\\u001b[2J\\u000a: unknown key" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
later_keys_are_refused(void)
{
	static const char *const root[] = { "routes_from_kernel", NULL };
	static const char *const interface[] = { "host", NULL };
	char text[512];
	char errors[128];

	for (size_t i = 0; root[i] != NULL; i++) {
		snprintf(text, sizeof(text), "{'%s':[]}", root[i]);
		snprintf(errors, sizeof(errors), "/%s: not yet supported", root[i]);
		fixture_expect(text, errors, NULL);
	}
	for (size_t i = 0; interface[i] != NULL; i++) {
		snprintf(text, sizeof(text), IFC(",'%s':1"), interface[i]);
		snprintf(errors, sizeof(errors), "/interfaces/0/%s: not yet supported",
			 interface[i]);
		fixture_expect(text, errors, NULL);
	}
}

static void
missing_keys_are_named(void)
{
	fixture_expect("{'interfaces':[{}]}",
		       "/interfaces/0: \"name\" is missing\n"
		       "/interfaces/0: \"device\" is missing",
		       "");
	fixture_expect(ON_LAN("{'pass':'x'}"),
		       "/vhids/0: \"interface\" is missing\n"
		       "/vhids/0: \"vhid\" is missing\n"
		       "/vhids/0: \"addresses\" is missing",
		       "");
}

static void
bad_names_and_devices_are_named(void)
{
	static const struct error_case cases[] = {
		{ "{'interfaces':[{'name':'LAN','device':'d'},{'name':'','device':'e'},"
		  "{'name':'1a','device':'f'},{'name':'abcdefghijklmnop','device':'g'}]}",
		  "/interfaces/0/name: \"LAN\" is not 1 to 15 of [a-z0-9._-] that start with a "
		  "letter\n"
		  "/interfaces/1/name: \"\" is not 1 to 15 of [a-z0-9._-] that start with a "
		  "letter\n"
		  "/interfaces/2/name: \"1a\" is not 1 to 15 of [a-z0-9._-] that start with a "
		  "letter\n"
		  "/interfaces/3/name: \"abcdefghijklmnop\" is not 1 to 15 of [a-z0-9._-] that "
		  "start "
		  "with a letter" },
		{ "{'interfaces':[{'name':'abcdefghijklmno','device':''}]}",
		  "/interfaces/0/device: the name of a device has 1 to 63 characters, this one 0" },
		{ "{'interfaces':[{'name':'a','device':',iface=x'}]}",
		  "/interfaces/0/device: the name of a device has 1 to 63 characters, this one 0" },
		{ "{'interfaces':[{'name':'a','device':'x\\n'}]}",
		  "/interfaces/0/device: a control character is not allowed" },
		{ "{'interfaces':[{'name':'a','device':'d'},{'name':'b','device':'e'},"
		  "{'name':'a','device':'f'}]}",
		  "/interfaces/2/name: \"a\" is already the name of /interfaces/0" },
		{ "{'interfaces':[{'name':'a','device':'net_pcap0,iface=x'},"
		  "{'name':'b','device':'net_pcap0,iface=y'}]}",
		  "/interfaces/1/device: net_pcap0 is already the device of /interfaces/0" },
		{ "{'interfaces':[{'name':'a','device':'0000:0A:00.0'},"
		  "{'name':'b','device':'0a:00.0'}]}",
		  "/interfaces/1/device: 0000:0a:00.0 is already the device of /interfaces/0" },
		{ "{'interfaces':[{'name':'a','device':'0001:0a:00.0'},"
		  "{'name':'b','device':'0a:00.0'}]}",
		  "" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
bad_addresses_are_named(void)
{
#define AT "/interfaces/0/addresses/0: "
	static const struct error_case cases[] = {
		{ OWN("10.0.0.256/24"), AT "\"10.0.0.256/24\" is not ADDRESS/LENGTH" },
		{ OWN("10.0.0.1/"), AT "\"10.0.0.1/\" is not ADDRESS/LENGTH" },
		{ OWN(""), AT "\"\" is not ADDRESS/LENGTH" },
		{ OWN("10.0.0.1"), AT "\"10.0.0.1\" has no prefix length, such as /24" },
		{ OWN("fd00::1"), AT "\"fd00::1\" has no prefix length, such as /64" },
		{ OWN("10.0.0.1/33"), AT "\"10.0.0.1/33\": the prefix length is not in 0..32" },
		{ OWN("fd00::1/129"), AT "\"fd00::1/129\": the prefix length is not in 0..128" },
		{ OWN("0.0.0.0/0"), AT "0.0.0.0/0 is the unspecified address" },
		{ OWN("255.255.255.255/32"), AT "255.255.255.255/32 is the broadcast address" },
		{ OWN("127.1.2.3/8"), AT "127.1.2.3/8 is a loopback address" },
		{ OWN("224.0.0.18/32"), AT "224.0.0.18/32 is a multicast address" },
		{ OWN("10.0.0.0/24"), AT "10.0.0.0/24 is the network address of its prefix" },
		{ OWN("10.0.0.255/24"), AT "10.0.0.255/24 is the broadcast address of its prefix" },
		{ OWN("10.0.0.255/23"), "" },
		{ OWN("10.0.0.0/31"), "" },
		{ OWN("10.0.0.0/32"), "" },
		{ OWN("fd00::1/64"), "" },
		{ OWN("fe80::1/64"), "" },
		{ OWN("::/0"), AT "::/0 is the unspecified address" },
		{ OWN("::1/128"), AT "::1/128 is a loopback address" },
		{ OWN("ff02::12/128"), AT "ff02::12/128 is a multicast address" },
		{ OWN("::ffff:10.0.0.1/128"), AT "::ffff:10.0.0.1/128 is an IPv4-mapped address" },
		{ OWN("fd00::/64"),
		  AT "fd00::/64 is the subnet-router anycast address of its prefix" },
		{ OWN("fd00::50/124"),
		  AT "fd00::50/124 is the subnet-router anycast address of its prefix" },
		{ OWN("fd00:0:0:4::/62"),
		  AT "fd00:0:0:4::/62 is the subnet-router anycast address of its prefix" },
		{ OWN("fd00:0:0:5::/62"), "" },
		{ OWN("fd00::/127"), "" },
		{ OWN("fd00::/128"), "" },
		{ ON_LAN("{'interface':'lan','vhid':1,'pass':'x','addresses':[]}"),
		  "/vhids/0/addresses: 0 elements, must be 1 to 255" },
		{ NULL, NULL },
	};
#undef AT
	expect_all(cases);
}

static void
addresses_are_there_once(void)
{
	fixture_expect(IFC(",'addresses':['10.0.0.3/24','10.0.0.3/32']"),
		       "/interfaces/0/addresses/1: 10.0.0.3 is already an own address, "
		       "/interfaces/0/addresses/0",
		       "");
	/* The vhids come first in the file; still it is the virtual address that is refused. */
	fixture_expect("{'vhids':[" VHID("") "],'interfaces':[{'name':'lan','device':'d',"
					     "'addresses':['10.0.0.1/24']}]}",
		       "/vhids/0/addresses/0: 10.0.0.1 is already an own address, "
		       "/interfaces/0/addresses/0",
		       "");
	fixture_expect(
		LAN_AND_WAN(VHID("") "," ON_WAN("'10.0.0.9/24','10.0.0.1/32','10.0.0.9/24'")),
		"/vhids/1/addresses/1: 10.0.0.1 is already a virtual address, "
		"/vhids/0/addresses/0\n"
		"/vhids/1/addresses/2: 10.0.0.9 is already a virtual address, "
		"/vhids/1/addresses/0",
		"");
}

/* The same octets on another link are another address. */
static void
link_local_addresses_belong_to_their_link(void)
{
	fixture_expect(LAN_AND_WAN(ON_WAN("'fe80::9/64'") ",{'interface':'lan','vhid':1,"
				   "'pass':'x','addresses':['fe80::9/64']}"),
		       "", "");
	fixture_expect(IFC(",'addresses':['fe80::9/64','fe80::9/10']"),
		       "/interfaces/0/addresses/1: fe80::9 is already an own address, "
		       "/interfaces/0/addresses/0",
		       "");
	fixture_expect(LAN_AND_WAN(ON_WAN("'fd00::9/64'") ",{'interface':'lan','vhid':1,"
				   "'pass':'x','addresses':['fd00::9/64']}"),
		       "/vhids/1/addresses/0: fd00::9 is already a virtual address, "
		       "/vhids/0/addresses/0",
		       "");
}

static void
ipv6_needs_a_large_mtu(void)
{
#define ERROR "/interfaces/0/mtu: 1279 is less than 1280, which IPv6 needs"
#define SMALL(own, virtual)                                                                        \
	"{'interfaces':[{'name':'lan','device':'d','mtu':1279,'addresses':[" own "]}],"            \
	"'vhids':[{'interface':'lan','vhid':1,'pass':'x','addresses':[" virtual "]}]}"
	fixture_expect(SMALL("'10.0.0.3/24'", "'10.0.0.1/24'"), "", "");
	fixture_expect(SMALL("'10.0.0.3/24','fd00::3/64'", "'10.0.0.1/24'"), ERROR, "");
	fixture_expect(SMALL("'10.0.0.3/24'", "'fe80::1/64'"), ERROR, "");
	fixture_expect(IFC(",'mtu':1280,'addresses':['fd00::3/64']"), "", "");
#undef SMALL
#undef ERROR
}

static void
vhids_are_checked_together(void)
{
	fixture_expect(
		ON_LAN("{'interface':'lna','vhid':1,'pass':'x','addresses':['10.0.0.1/24']}"),
		"/vhids/0/interface: \"lna\" is not the name of an interface", "");
	fixture_expect(ON_LAN(VHID("") ",{'interface':'lan','vhid':1,'pass':'x',"
				       "'addresses':['10.0.0.2/24']}"),
		       "/vhids/1/vhid: 1 on this interface is already /vhids/0", "");
	fixture_expect(LAN_AND_WAN(VHID("") "," ON_WAN("'10.0.0.2/24'")), "", "");
	fixture_expect(WITH(",'advbase':0"), "/vhids/0/advbase: advbase and advskew are both 0",
		       "");
	fixture_expect(WITH(",'advbase':0,'advskew':0"),
		       "/vhids/0/advbase: advbase and advskew are both 0", "");
	fixture_expect(WITH(",'advbase':0,'advskew':1"), "", "");
	/* A bad advskew is not one of 0. */
	fixture_expect(WITH(",'advbase':0,'advskew':300"), "/vhids/0/advskew: 300 is not in 0..254",
		       "");
	/* A bad interface is an error once, not once more for each vhid on it. */
	fixture_expect(
		"{'interfaces':[{'name':'LAN','device':'d'}],'vhids':[{'interface':'LAN',"
		"'vhid':1,'pass':'x','addresses':['10.0.0.1/24']}]}",
		"/interfaces/0/name: \"LAN\" is not 1 to 15 of [a-z0-9._-] that start with a "
		"letter",
		"");
	fixture_expect("{'interfaces':7,'vhids':[" VHID("") "]}",
		       "/interfaces: expected an array, found an integer", "");
}

static void
what_works_but_should_not_be_is_a_warning(void)
{
	fixture_expect("{}", "", "no interfaces: there is nothing to do");
	fixture_expect(ON_LAN("{'interface':'lan','vhid':1,'addresses':['10.0.0.1/24']}"), "",
		       "/vhids/0: no password: any host can take over");
}

static void
every_error_of_a_file_is_named(void)
{
	fixture_expect("{'carp':{'log':9,'x':1},'workers':{'idle':1},'routes_from_kernel':true,"
		       "'interfaces':[{'name':'a','device':'d','mtu':1},{'device':'d'}],"
		       "'vhids':[{'interface':'b','vhid':999,'advskew':255,'pass':'',"
		       "'addresses':['10.0.0.0/8','::1/128']},null]}",
		       "/carp/log: 9 is not in 0..2\n"
		       "/carp/x: unknown key\n"
		       "/workers/idle: expected a string, found an integer\n"
		       "/routes_from_kernel: not yet supported\n"
		       "/interfaces/0/mtu: 1 is not in 68..9600\n"
		       "/interfaces/1: \"name\" is missing\n"
		       "/vhids/0/vhid: 999 is not in 1..255\n"
		       "/vhids/0/advskew: 255 is not in 0..254\n"
		       "/vhids/0/pass: has 0 bytes, must have 1 to 19\n"
		       "/vhids/0/addresses/0: 10.0.0.0/8 is the network address of its prefix\n"
		       "/vhids/0/addresses/1: ::1/128 is a loopback address\n"
		       "/vhids/1: expected an object, found null\n"
		       "/interfaces/1/device: d is already the device of /interfaces/0\n"
		       "/vhids/0/interface: \"b\" is not the name of an interface",
		       "");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(wrong_types_are_named),
		SUITE_TEST(ranges_are_named),
		SUITE_TEST(words_are_named),
		SUITE_TEST(unknown_keys_are_named_with_the_nearest),
		SUITE_TEST(later_keys_are_refused),
		SUITE_TEST(missing_keys_are_named),
		SUITE_TEST(bad_names_and_devices_are_named),
		SUITE_TEST(bad_addresses_are_named),
		SUITE_TEST(addresses_are_there_once),
		SUITE_TEST(link_local_addresses_belong_to_their_link),
		SUITE_TEST(ipv6_needs_a_large_mtu),
		SUITE_TEST(vhids_are_checked_together),
		SUITE_TEST(what_works_but_should_not_be_is_a_warning),
		SUITE_TEST(every_error_of_a_file_is_named),
	};

	return fixture_run("config_errors", tests, SUITE_LEN(tests));
}
