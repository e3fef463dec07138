/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * koictl: the operator's command. Asks a running koi over its control socket.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "config/config.h"

#include "koictl_client.h"
#include "koictl_command.h"
#include "koictl_show.h"
#include "koictl_watch.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_KOI = 3,
};

/* Options without a letter. */
enum {
	OPTION_CAUSE = 256,
	OPTION_FOR,
};

/* The EAL's own default of --file-prefix. */
#define DEFAULT_PREFIX "rte"

struct options {
	const char *prefix;
	bool is_json;
	struct koictl_command_options command;
};

static void
print_help(FILE *to)
{
	fprintf(to, "usage: koictl [-f PREFIX] [--json] COMMAND\n\ncommands:\n");
	for (const struct koictl_show *s = koictl_shows; s->name != NULL; s++) {
		char words[64];

		snprintf(words, sizeof(words), "show%s%s%s%s%s", s->name[0] == '\0' ? "" : " ",
			 s->name, s->argument == NULL ? "" : s->is_optional ? " [" : " ",
			 s->argument == NULL ? "" : s->argument, s->is_optional ? "]" : "");
		fprintf(to, "  %-40s  %s\n", words, s->help);
	}
	fprintf(to, "  %-40s  %s\n", "watch", "the same, live");
	for (const struct koictl_command *c = koictl_commands; c->name != NULL; c++)
		fprintf(to, "  %-40s  %s\n", c->words, c->help);
	fprintf(to,
		"  %-40s  %s\n"
		"  %-40s  %s\n"
		"\n"
		"options:\n"
		"  -f, --file-prefix PREFIX                  which koi: its --file-prefix, by default %s\n"
		"  -j, --json                                the answer as JSON\n"
		"  -h, --help                                this text\n"
		"  -V, --version                             the version of koictl\n"
		"\n"
		"exit status: 0 done, 1 refused, 2 usage, 3 no koi answers\n",
		"check FILE", "every error of a configuration",
		"version", "of koictl, and of the koi that answers", DEFAULT_PREFIX);
}

static enum exit_status
usage(const char *problem, const char *word)
{
	fprintf(stderr, "koictl: %s%s%s\nTry 'koictl --help'.\n", problem,
		word[0] == '\0' ? "" : ": ", word);
	return EXIT_USAGE;
}

/* What went wrong, if anything, and the end of the connection. */
static enum exit_status
conclude(int rc, struct koictl_client *c)
{
	const json_t *line;
	size_t i;

	json_array_foreach (c->errors, i, line)
		fprintf(stderr, "%s\n", json_string_value(line));
	if (rc != 0)
		fprintf(stderr, "koictl: %s\n", c->error);
	koictl_client_close(c);
	if (rc == 0)
		return EXIT_DONE;
	return rc == -EREMOTEIO ? EXIT_REFUSED : EXIT_NO_KOI;
}

static enum exit_status
show(const struct options *o, int argc, char **argv)
{
	const char *name = argc > 0 ? argv[0] : "";
	const char *argument = argc > 1 ? argv[1] : "";
	const struct koictl_show *s = koictl_shows;
	struct koictl_client client;
	int rc;

	while (s->name != NULL && strcmp(s->name, name) != 0)
		s++;
	if (s->name == NULL)
		return usage("nothing to show by that name", name);
	if (argument[0] == '\0' && s->argument != NULL && !s->is_optional)
		return usage("show needs one word more", s->argument);
	if (argc > (s->argument != NULL ? 2 : 1))
		return usage("one word too many", argv[argc - 1]);
	rc = koictl_client_connect(&client, o->prefix);
	if (rc == 0)
		rc = koictl_show_run(s, &client, argument, o->is_json);
	return conclude(rc, &client);
}

static void
print_outcome(const struct options *o, const json_t *result)
{
	const char *message = json_string_value(json_object_get(result, "message"));
	const json_t *line;
	size_t i;

	if (o->is_json) {
		json_dumpf(result, stdout, JSON_INDENT(2));
		printf("\n");
		return;
	}
	json_array_foreach (json_object_get(result, "warnings"), i, line)
		fprintf(stderr, "%s\n", json_string_value(line));
	if (message != NULL && message[0] != '\0')
		printf("%s\n", message);
}

static enum exit_status
change(const struct options *o, const struct koictl_command *c, int argc, char **argv)
{
	struct koictl_client client;
	const char *problem = NULL;
	json_t *result = NULL;
	json_t *request = c->parse(&o->command, argc, argv, &problem);
	int rc;

	if (request == NULL)
		return usage(problem == NULL ? "out of memory" : problem, "");
	rc = koictl_client_connect(&client, o->prefix);
	if (rc == 0)
		rc = koictl_client_ask(&client, request, &result);
	else
		json_decref(request);
	if (rc == 0)
		print_outcome(o, result);
	json_decref(result);
	return conclude(rc, &client);
}

