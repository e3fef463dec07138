/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/config_internal.h"
#include "config_fixture.h"

#define OWN "'addresses':['10.0.0.3/24','10.0.9.3/24']"
#define LAN "{'name':'lan','device':'d'," OWN "}"
#define WAN "{'name':'wan','device':'0000:0a:00.0,x=1'}"
#define ADDRESSES "'addresses':['10.0.0.1/24','10.0.0.2/24']"
#define VHID(more) "{'interface':'lan','vhid':7," ADDRESSES more "}"
#define FILE_OF(interfaces, vhids) "{'interfaces':[" interfaces "],'vhids':[" vhids "]}"
#define BASE FILE_OF(LAN "," WAN, VHID(""))

/* A key of a table, and a file in which it has another value than in BASE. */
struct key_case {
	const char *key;
	const char *text;
};

/* The difference from one text to another, as "CHANGED 0 0 addresses\n"..., or its errors. */
static char *
diff_format(const char *was_text, const char *now_text)
{
	static const char *const names[] = {
		[CONFIG_SETTINGS_CHANGED] = "SETTINGS", [CONFIG_INTERFACE_CHANGED] = "INTERFACE",
		[CONFIG_VHID_ADDED] = "ADDED",          [CONFIG_VHID_REMOVED] = "REMOVED",
		[CONFIG_VHID_CHANGED] = "CHANGED",    [CONFIG_NEIGHBORS_CHANGED] = "NEIGHBORS",
		[CONFIG_ROUTES_CHANGED] = "ROUTES",
	};
	struct config *was = fixture_load_good(was_text);
	struct config *now = fixture_load_good(now_text);
	struct config_report report = { 0 };
	struct config_diff diff;
	char *text;
	size_t len;
	FILE *f;
	int error;

	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	error = config_diff(was, now, &diff, &report);
	CU_ASSERT_EQUAL(error, report.error_count == 0 ? 0 : -EBUSY);
	for (size_t i = 0; i < report.error_count; i++)
		fprintf(f, "%s\n", report.errors[i]);
	for (size_t i = 0; i < diff.count; i++) {
		const struct config_change *c = &diff.changes[i];

		fprintf(f, "%s %u %u%s\n", names[c->type], c->was, c->now,
			c->addresses ? " addresses" : "");
	}
	fclose(f);
	config_diff_free(&diff);
	CU_ASSERT_PTR_NULL(diff.changes);
	config_report_free(&report);
	config_free(was);
	config_free(now);
	return text;
}

static void
expect_diff(const char *was, const char *now, const char *expected)
{
	char *got = diff_format(was, now);

	if (strcmp(got, expected) != 0)
		fprintf(stderr, "\n%s\n%s\nexpected:\n%s\ngot:\n%s\n", was, now, expected, got);
	CU_ASSERT_STRING_EQUAL(got, expected);
	free(got);
}

static void
expect_both_ways(const char *was, const char *now, const char *expected)
{
	expect_diff(was, now, expected);
	expect_diff(now, was, expected);
	expect_diff(now, now, "");
}

/* Every key of the table that is not named here has a case. */
static void
expect_complete(const struct config_member *keys, const struct key_case *cases,
		const char *const *others)
{
	for (; keys->name != NULL; keys++) {
		bool found = keys->is_later || strcmp(keys->name, "description") == 0;

		for (size_t i = 0; others[i] != NULL; i++)
			found |= strcmp(keys->name, others[i]) == 0;
		for (size_t i = 0; cases[i].key != NULL; i++)
			found |= strcmp(keys->name, cases[i].key) == 0;
		if (!found)
			fprintf(stderr, "\nno case for \"%s\"\n", keys->name);
		CU_ASSERT_TRUE(found);
	}
}

static void
equal_files_have_no_difference(void)
{
	expect_diff(BASE, BASE, "");
	expect_diff("{}", "{}", "");
	/* Descriptions, and the order in which things stand in the file. */
	expect_both_ways(BASE, FILE_OF(LAN "," WAN, VHID(",'description':'x'")), "");
	expect_both_ways(FILE_OF(LAN "," WAN, VHID("") ",{'interface':'wan','vhid':7,"
						       "'addresses':['10.1.0.1/24']}"),
			 FILE_OF(WAN "," LAN, "{'interface':'wan','vhid':7,"
					      "'addresses':['10.1.0.1/24']}," VHID("")),
			 "");
}

