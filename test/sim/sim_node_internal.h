/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of a simulated node share.
 */
#ifndef SIM_NODE_INTERNAL_H
#define SIM_NODE_INTERNAL_H

#include "sim_node.h"

/** A line of the trace. @param m NULL if it concerns all of the node */
void sim_node_note(struct sim_node *n, const struct sim_member *m, enum sim_what what,
		   const char *text);
/** Carry out what the election asks for. */
void sim_node_act(struct sim_node *n, struct sim_member *m, const struct carp_actions *actions);
/** Do all that is due, as often as it takes, and check that nothing is left. */
void sim_node_catch_up(struct sim_node *n);
/** Give an advertisement to the election it is for, at its time of arrival. */
void sim_node_hear(struct sim_node *n, const struct sim_delivery *d);

#endif /* SIM_NODE_INTERNAL_H */
