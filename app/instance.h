/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One koi for each file prefix: its runtime directory, and the lock in it.
 *
 * The directory is /run/koi/PREFIX, for another user than root $XDG_RUNTIME_DIR/koi/PREFIX. It may
 * be entered by its owner and by the group koi, if there is one. It goes when koi ends in
 * order; the lock ends with the process, however that ends.
 *
 * Threads: main().
 * Memory:  nothing is allocated.
 * Errors:  negative errno.
 */
#ifndef INSTANCE_H
#define INSTANCE_H

#include <limits.h>
#include <sys/types.h>

/** Leaves room for the names of sockets, whose paths are limited to 107 octets. */
#define INSTANCE_DIR_MAX 96

struct instance {
	char dir[INSTANCE_DIR_MAX]; /**< without a slash at the end */
	int lock_fd;
};

/**
 * Where runtime directories are.
 *
 * @return 0; -ENOENT if the user is not root and XDG_RUNTIME_DIR is not set; -ENAMETOOLONG
 */
int instance_base(char base[INSTANCE_DIR_MAX]);

/** The runtime directory of a prefix. Returns 0, -EINVAL (the prefix), or -ENAMETOOLONG. */
int instance_dir(const char *base, const char *prefix, char dir[INSTANCE_DIR_MAX]);

/**
 * Make the runtime directory and take its lock.
 *
 * @param base  of instance_base()
 * @param other set if -EBUSY is returned: the process that has it, or 0 if it does not say
 * @return      0; -EINVAL if the prefix is empty, has a slash, "..", or a character that does not
 *              print; -EBUSY if another process has it; else what the system said
 */
int instance_lock(struct instance *i, const char *base, const char *prefix, pid_t *other);

/** Give it back, and remove the directory if nothing else is in it. Nothing happens if it is not held. */
void instance_unlock(struct instance *i);

#endif /* INSTANCE_H */