#define CARP(member) "{'carp':{" member "}," FILE_OF_MEMBERS
#define FILE_OF_MEMBERS "'interfaces':[" LAN "," WAN "],'vhids':[" VHID("") "]}"

static void
every_setting_is_compared(void)
{
	static const struct key_case cases[] = {
		{ "allow", CARP("'allow':false") },
		{ "log", CARP("'log':2") },
		{ "demotion", CARP("'demotion':-1") },
		{ "ifdown_demotion_factor", CARP("'ifdown_demotion_factor':1") },
		{ "senderr_demotion_factor", CARP("'senderr_demotion_factor':1") },
		{ "demotion_encoding", CARP("'demotion_encoding':'byte'") },
		{ "tos", CARP("'tos':0") },
		{ "master_down", CARP("'master_down':'openbsd'") },
		{ "idle", "{'workers':{'idle':'sleep'}," FILE_OF_MEMBERS },
		{ "notify", "{'notify':[{'exec':'/bin/sh'}]," FILE_OF_MEMBERS },
		{ NULL, NULL },
	};
	static const char *const others[] = { "preempt", NULL };

	expect_complete(config_carp_keys, cases, others);
	expect_complete(config_workers_keys, cases, others);
	for (const struct key_case *c = cases; c->key != NULL; c++)
		expect_both_ways(BASE, c->text, "SETTINGS 0 0\n");
	expect_both_ways("{'notify':[{'exec':'/bin/sh'}]}", "{'notify':[{'exec':'/bin/cp'}]}",
			 "SETTINGS 0 0\n");
	/* It is that of the vhids that have none of their own, too. */
	expect_both_ways(BASE, CARP("'preempt':true"), "SETTINGS 0 0\nCHANGED 0 0\n");
}

#define WITH(more) FILE_OF(LAN "," WAN, VHID("," more))

static void
every_value_of_a_vhid_is_compared(void)
{
	static const struct key_case cases[] = {
		{ "advbase", WITH("'advbase':2") },
		{ "advskew", WITH("'advskew':1") },
		{ "pass", WITH("'pass':'x'") },
		{ "pass_file", WITH("'pass_file':'a.pass'") },
		{ "pass_accept", WITH("'pass_accept':['x']") },
		{ "address_grace_s", WITH("'address_grace_s':0") },
		{ "peers", WITH("'peers':['10.0.0.4']") },
		{ "preempt", WITH("'preempt':true") },
		{ "preempt_delay_ms", WITH("'preempt_delay_ms':1") },
		{ "replay", WITH("'replay':'off'") },
		{ "announce_interval_s", WITH("'announce_interval_s':0") },
		{ "mac", WITH("'mac':'port'") },
		{ "state", WITH("'state':'down'") },
		{ "checksum6", WITH("'checksum6':'pseudo'") },
		{ "digest", WITH("'digest':'freebsd'") },
		{ NULL, NULL },
	};
	static const char *const others[] = { "interface", "vhid", "addresses", NULL };

	fixture_write("a.pass", "secret\n", 7, 0600);
	expect_complete(config_vhid_keys, cases, others);
	for (const struct key_case *c = cases; c->key != NULL; c++)
		expect_both_ways(BASE, c->text, "CHANGED 0 0\n");
	/* Of the same length. */
	expect_both_ways(WITH("'pass':'x'"), WITH("'pass':'y'"), "CHANGED 0 0\n");
	expect_both_ways(WITH("'pass_accept':['x','z']"), WITH("'pass_accept':['x','y']"),
			 "CHANGED 0 0\n");
	expect_both_ways(WITH("'peers':['10.0.0.4']"), WITH("'peers':['10.0.0.5']"),
			 "CHANGED 0 0\n");
	/* A secret is the same, wherever it stands. */
	expect_both_ways(WITH("'pass':'secret'"), WITH("'pass_file':'a.pass'"), "");
}

