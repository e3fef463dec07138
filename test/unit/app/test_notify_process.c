/* SPDX-License-Identifier: BSD-3-Clause */
/* The helper as a process, and the process that a program is. */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "notify_bench.h"

#define LOOK "look"

/* ------------------------------------------------------------------------------------------- */
/* This test as a program: what it finds                                                        */
/* ------------------------------------------------------------------------------------------- */

static void
print_descriptors(FILE *out)
{
	DIR *fds = opendir("/proc/self/fd");
	const struct dirent *entry;

	while ((entry = readdir(fds)) != NULL) {
		int fd = atoi(entry->d_name);
		char link[32];
		char target[64] = "";

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		if (entry->d_name[0] == '.' || fd == dirfd(fds) || fd == fileno(out) ||
		    readlink(link, target, sizeof(target) - 1) < 0)
			continue;
		fprintf(out, "fd %d %.4s\n", fd, target);
	}
	closedir(fds);
}

static int
look_around(char **argv)
{
	char path[64];
	char cwd[64];
	sigset_t blocked;
	FILE *out;

	snprintf(path, sizeof(path), "%s.out", argv[0]);
	out = fopen(path, "we");
	if (out == NULL)
		err(1, "%s", path);
	for (char **v = environ; *v != NULL; v++)
		fprintf(out, "%s\n", *v);
	print_descriptors(out);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (int number = 1; number < SIGRTMIN; number++)
		if (sigismember(&blocked, number) == 1 || signal(number, SIG_DFL) == SIG_IGN)
			fprintf(out, "signal %d\n", number);
	fprintf(out, "arguments %s %s\n", argv[1], argv[2]);
	fprintf(out, "cwd %s\n", getcwd(cwd, sizeof(cwd)));
	fprintf(out, "group %s\n", getpgrp() == getpid() ? "own" : "another");
	fclose(out);
	return 0;
}

/* ------------------------------------------------------------------------------------------- */
/* Processes                                                                                    */
/* ------------------------------------------------------------------------------------------- */

static void
helper_that_is_killed(void)
{
	bench_write_script("run", "");
	bench_begin_log();
	bench_begin(LIMIT_MS);
	bench_set_programs(1, "run");
	kill(notify_pid(bench_notify), SIGKILL);
	WAIT_FOR(bench_log_has("has ended: none is started until koi is restarted\n"));
	WAIT_FOR(notify_pid(bench_notify) == 0);
	bench_tell("1@lan", CARP_INIT, CARP_BACKUP);
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	CU_ASSERT_EQUAL(counter_read(&bench_counters->lost), 2);
	CU_ASSERT_EQUAL(bench_log_count("has ended"), 1);
	bench_end();
	bench_end_log();
}

static void
helper_heeds_no_signal(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE };

	bench_write_script("run", "");
	bench_begin(LIMIT_MS);
	/* From the first moment on. */
	for (size_t i = 0; i < SUITE_LEN(numbers); i++)
		kill(notify_pid(bench_notify), numbers[i]);
	bench_set_programs(1, "run");
	bench_tell("1@lan", CARP_INIT, CARP_BACKUP);
	WAIT_FOR(counter_read(&bench_counters->started) == 1 && bench_is_idle());
	CU_ASSERT(getsid(notify_pid(bench_notify)) == notify_pid(bench_notify));
	bench_end();
}

/* koi's last states, a report that koi has not read, and then nothing but its end. */
static void __attribute__((noreturn))
be_killed(int to)
{
	pid_t helper;

	bench_begin(LIMIT_MS);
	helper = notify_pid(bench_notify);
	bench_set_programs(2, "talk", "final");
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	while (!bench_has_file("talked"))
		usleep(1000);
	usleep(50000);
	bench_tell("1@lan", CARP_MASTER, CARP_INIT);
	bench_tell("2@lan", CARP_BACKUP, CARP_INIT);
	if (write(to, &helper, sizeof(helper)) != sizeof(helper))
		err(1, "write");
	kill(getpid(), SIGKILL);
	abort();
}

