/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config_internal.h"

/* The objects "carp" and "workers": settings of the whole node. */

/* In the order of enum carp_demotion_encoding. */
static const char *const encodings[] = { "both", "skew", "byte", NULL };

/* In the order of enum carp_master_down. */
static const char *const master_downs[] = { "freebsd", "openbsd", NULL };

/* In the order of enum config_idle. */
static const char *const idles[] = { "poll", "yield", "sleep", NULL };

const struct config_member config_carp_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "allow", .type = CONFIG_BOOLEAN, .preset = true,
	  CONFIG_FIELD(struct config, carp.allow) },
	{ .name = "preempt", .type = CONFIG_BOOLEAN, .preset = false,
	  CONFIG_FIELD(struct config, carp.preempt) },
	{ .name = "log", .type = CONFIG_INTEGER, .min = 0, .max = 2, .preset = 1,
	  CONFIG_FIELD(struct config, log) },
	{ .name = "demotion", .type = CONFIG_INTEGER, .min = INT32_MIN, .max = INT32_MAX,
	  CONFIG_FIELD(struct config, demotion) },
	{ .name = "ifdown_demotion_factor", .type = CONFIG_INTEGER, .min = INT32_MIN,
	  .max = INT32_MAX, .preset = 240,
	  CONFIG_FIELD(struct config, carp.ifdown_demotion_factor) },
	{ .name = "senderr_demotion_factor", .type = CONFIG_INTEGER, .min = INT32_MIN,
	  .max = INT32_MAX, .preset = 240,
	  CONFIG_FIELD(struct config, carp.senderr_demotion_factor) },
	{ .name = "demotion_encoding", .type = CONFIG_WORD, .words = encodings,
	  .preset = CARP_ENCODE_BOTH, CONFIG_FIELD(struct config, carp.encoding) },
	{ .name = "tos", .type = CONFIG_INTEGER, .min = 0, .max = 255, .preset = 224,
	  CONFIG_FIELD(struct config, tos) },
	{ .name = "master_down", .type = CONFIG_WORD, .words = master_downs,
	  .preset = CARP_MASTER_DOWN_FREEBSD, CONFIG_FIELD(struct config, carp.master_down) },
	{ .name = NULL },
};

const struct config_member config_workers_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "idle", .type = CONFIG_WORD, .words = idles, .preset = CONFIG_IDLE_POLL,
	  CONFIG_FIELD(struct config, idle) },
	{ .name = NULL },
};