#define HOLDS(addresses)                                                                           \
	FILE_OF(LAN "," WAN, "{'interface':'lan','vhid':7,'addresses':[" addresses "]}")

static void
virtual_addresses_are_compared_as_a_set(void)
{
	expect_both_ways(HOLDS("'10.0.0.1/24','10.0.0.2/24','10.0.0.9/24'"),
			 HOLDS("'10.0.0.9/24','10.0.0.1/24','10.0.0.2/24'"), "");
	expect_both_ways(BASE, HOLDS("'10.0.0.1/24'"), "CHANGED 0 0 addresses\n");
	expect_both_ways(BASE, HOLDS("'10.0.0.1/24','10.0.0.9/24'"), "CHANGED 0 0 addresses\n");
	expect_both_ways(BASE, HOLDS("'10.0.0.1/24','10.0.0.2/25'"), "CHANGED 0 0 addresses\n");
}

#define WITH_LAN(members) FILE_OF("{'name':'lan'," members "}," WAN, VHID(""))

static void
own_addresses_and_start_delay_are_compared(void)
{
	expect_both_ways(BASE, WITH_LAN("'device':'d','start_delay_ms':1," OWN), "INTERFACE 0 0\n");
	expect_both_ways(BASE, WITH_LAN("'device':'d','addresses':['10.0.0.3/24']"),
			 "INTERFACE 0 0\n");
	expect_both_ways(BASE, WITH_LAN("'device':'d','addresses':['10.0.0.3/24','10.0.9.3/25']"),
			 "INTERFACE 0 0\n");
	/* The first one is the source of the advertisements, so here the order does matter. */
	expect_both_ways(BASE, WITH_LAN("'device':'d','addresses':['10.0.9.3/24','10.0.0.3/24']"),
			 "INTERFACE 0 0\nCHANGED 0 0\n");
	expect_both_ways(BASE, WITH_LAN("'device':'d'"), "INTERFACE 0 0\nCHANGED 0 0\n");
}

#define ROUTER(members)                                                                            \
	FILE_OF("{'name':'lan','device':'d'," OWN members "}," WAN,                                \
		"{'interface':'lan','vhid':7,'addresses':['fe80::1/64','fd00::1/64']}")
#define ADVERTISED(members) ROUTER(",'router_advertisement':{" members "}")
#define PREFIX(members) ADVERTISED("'prefixes':[{'prefix':'fd00:9::/64'" members "}]")

static void
router_advertisements_are_compared(void)
{
	static const struct key_case cases[] = {
		{ "interval_s", ADVERTISED("'interval_s':500") },
		{ "min_interval_s", ADVERTISED("'min_interval_s':5") },
		{ "lifetime_s", ADVERTISED("'lifetime_s':9000") },
		{ "hop_limit", ADVERTISED("'hop_limit':63") },
		{ "managed", ADVERTISED("'managed':true") },
		{ "other_config", ADVERTISED("'other_config':true") },
		{ "preference", ADVERTISED("'preference':'low'") },
		{ "mtu", ADVERTISED("'mtu':1280") },
		{ "reachable_ms", ADVERTISED("'reachable_ms':1") },
		{ "retrans_ms", ADVERTISED("'retrans_ms':1") },
		{ "prefixes", ADVERTISED("'prefixes':[]") },
		{ "dns", ADVERTISED("'dns':['fd00::53']") },
		{ "dns_lifetime_s", ADVERTISED("'dns_lifetime_s':0") },
		{ NULL, NULL },
	};
	static const struct key_case prefix_cases[] = {
		{ "prefix", ADVERTISED("'prefixes':[{'prefix':'fd00:8::/64'}]") },
		{ "on_link", PREFIX(",'on_link':false") },
		{ "autonomous", PREFIX(",'autonomous':false") },
		{ "valid_s", PREFIX(",'valid_s':604800") },
		{ "preferred_s", PREFIX(",'preferred_s':0") },
		{ NULL, NULL },
	};
	static const char *const others[] = { NULL };

	expect_complete(config_ra_keys, cases, others);
	expect_complete(config_ra_prefix_keys, prefix_cases, others);
	expect_both_ways(ROUTER(""), ADVERTISED(""), "INTERFACE 0 0\n");
	for (const struct key_case *c = cases; c->key != NULL; c++)
		expect_both_ways(ADVERTISED(""), c->text, "INTERFACE 0 0\n");
	for (const struct key_case *c = prefix_cases; c->key != NULL; c++)
		expect_both_ways(PREFIX(""), c->text, "INTERFACE 0 0\n");
	expect_both_ways(ADVERTISED("'dns':['fd00::53']"), ADVERTISED("'dns':['fd00::54']"),
			 "INTERFACE 0 0\n");
	/* What is said and what is taken from the addresses is the same. */
	expect_diff(ADVERTISED(""), ADVERTISED("'prefixes':[{'prefix':'fd00::/64'}]"), "");
}

