/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"
#include "base/mac.h"

#include "endpoint_internal.h"

static json_int_t
demotion_sum(const struct runtime *r)
{
	struct demotion_status demotion;

	record_read(r->demotion, &demotion);
	return demotion.sum;
}

json_t *
endpoint_carp_list(const struct runtime *r, struct endpoint_query *q)
{
	struct endpoint_page page;
	uint64_t from;

	if (!endpoint_param_from(q, &from))
		return NULL;
	endpoint_page_begin(&page, q, json_object(), "vhids", json_array(), from);
	for (unsigned int i = 0; i < r->view->vhid_count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, json_string(r->view->vhid[i]->name));
	}
	return endpoint_page_end(&page);
}

static uint64_t
drops_of(const struct carp_vhid_status *s)
{
	uint64_t drops = 0;

	for (unsigned int i = 0; i < CARP_COUNTERS; i++) {
		if (endpoint_is_drop(carp_counter_name(i)))
			drops += s->counters[i];
	}
	return drops;
}

static json_int_t
both_families(const struct carp_vhid_status *s, enum carp_counter v4, enum carp_counter v6)
{
	return (json_int_t)(s->counters[v4] + s->counters[v6]);
}

/* What one line of an overview shows. */
static json_t *
row(const struct koi_vhid *v, uint64_t now_us)
{
	struct carp_vhid_status s;
	char text[CARP_REASON_TEXT];
	json_t *o;

	record_read(v->status, &s);
	o = json_pack("{s:s, s:s, s:I, s:s, s:i, s:i, s:i, s:i, s:o, s:I, s:i, s:I, s:I, s:I}",
		      "vhid", v->name,
		      "state", carp_state_name(s.state),
		      "state_age_ms", endpoint_age_ms(now_us, s.since_us),
		      "last_reason", carp_reason_format(&s.last_reason, text),
		      "transitions", (int)s.transitions,
		      "advbase", s.advbase,
		      "advskew", s.advskew,
		      "effective_advskew", s.effective_advskew,
		      "address", endpoint_prefix(&v->shown->addresses[0]),
		      "address_count", (json_int_t)v->shown->address_count,
		      "split_brain", s.split_brain.is_on,
		      "all_received", both_families(&s, CARP_RECEIVED, CARP_RECEIVED6),
		      "all_sent", both_families(&s, CARP_SENT, CARP_SENT6),
		      "drops", (json_int_t)drops_of(&s));
	if (o == NULL || !s.has_master)
		return o;
	json_object_set_new(o, "master_address", endpoint_address(&s.master));
	json_object_set_new(o, "master_heard_age_ms",
			    json_integer(endpoint_age_ms(now_us, s.master_heard_us)));
	return o;
}

json_t *
endpoint_carp_table(const struct runtime *r, struct endpoint_query *q)
{
	struct endpoint_page page;
	uint64_t from;
	json_t *answer;

	if (!endpoint_param_from(q, &from))
		return NULL;
	answer = json_pack("{s:I}", "demotion", demotion_sum(r));
	endpoint_page_begin(&page, q, answer, "vhids", json_object(), from);
	for (unsigned int i = 0; i < r->view->vhid_count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, row(r->view->vhid[i], q->now_us));
	}
	return endpoint_page_end(&page);
}

static json_t *
head(const struct koi_vhid *v, const struct carp_vhid_status *s, uint64_t now_us)
{
	char text[CARP_REASON_TEXT];

	return json_pack("{s:s, s:i, s:s, s:I, s:I, s:s, s:I}",
			 "interface", v->interface->name,
			 "vhid", v->shown->vhid,
			 "state", carp_state_name(s->state),
			 "state_age_ms", endpoint_age_ms(now_us, s->since_us),
			 "changed_unix_ms", (json_int_t)clock_us_to_unix_ms(s->since_us),
			 "last_reason", carp_reason_format(&s->last_reason, text),
			 "transitions", (json_int_t)s->transitions);
}

static void
add_settings(json_t *answer, const struct koi_vhid *v, const struct carp_vhid_status *s)
{
	json_t *settings;

	settings = json_pack("{s:i, s:i, s:i, s:i, s:i, s:I, s:i, s:o, s:o}",
			     "up", s->up,
			     "advbase", s->advbase,
			     "advskew", s->advskew,
			     "effective_advskew", s->effective_advskew,
			     "sent_demotion", s->demote,
			     "announce_interval_s", (json_int_t)v->shown->announce_interval_s,
			     "pass_configured", v->shown->key_len != 0,
			     "virtual_mac", endpoint_mac(mac_of_vhid(v->shown->vhid)),
			     "mac", endpoint_mac(v->mac));
	json_object_update_new(answer, settings);
	if (v->shown->has_source[IP_V4])
		json_object_set_new(answer, "source",
				    endpoint_address(&v->shown->source[IP_V4]));
	if (v->shown->has_source[IP_V6])
		json_object_set_new(answer, "source6",
				    endpoint_address(&v->shown->source[IP_V6]));
}

