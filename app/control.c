/* SPDX-License-Identifier: BSD-3-Clause */
#include "control.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include <rte_ring_elem.h>

#include "base/clock.h"
#include "change.h"
#include "claim.h"
#include "command.h"
#include "election.h"
#include "host_link.h"
#include "resolve.h"
#include "router_advert.h"
#include "watch.h"

/* What is done at a stretch before the rings are looked at again. */
#define BUDGET_US 150
#define TIMER_BATCH 32
#define ADVERT_BATCH 32
#define SIGHTING_BATCH 64
#define DONE_BATCH 64
#define CHANGE_BATCH 16
#define COMMAND_BATCH 8

#define SLEEP_MAX_US 1000
#define SLEEP_MAX_SUBSECOND_US 250

/*
 * A stop, if control did not run for so long, or for so long that the lease ran out: what was
 * missed is heard before anything is done.
 */
#define STOP_US 20000

/*
 * How long the end waits for a worker that is late with the next bow-out, and for all of them. A
 * peer would wait for longer.
 */
#define RESIGN_US 500000
#define RESIGN_ALL_US 1000000
/* A worker that is to send them may share this core. */
#define RESIGN_NAP_US 50

struct control {
	struct runtime *r;
	struct watch watch;
	uint64_t now_us;
	uint64_t planned_us;    /* when this turn was to begin, had the last one taken no time */
	uint64_t sleep_max_us;
	uint64_t lease_us;  /* how long the roles outlive their control */
	bool is_catching_up;
	uint64_t stopped_us;      /* ... with what came in since */
	uint64_t listen_until_us; /* ... until here */
	uint64_t node_generation;
	int32_t demotion;       /* the sum that was told last */
	struct change_list *changes; /* under way */
	uint64_t link_seen[CONFIG_INTERFACES_MAX];
	unsigned int first_worker;
	uint64_t marked_tsc[PLACEMENT_WORKERS_MAX]; /* what workers say they have handed on */
	uint64_t heard_tsc[PLACEMENT_WORKERS_MAX];  /* ... and control has taken from the rings */
	uint64_t heard_us[CONFIG_INTERFACES_MAX];
	bool has_more;          /* a batch was full: do not sleep */
	struct {
		unsigned int least; /* frames that waited */
		uint64_t end_us;
		uint64_t limit_us;
	} resign;
};

/* ------------------------------------------------------------------------------------------- */
/* From the workers                                                                             */
/* ------------------------------------------------------------------------------------------- */

/* Before the rings are emptied: what a worker says it has handed on is then found in them. */
static void
load_marks(struct control *c)
{
	for (unsigned int i = 0; i < c->r->worker_count; i++)
		c->marked_tsc[i] = atomic_load_explicit(&c->r->worker[i].heard_tsc, memory_order_acquire);
}

/* An interface has been heard as far as the last of the workers that poll it. */
static void
follow_heard(struct control *c)
{
	for (unsigned int i = 0; i < c->r->interface_count; i++) {
		const struct koi_port *port = c->r->interface[i].port;
		uint64_t heard_tsc = UINT64_MAX;

		for (unsigned int q = 0; q < port->poller_count; q++)
			heard_tsc = RTE_MIN(heard_tsc, c->heard_tsc[port->pollers[q]]);
		c->heard_us[i] = clock_tsc_to_us(heard_tsc);
	}
}

static bool
is_over_budget(const struct control *c)
{
	return clock_us() > c->now_us + BUDGET_US;
}

static void
take_adverts(struct control *c, struct worker *w)
{
	struct punt_advert batch[ADVERT_BATCH];
	unsigned int count = rte_ring_sc_dequeue_burst_elem(w->adverts, batch, sizeof(batch[0]),
							    ADVERT_BATCH, NULL);

	for (unsigned int i = 0; i < count; i++)
		election_receive(c->r, &batch[i], c->now_us);
	/* Unless more waits in the ring: what it says is not known yet. */
	if (count < ADVERT_BATCH)
		c->heard_tsc[w->index] = c->marked_tsc[w->index];
	else
		c->has_more = true;
}

static void
take_sightings(struct control *c, struct worker *w)
{
	struct neigh_sighting batch[SIGHTING_BATCH];
	unsigned int count = rte_ring_sc_dequeue_burst_elem(w->sightings, batch, sizeof(batch[0]),
							    SIGHTING_BATCH, NULL);

	for (unsigned int i = 0; i < count; i++)
		if (batch[i].evidence == NEIGH_SEEN_CLAIM)
			claim_take(c->r, &batch[i], c->now_us);
		else
			neigh_learn(c->r->neighbours, &batch[i]);
}

static void
take_done(struct control *c, struct worker *w)
{
	struct inject_done batch[DONE_BATCH];
	unsigned int count = rte_ring_sc_dequeue_burst_elem(w->inject_done, batch, sizeof(batch[0]),
							    DONE_BATCH, NULL);

	for (unsigned int i = 0; i < count; i++)
		election_sent(c->r, &batch[i], c->now_us);
	c->has_more |= count == DONE_BATCH;
}

