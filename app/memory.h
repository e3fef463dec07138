/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How much DPDK memory a configuration needs.
 *
 * Threads: pure functions.
 * Units:   MiB, as the EAL's -m.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/**
 * Memory for ports, rings, tables and pools with so many workers, with some room to spare: what
 * to give as -m.
 */
uint64_t memory_needed_mib(const struct config *config, unsigned int workers);

#define MEMORY_TEXT 160

/** Write "needs N MiB, has M: ..." with what to type; returns @p buf. */
const char *memory_short_format(uint64_t needed_mib, uint64_t has_mib, bool is_no_huge,
				char buf[MEMORY_TEXT]);

#endif /* MEMORY_H */
