/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of this module share.
 */
#ifndef NEIGH_INTERNAL_H
#define NEIGH_INTERNAL_H

#include "base/timerheap.h"
#include "neigh/neigh.h"

/* ------------------------------------------------------------------------------------------- */
/* The life of one entry: neigh_nud.c                                                           */
/* ------------------------------------------------------------------------------------------- */

/** What a step asks of whoever made it; bits. */
enum nud_demand {
	NUD_REQUEST = 1,     /**< a request is to be sent */
	NUD_UNREACHABLE = 2, /**< it did not answer */
	NUD_FORGET = 4,      /**< there is no reason to keep it */
};

/** A new entry is asked for. */
unsigned int nud_begin(struct neigh_entry *e, uint64_t now_us);

/** A packet goes there, or would. */
unsigned int nud_use(struct neigh_entry *e, uint64_t now_us);

/**
 * It was seen.
 *
 * @param reachable_us how long an answer is good for
 */
unsigned int nud_see(struct neigh_entry *e, const struct neigh_sighting *seen,
		     uint64_t reachable_us);

/** It is pinned, or the link has come up: it is to be resolved. */
unsigned int nud_keep(struct neigh_entry *e, uint64_t now_us);

/** e->due_us has come. */
unsigned int nud_expire(struct neigh_entry *e, uint64_t now_us);

void nud_set_static(struct neigh_entry *e, const uint8_t mac[6], uint64_t now_us);
unsigned int nud_clear_static(struct neigh_entry *e, uint64_t now_us);

/* ------------------------------------------------------------------------------------------- */
/* The table                                                                                    */
/* ------------------------------------------------------------------------------------------- */

#define NO_PLACE UINT32_MAX

/** Entries of one interface, those that are forgotten before others in lists of their own. */
enum list_kind {
	LIST_FAILED,
	LIST_INCOMPLETE,
	LIST_SEEN,  /**< STALE, and has never answered */
	LIST_KNOWN, /**< STALE, but has answered */
	LIST_LIVE,
	LIST_PINNED,
	LIST_STATIC,
	LIST_KINDS,
	LIST_FREE = LIST_KINDS, /**< one for the whole table */
};

/** The first is forgotten first. */
struct list {
	uint32_t first;
	uint32_t last;
	uint32_t count;
};

struct interface_lists {
	struct list list[LIST_KINDS];
	uint32_t used;
};

/** What whoever forwards believes of an entry. */
enum told {
	TOLD_NOTHING,
	TOLD_MAC,    /**< slot.told_mac */
	TOLD_FAILED, /**< it does not answer */
};

struct slot {
	struct neigh_entry entry; /**< first, so that an entry tells its slot */
	uint32_t previous; /**< in its list */
	uint32_t next;
	uint32_t next_pending;
	uint8_t list;      /**< enum list_kind */
	uint8_t demand;    /**< enum nud_demand, not handed out yet */
	bool is_pending;   /**< in the list of those that have something to hand out */
	uint8_t told;      /**< enum told */
	uint8_t told_mac[6];
};

/** Entries that are gone, and of which it has not been told yet. */
#define GONE_MAX 64

struct neigh_table {
	struct rte_hash *index; /* key to place; used by the control lcore only */
	uint32_t capacity;
	uint32_t unanswered;
	uint16_t interfaces;
	uint32_t share; /* of an interface: less is not taken from it */
	uint64_t random;
	struct slot *slot;
	struct record **published; /* what the others read of the slots */
	struct timerheap *timers;
	struct interface_lists *lists; /* by interface */
	struct list free;
	uint32_t first_pending;
	uint32_t last_pending;
	struct neigh_action gone[GONE_MAX];
	unsigned int gone_count;
	counter_t counter[NEIGH_COUNTERS];
};

/* Lists, and who is forgotten: neigh_list.c */

/** Put an entry that is in no list at the end of the one in which it belongs. */
void neigh_list_add(struct neigh_table *t, uint32_t at);
/** Move it there from where it is: it was heard or used. */
void neigh_list_renew(struct neigh_table *t, uint32_t at);
/** Move it there if it belongs in another list than before. */
void neigh_list_follow(struct neigh_table *t, uint32_t at);
void neigh_list_remove(struct neigh_table *t, uint32_t at);
void neigh_list_add_free(struct neigh_table *t, uint32_t at);

/** Why there is to be a new entry. */
enum newcomer {
	NEWCOMER_SEEN,
	NEWCOMER_WANTED, /**< has not answered */
	NEWCOMER_KEPT,
};

/** A place that is free now, or NO_PLACE. It is in no list. */
uint32_t neigh_list_take(struct neigh_table *t, uint16_t interface, enum newcomer newcomer);

/* Places: neigh.c */

/** Give the place back. If anything has been told of it, the caller sees to its end being told. */
void neigh_forget(struct neigh_table *t, uint32_t at);

/** An action about the entry at a place. */
struct neigh_action neigh_action_of(const struct neigh_table *t, uint32_t at,
				    enum neigh_action_type type);

/** After a step: lists, timer and readers follow the entry. */
void neigh_settle(struct neigh_table *t, uint32_t at, unsigned int demand);

#endif /* NEIGH_INTERNAL_H */
