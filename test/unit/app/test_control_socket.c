/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket, served by a thread as the manager does, against clients of every kind. */
#include <err.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "control_peer.h"
#include "control_socket.h"
#include "full_runtime.h"
#include "stub_executor.h"
#include "suite.h"

/* Many answers may stand before ours, on a machine that has other things to do. */
#define PATIENCE_MS 30000
#define NOBODY 65534
#define LIST "{\"version\":1,\"query\":\"/carp/list\"}\n"
#define DEMOTE "{\"version\":1,\"command\":\"demote\",\"add\":1}\n"
#define RELOAD "{\"version\":1,\"command\":\"reload\"}\n"
#define ALL_NEIGHBOURS \
	"{\"version\":1,\"query\":\"/neigh/table\",\"params\":\"" FULL_INTERFACE "\"}\n"

static struct runtime *r;
static struct control_socket *control;
static struct stub_executor executor;
static _Atomic bool stop;
static char dir[] = "/tmp/koi-test-XXXXXX";
static char path[sizeof(dir) + sizeof("/control")];

static void *
serve(void *arg)
{
	struct pollfd ready = { .fd = control_socket_fd(control), .events = POLLIN };

	while (!atomic_load(&stop)) {
		poll(&ready, 1, executor.first != NULL ? 1 : 5);
		control_socket_serve(control);
		stub_executor_step(&executor);
	}
	return arg;
}

static int
dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "%s", path);
	return fd;
}

static void
say(int fd, const char *text)
{
	CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* One line, octet by octet so that the next one stays; NULL if the connection ends or nothing
 * comes. */
static char *
hear_line(int fd)
{
	static char line[4 << 20];
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	for (;;) {
		ssize_t n;
		char *end;

		if (len == sizeof(line) || poll(&ready, 1, PATIENCE_MS) <= 0)
			return NULL;
		n = recv(fd, line + len, sizeof(line) - len, MSG_PEEK);
		if (n <= 0)
			return NULL;
		end = memchr(line + len, '\n', (size_t)n);
		if (end != NULL)
			n = end + 1 - (line + len);
		n = recv(fd, line + len, (size_t)n, 0);
		len += (size_t)n;
		if (end != NULL) {
			line[len - 1] = '\0';
			return line;
		}
	}
}

static json_t *
hear(int fd)
{
	char *line = hear_line(fd);
	json_t *reply;

	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	reply = json_loads(line, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reply);
	return reply;
}

static void
expect_list(int fd)
{
	json_t *reply = hear(fd);
	const json_t *result = json_object_get(reply, "result");

	CU_ASSERT(json_is_true(json_object_get(reply, "ok")));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(result, "vhids")), FULL_VHIDS);
	json_decref(reply);
}

static void
expect_error(int fd, const char *text)
{
	json_t *reply = hear(fd);

	CU_ASSERT(json_is_false(json_object_get(reply, "ok")));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(reply, "error")), text);
	json_decref(reply);
}

static void
a_query_is_answered_whole(void)
{
	int fd = dial();

	say(fd, LIST);
	expect_list(fd);
	close(fd);
}

static void
bad_requests_are_refused_and_the_next_one_is_answered(void)
{
	static const struct {
		const char *line, *error;
	} bad[] = {
		{ "\n", "not JSON" },
		{ "hello\n", "not JSON" },
		{ "{\"version\":1,\n", "not JSON" },
		{ "{\"version\":1,\"version\":1,\"query\":\"/carp/list\"}\n", "not JSON" },
		{ "\xff\xfe\x01\n", "not JSON" },
		{ "[]\n", "not an object" },
		{ "{}\n", "\"version\" is not 1" },
		{ "{\"version\":2,\"query\":\"/carp/list\"}\n", "\"version\" is not 1" },
		{ "{\"version\":1}\n", "\"query\" is not a string" },
		{ "{\"version\":1,\"query\":7}\n", "\"query\" is not a string" },
		{ "{\"version\":1,\"query\":\"/carp/list\",\"params\":1}\n",
		  "\"params\" is not a string" },
		{ "{\"version\":1,\"query\":\"/carp/list\",\"x\":1}\n",
		  "only \"version\", \"query\" and \"params\" are known" },
		{ "{\"version\":1,\"query\":\"/x\"}\n", "no query \"/x\"" },
		{ "{\"version\":1,\"query\":\"/carp/vhid\",\"params\":\"9@lan\"}\n",
		  "no vhid \"9@lan\"" },
		{ "{\"version\":1,\"command\":\"demote\"}\n",
		  "needs either \"add\", or \"cause\" and \"value\"" },
		{ "{\"version\":1,\"command\":\"reload\",\"query\":\"/carp/list\"}\n",
		  "reload: no key \"query\"" },
		{ "{\"version\":1,\"command\":\"vhid\",\"vhid\":\"9@lan\",\"state\":\"up\"}\n",
		  "no vhid \"9@lan\"" },
	};
	int fd = dial();

	for (size_t i = 0; i < SUITE_LEN(bad); i++) {
		say(fd, bad[i].line);
		expect_error(fd, bad[i].error);
	}
	say(fd, LIST);
	expect_list(fd);
	close(fd);
}

