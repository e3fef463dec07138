/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Typed reading of JSON that goes on after an error and names each with its JSON Pointer.
 *
 * Memory: nothing is kept of a value that was read.
 * Errors: written to standard error at once and counted; a read function then returns false and
 *         leaves its result alone.
 */
#ifndef SCENARIO_READER_H
#define SCENARIO_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/ipaddr.h"

#define READER_PATH_MAX 512

struct reader {
	const char *file;
	char path[READER_PATH_MAX]; /**< JSON Pointer of the value being read */
	size_t path_len;
	unsigned int errors;
};

/** A key of an object, and what reads its value into the caller's struct. */
struct reader_field {
	const char *name;
	void (*read)(struct reader *r, const json_t *value, void *into);
	bool required;
};

/** The keys that an object may have; an object may draw on several tables. */
struct reader_table {
	const struct reader_field *fields;
	size_t count;
};

/** A word that stands for a value. */
struct reader_word {
	const char *word;
	int value;
};

void reader_error(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Step down to a key or an index; the result goes to reader_leave(). */
size_t reader_enter(struct reader *r, const char *key);
size_t reader_enter_index(struct reader *r, size_t index);
void reader_leave(struct reader *r, size_t mark);

/** Read every key by its field; unknown and missing ones are errors. "description" is free. */
void reader_object(struct reader *r, const json_t *object, const struct reader_table *tables,
		   size_t table_count, void *into);

bool reader_integer(struct reader *r, const json_t *value, int64_t min, int64_t max, int64_t *out);
bool reader_boolean(struct reader *r, const json_t *value, bool *out);
/** NULL if it is no string. */
const char *reader_string(struct reader *r, const json_t *value);
bool reader_word(struct reader *r, const json_t *value, const struct reader_word *words,
		 size_t count, int *out);
/** Any address: frames come from 0.0.0.0, too. */
bool reader_ip(struct reader *r, const json_t *value, struct ip_addr *out);
/** The address of a host, with or without a prefix length, which is checked and dropped. */
bool reader_address(struct reader *r, const json_t *value, struct ip_addr *out);

#endif /* SCENARIO_READER_H */
