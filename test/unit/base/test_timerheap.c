/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "base/timerheap.h"
#include "suite.h"

#define ITEMS_MAX 200

static void
empty_heap_has_no_deadline(void)
{
	struct timerheap *h = timerheap_create(0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT_EQUAL(timerheap_first(h, NULL), UINT64_MAX);
	timerheap_destroy(h);
	timerheap_destroy(NULL);
}

static void
items_begin_with_never(void)
{
	struct timerheap *h = timerheap_create(3);
	size_t item = 99;

	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT_EQUAL(timerheap_first(h, NULL), UINT64_MAX);
	timerheap_set(h, 2, 0);
	CU_ASSERT_EQUAL(timerheap_first(h, &item), 0);
	CU_ASSERT_EQUAL(item, 2);
	timerheap_set(h, 2, UINT64_MAX);
	CU_ASSERT_EQUAL(timerheap_first(h, NULL), UINT64_MAX);
	timerheap_destroy(h);
}

/* A list is slow but cannot be wrong: after each change both name the same deadline. */
static void
agrees_with_a_list(void)
{
	static const size_t counts[] = { 1, 2, 3, 7, 8, 64, ITEMS_MAX };
	uint64_t list[ITEMS_MAX];

	srand(1);
	for (size_t n = 0; n < SUITE_LEN(counts); n++) {
		size_t count = counts[n];
		struct timerheap *h = timerheap_create(count);

		CU_ASSERT_PTR_NOT_NULL_FATAL(h);
		for (size_t i = 0; i < count; i++)
			list[i] = UINT64_MAX;
		for (int step = 0; step < 5000; step++) {
			size_t item = (size_t)rand() % count;
			uint64_t first = UINT64_MAX;

			/* Few values, so that many are equal; sometimes never. */
			list[item] = rand() % 8 == 0 ? UINT64_MAX : (uint64_t)(rand() % 100);
			timerheap_set(h, item, list[item]);
			for (size_t i = 0; i < count; i++)
				first = list[i] < first ? list[i] : first;
			CU_ASSERT_EQUAL_FATAL(timerheap_first(h, &item), first);
			CU_ASSERT_EQUAL_FATAL(list[item], first);
		}
		timerheap_destroy(h);
	}
}

static void
gives_items_in_order(void)
{
	struct timerheap *h = timerheap_create(ITEMS_MAX);
	uint64_t last = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	srand(2);
	for (size_t i = 0; i < ITEMS_MAX; i++)
		timerheap_set(h, i, (uint64_t)rand());
	for (size_t i = 0; i < ITEMS_MAX; i++) {
		size_t item;
		uint64_t deadline = timerheap_first(h, &item);

		CU_ASSERT(deadline >= last && deadline != UINT64_MAX);
		last = deadline;
		timerheap_set(h, item, UINT64_MAX);
	}
	CU_ASSERT_EQUAL(timerheap_first(h, NULL), UINT64_MAX);
	timerheap_destroy(h);
}

static const struct suite_test tests[] = {
	SUITE_TEST(empty_heap_has_no_deadline),
	SUITE_TEST(items_begin_with_never),
	SUITE_TEST(agrees_with_a_list),
	SUITE_TEST(gives_items_in_order),
};

int
main(void)
{
	return suite_run("timerheap", tests, SUITE_LEN(tests));
}
