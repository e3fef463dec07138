/* SPDX-License-Identifier: BSD-3-Clause */
/* koictl as a program, against the control socket of a runtime with every table full. */
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <jansson.h>

#include "control_socket.h"
#include "full_runtime.h"
#include "instance.h"
#include "stub_executor.h"
#include "suite.h"

#define OUTPUT_MAX (8u << 20)

static struct runtime *r;
static struct control_socket *control;
static struct stub_executor executor;
static struct instance instance;
static const char *program;
static char output[OUTPUT_MAX]; /* of the last command, both streams */
static _Atomic bool stop;

static void *
serve(void *arg)
{
	struct pollfd ready = { .fd = control_socket_fd(control), .events = POLLIN };

	while (!atomic_load(&stop)) {
		poll(&ready, 1, 5);
		control_socket_serve(control);
		stub_executor_step(&executor);
	}
	return arg;
}

/* Run koictl with the prefix of the runtime. Returns its exit status. */
static int
run(const char *words)
{
	char command[512];
	size_t len;
	FILE *pipe;

	snprintf(command, sizeof(command), "%s -f %s %s 2>&1", program, r->prefix, words);
	pipe = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
	len = fread(output, 1, sizeof(output) - 1, pipe);
	output[len] = '\0';
	return WEXITSTATUS(pclose(pipe));
}

static size_t
lines(void)
{
	size_t count = 0;

	for (const char *c = output; *c != '\0'; c++)
		count += *c == '\n';
	return count;
}

static void
show_has_a_line_for_each_interface_and_vhid(void)
{
	CU_ASSERT_EQUAL(run("show"), 0);
	/* Two headings, between them a blank line and the sum; a blank line and the demotion below. */
	CU_ASSERT_EQUAL(lines(), FULL_INTERFACES + FULL_VHIDS + 4 + 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "\n" FULL_VHID "  "));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "\n4096 vhids: 4096 "));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "\ninterface-00255  up"));
}

/* The first column of every line is as wide as that of the heading. */
static void
columns_are_aligned(void)
{
	const char *heading, *state;
	ptrdiff_t column;
	size_t seen = 0;

	CU_ASSERT_EQUAL(run("show"), 0);
	heading = strstr(output, "VHID");
	CU_ASSERT_PTR_NOT_NULL_FATAL(heading);
	column = strstr(heading, "STATE") - heading;
	for (const char *line = strchr(heading, '\n') + 1; line[0] != '\n'; seen++) {
		state = line + column;
		CU_ASSERT_EQUAL(state[-1], ' ');
		CU_ASSERT(strncmp(state, "INIT", 4) == 0 || strncmp(state, "BACKUP", 6) == 0 ||
			  strncmp(state, "MASTER", 6) == 0);
		line = strchr(line, '\n') + 1;
	}
	CU_ASSERT_EQUAL(seen, FULL_VHIDS);
}

static void
every_show_says_something(void)
{
	static const struct {
		const char *words;
		size_t lines; /* at least */
	} shows[] = {
		{ "show vhid " FULL_VHID, 20 + FULL_ADDRESSES },
		{ "show stats", 3 + CARP_COUNTERS + FWD_COUNTERS },
		{ "show stats " FULL_VHID, CARP_COUNTERS },
		{ "show neighbors " FULL_INTERFACE, 1 + NEIGH_CAPACITY },
		{ "show route " FULL_ROUTE_PATHS, 1 + FWD_ADJ_PATHS_MAX },
		{ "show route " FULL_ROUTE_VIRTUAL, 2 },
		{ "show route " FULL_ROUTE_NONE, 2 },
		{ "show tables", 10 },
		{ "show interfaces", 1 + FULL_INTERFACES },
		{ "show interfaces " FULL_INTERFACE, CONFIG_ADDRESSES_MAX + 255 },
		{ "show workers", 1 + FULL_WORKERS },
		{ "show events", 1 + EVENT_HISTORY },
		{ "show demotion", 2 + CARP_CAUSES_MAX },
		{ "show settings", 8 },
		{ "show health", 8 },
	};

	for (size_t i = 0; i < SUITE_LEN(shows); i++) {
		CU_ASSERT_EQUAL(run(shows[i].words), 0);
		CU_ASSERT(lines() >= shows[i].lines);
	}
}

