/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instance.h"
#include "suite.h"

static char base[INSTANCE_DIR_MAX];

/* Another process that takes the lock, says so through a pipe, and keeps it until it is killed. */
static pid_t
start_other(const char *prefix)
{
	char said = 0;
	int pipes[2];
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		struct instance i;
		pid_t other;

		said = instance_lock(&i, base, prefix, &other) == 0 ? 'y' : 'n';
		if (write(pipes[1], &said, 1) == 1)
			pause();
		_exit(1);
	}
	CU_ASSERT_EQUAL(read(pipes[0], &said, 1), 1);
	CU_ASSERT_EQUAL(said, 'y');
	close(pipes[0]);
	close(pipes[1]);
	return pid;
}

static void
kill_other(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
second_is_refused_with_the_pid_of_the_first(void)
{
	pid_t first = start_other("a");
	struct instance i;
	pid_t other = 0;

	CU_ASSERT_EQUAL(instance_lock(&i, base, "a", &other), -EBUSY);
	CU_ASSERT_EQUAL(other, first);
	instance_unlock(&i); /* was not held: the first keeps it */
	CU_ASSERT_EQUAL(instance_lock(&i, base, "a", &other), -EBUSY);
	kill_other(first);
}

static void
other_prefixes_do_not_meet(void)
{
	pid_t first = start_other("a");
	struct instance i;
	pid_t other;

	CU_ASSERT_EQUAL(instance_lock(&i, base, "b", &other), 0);
	instance_unlock(&i);
	kill_other(first);
}

static void
what_a_dead_one_leaves_is_no_obstacle(void)
{
	struct instance i;
	char path[128];
	struct stat st;
	pid_t other;

	kill_other(start_other("dead"));
	snprintf(path, sizeof(path), "%s/dead/lock", base);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(instance_lock(&i, base, "dead", &other), 0);
	instance_unlock(&i);
}

static void
unlocked_may_be_locked_again(void)
{
	struct instance i, again;
	pid_t other;

	CU_ASSERT_EQUAL(instance_lock(&i, base, "c", &other), 0);
	CU_ASSERT_EQUAL(instance_lock(&again, base, "c", &other), -EBUSY);
	CU_ASSERT_EQUAL(other, getpid());
	instance_unlock(&i);
	CU_ASSERT_EQUAL(instance_lock(&again, base, "c", &other), 0);
	instance_unlock(&again);
	instance_unlock(&again);
}

static void
nothing_is_left_but_what_is_not_ours(void)
{
	char path[128];
	struct instance i;
	pid_t other;

	CU_ASSERT_EQUAL(instance_lock(&i, base, "gone", &other), 0);
	CU_ASSERT_EQUAL(access(i.dir, F_OK), 0);
	instance_unlock(&i);
	CU_ASSERT_NOT_EQUAL(access(i.dir, F_OK), 0);
	CU_ASSERT_EQUAL(instance_lock(&i, base, "gone", &other), 0);
	snprintf(path, sizeof(path), "%s/other", i.dir);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	instance_unlock(&i);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
}

/* Each takes the lock as soon as the others let go: never two at a time. */
static void
those_who_come_while_others_go_are_alone(void)
{
	enum { PROCESSES = 4, ROUNDS = 300 };
	char owner[128];
	int status, failures = 0;

	snprintf(owner, sizeof(owner), "%s/owner", base);
	for (int p = 0; p < PROCESSES; p++) {
		if (fork() != 0)
			continue;
		for (int round = 0; round < ROUNDS; round++) {
			struct instance i;
			pid_t other;
			int rc;

			do {
				rc = instance_lock(&i, base, "busy", &other);
			} while (rc == -EBUSY || rc == -EAGAIN);
			if (rc != 0 || mkdir(owner, 0700) != 0 || rmdir(owner) != 0)
				_exit(1);
			instance_unlock(&i);
		}
		_exit(0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		CU_ASSERT(wait(&status) > 0);
		failures += status != 0;
	}
	CU_ASSERT_EQUAL(failures, 0);
}

/* A lock that is held, but by one who has not written its pid. */
static void
holder_without_pid_is_zero(void)
{
	struct instance i, second;
	pid_t other = -1;

	CU_ASSERT_EQUAL(instance_lock(&i, base, "d", &other), 0);
	CU_ASSERT_EQUAL(ftruncate(i.lock_fd, 0), 0);
	CU_ASSERT_EQUAL(instance_lock(&second, base, "d", &other), -EBUSY);
	CU_ASSERT_EQUAL(other, 0);
	instance_unlock(&i);
}

static void
directory_is_for_owner_and_group(void)
{
	mode_t before = umask(0077);
	struct instance i;
	char dir[INSTANCE_DIR_MAX];
	struct stat st;
	pid_t other;

	CU_ASSERT_EQUAL(instance_dir(base, "mode", dir), 0);
	CU_ASSERT_EQUAL(mkdir(dir, 0777), 0);
	CU_ASSERT_EQUAL(instance_lock(&i, base, "mode", &other), 0);
	CU_ASSERT_STRING_EQUAL(i.dir, dir);
	CU_ASSERT_EQUAL(stat(dir, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0750);
	CU_ASSERT_EQUAL(fcntl(i.lock_fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	instance_unlock(&i);
	umask(before);
}

static void
odd_prefixes_are_refused(void)
{
	static const char *const odd[] = {
		"", ".", "..", "a/b", "/a", "a..b", "../a", "a b", "a\n", "\x1b",
	};
	char longest[INSTANCE_DIR_MAX + 1];
	struct instance i;
	pid_t other;

	for (size_t n = 0; n < SUITE_LEN(odd); n++)
		CU_ASSERT_EQUAL(instance_lock(&i, base, odd[n], &other), -EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	CU_ASSERT_EQUAL(instance_lock(&i, base, longest, &other), -ENAMETOOLONG);
	CU_ASSERT_EQUAL(instance_lock(&i, base, "wan-1.b_2", &other), 0);
	instance_unlock(&i);
}

static void
a_link_in_the_way_is_not_followed(void)
{
	struct instance i;
	char path[128];
	pid_t other;

	snprintf(path, sizeof(path), "%s/link", base);
	CU_ASSERT_EQUAL(symlink("/tmp", path), 0);
	CU_ASSERT(instance_lock(&i, base, "link", &other) < 0);
	CU_ASSERT_NOT_EQUAL(access("/tmp/lock", F_OK), 0);
}

static void
base_depends_on_the_user(void)
{
	char where[INSTANCE_DIR_MAX];
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		char deep[INSTANCE_DIR_MAX + 8];
		int failed;

		if (geteuid() == 0) {
			failed = instance_base(where) != 0 || strcmp(where, "/run/koi") != 0;
			if (failed || seteuid(65534) != 0)
				_exit(1);
		}
		setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
		failed = instance_base(where) != 0 || strcmp(where, "/run/user/7/koi") != 0;
		unsetenv("XDG_RUNTIME_DIR");
		failed |= instance_base(where) != -ENOENT;
		memset(deep, '/', sizeof(deep));
		deep[sizeof(deep) - 1] = '\0';
		setenv("XDG_RUNTIME_DIR", deep, 1);
		failed |= instance_base(where) != -ENAMETOOLONG;
		_exit(failed);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
}

static const struct suite_test tests[] = {
	SUITE_TEST(second_is_refused_with_the_pid_of_the_first),
	SUITE_TEST(other_prefixes_do_not_meet),
	SUITE_TEST(what_a_dead_one_leaves_is_no_obstacle),
	SUITE_TEST(unlocked_may_be_locked_again),
	SUITE_TEST(nothing_is_left_but_what_is_not_ours),
	SUITE_TEST(those_who_come_while_others_go_are_alone),
	SUITE_TEST(holder_without_pid_is_zero),
	SUITE_TEST(directory_is_for_owner_and_group),
	SUITE_TEST(odd_prefixes_are_refused),
	SUITE_TEST(a_link_in_the_way_is_not_followed),
	SUITE_TEST(base_depends_on_the_user),
};

int
main(void)
{
	char dir[] = "/tmp/koi-test-XXXXXX";
	char command[64];
	int rc;

	if (mkdtemp(dir) == NULL)
		return EXIT_FAILURE;
	/* The base does not exist yet either. */
	snprintf(base, sizeof(base), "%s/koi", dir);
	rc = suite_run("instance", tests, SUITE_LEN(tests));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) == 0 ? rc : EXIT_FAILURE;
}
