/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The neighbours: which MAC an address on a link has, and whether it still answers there.
 *
 * For both families an entry lives as RFC 4861 section 7.3 has it. Workers see neighbours go by and
 * report them (struct neigh_sighting), control says which ones are wanted and used, and neigh_run()
 * hands out what is to be done: whom to ask, whose MAC is known from now on, whose no longer.
 *
 * What a table forgets when it is full: of the interface that has more than its share (or of the
 * newcomer's own) those that did not answer, then those that were only seen, then those that have
 * answered and are not in use; never one that is pinned or static. Those that have not answered
 * have a share of their own besides: who asks for every address of a prefix drives out nobody.
 *
 * Threads: the control lcore writes. neigh_copy() and neigh_counter_read() from any thread.
 * Memory:  all of it is allocated by neigh_create().
 * Time:    microseconds supplied by the caller.
 * Errors:  negative errno.
 */
#ifndef NEIGH_H
#define NEIGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/burst.h"
#include "base/counter.h"
#include "base/ipaddr.h"

/** A neighbour not heard for so long is forgotten, as ARP tables of the BSDs do (20 minutes). */
#define NEIGH_MAX_AGE_US (1200ULL * 1000000)
/** It counts as reachable for half to one and a half of this after an answer (RFC 4861, 6.3.2). */
#define NEIGH_REACHABLE_US (30ULL * 1000000)
/** How many requests a neighbour may leave unanswered, and how long each of them waits. */
#define NEIGH_REQUESTS 3
#define NEIGH_RETRANS_US 1000000ULL
/** One in use gets so long to be heard of in another way before it is asked. */
#define NEIGH_DELAY_US 5000000ULL
/** One that did not answer is not asked again for so long. */
#define NEIGH_FAILED_US 3000000ULL

/** What a worker saw is worth. */
enum neigh_evidence {
	NEIGH_SEEN_SENDER,      /**< it asked: an ARP request; an NS, RS or RA with its MAC */
	NEIGH_SEEN_ANSWER,      /**< it answered us: an ARP reply to our MAC, a solicited NA */
	NEIGH_SEEN_UNSOLICITED, /**< it told everybody: an NA that nobody asked for */
	NEIGH_SEEN_CLAIM,       /**< it claims an address of ours; nothing is learned */
};

/** A worker saw this address with this MAC. */
struct neigh_sighting {
	struct ip_addr addr;
	uint8_t mac[6];
	uint8_t evidence;      /**< enum neigh_evidence */
	uint8_t is_known_only; /**< refresh an entry that exists, do not create one */
	uint8_t is_override;   /**< the flag of an NA; ARP always overrides */
	uint8_t is_router;     /**< the flag of an NA */
	uint8_t has_no_mac;    /**< an NA may come without */
	uint8_t is_probe;      /**< CLAIM: it only asks whether the address is free (DAD) */
	uint16_t interface;
	uint64_t seen_us;
};

/** Neighbours noticed in a burst, one a frame at most. */
struct neigh_sightings {
	unsigned int count;
	struct neigh_sighting item[BURST_MAX];
};

enum neigh_state {
	NEIGH_FREE,       /**< no entry */
	NEIGH_INCOMPLETE, /**< asked for, by broadcast or multicast */
	NEIGH_REACHABLE,  /**< has answered lately */
	NEIGH_STALE,      /**< has a MAC, and nobody knows whether it still answers */
	NEIGH_DELAY,      /**< likewise, in use, about to be asked */
	NEIGH_PROBE,      /**< asked at its MAC */
	NEIGH_FAILED,     /**< did not answer */
	NEIGH_STATIC,     /**< as configured */
	NEIGH_STATES,
};

/** The state's name in telemetry. */
const char *neigh_state_name(enum neigh_state state);

/** An entry of the table. */
struct neigh_entry {
	struct ip_addr addr;
	uint8_t mac[6];
	uint8_t state;     /**< enum neigh_state */
	uint8_t requests;  /**< sent in this state */
	uint16_t pins;     /**< how often it is pinned: kept, and kept resolved */
	bool is_wanted;    /**< whoever forwards wants to know its MAC */
	bool is_confirmed; /**< has answered, once */
	bool is_router;
	uint16_t interface;
	uint64_t state_us;   /**< when it came to this state */
	uint64_t due_us;     /**< when it leaves it unless something happens */
	uint64_t changed_us; /**< when it got this MAC */
	uint64_t heard_us;
	uint64_t used_us;
};

static inline bool
neigh_has_mac(const struct neigh_entry *e)
{
	return (e->state >= NEIGH_REACHABLE && e->state <= NEIGH_PROBE) || e->state == NEIGH_STATIC;
}

enum neigh_action_type {
	NEIGH_SEND_REQUEST, /**< ask for it: everybody, or (is_probe) at its MAC */
	NEIGH_RESOLVED,     /**< its MAC is known from now on */
	NEIGH_CHANGED,      /**< it has another one */
	NEIGH_LOST,         /**< not any more; or it is forgotten that it did not answer */
	NEIGH_UNREACHABLE,  /**< it did not answer: what waits is refused, until the next action */
};

/** What is to be done; except for requests, about those only that are wanted. */
struct neigh_action {
	struct ip_addr addr;
	uint8_t mac[6];
	uint8_t type; /**< enum neigh_action_type */
	bool is_probe;
	uint16_t interface;
	uint32_t at; /**< the entry's place in the table, until it is LOST */
};

enum neigh_counter {
	NEIGH_REQUESTS_SENT,
	NEIGH_PROBES_SENT,         /**< of them: to the neighbour alone */
	NEIGH_TIMES_RESOLVED,
	NEIGH_TIMES_CHANGED,
	NEIGH_TIMES_LOST,
	NEIGH_TIMES_UNREACHABLE,
	NEIGH_TIMES_FAILED,        /**< did not answer, wanted or not */
	NEIGH_EVICTED,             /**< forgotten for a newcomer */
	NEIGH_EVICTED_UNANSWERED,  /**< of them: for the share of those that do not answer */
	NEIGH_REFUSED,             /**< newcomers for whom nobody was forgotten */
	NEIGH_COUNTERS,
};

/** The counter's name in telemetry. */
const char *neigh_counter_name(enum neigh_counter counter);

struct neigh_table;

struct neigh_params {
	const char *name;
	uint32_t capacity;     /**< how many neighbours, of all interfaces together */
	uint16_t interfaces;   /**< their indices are below it */
	uint32_t unanswered;   /**< of one interface; a quarter of the capacity at most */
	uint64_t random;       /**< where the random numbers begin */
	int socket;
};

/** @return NULL with errno EINVAL or ENOMEM */
struct neigh_table *neigh_create(const struct neigh_params *params);
void neigh_destroy(struct neigh_table *t);

/**
 * Take note of a sighting, after RFC 4861 section 7.2.3 to 7.2.5. An answer makes no entry.
 *
 * @return 0; -ENOENT if there is no entry and none is to be made of it; -ENOSPC; -EINVAL for an
 *         interface that there is not, and for a claim
 */
int neigh_learn(struct neigh_table *t, const struct neigh_sighting *seen);

/**
 * A packet for it is there. Whoever forwards is told of its MAC from now on.
 *
 * @return the entry, valid until the next call; its state says what can be hoped for. NULL with
 *         errno ENOSPC or EINVAL
 */
const struct neigh_entry *neigh_want(struct neigh_table *t, const struct ip_addr *addr,
				     uint16_t interface, uint64_t now_us);

/** Packets have been sent to the neighbour at this place (struct neigh_action). */
void neigh_used(struct neigh_table *t, uint32_t at, uint64_t now_us);

/**
 * Keep it, and keep its MAC known, until as many neigh_unpin(). 0, -ENOSPC, -EINVAL, or -EOVERFLOW
 * after 65535.
 */
int neigh_pin(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface,
	      uint64_t now_us);
void neigh_unpin(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface);

/** It has this MAC, whatever is heard of it. 0, -ENOSPC or -EINVAL. */
int neigh_set_static(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface,
		     const uint8_t mac[6], uint64_t now_us);
/** From now on it is like others. */
void neigh_clear_static(struct neigh_table *t, const struct ip_addr *addr, uint16_t interface,
			uint64_t now_us);

/** The link has come up: pinned ones that did not answer are asked at once, if they are few. */
void neigh_link_up(struct neigh_table *t, uint16_t interface, uint64_t now_us);

#define NEIGH_ACTIONS_EACH 2

/**
 * Do what is due, for up to @p budget entries.
 *
 * @param out has room for NEIGH_ACTIONS_EACH times @p budget
 * @param done set to how many entries that were; @p budget: there may be more
 * @return how many actions there are, in order
 */
unsigned int neigh_run(struct neigh_table *t, uint64_t now_us, unsigned int budget,
		       struct neigh_action *out, unsigned int *done);

/** When neigh_run() has something to do next; UINT64_MAX: never, as things are. */
uint64_t neigh_due_us(const struct neigh_table *t);

/** The entry of an address, or NULL; by the control lcore, valid until the next call. */
const struct neigh_entry *neigh_find(const struct neigh_table *t, const struct ip_addr *addr,
				     uint16_t interface);

/** Its place, as in struct neigh_action. */
uint32_t neigh_place(const struct neigh_table *t, const struct neigh_entry *e);

/** How many entries neigh_copy() can be asked for, used or not. */
uint32_t neigh_capacity(const struct neigh_table *t);

/** Copy entry @p at; false if it is not in use. */
bool neigh_copy(const struct neigh_table *t, uint32_t at, struct neigh_entry *out);

uint64_t neigh_counter_read(const struct neigh_table *t, enum neigh_counter counter);

#endif /* NEIGH_H */
