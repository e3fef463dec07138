/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * From what control publishes of strict vhids to the store, now and then.
 *
 * Threads: the manager; main after it has ended.
 */
#ifndef REPLAY_KEEP_H
#define REPLAY_KEEP_H

#include "runtime.h"

/** How often the manager does it. */
#define REPLAY_KEEP_US 1000000

/** Take what is published; what is new is written by the store's thread. */
void replay_keep(struct runtime *r);

/** The same at the end: it is on disk when this returns. The store is closed. */
void replay_keep_end(struct runtime *r);

#endif /* REPLAY_KEEP_H */
