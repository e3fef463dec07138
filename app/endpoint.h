/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Queries: what a running koi answers, to the telemetry socket and to the control socket alike.
 *
 * An endpoint reads atomics, records and what does not change while koi runs; it never waits for
 * the control lcore or a worker and changes nothing.
 *
 * Threads: any but a worker and the control lcore (memory is allocated), any number at a time.
 * Memory:  an answer belongs to the caller.
 * Time:    "now" comes with the query, in microseconds of base/clock.h.
 * Errors:  NULL, with the reason in the query.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "runtime.h"

#define ENDPOINT_ERROR_TEXT 120

/** A question. */
struct endpoint_query {
	const char *params; /**< what follows the path's comma; "" if there is none */
	bool is_paged;      /**< a list is to be answered in parts that TELEMETRY_REPLY_MAX holds */
	uint64_t now_us;
	char error[ENDPOINT_ERROR_TEXT];
};

struct endpoint {
	const char *path;
	const char *help;
	json_t *(*answer)(const struct runtime *r, struct endpoint_query *q);
};

/** Every endpoint; ends with one whose path is NULL. */
extern const struct endpoint endpoints[];

/** Answer @p path, or NULL with q->error filled. */
json_t *endpoint_answer(const struct runtime *r, const char *path, struct endpoint_query *q);

#endif /* ENDPOINT_H */