#define ROUTED(interfaces, members)                                                                \
	"{'interfaces':[" interfaces "],'vhids':[" VHID("") "]," members "}"
#define DMZ "{'name':'dmz','device':'z','addresses':['10.5.0.3/24']}"
#define ROUTES(routes) ROUTED(LAN "," DMZ, "'routes':[" routes "]")
#define R1 "{'prefix':'10.1.0.0/16','via':['10.0.0.8','10.5.0.8']}"
#define R2 "{'prefix':'10.2.0.0/16','interface':'dmz'}"
#define R3 "{'prefix':'10.3.0.0/16','blackhole':true}"

static void
routes_are_compared_as_a_set(void)
{
	static const char *const others[] = {
		ROUTES(R1 "," R2),
		ROUTES(R1 "," R2 ",{'prefix':'10.3.0.0/16','interface':'dmz'}"),
		ROUTES(R1 "," R2 ",{'prefix':'10.3.0.0/17','blackhole':true}"),
		ROUTES(R1 "," R3 ",{'prefix':'10.2.0.0/16','interface':'lan'}"),
		ROUTES(R3 "," R2 ",{'prefix':'10.1.0.0/16','via':'10.5.0.8'}"),
		ROUTES(R3 "," R2 ",{'prefix':'10.1.0.0/16','via':['10.0.0.8','10.5.0.9']}"),
		NULL,
	};

	for (size_t i = 0; others[i] != NULL; i++)
		expect_both_ways(ROUTES(R1 "," R2 "," R3), others[i], "ROUTES 0 0\n");
	expect_both_ways(ROUTES(R1 "," R2 "," R3),
			 ROUTED(DMZ "," LAN,
				"'routes':[" R3 "," R2 ",{'prefix':'10.1.0.0/16',"
				"'via':['10.5.0.8','10.0.0.8']}]"),
			 "");
}

#define NEIGHBORS(list) ROUTED(LAN "," DMZ, "'neighbors':[" list "]")
#define N1 "{'interface':'lan','address':'10.0.0.8','mac':'02:00:00:00:00:08'}"
#define N2 "{'interface':'dmz','address':'10.5.0.8','mac':'02:00:00:00:00:08'}"

static void
neighbors_are_compared_as_a_set(void)
{
	expect_both_ways(NEIGHBORS(N1 "," N2), NEIGHBORS(N1), "NEIGHBORS 0 0\n");
	expect_both_ways(NEIGHBORS(N1),
			 NEIGHBORS("{'interface':'lan','address':'10.0.0.8',"
				   "'mac':'02:00:00:00:00:09'}"),
			 "NEIGHBORS 0 0\n");
	expect_both_ways(NEIGHBORS(N1),
			 NEIGHBORS("{'interface':'lan','address':'10.0.0.9',"
				   "'mac':'02:00:00:00:00:08'}"),
			 "NEIGHBORS 0 0\n");
	expect_both_ways(NEIGHBORS(N1 "," N2), NEIGHBORS(N2 "," N1), "");
	expect_both_ways(NEIGHBORS(N1 "," N2),
			 ROUTED(DMZ "," LAN, "'neighbors':[" N1 "," N2 "]"), "");
}

