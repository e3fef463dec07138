/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model.h"

#define STATES_MAX 9000000

static const struct model_plan plans[] = {
	{
		.name = "two equal",
		.nodes = 2,
		.advbase = 1,
		.tick_us = 500000,
		.disturbances = MODEL_LOSS | MODEL_DELAY | MODEL_CRASH | MODEL_LINK,
		.changes_behind = 4,
	},
	{
		.name = "two equal, finer",
		.nodes = 2,
		.advbase = 1,
		.tick_us = 250000,
		.disturbances = MODEL_LOSS | MODEL_DELAY | MODEL_CRASH,
		.changes_behind = 4,
	},
	{
		.name = "two unequal",
		.nodes = 2,
		.advbase = 1,
		.advskew = { 0, 128 },
		.tick_us = 250000,
		.disturbances = MODEL_LOSS | MODEL_DELAY | MODEL_CRASH | MODEL_LINK,
		.changes_behind = 4,
	},
	{
		.name = "two unequal, preempt",
		.nodes = 2,
		.advbase = 1,
		.advskew = { 0, 128 },
		.tick_us = 250000,
		.preempt = true,
		.disturbances = MODEL_LOSS | MODEL_DELAY | MODEL_CRASH | MODEL_LINK,
		.changes_behind = 4,
	},
	{
		.name = "two, demotion by octet 4",
		.nodes = 2,
		.advbase = 1,
		.advskew = { 0, 128 },
		.tick_us = 250000,
		.preempt = true,
		.encoding = CARP_ENCODE_BYTE,
		.disturbances = MODEL_LOSS | MODEL_DELAY | MODEL_CRASH | MODEL_DEMOTE,
		.changes_behind = 4,
	},
	{
		.name = "two, maintenance by skew",
		.nodes = 2,
		.advbase = 1,
		.tick_us = 62500,
		.encoding = CARP_ENCODE_SKEW,
		.disturbances = MODEL_CRASH | MODEL_MAINTENANCE,
	},
	{
		.name = "two, maintenance by octet 4",
		.nodes = 2,
		.advbase = 1,
		.tick_us = 500000,
		.encoding = CARP_ENCODE_BYTE,
		.disturbances = MODEL_LOSS | MODEL_CRASH | MODEL_MAINTENANCE,
	},
	{
		.name = "three equal, no loss",
		.nodes = 3,
		.advskew = { 64, 64, 64 },
		.tick_us = 125000,
		.disturbances = MODEL_DELAY | MODEL_CRASH,
		.is_in_order = true,
	},
	{
		.name = "three, two of them equal, preempt",
		.nodes = 3,
		.advskew = { 64, 64, 128 },
		.tick_us = 125000,
		.preempt = true,
		.disturbances = MODEL_LOSS | MODEL_CRASH,
		.is_in_order = true,
	},
	{
		.name = "three unequal, preempt",
		.nodes = 3,
		.advskew = { 64, 128, 192 },
		.tick_us = 125000,
		.preempt = true,
		.disturbances = MODEL_LOSS | MODEL_DELAY | MODEL_CRASH,
		.is_in_order = true,
	},
	{
		.name = "three equal",
		.nodes = 3,
		.advskew = { 64, 64, 64 },
		.tick_us = 125000,
		.disturbances = MODEL_LOSS | MODEL_CRASH,
		.is_in_order = true,
		.is_large = true,
	},
};

static int
run_plan(const struct model_plan *plan, uint64_t *states)
{
	struct timespec begin, end;
	struct model_graph g;
	struct model m;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	rc = model_open(&m, plan);
	if (rc == 0)
		rc = model_graph_explore(&g, &m, STATES_MAX);
	if (rc == 0)
		rc = model_check(&g, &m);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (rc == 0 || rc == -E2BIG)
		printf("%-36s %9u states %9u ways on  %5.1f s%s\n", plan->name, g.count,
		       g.edge_count,
		       (double)(end.tv_sec - begin.tv_sec) +
			       (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
		       rc == 0 ? "" : ", and more");
	*states += g.count;
	fflush(stdout);
	model_graph_free(&g);
	model_close(&m);
	return rc;
}

static int
usage(void)
{
	fputs("usage: carp-model [--all | --break RULE]\n"
	      "Visits every state of small networks of koi nodes and checks that one MASTER\n"
	      "remains whatever happened before. With a rule broken it must find that out.\n"
	      "--all takes minutes and 2 GiB.\n",
	      stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	uint64_t states = 0;
	bool is_all = false;
	size_t i;

	if (argc == 2 && strcmp(argv[1], "--all") == 0)
		is_all = true;
	else if (argc != 1 &&
		 (argc != 3 || strcmp(argv[1], "--break") != 0 || model_break(argv[2]) != 0))
		return usage();
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		if (plans[i].is_large && !is_all)
			continue;
		if (run_plan(&plans[i], &states) != 0)
			return 1;
	}
	printf("%llu states visited, every rule holds in each\n", (unsigned long long)states);
	return 0;
}
