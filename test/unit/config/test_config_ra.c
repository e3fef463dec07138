/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "config_fixture.h"

#define VHID(addresses) "{'interface':'lan','vhid':1,'pass':'x','addresses':[" addresses "]}"
#define FILE_OF(ra, vhids)                                                                         \
	"{'interfaces':[{'name':'lan','device':'d','addresses':['10.0.0.3/24','fd00:2::3/64'],"    \
	"'router_advertisement':" ra "},{'name':'wan','device':'e'}],'vhids':[" vhids "]}"
#define VIRTUAL VHID("'fd00:1::1/64','fe80::1/64'")
#define RA(members) FILE_OF("{" members "}", VIRTUAL)
#define AT "/interfaces/0/router_advertisement"

struct ra_case {
	const char *text;
	const char *errors;
};

static void
expect_all(const struct ra_case *cases)
{
	for (; cases->text != NULL; cases++)
		fixture_expect(cases->text, cases->errors, "");
}

static void
an_empty_object_has_every_default(void)
{
	struct config *c = fixture_load_good(RA(""));
	const struct config_ra *ra = c->interfaces[0].ra;

	CU_ASSERT_PTR_NULL(c->interfaces[1].ra);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ra);
	CU_ASSERT_EQUAL(ra->max_interval_s, 600);
	CU_ASSERT_EQUAL(ra->min_interval_s, 198);
	CU_ASSERT_EQUAL(ra->lifetime_s, 1800);
	CU_ASSERT_EQUAL(ra->hop_limit, 64);
	CU_ASSERT_FALSE(ra->managed);
	CU_ASSERT_FALSE(ra->other_config);
	CU_ASSERT_EQUAL(ra->preference, CONFIG_RA_MEDIUM);
	CU_ASSERT_EQUAL(ra->mtu, 0);
	CU_ASSERT_EQUAL(ra->reachable_ms, 0);
	CU_ASSERT_EQUAL(ra->retrans_ms, 0);
	CU_ASSERT_EQUAL(ra->dns_count, 0);
	CU_ASSERT_EQUAL(ra->dns_lifetime_s, 1800);
	config_free(c);
}

/* Own ones first, each once; neither IPv4 nor link-local ones, nor those of another length. */
static void
prefixes_are_those_of_the_addresses(void)
{
	struct config *c = fixture_load_good(
		FILE_OF("{}", VHID("'fd00:1::1/64','fe80::1/64','fd00:2::1/64','fd00:3::1/48',"
				   "'10.0.0.1/24','fd00:1::2/64'")));
	const struct config_ra *ra = c->interfaces[0].ra;

	CU_ASSERT_EQUAL_FATAL(ra->prefix_count, 2);
	CU_ASSERT_EQUAL(ra->prefixes[0].prefix.len, 64);
	CU_ASSERT_EQUAL(ra->prefixes[0].prefix.addr.octets[3], 2);
	CU_ASSERT_EQUAL(ra->prefixes[0].prefix.addr.octets[15], 0);
	CU_ASSERT_EQUAL(ra->prefixes[1].prefix.addr.octets[3], 1);
	CU_ASSERT_TRUE(ra->prefixes[1].on_link);
	CU_ASSERT_TRUE(ra->prefixes[1].autonomous);
	CU_ASSERT_EQUAL(ra->prefixes[1].valid_s, 2592000);
	CU_ASSERT_EQUAL(ra->prefixes[1].preferred_s, 604800);
	config_free(c);
	c = fixture_load_good(RA("'prefixes':[]"));
	CU_ASSERT_EQUAL(c->interfaces[0].ra->prefix_count, 0);
	config_free(c);
}

