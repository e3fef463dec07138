/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "scenario.h"
#include "scenario_print.h"

/* Named as the daemon names what comes from the configuration's carp.demotion. */
#define CAUSE_CONFIGURED "configuration"

struct run {
	const struct scenario *scenario;
	const struct scenario_setup *setup; /* in force */
	struct carp_node *node;
	struct carp_interface *ifc;
	struct carp_vhid *vhid;
	uint64_t generation; /* of the node, at the last carp_vhid_run() */
	uint32_t send_errors;
	bool up;
	uint64_t now_us;
	FILE *to;
};

static void
set_source(struct carp_vhid_config *c, const struct scenario_setup *setup, enum ip_family family)
{
	if (setup->has_source[family]) {
		c->source[family] = setup->source[family];
		c->has_source[family] = true;
		return;
	}
	for (size_t i = 0; i < setup->address_count; i++) {
		const struct ip_addr *addr = &setup->addresses[i];

		if (addr->family != family)
			continue;
		if (!c->has_source[family] || ip_addr_compare(addr, &c->source[family]) < 0)
			c->source[family] = *addr;
		c->has_source[family] = true;
	}
}

static struct carp_vhid_config
vhid_config(const struct scenario_setup *setup, bool up)
{
	struct carp_vhid_config c = {
		.vhid = setup->vhid,
		.advbase = setup->advbase,
		.advskew = setup->advskew,
		.key = setup->key,
		.key_len = setup->key_len,
		.addresses = setup->addresses,
		.address_count = setup->address_count,
		.announce_interval_s = setup->announce_interval_s,
		.digest = setup->digest,
		.checksum6 = setup->checksum6,
		.counter = setup->counter,
		.up = up,
	};

	set_source(&c, setup, IP_V4);
	set_source(&c, setup, IP_V6);
	return c;
}

static void
do_send(struct run *r, const struct carp_action *action)
{
	const struct carp_vhid_config c = vhid_config(r->setup, r->up);
	const struct ip_addr group = carp_group(action->send.family);
	uint8_t payload[CARP_HEADER_LEN];
	bool failed = r->send_errors > 0;

	memcpy(payload, action->send.payload, sizeof(payload));
	if (action->send.family == IP_V6 && action->send.checksum6 == CARP_CHECKSUM6_PSEUDO)
		carp_checksum_set_pseudo(payload, &c.source[IP_V6], &group);
	if (failed)
		r->send_errors--;
	scenario_print_send(r->to, r->now_us, action->send.family, payload, failed);
	carp_vhid_sent(r->vhid, action->send.family, !failed, r->now_us);
}

static void
do_actions(struct run *r, const struct carp_actions *actions)
{
	for (unsigned int i = 0; i < actions->count; i++) {
		const struct carp_action *action = &actions->item[i];

		switch (action->type) {
		case CARP_ACTION_STATE:
			scenario_print_state(r->to, r->now_us, action);
			break;
		case CARP_ACTION_SEND:
			do_send(r, action);
			break;
		case CARP_ACTION_NOTICE:
			break;
		case CARP_ACTION_ANNOUNCE:
			scenario_print_announce(r->to, r->now_us, r->setup->addresses,
						r->setup->address_count);
			break;
		}
	}
}

/* A send that fails may change the demotion, which is advertised without delay: once more then. */
static void
run_vhid(struct run *r)
{
	struct carp_actions actions;

	do {
		r->generation = carp_node_generation(r->node);
		carp_vhid_run(r->vhid, r->now_us, r->now_us, &actions);
		do_actions(r, &actions);
	} while (carp_node_generation(r->node) != r->generation);
}

static void
run_timers_before(struct run *r, uint64_t end_us)
{
	uint64_t due_us;

	while ((due_us = carp_vhid_next_us(r->vhid)) < end_us) {
		if (due_us > r->now_us)
			r->now_us = due_us;
		run_vhid(r);
	}
}

static int
apply_set(struct run *r, const struct scenario_setup *setup)
{
	struct carp_vhid_config c = vhid_config(setup, r->up);
	int err;

	carp_node_set(r->node, &setup->settings, r->now_us);
	err = carp_node_cause_set(r->node, CAUSE_CONFIGURED, setup->demotion, 0, r->now_us);
	if (err != 0)
		return err;
	r->setup = setup;
	return carp_vhid_reconfigure(r->vhid, &c, r->now_us);
}

