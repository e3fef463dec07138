/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Frames of the control lcore on their way through a worker's tx queue: advertisements and
 * announcements leave ahead of data.
 *
 * A frame carries the generation of the role that it speaks for, and when it expires. A worker
 * drops it if the role has moved on, or if it comes too late to be true; one that the device
 * refuses is first in the next turn.
 *
 * Threads: inject_frame() and inject_packet() by control, inject_drain() by the worker.
 * Memory:  frames come from the runtime's inject pool, which traffic cannot use up.
 */
#ifndef INJECT_H
#define INJECT_H

#include <rte_mbuf.h>

#include "runtime.h"

enum inject_kind {
	INJECT_ADVERT,
	INJECT_BOW_OUT,
	INJECT_ANNOUNCEMENT,
	INJECT_OWN, /**< speaks for the host itself: no role decides over it */
	/** A packet that had to wait: likewise, but for an answer of ours with a virtual MAC. */
	INJECT_FORWARD,
	/** One that waited in vain: the interface is that which it came in by. */
	INJECT_UNREACHABLE,
};

struct inject_item {
	struct rte_mbuf *frame;
	uint64_t expires_tsc;
	uint32_t generation;
	uint16_t interface;
	uint16_t slot;
	uint8_t vhid;
	uint8_t kind;   /**< enum inject_kind */
	uint8_t family; /**< enum ip_family */
	uint8_t reserved;
	uint32_t padding;
};

enum inject_result {
	INJECT_SENT,
	INJECT_REFUSED, /**< the device did not take it in time, or there was no room */
	INJECT_STALE,   /**< the role changed first */
};

/** How an advertisement or a bow-out ended. The others are not reported. */
struct inject_done {
	uint16_t slot;
	uint8_t kind;
	uint8_t family;
	uint8_t result; /**< enum inject_result */
	uint8_t reserved[3];
};

#define INJECT_RING_SIZE 8192

/** The longest frame, without its tag. */
#define INJECT_FRAME_MAX 1514
/** Frames up to this length, nearly all, come from a pool of their own; of others there are few. */
#define INJECT_SHORT_MAX 128
#define INJECT_LARGE_SIZE 255

/**
 * Hand a frame to the injecting worker of the interface's port.
 *
 * @param data copied
 * @return     0; -EMSGSIZE beyond INJECT_FRAME_MAX; -ENOBUFS if the pool or the ring is used up, for an announcement also if it would
 *             take the room of advertisements
 */
int inject_frame(struct runtime *r, const struct inject_item *item, const uint8_t *data, size_t len);

/**
 * The same for a packet that is in a frame already, without a tag.
 *
 * @param frame taken over if it is handed on
 * @return      0; -ENOBUFS if there is no room, or if it would take that of advertisements
 */
int inject_packet(struct runtime *r, const struct inject_item *item, struct rte_mbuf *frame);

/** Frames that wait in the rings of all workers. */
unsigned int inject_waiting(const struct runtime *r);

struct inject_pending *inject_pending_create(void);
void inject_pending_destroy(struct inject_pending *p);

/** Send what control has handed over. Returns how many frames went out. */
unsigned int inject_drain(struct worker *w);

#endif /* INJECT_H */
