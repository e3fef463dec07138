/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_fixture.h"

struct text_case {
	const char *text;
	const char *errors;
};

static void
syntax_errors_have_line_and_column(void)
{
	static const struct text_case cases[] = {
		{ "{\n  'carp': {},\n}", "3:1: string or '}' expected" },
		{ "{\n  'carp' {}\n}", "2:10: ':' expected" },
		{ "{'a':[1 2]}", "1:9: ']' expected" },
		{ "{\n  'carp': tru\n}", "2:13: invalid token" },
		{ "{'a':01}", "1:6: invalid token" },
		{ "{'a':NaN}", "1:8: invalid token" },
		{ "{", "1:1: the file ends too early" },
		{ "{'a':1}}", "1:8: something follows the end of the document" },
		{ "{} // a comment", "1:4: something follows the end of the document" },
		{ "{'a':'\\q'}", "1:8: invalid escape" },
		{ "", "is empty" },
		{ " \n\t ", "is empty" },
		{ NULL, NULL },
	};

	for (const struct text_case *c = cases; c->text != NULL; c++)
		fixture_expect(c->text, c->errors, "");
}

/* The parser's own message would quote what it stumbled over. */
static void
syntax_errors_hold_no_secret(void)
{
	fixture_expect("{'pass': 'hunter2\n'}", "1:17: unexpected newline", "");
	fixture_expect("{'pass': hunter2}", "1:15: invalid token", "");
}

static void
numbers_that_fit_nowhere_are_errors(void)
{
	fixture_expect("{'carp':{'log':1e400}}", "1:20: the number is too large", "");
	fixture_expect("{'carp':{'log':99999999999999999999}}", "1:35: the number is too large",
		       "");
	fixture_expect("{'carp':{'log':-99999999999999999999}}", "1:36: the number is too large",
		       "");
}

static void
nul_and_bad_utf8_are_errors(void)
{
	static const char nul[] = "{\n \"a\": \"x\0y\"}";
	static const char utf8[] = "{\"a\": \"\xff\"}";

	fixture_write("nul.json", nul, sizeof(nul) - 1, 0600);
	fixture_expect_file("nul.json", "2:9: a NUL byte: this is not a text file");
	fixture_write("utf8.json", utf8, sizeof(utf8) - 1, 0600);
	fixture_expect_file("utf8.json", "1:7: not UTF-8");
	fixture_expect("{'a':'x\\u0000'}", "1:14: a NUL character (\\u0000) is not allowed", "");
	fixture_expect("{'a\\u0000':1}", "1:10: a NUL character (\\u0000) is not allowed", "");
}

static void
every_duplicate_key_is_named(void)
{
	fixture_expect("{'carp':{'log':1,'log':2},\n'interfaces':[],\n'carp':{},'carp':{}}",
		       "/carp/log: duplicate key in line 1\n"
		       "/carp: duplicate key in line 3\n"
		       "/carp: duplicate key in line 3",
		       NULL);
	/* Written with an escape it is the same key. */
	fixture_expect("{'carp':{'log':1,\n'l\\u006fg':2}}", "/carp/log: duplicate key in line 2",
		       NULL);
	/* In strings, in other objects and on other levels it is none. */
	fixture_expect("{'description':'a\\'b{c:[','carp':{'description':'\\\\'},"
		       "'workers':{'description':'}'}}",
		       "", NULL);
	/* The other errors are still named, with the place within arrays. */
	fixture_expect("{'interfaces':[{'name':'a','device':'d'},"
		       "{'name':'b','device':'e','mtu':1,'mtu':2}]}",
		       "/interfaces/1/mtu: duplicate key in line 1\n"
		       "/interfaces/1/mtu: 2 is not in 68..9600",
		       "");
	/* A syntax error behind it is the one that counts. */
	fixture_expect("{'carp':{},'carp':{},}", "1:22: string or '}' expected", "");
}

static void
expect_repeated(const char *part, size_t count, const char *error)
{
	size_t len = strlen(part);
	char *text = malloc(count * len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * len, part, len);
	fixture_write("deep.json", text, count * len, 0600);
	free(text);
	fixture_expect_file("deep.json", error);
}

static void
deep_files_are_errors(void)
{
	expect_repeated("[", 1000000, "1:2049: nested too deeply");
	expect_repeated("{\"a\":", 1000000, "1:10241: nested too deeply");
}

static void
only_regular_files_are_read(void)
{
	CU_ASSERT_EQUAL_FATAL(mkdir("folder", 0700), 0);
	fixture_expect_file("folder", "cannot read: is a directory");
	CU_ASSERT_EQUAL_FATAL(mkfifo("fifo", 0600), 0);
	fixture_expect_file("fifo", "cannot read: is not a regular file");
	fixture_expect_file("/dev/zero", "cannot read: is not a regular file");
	fixture_expect_file("none", "cannot read: No such file or directory");
	fixture_expect_file("", "cannot read: No such file or directory");
	/* Without a size of its own. */
	fixture_expect_file("/proc/version", "1:5: invalid token");
}

static void
large_files_are_errors(void)
{
	fixture_write("large", "", 0, 0600);
	CU_ASSERT_EQUAL_FATAL(truncate("large", CONFIG_FILE_MAX + 1), 0);
	fixture_expect_file("large", "cannot read: is larger than 64 MiB");
	CU_ASSERT_EQUAL_FATAL(truncate("large", CONFIG_FILE_MAX), 0);
	fixture_expect_file("large", "1:1: a NUL byte: this is not a text file");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(syntax_errors_have_line_and_column),
		SUITE_TEST(syntax_errors_hold_no_secret),
		SUITE_TEST(numbers_that_fit_nowhere_are_errors),
		SUITE_TEST(nul_and_bad_utf8_are_errors),
		SUITE_TEST(every_duplicate_key_is_named),
		SUITE_TEST(deep_files_are_errors),
		SUITE_TEST(only_regular_files_are_read),
		SUITE_TEST(large_files_are_errors),
	};

	return fixture_run("config_syntax", tests, SUITE_LEN(tests));
}