static void
an_overlong_line_is_skipped(void)
{
	char *line = malloc(100001);
	int fd = dial();

	memset(line, 'x', 99999);
	strcpy(line + 99999, "\n");
	say(fd, line);
	say(fd, LIST);
	expect_error(fd, "the line is too long");
	expect_list(fd);
	free(line);
	close(fd);
}

static void
a_request_may_come_in_pieces_and_several_at_once(void)
{
	int fd = dial();

	for (const char *c = LIST; *c != '\0'; c++) {
		CU_ASSERT_EQUAL(send(fd, c, 1, MSG_NOSIGNAL), 1);
		usleep(100);
	}
	expect_list(fd);
	say(fd, LIST LIST LIST "x\n" LIST);
	for (int i = 0; i < 3; i++)
		expect_list(fd);
	expect_error(fd, "not JSON");
	expect_list(fd);
	close(fd);
}

static void
who_has_said_all_still_gets_the_answers(void)
{
	int fd = dial();

	say(fd, LIST LIST "half a li");
	shutdown(fd, SHUT_WR);
	expect_list(fd);
	expect_list(fd);
	CU_ASSERT_PTR_NULL(hear_line(fd));
	close(fd);
}

static void
a_slow_client_stalls_nobody(void)
{
	int slow = dial(), quick = dial();
	uint64_t worst_us = 0;

	for (int i = 0; i < 10; i++)
		say(slow, ALL_NEIGHBOURS);
	usleep(300000);
	for (int i = 0; i < 50; i++) {
		uint64_t start_us = clock_us();

		say(quick, LIST);
		expect_list(quick);
		if (clock_us() - start_us > worst_us)
			worst_us = clock_us() - start_us;
	}
	printf("  beside a slow client: %llu us at worst\n", (unsigned long long)worst_us);
	CU_ASSERT(worst_us < 2000000);
	/* It loses nothing by being slow. */
	for (int i = 0; i < 10; i++) {
		json_t *reply = hear(slow);
		const json_t *result = json_object_get(reply, "result");

		CU_ASSERT_EQUAL(json_object_size(json_object_get(result, "neighbours")),
				NEIGH_CAPACITY);
		json_decref(reply);
	}
	close(slow);
	close(quick);
}

static void
clients_that_vanish_cost_nothing(void)
{
	for (int i = 0; i < 30; i++) {
		int fd = dial();

		if (i % 3 != 0)
			say(fd, i % 3 == 1 ? ALL_NEIGHBOURS : "{\"version\":");
		close(fd);
	}
	a_query_is_answered_whole();
}

static void
a_hundred_clients_are_served_and_one_too_many_is_told(void)
{
	int fd[CONTROL_SOCKET_CLIENTS_MAX];
	int extra;

	/* What was ready before it has been served: those of the last test are gone. */
	a_query_is_answered_whole();
	a_query_is_answered_whole();
	for (int i = 0; i < CONTROL_SOCKET_CLIENTS_MAX; i++) {
		fd[i] = dial();
		say(fd[i], LIST);
	}
	for (int i = 0; i < CONTROL_SOCKET_CLIENTS_MAX; i++)
		expect_list(fd[i]);
	extra = dial();
	expect_error(extra, "too many clients");
	CU_ASSERT_PTR_NULL(hear_line(extra));
	close(extra);
	for (int i = 0; i < CONTROL_SOCKET_CLIENTS_MAX; i++)
		close(fd[i]);
	a_query_is_answered_whole();
}

