/* SPDX-License-Identifier: BSD-3-Clause */
#include "reloader.h"

#include <errno.h>
#include <limits.h>

#include "base/clock.h"
#include "notify.h"
#include "reload.h"
#include "routes.h"

int
reloader_begin(struct reloader *l, struct config_report *report)
{
	struct config *config = config_load(l->r->config_file, CONFIG_RUN, report);
	int rc;

	if (config == NULL)
		return -errno;
	l->changes = reload_plan(l->r, config, report);
	if (l->changes == NULL) {
		rc = -errno;
		config_free(config);
		return rc;
	}
	l->is_made = false;
	l->is_shown = false;
	l->start_us = clock_us();
	rte_ring_sp_enqueue(l->r->changes, l->changes);
	return 0;
}

/* Control first, then readers, then, when no worker can see it any more, what was replaced. */
bool
reloader_step(struct reloader *l)
{
	if (!l->is_made) {
		l->is_made = atomic_load_explicit(&l->changes->is_done, memory_order_acquire);
		return false;
	}
	if (!l->is_shown) {
		reload_show(l->r, l->changes);
		notify_set_programs(l->r->notify, l->r->view->config);
		l->qsbr_token = rte_rcu_qsbr_start(l->r->qsbr);
		l->is_shown = true;
	}
	if (rte_rcu_qsbr_check(l->r->qsbr, l->qsbr_token, false) != 1 || !routes_step(l->r))
		return false;
	reload_finish(l->r, l->changes);
	l->changes = NULL;
	l->took_us = clock_us() - l->start_us;
	return true;
}

void
reloader_end(struct reloader *l)
{
	if (l->changes == NULL)
		return;
	change_step(l->r, l->changes, UINT_MAX, clock_us());
	if (!l->is_shown)
		reload_show(l->r, l->changes);
	reload_finish(l->r, l->changes);
	l->changes = NULL;
}
