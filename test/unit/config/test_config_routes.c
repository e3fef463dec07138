/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "config_fixture.h"

#define INTERFACES                                                                                 \
	"'interfaces':[{'name':'lan','device':'d','addresses':['10.0.0.3/24','fd00::3/64']},"      \
	"{'name':'wan','device':'e','addresses':['10.9.0.3/24','10.0.0.130/25']},"                 \
	"{'name':'old','device':'f','addresses':['10.8.0.3/24']}]"
#define VHIDS                                                                                      \
	"'vhids':[{'interface':'wan','vhid':1,'pass':'x',"                                         \
	"'addresses':['10.7.0.1/24','fe80::1/64']}]"
#define ROUTES(routes) "{" INTERFACES "," VHIDS ",'routes':[" routes "]}"
#define ROUTE(prefix, way) "{'prefix':'" prefix "'," way "}"
#define ONE(prefix, way) ROUTES(ROUTE(prefix, way))
#define AT "/routes/0"

struct route_case {
	const char *text;
	const char *errors;
};

static void
expect_all(const struct route_case *cases)
{
	for (; cases->text != NULL; cases++)
		fixture_expect(cases->text, cases->errors, "");
}

static void
write_paths(FILE *f, const struct config *c, const struct config_route *route)
{
	char text[IP_ADDR_TEXT];

	for (uint32_t i = 0; i < route->path_count; i++) {
		const struct config_path *path = &c->paths[route->first_path + i];

		fprintf(f, " %s@%s", ip_addr_format(&path->via, text),
			c->interfaces[path->interface].name);
	}
}

