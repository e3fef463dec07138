/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Maintenance is done when another host has taken over every vhid of ours, which takes some
 * advertisement intervals. If nobody does, nothing has been lost: it is switched off again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "commander_internal.h"

/* A vhid asks for four intervals; the longest that is worth somebody's wait. */
#define ASKING_INTERVALS 5
#define GRACE_US 2000000
#define WAIT_MAX_US 45000000
#define LOOK_US 20000

struct handovers {
	unsigned int asking; /* not settled yet */
	unsigned int done;
	unsigned int refused;
	unsigned int off;
	struct ip_addr to; /* of one of those done */
	bool is_one_successor;
};

static uint64_t
interval_us(const struct carp_vhid_status *s)
{
	return s->advbase * UINT64_C(1000000) + s->advskew * UINT64_C(1000000) / 256;
}

/* The longest that a vhid may take. */
static uint64_t
wait_us(const struct runtime *r)
{
	uint64_t longest_us = 0;

	for (unsigned int i = 0; i < r->view->vhid_count; i++) {
		struct carp_vhid_status s;

		record_read(r->view->vhid[i]->status, &s);
		longest_us = RTE_MAX(longest_us, interval_us(&s));
	}
	return RTE_MIN(ASKING_INTERVALS * longest_us + GRACE_US, (uint64_t)WAIT_MAX_US);
}

/* Names as far as there is room. */
static void
add_name(char *names, size_t size, const char *name)
{
	size_t len = strlen(names);

	if (len + strlen(name) + sizeof(", ...") < size)
		snprintf(names + len, size - len, "%s%s", len == 0 ? "" : ", ", name);
	else if (len >= 3 && strcmp(names + len - 3, "...") != 0)
		snprintf(names + len, size - len, ", ...");
}

static void
count_vhid(struct handovers *h, struct command *c, const struct koi_vhid *v)
{
	struct carp_vhid_status s;

	record_read(v->status, &s);
	switch (s.handover) {
	case CARP_HANDOVER_NONE:
		h->off++;
		break;
	case CARP_HANDOVER_ASKING:
		h->asking++;
		break;
	case CARP_HANDOVER_DONE:
		if (h->done++ == 0)
			h->to = s.handover_to;
		h->is_one_successor &= ip_addr_compare(&h->to, &s.handover_to) == 0;
		break;
	case CARP_HANDOVER_REFUSED:
		h->refused++;
		add_name(c->maintenance.left, sizeof(c->maintenance.left), v->name);
		break;
	case CARP_HANDOVER_IDLE:
		break;
	}
}

static struct handovers
count_handovers(const struct runtime *r, struct command *c)
{
	struct handovers h = { .is_one_successor = true };

	c->maintenance.left[0] = '\0';
	for (unsigned int i = 0; i < r->view->vhid_count; i++)
		count_vhid(&h, c, r->view->vhid[i]);
	return h;
}

static void
tell(struct command *c, const struct handovers *h)
{
	char to[IP_ADDR_TEXT];

	if (h->asking + h->off != 0)
		command_end(c, 0, "%u vhids still wait for somebody to take over",
			    h->asking + h->off);
	else if (h->done == 0)
		command_end(c, 0, "nothing was to be given away");
	else if (h->is_one_successor)
		command_end(c, 0, "%s has taken over", ip_addr_format(&h->to, to));
	else
		command_end(c, 0, "others have taken over: koictl show");
}

bool
commander_maintenance_begin(struct commander *m, struct command *c)
{
	struct command *before = m->maintenance;

	if (c->maintenance.is_undone) {
		command_end(c, -EHOSTUNREACH, "nobody takes over %s; maintenance is off again",
			    c->maintenance.left);
		return false;
	}
	/* Whatever it is, it replaces what somebody has asked for before. */
	m->maintenance = NULL;
	if (before != NULL) {
		command_end(before, -ECANCELED, "somebody has switched maintenance %s meanwhile",
			    c->maintenance.is_on ? "on again" : "off");
		commander_finish(before);
	}
	if (!c->maintenance.is_on)
		return false;
	m->maintenance = c;
	c->maintenance.look_us = clock_us() + LOOK_US;
	c->maintenance.until_us = clock_us() + wait_us(m->r);
	return true;
}

/* What was on before stays on. */
static void
refuse(struct commander *m, struct command *c)
{
	if (!c->maintenance.was_on) {
		c->maintenance.is_undone = true;
		commander_hand_over(m, c);
		return;
	}
	command_end(c, -EHOSTUNREACH, "nobody takes over %s; maintenance stays on",
		    c->maintenance.left);
	commander_finish(c);
}

void
commander_maintenance_step(struct commander *m)
{
	struct command *c = m->maintenance;
	uint64_t now_us = clock_us();
	struct handovers h;

	if (now_us < c->maintenance.look_us)
		return;
	c->maintenance.look_us = now_us + LOOK_US;
	h = count_handovers(m->r, c);
	/* What is off has not been seen by control yet. */
	if (h.asking + h.off != 0 && now_us < c->maintenance.until_us)
		return;
	if (h.refused != 0 && rte_ring_free_count(m->r->commands) == 0)
		return;
	m->maintenance = NULL;
	if (h.refused != 0) {
		refuse(m, c);
		return;
	}
	tell(c, &h);
	commander_finish(c);
}
