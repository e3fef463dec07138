/* SPDX-License-Identifier: BSD-3-Clause */
#include "notify_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "notify_program.h"
#include "notify_queue.h"
#include "notify_report.h"

/* A flood of states leaves time for the limits of those that run. */
#define RECEIVE_BATCH 256

struct helper {
	int koi_fd; /* -1: koi has ended */
	int signal_fd;
	struct notify_counters *counters;
	unsigned int limit_ms;
	uint64_t now_ms;
	uint64_t finish_ms; /* when nothing is started any more */
	char *path[CONFIG_NOTIFY_MAX];
	unsigned int path_count;
	struct notify_queue *queue;
	struct notify_entry *entry[NOTIFY_RUNNING_MAX]; /* of the program of the same index */
	struct notify_program program[NOTIFY_RUNNING_MAX];
	unsigned int running;
};

static uint64_t
read_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Before what has happened is counted: who sees it counted sees what came of it, too. */
static void
publish(const struct helper *h)
{
	atomic_store_explicit(&h->counters->running, h->running, memory_order_relaxed);
	atomic_store_explicit(&h->counters->pending, notify_queue_pending(h->queue),
			      memory_order_relaxed);
}

/* ------------------------------------------------------------------------------------------- */
/* From koi                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
clear_paths(struct helper *h)
{
	while (h->path_count > 0)
		free(h->path[--h->path_count]);
}

/* Named twice it is still one program: its states would race each other. */
static void
add_path(struct helper *h, const char *path)
{
	for (unsigned int i = 0; i < h->path_count; i++)
		if (strcmp(h->path[i], path) == 0)
			return;
	if (h->path_count == CONFIG_NOTIFY_MAX)
		return;
	h->path[h->path_count] = strdup(path);
	if (h->path[h->path_count] != NULL)
		h->path_count++;
}

static void
put_state(struct helper *h, const struct notify_state *state)
{
	for (unsigned int i = 0; i < h->path_count; i++) {
		int rc = notify_queue_put(h->queue, h->path[i], state);

		publish(h);
		if (rc > 0)
			counter_add(&h->counters->skipped, 1);
		if (rc >= 0)
			continue;
		counter_add(&h->counters->failed, 1);
		notify_report(h->koi_fd, NOTIFY_REPORT_FAILURE, state->vhid, h->path[i],
			      "%s: not started: %s", carp_state_name(state->to), strerror(-rc));
	}
}

static void
take_message(struct helper *h, const struct notify_message *m)
{
	switch (m->type) {
	case NOTIFY_PROGRAMS_CLEAR:
		clear_paths(h);
		break;
	case NOTIFY_PROGRAM_ADD:
		add_path(h, m->program);
		break;
	case NOTIFY_STATE:
		put_state(h, &m->state);
		break;
	}
}

