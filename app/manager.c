/* SPDX-License-Identifier: BSD-3-Clause */
#include "manager.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
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
#include "control_socket.h"
#include "event_log.h"
#include "reload.h"
#include "sdnotify.h"

/* How soon an event is in the log, and a link change noticed. */
#define POLL_MS 5

struct manager {
	struct runtime *r;
	pthread_t thread;
	int epoll_fd;
	int signal_fd;
	struct control_socket *socket;
	struct change_list *changes; /* a reload under way */
	bool is_shown;               /* ... that control has made and readers see */
	uint64_t qsbr_token;
	uint64_t reload_us;
	bool is_ready_told;
	uint64_t watchdog_us; /* how often the service manager wants a sign of life; 0 never */
	uint64_t watchdog_next_us;
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
	bool is_about_vhid = e->type == EVENT_STATE || e->type == EVENT_BAD_ADVERT;

	return is_about_vhid ? r->slot[e->subject]->name : "";
}

static void
take_events(struct runtime *r)
{
	struct event event;

	while (rte_ring_sc_dequeue_elem(r->events, &event, sizeof(event)) == 0) {
		event_history_add(r->history, &event, name_of(r, &event));
		event_log(r, &event);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Reload                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
log_report(const struct config_report *report, const char *file)
{
	for (size_t i = 0; i < report->error_count; i++)
		log_line(ERR, config, "%s: %s", file, report->errors[i]);
	for (size_t i = 0; i < report->warning_count; i++)
		log_line(WARNING, config, "%s: %s", file, report->warnings[i]);
}

int
manager_reload(struct manager *m, struct config_report *report)
{
	struct config *config;
	int rc;

	if (m->changes != NULL)
		return -EALREADY;
	config = config_load(m->r->config_file, CONFIG_RUN, report);
	if (config == NULL)
		return -errno;
	m->changes = reload_plan(m->r, config, report);
	if (m->changes == NULL) {
		rc = -errno;
		config_free(config);
		return rc;
	}
	sdnotify("RELOADING=1");
	m->reload_us = clock_us();
	rte_ring_sp_enqueue(m->r->changes, m->changes);
	return 0;
}

static void
reload_by_signal(struct manager *m)
{
	struct config_report report = { 0 };
	int rc = manager_reload(m, &report);

	log_report(&report, m->r->config_file);
	config_report_free(&report);
	if (rc != 0)
		log_line(ERR, config, "reload: nothing has changed: %s", strerror(-rc));
}

/* Control first, then readers, then, when no worker can see it any more, what was replaced. */
static void
follow_reload(struct manager *m)
{
	if (m->changes == NULL || !atomic_load_explicit(&m->changes->is_done, memory_order_acquire))
		return;
	if (!m->is_shown) {
		/* Events of vhids that are gone have been told: they come before the end. */
		take_events(m->r);
		reload_show(m->r, m->changes);
		m->qsbr_token = rte_rcu_qsbr_start(m->r->qsbr);
		m->is_shown = true;
	}
	if (rte_rcu_qsbr_check(m->r->qsbr, m->qsbr_token, false) != 1)
		return;
	reload_finish(m->r, m->changes);
	m->changes = NULL;
	m->is_shown = false;
	log_line(NOTICE, config, "reloaded: %u vhid%s, in %" PRIu64 " ms", m->r->view->vhid_count,
		 m->r->view->vhid_count == 1 ? "" : "s", (clock_us() - m->reload_us) / 1000);
	sdnotify("READY=1");
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
		reload_by_signal(m);
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

static void
tell_service_manager(struct manager *m)
{
	const struct worker *w = &m->r->worker[0];
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
	if (lease_us > now_us &&
	    now_us - clock_tsc_to_us(atomic_load_explicit(&w->turn_tsc, memory_order_relaxed)) <
		    m->watchdog_us) {
		sdnotify("WATCHDOG=1");
		m->watchdog_next_us = now_us + m->watchdog_us / 2;
	}
}

static void *
manager_main(void *arg)
{
	struct manager *m = arg;
	struct epoll_event ready[4];

	while (!atomic_load_explicit(&m->stop, memory_order_acquire)) {
		int count = epoll_wait(m->epoll_fd, ready, RTE_DIM(ready), POLL_MS);

		for (int i = 0; i < count; i++) {
			if (ready[i].data.fd == m->signal_fd)
				take_signal(m);
		}
		control_socket_serve(m->socket);
		poll_links(m->r);
		take_events(m->r);
		follow_reload(m);
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
	m->watchdog_us = sdnotify_watchdog_us();
	m->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (m->signal_fd < 0 || m->epoll_fd < 0 || watch_fd(m, m->signal_fd) != 0)
		goto err;
	m->socket = control_socket_create(r);
	if (m->socket == NULL || watch_fd(m, control_socket_fd(m->socket)) != 0)
		goto err;
	poll_links(r);
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
	/* Control and workers have ended: nothing is in their hands any more. */
	if (m->changes != NULL) {
		change_step(m->r, m->changes, UINT_MAX, clock_us());
		if (!m->is_shown)
			reload_show(m->r, m->changes);
		reload_finish(m->r, m->changes);
	}
	manager_free(m);
}
