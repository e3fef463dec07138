/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What "replay: strict" has to know after a restart, as a file: JSON, written to a new file that
 * then takes the place of the old one, so that there is always a whole one.
 *
 * Threads: any; one at a time for a path.
 * Memory:  replay_file_read() allocates.
 * Errors:  negative errno.
 */
#ifndef REPLAY_FILE_H
#define REPLAY_FILE_H

#include <limits.h>

#include "carp/carp.h"
#include "config/config.h"

#define REPLAY_NAME (CONFIG_NAME_MAX + 4) /**< "255@" and a name */

struct replay_entry {
	char name[REPLAY_NAME]; /**< "1@lan" */
	uint64_t counter;       /**< all that was sent has less */
	size_t floor_count;
	struct carp_floor floor[CARP_PEERS_MAX];
};

/**
 * Where the file of a prefix is: PREFIX/replay.json in $STATE_DIRECTORY, else in /var/lib/koi, for
 * another user than root in $XDG_STATE_HOME/koi or ~/.local/state/koi.
 *
 * @return 0; -ENOENT if the user has no such place; -ENAMETOOLONG
 */
int replay_file_path(const char *prefix, char path[PATH_MAX]);

/**
 * @param entries set to an array to be freed by the caller, NULL if there are none
 * @return        0; -ENOENT; -EINVAL if it is not what replay_file_write() writes; what the system
 *                says
 */
int replay_file_read(const char *path, struct replay_entry **entries, size_t *count);

/** Folders are made as needed, for their owner only. On disk when it returns. */
int replay_file_write(const char *path, const struct replay_entry *entries, size_t count);

#endif /* REPLAY_FILE_H */
