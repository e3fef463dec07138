/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The manager thread: everything that may be slow. Signals, the log, link polling, sockets, the
 * service manager.
 *
 * Threads: manager_start() and manager_stop() by main; the thread runs on the CPUs that the EAL
 *          leaves to control threads.
 */
#ifndef MANAGER_H
#define MANAGER_H

#include "runtime.h"

struct manager;

/** Block the signals that the manager takes. To be called before any thread exists. */
void manager_block_signals(void);

/** NULL with errno. */
struct manager *manager_start(struct runtime *r);

/** Writes what events are left and ends the thread. */
void manager_stop(struct manager *m);

#endif /* MANAGER_H */
