/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_fixture.h"

#define EXEC(path) "{'interfaces':[{'name':'a','device':'d'}],'notify':[{'exec':'" path "'}]}"

static void
program_needs_an_absolute_path(void)
{
	fixture_expect(EXEC("koi-event"), "/notify/0/exec: \"koi-event\" is not an absolute path",
		       "");
	fixture_expect(EXEC(""), "/notify/0/exec: \"\" is not an absolute path", "");
	fixture_expect(EXEC("/bin/\\u0007"),
		       "/notify/0/exec: \"/bin/\\u0007\" is not an absolute path", "");
	fixture_expect("{'interfaces':[],'notify':[{},7,{'exec':1}]}",
		       "/notify/0: \"exec\" is missing\n"
		       "/notify/1: expected an object, found an integer\n"
		       "/notify/2/exec: expected a string, found an integer",
		       NULL);
}

static void
program_that_cannot_be_started_is_a_warning(void)
{
	fixture_expect(EXEC("/bin/sh"), "", "");
	fixture_expect(EXEC("/nowhere/event"), "",
		       "/notify/0/exec: /nowhere/event: No such file or directory");
	fixture_expect(EXEC("/"), "", "/notify/0/exec: /: is a directory");
	fixture_expect(EXEC("/dev/null"), "", "/notify/0/exec: /dev/null: is not a regular file");
	fixture_expect(EXEC("/etc/passwd"), "", "/notify/0/exec: /etc/passwd: is not executable");
}

#define SH "{'exec':'/bin/sh'},"
#define FOUR SH SH SH SH

static void
programs_have_a_limit(void)
{
	fixture_expect("{'interfaces':[],'notify':[" FOUR FOUR FOUR SH SH SH "{'exec':'/bin/sh'}]}",
		       "", NULL);
	fixture_expect("{'interfaces':[],'notify':[" FOUR FOUR FOUR FOUR "{'exec':'x'}]}",
		       "/notify: 17 elements, must be 0 to 16", NULL);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(program_needs_an_absolute_path),
		SUITE_TEST(program_that_cannot_be_started_is_a_warning),
		SUITE_TEST(programs_have_a_limit),
	};

	return fixture_run("config_notify", tests, SUITE_LEN(tests));
}
