/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routes_bench.h"
#include "routes_plan.h"
#include "suite.h"

#define VIA(...) (const char *const[]){ __VA_ARGS__, NULL }

static struct routes_bench bench;
static struct routes_plan plan;

static void
begin(void)
{
	routes_bench_init(&bench, VIA("lan", "wan", "dmz"));
}

static void
make(void)
{
	CU_ASSERT_EQUAL_FATAL(routes_plan_make(&bench.config, &plan), 0);
}

/* What there is for exactly this prefix: "LOCAL lan", "VIRTUAL 7 lan", "VIA", "-". */
static const char *
at(const char *prefix)
{
	static const char *const kinds[] = {
		[FWD_ADJ_MARTIAN] = "MARTIAN",
		[FWD_ADJ_LOCAL] = "LOCAL",	   [FWD_ADJ_VIRTUAL] = "VIRTUAL",
		[FWD_ADJ_CONNECTED] = "CONNECTED",
	};
	static char text[64];
	struct routes_cursor cursor = { .plan = &plan };
	struct routes_entry entry;
	struct ip_prefix p = { 0 };

	CU_ASSERT_EQUAL(ip_prefix_parse(prefix, &p), 0);
	while (routes_cursor_next(&cursor, &entry)) {
		const struct routes_own *own = entry.own;

		if (fwd_prefix_compare(routes_entry_prefix(&entry), &p) != 0)
			continue;
		if (own == NULL)
			return entry.file->type == CONFIG_ROUTE_VIA ? "VIA" : "file";
		if (own->kind == FWD_ADJ_MARTIAN)
			return kinds[own->kind];
		snprintf(text, sizeof(text), "%s %u %s", kinds[own->kind], own->vhid,
			 bench.interface[own->interface].name);
		return text;
	}
	return "-";
}

#define EXPECT(prefix, text) CU_ASSERT_STRING_EQUAL(at(prefix), text)

static void
one_interface_forwards_nothing(void)
{
	begin();
	routes_bench_own(&bench, 0, "10.0.0.2/24");
	routes_bench_vhid(&bench, 0, 1, "10.0.0.1/24");
	routes_bench_own(&bench, 1, "fd00::2/64");
	routes_bench_own(&bench, 0, "fe80::1/64");
	make();
	CU_ASSERT_FALSE(routes_plan_has_tables(&plan));
	EXPECT("10.0.0.2/32", "-");
	EXPECT("127.0.0.0/8", "-");
	routes_plan_free(&plan);

	/* A virtual address on another one is enough; the other family does not follow. */
	routes_bench_vhid(&bench, 2, 9, "10.9.0.1/24");
	make();
	CU_ASSERT_TRUE(plan.has_table[IP_V4]);
	CU_ASSERT_FALSE(plan.has_table[IP_V6]);
	routes_plan_free(&plan);
	routes_bench_route(&bench, "::/0", 1, NULL);
	make();
	CU_ASSERT_TRUE(plan.has_table[IP_V6]);
	routes_plan_free(&plan);
}

static void
addresses_bring_routes(void)
{
	begin();
	routes_bench_own(&bench, 0, "10.0.0.2/24");
	routes_bench_own(&bench, 1, "192.0.2.1/31");
	routes_bench_own(&bench, 2, "198.51.100.7/32");
	routes_bench_own(&bench, 0, "fd00::2/64");
	routes_bench_own(&bench, 0, "fe80::2/64");
	routes_bench_own(&bench, 1, "fd01::2/127");
	make();
	EXPECT("10.0.0.2/32", "LOCAL 0 lan");
	EXPECT("10.0.0.0/24", "CONNECTED 0 lan");
	EXPECT("10.0.0.0/32", "MARTIAN");
	EXPECT("10.0.0.255/32", "MARTIAN");
	EXPECT("192.0.2.0/31", "CONNECTED 0 wan");
	EXPECT("192.0.2.1/32", "LOCAL 0 wan");
	EXPECT("192.0.2.0/32", "-");
	EXPECT("198.51.100.7/32", "LOCAL 0 dmz");
	EXPECT("fd00::2/128", "LOCAL 0 lan");
	EXPECT("fd00::/64", "CONNECTED 0 lan");
	EXPECT("fd00::/128", "-");
	EXPECT("fd01::2/127", "CONNECTED 0 wan");
	EXPECT("fe80::2/128", "-");
	EXPECT("fe80::/64", "-");
	EXPECT("fe80::/10", "MARTIAN");
	EXPECT("127.0.0.0/8", "MARTIAN");
	EXPECT("224.0.0.0/4", "MARTIAN");
	EXPECT("ff00::/8", "MARTIAN");
	EXPECT("::1/128", "MARTIAN");
	routes_plan_free(&plan);
}

