/* SPDX-License-Identifier: BSD-3-Clause */
/* Secrets and addresses are changed on the hosts one after the other, in every order. */
#include "case.h"

#include <stdio.h>
#include <string.h>

#define KOI_HOSTS 3
#define ORDERS 6
#define GRACE_S 60

static const unsigned int orders[ORDERS][KOI_HOSTS] = {
	{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
};

/* What each host has been told so far. */
static struct sim_group told[STAGE_HOSTS];

static void
open_stage(struct stage *s, const struct case_options *o, const struct stage_plan *plan)
{
	stage_open(s, plan, o->print);
	s->groups[0].address_grace_us = GRACE_S * STAGE_SECOND;
	for (unsigned int i = 0; i < STAGE_HOSTS; i++) {
		told[i] = s->groups[0];
		s->nodes[i].members[0].group = &told[i];
	}
}

/* A leads, B and C follow. */
static void
open_three(struct stage *s, const struct case_options *o)
{
	const struct stage_plan plan = { .advskew = { 0, 100, 200 } };

	open_stage(s, o, &plan);
}

static void
start_three(struct stage *s)
{
	for (unsigned int i = 0; i < KOI_HOSTS; i++) {
		stage_start(s, i);
		stage_run(s, 5 * STAGE_SECOND);
	}
	stage_expect_master(s, 0);
}

static void
expect_calm(struct stage *s, unsigned int transitions)
{
	stage_expect_master(s, 0);
	stage_expect(s, s->world.transitions == transitions, "a role has changed");
	for (unsigned int i = 0; i < KOI_HOSTS; i++)
		stage_expect(s, stage_counter(s, i, CARP_DROP_AUTH) == 0,
			     "an advertisement was refused");
}

/* ---- secrets ---- */

static const char old_key[] = "old secret";
static const char new_key[] = "new secret";

static void
tell_keys(struct sim_group *g, const char *sent, const char *accepted)
{
	g->key_len = strlen(sent);
	memcpy(g->key, sent, g->key_len);
	g->accepted_key_len = accepted == NULL ? 0 : strlen(accepted);
	if (accepted != NULL)
		memcpy(g->accepted_key, accepted, g->accepted_key_len);
}

static void
step_keys(struct stage *s, const unsigned int *order, const char *sent, const char *accepted)
{
	for (unsigned int i = 0; i < KOI_HOSTS; i++) {
		tell_keys(&told[order[i]], sent, accepted);
		sim_node_reload(&s->nodes[order[i]]);
		stage_run(s, 3 * STAGE_SECOND / 2);
	}
}

static void
roll_secret(struct stage *s, const struct case_options *o, unsigned int number)
{
	unsigned int transitions;

	open_three(s, o);
	for (unsigned int i = 0; i < KOI_HOSTS; i++)
		tell_keys(&told[i], old_key, NULL);
	start_three(s);
	transitions = s->world.transitions;
	step_keys(s, orders[number % ORDERS], old_key, new_key);
	step_keys(s, orders[number / ORDERS % ORDERS], new_key, old_key);
	step_keys(s, orders[number / ORDERS / ORDERS], new_key, NULL);
	stage_run(s, 5 * STAGE_SECOND);
	expect_calm(s, transitions);
}

static void
case_secrets(struct case_options *o)
{
	static struct stage s;
	unsigned int number;
	char variant[64];

	if (!case_is_wanted(o, "rollover-secret"))
		return;
	for (number = 0; number < ORDERS * ORDERS * ORDERS; number++) {
		if (number > 0)
			stage_close(&s);
		roll_secret(&s, o, number);
		if (s.world.has_failed)
			break;
	}
	snprintf(variant, sizeof(variant), "three koi, %u orders", number);
	case_end(o, &s, "rollover-secret", variant);
}

/* ---- addresses ---- */

#define LIST_MAX 3

struct list {
	struct ip_addr addresses[LIST_MAX];
	size_t count;
};

static const struct list one = { { { { 10, 0, 0, 100 }, IP_V4 } }, 1 };
static const struct list other = { { { { 10, 0, 0, 101 }, IP_V4 } }, 1 };
static const struct list two = {
	{ { { 10, 0, 0, 100 }, IP_V4 }, { { 10, 0, 0, 101 }, IP_V4 } }, 2
};
static const struct list both = {
	{ { { 10, 0, 0, 100 }, IP_V4 }, { { 0x20, 0x01, 0x0d, 0xb8, [15] = 100 }, IP_V6 } }, 2
};

static const struct {
	const char *name;
	const struct list *from;
	const struct list *to;
} changes[] = {
	{ "rollover-replace", &one, &other }, { "rollover-add", &one, &two },
	{ "rollover-remove", &two, &one },    { "rollover-family-comes", &one, &both },
	{ "rollover-family-goes", &both, &one },
};

static void
tell_list(struct sim_group *g, const struct list *list)
{
	memcpy(g->addresses, list->addresses, sizeof(list->addresses));
	g->address_count = list->count;
}

static void
change_koi(struct stage *s, unsigned int host, const struct list *list)
{
	tell_list(&told[host], list);
	sim_node_reload(&s->nodes[host]);
}

static void
roll_addresses(struct stage *s, const struct case_options *o, const struct list *from,
	       const struct list *to, const unsigned int *order, uint64_t pause_us)
{
	unsigned int transitions;

	open_three(s, o);
	for (unsigned int i = 0; i < KOI_HOSTS; i++)
		tell_list(&told[i], from);
	start_three(s);
	transitions = s->world.transitions;
	for (unsigned int i = 0; i < KOI_HOSTS; i++) {
		change_koi(s, order[i], to);
		stage_run(s, pause_us);
	}
	/* Beyond every grace. */
	stage_run(s, 2 * GRACE_S * STAGE_SECOND);
	expect_calm(s, transitions);
	for (unsigned int i = 0; i < KOI_HOSTS; i++) {
		struct carp_vhid_status status;

		carp_vhid_status(stage_vhid(s, i), &status);
		stage_expect(s, !status.sends_former_addresses, "the former list is still sent");
	}
}

static void
case_addresses(struct case_options *o, size_t change)
{
	static const uint64_t pauses_us[] = { 1000, 700000, 20 * STAGE_SECOND };
	const unsigned int pauses = sizeof(pauses_us) / sizeof(pauses_us[0]);
	static struct stage s;
	unsigned int number;
	char variant[64];

	if (!case_is_wanted(o, changes[change].name))
		return;
	for (number = 0; number < ORDERS * pauses; number++) {
		if (number > 0)
			stage_close(&s);
		roll_addresses(&s, o, changes[change].from, changes[change].to,
			       orders[number % ORDERS], pauses_us[number / ORDERS]);
		if (s.world.has_failed)
			break;
	}
	snprintf(variant, sizeof(variant), "three koi, %u orders and pauses", number);
	case_end(o, &s, changes[change].name, variant);
}

/* Changed after the grace of the MASTER: it becomes MASTER, too, until it is changed. */
static void
case_too_late(struct case_options *o)
{
	static struct stage s;

	if (!case_is_wanted(o, "rollover-too-late"))
		return;
	open_three(&s, o);
	start_three(&s);
	change_koi(&s, 0, &other);
	change_koi(&s, 1, &other);
	stage_run(&s, (GRACE_S + 10) * STAGE_SECOND);
	stage_expect(&s, stage_role(&s, 2) == CARP_MASTER, "it has followed all the same");
	stage_expect(&s, stage_role(&s, 0) == CARP_MASTER, "the MASTER has gone");
	change_koi(&s, 2, &other);
	stage_run(&s, 3 * STAGE_SECOND);
	stage_expect_master(&s, 0);
	case_end(o, &s, "rollover-too-late", "three koi");
}

/* ---- with a BSD ---- */

enum {
	KOI,
	BSD,
};

struct bsd_row {
	const char *name;
	bool koi_leads;
	bool koi_first;
	unsigned int koi_transitions[2]; /* from the first change to the end: at least, at most */
	uint64_t pause_us;
};

static const struct bsd_row bsd_rows[] = {
	/* It misses us for a master-down time, claims the new list, and goes when we have it. */
	{ "rollover-koi-master-first", true, true, { 0, 0 }, 10 * STAGE_SECOND },
	{ "rollover-koi-master-last", true, false, { 0, 0 }, 30 * STAGE_SECOND },
	/* A BSD MASTER leaves when its list changes; we may lead until it has come back. */
	{ "rollover-koi-backup-first", false, true, { 0, 2 }, 10 * STAGE_SECOND },
	{ "rollover-koi-backup-last", false, false, { 2, 2 }, 30 * STAGE_SECOND },
};

static void
change_bsd(struct stage *s, const struct list *list)
{
	struct peer *p = &s->peers[BSD];

	peer_crash(p);
	stage_expect(s, peer_readdress(p, told[BSD].key, told[BSD].key_len, list->addresses,
				       list->count) == 0,
		     "no memory");
	peer_start(p);
}

static unsigned int
koi_transitions(const struct stage *s)
{
	struct carp_vhid_status status;

	carp_vhid_status(stage_vhid(s, KOI), &status);
	return status.transitions;
}

static void
run_with_bsd(struct case_options *o, const struct bsd_row *row, const struct peer_make *make)
{
	const struct stage_plan plan = {
		.makes = { [BSD] = make },
		.advskew = { row->koi_leads ? 0 : 100, row->koi_leads ? 100 : 0 },
		.preempts = true,
	};
	static struct stage s;
	unsigned int transitions;

	open_stage(&s, o, &plan);
	stage_start(&s, KOI);
	stage_start(&s, BSD);
	stage_run(&s, 10 * STAGE_SECOND);
	transitions = koi_transitions(&s);
	if (row->koi_first)
		change_koi(&s, KOI, &other);
	else
		change_bsd(&s, &other);
	stage_run(&s, row->pause_us);
	if (row->koi_first)
		change_bsd(&s, &other);
	else
		change_koi(&s, KOI, &other);
	stage_run(&s, 20 * STAGE_SECOND);
	stage_expect_master(&s, row->koi_leads ? KOI : BSD);
	transitions = koi_transitions(&s) - transitions;
	stage_expect(&s, transitions >= row->koi_transitions[0] &&
			 transitions <= row->koi_transitions[1],
		     "more or fewer transitions of koi");
	case_end(o, &s, row->name, make->name);
}

void
case_rollover(struct case_options *o)
{
	case_secrets(o);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		case_addresses(o, i);
	case_too_late(o);
	for (size_t i = 0; i < sizeof(bsd_rows) / sizeof(bsd_rows[0]); i++) {
		if (!case_is_wanted(o, bsd_rows[i].name))
			continue;
		run_with_bsd(o, &bsd_rows[i], &peer_freebsd);
		run_with_bsd(o, &bsd_rows[i], &peer_openbsd);
	}
}
