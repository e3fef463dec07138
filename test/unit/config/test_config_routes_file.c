/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "config_fixture.h"

#define LAN "{'name':'lan','device':'d','addresses':['10.0.0.3/24','fd00::3/64']}"
#define FILE_OF(members) "{'interfaces':[" LAN "]" members "}"
#define WITH_ROUTES FILE_OF(",'routes_file':'routes.txt'")
#define AT "/routes_file: ./routes.txt:"

static void
write_routes(const char *text)
{
	fixture_write("routes.txt", text, strlen(text), 0600);
}

static void
expect(const char *lines, const char *errors)
{
	write_routes(lines);
	fixture_expect(WITH_ROUTES, errors, "");
}

static size_t
count_routes(const char *text)
{
	struct config *c = fixture_load_good(text);
	size_t count = c->route_count;

	config_free(c);
	return count;
}

static void
every_form_of_a_line_is_read(void)
{
	write_routes("# routes\n"
		     "\n"
		     "  \t\r\n"
		     "10.1.0.0/16 via 10.0.0.8\n"
		     "\t10.2.0.0/16\tvia  10.0.0.8 10.0.0.9 # two\r\n"
		     "10.3.0.0/16 interface lan\n"
		     "10.4.0.0/16 blackhole\n"
		     "fd00:1::/48 via fe80::9 fe80::8 interface lan\n"
		     "10.5.0.0/16 via 10.0.0.9 10.0.0.8");
	struct config *c = fixture_load_good(WITH_ROUTES);

	CU_ASSERT_EQUAL_FATAL(c->route_count, 6);
	CU_ASSERT_EQUAL(c->routes[0].type, CONFIG_ROUTE_VIA);
	CU_ASSERT_EQUAL(c->routes[0].path_count, 1);
	CU_ASSERT_EQUAL(c->routes[1].path_count, 2);
	CU_ASSERT_EQUAL(c->routes[2].type, CONFIG_ROUTE_INTERFACE);
	CU_ASSERT_EQUAL(c->routes[2].interface, 0);
	CU_ASSERT_EQUAL(c->routes[3].type, CONFIG_ROUTE_BLACKHOLE);
	CU_ASSERT_EQUAL(c->routes[4].first_path, c->routes[1].first_path);
	CU_ASSERT_EQUAL(c->routes[5].path_count, 2);
	CU_ASSERT_EQUAL(c->path_count, 5);
	config_free(c);
}

static void
an_empty_file_has_no_routes(void)
{
	expect("", "");
	expect("# nothing", "");
	CU_ASSERT_EQUAL(count_routes(WITH_ROUTES), 0);
}

static void
bad_lines_are_named(void)
{
	expect("\n10.1.0.0 via 10.0.0.8\n", AT "2: \"10.1.0.0\" is not PREFIX/LENGTH");
	expect("x\n10.1.0.1/8 blackhole\n",
	       AT "1: \"x\" is not PREFIX/LENGTH\n" AT
		  "2: 10.1.0.1/8 has host bits, the prefix is 10.0.0.0/8");
	expect("10.1.0.0/16", AT "1: \"via\", \"interface\" or \"blackhole\" is missing");
	expect("10.1.0.0/16 dev lan",
	       AT "1: \"dev\" is not via, interface or blackhole");
	expect("10.1.0.0/16 via", AT "1: a next hop is missing");
	expect("10.1.0.0/16 via x", AT "1: \"x\" is not an address");
	expect("10.1.0.0/16 via 10.0.0.8 10.0.0.9 10.0.0.8", AT "1: \"10.0.0.8\" is there twice");
	expect("10.1.0.0/16 via 10.6.0.8", AT "1: 10.6.0.8 is not on the link of an interface");
	expect("10.1.0.0/16 via 10.0.0.3", AT "1: 10.0.0.3 is ourselves");
	expect("10.1.0.0/16 via 10.0.0.8 fd00::8",
	       AT "1: fd00::8 is not of the prefix's family");
	expect("10.1.0.0/16 via fd00::8", AT "1: prefix and next hop are not of one family");
	expect("fd00:1::/48 via fe80::9", AT "1: fe80::9 is link-local and needs \"interface\"");
	expect("fd00:1::/48 via fe80::9 interface",
	       AT "1: the name of an interface is missing");
	expect("fd00:1::/48 via fe80::9 interface wan",
	       AT "1: \"wan\" is not the name of an interface");
	expect("10.1.0.0/16 interface lan wan", AT "1: \"wan\" follows the name of an interface");
	expect("10.1.0.0/16 interface", AT "1: the name of an interface is missing");
	expect("10.1.0.0/16 blackhole 1", AT "1: \"1\" follows blackhole");
	expect("10.1.0.0/16 \033[2J", AT "1: \"\\u001b[2J\" is not via, interface or blackhole");
}

