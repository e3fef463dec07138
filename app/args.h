/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The command line: koi [EAL options] -- [options].
 *
 * Threads: main(), before the EAL starts.
 * Memory:  nothing is allocated that lasts; the result points into argv.
 * Errors:  an exit status, after one line on standard error that says what to type.
 */
#ifndef ARGS_H
#define ARGS_H

#include <stdio.h>

#define ARGS_EXIT_USAGE 2

enum args_action {
	ARGS_RUN,
	ARGS_CHECK,
	ARGS_VERSION,
	ARGS_HELP,
};

struct args {
	enum args_action action;
	const char *config_file;
	int eal_argc; /**< program name and the words before "--" */
	char **eal_argv;
};

/**
 * Read the command line.
 *
 * @return 0, ARGS_EXIT_USAGE, or 1 without memory; what is wrong has been printed
 */
int args_parse(int argc, char **argv, struct args *out);

void args_print_help(FILE *to);
void args_print_version(FILE *to);

#endif /* ARGS_H */
