/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * koictl's commands that change something: from words to requests.
 *
 * Threads: main().
 */
#ifndef KOICTL_COMMAND_H
#define KOICTL_COMMAND_H

#include <jansson.h>

struct koictl_command_options {
	const char *cause;    /**< --cause NAME, or NULL */
	const char *duration; /**< --for DURATION, or NULL */
};

struct koictl_command {
	const char *name;  /**< the first word; NULL ends the list */
	const char *words; /**< all of them, as --help shows them */
	const char *help;
	/**
	 * Make a request.
	 *
	 * @param argv    the words after the first
	 * @param problem set to what is wrong with them
	 * @return        NULL with @p problem
	 */
	json_t *(*parse)(const struct koictl_command_options *o, int argc, char **argv,
			 const char **problem);
};

/** In the order of --help; one name may have several lines, the first of which is to be used. */
extern const struct koictl_command koictl_commands[];

#endif /* KOICTL_COMMAND_H */
