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
	struct rte_mbuf *frame[BURST_MAX];
};

static inline void
burst_add(struct burst *b, struct rte_mbuf *frame)
{
	b->frame[b->count++] = frame;
}

/** Add @p frame if @p is_member, without a branch: what is one place too far is overwritten. */
static inline void
burst_add_if(struct burst *b, struct rte_mbuf *frame, bool is_member)
{
	b->frame[b->count] = frame;
	b->count += is_member;
}

static inline void
burst_free(struct burst *b)
{
	if (b->count != 0)
		rte_pktmbuf_free_bulk(b->frame, b->count);
	b->count = 0;
}

#endif /* BASE_BURST_H */
