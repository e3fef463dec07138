/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Frames in mbufs, for the tests of what workers call.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/burst.h"
#include "base/counter.h"

/** Start the EAL without devices and hugepages, and make a pool of frames. False if that fails. */
bool frames_start(void);

/** The same with so many MiB of memory, for what needs more than 64, and an option, or NULL. */
bool frames_start_with(unsigned int memory_mib, const char *option);

/** A frame with a copy of these octets. */
struct rte_mbuf *frame_new(const void *octets, size_t len);

/** The same in two segments, the first of @p first octets. */
struct rte_mbuf *frame_new_split(const void *octets, size_t len, size_t first);

/** A frame whose memory ends where it ends: sanitizers see each octet that is read behind it. */
struct rte_mbuf *frame_new_exact(const void *octets, size_t len);

/** How many frames are taken from the pool: a test ends with as many as it began. */
unsigned int frames_in_use(void);

/** Octets of text: "0102 03", blanks do not count. Returns how many. */
size_t frame_from_hex(const char *hex, uint8_t *out, size_t room);

/** The one counter that is not zero, and its value 1: its index. Otherwise -1. All are cleared. */
int counters_take_one(counter_t *counters, size_t count);

#endif /* FRAMES_H */
