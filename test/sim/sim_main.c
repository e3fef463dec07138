/* SPDX-License-Identifier: BSD-3-Clause */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_run.h"

enum {
	EXIT_BROKEN = 1,
	EXIT_USAGE = 2,
};

struct options {
	uint64_t seed;
	uint64_t seeds;
	bool print;
};

static void
usage(FILE *to)
{
	fputs("usage: carp-sim [--seed N] [--seeds COUNT] [--trace]\n"
	      "Runs COUNT seeds from N on; each is a small network of koi nodes and what disturbs\n"
	      "it. The first seed that breaks a rule is named, and the exit status is 1.\n",
	      to);
}

static uint64_t
parse_number(const char *text)
{
	char *end;
	uint64_t number = strtoull(text, &end, 0);

	if (*text == '\0' || *text == '-' || *end != '\0') {
		usage(stderr);
		exit(EXIT_USAGE);
	}
	return number;
}

static struct options
parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seeds", required_argument, NULL, 'n' },
		{ "trace", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options o = { .seed = 1, .seeds = 1 };
	int c;

	while ((c = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		switch (c) {
		case 's':
			o.seed = parse_number(optarg);
			break;
		case 'n':
			o.seeds = parse_number(optarg);
			break;
		case 't':
			o.print = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind != argc) {
		usage(stderr);
		exit(EXIT_USAGE);
	}
	return o;
}

static void
start_nodes(struct sim_run *r)
{
	for (unsigned int i = 0; i < r->node_count && !r->world.has_failed; i++) {
		sim_node_start(&r->nodes[i]);
		if (sim_random_chance(&r->world.random, 500))
			sim_world_run(&r->world, r->world.now_us +
						 sim_random_below(&r->world.random, 5000));
	}
}

static void
run_seed(struct sim_run *r, const struct options *o, uint64_t seed)
{
	memset(r, 0, sizeof(*r));
	sim_world_init(&r->world, seed, o->print);
	sim_plan_make(r);
	if (r->loses_family && sim_random_chance(&r->world.random, 500))
		sim_disturb_family(r);
	start_nodes(r);
	switch (sim_random_below(&r->world.random, 10)) {
	case 0:
		break;
	case 1:
		sim_disturb_stalls(r);
		break;
	case 2:
		sim_disturb_maintenance(r);
		break;
	case 3:
		sim_twin_check(&r->world);
		break;
	default:
		sim_disturb_storm(r);
		break;
	}
	if (!r->world.has_failed)
		sim_disturb_end(r);
	if (!r->world.has_failed)
		sim_check_settles(r);
}

static void
free_run(struct sim_run *r)
{
	for (unsigned int i = 0; i < r->node_count; i++)
		sim_node_free(&r->nodes[i]);
	sim_world_free(&r->world);
}

int
main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	static struct sim_run run;
	uint64_t hash = 0;
	bool is_broken = false;

	for (uint64_t i = 0; i < o.seeds && !is_broken; i++) {
		uint64_t seed = o.seed + i;

		run_seed(&run, &o, seed);
		hash = sim_random_mix(hash, run.world.trace.hash);
		is_broken = run.world.has_failed;
		if (is_broken)
			printf("seed %" PRIu64 ": at %.6f s: %s\n", seed,
			       (double)run.world.now_us / 1e6, run.world.failure);
		free_run(&run);
	}
	if (is_broken)
		return EXIT_BROKEN;
	printf("%" PRIu64 " seeds from %" PRIu64 " on hold, trace hash %016" PRIx64 "\n", o.seeds,
	       o.seed, hash);
	return 0;
}
