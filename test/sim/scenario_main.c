/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "scenario.h"

enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_INVALID = 3,
};

static const char usage[] = "usage: carp-scenario FILE\n";

int
main(int argc, char **argv)
{
	struct scenario *s;
	int err;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 2 || argv[1][0] == '-') {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	s = scenario_load(argv[1]);
	if (s == NULL)
		return EXIT_INVALID;
	err = scenario_run(s, stdout);
	scenario_free(s);
	if (err != 0) {
		fprintf(stderr, "carp-scenario: %s: %s\n", argv[1], strerror(-err));
		return EXIT_FAILED;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("carp-scenario: cannot write\n", stderr);
		return EXIT_FAILED;
	}
	return 0;
}