/* ------------------------------------------------------------------------------------------- */
/* Commands                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
expect_message(int fd, const char *text)
{
	json_t *reply = hear(fd);
	const json_t *result = json_object_get(reply, "result");

	CU_ASSERT(json_is_true(json_object_get(reply, "ok")));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(result, "message")), text);
	json_decref(reply);
}

static void
commands_and_queries_are_answered_in_order(void)
{
	int fd = dial();

	atomic_store(&executor.delay_us, 20000);
	say(fd, DEMOTE LIST RELOAD "x\n" DEMOTE);
	expect_message(fd, "demote +1");
	expect_list(fd);
	expect_message(fd, "reload");
	expect_error(fd, "not JSON");
	expect_message(fd, "demote +1");
	close(fd);
	atomic_store(&executor.delay_us, 0);
}

static void
who_waits_for_a_command_keeps_nobody_waiting(void)
{
	int waiting = dial(), quick = dial();
	uint64_t start_us;

	atomic_store(&executor.delay_us, 1000000);
	start_us = clock_us();
	say(waiting, RELOAD);
	usleep(20000);
	for (int i = 0; i < 10; i++) {
		say(quick, LIST);
		expect_list(quick);
	}
	CU_ASSERT(clock_us() - start_us < 900000);
	expect_message(waiting, "reload");
	CU_ASSERT(clock_us() - start_us >= 990000);
	atomic_store(&executor.delay_us, 0);
	close(waiting);
	close(quick);
}

static void
wait_until_all_is_released(void)
{
	for (int i = 0; i < 500 && executor.released != executor.submitted; i++)
		usleep(10000);
	CU_ASSERT_EQUAL(executor.released, executor.submitted);
}

/* What was asked for before leaving is done; that the reply finds nobody costs nothing. */
static void
commands_of_who_left_are_carried_out(void)
{
	unsigned int before = executor.submitted;
	int fd = dial();

	say(fd, ALL_NEIGHBOURS DEMOTE);
	close(fd);
	for (int i = 0; i < 3000 && executor.submitted == before; i++)
		usleep(1000);
	CU_ASSERT_EQUAL(executor.submitted, before + 1);
	wait_until_all_is_released();
}

static void
who_leaves_amid_a_command_is_forgotten(void)
{
	unsigned int before = executor.submitted;

	atomic_store(&executor.delay_us, 100000);
	for (int i = 0; i < 20; i++) {
		int fd = dial();

		say(fd, i % 2 == 0 ? DEMOTE : DEMOTE DEMOTE DEMOTE "half");
		if (i % 3 == 0)
			usleep(10000);
		close(fd);
	}
	wait_until_all_is_released();
	CU_ASSERT(executor.submitted > before);
	atomic_store(&executor.delay_us, 0);
	usleep(150000);
	a_query_is_answered_whole();
}

/* One that has said all waits for the answer all the same. */
static void
a_half_closed_client_gets_its_answer(void)
{
	int fd = dial();

	atomic_store(&executor.delay_us, 50000);
	say(fd, DEMOTE DEMOTE);
	shutdown(fd, SHUT_WR);
	expect_message(fd, "demote +1");
	expect_message(fd, "demote +1");
	CU_ASSERT_PTR_NULL(hear_line(fd));
	close(fd);
	atomic_store(&executor.delay_us, 0);
}

struct flood {
	int fd;
	unsigned int lines;
};

static void *
write_flood(void *arg)
{
	const struct flood *flood = arg;

	for (unsigned int i = 0; i < flood->lines; i++)
		if (send(flood->fd, DEMOTE, strlen(DEMOTE), MSG_NOSIGNAL) < 0)
			break;
	return NULL;
}

static void
thousands_of_requests_at_once_are_answered_one_by_one(void)
{
	struct flood flood = { .fd = dial(), .lines = 3000 };
	int quick = dial();
	uint64_t worst_us = 0;
	pthread_t thread;

	pthread_create(&thread, NULL, write_flood, &flood);
	for (unsigned int i = 0; i < flood.lines; i++) {
		expect_message(flood.fd, "demote +1");
		if (i % 100 == 0) {
			uint64_t start_us = clock_us();

			say(quick, DEMOTE);
			expect_message(quick, "demote +1");
			if (clock_us() - start_us > worst_us)
				worst_us = clock_us() - start_us;
		}
	}
	pthread_join(thread, NULL);
	printf("  beside a flood: %llu us at worst\n", (unsigned long long)worst_us);
	CU_ASSERT(worst_us < 500000);
	close(flood.fd);
	close(quick);
	wait_until_all_is_released();
}

