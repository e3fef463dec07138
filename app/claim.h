/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Somebody else says by ARP or ND that it has an address of ours. Of a virtual one while MASTER it
 * is a sign of a split brain; of an own one it is a conflict, or the answer to whether it is free.
 *
 * Threads: control.
 */
#ifndef CLAIM_H
#define CLAIM_H

#include "runtime.h"

/** A sighting whose evidence is NEIGH_SEEN_CLAIM. */
void claim_take(struct runtime *r, const struct neigh_sighting *claim, uint64_t now_us);

#endif /* CLAIM_H */
