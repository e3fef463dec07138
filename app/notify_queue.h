/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What waits to be told: one state at most for each vhid and program, the newest.
 *
 * An entry lives from the first state that is put until its program has ended and no newer one
 * waits.
 *
 * Threads: one.
 * Memory:  the heap, by entry.
 */
#ifndef NOTIFY_QUEUE_H
#define NOTIFY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "notify_helper.h"

struct notify_queue;

/** A vhid and a program. */
struct notify_entry;

struct notify_queue *notify_queue_create(size_t capacity);
void notify_queue_destroy(struct notify_queue *q);

/**
 * Let a program be started with a state.
 *
 * @return 0; 1 if it takes the place of one that waits; -ENOSPC; -ENOMEM
 */
int notify_queue_put(struct notify_queue *q, const char *program, const struct notify_state *state);

/** The next that may start, with its state, in the order in which they came; NULL if none may. */
struct notify_entry *notify_queue_take(struct notify_queue *q, struct notify_state *state);

/** The program of a taken entry has ended: the entry may start again if a state waits, or goes. */
void notify_queue_release(struct notify_queue *q, struct notify_entry *e);

/** How many states wait, those behind a running program included. */
size_t notify_queue_pending(const struct notify_queue *q);

const char *notify_entry_program(const struct notify_entry *e);

#endif /* NOTIFY_QUEUE_H */
