/* SPDX-License-Identifier: BSD-3-Clause */
/* Which states programs are told, with real scripts. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "notify_bench.h"

static void
each_state_in_its_order(void)
{
	bench_write_script("order", "echo $1 $2 >>order.out");
	bench_begin(LIMIT_MS);
	bench_set_programs(1, "order");
	bench_tell("1@lan", CARP_INIT, CARP_BACKUP);
	WAIT_FOR(counter_read(&bench_counters->started) == 1 && bench_is_idle());
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(counter_read(&bench_counters->started) == 2 && bench_is_idle());
	bench_tell("1@lan", CARP_MASTER, CARP_INIT);
	WAIT_FOR(counter_read(&bench_counters->started) == 3 && bench_is_idle());
	CU_ASSERT_STRING_EQUAL(bench_read("order.out"), "1@lan BACKUP\n1@lan MASTER\n1@lan INIT\n");
	CU_ASSERT_EQUAL(counter_read(&bench_counters->failed), 0);
	bench_end();
}

static void
last_state_wins(void)
{
	bench_write_script("wins", "echo $2 $KOI_SEQUENCE >>wins.out\n"
			     "until [ -e go ]; do sleep 0.01; done");
	bench_begin(LIMIT_MS);
	bench_set_programs(1, "wins");
	bench_sequence = 0;
	bench_tell("1@lan", CARP_INIT, CARP_BACKUP);
	WAIT_FOR(strcmp(bench_read("wins.out"), "BACKUP 1\n") == 0);
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	bench_tell("1@lan", CARP_MASTER, CARP_BACKUP);
	bench_tell("1@lan", CARP_BACKUP, CARP_INIT);
	bench_tell("1@lan", CARP_INIT, CARP_MASTER);
	WAIT_FOR(counter_read(&bench_counters->skipped) == 3);
	CU_ASSERT_EQUAL(counter_read(&bench_counters->pending), 1);
	bench_make_file("go");
	WAIT_FOR(bench_is_idle());
	CU_ASSERT_STRING_EQUAL(bench_read("wins.out"), "BACKUP 1\nMASTER 5\n");
	bench_end();
}

/* Each waits for the other: one after the other they would be over the limit. */
static void
two_vhids_in_parallel(void)
{
	bench_write_script("meet", "touch met$KOI_VHID\n"
			     "until [ -e met$((3 - KOI_VHID)) ]; do sleep 0.01; done");
	bench_begin(LIMIT_MS);
	bench_set_programs(1, "meet");
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	bench_tell("2@lan", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(counter_read(&bench_counters->started) == 2 && bench_is_idle());
	CU_ASSERT_EQUAL(counter_read(&bench_counters->failed), 0);
	bench_end();
}

static void
programs_change_with_a_reload(void)
{
	bench_write_script("old", "echo old $2 >>change.out");
	bench_write_script("new", "echo new $2 >>change.out");
	bench_begin(LIMIT_MS);
	bench_tell("1@lan", CARP_INIT, CARP_BACKUP); /* nobody wants to know */
	bench_set_programs(1, "old");
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	bench_set_programs(2, "new", "new");
	WAIT_FOR(counter_read(&bench_counters->started) == 1 && bench_is_idle());
	bench_tell("1@lan", CARP_MASTER, CARP_INIT);
	WAIT_FOR(counter_read(&bench_counters->started) == 2 && bench_is_idle());
	CU_ASSERT_STRING_EQUAL(bench_read("change.out"), "old MASTER\nnew INIT\n");
	bench_end();
}

#define MANY_VHIDS 100
#define MANY_STATES 5000

/* Every vhid's last state is told, and told last. */
static void
check_last_of_many(void)
{
	for (unsigned int i = 1; i <= MANY_VHIDS; i++) {
		char name[32];
		char expected[32];
		const char *told;
		size_t len;

		snprintf(name, sizeof(name), "many.%u@lan", i);
		snprintf(expected, sizeof(expected), "%u\n", MANY_STATES - MANY_VHIDS + i);
		told = bench_read(name);
		len = strlen(expected);
		CU_ASSERT(strlen(told) >= len &&
			  strcmp(told + strlen(told) - len, expected) == 0);
		if (unlink(bench_path(name)) != 0)
			CU_FAIL("no such file");
	}
}

static uint64_t
count_settled(void)
{
	return counter_read(&bench_counters->started) + counter_read(&bench_counters->skipped) +
	       counter_read(&bench_counters->superseded);
}

static void
send_many(void)
{
	bench_sequence = 0;
	for (unsigned int i = 0; i < MANY_STATES; i++) {
		char vhid[16];

		snprintf(vhid, sizeof(vhid), "%u@lan", i % MANY_VHIDS + 1);
		bench_tell(vhid, i / MANY_VHIDS % 2 == 0 ? CARP_BACKUP : CARP_MASTER,
		     i / MANY_VHIDS % 2 == 0 ? CARP_MASTER : CARP_BACKUP);
	}
}

static void
thousands_of_states(void)
{
	bench_write_script("many", "echo $KOI_SEQUENCE >>many.$1");
	bench_begin(LIMIT_MS);
	bench_set_programs(1, "many");
	send_many();
	WAIT_FOR(bench_is_idle() && count_settled() == MANY_STATES);
	CU_ASSERT_EQUAL(counter_read(&bench_counters->failed) + counter_read(&bench_counters->lost), 0);
	check_last_of_many();
	bench_end();
}

/* koi waits for nobody, and what it keeps is one state for each vhid. */
static void
helper_that_stands_still(void)
{
	uint64_t begin_us;

	bench_begin(LIMIT_MS);
	bench_set_programs(1, "many");
	kill(notify_pid(bench_notify), SIGSTOP);
	begin_us = bench_clock_us();
	send_many();
	CU_ASSERT(bench_clock_us() - begin_us < 2000000);
	CU_ASSERT_EQUAL(counter_read(&bench_counters->waiting), MANY_VHIDS);
	kill(notify_pid(bench_notify), SIGCONT);
	WAIT_FOR(bench_is_idle() && count_settled() == MANY_STATES);
	check_last_of_many();
	bench_end();
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(each_state_in_its_order),
		SUITE_TEST(last_state_wins),
		SUITE_TEST(two_vhids_in_parallel),
		SUITE_TEST(programs_change_with_a_reload),
		SUITE_TEST(thousands_of_states),
		SUITE_TEST(helper_that_stands_still),
	};
	int status;

	bench_create();
	status = suite_run("notify", tests, SUITE_LEN(tests));
	bench_destroy();
	return status;
}