static void
json_is_the_answer_itself(void)
{
	json_t *answer;

	CU_ASSERT_EQUAL(run("--json show"), 0);
	answer = json_loads(output, 0, NULL);
	CU_ASSERT_EQUAL(json_object_size(json_object_get(answer, "interfaces")), FULL_INTERFACES);
	CU_ASSERT_EQUAL(json_object_size(json_object_get(answer, "vhids")), FULL_VHIDS);
	json_decref(answer);

	CU_ASSERT_EQUAL(run("show vhid " FULL_VHID " --json"), 0);
	answer = json_loads(output, 0, NULL);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(answer, "addresses")), FULL_ADDRESSES);
	json_decref(answer);
}

static void
refusals_are_1_with_the_reason(void)
{
	CU_ASSERT_EQUAL(run("show vhid 9@lan"), 1);
	CU_ASSERT_STRING_EQUAL(output, "koictl: no vhid \"9@lan\"\n");
	CU_ASSERT_EQUAL(run("show neighbors lan"), 1);
	CU_ASSERT_STRING_EQUAL(output, "koictl: no interface \"lan\"\n");
	CU_ASSERT_EQUAL(run("vhid 9@lan up"), 1);
	CU_ASSERT_STRING_EQUAL(output, "koictl: no vhid \"9@lan\"\n");
	CU_ASSERT_EQUAL(run("vhid 1@lan advskew 255"), 1);
	CU_ASSERT_STRING_EQUAL(output, "koictl: \"advskew\" is not a number in 0..254\n");
}

/* The stub answers what it was told, in koictl's own words. */
static void
commands_arrive_as_they_were_typed(void)
{
	static const char *const same[] = {
		"vhid 1@lan up", "vhid 1@lan down", "vhid 1@lan master", "vhid 1@lan backup",
		"vhid 1@lan replay forget", "vhid 1@lan advbase 0 advskew 1", "vhid 1@lan advskew 254", "demote +240",
		"demote -240", "demote --cause \"disk full\" 100", "demote --cause \"x\" -7",
		"demote --cause \"x\" 1 --for 90s", "demote --cause \"x\" 0", "set allow off",
		"maintenance on", "maintenance off",
		"set preempt on", "set allow on preempt off log 0", "reload",
	};
	static const char *const others[][2] = {
		{ "demote --cause x 1 --for 2h", "demote --cause \"x\" 1 --for 7200s\n" },
		{ "--json vhid 1@lan up", "{\n  \"message\": \"vhid 1@lan up\"\n}\n" },
		{ "demote 100 --for 1d --cause x", "demote --cause \"x\" 100 --for 86400s\n" },
	};
	char line[128];

	for (size_t i = 0; i < SUITE_LEN(same); i++) {
		CU_ASSERT_EQUAL(run(same[i]), 0);
		snprintf(line, sizeof(line), "%s\n", same[i]);
		CU_ASSERT_STRING_EQUAL(output, line);
	}
	for (size_t i = 0; i < SUITE_LEN(others); i++) {
		CU_ASSERT_EQUAL(run(others[i][0]), 0);
		CU_ASSERT_STRING_EQUAL(output, others[i][1]);
	}
}

static void
usage_errors_are_2_with_a_hint(void)
{
	static const char *const wrong[] = {
		"", "shwo", "show nothing", "show vhid", "show vhid 1@a 2@b", "show events x",
		"version x", "check", "--nothing", "demote 240",
		"demote", "demote +", "demote +1 +2", "demote --cause x", "demote --for 5s +1",
		"demote --cause x 1 --for 5y", "demote --cause x 1 --for 0s", "show --cause x",
		"vhid 1@lan", "vhid 1@lan init", "vhid 1@lan advbase", "vhid 1@lan advbase x",
		"vhid 1@lan advbase 1 advbase 2", "vhid 1@lan up down", "set", "set preempt",
		"set preempt yes", "set log on", "maintenance", "maintenance yes", "set tos 1", "set log 1 log 2", "reload now",
	};

	for (size_t i = 0; i < SUITE_LEN(wrong); i++) {
		CU_ASSERT_EQUAL(run(wrong[i]), 2);
		CU_ASSERT_PTR_NOT_NULL(strstr(output, "koictl"));
	}
}

