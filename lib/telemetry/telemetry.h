/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Queries over the DPDK telemetry socket: answers are JSON objects, turned into what rte_telemetry
 * can carry.
 *
 * rte_telemetry has one table for the whole process and hands no argument to its callbacks, so
 * there is one source of answers at a time.
 *
 * Threads: start, register and stop by one thread; answers are asked for on DPDK's own threads, up
 *          to ten at a time.
 * Memory:  an answer is freed here once it is converted.
 * Errors:  negative errno.
 */
#ifndef TELEMETRY_H
#define TELEMETRY_H

#include <stddef.h>

#include <jansson.h>

/**
 * The longest answer, in octets of compact JSON. DPDK 22.11 cuts a reply at 16 KiB, the command's
 * name and the braces around it included, and says nothing.
 */
#define TELEMETRY_REPLY_MAX 16000
/** Entries of one dictionary; arrays hold twice as many. */
#define TELEMETRY_ENTRIES_MAX 256
/** Octets of one string without its NUL; a longer one is carried as an array of its pieces. */
#define TELEMETRY_STRING_MAX 127

struct telemetry_source {
	/**
	 * Answer a query.
	 *
	 * @param params what follows the first comma; "" if there is none
	 * @return       an object of strings, integers, objects, and arrays of strings or of
	 *               integers; NULL only without memory
	 */
	json_t *(*answer)(void *context, const char *path, const char *params);
	void *context;
};

/** From now on queries are answered by @p source, which must stay until telemetry_stop(). */
void telemetry_start(const struct telemetry_source *source);

/** Let DPDK know a query. Returns 0, or what rte_telemetry said. */
int telemetry_register(const char *path, const char *help);

/** Waits for the answers under way; queries that come later are answered by null. */
void telemetry_stop(void);

#endif /* TELEMETRY_H */
