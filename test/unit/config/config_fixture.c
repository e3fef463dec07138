/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/koi-config-XXXXXX";

static int
open_folder(void)
{
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int
close_folder(void)
{
	char command[sizeof(folder) + 16];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

void
fixture_write(const char *name, const void *bytes, size_t len, unsigned int mode)
{
	int fd;

	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(write(fd, bytes, len), (ssize_t)len);
	CU_ASSERT_EQUAL_FATAL(fchmod(fd, mode), 0);
	close(fd);
}

struct config *
fixture_load(const char *text, struct config_report *report)
{
	char *json = strdup(text);

	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	for (char *c = json; *c != '\0'; c++) {
		if (*c == '\'')
			*c = '"';
	}
	fixture_write("koi.json", json, strlen(json), 0600);
	free(json);
	return config_load("koi.json", CONFIG_RUN, report);
}

struct config *
fixture_load_good(const char *text)
{
	struct config_report report;
	struct config *c;

	c = fixture_load(text, &report);
	if (c == NULL)
		config_report_print(&report, "unexpected", stderr);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(report.error_count, 0);
	config_report_free(&report);
	return c;
}

static void
expect_texts(const char *input, const char *expected, char **texts, size_t count)
{
	char *got = NULL;
	size_t len;
	FILE *f;

	f = open_memstream(&got, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	for (size_t i = 0; i < count; i++)
		fprintf(f, "%s%s", i == 0 ? "" : "\n", texts[i]);
	fclose(f);
	if (strcmp(got, expected) != 0)
		fprintf(stderr, "\n%s\nexpected:\n%s\ngot:\n%s\n", input, expected, got);
	CU_ASSERT_STRING_EQUAL(got, expected);
	free(got);
}

void
fixture_expect(const char *text, const char *errors, const char *warnings)
{
	struct config_report report;
	struct config *c;

	c = fixture_load(text, &report);
	CU_ASSERT_EQUAL(c == NULL, errors[0] != '\0');
	expect_texts(text, errors, report.errors, report.error_count);
	if (warnings != NULL)
		expect_texts(text, warnings, report.warnings, report.warning_count);
	config_report_free(&report);
	config_free(c);
}

void
fixture_expect_file(const char *path, const char *errors)
{
	struct config_report report;
	struct config *c;

	c = config_load(path, CONFIG_RUN, &report);
	CU_ASSERT_EQUAL(c == NULL, errors[0] != '\0');
	expect_texts(path, errors, report.errors, report.error_count);
	config_report_free(&report);
	config_free(c);
}

int
fixture_run(const char *name, const struct suite_test *tests, size_t count)
{
	int status;

	if (open_folder() != 0)
		return EXIT_FAILURE;
	status = suite_run(name, tests, count);
	return close_folder() == 0 ? status : EXIT_FAILURE;
}
