/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An array of frames, as the stages of a worker hand them on.
 *
 * Threads: one worker.
 * Memory:  a burst owns the frames in it; it has room for all frames of one rx burst, so that
 *          adding never fails.
 */
#ifndef BASE_BURST_H
#define BASE_BURST_H

#include <rte_mbuf.h>

#define BURST_MAX 64

struct burst {
	unsigned int count;
	uint64_t octets; /**< of the frames that were added */
	int64_t grown;   /**< how much longer they are than they came in, together */
	struct rte_mbuf *frame[BURST_MAX];
};

static inline void
burst_init(struct burst *b)
{
	b->count = 0;
	b->octets = 0;
	b->grown = 0;
}

static inline void
burst_add(struct burst *b, struct rte_mbuf *frame)
{
	b->octets += rte_pktmbuf_pkt_len(frame);
	b->frame[b->count++] = frame;
}

static inline void
burst_free(struct burst *b)
{
	if (b->count != 0)
		rte_pktmbuf_free_bulk(b->frame, b->count);
	burst_init(b);
}

#endif /* BASE_BURST_H */
