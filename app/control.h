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
 * Time:    that of base/clock.h; only control_main() sleeps.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "runtime.h"

/** Run until r->stop_requested, then bow out everywhere and return. 0, or -ENOMEM at once. */
int control_main(struct runtime *r);

/* The pieces that it is made of, for whoever brings a clock of their own. */
struct control;

/** The turns begin now. NULL with errno ENOMEM. */
struct control *control_create(struct runtime *r);
void control_destroy(struct control *c);

/** One turn. Returns for how many microseconds nothing is due. */
uint64_t control_turn(struct control *c);

/** Begin to bow out everywhere. */
void control_resign(struct control *c);
/** A turn of that. True if it was the last one. */
bool control_resign_turn(struct control *c);

#endif /* CONTROL_H */
