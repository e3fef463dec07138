/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The objects behind carp.h, shared by the files of this module.
 */
#ifndef CARP_INTERNAL_H
#define CARP_INTERNAL_H

#include "carp/carp.h"
#include "carp/carp_auth.h"

#define CARP_SECOND_US UINT64_C(1000000)
/** The longest interface name whose causes still fit into CARP_CAUSE_NAME_MAX. */
#define CARP_INTERFACE_NAME_MAX 32
/** How many of the advertisements sent last are recognised when they come back. */
#define CARP_ECHO_WINDOW 64

struct carp_node {
	struct carp_settings settings;
	struct carp_cause *causes;
	size_t cause_count;
	size_t cause_capacity;
	int32_t demotion;
	bool is_in_maintenance;
	struct carp_key *no_key; /* of who has no password */
	uint64_t guess_us;       /* no guess about a mismatch before */
	uint64_t generation;
	struct carp_interface *interfaces;
};

struct carp_interface {
	struct carp_node *node;
	struct carp_interface *next;
	char name[CARP_INTERFACE_NAME_MAX + 1];
	bool link_is_up;
	uint64_t link_since_us;
	uint64_t start_delay_us;
	bool is_starting; /* the link is up, and not long enough */
	uint64_t generation;
	unsigned int vhids;
	unsigned int masters;
	bool sending_fails;
	unsigned int send_failures;
	unsigned int send_successes;
	uint64_t last_send_us;
};

/** This many transitions to MASTER within the window are normal. */
#define CARP_CALM_TRANSITIONS 5

/** A BACKUP that hears a slower master; see carp_preempt.c. */
struct carp_preemption {
	enum carp_preempt mode;
	uint64_t delay_us;
	uint64_t since_us;         /**< CARP_NEVER: nothing to preempt */
	struct carp_reason reason; /**< by the last advertisement of the slower master */
	uint64_t mastered_us[CARP_CALM_TRANSITIONS];
	unsigned int mastered;
	uint64_t held_until_us;
};

/** As BACKUP: one family is silent while the other is heard; see carp_family.c. */
struct carp_silence {
	struct carp_family_silence status;
	bool is_told;
	uint64_t tell_us; /**< not before */
};

/** Another MASTER beside us; see carp_split.c. */
struct carp_split {
	struct carp_split_brain status;
	uint64_t end_us;       /**< CARP_NEVER: there is none */
	uint64_t announce_us;  /**< when it is silent enough to announce again */
	uint64_t announced_us; /**< when that was done last */
};

/**
 * A BACKUP that has heard a reason to lead. It leads at the next run by which everything of before
 * has been heard, unless somebody who gives no reason is heard meanwhile.
 */
struct carp_takeover {
	bool is_pending;
	uint64_t at_us; /**< when that was heard */
	struct carp_reason reason;
};

/** What becomes of the vhid in maintenance; see carp_handover.c. */
struct carp_handover {
	enum carp_handover_state state;
	uint64_t since_us;
	struct ip_addr to; /**< DONE */
	unsigned int bow_outs;
	uint64_t next_us;
};

#define CARP_RIVALS 4

/** A MASTER of our speed that goes before us. */
struct carp_rival {
	struct ip_addr addr;
	uint64_t counter; /**< of what it said last */
	bool is_answered;
};

/** A MASTER that hears a MASTER of the same speed; see carp_tie.c. */
struct carp_dispute {
	bool is_open;
	bool answer_is_due;
	uint64_t since_us;
	uint64_t heard_us;
	struct carp_rival rivals[CARP_RIVALS];
	unsigned int rival_count;
	unsigned int rival_next; /**< whose place a further one takes */
	uint64_t answered_us;
	uint64_t window_us; /**< answers are counted since then */
	unsigned int answers;
};

/** What an advertisement says about the speed of its sender, and what the demotion was. */
struct carp_stance {
	uint8_t advbase;
	uint8_t advskew;
	uint8_t demote;
	int32_t demotion;
};

enum carp_run_kind {
	CARP_RUN_NONE,
	CARP_RUN_ONCE,     /**< one value, heard once: may become anything */
	CARP_RUN_CONSTANT, /**< one value, repeated */
	CARP_RUN_GROWING,
	CARP_RUN_RANDOM, /**< one value, of somebody who draws a new one every time */
};

/** Counters that follow each other, the last being first + span. */
struct carp_run {
	uint64_t first;
	uint32_t span;
	enum carp_run_kind kind;
};

