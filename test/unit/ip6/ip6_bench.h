/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Any frame on the way that IPv6 takes in a worker: nd_input(), then fwd_input6(). What must hold
 * whatever it contains is checked here; if it does not the process ends.
 *
 * The interface has the own addresses fd00:1::2, fe80::2 and, tentative, fd00:1::3, the virtual
 * ones fd00:1::64 of vhid 1 and, with the port's MAC, fd00:1::65 of vhid 2.
 */
#ifndef IP6_BENCH_H
#define IP6_BENCH_H

#include "frames.h"
#include "fwd/fwd.h"
#include "nd/nd.h"

#define IP6_FRAME_MAX 2000

enum ip6_way {
	IP6_LEFT, /**< not IPv6 */
	IP6_REPLY,
	IP6_CARP,
	IP6_DROP,
};

/** How a frame comes in. */
struct ip6_setting {
	bool is_master;
	bool is_fenced;
	bool is_router;
	bool is_exact;  /**< in memory of its size, without room for more */
	uint16_t split; /**< if not 0, the length of the first of two segments */
};

extern struct nd_worker ip6_nd;
extern struct fwd_worker ip6_fwd;

/** False if the EAL does not start. */
bool ip6_bench_start(void);

/**
 * Let a frame come in twice: the second time its sender is known, and the other way through the
 * code must end the same.
 *
 * @param len at least 14, at most IP6_FRAME_MAX
 */
enum ip6_way ip6_bench_feed(const struct ip6_setting *setting, const uint8_t *frame, size_t len);

/** Make length and checksum right, if the frame has them. */
void ip6_bench_repair(uint8_t *frame, size_t len);

#endif /* IP6_BENCH_H */
