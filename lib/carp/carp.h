/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * CARP: the election of one virtual host, as a pure function of state, event and time.
 *
 * A node holds what all its elections share: settings and the demotion sum. An interface holds
 * link state and the send-error count. A vhid is one election on one interface.
 *
 * Setters only change inputs; carp_vhid_run(), carp_vhid_input() and carp_vhid_force() act on them
 * and return what is to be done, in order, as a list of actions.
 *
 * Threads: none; everything that hangs on one node belongs to one thread.
 * Memory:  create functions allocate; nothing else does. Objects are freed by their destroy
 *          function, vhids before interfaces, interfaces before the node.
 * Time:    monotonic microseconds supplied by the caller, never read here, never going back.
 * Errors:  0 or a negative errno; pointers are NULL with errno set.
 *
 * The protocol has no RFC. Its rules are those of OpenBSD and FreeBSD ip_carp.c; where those two
 * differ, docs/protocol.md says which one is followed and why.
 */
#ifndef CARP_H
#define CARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"

#define CARP_HEADER_LEN 36
#define CARP_DIGEST_LEN 20
/** The wire allows 20 octets of key; the configuration tools of the BSDs, and koi, use 19. */
#define CARP_KEY_MAX 20
#define CARP_ADDRESSES_MAX 255
#define CARP_IPPROTO 112
#define CARP_TTL 255
/** advbase and advskew of the advertisement by which a master resigns. */
#define CARP_BOW_OUT 255
#define CARP_NEVER UINT64_MAX

/* ------------------------------------------------------------------------------------------- */
/* Wire: carp_wire.c                                                                            */
/* ------------------------------------------------------------------------------------------- */

/** The 36 octets of an advertisement without version, type and checksum. */
struct carp_header {
	uint8_t vhid;
	uint8_t advskew;
	uint8_t authlen; /**< 7 when sent; not looked at when received, as everywhere */
	uint8_t demote;
	uint8_t advbase;
	uint64_t counter;
	uint8_t digest[CARP_DIGEST_LEN];
};

/** What is counted of advertisements; the drop_ ones are the reasons of refusal. */
enum carp_counter {
	CARP_RECEIVED,
	CARP_RECEIVED6,
	CARP_SENT,
	CARP_SENT6,
	CARP_SEND_ERRORS,
	CARP_TRAILING, /**< accepted although longer than 36 octets */
	CARP_DROP_LEN,
	CARP_DROP_VER,
	CARP_DROP_TYPE,
	CARP_DROP_VHID,
	CARP_DROP_TTL,
	CARP_DROP_SUM,
	CARP_DROP_ECHO, /**< our own advertisement coming back */
	CARP_DROP_AUTH,
	CARP_DROP_REPLAY,
	CARP_DROP_NOT_ALLOWED, /**< carp.allow is off */
	CARP_FOREIGN_VRRP,     /**< has VRRP's shape and no digest that matches */
	CARP_COUNTERS,
};

/** No reason of refusal. Shares its value with a counter that is none. */
#define CARP_ACCEPTED CARP_RECEIVED

/** The counter's name in telemetry and in scenarios: "drop_ttl". */
const char *carp_counter_name(enum carp_counter counter);

/** Write the 36 octets, checksum included. */
void carp_header_build(const struct carp_header *h, uint8_t out[CARP_HEADER_LEN]);

/**
 * Read an IP payload of protocol 112: length, version and type, in this order; not the checksum.
 *
 * @return CARP_ACCEPTED with @p out filled, or CARP_DROP_LEN, CARP_DROP_VER, CARP_DROP_TYPE
 */
enum carp_counter carp_header_parse(const uint8_t *payload, size_t len, struct carp_header *out);

/** True if the Internet checksum over the first 36 octets is right. There is no pseudo-header. */
bool carp_checksum_ok(const uint8_t payload[CARP_HEADER_LEN]);

/**
 * True if the payload has the shape of a VRRPv2 (RFC 3768) or VRRPv3 (RFC 5798) advertisement. A
 * VRRPv2 one of seven addresses is as long as a CARP one with eight trailing octets.
 */
bool carp_is_vrrp_shaped(const uint8_t *payload, size_t len);

/**
 * What a data-plane worker refuses before anything is handed on: length, version, type, and a vhid
 * that this interface does not have in the packet's family.
 *
 * @param vhids  bit set of 256: which vhids the interface has for the family of the packet
 * @param vhid   set to the payload's vhid if CARP_ACCEPTED is returned
 * @return       CARP_ACCEPTED: hand it to carp_vhid_input(), which repeats the checks; else the
 *               counter to raise. A frame of VRRP's shape is handed on if its VRID is one of ours.
 */
enum carp_counter carp_precheck(const uint8_t *payload, size_t len, const uint64_t vhids[4],
				uint8_t *vhid);