static void
everything_is_taken_over(void)
{
	struct config *c = fixture_load_good(
		RA("'interval_s':4,'min_interval_s':3,'lifetime_s':0,'hop_limit':0,'managed':true,"
		   "'other_config':true,'preference':'high','mtu':1280,'reachable_ms':3600000,"
		   "'retrans_ms':4294967295,'dns':['fd00::53','fe80::53'],'dns_lifetime_s':0,"
		   "'prefixes':[{'prefix':'fd00:9::/48','on_link':false,'autonomous':false,"
		   "'valid_s':4294967295,'preferred_s':4294967295},"
		   "{'prefix':'fd00:9::/64','valid_s':60}]"));
	const struct config_ra *ra = c->interfaces[0].ra;

	CU_ASSERT_EQUAL(ra->max_interval_s, 4);
	CU_ASSERT_EQUAL(ra->min_interval_s, 3);
	CU_ASSERT_EQUAL(ra->lifetime_s, 0);
	CU_ASSERT_EQUAL(ra->hop_limit, 0);
	CU_ASSERT_TRUE(ra->managed);
	CU_ASSERT_TRUE(ra->other_config);
	CU_ASSERT_EQUAL(ra->preference, CONFIG_RA_HIGH);
	CU_ASSERT_EQUAL(ra->mtu, 1280);
	CU_ASSERT_EQUAL(ra->reachable_ms, 3600000);
	CU_ASSERT_EQUAL(ra->retrans_ms, UINT32_MAX);
	CU_ASSERT_EQUAL(ra->dns_count, 2);
	CU_ASSERT_EQUAL(ra->dns_lifetime_s, 0);
	CU_ASSERT_EQUAL_FATAL(ra->prefix_count, 2);
	CU_ASSERT_EQUAL(ra->prefixes[0].prefix.len, 48);
	CU_ASSERT_FALSE(ra->prefixes[0].on_link);
	CU_ASSERT_FALSE(ra->prefixes[0].autonomous);
	CU_ASSERT_EQUAL(ra->prefixes[0].valid_s, UINT32_MAX);
	CU_ASSERT_EQUAL(ra->prefixes[0].preferred_s, UINT32_MAX);
	/* Nothing is preferred for longer than it is valid. */
	CU_ASSERT_EQUAL(ra->prefixes[1].preferred_s, 60);
	config_free(c);
}

static void
expect_least(const char *text, uint16_t min)
{
	struct config *c = fixture_load_good(text);

	CU_ASSERT_EQUAL(c->interfaces[0].ra->min_interval_s, min);
	config_free(c);
}

static void
least_interval_follows_the_longest(void)
{
	expect_least(RA("'interval_s':4"), 3);
	expect_least(RA("'interval_s':8"), 6);
	expect_least(RA("'interval_s':9"), 3);
	expect_least(RA("'interval_s':10"), 4);
	expect_least(RA("'interval_s':1800"), 594);
}

