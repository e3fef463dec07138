/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_internal.h"

static bool
config_is_valid(const struct carp_vhid_config *c)
{
	size_t i;

	if (c->advbase == UINT8_MAX || c->advskew == UINT8_MAX ||
	    (c->advbase == 0 && c->advskew == 0))
		return false;
	if (c->key_len > CARP_KEY_MAX || c->address_count == 0 ||
	    c->address_count > CARP_ADDRESSES_MAX)
		return false;
	for (i = 0; i < c->address_count; i++) {
		if (c->addresses[i].family >= IP_FAMILIES)
			return false;
	}
	return true;
}

static void
find_families(const struct carp_vhid_config *c, bool uses[IP_FAMILIES])
{
	size_t i;

	memset(uses, 0, IP_FAMILIES * sizeof(*uses));
	for (i = 0; i < c->address_count; i++)
		uses[c->addresses[i].family] = true;
}

static void
apply_config(struct carp_vhid *v, const struct carp_vhid_config *c, const bool uses[IP_FAMILIES])
{
	v->advbase = c->advbase;
	v->advskew = c->advskew;
	v->up = c->up;
	v->announce_interval_s = c->announce_interval_s;
	v->preemption.mode = c->preempt;
	v->preemption.delay_us = c->preempt_delay_us;
	memcpy(v->has_source, c->has_source, sizeof(v->has_source));
	memcpy(v->source, c->source, sizeof(v->source));
	memcpy(v->uses, uses, sizeof(v->uses));
	v->is_dirty = true;
}

struct carp_vhid *
carp_vhid_create(struct carp_interface *ifc, const struct carp_vhid_config *c)
{
	bool uses[IP_FAMILIES];
	struct carp_vhid *v;

	if (c->vhid == 0 || !config_is_valid(c)) {
		errno = EINVAL;
		return NULL;
	}
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	v->digest = carp_digest_create(c->key, c->key_len, c->vhid, c->addresses,
				       c->address_count);
	if (v->digest == NULL) {
		free(v);
		return NULL;
	}
	v->vhid = c->vhid;
	v->next_counter = c->counter;
	carp_preempt_forget(v);
	v->master_down_us[IP_V4] = CARP_NEVER;
	v->master_down_us[IP_V6] = CARP_NEVER;
	find_families(c, uses);
	apply_config(v, c, uses);
	if (ifc != NULL)
		carp_vhid_attach(v, ifc);
	return v;
}

void
carp_vhid_attach(struct carp_vhid *v, struct carp_interface *ifc)
{
	v->ifc = ifc;
	v->is_dirty = true;
	carp_interface_attach(ifc);
}

void
carp_vhid_detach(struct carp_vhid *v, uint64_t now_us)
{
	if (v->state == CARP_MASTER)
		v->ifc->masters--;
	carp_interface_detach(v->ifc, now_us);
	v->ifc = NULL;
}

void
carp_vhid_destroy(struct carp_vhid *v, uint64_t now_us)
{
	if (v == NULL)
		return;
	if (v->ifc != NULL)
		carp_vhid_detach(v, now_us);
	carp_digest_destroy(v->digest);
	free(v);
}

static void
follow_families(struct carp_vhid *v, const bool used[IP_FAMILIES], uint64_t now_us)
{
	enum ip_family family;

	for (family = IP_V4; family < IP_FAMILIES; family++) {
		if (v->state != CARP_BACKUP || v->uses[family] == used[family])
			continue;
		v->heard_us[family] = now_us;
		v->master_down_us[family] =
			v->uses[family] ? now_us + carp_vhid_master_down_us(v) : CARP_NEVER;
	}
}

static void
follow_announce_interval(struct carp_vhid *v, uint32_t was_s, uint64_t now_us)
{
	if (v->announce_interval_s == was_s)
		return;
	v->announce_us = v->announce_interval_s == 0
				 ? CARP_NEVER
				 : now_us + v->announce_interval_s * CARP_SECOND_US;
}

struct carp_vhid_change {
	struct carp_vhid_config config; /* its pointers are not used */
	struct carp_digest *digest;
	bool uses[IP_FAMILIES];
};

struct carp_vhid_change *
carp_vhid_change_create(uint8_t vhid, const struct carp_vhid_config *c)
{
	struct carp_vhid_change *change;

	if (!config_is_valid(c)) {
		errno = EINVAL;
		return NULL;
	}
	change = calloc(1, sizeof(*change));
	if (change == NULL)
		return NULL;
	change->config = *c;
	find_families(c, change->uses);
	change->digest = carp_digest_create(c->key, c->key_len, vhid, c->addresses, c->address_count);
	if (change->digest == NULL) {
		free(change);
		return NULL;
	}
	return change;
}