static void
silence_is_3(void)
{
	CU_ASSERT_EQUAL(run("-f koi-test-that-does-not-run show"), 3);
	CU_ASSERT_EQUAL(run("-f ../etc show"), 3);
}

static void
version_is_known_with_and_without_koi(void)
{
	CU_ASSERT_EQUAL(run("version"), 0);
	CU_ASSERT_STRING_EQUAL(output, "koictl " KOI_VERSION "\nkoi " KOI_VERSION "\n");
	CU_ASSERT_EQUAL(run("-f koi-test-that-does-not-run version"), 0);
	CU_ASSERT_STRING_EQUAL(output, "koictl " KOI_VERSION "\nkoi does not answer\n");
	CU_ASSERT_EQUAL(run("--version"), 0);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	fclose(f);
}

static void
check_needs_no_koi(void)
{
	char path[INSTANCE_DIR_MAX + 16], words[INSTANCE_DIR_MAX + 64];

	snprintf(path, sizeof(path), "%s/koi.json", instance.dir);
	snprintf(words, sizeof(words), "-f koi-test-that-does-not-run check %s", path);
	write_file(path,
		   "{ \"interfaces\": [ { \"name\": \"lan\", \"device\": \"net_null0\","
		   "  \"addresses\": [\"192.0.2.2/24\"] } ],"
		   "  \"vhids\": [ { \"interface\": \"lan\", \"vhid\": 1, \"pass\": \"x\","
		   "  \"addresses\": [\"192.0.2.1/24\"] } ] }");
	CU_ASSERT_EQUAL(run(words), 0);
	write_file(path, "{ \"interfaces\": [], \"vhids\": [ { \"vhid\": 256 } ] }");
	CU_ASSERT_EQUAL(run(words), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "/vhids/0/vhid: "));
	unlink(path);
}

/* ------------------------------------------------------------------------------------------- */
/* Watch                                                                                        */
/* ------------------------------------------------------------------------------------------- */

#define ROWS 30
#define COLUMNS 100
#define ENTER "\033[?1049h"
#define LEAVE "\033[?1049l"

struct terminal {
	int fd;
	pid_t pid;
};

static struct terminal
open_terminal(const char *prefix)
{
	const struct winsize size = { .ws_row = ROWS, .ws_col = COLUMNS };
	struct terminal t;

	t.pid = forkpty(&t.fd, NULL, NULL, &size);
	if (t.pid == 0) {
		setenv("TERM", "xterm", 1);
		unsetenv("NO_COLOR");
		execl(program, program, "-f", prefix, "watch", NULL);
		_exit(127);
	}
	return t;
}

/* What is written until @p wanted is among it, or until nothing comes for three seconds. */
static bool
see(const struct terminal *t, const char *wanted)
{
	struct pollfd ready = { .fd = t->fd, .events = POLLIN };
	size_t len = 0;

	output[0] = '\0';
	while (strstr(output, wanted) == NULL && len < sizeof(output) - 4097) {
		ssize_t n;

		if (poll(&ready, 1, 3000) <= 0)
			return false;
		n = read(t->fd, output + len, 4096);
		if (n <= 0)
			return false;
		len += (size_t)n;
		output[len] = '\0';
	}
	return strstr(output, wanted) != NULL;
}

/* The terminal is left as it was, by whatever key or signal. */
static void
expect_end(const struct terminal *t)
{
	int status;

	CU_ASSERT(see(t, LEAVE));
	CU_ASSERT_EQUAL(waitpid(t->pid, &status, 0), t->pid);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(t->fd);
}

static void
a_watch_shows_a_page_and_then_what_changes(void)
{
	struct terminal t;
	struct termios during;

	full_runtime_publish(r, 0, (1ULL << 48) + 1); /* MASTER, with another one */
	t = open_terminal(r->prefix);
	CU_ASSERT(see(&t, "arrow keys"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, ENTER));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "\033[31mMASTER!\033[0m"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "LAST EVENTS"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "1@interface-00000  "));
	tcgetattr(t.fd, &during);
	CU_ASSERT_EQUAL(during.c_lflag & (ICANON | ECHO), 0);
	/* One page down there are others; and there is not all of the page again. */
	CU_ASSERT_EQUAL(write(t.fd, "\033[6~", 4), 4);
	CU_ASSERT(see(&t, " of 4096"));
	CU_ASSERT_PTR_NULL(strstr(output, "LAST EVENTS"));
	CU_ASSERT_PTR_NULL(strstr(output, "\n1@interface-00000  "));
	CU_ASSERT_EQUAL(write(t.fd, "q", 1), 1);
	expect_end(&t);
}

