/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config_fixture.h"

#define INTERFACES 17
#define TURNS 5

/* What the vhids of a generated file have besides what is needed. */
static const char *const bad_members[] = {
	"\"advskew\":255,",
	"\"advskew\":255,\"advskwe\":1,",
	"\"advskew\":255,\"advskwe\":1,\"mtu\":\"x\",",
};

/* Write a file of COUNT vhids with 2 or 3 errors each, or none. Returns the number of errors. */
static size_t
generate(size_t count, bool is_bad)
{
	size_t errors = 0;
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("{\"interfaces\":[", f);
	for (int i = 0; i < INTERFACES; i++) {
		fprintf(f, "%s{\"name\":\"i%d\",\"device\":\"net_null%d\"}", i == 0 ? "" : ",", i,
			i);
	}
	fputs("],\"vhids\":[", f);
	for (size_t i = 0; i < count; i++) {
		size_t bad = i % 2 + 1;

		fprintf(f, "%s\n{%s\"interface\":\"i%zu\",\"vhid\":%zu,\"pass\":\"x\",",
			i == 0 ? "" : ",", is_bad ? bad_members[bad] : "", i % INTERFACES,
			i / INTERFACES + 1);
		fprintf(f, "\"addresses\":[\"10.%zu.%zu.%zu/8\"]}", i / 62500, i / 250 % 250,
			i % 250 + 1);
		errors += is_bad ? bad + 1 : 0;
	}
	fputs("]}", f);
	fclose(f);
	fixture_write("big.json", text, len, 0600);
	free(text);
	return errors;
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The least of several turns: what the load costs without what else the machine does. */
static double
time_load(size_t expected_errors)
{
	double least = 1e9;

	for (int i = 0; i < TURNS; i++) {
		struct config_report report;
		double start = cpu_ms();
		double took;

		config_free(config_load("big.json", CONFIG_RUN, &report));
		took = cpu_ms() - start;
		CU_ASSERT_EQUAL(report.error_count, expected_errors);
		config_report_free(&report);
		least = took < least ? took : least;
	}
	return least;
}

static void
full_file_is_good(void)
{
	CU_ASSERT_EQUAL(generate(CONFIG_VHIDS_MAX, false), 0);
	printf("4096 vhids: %.1f ms ", time_load(0));
}

static void
ten_thousand_errors_cost_four_times_those_of_a_quarter(void)
{
	double quarter;
	double full;
	size_t errors;

	errors = generate(CONFIG_VHIDS_MAX / 4, true);
	quarter = time_load(errors);
	errors = generate(CONFIG_VHIDS_MAX, true);
	CU_ASSERT(errors >= 10000);
	full = time_load(errors);
	printf("%zu errors: %.1f ms, a quarter: %.1f ms ", errors, full, quarter);
	CU_ASSERT(full < 8 * quarter);
}

static void
more_than_the_limits_is_an_error(void)
{
	generate(CONFIG_VHIDS_MAX + 1, false);
	fixture_expect_file("big.json", "/vhids: 4097 elements, must be 0 to 4096");
}

static void
expect_interfaces(size_t count, const char *errors)
{
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("{'vhids':[{'interface':'i1023','vhid':1,'pass':'x',"
	      "'addresses':['10.0.0.1/24']}],'interfaces':[",
	      f);
	for (size_t i = 0; i < count; i++)
		fprintf(f, "%s{'name':'i%zu','device':'d%zu'}", i == 0 ? "" : ",", i + 768, i);
	fputs("]}", f);
	fclose(f);
	fixture_expect(text, errors, "");
	free(text);
}

static void
interfaces_have_a_limit(void)
{
	expect_interfaces(256, "");
	expect_interfaces(257, "/interfaces: 257 elements, must be 0 to 256");
	/* The vhid's interface is beyond the limit, and that is no further error. */
	expect_interfaces(255, "/vhids/0/interface: \"i1023\" is not the name of an interface");
}

static void
expect_addresses(size_t count, const char *errors)
{
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("{'interfaces':[{'name':'a','device':'d'}],'vhids':[{'interface':'a','vhid':1,"
	      "'pass':'x','addresses':[",
	      f);
	for (size_t i = 0; i < count; i++)
		fprintf(f, "%s'10.0.0.%zu/8'", i == 0 ? "" : ",", i);
	fputs("]}]}", f);
	fclose(f);
	fixture_expect(text, errors, "");
	free(text);
}

static void
addresses_of_a_vhid_have_a_limit(void)
{
	expect_addresses(256,
			 "/vhids/0/addresses: 256 elements, must be 1 to 255\n"
			 "/vhids/0/addresses/0: 10.0.0.0/8 is the network address of its prefix");
	expect_addresses(255,
			 "/vhids/0/addresses/0: 10.0.0.0/8 is the network address of its prefix");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(full_file_is_good),
		SUITE_TEST(ten_thousand_errors_cost_four_times_those_of_a_quarter),
		SUITE_TEST(more_than_the_limits_is_an_error),
		SUITE_TEST(interfaces_have_a_limit),
		SUITE_TEST(addresses_of_a_vhid_have_a_limit),
	};

	return fixture_run("config_scale", tests, SUITE_LEN(tests));
}