void
carp_vhid_change_destroy(struct carp_vhid_change *change)
{
	if (change == NULL)
		return;
	carp_digest_destroy(change->digest);
	free(change);
}

void
carp_vhid_apply(struct carp_vhid *v, struct carp_vhid_change *change, uint64_t now_us)
{
	const struct carp_vhid_config *c = &change->config;
	uint32_t announce_interval_s = v->announce_interval_s;
	struct carp_digest *digest = v->digest;
	bool used[IP_FAMILIES];

	v->digest = change->digest;
	change->digest = digest;
	if (c->advbase != v->advbase || c->advskew != v->advskew)
		v->is_retimed = true;
	memcpy(used, v->uses, sizeof(used));
	apply_config(v, c, change->uses);
	follow_families(v, used, now_us);
	follow_announce_interval(v, announce_interval_s, now_us);
}

int
carp_vhid_reconfigure(struct carp_vhid *v, const struct carp_vhid_config *c, uint64_t now_us)
{
	struct carp_vhid_change *change = carp_vhid_change_create(v->vhid, c);

	if (change == NULL)
		return -errno;
	carp_vhid_apply(v, change, now_us);
	carp_vhid_change_destroy(change);
	return 0;
}

void
carp_vhid_set_admin(struct carp_vhid *v, bool up)
{
	v->up = up;
	v->is_dirty = true;
}

void
carp_vhid_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
	      struct carp_actions *out)
{
	out->count = 0;
	carp_interface_forgive(v->ifc, now_us);
	carp_interface_run(v->ifc, now_us);
	v->is_dirty = false;
	v->node_generation = v->ifc->node->generation;
	v->interface_generation = v->ifc->generation;
	carp_election_run(v, now_us, heard_until_us, out);
}

static uint64_t
earlier(uint64_t a_us, uint64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

static bool
is_behind(const struct carp_vhid *v)
{
	return v->is_dirty || v->advert_is_pending ||
	       v->node_generation != v->ifc->node->generation ||
	       v->interface_generation != v->ifc->generation ||
	       (v->state == CARP_MASTER && v->dispute.answer_is_due);
}

static uint64_t
deadline_us(const struct carp_vhid *v)
{
	if (v->state == CARP_BACKUP)
		return earlier(v->master_down_us[IP_V4], v->master_down_us[IP_V6]);
	if (v->state == CARP_MASTER)
		return v->advert_us;
	return carp_election_is_possible(v) ? carp_interface_start_us(v->ifc) : CARP_NEVER;
}

uint64_t
carp_vhid_next_us(const struct carp_vhid *v)
{
	uint64_t next_us;

	if (is_behind(v))
		return 0;
	next_us = earlier(deadline_us(v), carp_interface_forgive_us(v->ifc));
	if (v->state == CARP_BACKUP)
		return earlier(next_us, carp_preempt_us(v));
	return v->state == CARP_MASTER ? earlier(next_us, v->announce_us) : next_us;
}

int
carp_vhid_force(struct carp_vhid *v, enum carp_state state, uint64_t now_us,
		struct carp_actions *out)
{
	out->count = 0;
	if (state == CARP_INIT)
		return -EINVAL;
	if (v->state == CARP_INIT || !carp_election_is_possible(v))
		return -ENETDOWN;
	carp_election_force(v, state, now_us, out);
	return 0;
}

void
carp_vhid_sent(struct carp_vhid *v, enum ip_family family, bool ok, uint64_t now_us)
{
	/* As in the BSDs both families share one record of failures. */
	(void)family;
	if (!ok)
		v->counters[CARP_SEND_ERRORS]++;
	carp_interface_sent(v->ifc, ok, now_us);
}

void
carp_vhid_status(const struct carp_vhid *v, struct carp_vhid_status *out)
{
	struct carp_stance stance = carp_stance_of(v);

	*out = (struct carp_vhid_status){
		.state = v->state,
		.since_us = v->since_us,
		.transitions = v->transitions,
		.advbase = v->advbase,
		.advskew = v->advskew,
		.effective_advskew = stance.advskew,
		.demote = stance.demote,
		.up = v->up,
		.last_reason = v->last_reason,
		.has_master = v->has_master,
		.master = v->master,
		.master_advbase = v->master_advbase,
		.master_advskew = v->master_advskew,
		.master_heard_us = v->master_heard_us,
		.deadline_us = deadline_us(v),
		.preempts = carp_preempt_is_on(v),
		.preempt_us = carp_preempt_us(v),
		.held_down_until_us = v->preemption.held_until_us,
	};
	memcpy(out->counters, v->counters, sizeof(out->counters));
}

enum carp_state
carp_vhid_state(const struct carp_vhid *v)
{
	return v->state;
}
