/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One reload of the configuration file from begin to end, step by step beside everything else.
 *
 * Threads: the manager.
 * Errors:  negative errno, with what is wrong in the file in a report.
 */
#ifndef RELOADER_H
#define RELOADER_H

#include "change.h"

struct reloader {
	struct runtime *r;
	struct change_list *changes; /**< under way; NULL: none */
	bool is_made;                /**< by control */
	bool is_shown;               /**< to readers */
	uint64_t qsbr_token;
	uint64_t start_us;
	uint64_t took_us; /**< the last one */
};

/**
 * Load the configuration file, and begin to change what runs.
 *
 * @param report filled with what is wrong in it
 * @return       0; -EINVAL, -EBUSY (needs a restart) or what reload_plan() said: then nothing has
 *               changed
 */
int reloader_begin(struct reloader *l, struct config_report *report);

/**
 * Go on. Between two calls the manager tells what events there are: those of a vhid that is gone
 * need its name. True when it is over.
 */
bool reloader_step(struct reloader *l);

/** Control and workers have ended: finish what is under way. */
void reloader_end(struct reloader *l);

#endif /* RELOADER_H */
