/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The control lcore: elections, timers, neighbours, and the watch over workers and links.
 *
 * It sleeps to its next deadline, 1 ms at most (0.25 ms while a vhid has advbase 0), and empties
 * the rings of the workers at each wake. Nothing it does takes longer than 200 µs at a stretch: what
 * is more is done in portions, with a look at the rings in between.
 *
 * Who was late? A node must not blame its peer for its own stall. Control takes how far the workers
 * have heard first, then what they handed on, then runs timers no further than they have heard.
 * After a stop of its own it does not renew the lease of the roles before it has caught up.
 *
 * Threads: control_main() is the life of the main lcore until a stop is requested.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "runtime.h"

/** Run until r->stop_requested, then bow out everywhere and return. */
void control_main(struct runtime *r);

#endif /* CONTROL_H */
