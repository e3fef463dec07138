/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Up to four hosts that do what they are told, and one that records every advertisement.
 *
 * What a case expects and does not find goes to sim_world_fail().
 *
 * Memory: stage_open() and stage_start() allocate, stage_close() frees.
 */
#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "peer.h"
#include "sim_node.h"
#include "sim_world.h"

#define STAGE_HOSTS 4
#define STAGE_RECORDER STAGE_HOSTS
#define STAGE_RECORDED 1024
#define STAGE_SECOND UINT64_C(1000000)

/** Of whom a stage is made; everybody is in one group, unless more segments are asked for. */
struct stage_plan {
	unsigned int host_count;
	const struct peer_make *makes[STAGE_HOSTS]; /**< NULL is koi */
	uint8_t advskew[STAGE_HOSTS];
	unsigned int segment_count; /**< 0 is 1; one group on each */
	bool preempts;
	enum carp_replay replay;
	enum carp_demotion_encoding encoding;
};

struct stage {
	struct sim_world world;
	struct stage_plan plan;
	struct sim_group groups[SIM_SEGMENTS_MAX];
	struct sim_node nodes[STAGE_HOSTS];
	struct peer peers[STAGE_HOSTS];
	struct sim_frame recorded[STAGE_RECORDED];
	unsigned int recorded_count;
	unsigned int recorded_total; /**< also those that there was no room for */
};

void stage_open(struct stage *s, const struct stage_plan *plan, bool print);
void stage_close(struct stage *s);

void stage_start(struct stage *s, unsigned int host);
void stage_crash(struct stage *s, unsigned int host);
void stage_run(struct stage *s, uint64_t us);
/** In one direction. */
void stage_cut(struct stage *s, unsigned int from, unsigned int to, bool cut);

struct ip_addr stage_address(unsigned int host);
bool stage_is_koi(const struct stage *s, unsigned int host);
enum carp_state stage_role(const struct stage *s, unsigned int host);
/** The only MASTER on the first segment; STAGE_HOSTS if there is none or are several. */
unsigned int stage_master(const struct stage *s);
struct carp_vhid *stage_vhid(const struct stage *s, unsigned int host);
uint64_t stage_counter(const struct stage *s, unsigned int host, enum carp_counter counter);
/** Note a failure if it is not so. */
void stage_expect(struct stage *s, bool is_so, const char *what);
void stage_expect_master(struct stage *s, unsigned int host);

/** What a host sent last, or @p back frames before. */
struct sim_frame stage_recording(struct stage *s, unsigned int host, unsigned int back);
/** Give a frame to a host, a koi; true if it is called recorded, or an echo. */
bool stage_is_refused(struct stage *s, unsigned int host, const struct sim_frame *frame);

#endif /* STAGE_H */
