/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The part of carp.h that is only looked at: what an election knows, thinks and suspects.
 */
#ifndef CARP_STATUS_H
#define CARP_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"
#include "carp/carp_vhid.h"
#include "carp/carp_wire.h"

/** Long enough for each of the texts below. */
#define CARP_TEXT 192

/** Somebody whose advertisements were accepted. */
struct carp_peer {
	struct ip_addr address;
	uint8_t advbase; /**< as it advertised last, its bow-out aside */
	uint8_t advskew;
	uint8_t demote;
	bool bowed_out; /**< and nothing was heard of it since */
	uint64_t since_us;
	uint64_t heard_us;
	uint64_t adverts;
};

/** Those heard, in no order. The one heard longest ago makes room for another. */
size_t carp_vhid_peers(const struct carp_vhid *v, struct carp_peer out[CARP_PEERS_MAX]);

/**
 * As BACKUP of a vhid of both families: the master has been silent in one of them for a master-down
 * time and is heard in the other. Ends when that one is heard, too, or when the vhid is no more
 * BACKUP or no more of both families; what was known of it is then kept.
 */
struct carp_family_silence {
	bool is_on;
	enum ip_family family;
	struct ip_addr master; /**< heard last before it began, in the other family */
	uint64_t since_us;     /**< last heard in that family, or expected there first */
	uint64_t noticed_us;
	uint64_t ended_us; /**< heard again */
};

/** "IPv6: 10.0.0.11 not heard for 3004 ms, IPv4 is", or that it is again; returns @p buf. */
const char *carp_family_silence_format(const struct carp_family_silence *s, char buf[CARP_TEXT]);

/** As MASTER: somebody else serves the same addresses. */
struct carp_split_brain {
	bool is_on;
	uint64_t since_us;
	uint64_t heard_us; /**< last sign of it */
	bool has_peer;     /**< by its advertisements, which are worse than ours */
	struct ip_addr peer;
	uint8_t peer_advbase;
	uint8_t peer_advskew;
	bool has_claim; /**< by carp_vhid_foreign_claim() */
	struct ip_addr claimed;
	uint8_t claim_mac[6];
};

/** What the digests of somebody suggest who does not match. */
enum carp_guess {
	CARP_GUESS_NONE,        /**< not looked into yet */
	CARP_GUESS_NO_PASSWORD, /**< it has none */
	CARP_GUESS_FORMER_LIST, /**< it has the addresses of before the last change */
	CARP_GUESS_NO_IPV4,     /**< it lacks all addresses of the family */
	CARP_GUESS_NO_IPV6,
	CARP_GUESS_LACKS,   /**< it lacks one address */
	CARP_GUESS_ONLY,    /**< it has one address only */
	CARP_GUESS_UNKNOWN, /**< none of the above */
};

/** The last one whose digest did not match; forgotten when one of its own does. */
struct carp_mismatch {
	bool is_known;
	struct ip_addr from;
	uint64_t since_us;
	uint64_t heard_us;
	uint64_t count;
	enum carp_guess guess;
	struct ip_addr address; /**< LACKS, ONLY */
};

/** "address list: peer lacks 10.0.0.101"; returns @p buf. */
const char *carp_mismatch_format(const struct carp_mismatch *m, char buf[CARP_TEXT]);

/** The last VRRP router heard whose VRID is our vhid: its virtual MAC is ours. */
struct carp_collision {
	bool is_known;
	struct ip_addr from;
	uint64_t since_us;
	uint64_t heard_us;
	uint64_t count;
	uint8_t vrid;
	uint8_t version;
	uint8_t priority;
};

/** "VRID 1 of VRRPv3 router 10.0.0.9 collides with the virtual MAC"; returns @p buf. */
const char *carp_collision_format(const struct carp_collision *c, char buf[CARP_TEXT]);

/** A copy of what telemetry shows. */
struct carp_vhid_status {
	enum carp_state state;
	uint64_t since_us;
	uint32_t transitions;
	uint8_t advbase;
	uint8_t advskew;
	uint8_t effective_advskew;
	uint8_t demote; /**< octet 4 as sent */
	bool up;
	struct carp_reason last_reason;
	bool has_master; /**< a master has been heard since INIT */
	struct ip_addr master;
	uint8_t master_advbase;
	uint8_t master_advskew;
	uint64_t master_heard_us;
	/** Master-down (BACKUP), next advertisement (MASTER), end of the start delay (INIT). */
	uint64_t deadline_us;
	bool preempts;                 /**< what preempt comes to */
	uint64_t preempt_us;           /**< when a slower master is preempted; CARP_NEVER: not */
	uint64_t held_down_until_us;   /**< no preemption before; 0 if it never was */
	bool sends_former_addresses;   /**< the digest that is sent is that of the former list */
	uint64_t address_grace_end_us; /**< when that ends; CARP_NEVER if it has */
	enum carp_handover_state handover;
	uint64_t handover_since_us;
	struct ip_addr handover_to; /**< CARP_HANDOVER_DONE: who is MASTER */
	struct carp_family_silence family_silence;
	struct carp_split_brain split_brain;
	struct carp_mismatch mismatch;
	struct carp_collision collision;
	uint64_t counters[CARP_COUNTERS];
};

void carp_vhid_status(const struct carp_vhid *v, struct carp_vhid_status *out);

enum carp_winner {
	CARP_WINNER_NOBODY,
	CARP_WINNER_US,
	CARP_WINNER_PEER,
};

/**
 * Who will be MASTER when everything that is known has taken its course. A BACKUP is silent: of
 * those who are not MASTER it rests on what they said when they were, within the last day.
 */
struct carp_forecast {
	enum carp_winner winner;
	struct ip_addr peer;    /**< CARP_WINNER_PEER */
	char reason[CARP_TEXT]; /**< "faster than 10.0.0.3 (advbase 1 advskew 100)" */
	bool has_heir;          /**< somebody is known who could take over from us */
	struct ip_addr heir;
};

void carp_vhid_forecast(const struct carp_vhid *v, uint64_t now_us, struct carp_forecast *out);

#endif /* CARP_STATUS_H */
