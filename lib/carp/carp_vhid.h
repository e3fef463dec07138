/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The part of carp.h that holds one election: configuration, actions, and what may be done to it.
 */
#ifndef CARP_VHID_H
#define CARP_VHID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"
#include "carp/carp_digest.h"
#include "carp/carp_node.h"
#include "carp/carp_wire.h"

enum carp_state {
	CARP_INIT,
	CARP_BACKUP,
	CARP_MASTER,
};

/** "INIT", "BACKUP", "MASTER" */
const char *carp_state_name(enum carp_state state);

enum carp_reason_code {
	CARP_REASON_NONE,
	CARP_REASON_INITIALIZED,   /**< initialization complete */
	CARP_REASON_TIMED_OUT,     /**< master timed out */
	CARP_REASON_PREEMPTING,    /**< preempting a slower master */
	CARP_REASON_WILL_TIME_OUT, /**< master will time out; also: it bowed out */
	CARP_REASON_MORE_FREQUENT, /**< more frequent advertisement received; also: lost a tie */
	CARP_REASON_USER,          /**< user requested */
	CARP_REASON_LINK_DOWN,     /**< hardware interface down */
	CARP_REASON_LINK_UP,       /**< hardware interface up */
	CARP_REASON_NOT_ALLOWED,   /**< carp.allow is off */
};

/** Why a transition happened, with what a person at 3 a.m. wants to know. */
struct carp_reason {
	enum carp_reason_code code;
	uint32_t silent_ms;  /**< TIMED_OUT: since the last acceptable advertisement or the start */
	struct ip_addr peer; /**< the sender that decided it, where has_peer */
	bool has_peer;
	bool tie;     /**< MORE_FREQUENT: equal speed, the peer's address went first */
	bool bow_out; /**< WILL_TIME_OUT: the master resigned */
	uint8_t peer_advbase;
	uint8_t peer_advskew;
	uint8_t peer_demote;
};

#define CARP_REASON_TEXT 128

/** The reason without particulars, in FreeBSD's words where it has some. */
const char *carp_reason_name(enum carp_reason_code code);

/** Write the text that log and telemetry show, FreeBSD's words first; returns @p buf. */
const char *carp_reason_format(const struct carp_reason *r, char buf[CARP_REASON_TEXT]);

/** Whether a better backup takes over from a slower master. */
enum carp_preempt {
	CARP_PREEMPT_INHERIT, /**< as the node's settings say */
	CARP_PREEMPT_OFF,
	CARP_PREEMPT_ON,
};

/** Addresses that may be advertised to by unicast. */
#define CARP_UNICAST_MAX 16
/** Secrets that are accepted besides the one that is sent. */
#define CARP_ACCEPT_MAX 8

struct carp_secret {
	const uint8_t *octets;
	size_t len;
};

struct carp_vhid_config {
	uint8_t vhid;    /**< 1..255 */
	uint8_t advbase; /**< 0..254 s */
	uint8_t advskew; /**< 0..254 of 1/256 s; not both 0 */
	const uint8_t *key;
	size_t key_len;
	const struct ip_addr *addresses; /**< at least one */
	size_t address_count;
	const struct carp_secret *accept;
	size_t accept_count;
	/**
	 * After a change of addresses: how long the former list is sent if nobody is heard with the
	 * new one, and accepted in any case. It is accepted on while a master is heard with it.
	 */
	uint64_t address_grace_us;
	/** Own source address of each family: recognises echoes and decides ties. */
	struct ip_addr source[IP_FAMILIES];
	bool has_source[IP_FAMILIES];
	/**
	 * In a family that has any of them an advertisement must come from one of these, and a
	 * CARP_ACTION_SEND is to go to each of them instead of the group.
	 */
	const struct ip_addr *peers;
	size_t peer_count;
	enum carp_digest_variant digest; /**< the one that is sent */
	enum carp_checksum6 checksum6;
	enum carp_replay replay;
	enum carp_preempt preempt;
	uint64_t preempt_delay_us;    /**< how long a slower master is heard before that */
	uint32_t announce_interval_s; /**< repeat announcements while MASTER; 0 never */
	/**
	 * Of the first frame; then one more for each. For peers that are strict: the larger of the
	 * time in seconds << 32 and what carp_vhid_counter() was saved ahead as, low bits random.
	 */
	uint64_t counter;
	bool up; /**< administratively */
};