/* It is asked nothing more once the kernel's room for its replies is used up. */
static void
who_never_reads_gets_no_more_done(void)
{
	struct flood flood = { .fd = dial(), .lines = 100000 };
	struct timeval patience = { .tv_usec = 500000 };
	unsigned int before;

	setsockopt(flood.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	before = executor.submitted;
	write_flood(&flood);
	CU_ASSERT(executor.submitted - before < 10000);
	a_query_is_answered_whole();
	close(flood.fd);
	wait_until_all_is_released();
}

static void
the_socket_is_for_owner_and_group(void)
{
	struct stat st;

	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0660);
}

/* What another process with these identities is told; needs root. */
static bool
is_allowed_as(uid_t uid, gid_t gid, gid_t further, gid_t wanted)
{
	int pair[2], listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(address);
	bool is_allowed;
	uid_t user;
	pid_t pid;

	/* Bound to a name of the kernel's choice in the abstract space, which has no file mode. */
	bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t));
	listen(listener, 1);
	getsockname(listener, (struct sockaddr *)&address, &len);
	pid = fork();
	if (pid == 0) {
		if (setgroups(1, &further) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
			_exit(1);
		pair[0] = socket(AF_UNIX, SOCK_STREAM, 0);
		if (connect(pair[0], (struct sockaddr *)&address, len) != 0)
			_exit(1);
		pause();
	}
	pair[1] = accept(listener, NULL, NULL);
	is_allowed = control_peer_is_allowed(pair[1], wanted, &user) && user == uid;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pair[1]);
	close(listener);
	return is_allowed;
}

static void
peers_are_told_apart(void)
{
	if (geteuid() != 0) {
		printf("  peers_are_told_apart: not root, other users cannot be tried\n");
		return;
	}
	CU_ASSERT(is_allowed_as(0, 1000, 1000, 4711));
	CU_ASSERT(is_allowed_as(NOBODY, 4711, 1000, 4711));
	CU_ASSERT(is_allowed_as(NOBODY, 1000, 4711, 4711));
	CU_ASSERT_FALSE(is_allowed_as(NOBODY, 1000, 1000, 4711));
	CU_ASSERT_FALSE(is_allowed_as(NOBODY, NOBODY, NOBODY, 4711));
}

static void
start(void)
{
	control = control_socket_create_at(r, &executor.executor, path);
	if (control == NULL)
		exit(1);
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(a_query_is_answered_whole),
		SUITE_TEST(bad_requests_are_refused_and_the_next_one_is_answered),
		SUITE_TEST(an_overlong_line_is_skipped),
		SUITE_TEST(a_request_may_come_in_pieces_and_several_at_once),
		SUITE_TEST(who_has_said_all_still_gets_the_answers),
		SUITE_TEST(a_slow_client_stalls_nobody),
		SUITE_TEST(clients_that_vanish_cost_nothing),
		SUITE_TEST(a_hundred_clients_are_served_and_one_too_many_is_told),
		SUITE_TEST(commands_and_queries_are_answered_in_order),
		SUITE_TEST(who_waits_for_a_command_keeps_nobody_waiting),
		SUITE_TEST(commands_of_who_left_are_carried_out),
	SUITE_TEST(who_leaves_amid_a_command_is_forgotten),
		SUITE_TEST(a_half_closed_client_gets_its_answer),
		SUITE_TEST(thousands_of_requests_at_once_are_answered_one_by_one),
		SUITE_TEST(who_never_reads_gets_no_more_done),
		SUITE_TEST(the_socket_is_for_owner_and_group),
		SUITE_TEST(peers_are_told_apart),
	};
	pthread_t thread;
	int status;

	(void)argc;
	full_runtime_eal(argv[0]);
	r = full_runtime_create();
	stub_executor_init(&executor);
	if (mkdtemp(dir) == NULL)
		err(1, "mkdtemp");
	snprintf(path, sizeof(path), "%s/control", dir);
	start();
	control_socket_destroy(control);
	start(); /* and what an earlier run left is no obstacle */
	pthread_create(&thread, NULL, serve, NULL);
	status = suite_run("control socket", tests, SUITE_LEN(tests));
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	control_socket_destroy(control);
	if (access(path, F_OK) == 0 || rmdir(dir) != 0)
		status = 1;
	full_runtime_destroy(r);
	return status;
}