#define CARP_PAST_RUNS 15
/** Of so many counters it is known which were accepted. */
#define CARP_RECENT 64

/** The counters accepted from one source; see carp_history.c. */
struct carp_history {
	struct carp_run current;
	struct carp_run past[CARP_PAST_RUNS];
	uint8_t past_next;
	uint8_t streak;
	bool has_floor;
	uint64_t floor;       /**< the last one accepted */
	uint64_t recent;      /**< bit set: which up to it were, that one being bit 0 */
	uint64_t own_counter; /**< our next one at that time */
};

struct carp_history_entry {
	uint64_t counter;
	uint64_t at_us;
	uint64_t gap; /**< how many may be missing in a run */
	bool is_adopted;
};

#define CARP_REPLAY_LOG 16

/** The counters accepted last, of whomever. */
struct carp_replay_log {
	uint64_t counter[CARP_REPLAY_LOG];
	uint64_t at_us[CARP_REPLAY_LOG];
	uint8_t slot[CARP_REPLAY_LOG]; /**< 1 + index into sources; 0: nobody */
	uint8_t next;
};

/** Somebody whose advertisements were accepted. */
struct carp_source {
	struct carp_peer peer;
	struct carp_history history;
};

/** An acceptable advertisement. */
struct carp_heard {
	struct carp_header header;
	struct ip_addr from;
	uint64_t at_us;
};

struct carp_vhid {
	struct carp_interface *ifc;
	struct carp_auth auth;
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	bool up;
	bool uses[IP_FAMILIES];
	bool has_source[IP_FAMILIES];
	struct ip_addr source[IP_FAMILIES];
	enum carp_checksum6 checksum6;
	uint32_t announce_interval_s;
	struct ip_addr unicast[CARP_UNICAST_MAX];
	unsigned int unicast_count;

	enum carp_state state;
	uint64_t since_us;
	uint32_t transitions;
	struct carp_reason last_reason;
	bool was_initialized;
	enum carp_reason_code obstacle; /**< what kept it in INIT last */

	/* What the last run has seen, and what it left undone. */
	bool is_dirty;
	bool is_retimed;
	bool advert_is_pending;
	uint64_t node_generation;
	uint64_t interface_generation;
	uint64_t armed_master_down_us;

	/* BACKUP */
	uint64_t heard_us[IP_FAMILIES];       /* or when it was expected first */
	uint64_t master_down_us[IP_FAMILIES]; /* CARP_NEVER: not expected */
	bool is_heard[IP_FAMILIES];           /* and not only expected */
	struct carp_silence silence;
	struct carp_takeover takeover;
	struct carp_preemption preemption;

	/* MASTER */
	uint64_t advert_us;
	uint64_t announce_us;
	unsigned int announce_repeats;
	struct carp_dispute dispute;
	struct carp_handover handover;
	struct carp_split split;
	struct {
		struct carp_mismatch status;
		uint64_t guess_us;  /**< not before */
		uint64_t notice_us; /**< not before */
	} mismatch;
	struct carp_collision collision;

	uint64_t next_counter;
	uint64_t frames_sent;
	uint64_t last_sent_us;
	struct carp_stance advertised;

	bool has_master;
	struct ip_addr master;
	uint8_t master_advbase;
	uint8_t master_advskew;
	uint64_t master_heard_us;

	struct carp_source sources[CARP_PEERS_MAX];
	unsigned int source_count;
	struct {
		enum carp_replay policy;
		struct carp_replay_log log;
	} replay;

	uint64_t counters[CARP_COUNTERS];
};

/* carp_cause.c */
/** For the causes that come and go by themselves; 0 removes one. */
void carp_node_cause_refresh(struct carp_node *n, const char *name, int32_t value, uint64_t now_us);
int carp_node_causes_reserve(struct carp_node *n, size_t extra);
void carp_node_causes_expire(struct carp_node *n, uint64_t now_us);
uint64_t carp_node_causes_next_us(const struct carp_node *n);

