/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs that fail, hang or talk too much. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "notify_bench.h"

static void
failures_are_told(void)
{
	bench_write_script("status", "exit 3");
	bench_write_script("signal", "kill -ABRT $$");
	bench_write_script("mode", "");
	chmod(bench_path("mode"), 0644);
	bench_begin_log();
	bench_begin(LIMIT_MS);
	bench_set_programs(4, "status", "signal", "mode", "missing");
	bench_tell("7@lan.100", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(counter_read(&bench_counters->failed) == 4);
	WAIT_FOR(bench_log_has("koi.notify: 7@lan.100: "));
	WAIT_FOR(bench_log_has("/status: MASTER: exit status 3\n"));
	WAIT_FOR(bench_log_has("/signal: MASTER: ended by signal 6 (Aborted)\n"));
	WAIT_FOR(bench_log_has("/mode: MASTER: cannot be started: Permission denied\n"));
	WAIT_FOR(bench_log_has("/missing: MASTER: cannot be started: No such file or directory\n"));
	CU_ASSERT(bench_is_idle());
	bench_end();
	bench_end_log();
}

static void
output_is_logged_and_bounded(void)
{
	bench_write_script("talk", "printf 'one\\033[31m\\ntwo' >&2; touch talked");
	bench_write_script("flood", "i=0; while [ $i -lt 100 ]; do echo flood; i=$((i + 1)); done");
	bench_begin_log();
	bench_begin(LIMIT_MS);
	bench_set_programs(2, "talk", "flood");
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(bench_has_file("talked") && bench_is_idle());
	WAIT_FOR(bench_log_has("/talk: one [31m\n") && bench_log_has("/talk: two\n"));
	WAIT_FOR(bench_log_has("/flood: what else it writes is not logged\n"));
	CU_ASSERT_EQUAL(bench_log_count("/flood: flood\n"), 20);
	CU_ASSERT_EQUAL(counter_read(&bench_counters->failed), 0);
	bench_end();
	bench_end_log();
}

static void
failures_do_not_flood_the_log(void)
{
	bench_begin_log();
	bench_begin(LIMIT_MS);
	bench_set_programs(1, "missing");
	for (unsigned int i = 1; i <= 200; i++) {
		char vhid[16];

		snprintf(vhid, sizeof(vhid), "%u@lan", i);
		bench_tell(vhid, CARP_INIT, CARP_BACKUP);
	}
	WAIT_FOR(counter_read(&bench_counters->failed) == 200);
	CU_ASSERT(bench_log_count("cannot be started") < 150);
	sleep(1);
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(bench_log_has("lines of failures left out\n"));
	bench_end();
	bench_end_log();
}

/* It does not heed SIGTERM, nor does what it has started. */
static void
over_the_limit_with_its_group(void)
{
	uint64_t begin_us = bench_clock_us();
	pid_t child;

	bench_write_script("hang", "trap '' TERM; sleep 60 & echo $! >hang.new; mv hang.new hang.pid; "
			     "while :; do sleep 1; done");
	bench_begin_log();
	bench_begin(SHORT_LIMIT_MS);
	bench_set_programs(1, "hang");
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(bench_has_file("hang.pid"));
	child = atoi(bench_read("hang.pid"));
	CU_ASSERT_FATAL(child > 0);
	CU_ASSERT(!bench_is_gone(child));
	WAIT_FOR(counter_read(&bench_counters->failed) == 1 && bench_is_idle());
	CU_ASSERT(bench_clock_us() - begin_us >= (SHORT_LIMIT_MS + 1000) * 1000);
	WAIT_FOR(bench_is_gone(child));
	WAIT_FOR(bench_log_has("/hang: MASTER: was over the time limit and has been killed\n"));
	bench_end();
	bench_end_log();
}

/* The first heeds SIGTERM, and what it leaves behind does not. */
static void
over_the_limit_leaves_nothing(void)
{
	pid_t child;

	bench_write_script("leave", "(trap '' TERM; while :; do sleep 1; done) & echo $! >leave.new; "
			      "mv leave.new leave.pid; wait");
	bench_begin(SHORT_LIMIT_MS);
	bench_set_programs(1, "leave");
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(counter_read(&bench_counters->failed) == 1 && bench_is_idle());
	child = atoi(bench_read("leave.pid"));
	CU_ASSERT_FATAL(child > 0);
	WAIT_FOR(bench_is_gone(child));
	bench_end();
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(failures_are_told),
		SUITE_TEST(output_is_logged_and_bounded),
		SUITE_TEST(failures_do_not_flood_the_log),
		SUITE_TEST(over_the_limit_with_its_group),
		SUITE_TEST(over_the_limit_leaves_nothing),
	};
	int status;

	bench_create();
	status = suite_run("notify_failure", tests, SUITE_LEN(tests));
	bench_destroy();
	return status;
}