static void
virtual_addresses_are_on_a_link_too(void)
{
	begin();
	routes_bench_own(&bench, 0, "10.0.0.2/24");
	routes_bench_vhid(&bench, 0, 7, "10.0.0.1/16"); /* in an own prefix */
	routes_bench_vhid(&bench, 0, 7, "10.0.0.255/24");
	routes_bench_vhid(&bench, 1, 9, "172.16.0.1/20"); /* in none */
	routes_bench_vhid(&bench, 1, 9, "fd01::1/64");
	routes_bench_own(&bench, 2, "fd02::1/64");
	make();
	EXPECT("10.0.0.1/32", "VIRTUAL 7 lan");
	EXPECT("10.0.0.0/16", "-");
	/* Whose address it is goes before that it is a broadcast address. */
	EXPECT("10.0.0.255/32", "VIRTUAL 7 lan");
	EXPECT("172.16.0.1/32", "VIRTUAL 9 wan");
	EXPECT("172.16.0.0/20", "CONNECTED 0 wan");
	EXPECT("172.16.15.255/32", "MARTIAN");
	EXPECT("fd01::1/128", "VIRTUAL 9 wan");
	EXPECT("fd01::/64", "CONNECTED 0 wan");
	routes_plan_free(&plan);
}

static void
the_first_interface_has_a_shared_prefix(void)
{
	begin();
	routes_bench_own(&bench, 1, "10.0.0.3/24");
	routes_bench_own(&bench, 0, "10.0.0.2/24");
	make();
	EXPECT("10.0.0.0/24", "CONNECTED 0 lan");
	EXPECT("10.0.0.3/32", "LOCAL 0 wan");
	routes_plan_free(&plan);
}

static void
routes_of_the_file_are_merged(void)
{
	struct routes_cursor cursor = { .plan = &plan };
	struct routes_entry entry;
	struct ip_prefix last = { 0 };
	size_t count = 0;

	begin();
	routes_bench_own(&bench, 0, "10.0.0.2/24");
	routes_bench_own(&bench, 1, "10.1.0.2/24");
	routes_bench_route(&bench, "0.0.0.0/0", 0, VIA("10.0.0.9"));
	routes_bench_route(&bench, "10.0.0.0/24", 0, VIA("10.1.0.9")); /* connected */
	routes_bench_route(&bench, "10.0.0.255/32", 0, VIA("10.1.0.9"));
	routes_bench_route(&bench, "240.0.0.0/4", 0, VIA("10.0.0.9"));
	routes_bench_route(&bench, "10.2.0.0/16", 0, NULL);
	routes_bench_connected(&bench, "10.3.0.0/16", 1);
	make();
	EXPECT("0.0.0.0/0", "VIA");
	EXPECT("10.0.0.0/24", "CONNECTED 0 lan");
	EXPECT("10.0.0.255/32", "VIA");
	EXPECT("240.0.0.0/4", "VIA");
	EXPECT("10.2.0.0/16", "file");
	EXPECT("10.3.0.0/16", "file");
	while (routes_cursor_next(&cursor, &entry)) {
		const struct ip_prefix *p = routes_entry_prefix(&entry);

		CU_ASSERT(count == 0 || fwd_prefix_compare(&last, p) < 0);
		last = *p;
		count++;
	}
	/* Six of addresses and links with the one of the file, five others, three martians. */
	CU_ASSERT_EQUAL(count, 8 + 4 + 3);
	routes_plan_free(&plan);
}

static void
tables_have_room_for_more(void)
{
	struct fwd_fib_size size[IP_FAMILIES];

	begin();
	routes_bench_own(&bench, 0, "10.0.0.2/24");
	routes_bench_own(&bench, 1, "10.1.0.2/24");
	make();
	routes_plan_size(&plan, size);
	CU_ASSERT(size[IP_V4].routes > 1000 && size[IP_V4].routes < 10000);
	CU_ASSERT(size[IP_V4].groups > 1000 && size[IP_V4].groups < 10000);
	CU_ASSERT_EQUAL(size[IP_V6].routes, 0);
	routes_plan_free(&plan);
}

static const struct suite_test tests[] = {
	SUITE_TEST(one_interface_forwards_nothing),
	SUITE_TEST(addresses_bring_routes),
	SUITE_TEST(virtual_addresses_are_on_a_link_too),
	SUITE_TEST(the_first_interface_has_a_shared_prefix),
	SUITE_TEST(routes_of_the_file_are_merged),
	SUITE_TEST(tables_have_room_for_more),
};

int
main(void)
{
	return suite_run("routes_plan", tests, SUITE_LEN(tests));
}
