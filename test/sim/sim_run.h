/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One seed: a plan of nodes and vhids, what disturbs them, and what must hold.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_node.h"
#include "sim_world.h"

#define SIM_NODES_MAX 5

struct sim_run {
	struct sim_world world;
	struct sim_group groups[SIM_GROUPS_MAX];
	struct sim_node nodes[SIM_NODES_MAX];
	unsigned int node_count;
	unsigned int group_count;
	unsigned int segment_count;
	struct carp_settings planned[SIM_NODES_MAX]; /**< settings once disturbances have ended */
	bool loses_family; /**< all vhids have both, and one of them does not get everywhere */
	bool may_stay_demoted; /**< a demotion that stays does not make timers contradict roles */
};

/* sim_plan.c */
void sim_plan_make(struct sim_run *r);

/* sim_disturb.c */
/** For good: of one family, whichever, nothing goes from some nodes to some others. */
void sim_disturb_family(struct sim_run *r);
/** Frames lost, nodes crashed, held, demoted, ...: for a while anything goes. */
void sim_disturb_storm(struct sim_run *r);
/** A whole network with nodes that are held: no other node pays for it. */
void sim_disturb_stalls(struct sim_run *r);
/** A whole network and an operator: who resigns is replaced at once. */
void sim_disturb_maintenance(struct sim_run *r);
/** End every disturbance, but for some nodes that stay away. */
void sim_disturb_end(struct sim_run *r);

/* sim_check.c */
/** The longest master-down time of the nodes that are alive. */
uint64_t sim_check_slowest_us(const struct sim_run *r);
/** The node that is MASTER of the group; -1 if there is none, -2 if there are several. */
int sim_check_master(const struct sim_run *r, unsigned int group);
/** After 3 x the slowest master-down time there is exactly one master, for as long again. */
void sim_check_settles(struct sim_run *r);

/* sim_altered.c */
/** Hear altered copies of real advertisements: no effect where the digest covers the octet. */
void sim_altered_refused(struct sim_run *r);
/** Make the checksum of an altered advertisement right again. */
void sim_altered_fix_checksum(uint8_t payload[CARP_HEADER_LEN]);

/* sim_twin.c */
/** Altered elsewhere they act as genuine ones: two equal elections, fed one of each. */
void sim_twin_check(struct sim_world *w);

#endif /* SIM_RUN_H */