static void
add_master(json_t *answer, const struct carp_vhid_status *s, uint64_t now_us)
{
	const char *timer = s->state == CARP_MASTER ? "next_advert_ms" : "master_down_ms";

	if (s->handover != CARP_HANDOVER_NONE)
		json_object_set_new(answer, "handover", json_string(carp_handover_name(s->handover)));
	if (s->handover == CARP_HANDOVER_DONE)
		json_object_set_new(answer, "handover_to", endpoint_address(&s->handover_to));
	json_object_set_new(answer, "split_brain", json_integer(s->split_brain.is_on));
	if (s->state != CARP_INIT && s->deadline_us != CARP_NEVER)
		json_object_set_new(answer, timer,
				    json_integer(endpoint_age_ms(s->deadline_us, now_us)));
	if (!s->has_master)
		return;
	json_object_set_new(answer, "master_address", endpoint_address(&s->master));
	json_object_set_new(answer, "master_advbase", json_integer(s->master_advbase));
	json_object_set_new(answer, "master_advskew", json_integer(s->master_advskew));
	json_object_set_new(answer, "master_heard_age_ms",
			    json_integer(endpoint_age_ms(now_us, s->master_heard_us)));
}

static void
add_split_brain(json_t *answer, const struct carp_split_brain *s, uint64_t now_us)
{
	if (!s->is_on)
		return;
	json_object_set_new(answer, "split_brain_age_ms",
			    json_integer(endpoint_age_ms(now_us, s->since_us)));
	if (s->has_peer)
		json_object_set_new(answer, "split_brain_peer", endpoint_address(&s->peer));
	if (s->has_claim)
		json_object_set_new(answer, "split_brain_claim", endpoint_address(&s->claimed));
	if (s->has_claim)
		json_object_set_new(answer, "split_brain_mac", endpoint_mac(mac_load(s->claim_mac)));
}

static void
add_silence(json_t *answer, const struct carp_family_silence *s, uint64_t now_us)
{
	if (!s->is_on)
		return;
	json_object_set_new(answer, "silent_family",
			    json_string(s->family == IP_V4 ? "IPv4" : "IPv6"));
	json_object_set_new(answer, "silent_family_age_ms",
			    json_integer(endpoint_age_ms(now_us, s->since_us)));
}

/* Others on the link with whom something is wrong. */
static void
add_suspects(json_t *answer, const struct carp_vhid_status *s, uint64_t now_us)
{
	const struct carp_mismatch *m = &s->mismatch;
	char text[CARP_TEXT];

	if (m->is_known) {
		json_object_set_new(answer, "mismatch_peer", endpoint_address(&m->from));
		json_object_set_new(answer, "mismatch", json_string(carp_mismatch_format(m, text)));
		json_object_set_new(answer, "mismatch_heard_age_ms",
				    json_integer(endpoint_age_ms(now_us, m->heard_us)));
	}
	if (s->collision.is_known)
		json_object_set_new(answer, "collision",
				    json_string(carp_collision_format(&s->collision, text)));
}

/* Who would be MASTER in the end, and why. */
static void
add_forecast(json_t *answer, const struct koi_vhid *v)
{
	struct vhid_forecast f;

	record_read(v->forecast, &f);
	if (f.carp.winner == CARP_WINNER_PEER)
		json_object_set_new(answer, "next_master", endpoint_address(&f.carp.peer));
	else
		json_object_set_new(answer, "next_master",
				    json_string(f.carp.winner == CARP_WINNER_US ? "self" : "nobody"));
	json_object_set_new(answer, "next_master_reason", json_string(f.carp.reason));
	if (f.carp.has_heir)
		json_object_set_new(answer, "heir", endpoint_address(&f.carp.heir));
}

static void
add_counters(json_t *answer, const struct carp_vhid_status *s)
{
	static const enum carp_counter shown[] = {
		CARP_RECEIVED, CARP_RECEIVED6, CARP_SENT, CARP_SENT6, CARP_SEND_ERRORS,
	};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		json_object_set_new(answer, carp_counter_name(shown[i]),
				    json_integer((json_int_t)s->counters[shown[i]]));
	json_object_set_new(answer, "drops", json_integer((json_int_t)drops_of(s)));
}

json_t *
endpoint_carp_vhid(const struct runtime *r, struct endpoint_query *q)
{
	struct carp_vhid_status s;
	struct endpoint_page page;
	uint64_t from;
	const struct koi_vhid *v = endpoint_param_vhid(r, q, &from);
	json_t *answer;

	if (v == NULL)
		return NULL;
	record_read(v->status, &s);
	answer = head(v, &s, q->now_us);
	json_object_set_new(answer, "demotion", json_integer(demotion_sum(r)));
	add_settings(answer, v, &s);
	add_master(answer, &s, q->now_us);
	add_split_brain(answer, &s.split_brain, q->now_us);
	add_silence(answer, &s.family_silence, q->now_us);
	add_suspects(answer, &s, q->now_us);
	add_forecast(answer, v);
	add_counters(answer, &s);
	endpoint_page_begin(&page, q, answer, "addresses", json_array(), from);
	for (size_t i = 0; i < v->shown->address_count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, endpoint_prefix(&v->shown->addresses[i]));
	}
	return endpoint_page_end(&page);
}
