/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Keeps what "replay: strict" has to know after a restart.
 *
 * The counter of a vhid never goes back: what is saved is ahead of what is sent, and renewed before
 * that is reached. It is on disk before the first frame of a run leaves. Of the counters of peers,
 * which rise with each of their advertisements, the last that were saved count: at a clean stop all,
 * else those of some seconds before the end.
 *
 * Threads: the manager, main before it exists and after it has ended. A thread of its own,
 *          started by the first change on the manager's CPUs, writes the file, so that no disk can
 *          hold up the manager.
 * Errors:  logged; koi goes on without what it cannot read or write.
 */
#ifndef REPLAY_STORE_H
#define REPLAY_STORE_H

#include "replay_file.h"

struct replay_store;

/** What control publishes of a strict vhid. */
struct replay_state {
	uint64_t counter; /**< of the next frame; 0: not published yet */
	uint64_t floor_count;
	struct carp_floor floor[CARP_PEERS_MAX];
};

/** Which vhid, for replay_store_note(). */
#define REPLAY_NOWHERE SIZE_MAX

/** Read what an earlier run left. NULL without memory. */
struct replay_store *replay_store_open(const char *prefix);

/** Write what is not written yet, and be gone. */
void replay_store_close(struct replay_store *s);

/**
 * Where the counter of a vhid begins, and with it what is known of its peers.
 *
 * @param counter by the clock; raised if more than that was sent before
 * @return        the place of the vhid; REPLAY_NOWHERE without memory
 */
size_t replay_store_recall(struct replay_store *s, const char *name, uint64_t *counter,
			   struct replay_entry *out);

/** The place of a vhid that runs already; REPLAY_NOWHERE without memory. */
size_t replay_store_place(struct replay_store *s, const char *name);

/** How a vhid is now. */
void replay_store_note(struct replay_store *s, size_t place, const struct replay_state *state);

/** Have the file written: soon, at once if counters are running out or a vhid is new. */
void replay_store_save(struct replay_store *s);

/** Write the file now, if there is anything new. */
void replay_store_flush(struct replay_store *s);

#endif /* REPLAY_STORE_H */
