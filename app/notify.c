/* SPDX-License-Identifier: BSD-3-Clause */
#include "notify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/ratelimit.h"
#include "notify_helper.h"

#define TITLE "koi-notify"

/* Lines of programs must not use up those of their failures. */
#define FAILURES_PER_S 10
#define OUTPUT_PER_S 20
#define BURST_S 5
#define REPORTS_BATCH 256

#define STOP_MS 1000

struct unsent {
	TAILQ_ENTRY(unsent) next;
	size_t size;
	struct notify_message message; /* as much of it as size says */
};

TAILQ_HEAD(unsent_list, unsent);

struct report_limit {
	struct ratelimit bucket;
	struct ratelimit_rate rate;
	uint64_t left_out;
};

struct notify {
	int fd; /* -1: the helper is gone */
	pid_t pid;
	bool is_stopping;
	unsigned int program_count;
	struct notify_counters *counters;
	struct unsent_list unsent;
	struct report_limit limit[NOTIFY_REPORT_OUTPUT + 1]; /* by type; cycles are microseconds */
};

/* ------------------------------------------------------------------------------------------- */
/* The helper                                                                                   */
/* ------------------------------------------------------------------------------------------- */

/*
 * The words of the command line lie one behind the other, and ps shows what is there. getopt has
 * put the pointers into another order.
 */
static void
set_title(int argc, char **argv)
{
	char *end = NULL;

	for (int i = 0; i < argc; i++)
		if (end == NULL || argv[i] + strlen(argv[i]) > end)
			end = argv[i] + strlen(argv[i]);
	if (end == NULL)
		return;
	memset(argv[0], 0, (size_t)(end - argv[0]));
	if ((size_t)(end - argv[0]) >= strlen(TITLE))
		memcpy(argv[0], TITLE, strlen(TITLE));
}