/* A good line that says the same as a bad one before it, and the other way round. */
static void
what_is_remembered_is_right(void)
{
	expect("10.1.0.0/16 via 10.0.0.8\nfd00:1::/48 via 10.0.0.8\n10.2.0.0/16 via 10.0.0.8\n"
	       "10.3.0.0/16 via 10.0.0.3\n10.4.0.0/16 via 10.0.0.3\n",
	       AT "2: prefix and next hop are not of one family\n" AT "4: 10.0.0.3 is ourselves\n" AT
		  "5: 10.0.0.3 is ourselves");
}

static void
next_hops_and_lines_have_a_limit(void)
{
	char text[2048] = "10.1.0.0/16 via";

	for (int i = 0; i < 16; i++)
		sprintf(text + strlen(text), " 10.0.0.%d", i + 10);
	expect(text, "");
	strcat(text, " 10.0.0.99");
	expect(text, AT "1: \"10.0.0.99\" is the seventeenth next hop");
	memset(text, ' ', sizeof(text));
	memcpy(text, "10.1.0.0/16 blackhole", strlen("10.1.0.0/16 blackhole"));
	strcpy(text + 1023, "\nx");
	expect(text, AT "2: \"x\" is not PREFIX/LENGTH");
	memcpy(text + 1023, " \nx", sizeof(" \nx"));
	expect(text, AT "1: is longer than 1023 bytes\n" AT "2: \"x\" is not PREFIX/LENGTH");
}

static void
bytes_that_are_not_ascii_are_named(void)
{
	static const char text[] = "10.1.0.0/16 blackhole # \xc3\xa4\n10.2.0.0/16 \0blackhole\n"
				   "\0\n10.3.0.0/16 \xc3\xa4\n\x92\n";

	fixture_write("routes.txt", text, sizeof(text) - 1, 0600);
	fixture_expect(WITH_ROUTES,
		       AT "2: a byte that is not ASCII\n" AT "3: a byte that is not ASCII\n" AT
			  "4: a byte that is not ASCII\n" AT "5: a byte that is not ASCII",
		       "");
}

static void
prefixes_are_there_once(void)
{
	write_routes("10.2.0.0/16 blackhole\n10.1.0.0/16 blackhole\n10.2.0.0/16 via 10.0.0.8\n"
		     "10.0.0.0/24 via 10.0.0.8\n10.0.0.3/32 blackhole\n");
	fixture_expect(FILE_OF(",'routes':[{'prefix':'10.1.0.0/16','blackhole':true}],"
			       "'routes_file':'routes.txt'"),
		       AT "2: 10.1.0.0/16 is already that of /routes/0\n" AT
			  "3: 10.2.0.0/16 is already in line 1",
		       AT "4: 10.0.0.0/24 is the prefix of an address of ours, which goes before\n" AT
			  "5: 10.0.0.3/32 is the prefix of an address of ours, which goes before");
}

static void
many_errors_are_counted(void)
{
	char *text;
	size_t len;
	FILE *f;
	struct config_report report;

	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	for (int i = 0; i < 1000; i++)
		fprintf(f, "10.%d.0.1/16 blackhole\n", i % 250);
	fclose(f);
	write_routes(text);
	free(text);
	CU_ASSERT_PTR_NULL(fixture_load(WITH_ROUTES, &report));
	CU_ASSERT_EQUAL_FATAL(report.error_count, 21);
	CU_ASSERT_STRING_EQUAL(report.errors[19], AT "20: 10.19.0.1/16 has host bits, the prefix is "
						     "10.19.0.0/16");
	CU_ASSERT_STRING_EQUAL(report.errors[20], "/routes_file: ./routes.txt: 980 more errors");
	config_report_free(&report);
}

static void
files_that_cannot_be_read_are_named(void)
{
	unlink("routes.txt");
	fixture_expect(WITH_ROUTES, "/routes_file: ./routes.txt: No such file or directory", "");
	fixture_expect(FILE_OF(",'routes_file':'/'"), "/routes_file: /: is a directory", "");
	fixture_expect(FILE_OF(",'routes_file':'/dev/null'"),
		       "/routes_file: /dev/null: is not a regular file", "");
	fixture_expect(FILE_OF(",'routes_file':''"), "/routes_file: \"\" is not a file name", "");
	fixture_expect(FILE_OF(",'routes_file':'a\\nb'"),
		       "/routes_file: \"a\\u000ab\" is not a file name", "");
	fixture_expect(FILE_OF(",'routes_file':7"),
		       "/routes_file: expected a string, found an integer", "");
}

/* ------------------------------------------------------------------------------------------- */
/* A full table                                                                                 */
/* ------------------------------------------------------------------------------------------- */

#define ROUTES4 1000000
#define ROUTES6 200000