static void
receive(struct helper *h)
{
	for (unsigned int i = 0; i < RECEIVE_BATCH && h->koi_fd >= 0; i++) {
		struct notify_message m = { .type = NOTIFY_PROGRAMS_CLEAR };
		ssize_t size = recv(h->koi_fd, &m, sizeof(m), MSG_DONTWAIT);

		if (size > 0) {
			take_message(h, &m);
			continue;
		}
		/* koi has ended with a report unread: what it sent before is still to come. */
		if (size < 0 && errno == ECONNRESET)
			continue;
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		close(h->koi_fd);
		h->koi_fd = -1;
		h->finish_ms = h->now_ms + NOTIFY_FINISH_MS(h->limit_ms);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Programs                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static unsigned int
find_room(const struct helper *h)
{
	unsigned int i = 0;

	while (h->program[i].path != NULL)
		i++;
	return i;
}

static void
start_pending(struct helper *h)
{
	struct notify_entry *entry;
	struct notify_state state;

	while (h->running < NOTIFY_RUNNING_MAX && h->now_ms < h->finish_ms &&
	       (entry = notify_queue_take(h->queue, &state)) != NULL) {
		const char *path = notify_entry_program(entry);
		unsigned int room = find_room(h);
		int rc = notify_program_start(&h->program[room], path, &state, h->now_ms,
					      h->limit_ms);

		if (rc == 0) {
			h->entry[room] = entry;
			h->running++;
			publish(h);
			counter_add(&h->counters->started, 1);
			continue;
		}
		counter_add(&h->counters->failed, 1);
		notify_report(h->koi_fd, NOTIFY_REPORT_FAILURE, state.vhid, path,
			      "%s: cannot be started: %s", carp_state_name(state.to), strerror(-rc));
		notify_queue_release(h->queue, entry);
	}
}

static void
follow_programs(struct helper *h)
{
	for (unsigned int i = 0; i < NOTIFY_RUNNING_MAX; i++) {
		struct notify_program *p = &h->program[i];
		bool has_failed;

		if (p->path == NULL)
			continue;
		notify_program_read(p, h->koi_fd);
		notify_program_enforce(p, h->now_ms);
		if (!notify_program_reap(p, h->koi_fd, &has_failed))
			continue;
		counter_add(&h->counters->failed, has_failed);
		notify_queue_release(h->queue, h->entry[i]);
		h->running--;
	}
}

/* ------------------------------------------------------------------------------------------- */
/* The loop                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static int
timeout_ms(const struct helper *h)
{
	uint64_t due_ms = UINT64_MAX;

	for (unsigned int i = 0; i < NOTIFY_RUNNING_MAX; i++)
		if (h->program[i].path != NULL && h->program[i].due_ms < due_ms)
			due_ms = h->program[i].due_ms;
	if (due_ms == UINT64_MAX)
		return -1;
	return due_ms > h->now_ms ? (int)(due_ms - h->now_ms) : 0;
}

static void
wait_for_something(struct helper *h)
{
	struct pollfd fds[2 + NOTIFY_RUNNING_MAX] = {
		{ .fd = h->koi_fd, .events = POLLIN },
		{ .fd = h->signal_fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	for (unsigned int i = 0; i < NOTIFY_RUNNING_MAX; i++) {
		const struct notify_program *p = &h->program[i];

		fds[2 + i].fd = p->path == NULL ? -1 : p->output_fd;
		fds[2 + i].events = POLLIN;
	}
	poll(fds, sizeof(fds) / sizeof(fds[0]), timeout_ms(h));
	/* Which child has ended is asked of each. */
	while (read(h->signal_fd, &info, sizeof(info)) > 0)
		continue;
	h->now_ms = read_clock_ms();
}

static bool
has_work(const struct helper *h)
{
	if (h->koi_fd >= 0 || h->running > 0)
		return true;
	return notify_queue_pending(h->queue) > 0 && h->now_ms < h->finish_ms;
}

static void
run(struct helper *h)
{
	while (has_work(h)) {
		wait_for_something(h);
		receive(h);
		follow_programs(h);
		start_pending(h);
		publish(h);
	}
	if (notify_queue_pending(h->queue) > 0)
		notify_report(h->koi_fd, NOTIFY_REPORT_FAILURE, "koi", "has ended",
			      "%zu programs were not started", notify_queue_pending(h->queue));
}

/* ------------------------------------------------------------------------------------------- */
/* Set-up                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* koi tells it to end by closing the socket, and by nothing else. */
static int
hold_signals(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE };
	sigset_t child;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_SETMASK, &child, NULL);
	return signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
drop_descriptors(int keep_fd)
{
	int null_fd;

	if (keep_fd > 3)
		close_range(3, (unsigned int)keep_fd - 1, 0);
	close_range((unsigned int)keep_fd + 1, ~0u, 0);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 || dup2(null_fd, STDOUT_FILENO) < 0)
		return -errno;
	if (null_fd > STDERR_FILENO)
		close(null_fd);
	return chdir("/") == 0 ? 0 : -errno;
}

static int
prepare(struct helper *h)
{
	size_t size = NOTIFY_RUNNING_MAX * sizeof(int);
	int *start_errno = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (start_errno == MAP_FAILED)
		return -errno;
	for (unsigned int i = 0; i < NOTIFY_RUNNING_MAX; i++)
		h->program[i].start_errno = &start_errno[i];
	h->queue = notify_queue_create(NOTIFY_QUEUE_MAX);
	h->signal_fd = hold_signals();
	if (h->queue == NULL || h->signal_fd < 0)
		return -errno;
	return 0;
}

void
notify_helper_main(int fd, struct notify_counters *counters, unsigned int limit_ms)
{
	static struct helper helper;

	helper.koi_fd = fd;
	helper.counters = counters;
	helper.limit_ms = limit_ms;
	helper.finish_ms = UINT64_MAX;
	helper.now_ms = read_clock_ms();
	prctl(PR_SET_NAME, "koi-notify");
	setsid();
	if (drop_descriptors(fd) != 0 || prepare(&helper) != 0)
		_exit(EXIT_FAILURE);
	run(&helper);
	_exit(EXIT_SUCCESS);
}
