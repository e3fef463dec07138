/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The part of carp.h that elections share: a node with its settings and its demotion, and its
 * interfaces.
 */
#ifndef CARP_NODE_H
#define CARP_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARP_NEVER UINT64_MAX

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
	CARP_REPLAY_ADAPTIVE, /**< refuse what no implementation would send */
	CARP_REPLAY_STRICT,   /**< among koi: counters rise, and no two nodes share one */
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
	uint64_t expires_us; /**< CARP_NEVER: lasts until it is removed */
	bool is_own;         /**< comes and goes by itself: carp_node_cause_set() refuses it */
};

struct carp_node;

struct carp_node *carp_node_create(const struct carp_settings *settings);
void carp_node_destroy(struct carp_node *n);

const struct carp_settings *carp_node_settings(const struct carp_node *n);
/** Change the settings; what follows from it happens at the next carp_vhid_run() of each vhid. */
void carp_node_set(struct carp_node *n, const struct carp_settings *settings, uint64_t now_us);

/**
 * Set the value of a named cause; 0 removes it. Setting the value it has keeps its age and renews
 * its end.
 *
 * @param lasts_us after which time it ends by itself, at a carp_node_run(); 0: never
 * @return         0; -EINVAL for an empty or overlong name; -EPERM for a cause that exists and
 *                 is not set by name ("interface lan down"); -ENOSPC when there are CARP_CAUSES_MAX
 */
int carp_node_cause_set(struct carp_node *n, const char *name, int32_t value, uint64_t lasts_us,
			uint64_t now_us);

/** Add to the cause "operator", as writing net.inet.carp.demotion does. */
int carp_node_demote(struct carp_node *n, int32_t delta, uint64_t now_us);

/** Let time pass: end what has expired. What follows from it: carp_node_generation(). */
void carp_node_run(struct carp_node *n, uint64_t now_us);

/** When carp_node_run() is next due; CARP_NEVER if nothing expires. */
uint64_t carp_node_next_us(const struct carp_node *n);

/** The share of the cause "maintenance", and the least that the sum is while it lasts. */
#define CARP_MAINTENANCE 255

/**
 * Give every vhid of the node away, and keep none that another one serves: the cause "maintenance"
 * outweighs all others, and each MASTER asks the peers to take over. What becomes of it is in
 * struct carp_vhid_status.
 */
void carp_node_set_maintenance(struct carp_node *n, bool on, uint64_t now_us);
bool carp_node_maintenance(const struct carp_node *n);

/** The sum of all causes. */
int32_t carp_node_demotion(const struct carp_node *n);

/** The causes, in the order of their appearance. */
size_t carp_node_causes(const struct carp_node *n, const struct carp_cause **causes);

/**
 * Rises with every change that concerns all vhids: when it has risen, carp_vhid_run() is due for
 * each of them at once (a changed demotion is advertised without delay).
 */
uint64_t carp_node_generation(const struct carp_node *n);

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

/**
 * How long after link up a vhid stays in INIT: a switch that does not forward yet must not make
 * every node MASTER. Meanwhile the node has the cause "start delay on X", so that its other
 * interfaces wait too. Counts from the next link up on.
 */
void carp_interface_set_start_delay(struct carp_interface *ifc, uint64_t delay_us);

#endif /* CARP_NODE_H */