/** What is worth an event although no role changes; particulars are in the status. */
enum carp_notice {
	CARP_NOTICE_HELD_DOWN,      /**< too many transitions: no preemption for a while */
	CARP_NOTICE_GIVEN_AWAY,     /**< maintenance: another one is MASTER now */
	CARP_NOTICE_NOT_GIVEN_AWAY, /**< maintenance: nobody took over, we serve on */
	CARP_NOTICE_SPLIT_BRAIN,    /**< somebody else serves, too */
	CARP_NOTICE_SPLIT_BRAIN_END,
	CARP_NOTICE_MISMATCH,  /**< digests of somebody do not match ours */
	CARP_NOTICE_COLLISION, /**< a VRRP router uses our virtual MAC */
	/** As BACKUP: the master is silent in one family and heard in the other; no transition. */
	CARP_NOTICE_FAMILY_SILENT,
	CARP_NOTICE_FAMILY_HEARD, /**< and again in both */
};

/** "held down" */
const char *carp_notice_name(enum carp_notice notice);

enum carp_action_type {
	CARP_ACTION_STATE,
	CARP_ACTION_SEND,
	CARP_ACTION_ANNOUNCE, /**< gratuitous ARP and unsolicited NA for every address */
	CARP_ACTION_NOTICE,
};

struct carp_action {
	enum carp_action_type type;
	union {
		struct {
			enum carp_state from;
			enum carp_state to;
			struct carp_reason reason;
		} state;
		struct {
			enum ip_family family;
			/** 255/255: before a state change, or asking who would take over. */
			bool bow_out;
			/** For struct carp_frame; in the payload it is plain. */
			enum carp_checksum6 checksum6;
			uint8_t payload[CARP_HEADER_LEN];
		} send;
		enum carp_notice notice;
	};
};

/** One call never produces more. */
#define CARP_ACTIONS_MAX 16

/** To be carried out in order: what precedes a state change leaves while the old role lasts. */
struct carp_actions {
	unsigned int count;
	struct carp_action item[CARP_ACTIONS_MAX];
};

/** An IP packet of protocol 112 as it came in. */
struct carp_received {
	const uint8_t *payload; /**< after the IP header and its options */
	size_t len;
	struct ip_addr from;
	struct ip_addr to; /**< the group, or ourselves; NetBSD's IPv6 checksum covers it */
	uint8_t ttl;
};

/** What has become of a vhid in maintenance. */
enum carp_handover_state {
	CARP_HANDOVER_NONE,    /**< no maintenance */
	CARP_HANDOVER_ASKING,  /**< MASTER, and asks the peers to take over */
	CARP_HANDOVER_DONE,    /**< another one is MASTER */
	CARP_HANDOVER_REFUSED, /**< MASTER, because nobody else is; goes as soon as somebody is */
	CARP_HANDOVER_IDLE,    /**< not MASTER, and no other has been heard yet */
};

/** "none", "asking", "given away", "nobody took over", "idle" */
const char *carp_handover_name(enum carp_handover_state state);

struct carp_vhid;

/**
 * In INIT. The configuration is copied.
 *
 * @param ifc the interface, or NULL: carp_vhid_attach() follows, so that one thread can do what
 *            takes time and memory and another, that of the node, attaches what is finished
 * @return    NULL with errno EINVAL or ENOMEM
 */
struct carp_vhid *carp_vhid_create(struct carp_interface *ifc, const struct carp_vhid_config *c);

/** Join an interface. Due at once: carp_vhid_run(). */
void carp_vhid_attach(struct carp_vhid *v, struct carp_interface *ifc);

/** Leave the interface, without a word on the wire; only carp_vhid_destroy() may follow. */
void carp_vhid_detach(struct carp_vhid *v, uint64_t now_us);

/** Detaches if need be. */
void carp_vhid_destroy(struct carp_vhid *v, uint64_t now_us);

/** What a running vhid is to become; made by any thread. */
struct carp_vhid_change;

/** For the vhid @p vhid; vhid and counter of @p c are not looked at. NULL with errno as above. */
struct carp_vhid_change *carp_vhid_change_create(uint8_t vhid, const struct carp_vhid_config *c);

/**
 * Change everything but vhid and counter of a running vhid. State is kept; timers restart with the
 * new values at the next carp_vhid_run() if advbase or advskew changed. Neither allocates nor fails.
 *
 * @param change holds what was replaced afterwards; to be destroyed by whoever made it
 */