#define SUB(members) FILE_OF(LAN "," WAN ",{'name':'sub'," members "}", VHID(""))

static void
what_needs_a_restart_is_refused(void)
{
	static const struct key_case cases[] = {
		{ "device", WITH_LAN("'device':'d,x=1'," OWN) },
		{ "mtu", WITH_LAN("'device':'d','mtu':1400," OWN) },
		{ "rx_queues", WITH_LAN("'device':'d','rx_queues':1," OWN) },
		{ "mac_mode", WITH_LAN("'device':'d','mac_mode':'filter'," OWN) },
		{ NULL, NULL },
	};
	static const char *const others[] = {
		"name", "parent", "vlan", "addresses", "start_delay_ms", "router_advertisement",
		NULL,
	};
	char expected[96];

	expect_complete(config_interface_keys, cases, others);
	for (const struct key_case *c = cases; c->key != NULL; c++) {
		snprintf(expected, sizeof(expected), "/interfaces/0/%s: a change needs a restart\n",
			 c->key);
		expect_both_ways(BASE, c->text, expected);
	}
	expect_both_ways(SUB("'parent':'lan','vlan':1"), SUB("'parent':'lan','vlan':2"),
			 "/interfaces/2/vlan: a change needs a restart\n");
	expect_both_ways(SUB("'parent':'lan','vlan':1"), SUB("'parent':'wan','vlan':1"),
			 "/interfaces/2/parent: a change needs a restart\n");
	expect_both_ways(SUB("'parent':'lan','vlan':1"), SUB("'device':'s'"),
			 "/interfaces/2/device: a change needs a restart\n"
			 "/interfaces/2/parent: a change needs a restart\n"
			 "/interfaces/2/vlan: a change needs a restart\n");
	/* Another way to write it is no change. */
	expect_both_ways(BASE, FILE_OF(LAN ",{'name':'wan','device':'0A:00.0,x=1'}", VHID("")), "");
}

static void
interfaces_that_come_and_go_are_refused(void)
{
	expect_diff(BASE, FILE_OF(LAN, VHID("")),
		    "/interfaces: \"wan\" is gone: needs a restart\n");
	expect_diff(FILE_OF(LAN, VHID("")), BASE,
		    "/interfaces/1: \"wan\" is new: needs a restart\n");
	/* The place is that in the new file, and everything is named. */
	expect_diff(BASE,
		    FILE_OF("{'name':'dmz','device':'d'},{'name':'wan','device':'e','mtu':68}", ""),
		    "/interfaces/0: \"dmz\" is new: needs a restart\n"
		    "/interfaces/1/device: a change needs a restart\n"
		    "/interfaces/1/mtu: a change needs a restart\n"
		    "/interfaces: \"lan\" is gone: needs a restart\n");
}

static void
errors_are_added_to_those_of_a_load(void)
{
	struct config_report report;
	struct config *was = fixture_load_good(BASE);
	struct config *now = fixture_load(WITH_LAN("'device':'d','mtu':1000," OWN), &report);
	struct config_diff diff;

	CU_ASSERT_PTR_NOT_NULL_FATAL(now);
	CU_ASSERT_EQUAL(report.warning_count, 1);
	CU_ASSERT_EQUAL(config_diff(was, now, &diff, &report), -EBUSY);
	CU_ASSERT_EQUAL(report.warning_count, 1);
	CU_ASSERT_EQUAL(report.error_count, 1);
	CU_ASSERT_EQUAL(diff.count, 0);
	CU_ASSERT_PTR_NULL(diff.changes);
	config_report_free(&report);
	config_free(was);
	config_free(now);
}

#define ONE(interface, vhid, address)                                                              \
	"{'interface':'" interface "','vhid':" vhid ",'addresses':['10.0.1." address "/24']}"

