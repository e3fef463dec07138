/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Hosts on a connected link: which adjacency has which address. A packet whose adjacency is
 * FWD_ADJ_CONNECTED is looked up here.
 *
 * They are kept apart from the forwarding tables, so that a neighbour that comes or goes is one
 * insertion by control, and not a change of two tables by the manager.
 *
 * Threads: control writes, workers look up, without a lock.
 * Memory:  fwd_hosts_create() allocates. The place of a removed host is used again when every worker
 *          has passed a quiescent point.
 */
#ifndef FWD_HOSTS_H
#define FWD_HOSTS_H

#include <stdint.h>

#include <rte_common.h>
#include <rte_rcu_qsbr.h>

#include "base/ipaddr.h"

struct fwd_host_key {
	uint8_t addr[16]; /**< as on the wire; IPv4 in the first four octets, the others 0 */
	uint16_t interface;
	uint16_t family; /**< enum ip_family */
	uint32_t reserved; /**< 0 */
} __rte_aligned(8); /* the hash reads it by eight octets */

struct fwd_hosts;

/** @return NULL with errno ENOMEM or EINVAL */
struct fwd_hosts *fwd_hosts_create(const char *name, uint32_t capacity, struct rte_rcu_qsbr *qsbr,
				   int socket);
void fwd_hosts_destroy(struct fwd_hosts *h);

/** 0, or -ENOSPC. */
int fwd_hosts_add(struct fwd_hosts *h, const struct fwd_host_key *key, uint32_t adjacency);
void fwd_hosts_remove(struct fwd_hosts *h, const struct fwd_host_key *key);

#define FWD_HOST_UNKNOWN UINT32_MAX

/** The adjacency of each key, or FWD_HOST_UNKNOWN; @p count at most BURST_MAX. */
void fwd_hosts_find(const struct fwd_hosts *h, const struct fwd_host_key *const keys[],
		    unsigned int count, uint32_t adjacency[]);

#endif /* FWD_HOSTS_H */
