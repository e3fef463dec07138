/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Events and state as lines of the log.
 *
 * Threads: the manager.
 */
#ifndef EVENT_LOG_H
#define EVENT_LOG_H

#include "runtime.h"

/** Write the line of an event, as far as carp.log asks for it. */
void event_log(const struct runtime *r, const struct event *e);

/** Write a line for each vhid and for the demotion (SIGUSR1). */
void event_log_state(const struct runtime *r);

#endif /* EVENT_LOG_H */
