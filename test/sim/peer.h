/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Hosts of other makes, for tests only: as much of them as matters for who is master. Written from
 * their observable behaviour, no demotion. With addresses of both families they have a master-down
 * timer for each, and either of them makes them MASTER.
 *
 * Memory: peer_init() creates a digest, peer_free() frees it.
 */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "carp/carp.h"

#include "sim_world.h"

struct peer;

/** How one make differs from another. */
struct peer_make {
	const char *name;
	/** The counter of the next advertisement. */
	uint64_t (*next_counter)(struct peer *p);
	/** True if an acceptable advertisement is refused all the same. */
	bool (*refuses)(const struct peer *p, const struct carp_header *h);
	/** BACKUP: true if the peer becomes MASTER by what it hears. */
	bool (*takes_over)(const struct peer *p, const struct carp_header *h);
	/** MASTER: true if the peer becomes BACKUP by what it hears. */
	bool (*gives_way)(const struct peer *p, const struct carp_header *h,
			  const struct ip_addr *from);
	bool speaks_when_yielding;
	bool adopts_counter; /**< goes on from the last counter heard */
	uint64_t tick_us;    /**< timers are rounded up to whole ticks, and one more; 0: not */
};

extern const struct peer_make peer_ucarp;
extern const struct peer_make peer_freebsd;
extern const struct peer_make peer_openbsd;

struct peer {
	struct sim_world *world;
	unsigned int index;
	const struct peer_make *make;
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	bool preempts;
	bool counts_skew_thrice; /**< in its master-down time, as OpenBSD does since 2025 */
	struct ip_addr source[IP_FAMILIES];
	bool uses[IP_FAMILIES];
	struct carp_digest *digest;

	enum carp_state state;
	uint64_t advert_us;                   /* MASTER */
	uint64_t master_down_us[IP_FAMILIES]; /* BACKUP; CARP_NEVER in a family without address */
	uint64_t counter; /**< of the last advertisement, sent or heard; OpenBSD's cookie */
	bool has_heard;
};

/** Put it into the world; the caller has filled make, vhid, speed, source. -ENOMEM or 0. */
int peer_init(struct peer *p, struct sim_world *w, unsigned int index, const uint8_t *key,
	      size_t key_len, const struct ip_addr *addresses, size_t count);
void peer_free(struct peer *p);
/** Other addresses from the next peer_start() on. -ENOMEM or 0. */
int peer_readdress(struct peer *p, const uint8_t *key, size_t key_len,
		   const struct ip_addr *addresses, size_t count);

/** INIT to BACKUP. */
void peer_start(struct peer *p);
/** Gone without a word, and what it has heard is forgotten. */
void peer_crash(struct peer *p);

/** The interval between advertisements of that speed. */
uint64_t peer_interval_us(uint8_t advbase, uint8_t advskew);
uint64_t peer_own_interval_us(const struct peer *p);
/** True if the sender's interval is longer than what a backup of that speed waits. */
bool peer_will_time_out(const struct peer *p, const struct carp_header *h);

/** FreeBSD's and ucarp's counter: random until a peer has been heard, then one more each. */
uint64_t peer_adopted_counter(struct peer *p);

#endif /* PEER_H */
