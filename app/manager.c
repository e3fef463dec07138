/* SPDX-License-Identifier: BSD-3-Clause */
#include "manager.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <rte_lcore.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "base/log.h"
#include "commander.h"
#include "control_socket.h"
#include "event_log.h"
#include "notify.h"
#include "replay_keep.h"
#include "sdnotify.h"

/* How soon an event is in the log, and a link change noticed. */
#define POLL_MS 5
/* ... while somebody waits for the answer to a command. */
#define BUSY_POLL_MS 1

struct manager {
	struct runtime *r;
	pthread_t thread;
	int epoll_fd;
	int signal_fd;
	struct commander commander;
	struct control_socket *socket;
	bool is_ready_told;
	uint64_t watchdog_us; /* how often the service manager wants a sign of life; 0 never */
	uint64_t watchdog_next_us;
	uint64_t replay_us; /* when the counters are looked at next */
	_Atomic bool stop;
};

static void
fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
}

void
manager_block_signals(void)
{
	sigset_t set;

	fill_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* The name of the vhid that an event is about, if it is about one. */
static const char *
name_of(const struct runtime *r, const struct event *e)
{
	bool is_about_vhid = e->type == EVENT_STATE || e->type == EVENT_BAD_ADVERT ||
			     e->type == EVENT_NOTICE;

	return is_about_vhid ? r->slot[e->subject]->name : "";
}

static void
take_events(struct runtime *r)
{
	struct event event;

	while (rte_ring_sc_dequeue_elem(r->events, &event, sizeof(event)) == 0) {
		const char *name = name_of(r, &event);
		uint64_t sequence = event_history_add(r->history, &event, name);

		notify_event(r->notify, &event, name, sequence);
		event_log(r, &event);
	}
}

/* ------------------------------------------------------------------------------------------- */

static void
take_signal(struct manager *m)
{
	struct signalfd_siginfo info;

	if (read(m->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGTERM:
	case SIGINT:
		sdnotify("STOPPING=1");
		atomic_store_explicit(&m->r->stop_requested, true, memory_order_release);
		break;
	case SIGHUP:
		commander_reload(&m->commander);
		break;
	case SIGUSR1:
		event_log_state(m->r);
		break;
	}
}

static void
poll_links(struct runtime *r)
{
	for (unsigned int i = 0; i < r->port_count; i++)
		atomic_store_explicit(&r->port[i].link, link_pack(port_link(&r->port[i].port)),
				      memory_order_relaxed);
}

/* When the worker that is furthest behind has begun its last turn. */
static uint64_t
oldest_turn_us(const struct runtime *r)
{
	uint64_t oldest_tsc = UINT64_MAX;

	for (unsigned int i = 0; i < r->worker_count; i++) {
		uint64_t turn_tsc = atomic_load_explicit(&r->worker[i].turn_tsc,
							 memory_order_relaxed);

		oldest_tsc = RTE_MIN(oldest_tsc, turn_tsc);
	}
	return clock_tsc_to_us(oldest_tsc);
}

static void
tell_service_manager(struct manager *m)
{
	uint64_t now_us = clock_us();
	uint64_t lease_us;

	if (!m->is_ready_told && atomic_load_explicit(&m->r->is_ready, memory_order_acquire)) {
		m->is_ready_told = true;
		log_line(NOTICE, app, "ready: %u interface%s, %u vhid%s, %u worker%s",
			 m->r->interface_count, m->r->interface_count == 1 ? "" : "s",
			 m->r->view->vhid_count, m->r->view->vhid_count == 1 ? "" : "s", m->r->worker_count,
			 m->r->worker_count == 1 ? "" : "s");
		sdnotify("READY=1");
	}
	if (m->watchdog_us == 0 || now_us < m->watchdog_next_us)
		return;
	/* A sign of life of those who do the work, not of this thread. */
	lease_us = clock_tsc_to_us(atomic_load_explicit(&m->r->lease_tsc, memory_order_relaxed));
	if (lease_us > now_us && oldest_turn_us(m->r) + m->watchdog_us > now_us) {
		sdnotify("WATCHDOG=1");
		m->watchdog_next_us = now_us + m->watchdog_us / 2;
	}
}

static void
keep_replay(struct manager *m)
{
	uint64_t now_us = clock_us();

	if (now_us < m->replay_us)
		return;
	m->replay_us = now_us + REPLAY_KEEP_US;
	replay_keep(m->r);
}

static void *
manager_main(void *arg)
{
	struct manager *m = arg;
	struct epoll_event ready[4];

	while (!atomic_load_explicit(&m->stop, memory_order_acquire)) {
		int wait_ms = commander_is_busy(&m->commander) ? BUSY_POLL_MS : POLL_MS;
		int count = epoll_wait(m->epoll_fd, ready, RTE_DIM(ready), wait_ms);

		for (int i = 0; i < count; i++) {
			if (ready[i].data.fd == m->signal_fd)
				take_signal(m);
		}
		control_socket_serve(m->socket);
		poll_links(m->r);
		take_events(m->r);
		notify_serve(m->r->notify, clock_us());
		commander_step(&m->commander);
		keep_replay(m);
		tell_service_manager(m);
	}
	take_events(m->r);
	return NULL;
}

static int
watch_fd(struct manager *m, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(m->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void
manager_free(struct manager *m)
{
	control_socket_destroy(m->socket);
	commander_end(&m->commander);
	if (m->signal_fd >= 0)
		close(m->signal_fd);
	if (m->epoll_fd >= 0)
		close(m->epoll_fd);
	free(m);
}

struct manager *
manager_start(struct runtime *r)
{
	struct manager *m = calloc(1, sizeof(*m));
	int saved_errno;
	sigset_t set;

	if (m == NULL)
		return NULL;
	fill_signals(&set);
	m->r = r;
	commander_init(&m->commander, r);
	m->watchdog_us = sdnotify_watchdog_us();
	m->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (m->signal_fd < 0 || m->epoll_fd < 0 || watch_fd(m, m->signal_fd) != 0)
		goto err;
	m->socket = control_socket_create(r, &m->commander.executor);
	if (m->socket == NULL || watch_fd(m, control_socket_fd(m->socket)) != 0)
		goto err;
	poll_links(r);
	notify_set_programs(r->notify, r->view->config);
	errno = rte_ctrl_thread_create(&m->thread, "koi-manager", NULL, manager_main, m);
	if (errno != 0) {
		errno = errno < 0 ? -errno : errno;
		goto err;
	}
	return m;

err:
	saved_errno = errno;
	manager_free(m);
	errno = saved_errno;
	return NULL;
}

void
manager_stop(struct manager *m)
{
	if (m == NULL)
		return;
	atomic_store_explicit(&m->stop, true, memory_order_release);
	pthread_join(m->thread, NULL);
	manager_free(m);
}
