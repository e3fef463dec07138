/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A binary heap of deadlines, one for each of a fixed number of items.
 *
 * Threads: one owner.
 * Memory:  timerheap_create() allocates for the given number of items; nothing else does.
 * Time:    microseconds of the caller's clock; UINT64_MAX means never.
 */
#ifndef BASE_TIMERHEAP_H
#define BASE_TIMERHEAP_H

#include <stddef.h>
#include <stdint.h>

struct timerheap;

/** Items are numbered 0..count-1 and start with the deadline "never". NULL with errno ENOMEM. */
struct timerheap *timerheap_create(size_t count);
void timerheap_destroy(struct timerheap *h);

/** Set or move the deadline of an item. */
void timerheap_set(struct timerheap *h, size_t item, uint64_t deadline_us);

/** The earliest deadline, and its item if @p item is not NULL; UINT64_MAX if there is none. */
uint64_t timerheap_first(const struct timerheap *h, size_t *item);

#endif /* BASE_TIMERHEAP_H */
