/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The MACs of unicast peers, kept known so that no advertisement waits for one.
 *
 * Requests come from the host's own address and MAC, in every state.
 *
 * Threads: control.
 */
#ifndef PEER_H
#define PEER_H

#include "runtime.h"

/** Ask for the MAC of a peer of a vhid. */
void peer_resolve(struct runtime *r, const struct koi_vhid *v, const struct ip_addr *peer,
		  uint64_t now_us);

/** Ask for those of its peers that have not been heard for a while, or never. */
void peer_refresh(struct runtime *r, const struct koi_vhid *v, uint64_t now_us);

#endif /* PEER_H */
