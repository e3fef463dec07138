/* SPDX-License-Identifier: BSD-3-Clause */
/* What waits to be told, without any process. */
#include <errno.h>
#include <stdio.h>

#include "notify_queue.h"
#include "suite.h"

static int
put(struct notify_queue *q, const char *vhid, const char *program, uint64_t sequence)
{
	struct notify_state state = { .sequence = sequence };

	snprintf(state.vhid, sizeof(state.vhid), "%s", vhid);
	return notify_queue_put(q, program, &state);
}

static void
first_come_first_served(void)
{
	struct notify_queue *q = notify_queue_create(8);
	struct notify_state state;

	CU_ASSERT_EQUAL(put(q, "1@lan", "/a", 1), 0);
	CU_ASSERT_EQUAL(put(q, "2@lan", "/a", 2), 0);
	CU_ASSERT_EQUAL(put(q, "1@lan", "/b", 1), 0);
	CU_ASSERT_EQUAL(notify_queue_pending(q), 3);
	CU_ASSERT_STRING_EQUAL(notify_entry_program(notify_queue_take(q, &state)), "/a");
	CU_ASSERT_STRING_EQUAL(state.vhid, "1@lan");
	notify_queue_take(q, &state);
	CU_ASSERT_STRING_EQUAL(state.vhid, "2@lan");
	CU_ASSERT_STRING_EQUAL(notify_entry_program(notify_queue_take(q, &state)), "/b");
	CU_ASSERT_PTR_NULL(notify_queue_take(q, &state));
	CU_ASSERT_EQUAL(notify_queue_pending(q), 0);
	notify_queue_destroy(q);
}

static void
newest_state_keeps_its_place(void)
{
	struct notify_queue *q = notify_queue_create(8);
	struct notify_state state;

	put(q, "1@lan", "/a", 1);
	put(q, "2@lan", "/a", 2);
	CU_ASSERT_EQUAL(put(q, "1@lan", "/a", 3), 1);
	CU_ASSERT_EQUAL(notify_queue_pending(q), 2);
	notify_queue_take(q, &state);
	CU_ASSERT_EQUAL(state.sequence, 3);
	notify_queue_take(q, &state);
	CU_ASSERT_EQUAL(state.sequence, 2);
	notify_queue_destroy(q);
}

static void
one_at_a_time(void)
{
	struct notify_queue *q = notify_queue_create(8);
	struct notify_entry *running;
	struct notify_state state;

	put(q, "1@lan", "/a", 1);
	running = notify_queue_take(q, &state);
	CU_ASSERT_EQUAL(put(q, "1@lan", "/a", 2), 0);
	CU_ASSERT_EQUAL(put(q, "1@lan", "/a", 3), 1);
	CU_ASSERT_PTR_NULL(notify_queue_take(q, &state));
	CU_ASSERT_EQUAL(notify_queue_pending(q), 1);
	notify_queue_release(q, running);
	CU_ASSERT_PTR_EQUAL(notify_queue_take(q, &state), running);
	CU_ASSERT_EQUAL(state.sequence, 3);
	notify_queue_release(q, running);
	CU_ASSERT_PTR_NULL(notify_queue_take(q, &state));
	notify_queue_destroy(q);
}

static void
room_is_bounded_and_comes_back(void)
{
	struct notify_queue *q = notify_queue_create(2);
	struct notify_state state;

	put(q, "1@lan", "/a", 1);
	put(q, "2@lan", "/a", 2);
	CU_ASSERT_EQUAL(put(q, "3@lan", "/a", 3), -ENOSPC);
	CU_ASSERT_EQUAL(put(q, "2@lan", "/a", 4), 1);
	notify_queue_release(q, notify_queue_take(q, &state));
	CU_ASSERT_EQUAL(put(q, "3@lan", "/a", 5), 0);
	notify_queue_destroy(q);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(first_come_first_served),
		SUITE_TEST(newest_state_keeps_its_place),
		SUITE_TEST(one_at_a_time),
		SUITE_TEST(room_is_bounded_and_comes_back),
	};

	return suite_run("notify_queue", tests, SUITE_LEN(tests));
}
