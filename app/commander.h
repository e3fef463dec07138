/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Commands on their way: from those who ask, over control, to their answers; reloads among them.
 *
 * Commands are begun in the order in which they came. A reload waits for those before it, and those
 * after it wait for the reload: so a command is never about a vhid that is gone, and its change is
 * made to what the new file says.
 *
 * Threads: the manager.
 */
#ifndef COMMANDER_H
#define COMMANDER_H

#include "command.h"
#include "reloader.h"

struct command_queue {
	struct command *first;
	struct command *last;
};

struct commander {
	struct runtime *r;
	struct reloader reloader;
	struct command_queue waiting;
	struct command_queue at_control;
	struct command *reload; /**< the command whose reload is under way, or NULL */
	struct command *maintenance; /**< the one that waits for others to take over, or NULL */
	struct command_executor executor; /**< for the control socket */
};

void commander_init(struct commander *m, struct runtime *r);

/** Nobody uses it any more; control and workers have ended. */
void commander_end(struct commander *m);

/** Reload without anybody waiting for the outcome but the log; once, if one waits already. */
void commander_reload(struct commander *m);

/** True while something is under way: commander_step() is due soon. */
bool commander_is_busy(const struct commander *m);

/** Conclude what is done and begin what can be begun, without waiting. */
void commander_step(struct commander *m);

#endif /* COMMANDER_H */
