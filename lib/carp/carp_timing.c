/* SPDX-License-Identifier: BSD-3-Clause */
#include "carp/carp_internal.h"

#define SKEWS_PER_SECOND 256
#define MIN_INTERVAL_US (CARP_SECOND_US / SKEWS_PER_SECOND)
#define MISSED_ADVERTS 3
/* A node that demotes itself is slower than any that does not, yet still heard in time. */
#define EFFECTIVE_ADVSKEW_MAX 240
#define DEMOTE_MAX 255

static uint64_t
skew_us(uint8_t advskew)
{
	return advskew * CARP_SECOND_US / SKEWS_PER_SECOND;
}

static uint64_t
at_least(uint64_t us, uint64_t min_us)
{
	return us < min_us ? min_us : us;
}

static uint8_t
hold_within(int64_t value, uint8_t max)
{
	if (value < 0)
		return 0;
	return value > max ? max : (uint8_t)value;
}

uint64_t
carp_interval_us(uint8_t advbase, uint8_t advskew)
{
	return at_least(advbase * CARP_SECOND_US + skew_us(advskew), MIN_INTERVAL_US);
}

struct carp_stance
carp_stance_of(const struct carp_vhid *v)
{
	enum carp_demotion_encoding encoding = v->ifc->node->settings.encoding;
	struct carp_stance s = {
		.advbase = v->advbase,
		.advskew = v->advskew,
		.demotion = v->ifc->node->demotion,
	};

	if (s.demotion != 0 && encoding != CARP_ENCODE_BYTE)
		s.advskew = hold_within((int64_t)v->advskew + s.demotion, EFFECTIVE_ADVSKEW_MAX);
	if (encoding != CARP_ENCODE_SKEW)
		s.demote = hold_within(s.demotion, DEMOTE_MAX);
	return s;
}

int
carp_compare_demotion(const struct carp_vhid *v, uint8_t demote)
{
	if (v->ifc->node->settings.encoding == CARP_ENCODE_SKEW)
		return 0;
	return (int)demote - (int)carp_stance_of(v).demote;
}

uint64_t
carp_vhid_interval_us(const struct carp_vhid *v)
{
	struct carp_stance s = carp_stance_of(v);

	return carp_interval_us(s.advbase, s.advskew);
}

uint64_t
carp_vhid_master_down_us(const struct carp_vhid *v)
{
	uint64_t base_us = MISSED_ADVERTS * v->advbase * CARP_SECOND_US;
	uint64_t skews = 1;

	if (v->advbase == 0 || v->ifc->node->settings.master_down == CARP_MASTER_DOWN_OPENBSD)
		skews = MISSED_ADVERTS;
	return at_least(base_us + skews * skew_us(v->advskew), MISSED_ADVERTS * MIN_INTERVAL_US);
}

uint64_t
carp_patience_us(const struct carp_vhid *v)
{
	if (v->advbase == 0)
		return CARP_NEVER;
	return MISSED_ADVERTS * v->advbase * CARP_SECOND_US + skew_us(carp_stance_of(v).advskew);
}

uint64_t
carp_patience_with_us(const struct carp_vhid *v, const struct carp_header *h)
{
	uint64_t own_us = carp_vhid_master_down_us(v);
	uint64_t peer_us = MISSED_ADVERTS * carp_interval_us(h->advbase, h->advskew);

	return carp_is_bow_out(h) || peer_us < own_us ? own_us : peer_us;
}
