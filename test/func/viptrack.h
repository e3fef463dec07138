/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of one kind that are sent every millisecond, and what became of them, as JSON lines.
 */
#ifndef VIPTRACK_H
#define VIPTRACK_H

#include <net/ethernet.h>
#include <stdbool.h>
#include <stdint.h>

#define NS_PER_MS 1000000LL
/* A request is lost when its slot is needed again, SLOTS milliseconds later. */
#define SLOTS 64
#define QUIET_NS (20 * NS_PER_MS)

struct request {
	int64_t sent_ns;
	int64_t answered_ns; /* 0: not yet */
	uint8_t mac[ETH_ALEN];
	bool in_use;
};

/* One kind of probe: for the MAC, or an echo. */
struct track {
	const char *name;
	struct request slot[SLOTS];
	uint64_t sent;
	uint64_t settled; /* requests below this number are answered or lost for good */
	uint64_t answered;
	uint64_t lost;
	uint64_t doubles;
	uint64_t strays;
	uint64_t run_lost; /* of the gap being looked at */
	int64_t run_from_ns;
	int64_t last_ns;  /* of the last answer that is settled */
	int64_t heard_ns; /* of the last answer */
	int64_t longest_ns;
	uint8_t mac[ETH_ALEN]; /* who answered last */
	bool is_quiet;
};

void track_sent(struct track *t, int64_t sent_ns);
void track_answered(struct track *t, unsigned int slot, int64_t at_ns, const uint8_t mac[ETH_ALEN]);
/* An echo by its sequence number; one that is too old, or never was, is a stray. */
void track_echoed(struct track *t, uint16_t sequence, int64_t at_ns, const uint8_t mac[ETH_ALEN]);
/* Say that a silence has begun, for those who watch. */
void track_watch(struct track *t, int64_t at_ns);
/* Decide the oldest requests, in order: all that are answered, or are older than their slot. */
void track_settle(struct track *t, bool all);
void track_summary(const struct track *t, const char *end);

#endif /* VIPTRACK_H */
