/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A scenario: one vhid, its settings, and what happens to it on a virtual clock.
 *
 * Threads: none.
 * Memory:  scenario_load() allocates, scenario_free() frees.
 * Units:   microseconds of the virtual clock, which starts at 0.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ipaddr.h"
#include "carp/carp.h"

/** What the configuration accepts; longer secrets cannot be shared with the BSDs. */
#define SCENARIO_KEY_MAX 19

/** The objects "carp" and "vhid" as they are at one moment. */
struct scenario_setup {
	struct carp_settings settings;
	int32_t demotion;
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	uint8_t key[SCENARIO_KEY_MAX];
	size_t key_len;
	struct ip_addr addresses[CARP_ADDRESSES_MAX];
	size_t address_count;
	struct ip_addr source[IP_FAMILIES];
	bool has_source[IP_FAMILIES]; /**< given; else the lowest virtual address is used */
	uint64_t counter;
	uint32_t announce_interval_s;
	enum carp_digest_variant digest;
	enum carp_checksum6 checksum6;
};

enum scenario_event_type {
	SCENARIO_LINK,
	SCENARIO_ADMIN,
	SCENARIO_FORCE,
	SCENARIO_ADVERT,
	SCENARIO_SET,
	SCENARIO_DEMOTE,
	SCENARIO_SEND_ERRORS,
	SCENARIO_END,
};

/** Only the members that belong to the type are set. */
struct scenario_event {
	uint64_t at_us;
	enum scenario_event_type type;
	bool up;                    /**< LINK, ADMIN */
	enum carp_state force;      /**< FORCE */
	int32_t demote;             /**< DEMOTE: added */
	uint32_t send_errors;       /**< SEND_ERRORS: that many of the next sends fail */
	struct scenario_setup *set; /**< SET: everything as it is from then on */
	struct {
		struct ip_addr from;
		uint8_t ttl;
		uint8_t *payload;
		size_t len;
	} advert; /**< ADVERT */
};

struct scenario {
	struct scenario_setup start;
	struct scenario_event *events;
	size_t event_count;
};

/**
 * Read a file and name every error in it on standard error.
 *
 * @return NULL if there is one
 */
struct scenario *scenario_load(const char *path);
void scenario_free(struct scenario *s);

/**
 * Run a scenario and write what happens, one JSON object a line.
 *
 * @return 0, or a negative errno if the election could not be set up
 */
int scenario_run(const struct scenario *s, FILE *to);

#endif /* SCENARIO_H */
