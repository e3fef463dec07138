/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The service manager's notification protocol, sd_notify(3), without its library.
 *
 * Threads: any but workers and control.
 */
#ifndef SDNOTIFY_H
#define SDNOTIFY_H

#include <stdint.h>

/** Send a state such as "READY=1" to $NOTIFY_SOCKET; nothing happens if there is none. */
void sdnotify(const char *state);

/** The watchdog interval asked for by the service manager, or 0. */
uint64_t sdnotify_watchdog_us(void);

#endif /* SDNOTIFY_H */
