/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/record.h"
#include "suite.h"

#define WORDS 256
#define WRITES 200000

struct many {
	uint64_t word[WORDS];
};

static void
sizes_are_whole_words(void)
{
	errno = 0;
	CU_ASSERT_PTR_NULL(record_create(0));
	CU_ASSERT_EQUAL(errno, EINVAL);
	errno = 0;
	CU_ASSERT_PTR_NULL(record_create(12));
	CU_ASSERT_EQUAL(errno, EINVAL);
}

static void
what_was_written_last_is_read(void)
{
	struct record *r = record_create(sizeof(struct many));
	static struct many in, out;

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	memset(&out, 0xff, sizeof(out));
	record_read(r, &out);
	CU_ASSERT_EQUAL(memcmp(&in, &out, sizeof(in)), 0);
	CU_ASSERT_EQUAL(record_version(r), 0);
	for (uint64_t n = 1; n < 10; n++) {
		for (size_t i = 0; i < WORDS; i++)
			in.word[i] = n << 32 | i;
		record_write(r, &in);
		CU_ASSERT_EQUAL(record_version(r), n);
		record_read(r, &out);
		CU_ASSERT_EQUAL(memcmp(&in, &out, sizeof(in)), 0);
	}
	record_destroy(r);
}

static struct record *shared;
static atomic_bool is_done;
static atomic_bool is_reading;

static void *
write_many(void *arg)
{
	static struct many in;

	(void)arg;
	while (!atomic_load(&is_reading))
		continue;
	for (uint64_t n = 1; n <= WRITES; n++) {
		for (size_t i = 0; i < WORDS; i++)
			in.word[i] = n;
		record_write(shared, &in);
	}
	atomic_store(&is_done, true);
	return NULL;
}

/* Whatever the writer does meanwhile: a copy is of one piece, and none is older than the last. */
static void
no_copy_is_torn(void)
{
	static struct many out;
	uint64_t torn = 0, back = 0, last = 0, changes = 0;
	pthread_t writer;

	shared = record_create(sizeof(struct many));
	CU_ASSERT_PTR_NOT_NULL_FATAL(shared);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&writer, NULL, write_many, NULL), 0);
	while (!atomic_load(&is_done)) {
		record_read(shared, &out);
		atomic_store(&is_reading, true);
		for (size_t i = 1; i < WORDS; i++)
			torn += out.word[i] != out.word[0];
		back += out.word[0] < last;
		changes += out.word[0] != last;
		last = out.word[0];
	}
	pthread_join(writer, NULL);
	record_read(shared, &out);
	CU_ASSERT_EQUAL(torn, 0);
	CU_ASSERT_EQUAL(back, 0);
	CU_ASSERT(changes > 0);
	CU_ASSERT_EQUAL(out.word[0], WRITES);
	CU_ASSERT_EQUAL(out.word[WORDS - 1], WRITES);
	record_destroy(shared);
}

static const struct suite_test tests[] = {
	SUITE_TEST(sizes_are_whole_words),
	SUITE_TEST(what_was_written_last_is_read),
	SUITE_TEST(no_copy_is_torn),
};

int
main(void)
{
	return suite_run("record", tests, SUITE_LEN(tests));
}