void carp_vhid_apply(struct carp_vhid *v, struct carp_vhid_change *change, uint64_t now_us);
void carp_vhid_change_destroy(struct carp_vhid_change *change);

/** The three at once. 0; -EINVAL or -ENOMEM, and then nothing has changed. */
int carp_vhid_reconfigure(struct carp_vhid *v, const struct carp_vhid_config *c, uint64_t now_us);

/** Administrative up or down; takes effect at the next carp_vhid_run(). */
void carp_vhid_set_admin(struct carp_vhid *v, bool up);

/**
 * Let time pass: follow administrative state, link, settings and demotion, then run timers.
 *
 * @param heard_until_us everything that arrived before this time has been given to
 *        carp_vhid_input(). The master-down timer does not run ahead of it, and a master that is
 *        late by an advertisement interval or more stays silent until it has caught up: a node
 *        never blames its peer for its own stall. Callers that are never late pass @p now_us.
 * @param out cleared first
 */
void carp_vhid_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
		   struct carp_actions *out);

/** When carp_vhid_run() is next due; at once (0) after a setter, CARP_NEVER if nothing is armed. */
uint64_t carp_vhid_next_us(const struct carp_vhid *v);

/**
 * Receive. Checks in this order: carp.allow, length, version, type, vhid and family, TTL, checksum,
 * own echo, configured peers, digest, replay; then the rules of the state.
 *
 * An advertisement as good as our own is answered by the next carp_vhid_run(), which is then due at
 * once: several that waited get one answer, sent when the caller has heard them all. So is a reason
 * to take over, if nothing that arrived later voids it.
 *
 * @param arrived_us when it arrived; may be earlier than the last carp_vhid_run()
 * @param out        cleared first
 * @return           CARP_ACCEPTED, or the counter that was raised
 */
enum carp_counter carp_vhid_input(struct carp_vhid *v, const struct carp_received *rx,
				  uint64_t arrived_us, struct carp_actions *out);

/**
 * Force a role once, as ifconfig's "state" does. MASTER from BACKUP; BACKUP from MASTER, with a
 * bow-out. Nothing happens in INIT.
 *
 * @return 0; -EINVAL if @p state is CARP_INIT; -ENETDOWN in INIT, or if the next carp_vhid_run()
 *         will lead there
 */
int carp_vhid_force(struct carp_vhid *v, enum carp_state state, uint64_t now_us,
		    struct carp_actions *out);

/**
 * Say how a CARP_ACTION_SEND ended. Three failures demote ("send errors on X"), three successes in
 * a row end it; a node that is not MASTER any more and so sends nothing is forgiven by time.
 */
void carp_vhid_sent(struct carp_vhid *v, enum ip_family family, bool ok, uint64_t now_us);

/** Addresses whose senders are remembered. */
#define CARP_PEERS_MAX 8

/**
 * Say that somebody else claims a virtual address of ours by ARP or ND. As MASTER it is part of
 * the split brain in the status. Who claims it with our virtual MAC is not somebody else.
 *
 * @param out cleared first
 */
void carp_vhid_foreign_claim(struct carp_vhid *v, const struct ip_addr *addr, const uint8_t mac[6],
			     uint64_t now_us, struct carp_actions *out);

/**
 * The counter of the next frame. Who must not fall back below it after a restart saves one that is
 * higher, and saves again before that one is reached.
 */
uint64_t carp_vhid_counter(const struct carp_vhid *v);

/** The counters accepted from one source: nothing up to the last one is accepted strictly. */
struct carp_floor {
	struct ip_addr address;
	uint64_t first;
	uint64_t last;
};

/** For saving; @return how many there are */
size_t carp_vhid_replay_floors(const struct carp_vhid *v, struct carp_floor out[CARP_PEERS_MAX]);
/** What was saved, after a restart. 0; -EINVAL; -ENOSPC if there are CARP_PEERS_MAX. */
int carp_vhid_replay_restore(struct carp_vhid *v, const struct carp_floor *floor);
/** The way back for a peer that has lost its counter: take the next advertisement of anybody. */
void carp_vhid_replay_forget(struct carp_vhid *v);

enum carp_state carp_vhid_state(const struct carp_vhid *v);

/** Own advertisement interval with demotion, and master-down time without, in microseconds. */
uint64_t carp_vhid_interval_us(const struct carp_vhid *v);
uint64_t carp_vhid_master_down_us(const struct carp_vhid *v);

#endif /* CARP_VHID_H */