/** What surrounds the 36 octets in an Ethernet frame. */
struct carp_frame {
	uint8_t destination_mac[6];
	uint8_t source_mac[6];
	struct ip_addr destination;
	struct ip_addr source; /**< the family of the frame */
	uint8_t tos;           /**< IPv4 type of service, IPv6 traffic class */
	uint16_t id;           /**< IPv4 identification; DF is always set */
};

#define CARP_FRAME_MAX 90

/**
 * Write an untagged Ethernet frame of 70 (IPv4) or 90 (IPv6) octets, TTL or hop limit 255.
 *
 * @return its length
 */
size_t carp_frame_build(const struct carp_frame *f, const uint8_t payload[CARP_HEADER_LEN],
			uint8_t out[CARP_FRAME_MAX]);

/** The group that advertisements are sent to: 224.0.0.18 or ff02::12. */
struct ip_addr carp_group(enum ip_family family);

/** Its Ethernet address. */
void carp_group_mac(enum ip_family family, uint8_t mac[6]);

/** The virtual MAC 00:00:5e:00:01:VHID, the same for both families. */
void carp_virtual_mac(uint8_t vhid, uint8_t mac[6]);

/* ------------------------------------------------------------------------------------------- */
/* Digest: carp_digest.c                                                                        */
/* ------------------------------------------------------------------------------------------- */

/** Which of the addresses of a vhid the digest covers. */
enum carp_digest_variant {
	CARP_DIGEST_ALL,           /**< every address: FreeBSD, NetBSD, ucarp */
	CARP_DIGEST_NO_LINK_LOCAL, /**< without IPv6 link-local ones: what OpenBSD sends */
	CARP_DIGEST_VARIANTS,
};

/** HMAC-SHA1 prepared with a key, a vhid and an address list. */
struct carp_digest;

/**
 * Prepare the digest. Addresses may come in any order and more than once; of scoped IPv6 ones
 * octets 2 and 3 count as zero.
 *
 * @param key_len 0..CARP_KEY_MAX octets; 0 is the BSDs' "no password"
 * @return        to be freed by carp_digest_destroy(), which wipes the key; NULL with errno
 *                EINVAL (a size out of range) or ENOMEM
 */
struct carp_digest *carp_digest_create(const uint8_t *key, size_t key_len, uint8_t vhid,
				       const struct ip_addr *addresses, size_t count);
void carp_digest_destroy(struct carp_digest *d);

/** Compute the digest of a counter. Returns 0, or -EIO if libcrypto fails. */
int carp_digest_compute(struct carp_digest *d, enum carp_digest_variant variant, uint64_t counter,
			uint8_t out[CARP_DIGEST_LEN]);

/** True if @p digest is the one of @p counter in either variant; compared in constant time. */
bool carp_digest_verify(struct carp_digest *d, uint64_t counter,
			const uint8_t digest[CARP_DIGEST_LEN]);

/* ------------------------------------------------------------------------------------------- */
/* Node: settings and demotion, carp_node.c                                                     */
/* ------------------------------------------------------------------------------------------- */

enum carp_demotion_encoding {
	CARP_ENCODE_BOTH, /**< skew and octet 4; a received octet 4 is obeyed as OpenBSD does */
	CARP_ENCODE_SKEW, /**< FreeBSD: octet 4 is sent as 0 and ignored */
	CARP_ENCODE_BYTE, /**< OpenBSD: the skew stays as configured */
};

enum carp_master_down {
	CARP_MASTER_DOWN_FREEBSD, /**< 3 * advbase + advskew / 256 s */
	CARP_MASTER_DOWN_OPENBSD, /**< 3 * (advbase + advskew / 256) s */
};

/** What is done about advertisements that somebody has recorded and sends again. */
enum carp_replay {
	CARP_REPLAY_OFF,
	CARP_REPLAY_ADAPTIVE,
	CARP_REPLAY_STRICT,
};

struct carp_settings {
	bool allow;
	bool preempt;
	enum carp_demotion_encoding encoding;
	enum carp_master_down master_down;
	int32_t ifdown_demotion_factor;
	int32_t senderr_demotion_factor;
};

#define CARP_CAUSE_NAME_MAX 48 /**< with the terminating NUL */
#define CARP_CAUSES_MAX 256

/** A named share of the demotion sum. */
struct carp_cause {
	char name[CARP_CAUSE_NAME_MAX]; /**< "interface lan down", "operator" */
	int32_t value;
	uint64_t since_us;
};

struct carp_node;

struct carp_node *carp_node_create(const struct carp_settings *settings);
void carp_node_destroy(struct carp_node *n);

