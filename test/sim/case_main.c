/* SPDX-License-Identifier: BSD-3-Clause */
#include "case.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define EXIT_BROKEN 1
#define EXIT_USAGE 2

bool
case_is_wanted(struct case_options *o, const char *name)
{
	if (o->only != NULL && strcmp(o->only, name) != 0)
		return false;
	o->is_known = true;
	return true;
}

void
case_end(struct case_options *o, struct stage *s, const char *name, const char *variant)
{
	o->run++;
	o->failed += s->world.has_failed;
	printf("%-25s %-30s %s%s\n", name, variant != NULL ? variant : "",
	       s->world.has_failed ? "FAILED: " : "ok", s->world.failure);
	stage_close(s);
}

static void
usage(FILE *to)
{
	fputs("usage: carp-cases [--only NAME] [--trace]\n"
	      "What docs/protocol.md promises in its tables: each row is a case of that name.\n",
	      to);
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "only", required_argument, NULL, 'o' },
		{ "trace", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct case_options o = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		switch (c) {
		case 'o':
			o.only = optarg;
			break;
		case 't':
			o.print = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	case_replay(&o);
	case_honest(&o);
	case_rollover(&o);
	case_network(&o);
	if (!o.is_known) {
		usage(stderr);
		return EXIT_USAGE;
	}
	printf("%u runs, %u failed\n", o.run, o.failed);
	return o.failed == 0 ? 0 : EXIT_BROKEN;
}
