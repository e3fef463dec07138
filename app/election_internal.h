/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of the election share; control's own.
 */
#ifndef ELECTION_INTERNAL_H
#define ELECTION_INTERNAL_H

#include "election.h"

/** Announcements sent in one turn of control. */
#define ELECTION_ANNOUNCE_BATCH 64

struct election_vhid {
	struct carp_vhid *carp;
	uint32_t generation;
	uint8_t advertised[3];  /* advskew, demote, advbase: the generation stands for them */
	bool is_leaving;        /* the role is still MASTER, the bow-out on its way */
	enum vip_role leave_to;
	uint64_t leave_by_us;
	unsigned int bow_outs;  /* on their way: of each family, to each peer */
	bool is_announcing;
	size_t announce_next;   /* address by index */
	struct vhid_forecast forecast; /* as published last */
	enum carp_state forecast_state; /* ... for this state */
	uint8_t forecast_skew;
	unsigned int busy_next; /* in the list of busy vhids; EVENT_NONE ends it */
	bool is_busy;
	bool is_unpublished;    /* counters have risen since the status was shown */
};

struct election {
	struct koi_vhid *vhid[CONFIG_VHIDS_MAX]; /* by slot */
	unsigned int slots;      /* no vhid is at or above this one */
	unsigned int busy_first; /* vhids that election_continue() has to see, as a list by slot */
	struct ratelimit bad_adverts;
	struct ratelimit_rate bad_adverts_rate;
};

/* election_action.c */
enum vip_role election_role_of(enum carp_state state);
/** Publish a role, with a new generation: frames that speak for the old one are not sent. */
void election_store_role(struct koi_vhid *v, enum vip_role role);
void election_become_busy(struct runtime *r, const struct koi_vhid *v);
/** Announce address by address while there is room. Returns how many were sent, at most @p budget. */
unsigned int election_announce(struct runtime *r, struct koi_vhid *v, uint64_t now_us,
			       unsigned int budget);
void election_carry_out(struct runtime *r, struct koi_vhid *v, const struct carp_actions *actions,
			uint64_t now_us);

/* election.c */
/** After every event: what telemetry shows, and when this vhid is due next. */
void election_settle(struct runtime *r, struct koi_vhid *v, uint64_t now_us);

#endif /* ELECTION_INTERNAL_H */
