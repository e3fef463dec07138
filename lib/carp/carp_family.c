/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A master advertises in each family of its addresses, and each family has a master-down timer. A
 * BACKUP takes over when all are silent. The BSDs do when one is: where the advertisements of one
 * family alone are lost that makes two masters, one of which goes when it hears the other in the
 * other family, and comes back a master-down time later, for ever. So one silent family is only
 * told of.
 */
#include <inttypes.h>
#include <stdio.h>

#include "carp/carp_internal.h"

/* Loss that comes and goes is told of this often. */
#define NOTICE_EVERY_US (10 * CARP_SECOND_US)

static const char *const names[IP_FAMILIES] = { "IPv4", "IPv6" };

/* A master that goes on with the former list says nothing in a family that is new. */
static bool
is_expected(const struct carp_vhid *v, enum ip_family family, uint64_t now_us)
{
	return v->uses[family] && (!carp_auth_expects_former(&v->auth, now_us) ||
				   carp_list_uses(v->auth.former, family));
}

static bool
is_armed(const struct carp_vhid *v, enum ip_family family)
{
	return v->master_down_us[family] != CARP_NEVER;
}

static enum ip_family
other(enum ip_family family)
{
	return family == IP_V4 ? IP_V6 : IP_V4;
}

static uint64_t
later(uint64_t a_us, uint64_t b_us)
{
	return a_us > b_us ? a_us : b_us;
}