static void
a_watch_ends_by_a_signal_and_follows_the_size(void)
{
	const struct winsize size = { .ws_row = 5, .ws_col = 20 };
	struct terminal t = open_terminal(r->prefix);

	CU_ASSERT(see(&t, "arrow keys"));
	ioctl(t.fd, TIOCSWINSZ, &size);
	CU_ASSERT(see(&t, "\033[5;1H"));
	CU_ASSERT_PTR_NULL(strstr(output, "\033[6;1H"));
	CU_ASSERT_EQUAL(write(t.fd, "\003", 1), 1);
	expect_end(&t);
}

static void
a_watch_waits_for_koi(void)
{
	struct terminal t = open_terminal("koi-test-that-does-not-run");

	CU_ASSERT(see(&t, "trying again"));
	kill(t.pid, SIGTERM);
	expect_end(&t);
}

static void
a_watch_without_terminal_prints_once(void)
{
	CU_ASSERT_EQUAL(run("watch"), 0);
	CU_ASSERT(lines() > FULL_INTERFACES + FULL_VHIDS);
	CU_ASSERT_PTR_NULL(strchr(output, '\033'));
	CU_ASSERT_EQUAL(run("-f koi-test-that-does-not-run watch"), 3);
	CU_ASSERT_EQUAL(run("--json watch"), 2);
}

static void
help_names_every_command(void)
{
	CU_ASSERT_EQUAL(run("--help"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "show neighbors INTERFACE"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "check FILE"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "maintenance on|off"));
	CU_ASSERT_PTR_NOT_NULL(strstr(output, "watch  "));
}

/* A directory of its own, below that of the user. */
static void
make_instance(void)
{
	static char prefix[32];
	char base[INSTANCE_DIR_MAX];
	pid_t other;

	snprintf(prefix, sizeof(prefix), "koi-test-%d", (int)getpid());
	if (geteuid() != 0)
		setenv("XDG_RUNTIME_DIR", getenv("RUNTIME_DIRECTORY"), 1);
	if (instance_base(base) != 0 || instance_lock(&instance, base, prefix, &other) != 0)
		err(1, "no runtime directory");
	r->prefix = prefix;
}

static void
remove_instance(void)
{
	char path[INSTANCE_DIR_MAX + 16];

	snprintf(path, sizeof(path), "%s/lock", instance.dir);
	unlink(path);
	rmdir(instance.dir);
	instance_unlock(&instance);
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(show_has_a_line_for_each_interface_and_vhid),
		SUITE_TEST(columns_are_aligned),
		SUITE_TEST(every_show_says_something),
		SUITE_TEST(json_is_the_answer_itself),
		SUITE_TEST(refusals_are_1_with_the_reason),
		SUITE_TEST(commands_arrive_as_they_were_typed),
		SUITE_TEST(usage_errors_are_2_with_a_hint),
		SUITE_TEST(silence_is_3),
		SUITE_TEST(version_is_known_with_and_without_koi),
		SUITE_TEST(check_needs_no_koi),
		SUITE_TEST(a_watch_shows_a_page_and_then_what_changes),
		SUITE_TEST(a_watch_ends_by_a_signal_and_follows_the_size),
		SUITE_TEST(a_watch_waits_for_koi),
		SUITE_TEST(a_watch_without_terminal_prints_once),
		SUITE_TEST(help_names_every_command),
	};
	pthread_t thread;
	int status;

	if (argc != 2)
		errx(2, "usage: test_koictl KOICTL");
	program = argv[1];
	full_runtime_eal(argv[0]);
	r = full_runtime_create();
	make_instance();
	stub_executor_init(&executor);
	control = control_socket_create(r, &executor.executor);
	if (control == NULL)
		return 1;
	pthread_create(&thread, NULL, serve, NULL);
	status = suite_run("koictl", tests, SUITE_LEN(tests));
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	control_socket_destroy(control);
	remove_instance();
	full_runtime_destroy(r);
	return status;
}
