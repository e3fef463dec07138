/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_fixture.h"

#define VHID_WITH(more)                                                                            \
	"{'interfaces':[{'name':'lan','device':'d'}],'vhids':[{'interface':'lan','vhid':1,"        \
	"'addresses':['10.0.0.1/24']," more "}]}"
#define PASS_FILE(name) VHID_WITH("'pass_file':'" name "'")
#define NOBODY 65534

static void
expect_key(const char *text, const char *key)
{
	struct config *c = fixture_load_good(text);

	CU_ASSERT_EQUAL(c->vhids[0].key_len, strlen(key));
	CU_ASSERT_EQUAL(memcmp(c->vhids[0].key, key, strlen(key)), 0);
	config_free(c);
}

static void
write_secret(const char *name, const char *bytes)
{
	fixture_write(name, bytes, strlen(bytes), 0600);
}

static void
pass_has_1_to_19_bytes(void)
{
	expect_key(VHID_WITH("'pass':'x'"), "x");
	expect_key(VHID_WITH("'pass':'1234567890123456789'"), "1234567890123456789");
	fixture_expect(VHID_WITH("'pass':''"), "/vhids/0/pass: has 0 bytes, must have 1 to 19", "");
	fixture_expect(VHID_WITH("'pass':'12345678901234567890'"),
		       "/vhids/0/pass: has 20 bytes, must have 1 to 19", "");
	/* Bytes, not characters. */
	fixture_expect(VHID_WITH("'pass':'\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
				 "\xc3\xa4\xc3\xa4\xc3\xa4'"),
		       "/vhids/0/pass: has 20 bytes, must have 1 to 19", "");
	fixture_expect(VHID_WITH("'pass':17"), "/vhids/0/pass: expected a string, found an integer",
		       "");
}

#define ACCEPT(list) VHID_WITH("'pass':'x','pass_accept':[" list "]")

static void
accepted_secrets_are_checked(void)
{
	fixture_expect(ACCEPT(""), "", "");
	fixture_expect(ACCEPT("'a','b','c','d','e','f','g','1234567890123456789'"), "", "");
	fixture_expect(ACCEPT("'a','b','c','d','e','f','g','h','i'"),
		       "/vhids/0/pass_accept: 9 elements, must be 0 to 8", "");
	fixture_expect(ACCEPT("'','12345678901234567890',7,'',null"),
		       "/vhids/0/pass_accept/0: has 0 bytes, must have 1 to 19\n"
		       "/vhids/0/pass_accept/1: has 20 bytes, must have 1 to 19\n"
		       "/vhids/0/pass_accept/2: expected a string, found an integer\n"
		       "/vhids/0/pass_accept/3: has 0 bytes, must have 1 to 19\n"
		       "/vhids/0/pass_accept/4: expected a string, found null",
		       "");
	fixture_expect(ACCEPT("'a','x','a'"),
		       "/vhids/0/pass_accept/1: is the password that is sent\n"
		       "/vhids/0/pass_accept/2: is the same as element 0",
		       "");
	/* Whatever comes first in the file, and wherever the password comes from. */
	write_secret("a.pass", "y\n");
	fixture_expect(VHID_WITH("'pass_accept':['y'],'pass_file':'a.pass'"),
		       "/vhids/0/pass_accept/0: is the password that is sent", "");
	/* The way from none to one. */
	fixture_expect(VHID_WITH("'pass_accept':['y']"), "",
		       "/vhids/0: no password: any host can take over");
}

static void
pass_and_pass_file_exclude_each_other(void)
{
	write_secret("a.pass", "x");
	fixture_expect(VHID_WITH("'pass':'x','pass_file':'a.pass'"),
		       "/vhids/0/pass_file: \"pass\" is given too", "");
}

static void
one_trailing_newline_is_dropped(void)
{
	write_secret("a.pass", "secret");
	expect_key(PASS_FILE("a.pass"), "secret");
	write_secret("a.pass", "secret\n");
	expect_key(PASS_FILE("a.pass"), "secret");
	write_secret("a.pass", "secret\n\n");
	expect_key(PASS_FILE("a.pass"), "secret\n");
	write_secret("a.pass", "1234567890123456789\n");
	expect_key(PASS_FILE("a.pass"), "1234567890123456789");
}

static void
bad_contents_are_errors(void)
{
	write_secret("a.pass", "");
	fixture_expect(PASS_FILE("a.pass"),
		       "/vhids/0/pass_file: ./a.pass: is empty, must have 1 to 19 bytes", "");
	write_secret("a.pass", "\n");
	fixture_expect(PASS_FILE("a.pass"),
		       "/vhids/0/pass_file: ./a.pass: is empty, must have 1 to 19 bytes", "");
	write_secret("a.pass", "12345678901234567890");
	fixture_expect(PASS_FILE("a.pass"), "/vhids/0/pass_file: ./a.pass: has more than 19 bytes",
		       "");
	write_secret("a.pass", "1234567890123456789\n\n");
	fixture_expect(PASS_FILE("a.pass"), "/vhids/0/pass_file: ./a.pass: has more than 19 bytes",
		       "");
	fixture_write("a.pass", "ab\0cd\n", 6, 0600);
	fixture_expect(PASS_FILE("a.pass"), "/vhids/0/pass_file: ./a.pass: has a NUL byte", "");
}

