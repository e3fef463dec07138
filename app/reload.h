/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * From a new configuration to a list of changes, and what is left to do when control has made them.
 * The first start is the change from nothing.
 *
 * Threads: the manager; main before it exists and after it has ended.
 * Memory:  see change.h.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include "change.h"

/**
 * Plan the way from what runs (nothing, if r->view is NULL) to @p config. Device filters for new
 * vhids are set, everything else is untouched.
 *
 * @param config taken over if the plan succeeds; completed by what the file cannot say
 * @param report filled with what cannot be done
 * @return       NULL with errno: EBUSY (needs a restart: see the report), EADDRINUSE (likewise: a
 *               link-local address of ours is wanted by a vhid), ENOMEM, EINVAL
 */
struct change_list *reload_plan(struct runtime *r, struct config *config,
				struct config_report *report);

/** A plan that will not be carried out. The configuration stays the caller's. */
void reload_discard(struct runtime *r, struct change_list *list);

/** Control is done: show readers the new configuration. */
void reload_show(struct runtime *r, struct change_list *list);

/** Every worker has passed a quiescent point since: free what was replaced. */
void reload_finish(struct runtime *r, struct change_list *list);

/** Free what runs: no other thread does any more. */
void reload_clear(struct runtime *r);

#endif /* RELOAD_H */
