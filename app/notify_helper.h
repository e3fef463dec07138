/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Programs that are told of changes of state: the helper process, and what koi says to it.
 *
 * For each vhid one instance of a program runs at a time; meanwhile only the newest state is kept.
 * NOTIFY_RUNNING_MAX programs run at the same time. One that is over its limit gets SIGTERM, and
 * SIGKILL a second later, with its whole process group. When koi has ended, what waits is still
 * started, as far as there is room within NOTIFY_FINISH_MS, and then the helper ends, too.
 *
 * Threads: a process of its own, with one.
 * Memory:  the heap; NOTIFY_QUEUE_MAX bounds it.
 * Errors:  reported to koi, or to standard error when koi is gone.
 */
#ifndef NOTIFY_HELPER_H
#define NOTIFY_HELPER_H

#include <limits.h>
#include <stdint.h>

#include "notify.h"

#define NOTIFY_RUNNING_MAX 16
#define NOTIFY_QUEUE_MAX ((size_t)CONFIG_VHIDS_MAX * CONFIG_NOTIFY_MAX)

/** From SIGTERM to SIGKILL. */
#define NOTIFY_KILL_MS 1000

/** How long programs are still started when koi has ended: until one that hung then is killed. */
#define NOTIFY_FINISH_MS(limit_ms) ((limit_ms) + NOTIFY_KILL_MS + 1000)

/** A change of state, as a program learns of it. */
struct notify_state {
	uint64_t sequence;
	enum carp_state from;
	enum carp_state to;
	char vhid[EVENT_NAME_MAX]; /**< "1@lan" */
	char reason[CARP_REASON_TEXT];
};

enum notify_message_type {
	NOTIFY_PROGRAMS_CLEAR,
	NOTIFY_PROGRAM_ADD,
	NOTIFY_STATE,
};

/** From koi to the helper; sent without the unused rest of a path. */
struct notify_message {
	enum notify_message_type type;
	union {
		struct notify_state state;
		char program[PATH_MAX];
	};
};

#define NOTIFY_REPORT_TEXT 1024

enum notify_report_type {
	NOTIFY_REPORT_FAILURE,
	NOTIFY_REPORT_OUTPUT, /**< what a program wrote */
};

/** From the helper to koi, for the log; sent without the unused rest of the text. */
struct notify_report {
	enum notify_report_type type;
	char text[NOTIFY_REPORT_TEXT];
};

/**
 * Be the helper until koi has ended and the last program has.
 *
 * @param fd the socket to koi; every other descriptor but standard error is closed
 */
void notify_helper_main(int fd, struct notify_counters *counters, unsigned int limit_ms)
	__attribute__((noreturn));

#endif /* NOTIFY_HELPER_H */