static enum exit_status
version(const struct options *o, int argc, char **argv)
{
	struct koictl_client client;
	json_t *health = NULL;
	const char *koi;

	if (argc > 0)
		return usage("one word too many", argv[0]);
	if (koictl_client_connect(&client, o->prefix) == 0)
		koictl_client_ask(&client, koictl_client_query("/koi/health", ""), &health);
	koictl_client_close(&client);
	koi = json_string_value(json_object_get(health, "version"));
	if (o->is_json)
		printf("{\"koictl\": \"%s\"%s%s%s}\n", KOI_VERSION,
		       koi == NULL ? "" : ", \"koi\": \"", koi == NULL ? "" : koi,
		       koi == NULL ? "" : "\"");
	else
		printf("koictl %s\nkoi %s\n", KOI_VERSION, koi == NULL ? "does not answer" : koi);
	json_decref(health);
	return EXIT_DONE;
}

static void
print_report(const struct config_report *report)
{
	json_t *errors = json_array(), *warnings = json_array();
	json_t *all;

	for (size_t i = 0; i < report->error_count; i++)
		json_array_append_new(errors, json_string(report->errors[i]));
	for (size_t i = 0; i < report->warning_count; i++)
		json_array_append_new(warnings, json_string(report->warnings[i]));
	all = json_pack("{s:o, s:o}", "errors", errors, "warnings", warnings);
	json_dumpf(all, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(all);
}

static enum exit_status
check(const struct options *o, int argc, char **argv)
{
	struct config_report report;
	struct config *config;

	if (argc != 1)
		return usage("check needs one word", "FILE");
	config = config_load(argv[0], CONFIG_CHECK, &report);
	if (o->is_json)
		print_report(&report);
	else
		config_report_print(&report, argv[0], stderr);
	config_report_free(&report);
	if (config == NULL)
		return EXIT_REFUSED;
	config_free(config);
	return EXIT_DONE;
}

static enum exit_status
watch(const struct options *o, int argc, char **argv)
{
	if (argc != 0)
		return usage("one word too many", argv[0]);
	if (o->is_json)
		return usage("watch is for people: koictl --json show is for programs", "");
	return koictl_watch(o->prefix) == 0 ? EXIT_DONE : EXIT_NO_KOI;
}

static enum exit_status
run(const struct options *o, int argc, char **argv)
{
	if (argc == 0) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[0], "demote") != 0 && (o->command.cause != NULL || o->command.duration != NULL))
		return usage("--cause and --for go with demote", "");
	if (strcmp(argv[0], "show") == 0)
		return show(o, argc - 1, argv + 1);
	if (strcmp(argv[0], "watch") == 0)
		return watch(o, argc - 1, argv + 1);
	if (strcmp(argv[0], "version") == 0)
		return version(o, argc - 1, argv + 1);
	if (strcmp(argv[0], "check") == 0)
		return check(o, argc - 1, argv + 1);
	for (const struct koictl_command *c = koictl_commands; c->name != NULL; c++)
		if (strcmp(argv[0], c->name) == 0)
			return change(o, c, argc - 1, argv + 1);
	return usage("no such command", argv[0]);
}

/* getopt would take -240 for an option. Puts such a word last; returns how many there are, 0 or 1. */
static int
put_number_last(int argc, char **argv)
{
	char *number;
	int at = 1;

	while (at < argc && !(argv[at][0] == '-' && argv[at][1] >= '0' && argv[at][1] <= '9'))
		at++;
	if (at >= argc)
		return 0;
	number = argv[at];
	memmove(&argv[at], &argv[at + 1], (size_t)(argc - at - 1) * sizeof(*argv));
	argv[argc - 1] = number;
	return 1;
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "file-prefix", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "cause", required_argument, NULL, OPTION_CAUSE },
		{ "for", required_argument, NULL, OPTION_FOR },
		{ 0 },
	};
	int numbers = put_number_last(argc, argv);
	struct options o = { .prefix = DEFAULT_PREFIX };
	enum exit_status status;
	int option;

	while ((option = getopt_long(argc - numbers, argv, "f:jhV", known, NULL)) != -1) {
		switch (option) {
		case 'f':
			o.prefix = optarg;
			break;
		case 'j':
			o.is_json = true;
			break;
		case OPTION_CAUSE:
			o.command.cause = optarg;
			break;
		case OPTION_FOR:
			o.command.duration = optarg;
			break;
		case 'h':
			print_help(stdout);
			return EXIT_DONE;
		case 'V':
			printf("koictl %s\n", KOI_VERSION);
			return EXIT_DONE;
		default:
			return usage("not understood", "");
		}
	}
	status = run(&o, argc - optind, argv + optind);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "koictl: cannot write: %s\n", strerror(errno));
		return EXIT_REFUSED;
	}
	return status;
}
