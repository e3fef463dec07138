/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "suite.h"

#define WORDS_MAX 16

static char printed[1024];

/* Parse "koi" and the words of a line, keeping what goes to standard error. */
static int
parse(const char *line, struct args *out)
{
	static char words[512];
	static char *argv[WORDS_MAX + 1];
	FILE *terminal = stderr;
	int argc = 0;
	int rc;

	snprintf(words, sizeof(words), "koi %s", line);
	for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
		if (argc < WORDS_MAX)
			argv[argc++] = word;
	argv[argc] = NULL;
	memset(printed, 0, sizeof(printed));
	stderr = fmemopen(printed, sizeof(printed), "w");
	rc = args_parse(argc, argv, out);
	fclose(stderr);
	stderr = terminal;
	return rc;
}

struct accepted {
	const char *line;
	enum args_action action;
	const char *file;
	int eal_argc;
};

static void
check_accepted(const struct accepted *cases, size_t count)
{
	struct args args;

	for (size_t i = 0; i < count; i++) {
		int rc = parse(cases[i].line, &args);

		CU_ASSERT_EQUAL(rc, 0);
		CU_ASSERT_STRING_EQUAL(printed, "");
		CU_ASSERT_EQUAL(args.action, cases[i].action);
		CU_ASSERT_STRING_EQUAL(args.config_file, cases[i].file);
		CU_ASSERT_EQUAL(args.eal_argc, cases[i].eal_argc);
		if (rc != 0 || strcmp(args.config_file, cases[i].file) != 0)
			printf("    koi %s: %s\n", cases[i].line, printed);
	}
}

#define DEFAULT "/etc/koi/koi.json"

static void
options_follow_the_dashes(void)
{
	static const struct accepted cases[] = {
		{ "", ARGS_RUN, DEFAULT, 1 },
		{ "-l 0,1", ARGS_RUN, DEFAULT, 3 },
		{ "--", ARGS_RUN, DEFAULT, 1 },
		{ "-l 0,1 --file-prefix a -- -c lan.json", ARGS_RUN, "lan.json", 5 },
		{ "-l 0,1 -- --config=lan.json", ARGS_RUN, "lan.json", 3 },
		{ "-l 0,1 -- --conf lan.json", ARGS_RUN, "lan.json", 3 },
		{ "-- -clan.json", ARGS_RUN, "lan.json", 1 },
		{ "-- -c a.json -c b.json", ARGS_RUN, "b.json", 1 },
		{ "-c 0x3 -- -V", ARGS_VERSION, DEFAULT, 3 },
		{ "-v -h -- --help", ARGS_HELP, DEFAULT, 3 },
	};

	check_accepted(cases, SUITE_LEN(cases));
}

static void
check_takes_its_file_from_three_places(void)
{
	static const struct accepted cases[] = {
		{ "-- -t", ARGS_CHECK, DEFAULT, 1 },
		{ "-- -t a.json", ARGS_CHECK, "a.json", 1 },
		{ "-- -ta.json", ARGS_CHECK, "a.json", 1 },
		{ "-- --check a.json", ARGS_CHECK, "a.json", 1 },
		{ "-- --check=a.json", ARGS_CHECK, "a.json", 1 },
		{ "-- -t -c a.json", ARGS_CHECK, "a.json", 1 },
		{ "-- -c a.json -t", ARGS_CHECK, "a.json", 1 },
		{ "-- -c a.json -t b.json", ARGS_CHECK, "b.json", 1 },
		{ "-- -t b.json -c a.json", ARGS_CHECK, "b.json", 1 },
	};

	check_accepted(cases, SUITE_LEN(cases));
}

static void
some_work_as_first_argument(void)
{
	static const struct accepted cases[] = {
		{ "--check", ARGS_CHECK, DEFAULT, 1 },
		{ "--check a.json", ARGS_CHECK, "a.json", 1 },
		{ "--check=a.json", ARGS_CHECK, "a.json", 1 },
		{ "-t a.json", ARGS_CHECK, "a.json", 1 },
		{ "--check -c a.json", ARGS_CHECK, "a.json", 1 },
		{ "--version", ARGS_VERSION, DEFAULT, 1 },
		{ "-V", ARGS_VERSION, DEFAULT, 1 },
		{ "--help", ARGS_HELP, DEFAULT, 1 },
		{ "-h", ARGS_HELP, DEFAULT, 1 },
	};

	check_accepted(cases, SUITE_LEN(cases));
}

