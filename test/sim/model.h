/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * An exhaustive check of the election: a few nodes of the real lib/carp code, whose states are
 * packed into a few octets each, with all times relative, so that finitely many remain.
 *
 * Time goes in ticks. All timers of a plan are multiples of its tick, and an advertisement arrives
 * in the tick in which it was sent or, as a disturbance, in the next. What may happen otherwise
 * (loss, crash, link, demotion, maintenance) may happen at any time and without bound. Left out:
 * hold-down, announcements, IPv6, replay; none of them decides who is MASTER here.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carp/carp.h"

#define MODEL_NODES 3
#define MODEL_MESSAGES 24
/** A time that is not set. */
#define MODEL_NEVER INT8_MAX
/** The clock of every call; what lies behind it does not matter. */
#define MODEL_NOW_US UINT64_C(1000000000000)

/** What may be done to the nodes besides letting them run. */
enum model_disturbance {
	MODEL_LOSS = 1 << 0,
	MODEL_DELAY = 1 << 1,
	MODEL_CRASH = 1 << 2,
	MODEL_LINK = 1 << 3,
	MODEL_DEMOTE = 1 << 4,
	MODEL_MAINTENANCE = 1 << 5,
};

struct model_plan {
	const char *name;
	unsigned int nodes;
	uint8_t advbase;
	uint8_t advskew[MODEL_NODES];
	uint32_t tick_us;
	bool preempt;
	enum carp_demotion_encoding encoding;
	unsigned int disturbances;
	bool is_large;    /**< more than a test should take */
	bool is_in_order; /**< of the nodes that can move in a moment the first one does */
	unsigned int changes_behind; /**< nothing is changed by hand behind more advertisements */
};

/** A node, all that its future depends on. Times are ticks from now. */
struct model_node {
	uint8_t is_alive : 1;
	uint8_t has_link : 1;
	uint8_t is_demoted : 1;
	uint8_t is_in_maintenance : 1;
	uint8_t is_behind : 1;
	uint8_t advert_is_pending : 1;
	uint8_t heard_now : 1;
	uint8_t said_demoted : 1; /* what it was when it advertised last */
	uint8_t said_maintenance : 1;
	uint8_t dispute_is_open : 1;
	uint8_t answer_is_due : 1;
	uint8_t answers : 2;
	uint8_t handover : 3;
	uint8_t bow_outs : 2;
	uint8_t takes_over : 1;
	uint8_t rivals;   /* bit set of nodes */
	uint8_t answered; /* those of them that had our answer */
	uint8_t state;
	int8_t master_down;
	int8_t advert;
	int8_t last_sent;
	int8_t dispute_since;
	int8_t dispute_heard;
	int8_t window;
	int8_t handover_next;
	int8_t due; /* when it runs next */
};

/** An advertisement under way. */
struct model_message {
	uint8_t to;
	uint8_t from;
	uint8_t advbase;
	uint8_t advskew;
	uint8_t demote;
	uint8_t age; /* ticks */
};

/** Without padding: compared and hashed as octets. */
struct model_state {
	struct model_node node[MODEL_NODES];
	struct model_message message[MODEL_MESSAGES]; /* sorted; unused ones are zero */
	uint8_t message_count;
};

/** The objects that states are unpacked into. */
struct model {
	const struct model_plan *plan;
	struct carp_node *carp[MODEL_NODES];
	struct carp_interface *ifc[MODEL_NODES];
	struct carp_vhid *vhid[MODEL_NODES];
	struct ip_addr address[MODEL_NODES];
	uint8_t digest[CARP_DIGEST_LEN]; /* of the counter that all advertisements have */
};

/* model_pack.c */
int model_open(struct model *m, const struct model_plan *plan);
void model_close(struct model *m);
/** Put a node into its objects. */
void model_unpack(struct model *m, unsigned int index, const struct model_node *from);
void model_pack(const struct model *m, unsigned int index, struct model_node *to);

/* model_step.c */

#define MODEL_STEPS_MAX 80

/** What may follow a state. */
struct model_step {
	struct model_state state;
	bool is_orderly; /**< no disturbance, and no advertisement kept waiting */
};

/** All nodes crashed, nothing under way. */
void model_start(const struct model *m, struct model_state *s);
/** Fill in what may follow; @return how many there are */
size_t model_follow(struct model *m, const struct model_state *s,
		    struct model_step steps[MODEL_STEPS_MAX]);
/** True if a node can be MASTER. */
bool model_can_lead(const struct model_state *s, unsigned int index);
/** Write a state in words. */
void model_print(const struct model *m, const struct model_state *s);

/* model_graph.c */

/** Every state that can be reached, and what may follow each without disturbance. */
struct model_graph {
	struct model_state *states;
	uint32_t *parents;
	uint32_t count;
	uint32_t capacity;
	uint32_t *table; /* hash: index + 1 */
	uint32_t table_size;
	uint32_t *edges; /* orderly ones, one state's after the other's */
	uint32_t edge_count;
	uint32_t edge_capacity;
	uint32_t *first_edge; /* of each state, and the end */
};

/** 0; -ENOMEM; -E2BIG beyond @p max_states. */
int model_graph_explore(struct model_graph *g, struct model *m, uint32_t max_states);
void model_graph_free(struct model_graph *g);

/* model_check.c */

/** Check what must hold, and say what does not. @return 0, or -EPROTO if something does not hold */
int model_check(const struct model_graph *g, const struct model *m);

/* model_break.c */

/** Break a rule of the election from now on. 0 or -EINVAL. */
int model_break(const char *rule);

#endif /* MODEL_H */
