/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Adjacencies of hosts on a link: which of them has which neighbour, and when one that is given
 * back may be used again.
 *
 * Threads: control.
 * Memory:  resolve_hosts_create() allocates; the adjacencies are those of the runtime's table that
 *          no route has.
 */
#ifndef RESOLVE_HOST_H
#define RESOLVE_HOST_H

#include "runtime.h"

struct resolve_hosts;

/** @return NULL with errno ENOMEM */
struct resolve_hosts *resolve_hosts_create(const struct runtime *r);
void resolve_hosts_destroy(struct resolve_hosts *h);

/**
 * Packets to the neighbour of an action go to this MAC from now on, or (0) to nobody: it does not
 * answer.
 *
 * @return 0; -ENOSPC
 */
int resolve_hosts_set(struct resolve_hosts *h, const struct neigh_action *a, uint64_t mac);

/** Has the neighbour at this place an adjacency? */
bool resolve_hosts_has(const struct resolve_hosts *h, uint32_t at);

/** Packets to it have to ask for it again. */
void resolve_hosts_remove(struct resolve_hosts *h, const struct neigh_action *a);

/** Has the neighbour at place @p at been used since the last call? */
bool resolve_hosts_take_used(struct resolve_hosts *h, uint32_t at);

#endif /* RESOLVE_HOST_H */
