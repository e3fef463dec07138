/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_fixture.h"

static void
expect_print(const char *text, const char *expected)
{
	struct config_report report;
	char *got = NULL;
	size_t len;
	FILE *f;

	config_free(fixture_load(text, &report));
	f = open_memstream(&got, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	config_report_print(&report, "dir/koi.json", f);
	fclose(f);
	CU_ASSERT_STRING_EQUAL(got, expected);
	free(got);
	config_report_free(&report);
	CU_ASSERT_EQUAL(report.error_count, 0);
	CU_ASSERT_PTR_NULL(report.errors);
}

static void
entries_are_printed_one_a_line(void)
{
	expect_print("{'carp':{'log':3},'tos':1,'interfaces':[]}",
		     "dir/koi.json: /carp/log: 3 is not in 0..2\n"
		     "dir/koi.json: /tos: unknown key\n"
		     "dir/koi.json: warning: no interfaces: there is nothing to do\n");
	expect_print("{\n'carp'", "dir/koi.json:2:6: the file ends too early\n");
	expect_print("", "dir/koi.json: is empty\n");
}

static void
quoted_values_are_short_and_harmless(void)
{
	fixture_expect("{'interfaces':[],'workers':{'idle':'\\u001b]0;x\\u0007\\u007f'}}",
		       "/workers/idle: \"\\u001b]0;x\\u0007\\u007f\" is not poll, yield or sleep",
		       NULL);
	fixture_expect(
		"{'workers':{'idle':'"
		"0123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789'}}",
		"/workers/idle: \"0123456789012345678901234567890123456789012345678901234567890"
		"12345678901234567890123456...\" is not poll, yield or sleep",
		NULL);
}

static void
result_and_errno_tell_of_errors(void)
{
	struct config_report report;

	errno = 0;
	CU_ASSERT_PTR_NULL(fixture_load("{'x':1}", &report));
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(report.error_count, 1);
	config_report_free(&report);
	config_free(NULL);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(entries_are_printed_one_a_line),
		SUITE_TEST(quoted_values_are_short_and_harmless),
		SUITE_TEST(result_and_errno_tell_of_errors),
	};

	return fixture_run("config_report", tests, SUITE_LEN(tests));
}