/* Each prefix once and in no order: the numbers are multiplied by odd ones, modulo 2^22 and 2^28. */
static void
write_table(const char *name, size_t count4, size_t count6)
{
	FILE *f = fopen(name, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	for (uint32_t i = 0; i < count4; i++) {
		uint32_t prefix = i * 2654435761u & 0x3fffff;

		fprintf(f, "%u.%u.%u.0/24 via 10.0.0.%u\n", 16 + (prefix >> 16), prefix >> 8 & 255,
			prefix & 255, 10 + i % 240);
	}
	for (uint32_t i = 0; i < count6; i++) {
		uint32_t prefix = i * 2654435761u & 0xfffffff;

		fprintf(f, "2001:%x:%x::/48 via fd00::%x\n", prefix >> 16, prefix & 0xffff,
			10 + i % 240);
	}
	fclose(f);
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
full_table_is_read_and_compared(void)
{
	struct config_report report = { 0 };
	struct config_diff diff;
	struct config *c;
	struct config *same;
	double start;

	write_table("routes.txt", ROUTES4, ROUTES6);
	start = cpu_ms();
	c = fixture_load_good(WITH_ROUTES);
	printf("1,200,000 routes: %.0f ms, ", cpu_ms() - start);
	CU_ASSERT_EQUAL_FATAL(c->route_count, ROUTES4 + ROUTES6);
	CU_ASSERT_EQUAL(c->path_count, 480);
	for (size_t i = 1; i < c->route_count; i++) {
		const struct ip_prefix *a = &c->routes[i - 1].prefix;

		if (ip_addr_compare(&a->addr, &c->routes[i].prefix.addr) >= 0)
			CU_FAIL_FATAL("not sorted");
	}
	same = fixture_load_good(WITH_ROUTES);
	start = cpu_ms();
	CU_ASSERT_EQUAL(config_diff(c, same, &diff, &report), 0);
	printf("compared: %.1f ms ", cpu_ms() - start);
	CU_ASSERT_EQUAL(diff.count, 0);
	config_diff_free(&diff);
	same->routes[ROUTES4 / 2].first_path ^= 1;
	CU_ASSERT_EQUAL(config_diff(c, same, &diff, &report), 0);
	CU_ASSERT_EQUAL(diff.count, 1);
	config_diff_free(&diff);
	config_free(same);
	config_free(c);
}

static double
time_load(size_t count)
{
	double least = 1e9;

	write_table("routes.txt", count, 0);
	for (int turn = 0; turn < 3; turn++) {
		double start = cpu_ms();
		double took;

		CU_ASSERT_EQUAL(count_routes(WITH_ROUTES), count);
		took = cpu_ms() - start;
		least = took < least ? took : least;
	}
	return least;
}

static void
four_times_the_routes_cost_little_more_than_four_times(void)
{
	double quarter = time_load(50000);
	double full = time_load(200000);

	printf("200,000: %.0f ms, a quarter: %.0f ms ", full, quarter);
	CU_ASSERT(full < 8 * quarter);
}

/* As many different next hops as there may be: each is looked up, none is walked to. */
static void
different_next_hops_have_a_limit(void)
{
	FILE *f = fopen("routes.txt", "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	for (unsigned int i = 0; i < CONFIG_PATHS_TOTAL_MAX; i++)
		fprintf(f, "11.%u.%u.0/24 via 10.%u.%u.1\n", i >> 8, i & 255, i >> 8, i & 255);
	fclose(f);
	fixture_expect("{'interfaces':[{'name':'lan','device':'d','addresses':['10.0.0.2/8']}],"
		       "'routes_file':'routes.txt'}",
		       "", "");
	f = fopen("routes.txt", "a");
	fprintf(f, "12.0.0.0/24 via 10.255.0.1\n");
	fclose(f);
	fixture_expect("{'interfaces':[{'name':'lan','device':'d','addresses':['10.0.0.2/8']}],"
		       "'routes_file':'routes.txt'}",
		       AT "16385: there are too many different next hops before this line", "");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(every_form_of_a_line_is_read),
		SUITE_TEST(an_empty_file_has_no_routes),
		SUITE_TEST(bad_lines_are_named),
		SUITE_TEST(what_is_remembered_is_right),
		SUITE_TEST(next_hops_and_lines_have_a_limit),
		SUITE_TEST(bytes_that_are_not_ascii_are_named),
		SUITE_TEST(prefixes_are_there_once),
		SUITE_TEST(many_errors_are_counted),
		SUITE_TEST(files_that_cannot_be_read_are_named),
		SUITE_TEST(full_table_is_read_and_compared),
		SUITE_TEST(four_times_the_routes_cost_little_more_than_four_times),
		SUITE_TEST(different_next_hops_have_a_limit),
	};

	return fixture_run("config_routes_file", tests, SUITE_LEN(tests));
}