static void
apply_advert(struct run *r, const struct scenario_event *event)
{
	struct carp_received rx = {
		.payload = event->advert.payload,
		.len = event->advert.len,
		.from = event->advert.from,
		.to = carp_group(event->advert.from.family),
		.ttl = event->advert.ttl,
	};
	struct carp_actions actions;
	enum carp_counter verdict;

	verdict = carp_vhid_input(r->vhid, &rx, r->now_us, &actions);
	if (verdict != CARP_ACCEPTED)
		scenario_print_refused(r->to, r->now_us, verdict);
	do_actions(r, &actions);
}

static int
apply_event(struct run *r, const struct scenario_event *event)
{
	struct carp_actions actions;

	switch (event->type) {
	case SCENARIO_LINK:
		carp_interface_set_link(r->ifc, event->up, r->now_us);
		return 0;
	case SCENARIO_ADMIN:
		r->up = event->up;
		carp_vhid_set_admin(r->vhid, event->up);
		return 0;
	case SCENARIO_FORCE:
		/* In INIT nothing happens, and the output shows just that. */
		if (carp_vhid_force(r->vhid, event->force, r->now_us, &actions) == 0)
			do_actions(r, &actions);
		return 0;
	case SCENARIO_ADVERT:
		apply_advert(r, event);
		return 0;
	case SCENARIO_SET:
		return apply_set(r, event->set);
	case SCENARIO_DEMOTE:
		return carp_node_demote(r->node, event->demote, r->now_us);
	case SCENARIO_SEND_ERRORS:
		if (event->send_errors > r->send_errors)
			r->send_errors = event->send_errors;
		return 0;
	case SCENARIO_END:
		return 0;
	}
	return -EINVAL;
}

/* Is the event after this one another of the same time that must see the timers as they are? */
static bool
waits_for_next(const struct scenario *s, size_t i)
{
	const struct scenario_event *event = &s->events[i];

	return i + 1 < s->event_count && event[1].at_us == event->at_us &&
	       event[1].type != SCENARIO_END;
}

/*
 * Each event takes effect before the next one of the same time, so that "down" and "up" are two
 * steps. Only when a timer is due at that very time does the effect wait for the last of them, for
 * carp_vhid_run() would run the timer as well.
 */
static int
run_events(struct run *r)
{
	const struct scenario *s = r->scenario;
	bool timer_due = false;

	for (size_t i = 0; i < s->event_count && s->events[i].type != SCENARIO_END; i++) {
		const struct scenario_event *event = &s->events[i];
		int err;

		if (event->at_us > r->now_us) {
			run_timers_before(r, event->at_us);
			r->now_us = event->at_us;
			timer_due = carp_vhid_next_us(r->vhid) <= r->now_us;
		}
		err = apply_event(r, event);
		if (err != 0)
			return err;
		if (!timer_due || !waits_for_next(s, i))
			run_vhid(r);
	}
	return 0;
}

static uint64_t
end_us(const struct scenario *s)
{
	for (size_t i = 0; i < s->event_count; i++) {
		if (s->events[i].type == SCENARIO_END)
			return s->events[i].at_us;
	}
	return s->event_count > 0 ? s->events[s->event_count - 1].at_us : 0;
}

static int
set_up(struct run *r)
{
	struct carp_vhid_config c = vhid_config(r->setup, r->up);

	r->node = carp_node_create(&r->setup->settings);
	if (r->node == NULL)
		return -errno;
	r->ifc = carp_interface_create(r->node, "scenario");
	if (r->ifc == NULL)
		return -errno;
	r->vhid = carp_vhid_create(r->ifc, &c);
	if (r->vhid == NULL)
		return -errno;
	return carp_node_cause_set(r->node, CAUSE_CONFIGURED, r->setup->demotion, 0, 0);
}

static void
tear_down(struct run *r)
{
	if (r->vhid != NULL)
		carp_vhid_destroy(r->vhid, r->now_us);
	if (r->ifc != NULL)
		carp_interface_destroy(r->ifc, r->now_us);
	if (r->node != NULL)
		carp_node_destroy(r->node);
}

int
scenario_run(const struct scenario *s, FILE *to)
{
	struct run r = { .scenario = s, .setup = &s->start, .up = true, .to = to };
	struct carp_vhid_status status;
	int err;

	err = set_up(&r);
	if (err == 0) {
		run_vhid(&r);
		err = run_events(&r);
	}
	if (err == 0) {
		run_timers_before(&r, end_us(s));
		r.now_us = end_us(s);
		carp_vhid_status(r.vhid, &status);
		scenario_print_end(to, r.now_us, &status);
	}
	tear_down(&r);
	return err;
}