struct refused {
	const char *line;
	const char *says;
};

static void
check_refused(const struct refused *cases, size_t count)
{
	struct args args;

	for (size_t i = 0; i < count; i++) {
		int rc = parse(cases[i].line, &args);

		CU_ASSERT_EQUAL(rc, 2);
		CU_ASSERT_PTR_NOT_NULL(strstr(printed, cases[i].says));
		CU_ASSERT_PTR_NOT_NULL(strstr(printed, "\ntry koi --help\n"));
		if (rc != 2 || strstr(printed, cases[i].says) == NULL)
			printf("    koi %s: %s\n", cases[i].line, printed);
	}
}

static void
what_is_wrong_is_named(void)
{
	static const struct refused cases[] = {
		{ "-- -x", "unknown option -x" },
		{ "-- --exotic", "unknown option --exotic" },
		{ "-- -c", "-c needs a file" },
		{ "-- --config", "--config needs a file" },
		{ "-- lan.json", "did you mean -c lan.json" },
		{ "-- -c a.json b.json", "unexpected argument b.json" },
		{ "-- -t a.json b.json", "unexpected argument b.json" },
		{ "--check a.json b.json", "unexpected argument b.json" },
		{ "--check --exotic", "unknown option --exotic" },
	};

	check_refused(cases, SUITE_LEN(cases));
}

static void
options_without_dashes_are_explained(void)
{
	static const struct refused cases[] = {
		{ "-l 0,1 --config lan.json", "did you mean -- --config" },
		{ "-l 0,1 --config=lan.json", "did you mean -- --config=lan.json" },
		{ "-l 0,1 -t lan.json", "did you mean -- -t" },
		{ "-l 0,1 --check", "did you mean -- --check" },
		{ "-l 0,1 --version", "did you mean -- --version" },
		{ "-l 0,1 -V", "did you mean -- -V" },
		{ "lan.json", "did you mean -- -c lan.json" },
		{ "-l 0,1 lan.json -- ", "did you mean -- -c lan.json" },
	};

	check_refused(cases, SUITE_LEN(cases));
}

/* Before the dashes -c is the EAL's core mask: only a file that is there tells what was meant. */
static void
core_mask_that_is_a_file(void)
{
	char path[] = "/tmp/koi-test-XXXXXX";
	int fd = mkstemp(path);
	char line[4][64], says[64];
	struct refused cases[4];
	struct args args;

	CU_ASSERT_FATAL(fd >= 0);
	snprintf(line[0], sizeof(line[0]), "-c %s", path);
	snprintf(line[1], sizeof(line[1]), "-c%s", path);
	snprintf(line[2], sizeof(line[2]), "--no-huge -c %s --", path);
	snprintf(line[3], sizeof(line[3]), "-l 0,1 -c %s -- -c x", path);
	snprintf(says, sizeof(says), "did you mean -- -c %s", path);
	for (size_t i = 0; i < 4; i++)
		cases[i] = (struct refused){ line[i], says };
	check_refused(cases, 4);

	snprintf(line[0], sizeof(line[0]), "-l 0,1 --syslog %s", path);
	CU_ASSERT_EQUAL(parse(line[0], &args), 0);
	close(fd);
	unlink(path);
	CU_ASSERT_EQUAL(parse("-c /tmp -- ", &args), 0);
	snprintf(line[0], sizeof(line[0]), "-c %s", path);
	CU_ASSERT_EQUAL(parse(line[0], &args), 0);
}

static void
help_names_every_option(void)
{
	static const char *const words[] = {
		"-c, --config", "-t, --check", "-V, --version", "-h, --help", DEFAULT,
		"Exit status",
	};
	char text[4096] = "";
	FILE *to = fmemopen(text, sizeof(text), "w");

	args_print_help(to);
	fclose(to);
	for (size_t i = 0; i < SUITE_LEN(words); i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(text, words[i]));
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		CU_ASSERT(strlen(line) <= 90);
}

static const struct suite_test tests[] = {
	SUITE_TEST(options_follow_the_dashes),
	SUITE_TEST(check_takes_its_file_from_three_places),
	SUITE_TEST(some_work_as_first_argument),
	SUITE_TEST(what_is_wrong_is_named),
	SUITE_TEST(options_without_dashes_are_explained),
	SUITE_TEST(core_mask_that_is_a_file),
	SUITE_TEST(help_names_every_option),
};

int
main(void)
{
	return suite_run("args", tests, SUITE_LEN(tests));
}