static void
take_from_workers(struct control *c)
{
	load_marks(c);
	for (unsigned int i = 0; i < c->r->worker_count; i++) {
		struct worker *w = &c->r->worker[(c->first_worker + i) % c->r->worker_count];

		if (is_over_budget(c)) {
			c->has_more = true;
			break;
		}
		take_adverts(c, w);
		take_done(c, w);
		take_sightings(c, w);
		c->has_more |= resolve_take(c->r, w, c->now_us);
	}
	/* Nobody is always the last. */
	c->first_worker = (c->first_worker + 1) % c->r->worker_count;
	follow_heard(c);
}

/* ------------------------------------------------------------------------------------------- */
/* Inputs of the elections                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
follow_links(struct control *c)
{
	for (unsigned int i = 0; i < c->r->interface_count; i++) {
		struct koi_interface *ifc = &c->r->interface[i];
		uint64_t link = atomic_load_explicit(&ifc->port->link, memory_order_relaxed);
		struct event event = {
			.type = EVENT_LINK,
			.at_us = c->now_us,
			.subject = i,
			.link = { link_unpack(link).is_up },
		};

		if (link == c->link_seen[i])
			continue;
		c->link_seen[i] = link;
		if (carp_interface_link(ifc->carp) == event.link.is_up)
			continue;
		carp_interface_set_link(ifc->carp, event.link.is_up, c->now_us);
		if (event.link.is_up)
			resolve_wake(c->r, (uint16_t)i, c->now_us);
		election_event(c->r, &event);
		election_wake(c->r, ifc, c->now_us);
		if (event.link.is_up)
			host_link_up(c->r, ifc, c->now_us);
	}
}

static void
publish_demotion(struct control *c)
{
	struct demotion_status status = { .sum = carp_node_demotion(c->r->node) };
	const struct carp_cause *cause;

	status.count = RTE_MIN(carp_node_causes(c->r->node, &cause), DEMOTION_CAUSES_MAX);
	memcpy(status.cause, cause, status.count * sizeof(*cause));
	record_write(c->r->demotion, &status);
}

/* A change that concerns all: everyone is due, and told. */
static void
follow_node(struct control *c)
{
	uint64_t generation = carp_node_generation(c->r->node);
	int32_t sum = carp_node_demotion(c->r->node);
	struct event event = {
		.type = EVENT_DEMOTION,
		.at_us = c->now_us,
		.subject = EVENT_NONE,
		.demotion = { sum },
	};

	if (generation == c->node_generation)
		return;
	c->node_generation = generation;
	publish_demotion(c);
	if (sum != c->demotion)
		election_event(c->r, &event);
	c->demotion = sum;
	/* Who advertises more slowly is given up sooner after the last advertisement. */
	c->lease_us = election_lease_us(c->r);
	election_wake(c->r, NULL, c->now_us);
}

/* What came in during a stop may have found no room: it counts as heard when we have listened. */
static uint64_t
heard_until_us(const struct control *c, unsigned int interface)
{
	if (c->is_catching_up)
		return RTE_MIN(c->heard_us[interface], c->stopped_us);
	return c->heard_us[interface];
}

static void
follow_intervals(struct control *c)
{
	uint64_t shortest_us = election_follow_intervals(c->r);

	c->sleep_max_us = shortest_us < 1000000 ? SLEEP_MAX_SUBSECOND_US : SLEEP_MAX_US;
	c->lease_us = election_lease_us(c->r);
}

/* A reload, some steps at a time. */
static void
follow_changes(struct control *c)
{
	size_t before;

	if (c->changes == NULL &&
	    rte_ring_sc_dequeue(c->r->changes, (void **)&c->changes) != 0)
		return;
	before = c->changes->next;
	if (change_step(c->r, c->changes, CHANGE_BATCH, c->now_us)) {
		follow_intervals(c);
		atomic_store_explicit(&c->changes->is_done, true, memory_order_release);
		c->changes = NULL;
	} else {
		c->has_more |= c->changes->next != before;
	}
}

/* What somebody asks for; few a turn, each of them bounded. */
static void
take_commands(struct control *c)
{
	void *batch[COMMAND_BATCH];
	unsigned int count = rte_ring_sc_dequeue_burst(c->r->commands, batch, COMMAND_BATCH, NULL);

	bool is_retimed = false, is_demoted = false;

	for (unsigned int i = 0; i < count; i++) {
		/* Once it is executed, it is the manager's again. */
		enum command_type type = ((struct command *)batch[i])->type;

		command_execute(c->r, batch[i], c->now_us);
		is_retimed |= type == COMMAND_VHID_SET;
		is_demoted |= type == COMMAND_CAUSE;
	}
	if (is_retimed)
		follow_intervals(c);
	/* A cause may be renewed, or come without a change of the sum. */
	if (is_demoted)
		publish_demotion(c);
	c->has_more |= count == COMMAND_BATCH;
}