/* carp_interface.c */
void carp_interface_refresh(struct carp_interface *ifc, uint64_t now_us);
void carp_interface_attach(struct carp_interface *ifc);
void carp_interface_detach(struct carp_interface *ifc, uint64_t now_us);
void carp_interface_sent(struct carp_interface *ifc, bool ok, uint64_t now_us);
/** When the send errors of an interface without a MASTER are forgotten; CARP_NEVER if none are. */
uint64_t carp_interface_forgive_us(const struct carp_interface *ifc);
void carp_interface_forgive(struct carp_interface *ifc, uint64_t now_us);
/** When the start delay ends; CARP_NEVER while there is none. */
uint64_t carp_interface_start_us(const struct carp_interface *ifc);
void carp_interface_run(struct carp_interface *ifc, uint64_t now_us);

/* carp_wire.c */
/** Read the fields whatever version and type say. */
void carp_header_read(const uint8_t payload[CARP_HEADER_LEN], struct carp_header *out);

/* carp_timing.c */
uint64_t carp_interval_us(uint8_t advbase, uint8_t advskew);
/** How long the sender of an advertisement may be silent without being given up. */
uint64_t carp_patience_with_us(const struct carp_vhid *v, const struct carp_header *h);
/** Beyond this peer interval a BACKUP does not wait; CARP_NEVER with advbase 0. */
uint64_t carp_patience_us(const struct carp_vhid *v);
struct carp_stance carp_stance_of(const struct carp_vhid *v);
/** A peer's octet 4 against ours: less than, equal to or greater than 0; 0 where it is ignored. */
int carp_compare_demotion(const struct carp_vhid *v, uint8_t demote);

/* carp_tie.c */
/** Weigh an advertisement that is as good as our own. True: give way to its sender. */
bool carp_tie_is_lost(struct carp_vhid *v, const struct carp_heard *h);
/** An advertisement of ours leaves: it answers every rival that was heard before. */
void carp_tie_answered(struct carp_vhid *v, uint64_t now_us);

/* carp_change.c */
bool carp_config_is_valid(const struct carp_vhid_config *c);
/** Take over all that is neither key nor list; these are in place already. */
void carp_config_apply(struct carp_vhid *v, const struct carp_vhid_config *c);

/* carp_peer.c */
bool carp_is_bow_out(const struct carp_header *h);
/** True if advertisements of this sender are to be looked at. */
bool carp_peer_is_welcome(const struct carp_vhid *v, const struct ip_addr *from);
/** True if it has advertised, and is not silent for so long that it must be gone. */
bool carp_peer_is_heard(const struct carp_vhid *v, const struct carp_peer *p, uint64_t now_us);
/**
 * With both families in use: true if another one than the sender is heard that we would give way
 * to. The sender is then MASTER for a moment because it misses that one in one family.
 */
bool carp_peer_better_is_heard(const struct carp_vhid *v, const struct carp_heard *h);
/** NULL if nothing of it was accepted yet. */
struct carp_source *carp_source_find(struct carp_vhid *v, const struct ip_addr *from);
/** Remember the sender of an accepted advertisement. */
struct carp_source *carp_source_note(struct carp_vhid *v, const struct carp_heard *h);

bool carp_is_unspecified(const struct ip_addr *addr);

/* carp_history.c */
bool carp_run_contains(const struct carp_run *run, uint64_t counter);
/** True if the counter goes on with the run, of which up to @p gap are missing. */
bool carp_run_is_continued(const struct carp_run *run, uint64_t counter, uint64_t gap);
/** @p peer is what was known before. */
void carp_history_note(struct carp_history *h, const struct carp_peer *peer,
		       const struct carp_history_entry *e);
/** True if the counter was heard, or left out, by a source that does not repeat itself. */
bool carp_history_has_passed(const struct carp_history *h, uint64_t counter);
bool carp_history_contains(const struct carp_history *h, uint64_t counter);
/** The same, but of the last CARP_RECENT only what was accepted, not what was left out. */
bool carp_history_contains_exactly(const struct carp_history *h, uint64_t counter);
/** The counter is the last one accepted now. */
void carp_history_raise(struct carp_history *h, uint64_t counter);

/* carp_replay.c */
bool carp_replay_is_refused(struct carp_vhid *v, const struct carp_heard *h);
void carp_replay_note(struct carp_vhid *v, struct carp_source *source, const struct carp_heard *h);
void carp_replay_set_policy(struct carp_vhid *v, enum carp_replay policy);

