/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the files of the commander share.
 */
#ifndef COMMANDER_INTERNAL_H
#define COMMANDER_INTERNAL_H

#include "commander.h"

/* commander.c */
/** It is done: log it, and let whoever waits have the outcome. */
void commander_finish(struct command *c);
/** Let control execute it; the ring has room. */
void commander_hand_over(struct commander *m, struct command *c);

/* commander_maintenance.c */
/** Control has executed it. False if it is done by that. */
bool commander_maintenance_begin(struct commander *m, struct command *c);
/** Look what has become of m->maintenance. */
void commander_maintenance_step(struct commander *m);

#endif /* COMMANDER_INTERNAL_H */
