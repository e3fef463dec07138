/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "carp/carp.h"

static const char *const counter_names[] = {
	[CARP_RECEIVED] = "received",
	[CARP_RECEIVED6] = "received6",
	[CARP_SENT] = "sent",
	[CARP_SENT6] = "sent6",
	[CARP_SEND_ERRORS] = "send_errors",
	[CARP_TRAILING] = "trailing",
	[CARP_SUM_PLAIN6] = "sum_plain6",
	[CARP_SUM_PSEUDO6] = "sum_pseudo6",
	[CARP_DROP_LEN] = "drop_len",
	[CARP_DROP_VER] = "drop_ver",
	[CARP_DROP_TYPE] = "drop_type",
	[CARP_DROP_VHID] = "drop_vhid",
	[CARP_DROP_TTL] = "drop_ttl",
	[CARP_DROP_SUM] = "drop_sum",
	[CARP_DROP_ECHO] = "drop_echo",
	[CARP_DROP_PEER] = "drop_peer",
	[CARP_DROP_AUTH] = "drop_auth",
	[CARP_DROP_REPLAY] = "drop_replay",
	[CARP_DROP_NOT_ALLOWED] = "drop_not_allowed",
	[CARP_FOREIGN_VRRP] = "foreign_vrrp",
	[CARP_SPLIT_BRAIN] = "split_brain",
	[CARP_FOREIGN_CLAIM] = "foreign_claim",
};

static_assert(sizeof(counter_names) / sizeof(counter_names[0]) == CARP_COUNTERS,
	      "every counter has a name");

static const char *const state_names[] = {
	[CARP_INIT] = "INIT",
	[CARP_BACKUP] = "BACKUP",
	[CARP_MASTER] = "MASTER",
};

static const char *const reason_names[] = {
	[CARP_REASON_NONE] = "none",
	[CARP_REASON_INITIALIZED] = "initialization complete",
	[CARP_REASON_TIMED_OUT] = "master timed out",
	[CARP_REASON_PREEMPTING] = "preempting a slower master",
	[CARP_REASON_WILL_TIME_OUT] = "master will time out",
	[CARP_REASON_MORE_FREQUENT] = "more frequent advertisement received",
	[CARP_REASON_USER] = "user requested",
	[CARP_REASON_LINK_DOWN] = "hardware interface down",
	[CARP_REASON_LINK_UP] = "hardware interface up",
	[CARP_REASON_NOT_ALLOWED] = "carp.allow is off",
};

static const char *const notice_names[] = {
	[CARP_NOTICE_HELD_DOWN] = "held down",
	[CARP_NOTICE_GIVEN_AWAY] = "given away",
	[CARP_NOTICE_NOT_GIVEN_AWAY] = "not given away",
	[CARP_NOTICE_SPLIT_BRAIN] = "split brain",
	[CARP_NOTICE_SPLIT_BRAIN_END] = "split brain ended",
	[CARP_NOTICE_MISMATCH] = "digest mismatch",
	[CARP_NOTICE_COLLISION] = "virtual MAC collision",
	[CARP_NOTICE_FAMILY_SILENT] = "family silent",
	[CARP_NOTICE_FAMILY_HEARD] = "family heard again",
};

static const char *const handover_names[] = {
	[CARP_HANDOVER_NONE] = "none",       [CARP_HANDOVER_ASKING] = "asking",
	[CARP_HANDOVER_DONE] = "given away", [CARP_HANDOVER_REFUSED] = "nobody took over",
	[CARP_HANDOVER_IDLE] = "idle",
};

const char *
carp_handover_name(enum carp_handover_state state)
{
	return handover_names[state];
}

const char *
carp_notice_name(enum carp_notice notice)
{
	return notice_names[notice];
}

const char *
carp_counter_name(enum carp_counter counter)
{
	return counter_names[counter];
}

const char *
carp_state_name(enum carp_state state)
{
	return state_names[state];
}

const char *
carp_reason_name(enum carp_reason_code code)
{
	return reason_names[code];
}

static void
format_peer(const struct carp_reason *r, char buf[CARP_REASON_TEXT])
{
	const char *name = carp_reason_name(r->code);
	char peer[IP_ADDR_TEXT];

	ip_addr_format(&r->peer, peer);
	if (r->bow_out)
		snprintf(buf, CARP_REASON_TEXT, "%s, %s bowed out", name, peer);
	else if (r->tie)
		snprintf(buf, CARP_REASON_TEXT, "%s, tie lost to %s", name, peer);
	else
		snprintf(buf, CARP_REASON_TEXT, "%s, %s has advbase %u advskew %u demotion %u",
			 name, peer, r->peer_advbase, r->peer_advskew, r->peer_demote);
}

const char *
carp_reason_format(const struct carp_reason *r, char buf[CARP_REASON_TEXT])
{
	if (r->has_peer)
		format_peer(r, buf);
	else if (r->code == CARP_REASON_TIMED_OUT)
		snprintf(buf, CARP_REASON_TEXT, "%s, silent for %" PRIu32 " ms",
			 carp_reason_name(r->code), r->silent_ms);
	else
		snprintf(buf, CARP_REASON_TEXT, "%s", carp_reason_name(r->code));
	return buf;
}