static void
koi_that_is_killed(void)
{
	pid_t helper = 0;
	int pipes[2];
	pid_t koi;

	bench_write_script("talk", "echo said; touch talked");
	bench_write_script("final", "sleep 0.2; echo $1 $2 >>final.out");
	CU_ASSERT_FATAL(pipe(pipes) == 0);
	koi = fork();
	if (koi == 0)
		be_killed(pipes[1]);
	CU_ASSERT_EQUAL(read(pipes[0], &helper, sizeof(helper)), sizeof(helper));
	waitpid(koi, NULL, 0);
	CU_ASSERT_FATAL(helper > 0);
	WAIT_FOR(bench_is_gone(helper));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench_read("final.out"), "1@lan INIT\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(bench_read("final.out"), "2@lan INIT\n"));
	close(pipes[0]);
	close(pipes[1]);
}

/* The last states are told though a program of an earlier one hangs, and koi does not wait. */
static void
clean_stop_tells_the_last_states(void)
{
	uint64_t begin_us;
	pid_t helper;

	bench_write_script("stop", "echo $1 $2 >>stop.out; [ $2 = INIT ] || exec sleep 60");
	bench_begin(SHORT_LIMIT_MS);
	helper = notify_pid(bench_notify);
	bench_set_programs(1, "stop");
	bench_tell("1@lan", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(bench_has_file("stop.out"));
	bench_tell("1@lan", CARP_MASTER, CARP_INIT);
	begin_us = bench_clock_us();
	notify_stop(bench_notify);
	bench_notify = NULL;
	CU_ASSERT(bench_clock_us() - begin_us < 1000000);
	WAIT_FOR(bench_is_gone(helper));
	CU_ASSERT_STRING_EQUAL(bench_read("stop.out"), "1@lan MASTER\n1@lan INIT\n");
	waitpid(helper, NULL, 0);
}

static void
programs_find_what_is_promised(void)
{
	int stray_fd = open("/dev/zero", O_RDONLY);
	char self[128] = "";

	CU_ASSERT_FATAL(stray_fd >= 0);
	CU_ASSERT_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	CU_ASSERT_FATAL(symlink(self, bench_path(LOOK)) == 0);
	clearenv();
	setenv("PATH", "/bin", 1);
	setenv("LANG", "C", 1);
	setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials", 1);
	bench_begin(LIMIT_MS);
	bench_set_programs(1, LOOK);
	bench_sequence = 41;
	bench_tell("200@lan.100", CARP_BACKUP, CARP_MASTER);
	WAIT_FOR(counter_read(&bench_counters->started) == 1 && bench_is_idle());
	CU_ASSERT_STRING_EQUAL(bench_read(LOOK ".out"),
			       "KOI_VHID=200\nKOI_INTERFACE=lan.100\nKOI_FROM=BACKUP\n"
			       "KOI_TO=MASTER\nKOI_REASON=master timed out, silent for 0 ms\n"
			       "KOI_SEQUENCE=42\n"
			       "LANG=C\nPATH=/bin\n"
			       "fd 0 /dev\nfd 1 pipe\nfd 2 pipe\n"
			       "arguments 200@lan.100 MASTER\ncwd /\ngroup own\n");
	bench_end();
	close(stray_fd);
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(helper_that_is_killed),
		SUITE_TEST(helper_heeds_no_signal),
		SUITE_TEST(koi_that_is_killed),
		SUITE_TEST(clean_stop_tells_the_last_states),
		SUITE_TEST(programs_find_what_is_promised),
	};
	int status;

	if (argc == 3)
		return look_around(argv);
	bench_create();
	status = suite_run("notify_process", tests, SUITE_LEN(tests));
	bench_destroy();
	return status;
}
