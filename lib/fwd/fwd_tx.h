/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Frames that a worker has forwarded and not sent yet, by the interface that they go out by.
 *
 * They are kept by interface and not by port: tags are pushed, and frames and octets counted, once
 * for a burst when it is sent, and a packet's way does not ask for either.
 *
 * Threads: one worker.
 * Memory:  fwd_tx_create() allocates. The bursts own their frames; what has no room is the
 *          caller's. One receive burst always has room, with all its fragments as a rule.
 */
#ifndef FWD_TX_H
#define FWD_TX_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "base/burst.h"

/** A receive burst of jumbo frames in fragments of 1500 octets. */
#define FWD_TX_MAX (8 * BURST_MAX)

struct fwd_tx_burst {
	unsigned int count;
	uint64_t octets;
	struct rte_mbuf *frame[FWD_TX_MAX];
} __rte_cache_aligned;

struct fwd_tx {
	unsigned int waiting_count;
	uint16_t *waiting;         /**< interfaces whose bursts are not empty */
	struct fwd_tx_burst *burst; /**< by interface */
};

/** @return 0 or -ENOMEM */
int fwd_tx_init(struct fwd_tx *tx, unsigned int interfaces, int socket);

/** Free what fwd_tx_init() has allocated, and the frames. */
void fwd_tx_fini(struct fwd_tx *tx);

/** How many frames an interface's burst has room for. */
static inline unsigned int
fwd_tx_room(const struct fwd_tx *tx, uint16_t interface)
{
	return FWD_TX_MAX - tx->burst[interface].count;
}

/** Add a frame; there is room. */
static inline void
fwd_tx_add(struct fwd_tx *tx, uint16_t interface, struct rte_mbuf *frame)
{
	struct fwd_tx_burst *b = &tx->burst[interface];

	if (unlikely(b->count == 0))
		tx->waiting[tx->waiting_count++] = interface;
	b->octets += rte_pktmbuf_pkt_len(frame);
	b->frame[b->count++] = frame;
}

#endif /* FWD_TX_H */