static void
ranges_are_those_of_the_rfc(void)
{
	static const struct ra_case cases[] = {
		{ FILE_OF("7", VIRTUAL), AT ": expected an object, found an integer" },
		{ RA("'interval_s':3"), AT "/interval_s: 3 is not in 4..1800" },
		{ RA("'interval_s':1801"), AT "/interval_s: 1801 is not in 4..1800" },
		{ RA("'min_interval_s':2"), AT "/min_interval_s: 2 is not in 3..1350" },
		{ RA("'lifetime_s':9001"), AT "/lifetime_s: 9001 is not in 0..9000" },
		{ RA("'hop_limit':256"), AT "/hop_limit: 256 is not in 0..255" },
		{ RA("'preference':'none'"),
		  AT "/preference: \"none\" is not low, medium or high" },
		{ RA("'mtu':1279"), AT "/mtu: 1279 is not in 1280..9600" },
		{ RA("'reachable_ms':3600001"), AT "/reachable_ms: 3600001 is not in 0..3600000" },
		{ RA("'retrans_ms':4294967296"),
		  AT "/retrans_ms: 4294967296 is not in 0..4294967295" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
values_are_checked_together(void)
{
	static const struct ra_case cases[] = {
		{ RA("'interval_s':100,'min_interval_s':75"), "" },
		{ RA("'interval_s':100,'min_interval_s':76"),
		  AT "/min_interval_s: 76 is more than 0.75 of interval_s, which is 100" },
		{ RA("'lifetime_s':600"), "" },
		{ RA("'lifetime_s':599"),
		  AT "/lifetime_s: 599 is neither 0 nor at least interval_s, which is 600" },
		{ RA("'dns_lifetime_s':1"),
		  AT "/dns_lifetime_s: 1 is neither 0 nor at least interval_s, which is 600" },
		{ RA("'mtu':1501"), AT "/mtu: 1501 is more than the interface's, which is 1500" },
		/* Nothing is compared with a bad value. */
		{ RA("'interval_s':1,'lifetime_s':1"), AT "/interval_s: 1 is not in 4..1800" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

#define PREFIX(members) RA("'prefixes':[{" members "}]")

static void
prefixes_and_servers_are_checked(void)
{
	static const struct ra_case cases[] = {
		{ PREFIX("'prefix':'10.0.0.0/24'"),
		  AT "/prefixes/0/prefix: \"10.0.0.0/24\" is not an IPv6 PREFIX/LENGTH" },
		{ PREFIX("'prefix':'fd00::1/64'"),
		  AT "/prefixes/0/prefix: fd00::1/64 has host bits, the prefix is fd00::/64" },
		{ PREFIX("'prefix':'fe80::/64'"),
		  AT "/prefixes/0/prefix: fe80::/64: there is no route to link-local addresses" },
		{ PREFIX("'prefix':'fd00::/48'"),
		  AT "/prefixes/0/autonomous: hosts make addresses of a /64 only, this is a /48" },
		{ PREFIX("'prefix':'fd00::/64','valid_s':5,'preferred_s':6"),
		  AT "/prefixes/0/preferred_s: 6 is more than valid_s, which is 5" },
		{ PREFIX(""), AT "/prefixes/0: \"prefix\" is missing" },
		{ RA("'prefixes':[{'prefix':'fd00::/64'},{'prefix':'fd00:0::/64'}]"),
		  AT "/prefixes/1/prefix: fd00::/64 is the same as element 0" },
		{ RA("'dns':['10.0.0.53']"), AT "/dns/0: \"10.0.0.53\" is not an IPv6 address" },
		{ RA("'dns':[7]"), AT "/dns/0: expected a string, found an integer" },
		{ RA("'dns':['ff02::1']"), AT "/dns/0: ff02::1 is a multicast address" },
		{ RA("'dns':['fd00::53','fd00::53']"),
		  AT "/dns/1: fd00::53 is the same as element 0" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
a_virtual_link_local_address_is_needed(void)
{
	static const char missing[] =
		AT ": needs a vhid with a link-local virtual address on lan";

	fixture_expect(FILE_OF("{}", VHID("'fd00:1::1/64'")), missing, "");
	fixture_expect(FILE_OF("{}", ""), missing, "");
	fixture_expect(FILE_OF("{}", "{'interface':'wan','vhid':1,'pass':'x',"
				     "'addresses':['fe80::1/64']}"),
		       missing, "");
	/* A bad address may be the one. */
	fixture_expect(FILE_OF("{}", VHID("'fe80::1'")),
		       "/vhids/0/addresses/0: \"fe80::1\" has no prefix length, such as /64", "");
}

static void
prefixes_of_addresses_have_a_limit(void)
{
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("{'interfaces':[{'name':'lan','device':'d','router_advertisement':{}}],'vhids':["
	      "{'interface':'lan','vhid':1,'pass':'x','addresses':['fe80::1/64'",
	      f);
	for (int i = 0; i < 33; i++)
		fprintf(f, ",'fd00:%x::1/64'", i);
	fputs("]}]}", f);
	fclose(f);
	fixture_expect(text, AT ": lan has more than 32 prefixes: \"prefixes\" is missing", "");
	free(text);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(an_empty_object_has_every_default),
		SUITE_TEST(prefixes_are_those_of_the_addresses),
		SUITE_TEST(everything_is_taken_over),
		SUITE_TEST(least_interval_follows_the_longest),
		SUITE_TEST(ranges_are_those_of_the_rfc),
		SUITE_TEST(values_are_checked_together),
		SUITE_TEST(prefixes_and_servers_are_checked),
		SUITE_TEST(a_virtual_link_local_address_is_needed),
		SUITE_TEST(prefixes_of_addresses_have_a_limit),
	};

	return fixture_run("config_ra", tests, SUITE_LEN(tests));
}
