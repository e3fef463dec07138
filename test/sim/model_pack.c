/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the objects of lib/carp and the few octets that their future depends on. */
#include "model.h"

#include <errno.h>
#include <string.h>

#include "carp/carp_internal.h"

#define DEMOTION 50
#define COUNTER_OF_ALL 1

static const uint8_t key[] = { 'm', 'o', 'd', 'e', 'l' };

static int
open_node(struct model *m, unsigned int i)
{
	const struct carp_settings settings = {
		.allow = true,
		.preempt = m->plan->preempt,
		.encoding = m->plan->encoding,
	};
	struct ip_addr virtual_address = { .octets = { 10, 0, 0, 100 }, .family = IP_V4 };
	struct carp_vhid_config config = {
		.vhid = 1,
		.advbase = m->plan->advbase,
		.advskew = m->plan->advskew[i],
		.key = key,
		.key_len = sizeof(key),
		.addresses = &virtual_address,
		.address_count = 1,
		.counter = 1000,
		.up = true,
	};

	m->address[i] = (struct ip_addr){ .octets = { 10, 0, 0, (uint8_t)(2 + i) } };
	config.source[IP_V4] = m->address[i];
	config.has_source[IP_V4] = true;
	m->carp[i] = carp_node_create(&settings);
	if (m->carp[i] == NULL)
		return -errno;
	m->ifc[i] = carp_interface_create(m->carp[i], "lan");
	if (m->ifc[i] == NULL)
		return -errno;
	m->vhid[i] = carp_vhid_create(m->ifc[i], &config);
	return m->vhid[i] == NULL ? -errno : 0;
}

int
model_open(struct model *m, const struct model_plan *plan)
{
	struct ip_addr virtual_address = { .octets = { 10, 0, 0, 100 }, .family = IP_V4 };
	struct carp_digest *digest;
	unsigned int i;
	int rc = 0;

	memset(m, 0, sizeof(*m));
	m->plan = plan;
	for (i = 0; i < plan->nodes && rc == 0; i++)
		rc = open_node(m, i);
	if (rc != 0)
		return rc;
	digest = carp_digest_create(key, sizeof(key), 1, &virtual_address, 1);
	if (digest == NULL)
		return -errno;
	rc = carp_digest_compute(digest, CARP_DIGEST_ALL, COUNTER_OF_ALL, m->digest);
	carp_digest_destroy(digest);
	return rc;
}

void
model_close(struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->plan->nodes; i++) {
		carp_vhid_destroy(m->vhid[i], MODEL_NOW_US);
		carp_interface_destroy(m->ifc[i], MODEL_NOW_US);
		carp_node_destroy(m->carp[i]);
	}
}

/* ------------------------------------------------------------------------------------------- */

static uint64_t
to_us(const struct model *m, int8_t ticks)
{
	return ticks == MODEL_NEVER ? CARP_NEVER :
				      MODEL_NOW_US + (uint64_t)(int64_t)ticks * m->plan->tick_us;
}

/* What is longer ago than any timer lasts is all the same. */
static int8_t
to_ticks(const struct model *m, unsigned int i, uint64_t us)
{
	int64_t ago = (int64_t)(carp_vhid_master_down_us(m->vhid[i]) / m->plan->tick_us) + 1;
	int64_t ticks;

	if (us == CARP_NEVER)
		return MODEL_NEVER;
	ticks = ((int64_t)us - (int64_t)MODEL_NOW_US) / m->plan->tick_us;
	return (int8_t)(ticks < -ago ? -ago : ticks);
}

static void
unpack_node(struct carp_node *n, const struct model_node *from)
{
	carp_node_set_maintenance(n, from->is_in_maintenance, MODEL_NOW_US);
	carp_node_cause_set(n, "model", from->is_demoted ? DEMOTION : 0, 0, MODEL_NOW_US);
}

/* What it said last is what it would say now, or what it said before the demotion changed. */
static struct carp_stance
said(struct model *m, unsigned int i, const struct model_node *from)
{
	struct model_node then = *from;

	then.is_demoted = from->said_demoted;
	then.is_in_maintenance = from->said_maintenance;
	unpack_node(m->carp[i], &then);
	return carp_stance_of(m->vhid[i]);
}

static void
unpack_dispute(struct model *m, struct carp_vhid *v, const struct model_node *from)
{
	struct carp_dispute *d = &v->dispute;
	unsigned int i;

	memset(d, 0, sizeof(*d));
	d->is_open = from->dispute_is_open;
	d->answer_is_due = from->answer_is_due;
	d->answers = from->answers;
	d->since_us = to_us(m, from->dispute_since);
	d->heard_us = to_us(m, from->dispute_heard);
	d->window_us = to_us(m, from->window);
	d->answered_us = MODEL_NOW_US;
	for (i = 0; i < m->plan->nodes; i++) {
		if ((from->rivals >> i & 1) == 0)
			continue;
		d->rivals[d->rival_count++] = (struct carp_rival){
			.addr = m->address[i],
			.is_answered = (from->answered >> i & 1) != 0,
		};
	}
	d->rival_next = d->rival_count % CARP_RIVALS;
}