const struct carp_settings *carp_node_settings(const struct carp_node *n);
/** Change the settings; what follows from it happens at the next carp_vhid_run() of each vhid. */
void carp_node_set(struct carp_node *n, const struct carp_settings *settings, uint64_t now_us);

/**
 * Set the value of a named cause; 0 removes it. Setting the value it has keeps its age.
 *
 * @return 0; -EINVAL for an empty or overlong name; -ENOSPC when there are CARP_CAUSES_MAX
 */
int carp_node_cause_set(struct carp_node *n, const char *name, int32_t value, uint64_t now_us);

/** Add to the cause "operator", as writing net.inet.carp.demotion does. */
int carp_node_demote(struct carp_node *n, int32_t delta, uint64_t now_us);

/** The sum of all causes. */
int32_t carp_node_demotion(const struct carp_node *n);

/** The causes, in the order of their appearance. */
size_t carp_node_causes(const struct carp_node *n, const struct carp_cause **causes);

/**
 * Rises with every change that concerns all vhids: when it has risen, carp_vhid_run() is due for
 * each of them at once (a changed demotion is advertised without delay).
 */
uint64_t carp_node_generation(const struct carp_node *n);

/* ------------------------------------------------------------------------------------------- */
/* Interface                                                                                    */
/* ------------------------------------------------------------------------------------------- */

struct carp_interface;

/**
 * The link is down at first.
 *
 * @param name 1 to 32 octets; used in the names of demotion causes
 * @return     NULL with errno EINVAL or ENOMEM
 */
struct carp_interface *carp_interface_create(struct carp_node *n, const char *name);
/** Gives back the interface's causes. */
void carp_interface_destroy(struct carp_interface *ifc, uint64_t now_us);

/** While it is down and the interface has a vhid, the node has the cause "interface X down". */
void carp_interface_set_link(struct carp_interface *ifc, bool up, uint64_t now_us);
bool carp_interface_link(const struct carp_interface *ifc);

/* ------------------------------------------------------------------------------------------- */
/* Vhid: the election, carp_election.c (rules), carp_vhid.c (object)                            */
/* ------------------------------------------------------------------------------------------- */

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
	uint32_t silent_ms; /**< TIMED_OUT: since the last acceptable advertisement or the start */
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

struct carp_vhid_config {
	uint8_t vhid;    /**< 1..255 */
	uint8_t advbase; /**< 0..254 s */
	uint8_t advskew; /**< 0..254 of 1/256 s; not both 0 */
	const uint8_t *key;
	size_t key_len;
	const struct ip_addr *addresses; /**< at least one */
	size_t address_count;
	/** Own source address of each family: recognises echoes and decides ties. */
	struct ip_addr source[IP_FAMILIES];
	bool has_source[IP_FAMILIES];
	uint32_t announce_interval_s; /**< repeat announcements while MASTER; 0 never */
	uint64_t counter;             /**< of the first frame; then one more for each */
	bool up;                      /**< administratively */
};

enum carp_action_type {
	CARP_ACTION_STATE,
	CARP_ACTION_SEND,
	CARP_ACTION_ANNOUNCE, /**< gratuitous ARP and unsolicited NA for every address */
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
			bool bow_out;
			uint8_t payload[CARP_HEADER_LEN];
		} send;
	};
};

/** One call never produces more. */
#define CARP_ACTIONS_MAX 12

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
	uint8_t ttl;
};

struct carp_vhid;

/** In INIT. NULL with errno EINVAL or ENOMEM. The configuration is copied. */
struct carp_vhid *carp_vhid_create(struct carp_interface *ifc, const struct carp_vhid_config *c);
void carp_vhid_destroy(struct carp_vhid *v, uint64_t now_us);

/**
 * Change advbase, advskew, key, addresses, sources, announce interval or the administrative state
 * of a running vhid; vhid and counter of @p c are not looked at. State is kept; timers restart with
 * the new values at the next carp_vhid_run() if advbase or advskew changed.
 *
 * @return 0; -EINVAL or -ENOMEM, and then nothing has changed
 */
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
 * own echo, digest; then the rules of the state.
 *
 * An advertisement as good as our own is answered by the next carp_vhid_run(), which is then due at
 * once: several that waited get one answer, sent when the caller has heard them all.
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
	uint64_t deadline_us; /**< master-down (BACKUP) or next advertisement (MASTER) */
	uint64_t counters[CARP_COUNTERS];
};

void carp_vhid_status(const struct carp_vhid *v, struct carp_vhid_status *out);
enum carp_state carp_vhid_state(const struct carp_vhid *v);

/** Own advertisement interval with demotion, and master-down time without, in microseconds. */
uint64_t carp_vhid_interval_us(const struct carp_vhid *v);
uint64_t carp_vhid_master_down_us(const struct carp_vhid *v);

#endif /* CARP_H */
