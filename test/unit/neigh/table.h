/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Tables of neighbours on a clock of the test's own.
 */
#ifndef TABLE_H
#define TABLE_H

#include "neigh/neigh.h"

#define SECOND 1000000ULL

/** A table of two interfaces, 0 and 1, or more; there is one or the test ends. */
struct neigh_table *table_create(uint32_t capacity, uint16_t interfaces, uint32_t unanswered);

/** A host of IPv4 asked: MAC 02:00:00:00:00:MAC, interface 1. */
struct neigh_sighting table_sighting(uint32_t host, uint8_t mac, uint64_t seen_us);

/** It is an answer to us, and overrides. */
struct neigh_sighting table_answer(uint32_t host, uint8_t mac, uint64_t seen_us);

/** The entry of a host on an interface, as readers see it; false unless there is exactly one. */
bool table_find(const struct neigh_table *t, uint32_t host, uint16_t interface,
		struct neigh_entry *out);

/** Its state; NEIGH_FREE if there is none. */
enum neigh_state table_state(const struct neigh_table *t, uint32_t host);

unsigned int table_count_used(const struct neigh_table *t);

#define TABLE_ACTIONS_MAX 64

/**
 * Run until nothing more is due, and write the actions as letters: q a request, p a probe, R
 * resolved, C changed, L lost, U unreachable.
 *
 * @return the letters, in order; valid until the next call
 */
const char *table_run(struct neigh_table *t, uint64_t now_us);

/** Drop what there is to do until nothing more is due. */
void table_drain(struct neigh_table *t, uint64_t now_us);

#endif /* TABLE_H */
