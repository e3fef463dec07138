/* SPDX-License-Identifier: BSD-3-Clause */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"

#define EXIT_BROKEN 1
#define EXIT_USAGE 2

static const struct family_line_up line_ups[] = {
	{ "koi koi", { NULL, NULL }, 2 },
	{ "koi koi koi", { NULL, NULL, NULL }, 3 },
	{ "koi FreeBSD", { NULL, &peer_freebsd }, 2 },
	{ "koi OpenBSD", { NULL, &peer_openbsd }, 2 },
	{ "koi koi FreeBSD", { NULL, NULL, &peer_freebsd }, 3 },
	{ "koi koi OpenBSD", { NULL, NULL, &peer_openbsd }, 3 },
	{ "FreeBSD FreeBSD", { &peer_freebsd, &peer_freebsd }, 2 },
	{ "OpenBSD OpenBSD", { &peer_openbsd, &peer_openbsd }, 2 },
};

#define LINE_UPS (sizeof(line_ups) / sizeof(line_ups[0]))

static const char *const losses[FAMILY_LOSSES] = { "nothing", "from", "to", "both", "anywhere" };

struct options {
	uint64_t seed;
	uint64_t seeds;
	const char *only; /**< a line-up's name; NULL: all */
	bool print;
};

/* Over all seeds of one line-up and loss. */
struct summary {
	uint64_t seeds;
	uint64_t broken;
	uint64_t restless; /**< in which a host of another make changes its role again and again */
	uint64_t peer_transitions;
	uint64_t double_max_us;
	uint64_t none_max_us;
};

static void
usage(FILE *to)
{
	fputs("usage: carp-families [--seed N] [--seeds COUNT] [--only \"koi OpenBSD\"] [--trace]\n"
	      "Hosts with addresses of both families, one of which does not get everywhere.\n",
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

static unsigned int
count_koi(const struct family_line_up *line_up)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < line_up->host_count; i++)
		count += line_up->makes[i] == NULL;
	return count;
}

/* koi keeps its role, and nobody but the others makes two masters, or none. */
static void
check(struct sim_world *w, const struct family_line_up *line_up, enum family_loss loss,
      const struct family_result *result)
{
	unsigned int koi = count_koi(line_up);
	bool is_whole = koi == line_up->host_count || loss == FAMILY_NOTHING;

	if (koi == 0)
		return;
	if (result->koi_transitions > 0)
		sim_world_fail(w, "koi has changed its role %u times", result->koi_transitions);
	if (result->has_two_koi)
		sim_world_fail(w, "two koi were MASTER");
	if (result->none_us > 0)
		sim_world_fail(w, "nobody was MASTER for %" PRIu64 " us", result->none_us);
	if (is_whole && (result->double_us > 0 || result->peer_transitions > 0))
		sim_world_fail(w, "two were MASTER for %" PRIu64 " us", result->double_us);
}

static void
add_up(struct summary *sum, const struct family_result *result)
{
	sum->seeds++;
	sum->restless += result->peer_transitions > 0;
	sum->peer_transitions += result->peer_transitions;
	if (result->double_us > sum->double_max_us)
		sum->double_max_us = result->double_us;
	if (result->none_us > sum->none_max_us)
		sum->none_max_us = result->none_us;
}

static bool
run_line_up(const struct family_line_up *line_up, enum family_loss loss, const struct options *o)
{
	struct summary sum = { 0 };
	struct sim_world world;

	for (uint64_t i = 0; i < o->seeds; i++) {
		uint64_t seed = o->seed + i;
		struct family_result result;

		family_run(&world, seed, o->print, line_up, loss, &result);
		check(&world, line_up, loss, &result);
		add_up(&sum, &result);
		if (world.has_failed && sum.broken++ == 0)
			printf("%s, %s, seed %" PRIu64 ": %s\n", line_up->name, losses[loss], seed,
			       world.failure);
		sim_world_free(&world);
	}
	printf("%-18s %-9s %6" PRIu64 " %7" PRIu64 " %9" PRIu64 " %12" PRIu64 " %9.1f %9.1f\n",
	       line_up->name, losses[loss], sum.seeds, sum.broken, sum.restless,
	       sum.peer_transitions, (double)sum.double_max_us / 1e3,
	       (double)sum.none_max_us / 1e3);
	return sum.broken == 0;
}

int
main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	bool is_good = true;
	bool is_known = false;

	printf("%-18s %-9s %6s %7s %9s %12s %9s %9s\n", "hosts", "lost", "seeds", "broken",
	       "restless", "transitions", "two, ms", "none, ms");
	for (size_t i = 0; i < LINE_UPS; i++) {
		if (o.only != NULL && strcmp(o.only, line_ups[i].name) != 0)
			continue;
		is_known = true;
		for (int loss = 0; loss < FAMILY_LOSSES; loss++)
			is_good = run_line_up(&line_ups[i], (enum family_loss)loss, &o) && is_good;
	}
	if (!is_known) {
		usage(stderr);
		return EXIT_USAGE;
	}
	return is_good ? 0 : EXIT_BROKEN;
}