static uint64_t
earlier(uint64_t a_us, uint64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

void
carp_family_arm(struct carp_vhid *v, uint64_t now_us)
{
	enum ip_family family;

	v->armed_master_down_us = carp_vhid_master_down_us(v);
	for (family = IP_V4; family < IP_FAMILIES; family++)
		v->master_down_us[family] = is_expected(v, family, now_us) ?
						    now_us + v->armed_master_down_us :
						    CARP_NEVER;
}

void
carp_family_begin(struct carp_vhid *v, uint64_t now_us)
{
	enum ip_family family;

	for (family = IP_V4; family < IP_FAMILIES; family++) {
		v->heard_us[family] = now_us;
		v->is_heard[family] = false;
	}
	carp_family_arm(v, now_us);
}

void
carp_family_forget(struct carp_vhid *v)
{
	v->silence.status.is_on = false;
}

/* Who had been silent while the other family was heard is waited for anew when that one goes. */
static void
leave_family(struct carp_vhid *v, enum ip_family family, uint64_t now_us)
{
	uint64_t *remaining_us = &v->master_down_us[other(family)];

	v->master_down_us[family] = CARP_NEVER;
	v->is_heard[family] = false;
	carp_family_forget(v);
	if (now_us >= *remaining_us)
		*remaining_us = now_us + carp_vhid_master_down_us(v);
}

void
carp_family_follow(struct carp_vhid *v, uint64_t now_us)
{
	enum ip_family family;

	for (family = IP_V4; family < IP_FAMILIES; family++) {
		if (!v->uses[family]) {
			if (is_armed(v, family))
				leave_family(v, family, now_us);
		} else if (!is_armed(v, family) && is_expected(v, family, now_us)) {
			v->heard_us[family] = now_us;
			v->is_heard[family] = false;
			v->master_down_us[family] = now_us + carp_vhid_master_down_us(v);
		}
	}
}

/* Told of once a silence was told of: not for each of many short ones. */
static void
end_silence(struct carp_vhid *v, uint64_t at_us, struct carp_actions *out)
{
	carp_family_forget(v);
	v->silence.status.ended_us = at_us;
	if (v->silence.is_told)
		carp_action_notice(CARP_NOTICE_FAMILY_HEARD, out);
}

void
carp_family_hear(struct carp_vhid *v, const struct carp_heard *h, uint64_t deadline_us,
		 struct carp_actions *out)
{
	enum ip_family family = h->from.family;

	if (h->at_us <= v->heard_us[family])
		return;
	v->heard_us[family] = h->at_us;
	v->is_heard[family] = true;
	v->master_down_us[family] = deadline_us;
	if (v->silence.status.is_on && v->silence.status.family == family)
		end_silence(v, h->at_us, out);
}

/* A family in which nobody was heard, because it is new, holds nothing up. */
uint64_t
carp_family_deadline_us(const struct carp_vhid *v)
{
	uint64_t unheard_us = CARP_NEVER;
	uint64_t heard_us = 0;
	enum ip_family family;

	for (family = IP_V4; family < IP_FAMILIES; family++) {
		if (!is_armed(v, family))
			continue;
		if (v->is_heard[family])
			heard_us = later(heard_us, v->master_down_us[family]);
		else
			unheard_us = earlier(unheard_us, v->master_down_us[family]);
	}
	return heard_us > 0 ? heard_us : unheard_us;
}

/* When this family is called silent: it is expected, and another is heard. */
static uint64_t
silent_us(const struct carp_vhid *v, enum ip_family family)
{
	return v->is_heard[other(family)] ? v->master_down_us[family] : CARP_NEVER;
}

/* One family at most: if both were silent, we would not be BACKUP. */
static void
begin_silence(struct carp_vhid *v, enum ip_family family, uint64_t now_us)
{
	struct carp_silence *s = &v->silence;

	s->status = (struct carp_family_silence){
		.is_on = true,
		.family = family,
		.master = v->master,
		.since_us = v->heard_us[family],
		.noticed_us = now_us,
	};
	s->is_told = false;
}

static bool
is_past(uint64_t deadline_us, uint64_t now_us, uint64_t heard_until_us)
{
	return now_us >= deadline_us && heard_until_us >= deadline_us;
}

static void
follow_silence(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
	       struct carp_actions *out)
{
	struct carp_silence *s = &v->silence;
	enum ip_family family;

	for (family = IP_V4; family < IP_FAMILIES && !s->status.is_on; family++) {
		if (is_past(silent_us(v, family), now_us, heard_until_us))
			begin_silence(v, family, now_us);
	}
	if (!s->status.is_on || s->is_told || now_us < s->tell_us)
		return;
	s->is_told = true;
	s->tell_us = now_us + NOTICE_EVERY_US;
	carp_action_notice(CARP_NOTICE_FAMILY_SILENT, out);
}

bool
carp_family_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		struct carp_actions *out)
{
	if (is_past(carp_family_deadline_us(v), now_us, heard_until_us))
		return true;
	follow_silence(v, now_us, heard_until_us, out);
	return false;
}

uint64_t
carp_family_next_us(const struct carp_vhid *v)
{
	const struct carp_silence *s = &v->silence;
	uint64_t next_us = carp_family_deadline_us(v);

	if (!s->status.is_on)
		return earlier(next_us, earlier(silent_us(v, IP_V4), silent_us(v, IP_V6)));
	return s->is_told ? next_us : earlier(next_us, s->tell_us);
}

uint64_t
carp_family_heard_us(const struct carp_vhid *v)
{
	uint64_t heard_us = 0;
	enum ip_family family;

	for (family = IP_V4; family < IP_FAMILIES; family++) {
		if (is_armed(v, family))
			heard_us = later(heard_us, v->heard_us[family]);
	}
	return heard_us;
}

const char *
carp_family_silence_format(const struct carp_family_silence *s, char buf[CARP_TEXT])
{
	char master[IP_ADDR_TEXT];

	if (s->is_on)
		snprintf(buf, CARP_TEXT, "%s: %s not heard for %" PRIu64 " ms, %s is",
			 names[s->family], ip_addr_format(&s->master, master),
			 (s->noticed_us - s->since_us) / 1000, names[other(s->family)]);
	else
		snprintf(buf, CARP_TEXT, "%s: heard again after %" PRIu64 " ms", names[s->family],
			 (s->ended_us - s->since_us) / 1000);
	return buf;
}
