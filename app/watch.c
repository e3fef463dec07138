/* SPDX-License-Identifier: BSD-3-Clause */
#include "watch.h"

#include "base/clock.h"
#include "election.h"

#define CAUSE "worker stalled"
/* A late wake worth an event of its own. */
#define LATE_US 100000
#define GAP_PUBLISH_US 100000

void
watch_start(struct watch *w, struct runtime *r, uint64_t now_us)
{
	w->r = r;
	w->forgiven_us = now_us;
	w->window_10s.portion_us = 1000000;
	w->window_5min.portion_us = 30000000;
}

/* ------------------------------------------------------------------------------------------- */
/* Workers                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
tell(struct watch *w, enum event_type type, unsigned int worker, uint64_t stall_us, uint64_t now_us)
{
	struct event event = {
		.type = type,
		.at_us = now_us,
		.subject = worker,
		.stall = { stall_us },
	};

	election_event(w->r, &event);
}

static void
watch_one(struct watch *w, unsigned int index, uint64_t now_us)
{
	struct watch_worker *worker = &w->worker[index];
	uint64_t turn_us = clock_tsc_to_us(atomic_load_explicit(&w->r->worker[index].turn_tsc,
								memory_order_acquire));
	uint64_t since_us = RTE_MAX(turn_us, w->forgiven_us);
	bool is_stalled = now_us > since_us && now_us - since_us > WATCH_STALL_US;

	if (is_stalled && !worker->is_stalled) {
		worker->stalled_us = since_us;
		tell(w, EVENT_WORKER_STALLED, index, now_us - since_us, now_us);
	} else if (!is_stalled && worker->is_stalled) {
		worker->alive_us = now_us;
		tell(w, EVENT_WORKER_RECOVERED, index, now_us - worker->stalled_us, now_us);
	}
	worker->is_stalled = is_stalled;
}

static void
follow_demotion(struct watch *w, uint64_t now_us)
{
	bool is_demoting = w->is_demoting;
	bool is_recovering = false;

	for (unsigned int i = 0; i < w->r->worker_count; i++) {
		const struct watch_worker *worker = &w->worker[i];

		if (worker->is_stalled) {
			is_recovering = true;
			is_demoting |= now_us - worker->stalled_us > WATCH_DEMOTE_US;
		} else if (worker->alive_us != 0 && now_us - worker->alive_us < WATCH_RECOVER_US) {
			is_recovering = true;
		}
	}
	is_demoting &= is_recovering;
	if (is_demoting == w->is_demoting)
		return;
	w->is_demoting = is_demoting;
	carp_node_cause_set(w->r->node, CAUSE,
			    is_demoting ? w->r->config->carp.ifdown_demotion_factor : 0, 0, now_us);
}

static void
choose_injector(struct watch *w, struct koi_port *port)
{
	unsigned int chosen = port->pollers[0];

	for (unsigned int q = 0; q < port->poller_count; q++) {
		if (!w->worker[port->pollers[q]].is_stalled) {
			chosen = port->pollers[q];
			break;
		}
	}
	atomic_store_explicit(&port->injector, chosen, memory_order_relaxed);
}

void
watch_workers(struct watch *w, uint64_t now_us)
{
	for (unsigned int i = 0; i < w->r->worker_count; i++)
		watch_one(w, i, now_us);
	for (unsigned int i = 0; i < w->r->port_count; i++)
		choose_injector(w, &w->r->port[i]);
	follow_demotion(w, now_us);
}

bool
watch_is_stalled(const struct watch *w, const struct koi_port *port)
{
	for (unsigned int q = 0; q < port->poller_count; q++)
		if (w->worker[port->pollers[q]].is_stalled)
			return true;
	return false;
}

void
watch_forgive(struct watch *w, uint64_t now_us)
{
	w->forgiven_us = now_us;
}

/* ------------------------------------------------------------------------------------------- */
/* Control itself                                                                               */
/* ------------------------------------------------------------------------------------------- */

static uint64_t
window_worst(struct watch_window *window, uint64_t late_us, uint64_t now_us)
{
	uint64_t number = now_us / window->portion_us;
	uint64_t worst = 0;

	for (uint64_t n = window->current + 1; n <= number && n <= window->current + 10; n++)
		window->portion[n % 10] = 0;
	window->current = number;
	if (late_us > window->portion[number % 10])
		window->portion[number % 10] = late_us;
	for (unsigned int i = 0; i < 10; i++)
		worst = RTE_MAX(worst, window->portion[i]);
	return worst;
}

void
watch_gap(struct watch *w, uint64_t late_us, uint64_t now_us)
{
	w->gap.max_10s_us = window_worst(&w->window_10s, late_us, now_us);
	w->gap.max_5min_us = window_worst(&w->window_5min, late_us, now_us);
	w->gap.max_ever_us = RTE_MAX(w->gap.max_ever_us, late_us);
	if (late_us > LATE_US)
		tell(w, EVENT_CONTROL_LATE, EVENT_NONE, late_us, now_us);
	if (now_us - w->gap_published_us > GAP_PUBLISH_US) {
		w->gap_published_us = now_us;
		record_write(w->r->gap, &w->gap);
	}
}