static void
vhids_come_and_go_in_order(void)
{
	expect_diff(BASE, FILE_OF(LAN "," WAN, ""), "REMOVED 0 0\n");
	expect_diff(FILE_OF(LAN "," WAN, ""), BASE, "ADDED 0 0\n");
	/* The number on another interface is another vhid. */
	expect_diff(FILE_OF(LAN "," WAN, ONE("lan", "1", "1")),
		    FILE_OF(LAN "," WAN, ONE("wan", "1", "1")), "REMOVED 0 0\nADDED 0 0\n");
	/* Removals first: an address may move from one vhid to another. */
	expect_diff(
		FILE_OF(LAN "," WAN,
			ONE("lan", "1", "1") "," ONE("lan", "2", "2") "," ONE("wan", "255", "3")),
		"{'carp':{'tos':0},'interfaces':[" LAN ",{'name':'wan',"
		"'device':'0000:0a:00.0,x=1','start_delay_ms':1}],'vhids':[" ONE(
			"wan", "1", "1") "," ONE("wan", "255", "2") "," ONE("lan", "2", "3") "]}",
		"REMOVED 0 0\nSETTINGS 0 0\nINTERFACE 1 1\nCHANGED 2 1 addresses\n"
		"CHANGED 1 2 addresses\nADDED 0 0\n");
}

/* COUNT vhids of two addresses each on 17 interfaces; the order of the addresses is SWAPPED. */
static struct config *
generate(size_t count, bool is_swapped)
{
	struct config *c;
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("{'interfaces':[", f);
	for (int i = 0; i < 17; i++)
		fprintf(f, "%s{'name':'i%d','device':'d%d'}", i == 0 ? "" : ",", i, i);
	fputs("],'vhids':[", f);
	for (size_t i = 0; i < count; i++) {
		fprintf(f,
			"%s{'interface':'i%zu','vhid':%zu,'pass':'x',"
			"'addresses':['10.0.%zu.%zu/8',",
			i == 0 ? "" : ",", i % 17, i / 17 + 1, i / 250 + (is_swapped ? 64 : 0),
			i % 250 + 1);
		fprintf(f, "'10.0.%zu.%zu/8']}", i / 250 + (is_swapped ? 0 : 64), i % 250 + 1);
	}
	fputs("]}", f);
	fclose(f);
	c = fixture_load_good(text);
	free(text);
	return c;
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The least of several turns: what it costs without what else the machine does. */
static double
time_diff(size_t count)
{
	struct config *was = generate(count, false);
	struct config *now = generate(count, true);
	struct config_report report = { 0 };
	struct config_diff diff;
	double least = 1e9;

	for (int turn = 0; turn < 20; turn++) {
		double start = cpu_ms();
		double took;

		CU_ASSERT_EQUAL(config_diff(was, now, &diff, &report), 0);
		took = cpu_ms() - start;
		CU_ASSERT_EQUAL(diff.count, 0);
		config_diff_free(&diff);
		least = took < least ? took : least;
	}
	config_free(was);
	config_free(now);
	return least;
}

static void
four_times_the_vhids_cost_four_times_as_much(void)
{
	double quarter = time_diff(CONFIG_VHIDS_MAX / 4);
	double full = time_diff(CONFIG_VHIDS_MAX);

	printf("4096 vhids: %.2f ms, a quarter: %.2f ms ", full, quarter);
	CU_ASSERT(full < 8 * quarter + 1);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(equal_files_have_no_difference),
		SUITE_TEST(every_setting_is_compared),
		SUITE_TEST(every_value_of_a_vhid_is_compared),
		SUITE_TEST(virtual_addresses_are_compared_as_a_set),
		SUITE_TEST(own_addresses_and_start_delay_are_compared),
		SUITE_TEST(router_advertisements_are_compared),
		SUITE_TEST(routes_are_compared_as_a_set),
		SUITE_TEST(neighbors_are_compared_as_a_set),
		SUITE_TEST(what_needs_a_restart_is_refused),
		SUITE_TEST(interfaces_that_come_and_go_are_refused),
		SUITE_TEST(errors_are_added_to_those_of_a_load),
		SUITE_TEST(vhids_come_and_go_in_order),
		SUITE_TEST(four_times_the_vhids_cost_four_times_as_much),
	};

	return fixture_run("config_diff", tests, SUITE_LEN(tests));
}
