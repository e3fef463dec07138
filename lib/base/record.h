/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A struct that one thread publishes and others copy, without either waiting for the other.
 *
 * There are two copies. The writer fills the one that readers are not sent to and then turns them
 * to it; a reader that was overtaken twice reads again. A writer that is descheduled half-way
 * leaves the other copy whole, so readers never wait for it.
 *
 * Threads: record_write() by one thread; record_read() by any number.
 * Memory:  record_create() allocates from the heap, record_destroy() frees.
 * Units:   sizes in octets, a multiple of 8.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stddef.h>
#include <stdint.h>

struct record;

/** Published as zeroes at first. NULL with errno EINVAL or ENOMEM. */
struct record *record_create(size_t size);
void record_destroy(struct record *r);

void record_write(struct record *r, const void *src);
void record_read(const struct record *r, void *dst);

/** How often it was written; a reader that saw the same number before may skip the copy. */
uint64_t record_version(const struct record *r);

#endif /* BASE_RECORD_H */