static void
run_timers(struct control *c)
{
	size_t item;

	for (unsigned int i = 0; i < TIMER_BATCH && !is_over_budget(c); i++) {
		if (timerheap_first(c->r->timers, &item) > c->now_us)
			return;
		struct koi_vhid *v = election_vhid_at(c->r, item);

		election_run(c->r, v, c->now_us, heard_until_us(c, v->interface->vip.index));
	}
	c->has_more = true;
}

/* ------------------------------------------------------------------------------------------- */
/* Being late                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static bool
has_caught_up(const struct control *c)
{
	for (unsigned int i = 0; i < c->r->interface_count; i++)
		if (c->heard_us[i] < c->listen_until_us &&
		    !watch_is_stalled(&c->watch, c->r->interface[i].port))
			return false;
	return true;
}

static void
notice_stop(struct control *c)
{
	uint64_t late_us = c->now_us > c->planned_us ? c->now_us - c->planned_us : 0;

	watch_gap(&c->watch, late_us, c->now_us);
	if (late_us < RTE_MIN(STOP_US, c->lease_us))
		return;
	if (!c->is_catching_up)
		c->stopped_us = c->planned_us;
	c->is_catching_up = true;
	/* After a long stop another may be master, and what it said lost: hear it once. */
	c->listen_until_us = RTE_MAX(c->listen_until_us,
				     c->now_us + election_listen_us(c->r, late_us));
	watch_forgive(&c->watch, c->now_us);
}

static void
renew_lease(struct control *c)
{
	if (c->is_catching_up && !has_caught_up(c))
		return;
	c->is_catching_up = false;
	atomic_store_explicit(&c->r->lease_tsc, clock_us_to_tsc(c->now_us + c->lease_us),
			      memory_order_release);
}

/* ------------------------------------------------------------------------------------------- */
/* The loop                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static uint64_t
sleep_us(const struct control *c)
{
	uint64_t due_us = timerheap_first(c->r->timers, NULL);
	uint64_t now_us = clock_us();

	if (c->has_more || due_us <= now_us)
		return 0;
	return RTE_MIN(due_us - now_us, c->sleep_max_us);
}

uint64_t
control_turn(struct control *c)
{
	uint64_t rest_us;

	c->now_us = clock_us();
	c->has_more = false;
	notice_stop(c);
	take_from_workers(c);
	follow_links(c);
	follow_changes(c);
	take_commands(c);
	watch_workers(&c->watch, c->now_us);
	carp_node_run(c->r->node, c->now_us);
	follow_node(c);
	run_timers(c);
	host_link_run(c->r, c->now_us);
	router_advert_run(c->r, c->now_us);
	election_continue(c->r, c->now_us);
	renew_lease(c);
	c->has_more |= resolve_run(c->r, c->now_us);
	rest_us = sleep_us(c);
	/* From this turn's begin: one that was stopped half-way, or took long, is a gap, too. */
	c->planned_us = c->now_us + rest_us;
	return rest_us;
}

struct control *
control_create(struct runtime *r)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->r = r;
	follow_intervals(c);
	c->planned_us = clock_us();
	c->node_generation = carp_node_generation(r->node) - 1;
	watch_start(&c->watch, r, c->planned_us);
	for (unsigned int i = 0; i < r->interface_count; i++)
		c->link_seen[i] = UINT64_MAX;
	return c;
}

void
control_destroy(struct control *c)
{
	free(c);
}

/* Nothing waits any more: every bow-out has been handed to its device. */
static bool
is_done(const struct runtime *r)
{
	return !election_is_busy(r) && inject_waiting(r) == 0;
}

void
control_resign(struct control *c)
{
	uint64_t now_us = clock_us();

	election_resign(c->r, now_us);
	c->resign.least = UINT_MAX;
	c->resign.limit_us = now_us + RESIGN_ALL_US;
}

bool
control_resign_turn(struct control *c)
{
	unsigned int waiting = inject_waiting(c->r);

	control_turn(c);
	/* While they are leaving, those behind them have not been waiting in vain. */
	if (waiting < c->resign.least) {
		c->resign.least = waiting;
		c->resign.end_us = RTE_MIN(c->now_us + RESIGN_US, c->resign.limit_us);
	}
	return is_done(c->r) || c->now_us >= c->resign.end_us;
}

static void
nap(uint64_t us)
{
	const struct timespec length = { 0, (long)us * 1000 };

	if (us != 0)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL);
}

int
control_main(struct runtime *r)
{
	struct control *c = control_create(r);

	if (c == NULL)
		return -ENOMEM;
	/* Deadlines are met to the resolution of the timer, not to the kernel's default slack. */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	while (!atomic_load_explicit(&r->stop_requested, memory_order_acquire)) {
		uint64_t rest_us = control_turn(c);

		if (!atomic_load_explicit(&r->is_ready, memory_order_relaxed))
			atomic_store_explicit(&r->is_ready, true, memory_order_release);
		nap(rest_us);
	}
	control_resign(c);
	while (!control_resign_turn(c))
		nap(RESIGN_NAP_US);
	control_destroy(c);
	return 0;
}