static struct notify_counters *
create_counters(void)
{
	void *memory = mmap(NULL, sizeof(struct notify_counters), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

struct notify *
notify_start(int argc, char **argv, unsigned int limit_ms)
{
	struct notify *n = calloc(1, sizeof(*n));
	int fds[2] = { -1, -1 };
	sigset_t was;
	sigset_t all;

	if (n == NULL)
		return NULL;
	TAILQ_INIT(&n->unsent);
	n->limit[NOTIFY_REPORT_FAILURE].rate =
		ratelimit_rate(1000000, FAILURES_PER_S, BURST_S * FAILURES_PER_S);
	n->limit[NOTIFY_REPORT_OUTPUT].rate =
		ratelimit_rate(1000000, OUTPUT_PER_S, BURST_S * OUTPUT_PER_S);
	n->counters = create_counters();
	if (n->counters == NULL)
		goto err;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		goto err;
	/* Until it ignores them, a signal to both would end the helper. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &was);
	n->pid = fork();
	if (n->pid == 0) {
		set_title(argc, argv);
		notify_helper_main(fds[1], n->counters, limit_ms);
	}
	sigprocmask(SIG_SETMASK, &was, NULL);
	if (n->pid < 0)
		goto err;
	close(fds[1]);
	n->fd = fds[0];
	return n;

err:
	if (fds[0] >= 0) {
		close(fds[0]);
		close(fds[1]);
	}
	if (n->counters != NULL)
		munmap(n->counters, sizeof(*n->counters));
	free(n);
	return NULL;
}

/* ------------------------------------------------------------------------------------------- */
/* To the helper                                                                                */
/* ------------------------------------------------------------------------------------------- */

static void
count_waiting(struct notify *n, int64_t more)
{
	counter_add(&n->counters->waiting, (uint64_t)more);
}

static void
forget(struct notify *n, struct unsent *u, counter_t *counter)
{
	if (u->message.type == NOTIFY_STATE) {
		count_waiting(n, -1);
		counter_add(counter, 1);
	}
	TAILQ_REMOVE(&n->unsent, u, next);
	free(u);
}

/* koi cannot fork another one: by now it is large, and has threads. */
static void
lose_helper(struct notify *n)
{
	if (!n->is_stopping)
		log_line(ERR, notify, "the process that starts programs (pid %d) has ended: "
			 "none is started until koi is restarted", (int)n->pid);
	close(n->fd);
	n->fd = -1;
	while (!TAILQ_EMPTY(&n->unsent))
		forget(n, TAILQ_FIRST(&n->unsent), &n->counters->lost);
	/* It wrote these; what it had is lost. */
	counter_add(&n->counters->lost, counter_read(&n->counters->pending));
	atomic_store(&n->counters->pending, 0);
	atomic_store(&n->counters->running, 0);
}

/* False if it has to wait, or the helper is gone. */
static bool
send_message(struct notify *n, const struct notify_message *m, size_t size)
{
	ssize_t sent;

	do
		sent = send(n->fd, m, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM)
		lose_helper(n);
	return sent >= 0;
}

static void
send_waiting(struct notify *n)
{
	while (n->fd >= 0 && !TAILQ_EMPTY(&n->unsent)) {
		struct unsent *u = TAILQ_FIRST(&n->unsent);

		if (!send_message(n, &u->message, u->size))
			return;
		if (u->message.type == NOTIFY_STATE)
			count_waiting(n, -1);
		TAILQ_REMOVE(&n->unsent, u, next);
		free(u);
	}
}

/* Only the last state of a vhid matters; it goes behind a list of programs that came in between. */
static void
supersede(struct notify *n, const char *vhid)
{
	struct unsent *u;

	TAILQ_FOREACH(u, &n->unsent, next) {
		if (u->message.type != NOTIFY_STATE || strcmp(u->message.state.vhid, vhid) != 0)
			continue;
		forget(n, u, &n->counters->superseded);
		return;
	}
}

static void
keep(struct notify *n, const struct notify_message *m, size_t size)
{
	bool is_state = m->type == NOTIFY_STATE;
	struct unsent *u = NULL;

	if (is_state)
		supersede(n, m->state.vhid);
	if (!is_state || counter_read(&n->counters->waiting) < NOTIFY_WAITING_MAX)
		u = malloc(offsetof(struct unsent, message) + size);
	if (u == NULL) {
		counter_add(&n->counters->lost, is_state);
		return;
	}
	u->size = size;
	memcpy(&u->message, m, size);
	TAILQ_INSERT_TAIL(&n->unsent, u, next);
	count_waiting(n, is_state);
}

static void
hand_over(struct notify *n, const struct notify_message *m, size_t size)
{
	send_waiting(n);
	if (n->fd >= 0 && TAILQ_EMPTY(&n->unsent) && send_message(n, m, size))
		return;
	if (n->fd >= 0)
		keep(n, m, size);
	else if (m->type == NOTIFY_STATE)
		counter_add(&n->counters->lost, 1);
}

void
notify_set_programs(struct notify *n, const struct config *config)
{
	struct notify_message m = { .type = NOTIFY_PROGRAMS_CLEAR };

	n->program_count = 0;
	hand_over(n, &m, offsetof(struct notify_message, program));
	for (size_t i = 0; i < config->notify_count; i++) {
		const char *path = config->notify[i].exec;
		size_t size = strlen(path) + 1;

		if (size > sizeof(m.program)) {
			log_line(ERR, notify, "%.64s...: %s", path, strerror(ENAMETOOLONG));
			continue;
		}
		m.type = NOTIFY_PROGRAM_ADD;
		memcpy(m.program, path, size);
		hand_over(n, &m, offsetof(struct notify_message, program) + size);
		n->program_count++;
	}
}

void
notify_event(struct notify *n, const struct event *e, const char *vhid, uint64_t sequence)
{
	struct notify_message m = { .type = NOTIFY_STATE };

	if (e->type != EVENT_STATE || n->program_count == 0)
		return;
	m.state.sequence = sequence;
	m.state.from = e->state.from;
	m.state.to = e->state.to;
	snprintf(m.state.vhid, sizeof(m.state.vhid), "%s", vhid);
	carp_reason_format(&e->state.reason, m.state.reason);
	hand_over(n, &m, offsetof(struct notify_message, state) + sizeof(m.state));
}

/* ------------------------------------------------------------------------------------------- */
/* From the helper                                                                              */
/* ------------------------------------------------------------------------------------------- */

static void
log_report(struct notify *n, const struct notify_report *report, uint64_t now_us)
{
	bool is_failure = report->type == NOTIFY_REPORT_FAILURE;
	struct report_limit *limit = &n->limit[report->type];

	if (!ratelimit_take(&limit->bucket, &limit->rate, now_us)) {
		limit->left_out++;
		return;
	}
	if (limit->left_out > 0)
		log_line(WARNING, notify, "%" PRIu64 " lines of %s left out", limit->left_out,
			 is_failure ? "failures" : "output");
	limit->left_out = 0;
	if (is_failure)
		log_line(WARNING, notify, "%s", report->text);
	else
		log_line(INFO, notify, "%s", report->text);
}

void
notify_serve(struct notify *n, uint64_t now_us)
{
	send_waiting(n);
	for (unsigned int i = 0; i < REPORTS_BATCH && n->fd >= 0; i++) {
		struct notify_report report = { .type = NOTIFY_REPORT_FAILURE };
		ssize_t size = recv(n->fd, &report, sizeof(report), MSG_DONTWAIT);

		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (size <= 0)
			lose_helper(n);
		else if (report.type <= NOTIFY_REPORT_OUTPUT)
			log_report(n, &report, now_us);
	}
	if (n->fd < 0 && n->pid > 0 && waitpid(n->pid, NULL, WNOHANG) == n->pid)
		n->pid = 0;
}

/* ------------------------------------------------------------------------------------------- */

static uint64_t
read_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
notify_stop(struct notify *n)
{
	uint64_t end_ms = read_clock_ms() + STOP_MS;
	uint64_t left;

	if (n == NULL)
		return;
	n->is_stopping = true;
	send_waiting(n);
	while (n->fd >= 0 && !TAILQ_EMPTY(&n->unsent) && read_clock_ms() < end_ms) {
		struct pollfd ready = { .fd = n->fd, .events = POLLOUT };

		poll(&ready, 1, 10);
		send_waiting(n);
	}
	left = counter_read(&n->counters->waiting);
	if (left > 0)
		log_line(ERR, notify, "%" PRIu64 " states have not been told", left);
	while (!TAILQ_EMPTY(&n->unsent))
		forget(n, TAILQ_FIRST(&n->unsent), &n->counters->lost);
	if (n->fd >= 0)
		close(n->fd);
	if (n->pid > 0)
		waitpid(n->pid, NULL, WNOHANG);
	munmap(n->counters, sizeof(*n->counters));
	free(n);
}

const struct notify_counters *
notify_counters(const struct notify *n)
{
	return n->counters;
}

pid_t
notify_pid(const struct notify *n)
{
	return n->pid;
}
