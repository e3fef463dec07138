/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay_store.h"
#include "suite.h"

#define CLOCK UINT64_C(0x6000000000000000)
#define TEN_YEARS (UINT64_C(315360000) << 32)

static char base[] = "/tmp/koi-test-replay-XXXXXX";
static char path[PATH_MAX];

static size_t
recall(struct replay_store *s, const char *name, uint64_t *counter, struct replay_entry *out)
{
	size_t place = replay_store_recall(s, name, counter, out);

	CU_ASSERT_NOT_EQUAL_FATAL(place, REPLAY_NOWHERE);
	return place;
}

/* A run: counters begin at @p clock or after what was saved; returns where. */
static uint64_t
run(uint64_t clock, uint64_t frames, struct replay_entry *found)
{
	struct replay_store *s = replay_store_open("a");
	struct replay_state state = { .counter = clock };
	uint64_t first;
	size_t place = recall(s, "1@lan", &state.counter, found);

	first = state.counter;
	replay_store_flush(s); /* before the first frame */
	state.counter += frames;
	replay_store_note(s, place, &state);
	replay_store_close(s);
	return first;
}

static void
remove_file(void)
{
	unlink(path);
}

static void
the_clock_decides_at_first(void)
{
	struct replay_entry found;

	remove_file();
	CU_ASSERT_EQUAL(run(CLOCK, 10, &found), CLOCK);
	CU_ASSERT_EQUAL(found.floor_count, 0);
	CU_ASSERT_EQUAL(run(CLOCK + TEN_YEARS, 10, &found), CLOCK + TEN_YEARS);
}

static void
a_clock_set_back_does_not_bring_counters_back(void)
{
	struct replay_entry found;
	uint64_t last = CLOCK;

	remove_file();
	CU_ASSERT_EQUAL(run(CLOCK, 10, &found), CLOCK);
	for (int i = 0; i < 3; i++) {
		uint64_t first = run(CLOCK - TEN_YEARS, 10, &found);

		CU_ASSERT(first >= last + 10);
		last = first;
	}
}

/* Nothing is written in the end: what was saved before the first frame has to do. */
static void
a_crash_does_not_bring_counters_back(void)
{
	struct replay_store *s;
	struct replay_entry found;
	uint64_t counter = CLOCK;

	remove_file();
	s = replay_store_open("a");
	recall(s, "1@lan", &counter, &found);
	replay_store_flush(s);
	CU_ASSERT(run(CLOCK - TEN_YEARS, 0, &found) > CLOCK + 100000);
	replay_store_close(s);
}

static void
the_reserve_is_renewed_before_it_is_reached(void)
{
	struct replay_store *s;
	struct replay_entry found;
	struct replay_entry *saved;
	uint64_t counter = CLOCK;
	size_t place, count;

	remove_file();
	s = replay_store_open("a");
	place = recall(s, "1@lan", &counter, &found);
	for (uint64_t sent = 0; sent < UINT64_C(1) << 23; sent += 100000) {
		struct replay_state state = { .counter = CLOCK + sent };

		replay_store_note(s, place, &state);
		replay_store_flush(s);
		CU_ASSERT_EQUAL_FATAL(replay_file_read(path, &saved, &count), 0);
		CU_ASSERT_FATAL(saved[0].counter > CLOCK + sent + 100000);
		free(saved);
	}
	replay_store_close(s);
}

static struct carp_floor
floor_of(const char *address, uint64_t first, uint64_t last)
{
	struct carp_floor floor = { .first = first, .last = last };

	CU_ASSERT_EQUAL(ip_addr_parse(address, &floor.address), 0);
	return floor;
}

static void
floors_are_found_again_and_can_be_forgotten(void)
{
	struct replay_store *s;
	struct replay_entry found;
	uint64_t counter = CLOCK;
	struct replay_state state = {
		.counter = CLOCK + 5,
		.floor_count = 2,
		.floor = { floor_of("10.0.0.2", 7, UINT64_MAX), floor_of("fe80::1", 1, 0) },
	};
	size_t place;

	remove_file();
	s = replay_store_open("a");
	recall(s, "2@wan", &counter, &found);
	place = recall(s, "1@lan", &counter, &found);
	replay_store_note(s, place, &state);
	replay_store_close(s);

	s = replay_store_open("a");
	place = recall(s, "1@lan", &counter, &found);
	CU_ASSERT_EQUAL_FATAL(found.floor_count, 2);
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(ip_addr_compare(&found.floor[i].address, &state.floor[i].address), 0);
		CU_ASSERT_EQUAL(found.floor[i].first, state.floor[i].first);
		CU_ASSERT_EQUAL(found.floor[i].last, state.floor[i].last);
	}
	state.floor_count = 0;
	replay_store_note(s, place, &state);
	replay_store_close(s);

	s = replay_store_open("a");
	recall(s, "1@lan", &counter, &found);
	CU_ASSERT_EQUAL(found.floor_count, 0);
	replay_store_close(s);
}