static void
files_open_to_others_are_errors(void)
{
	fixture_write("a.pass", "secret", 6, 0640);
	expect_key(PASS_FILE("a.pass"), "secret");
	fixture_write("a.pass", "secret", 6, 0644);
	fixture_expect(PASS_FILE("a.pass"),
		       "/vhids/0/pass_file: ./a.pass: mode 0644 is open to others, use chmod o-rwx",
		       "");
	fixture_write("a.pass", "secret", 6, 0602);
	fixture_expect(PASS_FILE("a.pass"),
		       "/vhids/0/pass_file: ./a.pass: mode 0602 is open to others, use chmod o-rwx",
		       "");
}

static void
only_regular_files_are_read(void)
{
	mkdir("folder.pass", 0700);
	mkfifo("fifo.pass", 0600);
	fixture_expect(PASS_FILE("folder.pass"),
		       "/vhids/0/pass_file: ./folder.pass: is a directory", "");
	fixture_expect(PASS_FILE("fifo.pass"),
		       "/vhids/0/pass_file: ./fifo.pass: is not a regular file", "");
	fixture_expect(PASS_FILE("none.pass"),
		       "/vhids/0/pass_file: ./none.pass: No such file or directory", "");
	fixture_expect(PASS_FILE("/nowhere/none.pass"),
		       "/vhids/0/pass_file: /nowhere/none.pass: No such file or directory", "");
	fixture_expect(PASS_FILE(""), "/vhids/0/pass_file: \"\" is not a file name", "");
	fixture_expect(PASS_FILE("a\\nb"), "/vhids/0/pass_file: \"a\\u000ab\" is not a file name",
		       "");
}

static void
file_is_relative_to_the_configuration(void)
{
	static const char text[] =
		"{\"interfaces\":[{\"name\":\"lan\",\"device\":\"d\"}],\"vhids\":"
		"[{\"interface\":\"lan\",\"vhid\":1,\"pass_file\":\"here.pass\","
		"\"addresses\":[\"10.0.0.1/24\"]}]}";
	struct config_report report;
	struct config *c;

	CU_ASSERT_EQUAL_FATAL(mkdir("etc", 0700), 0);
	fixture_write("etc/koi.json", text, strlen(text), 0600);
	fixture_write("etc/here.pass", "there", 5, 0600);
	c = config_load("etc/koi.json", CONFIG_RUN, &report);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(c->vhids[0].key_len, 5);
	config_free(c);
	config_report_free(&report);
	unlink("etc/here.pass");
	fixture_expect_file("etc/koi.json",
			    "/vhids/0/pass_file: etc/here.pass: No such file or directory");
}

static void
credentials_come_first(void)
{
	mkdir("credentials", 0700);
	fixture_write("credentials/a.pass", "credential", 10, 0400);
	write_secret("a.pass", "file");
	write_secret("b.pass", "fallback");
	setenv("CREDENTIALS_DIRECTORY", "credentials", 1);
	expect_key(PASS_FILE("a.pass"), "credential");
	expect_key(PASS_FILE("b.pass"), "fallback");
	setenv("CREDENTIALS_DIRECTORY", "", 1);
	expect_key(PASS_FILE("a.pass"), "file");
	unsetenv("CREDENTIALS_DIRECTORY");
	expect_key(PASS_FILE("a.pass"), "file");
}

/* Loads as a user who may read the configuration and not the secret, also if run by root. */
static struct config *
load_as_other(enum config_purpose purpose, struct config_report *report)
{
	bool is_root = geteuid() == 0;
	struct config *c;

	if (is_root)
		CU_ASSERT_EQUAL_FATAL(chmod(".", 0755) + seteuid(NOBODY), 0);
	c = config_load("koi.json", purpose, report);
	if (is_root)
		CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
	return c;
}

static void
unreadable_file_is_a_warning_of_a_check_only(void)
{
	struct config_report report;
	struct config *c;

	write_secret("a.pass", "secret");
	config_free(fixture_load(PASS_FILE("a.pass"), &report));
	config_report_free(&report);
	chmod("koi.json", 0644);
	chmod("a.pass", 0);

	c = load_as_other(CONFIG_CHECK, &report);
	CU_ASSERT_PTR_NOT_NULL(c);
	CU_ASSERT_EQUAL(report.error_count, 0);
	CU_ASSERT_EQUAL_FATAL(report.warning_count, 1);
	CU_ASSERT_STRING_EQUAL(
		report.warnings[0],
		"/vhids/0/pass_file: ./a.pass: Permission denied, so the password is "
		"not checked");
	config_free(c);
	config_report_free(&report);

	c = load_as_other(CONFIG_RUN, &report);
	CU_ASSERT_PTR_NULL(c);
	CU_ASSERT_EQUAL(report.warning_count, 0);
	CU_ASSERT_EQUAL_FATAL(report.error_count, 1);
	CU_ASSERT_STRING_EQUAL(report.errors[0], "/vhids/0/pass_file: ./a.pass: Permission denied");
	config_report_free(&report);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(pass_has_1_to_19_bytes),
		SUITE_TEST(accepted_secrets_are_checked),
		SUITE_TEST(pass_and_pass_file_exclude_each_other),
		SUITE_TEST(one_trailing_newline_is_dropped),
		SUITE_TEST(bad_contents_are_errors),
		SUITE_TEST(files_open_to_others_are_errors),
		SUITE_TEST(only_regular_files_are_read),
		SUITE_TEST(file_is_relative_to_the_configuration),
		SUITE_TEST(credentials_come_first),
		SUITE_TEST(unreadable_file_is_a_warning_of_a_check_only),
	};

	unsetenv("CREDENTIALS_DIRECTORY");
	return fixture_run("config_secret", tests, SUITE_LEN(tests));
}
