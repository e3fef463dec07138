/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One run of a program, from its start to its end: environment, output, limit.
 *
 * Threads: the helper's.
 * Time:    milliseconds of CLOCK_MONOTONIC, supplied by the caller; nothing waits.
 */
#ifndef NOTIFY_PROGRAM_H
#define NOTIFY_PROGRAM_H

#include <stdbool.h>

#include "notify_helper.h"

/** Of what a program writes, as much is logged for each run. */
#define NOTIFY_OUTPUT_LINES 20
#define NOTIFY_OUTPUT_LINE 256

enum notify_phase {
	NOTIFY_RUNS,
	NOTIFY_TERMINATED, /**< over its limit: SIGTERM has been sent */
	NOTIFY_KILLED,
};

struct notify_program {
	const char *path; /**< NULL: nothing runs here; the caller's until the end */
	char vhid[EVENT_NAME_MAX];
	enum carp_state to;
	pid_t pid;
	enum notify_phase phase;
	uint64_t due_ms; /**< the next signal */
	int output_fd;   /**< what it writes; -1: closed by all who had it */
	char line[NOTIFY_OUTPUT_LINE];
	size_t line_len;
	unsigned int line_count;
	int *start_errno; /**< in memory that the child shares until it is the program */
};

/**
 * Start a program in a process group of its own.
 *
 * @return 0, or a negative errno; that of a failed exec comes by notify_program_reap()
 */
int notify_program_start(struct notify_program *p, const char *path,
			 const struct notify_state *state, uint64_t now_ms, unsigned int limit_ms);

/** Report what it has written meanwhile to @p report_fd, line by line. */
void notify_program_read(struct notify_program *p, int report_fd);

/** Send the signal that is due. */
void notify_program_enforce(struct notify_program *p, uint64_t now_ms);

/**
 * See whether it has ended; reports a failure.
 *
 * @param has_failed set when it has ended
 * @return           true if it has; the place is free then
 */
bool notify_program_reap(struct notify_program *p, int report_fd, bool *has_failed);

#endif /* NOTIFY_PROGRAM_H */
