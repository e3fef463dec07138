/* SPDX-License-Identifier: BSD-3-Clause */
#include "args.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_version.h>

#include "config/config.h"

#include "eal_args.h"

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", optional_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* The first word that getopt does not take for an option ends the options: none is expected. */
#define SHORT_OPTIONS "+:c:t::Vh"

static int __attribute__((format(printf, 1, 2)))
usage_error(const char *format, ...)
{
	va_list args;

	fputs("koi: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\ntry koi --help\n", stderr);
	return ARGS_EXIT_USAGE;
}

static bool
is_readable_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, R_OK) == 0;
}

/* What works as the first argument, without "--". */
static bool
is_early(const char *word)
{
	static const char *const early[] = { "-t", "--check", "-V", "--version", "-h", "--help" };

	for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		if (strcmp(word, early[i]) == 0)
			return true;
	return strncmp(word, "--check=", strlen("--check=")) == 0;
}

/* An option of koi, in any of its spellings but abbreviations. */
static bool
is_own_option(const char *word)
{
	size_t len = strcspn(word, "=");

	if (word[0] == '-' && word[1] != '-')
		return word[1] != '\0' && strchr("ctV", word[1]) != NULL;
	for (const struct option *o = long_options; o->name != NULL; o++)
		if (strncmp(word, "--", 2) == 0 && strlen(o->name) == len - 2 &&
		    strncmp(word + 2, o->name, len - 2) == 0)
			return true;
	return false;
}

/* argv[0] is not looked at: the program's name, or "--". */
static int
parse_options(int argc, char **argv, struct args *out)
{
	const char *check_file = NULL;
	int opt;

	opterr = 0;
	optind = 0; /* getopt begins anew */
	while ((opt = getopt_long(argc, argv, SHORT_OPTIONS, long_options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			out->config_file = optarg;
			break;
		case 't':
			out->action = ARGS_CHECK;
			if (optarg == NULL && optind < argc && argv[optind][0] != '-')
				optarg = argv[optind++];
			if (optarg != NULL)
				check_file = optarg;
			break;
		case 'V':
			out->action = ARGS_VERSION;
			return 0;
		case 'h':
			out->action = ARGS_HELP;
			return 0;
		case ':':
			return usage_error("%s needs a file", argv[optind - 1]);
		default:
			if (optopt != 0 && strchr("ctVh", optopt) == NULL)
				return usage_error("unknown option -%c", optopt);
			return usage_error("unknown option %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return usage_error("unexpected argument %s: did you mean -c %s", argv[optind],
				   argv[optind]);
	if (check_file != NULL)
		out->config_file = check_file;
	return 0;
}

/* Options of koi that stand where the EAL's belong. */
static int
check_eal_part(int argc, char **argv)
{
	struct eal_options eal;

	if (eal_options_scan(argc, argv, &eal) != 0) {
		fputs("koi: no memory\n", stderr);
		return 1;
	}
	if (eal.coremask != NULL && is_readable_file(eal.coremask))
		return usage_error("-c %s: before -- this is the EAL's core mask: "
				   "did you mean -- -c %s", eal.coremask, eal.coremask);
	if (eal.unknown[0] != '\0' && is_own_option(eal.unknown))
		return usage_error("%s: options of koi follow --: did you mean -- %s", eal.unknown,
				   eal.unknown);
	if (eal.operand != NULL)
		return usage_error("unexpected argument %s: did you mean -- -c %s", eal.operand,
				   eal.operand);
	return 0;
}

int
args_parse(int argc, char **argv, struct args *out)
{
	int split = 1;
	int rc;

	*out = (struct args){
		.action = ARGS_RUN,
		.config_file = CONFIG_DEFAULT_FILE,
		.eal_argc = 1,
		.eal_argv = argv,
	};
	if (argc > 1 && is_early(argv[1]))
		return parse_options(argc, argv, out);

	while (split < argc && strcmp(argv[split], "--") != 0)
		split++;
	rc = check_eal_part(split, argv);
	if (rc != 0)
		return rc;
	out->eal_argc = split;
	return split < argc ? parse_options(argc - split, argv + split, out) : 0;
}

void
args_print_help(FILE *to)
{
	fputs("usage: koi [EAL options] -- [options]\n"
	      "       koi --check [FILE] | --version | --help\n"
	      "\n"
	      "koi keeps virtual IP addresses alive (CARP) on the network ports that its\n"
	      "configuration names.\n"
	      "\n"
	      "  -c, --config FILE    the configuration; default " CONFIG_DEFAULT_FILE "\n"
	      "  -t, --check [FILE]   check the configuration, print every error, exit\n"
	      "  -V, --version        print the version, exit\n"
	      "  -h, --help           print this, exit\n"
	      "\n"
	      "EAL options that matter most (all: dpdk-testpmd --help):\n"
	      "  -l 0,1               the lcores: the first controls, the others work\n"
	      "  --lcores 0@0,1@0     the same, all on CPU 0\n"
	      "  --file-prefix NAME   several koi on one machine: a name for each\n"
	      "  --no-huge            without hugepages\n"
	      "  -m MIB               memory; with --no-huge koi adds what it needs\n"
	      "  -a, -b, --no-pci     PCI devices; default: those of the configuration\n"
	      "  --log-level=TYPE:LEVEL   for example 'koi.*:debug'\n"
	      "\n"
	      "Exit status: 0 clean stop or valid configuration, 1 failure at run time, 2 usage,\n"
	      "3 invalid configuration, 4 EAL, memory or port bring-up failed.\n"
	      "\n"
	      "  koi -l 0,1 --file-prefix a -- -c lan.json\n",
	      to);
}

void
args_print_version(FILE *to)
{
	fprintf(to, "koi %s (%s)\n", KOI_VERSION, rte_version());
}