static void
what_is_not_published_yet_changes_nothing(void)
{
	struct replay_store *s;
	struct replay_entry found;
	struct replay_state state = { .counter = CLOCK, .floor_count = 1,
				      .floor = { floor_of("10.0.0.2", 7, 9) } };
	uint64_t counter = CLOCK;
	size_t place;

	remove_file();
	s = replay_store_open("a");
	place = recall(s, "1@lan", &counter, &found);
	replay_store_note(s, place, &state);
	memset(&state, 0, sizeof(state));
	replay_store_note(s, place, &state);
	replay_store_close(s);
	s = replay_store_open("a");
	recall(s, "1@lan", &counter, &found);
	CU_ASSERT_EQUAL(found.floor_count, 1);
	replay_store_close(s);
}

static void
nothing_is_written_for_nothing(void)
{
	struct replay_store *s;

	remove_file();
	s = replay_store_open("a");
	replay_store_save(s);
	replay_store_close(s);
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
}

/* The thread writes what is asked for, and has ended when the store is closed. */
static void
the_thread_writes(void)
{
	struct replay_store *s;
	struct replay_entry found;
	uint64_t counter = CLOCK;
	int tries = 0;

	remove_file();
	s = replay_store_open("a");
	recall(s, "1@lan", &counter, &found);
	replay_store_save(s);
	while (access(path, F_OK) != 0 && tries++ < 5000)
		usleep(1000);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	replay_store_close(s);
}

static void
write_text(const char *text)
{
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
}

static void
a_bad_file_is_put_aside(void)
{
	static const char *const bad[] = {
		"",
		"no JSON",
		"[]",
		"{ \"version\": 2, \"vhids\": {} }",
		"{ \"version\": 1 }",
		"{ \"version\": 1, \"vhids\": [] }",
		"{ \"version\": 1, \"vhids\": { \"1@lan\": 1 } }",
		"{ \"version\": 1, \"vhids\": { \"1@lan\": { \"counter\": 12, \"floors\": [] } } }",
		"{ \"version\": 1, \"vhids\": { \"1@lan\": { \"counter\": \"12\", \"floors\": [] } } }",
		"{ \"version\": 1, \"vhids\": { \"1@lan\": "
		"{ \"counter\": \"000000000000000g\", \"floors\": [] } } }",
		"{ \"version\": 1, \"vhids\": { \"1@lan\": "
		"{ \"counter\": \"0000000000000001\", \"floors\": [ {} ] } } }",
		"{ \"version\": 1, \"vhids\": { \"1@lan\": "
		"{ \"counter\": \"0000000000000001\", \"floors\": [0,0,0,0,0,0,0,0,0] } } }",
		"{ \"version\": 1, \"vhids\": { \"a name that is longer than any\": "
		"{ \"counter\": \"0000000000000001\", \"floors\": [] } } }",
	};
	struct replay_entry found;
	char aside[PATH_MAX + 8];

	snprintf(aside, sizeof(aside), "%s.bad", path);
	for (size_t i = 0; i < SUITE_LEN(bad); i++) {
		unlink(aside);
		write_text(bad[i]);
		CU_ASSERT_EQUAL(run(CLOCK, 1, &found), CLOCK);
		CU_ASSERT_EQUAL(access(aside, F_OK), 0);
		CU_ASSERT_EQUAL(run(CLOCK - 1, 1, &found) > CLOCK, true);
	}
	unlink(aside);
}

static void
only_the_owner_reads_it(void)
{
	struct replay_entry found;
	struct stat st;

	remove_file();
	run(CLOCK, 1, &found);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
}

/* The folder cannot be made: koi goes on, and tells. */
static void
without_a_place_it_goes_on(void)
{
	struct replay_entry found;

	CU_ASSERT_EQUAL(setenv("STATE_DIRECTORY", "/proc/nowhere", 1), 0);
	CU_ASSERT_EQUAL(run(CLOCK, 1, &found), CLOCK);
	CU_ASSERT_EQUAL(run(CLOCK, 1, &found), CLOCK);
	CU_ASSERT_EQUAL(setenv("STATE_DIRECTORY", base, 1), 0);
}

static const struct suite_test tests[] = {
	SUITE_TEST(the_clock_decides_at_first),
	SUITE_TEST(a_clock_set_back_does_not_bring_counters_back),
	SUITE_TEST(a_crash_does_not_bring_counters_back),
	SUITE_TEST(the_reserve_is_renewed_before_it_is_reached),
	SUITE_TEST(floors_are_found_again_and_can_be_forgotten),
	SUITE_TEST(what_is_not_published_yet_changes_nothing),
	SUITE_TEST(nothing_is_written_for_nothing),
	SUITE_TEST(the_thread_writes),
	SUITE_TEST(a_bad_file_is_put_aside),
	SUITE_TEST(only_the_owner_reads_it),
	SUITE_TEST(without_a_place_it_goes_on),
};

int
main(void)
{
	char folder[PATH_MAX];
	int status;

	if (mkdtemp(base) == NULL || setenv("STATE_DIRECTORY", base, 1) != 0 ||
	    replay_file_path("a", path) != 0)
		return 1;
	status = suite_run("replay_store", tests, SUITE_LEN(tests));
	unlink(path);
	snprintf(folder, sizeof(folder), "%s/a", base);
	rmdir(folder);
	rmdir(base);
	return status;
}
