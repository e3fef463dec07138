/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the tests of notify need: scripts in a folder, a koi that tells, its log.
 */
#ifndef NOTIFY_BENCH_H
#define NOTIFY_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "notify.h"
#include "suite.h"

#define PATIENCE_MS 20000
#define LIMIT_MS 10000
#define SHORT_LIMIT_MS 300

extern struct notify *bench_notify; /**< NULL: there is no koi */
extern const struct notify_counters *bench_counters;
extern uint64_t bench_sequence; /**< of the last state told */

/* Serves as the manager does until the condition holds. */
#define WAIT_FOR(condition) \
	do { \
		uint64_t end_us_ = bench_clock_us() + PATIENCE_MS * 1000; \
		while (!(condition) && bench_clock_us() < end_us_) { \
			if (bench_notify != NULL) \
				notify_serve(bench_notify, bench_clock_us()); \
			usleep(1000); \
		} \
		CU_ASSERT(condition); \
	} while (0)

/** The folder of the scripts and of what they write. */
void bench_create(void);
void bench_destroy(void);

uint64_t bench_clock_us(void);

/** A path in the folder; good for the next three calls. */
char *bench_path(const char *name);
void bench_write_script(const char *name, const char *text);
void bench_make_file(const char *name);
bool bench_has_file(const char *name);

/** The content of a file, or "" if there is none; good until the next call. */
const char *bench_read(const char *name);

/** Nothing runs and nothing waits. */
bool bench_is_idle(void);

/** A process that nobody has waited for is gone, too. */
bool bench_is_gone(pid_t pid);

/** koi, from its start to its clean stop; bench_end() waits for the helper. */
void bench_begin(unsigned int limit_ms);
void bench_end(void);
void bench_set_programs(size_t count, ...);
void bench_tell(const char *vhid, enum carp_state from, enum carp_state to);

/** In between the log goes to a file. */
void bench_begin_log(void);
void bench_end_log(void);
bool bench_log_has(const char *text);
unsigned int bench_log_count(const char *text);

#endif /* NOTIFY_BENCH_H */
