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
#include "koictl_show.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_KOI = 3,
};

/* The EAL's own default of --file-prefix. */
#define DEFAULT_PREFIX "rte"

struct options {
	const char *prefix;
	bool is_json;
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
		fprintf(to, "  %-30s  %s\n", words, s->help);
	}
	fprintf(to,
		"  %-30s  %s\n"
		"  %-30s  %s\n"
		"\n"
		"options:\n"
		"  -f, --file-prefix PREFIX        which koi: its --file-prefix, by default %s\n"
		"  -j, --json                      the answer as JSON\n"
		"  -h, --help                      this text\n"
		"  -V, --version                   the version of koictl\n"
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

static enum exit_status
status_of(int rc, const struct koictl_client *c)
{
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, "koictl: %s\n", c->error);
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
	koictl_client_close(&client);
	return status_of(rc, &client);
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
		koictl_client_query(&client, "/koi/health", "", &health);
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
run(const struct options *o, int argc, char **argv)
{
	if (argc == 0) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[0], "show") == 0)
		return show(o, argc - 1, argv + 1);
	if (strcmp(argv[0], "version") == 0)
		return version(o, argc - 1, argv + 1);
	if (strcmp(argv[0], "check") == 0)
		return check(o, argc - 1, argv + 1);
	return usage("no such command", argv[0]);
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "file-prefix", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct options o = { .prefix = DEFAULT_PREFIX };
	enum exit_status status;
	int option;

	while ((option = getopt_long(argc, argv, "f:jhV", known, NULL)) != -1) {
		switch (option) {
		case 'f':
			o.prefix = optarg;
			break;
		case 'j':
			o.is_json = true;
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
