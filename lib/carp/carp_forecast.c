/* SPDX-License-Identifier: BSD-3-Clause */
/* Who will be MASTER, and why, in words for the one who looks at it at night. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "carp/carp_internal.h"

#define REMEMBERED_US (24 * 3600 * CARP_SECOND_US)

static uint64_t
speed_us(const struct carp_peer *p)
{
	return carp_interval_us(p->advbase, p->advskew);
}

static bool
is_better(const struct carp_vhid *v, const struct carp_peer *a, const struct carp_peer *b)
{
	if (a->bowed_out != b->bowed_out)
		return b->bowed_out;
	if (v->ifc->node->settings.encoding != CARP_ENCODE_SKEW && a->demote != b->demote)
		return a->demote < b->demote;
	return speed_us(a) < speed_us(b);
}

static const struct carp_peer *
best_peer(const struct carp_vhid *v, uint64_t now_us)
{
	const struct carp_peer *best = NULL;
	unsigned int i;

	for (i = 0; i < v->source_count; i++) {
		const struct carp_peer *p = &v->sources[i].peer;

		if (p->adverts == 0 || now_us > p->heard_us + REMEMBERED_US)
			continue;
		if (best == NULL || is_better(v, p, best))
			best = p;
	}
	return best;
}

/* Of those who are heard at present: the one heard last, for the others are giving way. */
static const struct carp_peer *
present_master(const struct carp_vhid *v, uint64_t now_us)
{
	const struct carp_peer *last = NULL;
	unsigned int i;

	for (i = 0; i < v->source_count; i++) {
		const struct carp_peer *p = &v->sources[i].peer;

		if (carp_peer_is_heard(v, p, now_us) &&
		    (last == NULL || p->heard_us > last->heard_us))
			last = p;
	}
	return last;
}

static void __attribute__((format(printf, 4, 5)))
tell(struct carp_forecast *out, enum carp_winner winner, const struct carp_peer *p,
     const char *format, ...)
{
	va_list args;

	out->winner = winner;
	if (p != NULL)
		out->peer = p->address;
	va_start(args, format);
	vsnprintf(out->reason, sizeof(out->reason), format, args);
	va_end(args);
}

static uint64_t
left_ms(uint64_t until_us, uint64_t now_us)
{
	return until_us <= now_us ? 0 : (until_us - now_us) / 1000;
}

static void
forecast_init(const struct carp_vhid *v, uint64_t now_us, struct carp_forecast *out)
{
	const struct carp_peer *master = present_master(v, now_us);
	enum carp_reason_code obstacle = carp_election_obstacle(v);
	const char *why = obstacle == CARP_REASON_NONE ? "start delay" : carp_reason_name(obstacle);

	if (master != NULL)
		tell(out, CARP_WINNER_PEER, master, "it is MASTER; we are INIT (%s)", why);
	else
		tell(out, CARP_WINNER_NOBODY, NULL, "nobody is heard; we are INIT (%s)", why);
}

static void
forecast_faster_backup(const struct carp_vhid *v, const struct carp_peer *p, uint64_t now_us,
		       struct carp_forecast *out)
{
	uint64_t due_us = carp_preempt_us(v);

	if (!carp_preempt_is_on(v))
		tell(out, CARP_WINNER_PEER, p, "it is MASTER and slower, but preempt is off");
	else if (now_us < v->preemption.held_until_us)
		tell(out, CARP_WINNER_US, NULL, "preempt, when hold-down ends in %" PRIu64 " ms",
		     left_ms(v->preemption.held_until_us, now_us));
	else if (due_us != CARP_NEVER)
		tell(out, CARP_WINNER_US, NULL, "preempt, in %" PRIu64 " ms",
		     left_ms(due_us, now_us));
	else
		tell(out, CARP_WINNER_US, NULL, "preempt, at its next advertisement");
}

static void
forecast_backup(const struct carp_vhid *v, uint64_t now_us, struct carp_forecast *out)
{
	const struct carp_peer *p = present_master(v, now_us);
	struct carp_stance own = carp_stance_of(v);
	int demotion = p == NULL ? 0 : carp_compare_demotion(v, p->demote);

	if (p == NULL)
		tell(out, CARP_WINNER_US, NULL, "no master is heard");
	else if (v->ifc->node->is_in_maintenance)
		tell(out, CARP_WINNER_PEER, p, "it is MASTER; we are in maintenance");
	else if (demotion > 0)
		tell(out, CARP_WINNER_US, NULL, "its demotion %u is above ours %u", p->demote,
		     own.demote);
	else if (demotion < 0)
		tell(out, CARP_WINNER_PEER, p, "its demotion %u is below ours %u", p->demote,
		     own.demote);
	else if (carp_vhid_interval_us(v) < speed_us(p))
		forecast_faster_backup(v, p, now_us, out);
	else
		tell(out, CARP_WINNER_PEER, p,
		     "it is MASTER and not slower (advbase %u advskew %u against %u %u)",
		     p->advbase, p->advskew, own.advbase, own.advskew);
}

static void
forecast_in_maintenance(const struct carp_vhid *v, const struct carp_peer *p,
			struct carp_forecast *out)
{
	if (v->handover.state == CARP_HANDOVER_REFUSED)
		tell(out, CARP_WINNER_US, NULL, "in maintenance, but nobody took over");
	else if (p != NULL)
		tell(out, CARP_WINNER_PEER, p, "we are in maintenance, if it still lives");
	else
		tell(out, CARP_WINNER_US, NULL, "in maintenance, but no other node is known");
}

static void
forecast_master(const struct carp_vhid *v, const struct carp_peer *p, struct carp_forecast *out)
{
	struct carp_stance own = carp_stance_of(v);
	int demotion = p == NULL ? 0 : carp_compare_demotion(v, p->demote);
	char name[IP_ADDR_TEXT] = "";

	if (p != NULL)
		ip_addr_format(&p->address, name);
	if (v->ifc->node->is_in_maintenance)
		forecast_in_maintenance(v, p, out);
	else if (p == NULL)
		tell(out, CARP_WINNER_US, NULL, "no other node has been heard");
	else if (demotion < 0)
		tell(out, CARP_WINNER_PEER, p,
		     "its demotion was %u and ours is %u, if it still lives", p->demote,
		     own.demote);
	else if (demotion > 0)
		tell(out, CARP_WINNER_US, NULL, "the demotion of %s was %u and ours is %u", name,
		     p->demote, own.demote);
	else if (speed_us(p) < carp_vhid_interval_us(v))
		tell(out, CARP_WINNER_US, NULL,
		     "%s was faster (advbase %u advskew %u) and does not take over", name,
		     p->advbase, p->advskew);
	else
		tell(out, CARP_WINNER_US, NULL, "not slower than %s (advbase %u advskew %u)", name,
		     p->advbase, p->advskew);
}

void
carp_vhid_forecast(const struct carp_vhid *v, uint64_t now_us, struct carp_forecast *out)
{
	const struct carp_peer *best = best_peer(v, now_us);

	*out = (struct carp_forecast){ .has_heir = best != NULL };
	if (best != NULL)
		out->heir = best->address;
	if (v->state == CARP_MASTER)
		forecast_master(v, best, out);
	else if (v->state == CARP_BACKUP)
		forecast_backup(v, now_us, out);
	else
		forecast_init(v, now_us, out);
}