/* carp_preempt.c */
bool carp_preempt_is_on(const struct carp_vhid *v);
/** The vhid changes its role: what it was waiting for is void. */
void carp_preempt_forget(struct carp_vhid *v);
/** It becomes MASTER: true if that has happened too often and preemption is now held down. */
bool carp_preempt_count(struct carp_vhid *v, uint64_t now_us);
/** Weigh an advertisement as BACKUP. True: preempt its sender now. */
bool carp_preempt_hear(struct carp_vhid *v, const struct carp_reason *reason, uint64_t at_us);
/** When the slower master heard last is preempted; CARP_NEVER if none is. */
uint64_t carp_preempt_us(const struct carp_vhid *v);

/* carp_family.c */
/** Begin to wait for the master in every family that it is expected in. */
void carp_family_begin(struct carp_vhid *v, uint64_t now_us);
/** Wait anew, by values that have changed. */
void carp_family_arm(struct carp_vhid *v, uint64_t now_us);
/** Expect the master in families that were not expected before, and no more in others. */
void carp_family_follow(struct carp_vhid *v, uint64_t now_us);
/** No family is silent any more that somebody should be told of. */
void carp_family_forget(struct carp_vhid *v);
/** An advertisement of the master: its family is silent only after @p deadline_us. */
void carp_family_hear(struct carp_vhid *v, const struct carp_heard *h, uint64_t deadline_us,
		      struct carp_actions *out);
/** True: the master is silent in every family. */
bool carp_family_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		     struct carp_actions *out);
/** When that will be, if nobody is heard; CARP_NEVER if nobody is expected. */
uint64_t carp_family_deadline_us(const struct carp_vhid *v);
/** When carp_family_run() is due: then, or before, to tell of one that is silent. */
uint64_t carp_family_next_us(const struct carp_vhid *v);
/** When the master was heard last in any family, or when waiting began. */
uint64_t carp_family_heard_us(const struct carp_vhid *v);

/* carp_split.c */
/** As MASTER, of one that gives no reason to give way. */
void carp_split_hear(struct carp_vhid *v, const struct carp_heard *h, bool is_slower,
		     struct carp_actions *out);
/** We are MASTER no more. */
void carp_split_leave(struct carp_vhid *v, struct carp_actions *out);
/** True: announce again. */
bool carp_split_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		    struct carp_actions *out);
uint64_t carp_split_next_us(const struct carp_vhid *v);

/* carp_mismatch.c */
void carp_mismatch_note(struct carp_vhid *v, const struct carp_heard *h, struct carp_actions *out);
/** A digest of this sender matches. */
void carp_mismatch_forget(struct carp_vhid *v, const struct ip_addr *from);

/* carp_collision.c */
void carp_collision_note(struct carp_vhid *v, const struct carp_received *rx, uint64_t at_us,
			 struct carp_actions *out);

/* carp_handover.c */
/** Begin or end with the maintenance of the node. */
void carp_handover_follow(struct carp_vhid *v, uint64_t now_us);
/** The role has changed. */
void carp_handover_role(struct carp_vhid *v, const struct carp_reason *reason, uint64_t now_us,
			struct carp_actions *out);
void carp_handover_hear_as_backup(struct carp_vhid *v, const struct carp_heard *h);
/** As MASTER. True: the sender is to have it. */
bool carp_handover_yields(struct carp_vhid *v, const struct carp_heard *h,
			  struct carp_actions *out);
void carp_handover_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		       struct carp_actions *out);

/* carp_election.c */
/** What keeps it in INIT: administrative state, link or carp.allow; CARP_REASON_NONE if nothing. */
enum carp_reason_code carp_election_obstacle(const struct carp_vhid *v);
bool carp_election_is_possible(const struct carp_vhid *v);
void carp_election_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		       struct carp_actions *out);
void carp_election_hear(struct carp_vhid *v, const struct carp_heard *h, struct carp_actions *out);
/** The list of addresses that is sent has changed. */
void carp_election_readdress(struct carp_vhid *v, uint64_t now_us);
void carp_election_force(struct carp_vhid *v, enum carp_state state, uint64_t now_us,
			 struct carp_actions *out);

/* carp_action.c */
/** Append an advertisement for each family in use. */
void carp_action_send(struct carp_vhid *v, bool bow_out, uint64_t now_us, struct carp_actions *out);
void carp_action_announce(struct carp_actions *out);
void carp_action_notice(enum carp_notice notice, struct carp_actions *out);
void carp_action_state(struct carp_vhid *v, enum carp_state to, const struct carp_reason *reason,
		       uint64_t now_us, struct carp_actions *out);

#endif /* CARP_INTERNAL_H */
