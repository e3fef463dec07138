/* SPDX-License-Identifier: BSD-3-Clause */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tie.h"

#define EXIT_BROKEN 1
#define EXIT_USAGE 2

/* Two koi have to agree within this and two delays. */
#define KOI_AGREE_US 5000

/*
 * Where ucarp and a kernel meet, either gives way to the other, and ucarp speaks once more while it
 * does: that takes some rounds, with koi or without.
 */
static const struct tie_line_up line_ups[] = {
	{ "koi koi", { NULL, NULL }, 2, 1, 4 },
	{ "koi ucarp", { NULL, &peer_ucarp }, 2, 1, 4 },
	{ "koi FreeBSD", { NULL, &peer_freebsd }, 2, 1, 4 },
	{ "koi OpenBSD", { NULL, &peer_openbsd }, 2, 1, 4 },
	{ "koi koi koi", { NULL, NULL, NULL }, 3, 5, 4 },
	{ "koi koi ucarp", { NULL, NULL, &peer_ucarp }, 3, 5, 4 },
	{ "koi koi FreeBSD", { NULL, NULL, &peer_freebsd }, 3, 5, 4 },
	{ "koi koi OpenBSD", { NULL, NULL, &peer_openbsd }, 3, 5, 4 },
	{ "koi FreeBSD OpenBSD", { NULL, &peer_freebsd, &peer_openbsd }, 3, 5, 20 },
	{ "koi ucarp OpenBSD", { NULL, &peer_ucarp, &peer_openbsd }, 3, 5, 20 },
	{ "koi koi ucarp FreeBSD", { NULL, NULL, &peer_ucarp, &peer_freebsd }, 4, 5, 20 },
	{ "FreeBSD OpenBSD", { &peer_freebsd, &peer_openbsd }, 2, 5, 0 },
	{ "OpenBSD OpenBSD", { &peer_openbsd, &peer_openbsd }, 2, 5, 0 },
	{ "ucarp OpenBSD", { &peer_ucarp, &peer_openbsd }, 2, 5, 0 },
	{ "ucarp ucarp", { &peer_ucarp, &peer_ucarp }, 2, 5, 0 },
};

#define LINE_UPS (sizeof(line_ups) / sizeof(line_ups[0]))

static const char *const causes[TIE_CAUSES] = { "start", "heal" };

struct options {
	uint64_t seed;
	uint64_t seeds;
	const char *only; /**< a line-up's name; NULL: all */
	bool print;
};

/* Over all seeds of one line-up. */
struct summary {
	uint64_t seeds;
	uint64_t broken;
	uint64_t none_seeds;
	uint64_t none_max_us;
	uint64_t double_max_us;
	uint64_t double_seed; /**< where that was */
	uint64_t koi_leads;
};

static void
usage(FILE *to)
{
	fputs("usage: carp-ties [--seed N] [--seeds COUNT] [--only \"koi ucarp\"] [--trace]\n"
	      "Hosts of equal speed, started together or joined by a cut that ends.\n",
	      to);
}

static struct options
parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seeds", required_argument, NULL, 'n' },
		{ "only", required_argument, NULL, 'o' },
		{ "trace", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options o = { .seed = 1, .seeds = 1 };
	int c;

	while ((c = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		switch (c) {
		case 's':
			o.seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			o.seeds = strtoull(optarg, NULL, 0);
			break;
		case 'o':
			o.only = optarg;
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
	return o;
}

static void
check_koi_agree(struct sim_world *w, const struct tie_line_up *line_up, enum tie_cause cause,
		const struct tie_result *result)
{
	bool is_pair = line_up->host_count == 2 && line_up->settle > 0 &&
		       line_up->makes[1] == NULL;
	uint64_t bound_us = KOI_AGREE_US + 2 * result->delay_max_us;

	/* After a cut each first has to hear the other, which takes an interval at most. */
	if (cause == TIE_HEAL)
		bound_us += result->interval_us;
	if (is_pair && result->double_us > bound_us)
		sim_world_fail(w, "two masters for %" PRIu64 " us, allowed are %" PRIu64,
			       result->double_us, bound_us);
}

static void
add_up(struct summary *sum, uint64_t seed, const struct tie_result *result)
{
	sum->seeds++;
	sum->none_seeds += result->had_no_master;
	sum->koi_leads += result->koi_leads;
	if (result->none_us > sum->none_max_us)
		sum->none_max_us = result->none_us;
	if (result->double_us > sum->double_max_us) {
		sum->double_max_us = result->double_us;
		sum->double_seed = seed;
	}
}

static void
print_summary(const struct tie_line_up *line_up, enum tie_cause cause, const struct summary *sum)
{
	printf("%-22s %-6s %6" PRIu64 " %7" PRIu64 " %11.3f %8" PRIu64, line_up->name,
	       causes[cause], sum->seeds, sum->broken, (double)sum->double_max_us / 1e3,
	       sum->double_seed);
	printf(" %9" PRIu64 " %9.3f %6.1f %%\n", sum->none_seeds, (double)sum->none_max_us / 1e3,
	       100.0 * (double)sum->koi_leads / (double)sum->seeds);
}

static bool
run_line_up(const struct tie_line_up *line_up, enum tie_cause cause, const struct options *o)
{
	uint64_t seeds = (o->seeds + line_up->seeds_divisor - 1) / line_up->seeds_divisor;
	struct summary sum = { 0 };
	struct sim_world world;

	for (uint64_t i = 0; i < seeds; i++) {
		uint64_t seed = o->seed + i;
		struct tie_result result;

		tie_run(&world, seed, o->print, line_up, cause, &result);
		check_koi_agree(&world, line_up, cause, &result);
		add_up(&sum, seed, &result);
		if (world.has_failed && sum.broken++ == 0)
			printf("%s, %s, seed %" PRIu64 ": %s\n", line_up->name, causes[cause],
			       seed, world.failure);
		sim_world_free(&world);
	}
	print_summary(line_up, cause, &sum);
	return sum.broken == 0;
}

int
main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	bool is_good = true;
	bool is_known = false;

	printf("%-22s %-6s %6s %7s %11s %8s %9s %9s %8s\n", "hosts", "by", "seeds", "broken",
	       "two, ms", "in seed", "none in", "none, ms", "koi led");
	for (size_t i = 0; i < LINE_UPS; i++) {
		if (o.only != NULL && strcmp(o.only, line_ups[i].name) != 0)
			continue;
		is_known = true;
		for (int cause = 0; cause < TIE_CAUSES; cause++)
			is_good = run_line_up(&line_ups[i], (enum tie_cause)cause, &o) && is_good;
	}
	if (!is_known) {
		usage(stderr);
		return EXIT_USAGE;
	}
	return is_good ? 0 : EXIT_BROKEN;
}