void
model_unpack(struct model *m, unsigned int index, const struct model_node *from)
{
	struct carp_vhid *v = m->vhid[index];
	struct carp_interface *ifc = m->ifc[index];

	v->advertised = said(m, index, from);
	unpack_node(m->carp[index], from);
	carp_interface_set_link(ifc, from->has_link, MODEL_NOW_US);
	ifc->masters = from->state == CARP_MASTER;
	v->state = from->state;
	v->is_dirty = from->is_behind;
	v->node_generation = m->carp[index]->generation;
	v->interface_generation = ifc->generation;
	v->advert_is_pending = from->advert_is_pending;
	v->is_retimed = false;
	v->armed_master_down_us = carp_vhid_master_down_us(v);
	v->has_master = false;
	v->master_down_us[IP_V4] = to_us(m, from->master_down);
	v->master_down_us[IP_V6] = CARP_NEVER;
	v->heard_us[IP_V4] = MODEL_NOW_US - (from->heard_now ? 0 : m->plan->tick_us);
	v->takeover = (struct carp_takeover){
		.is_pending = from->takes_over,
		.at_us = MODEL_NOW_US,
		.reason = { .code = CARP_REASON_PREEMPTING },
	};
	v->advert_us = to_us(m, from->advert);
	v->last_sent_us = to_us(m, from->last_sent);
	v->announce_us = CARP_NEVER;
	v->announce_repeats = 0;
	v->next_counter = 1000;
	v->frames_sent = 1;
	v->handover.state = from->handover;
	v->handover.bow_outs = from->bow_outs;
	v->handover.next_us = to_us(m, from->handover_next);
	v->split.status.is_on = false;
	v->split.end_us = CARP_NEVER;
	v->split.announce_us = CARP_NEVER;
	v->preemption.mastered = 0;
	v->preemption.held_until_us = 0;
	v->preemption.since_us = CARP_NEVER;
	v->source_count = 0;
	memset(&v->replay.log, 0, sizeof(v->replay.log));
	unpack_dispute(m, v, from);
}

/* ------------------------------------------------------------------------------------------- */

static unsigned int
find_node(const struct model *m, const struct ip_addr *addr)
{
	return (unsigned int)addr->octets[3] - m->address[0].octets[3];
}

/* A dispute that is over is none; its rivals and times are never looked at again. */
static void
pack_dispute(const struct model *m, unsigned int index, struct model_node *to)
{
	const struct carp_vhid *v = m->vhid[index];
	const struct carp_dispute *d = &v->dispute;
	unsigned int i;

	to->answer_is_due = d->answer_is_due;
	if (d->is_open && MODEL_NOW_US <= d->heard_us + carp_vhid_master_down_us(v)) {
		to->dispute_is_open = true;
		to->dispute_since = to_ticks(m, index, d->since_us);
		to->dispute_heard = to_ticks(m, index, d->heard_us);
		for (i = 0; i < d->rival_count; i++) {
			unsigned int rival = 1U << find_node(m, &d->rivals[i].addr);

			to->rivals |= (uint8_t)rival;
			if (d->rivals[i].is_answered)
				to->answered |= (uint8_t)rival;
		}
	}
	if (d->answers > 0 && MODEL_NOW_US < d->window_us + carp_vhid_interval_us(v)) {
		to->answers = (uint8_t)(d->answers & 3);
		to->window = to_ticks(m, index, d->window_us);
	}
}

static void
pack_said(const struct model *m, unsigned int index, struct model_node *to)
{
	const struct carp_vhid *v = m->vhid[index];

	to->said_maintenance = v->advertised.demotion >= CARP_MAINTENANCE;
	to->said_demoted = v->advertised.demotion % CARP_MAINTENANCE == DEMOTION;
}

void
model_pack(const struct model *m, unsigned int index, struct model_node *to)
{
	const struct carp_vhid *v = m->vhid[index];
	struct model_node flags = {
		.is_alive = true,
		.has_link = to->has_link,
		.is_demoted = to->is_demoted,
		.is_in_maintenance = to->is_in_maintenance,
	};
	uint64_t due_us = carp_vhid_next_us(v);

	*to = flags;
	to->state = (uint8_t)v->state;
	to->is_behind = due_us == 0;
	to->due = due_us == 0 ? 0 : to_ticks(m, index, due_us);
	/* Who is not MASTER knows whether another is, for the operator only. */
	to->handover =
		v->handover.state == CARP_HANDOVER_NONE ? CARP_HANDOVER_NONE : CARP_HANDOVER_IDLE;
	to->handover_next = MODEL_NEVER;
	if (v->state == CARP_BACKUP) {
		to->master_down = to_ticks(m, index, v->master_down_us[IP_V4]);
		to->heard_now = v->heard_us[IP_V4] == MODEL_NOW_US;
		to->takes_over = v->takeover.is_pending;
	} else if (v->state == CARP_MASTER) {
		to->advert_is_pending = v->advert_is_pending;
		to->advert = to_ticks(m, index, v->advert_us);
		to->last_sent = to_ticks(m, index, v->last_sent_us);
		to->handover = v->handover.state & 7;
		if (v->handover.state == CARP_HANDOVER_ASKING)
			to->bow_outs = v->handover.bow_outs & 3;
		to->handover_next = to_ticks(m, index, v->handover.next_us);
		pack_said(m, index, to);
		pack_dispute(m, index, to);
	}
}