/* The routes as "PREFIX via ADDRESS@INTERFACE"... */
static char *
routes_format(const struct config *c)
{
	char text[IP_ADDR_TEXT];
	char *all;
	size_t len;
	FILE *f;

	f = open_memstream(&all, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	for (size_t i = 0; i < c->route_count; i++) {
		const struct config_route *route = &c->routes[i];

		fprintf(f, "%s/%u", ip_addr_format(&route->prefix.addr, text), route->prefix.len);
		if (route->type == CONFIG_ROUTE_VIA)
			write_paths(f, c, route);
		else if (route->type == CONFIG_ROUTE_INTERFACE)
			fprintf(f, " %s", c->interfaces[route->interface].name);
		else
			fprintf(f, " blackhole");
		putc('\n', f);
	}
	fclose(f);
	return all;
}

static void
expect_routes(const char *text, const char *expected)
{
	struct config *c = fixture_load_good(text);
	char *got = routes_format(c);

	if (strcmp(got, expected) != 0)
		fprintf(stderr, "\n%s\nexpected:\n%s\ngot:\n%s\n", text, expected, got);
	CU_ASSERT_STRING_EQUAL(got, expected);
	free(got);
	config_free(c);
}

static void
routes_are_sorted_and_resolved(void)
{
	expect_routes(ROUTES(ROUTE("::/0", "'via':'fe80::2','interface':'wan'") "," ROUTE(
			      "10.3.0.0/16", "'blackhole':true") "," ROUTE(
			      "10.2.0.0/16", "'interface':'lan'") "," ROUTE(
			      "fd00:1::/48", "'via':['fd00::9','fd00::8']") "," ROUTE(
			      "10.2.0.0/15", "'via':['10.9.0.8','10.0.0.8']") "," ROUTE(
			      "0.0.0.0/0", "'via':'10.9.0.8'")),
		      "0.0.0.0/0 10.9.0.8@wan\n"
		      "10.2.0.0/15 10.0.0.8@lan 10.9.0.8@wan\n"
		      "10.2.0.0/16 lan\n"
		      "10.3.0.0/16 blackhole\n"
		      "::/0 fe80::2@wan\n"
		      "fd00:1::/48 fd00::8@lan fd00::9@lan\n");
}

static void
longest_prefix_of_a_link_covers_a_next_hop(void)
{
	/* The /24 of lan and the /25 of wan. */
	expect_routes(ONE("10.1.0.0/16", "'via':'10.0.0.9'"), "10.1.0.0/16 10.0.0.9@lan\n");
	expect_routes(ONE("10.1.0.0/16", "'via':'10.0.0.200'"), "10.1.0.0/16 10.0.0.200@wan\n");
	/* That of a virtual address, and one that a route puts on a link. */
	expect_routes(ONE("10.1.0.0/16", "'via':'10.7.0.9'"), "10.1.0.0/16 10.7.0.9@wan\n");
	expect_routes(ROUTES(ROUTE("0.0.0.0/0", "'via':'198.51.100.1'") "," ROUTE(
			      "198.51.100.1/32", "'interface':'old'")),
		      "0.0.0.0/0 198.51.100.1@old\n198.51.100.1/32 old\n");
}

static void
equal_next_hops_are_stored_once(void)
{
	struct config *c = fixture_load_good(ROUTES(
		ROUTE("10.1.0.0/16", "'via':['10.0.0.8','10.0.0.9']") "," ROUTE(
			"10.2.0.0/16", "'via':['10.0.0.9','10.0.0.8']") "," ROUTE(
			"10.3.0.0/16", "'via':'10.0.0.8'")));

	CU_ASSERT_EQUAL_FATAL(c->route_count, 3);
	CU_ASSERT_EQUAL(c->routes[0].first_path, c->routes[1].first_path);
	CU_ASSERT_EQUAL(c->path_count, 3);
	config_free(c);
}

static void
prefixes_that_nobody_routes_to_are_named(void)
{
#define DROP(prefix) ONE(prefix, "'blackhole':true")
	static const struct route_case cases[] = {
		{ DROP("10.1.0.0"), AT "/prefix: \"10.1.0.0\" is not PREFIX/LENGTH" },
		{ DROP("10.1.0.0/33"), AT "/prefix: \"10.1.0.0/33\" is not PREFIX/LENGTH" },
		{ DROP("10.1.0.1/24"),
		  AT "/prefix: 10.1.0.1/24 has host bits, the prefix is 10.1.0.0/24" },
		{ DROP("10.1.0.0/15"),
		  AT "/prefix: 10.1.0.0/15 has host bits, the prefix is 10.0.0.0/15" },
		{ DROP("fd00:1::1/64"),
		  AT "/prefix: fd00:1::1/64 has host bits, the prefix is fd00:1::/64" },
		{ DROP("127.0.0.0/8"),
		  AT "/prefix: 127.0.0.0/8: there is no route to loopback addresses" },
		{ DROP("239.0.0.0/8"),
		  AT "/prefix: 239.0.0.0/8: there is no route to multicast addresses" },
		{ DROP("ff02::/16"),
		  AT "/prefix: ff02::/16: there is no route to multicast addresses" },
		{ DROP("::1/128"), AT "/prefix: ::1/128: there is no route to loopback addresses" },
		{ DROP("fe80::/64"),
		  AT "/prefix: fe80::/64: there is no route to link-local addresses" },
		{ DROP("0.0.0.0/0"), "" },
		{ DROP("::/0"), "" },
		{ DROP("192.0.2.1/32"), "" },
		{ DROP("2001:db8::1/128"), "" },
		{ NULL, NULL },
	};
#undef DROP
	expect_all(cases);
}

static void
next_hops_that_cannot_be_are_named(void)
{
#define VIA(via) ONE("10.1.0.0/16", "'via':" via)
#define VIA6(via) ONE("fd00:1::/48", "'via':" via)
	static const struct route_case cases[] = {
		{ VIA("7"), AT "/via: expected a string or an array, found an integer" },
		{ VIA("'x'"), AT "/via: \"x\" is not an address" },
		{ VIA("[]"), AT "/via: 0 elements, must be 1 to 16" },
		{ VIA("[7,'10.0.0.8/24']"),
		  AT "/via/0: expected a string, found an integer\n" AT
		     "/via/1: \"10.0.0.8/24\" is not an address" },
		{ VIA("['10.0.0.8','10.0.0.9','10.0.0.8']"),
		  AT "/via/2: 10.0.0.8 is the same as element 0" },
		{ VIA("'10.6.0.1'"), AT "/via: 10.6.0.1 is not on the link of an interface" },
		{ VIA("['10.0.0.8','10.6.0.1']"),
		  AT "/via/1: 10.6.0.1 is not on the link of an interface" },
		{ VIA("'10.0.0.3'"), AT "/via: 10.0.0.3 is ourselves" },
		{ VIA("'10.7.0.1'"), AT "/via: 10.7.0.1 is ourselves" },
		{ VIA("'10.8.0.255'"), AT "/via: 10.8.0.255 is the broadcast address of its prefix" },
		{ VIA("'10.8.0.0'"), AT "/via: 10.8.0.0 is the network address of its prefix" },
		{ VIA("'224.0.0.5'"), AT "/via: 224.0.0.5 is a multicast address" },
		{ VIA("'127.0.0.1'"), AT "/via: 127.0.0.1 is a loopback address" },
		{ VIA("'0.0.0.0'"), AT "/via: 0.0.0.0 is the unspecified address" },
		{ VIA("'fd00::9'"), AT "/via: fd00::9 is not of the prefix's family" },
		{ VIA6("'10.0.0.8'"), AT "/via: 10.0.0.8 is not of the prefix's family" },
		{ VIA6("'ff02::1'"), AT "/via: ff02::1 is a multicast address" },
		{ VIA6("'fd00::3'"), AT "/via: fd00::3 is ourselves" },
		{ VIA6("'fd01::3'"), AT "/via: fd01::3 is not on the link of an interface" },
		{ NULL, NULL },
	};
#undef VIA
#undef VIA6
	expect_all(cases);
}

static void
link_local_next_hops_need_an_interface(void)
{
#define VIA6(way) ONE("fd00:1::/48", way)
	static const struct route_case cases[] = {
		{ VIA6("'via':'fe80::9'"), AT "/via: fe80::9 is link-local and needs \"interface\"" },
		{ VIA6("'via':'fe80::9','interface':'wan'"), "" },
		/* That of a vhid of wan; on lan it is somebody else's. */
		{ VIA6("'via':'fe80::1','interface':'wan'"), AT "/via: fe80::1 is ourselves" },
		{ VIA6("'via':'fe80::1','interface':'lan'"), "" },
		{ VIA6("'via':'fe80::9','interface':'old'"),
		  AT "/via: fe80::9 needs an IPv6 address on old" },
		{ VIA6("'via':'fd00::9','interface':'lan'"),
		  AT "/via: fd00::9 is not link-local, so its interface is known" },
		{ VIA6("'via':['fe80::9','fd00::9'],'interface':'lan'"),
		  AT "/via/1: fd00::9 is not link-local, so its interface is known" },
		{ VIA6("'via':'fe80::9','interface':'dmz'"),
		  AT "/interface: \"dmz\" is not the name of an interface" },
		{ NULL, NULL },
	};
#undef VIA6
	expect_all(cases);
}

static void
a_route_has_one_way(void)
{
	static const struct route_case cases[] = {
		{ ROUTES("7"), AT ": expected an object, found an integer" },
		{ ROUTES("{'blackhole':true}"), AT ": \"prefix\" is missing" },
		{ ROUTES("{'prefix':'10.1.0.0/16'}"),
		  AT ": \"via\", \"interface\" or \"blackhole\" is missing" },
		{ ONE("10.1.0.0/16", "'via':'10.0.0.8','blackhole':true"),
		  AT ": \"blackhole\" stands alone" },
		{ ONE("10.1.0.0/16", "'interface':'lan','blackhole':true"),
		  AT ": \"blackhole\" stands alone" },
		{ ONE("10.1.0.0/16", "'blackhole':false"), AT "/blackhole: can only be true" },
		{ ONE("10.1.0.0/16", "'interface':'dmz'"),
		  AT "/interface: \"dmz\" is not the name of an interface" },
		{ ONE("10.1.0.0/16", "'vai':'10.0.0.8','blackhole':true"),
		  AT "/vai: unknown key, did you mean \"via\"?" },
		{ NULL, NULL },
	};

	expect_all(cases);
}

static void
prefixes_are_there_once(void)
{
	fixture_expect(ROUTES(ROUTE("10.1.0.0/16", "'blackhole':true") "," ROUTE(
			       "10.1.0.0/17", "'blackhole':true") "," ROUTE(
			       "10.1.0.0/16", "'via':'10.0.0.8'") "," ROUTE("10.1.0.0/16",
									    "'interface':'lan'")),
		       "/routes/2/prefix: 10.1.0.0/16 is already that of /routes/0\n"
		       "/routes/3/prefix: 10.1.0.0/16 is already that of /routes/0",
		       "");
}

/* The warning says so, and the route is not there. */
static void
our_own_prefixes_go_before(void)
{
	static const char text[] =
		ROUTES(ROUTE("10.0.0.0/24", "'via':'10.9.0.8'") "," ROUTE(
			"10.7.0.1/32", "'blackhole':true") "," ROUTE("10.0.0.0/23",
								     "'via':'10.9.0.8'"));

	fixture_expect(text, "",
		       "/routes/0/prefix: 10.0.0.0/24 is the prefix of an address of ours, which "
		       "goes before\n"
		       "/routes/1/prefix: 10.7.0.1/32 is the prefix of an address of ours, which "
		       "goes before");
	expect_routes(text, "10.0.0.0/23 10.9.0.8@wan\n");
}

/* What is not found there may be what is wrong there. */
static void
bad_interfaces_are_errors_once(void)
{
	fixture_expect("{'interfaces':[{'name':'lan','device':'d','addresses':['10.0.0.3']}],"
		       "'routes':[{'prefix':'10.1.0.0/16','via':'10.0.0.8'},"
		       "{'prefix':'10.2.0.0/16','interface':'wan'}]}",
		       "/interfaces/0/addresses/0: \"10.0.0.3\" has no prefix length, such as /24",
		       "");
	fixture_expect("{'interfaces':[{'name':'LAN','device':'d'}],"
		       "'routes':[{'prefix':'10.1.0.0/16','via':'10.0.0.8'},"
		       "{'prefix':'10.2.0.0/16','interface':'LAN'}],'neighbors':"
		       "[{'interface':'LAN','address':'10.0.0.8','mac':'02:00:00:00:00:01'}]}",
		       "/interfaces/0/name: \"LAN\" is not 1 to 15 of [a-z0-9._-] that start with a "
		       "letter",
		       "");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(routes_are_sorted_and_resolved),
		SUITE_TEST(longest_prefix_of_a_link_covers_a_next_hop),
		SUITE_TEST(equal_next_hops_are_stored_once),
		SUITE_TEST(prefixes_that_nobody_routes_to_are_named),
		SUITE_TEST(next_hops_that_cannot_be_are_named),
		SUITE_TEST(link_local_next_hops_need_an_interface),
		SUITE_TEST(a_route_has_one_way),
		SUITE_TEST(prefixes_are_there_once),
		SUITE_TEST(our_own_prefixes_go_before),
		SUITE_TEST(bad_interfaces_are_errors_once),
	};

	return fixture_run("config_routes", tests, SUITE_LEN(tests));
}
