/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal_args.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cpuflags.h>

#include "port/port.h"

#include "memory.h"
#include "routes_plan.h"

enum {
	OPT_OTHER = 256,
	OPT_FILE_PREFIX,
	OPT_SOCKET_MEM,
	OPT_LCORES,
	OPT_NO_HUGE,
	OPT_NO_PCI,
	OPT_IN_MEMORY,
	OPT_SIMD,
};

/*
 * All that DPDK 22.11 takes: only with the whole table does getopt tell an option from the value
 * of another, and an abbreviation that is unique from one that is not.
 */
#define SHORT_OPTIONS ":a:b:c:s:d:hl:S:m:n:r:v"

static const struct option long_options[] = {
	{ "allow", required_argument, NULL, 'a' },
	{ "base-virtaddr", required_argument, NULL, OPT_OTHER },
	{ "block", required_argument, NULL, 'b' },
	{ "create-uio-dev", no_argument, NULL, OPT_OTHER },
	{ "file-prefix", required_argument, NULL, OPT_FILE_PREFIX },
	{ "force-max-simd-bitwidth", required_argument, NULL, OPT_SIMD },
	{ "help", no_argument, NULL, 'h' },
	{ "huge-dir", required_argument, NULL, OPT_OTHER },
	{ "huge-unlink", optional_argument, NULL, OPT_OTHER },
	{ "huge-worker-stack", optional_argument, NULL, OPT_OTHER },
	{ "in-memory", no_argument, NULL, OPT_IN_MEMORY },
	{ "iova-mode", required_argument, NULL, OPT_OTHER },
	{ "lcores", required_argument, NULL, OPT_LCORES },
	{ "legacy-mem", no_argument, NULL, OPT_OTHER },
	{ "log-level", required_argument, NULL, OPT_OTHER },
	{ "main-lcore", required_argument, NULL, OPT_OTHER },
	{ "match-allocations", no_argument, NULL, OPT_OTHER },
	{ "mbuf-pool-ops-name", required_argument, NULL, OPT_OTHER },
	{ "no-hpet", no_argument, NULL, OPT_OTHER },
	{ "no-huge", no_argument, NULL, OPT_NO_HUGE },
	{ "no-pci", no_argument, NULL, OPT_NO_PCI },
	{ "no-shconf", no_argument, NULL, OPT_OTHER },
	{ "no-telemetry", no_argument, NULL, OPT_OTHER },
	{ "proc-type", required_argument, NULL, OPT_OTHER },
	{ "single-file-segments", no_argument, NULL, OPT_OTHER },
	{ "socket-limit", required_argument, NULL, OPT_OTHER },
	{ "socket-mem", required_argument, NULL, OPT_SOCKET_MEM },
	{ "syslog", required_argument, NULL, OPT_OTHER },
	{ "telemetry", no_argument, NULL, OPT_OTHER },
	{ "trace", required_argument, NULL, OPT_OTHER },
	{ "trace-bufsz", required_argument, NULL, OPT_OTHER },
	{ "trace-dir", required_argument, NULL, OPT_OTHER },
	{ "trace-mode", required_argument, NULL, OPT_OTHER },
	{ "vdev", required_argument, NULL, OPT_OTHER },
	{ "vfio-intr", required_argument, NULL, OPT_OTHER },
	{ "vfio-vf-token", required_argument, NULL, OPT_OTHER },
	{ "vmware-tsc-map", no_argument, NULL, OPT_OTHER },
	{ NULL, 0, NULL, 0 },
};

/* Bits of a hexadecimal mask. */
static unsigned int
count_mask(const char *mask)
{
	unsigned int count = 0;

	if (mask[0] == '0' && (mask[1] == 'x' || mask[1] == 'X'))
		mask += 2;
	for (; isxdigit((unsigned char)*mask); mask++) {
		char digit[] = { *mask, '\0' };

		count += (unsigned int)__builtin_popcountl(strtoul(digit, NULL, 16));
	}
	return count;
}

/* How many of "7" or "4-7". Advances @p text past it. */
static unsigned int
count_range(const char **text)
{
	char *end;
	unsigned long first = strtoul(*text, &end, 10);
	unsigned long last = first;

	if (*end == '-')
		last = strtoul(end + 1, &end, 10);
	if (end == *text)
		end++; /* not a number: the EAL will say so */
	*text = end;
	return (unsigned int)(last > first ? last - first : first - last) + 1;
}

/* Lcores of a list as -l and --lcores take it: "0,2-3", "(0-2)@0", "0@0,(1,2)@(4-5)". */
static unsigned int
count_list(const char *list)
{
	bool is_cpu = false; /* behind '@' */
	unsigned int depth = 0;
	unsigned int count = 0;

	while (*list != '\0') {
		if (isdigit((unsigned char)*list)) {
			unsigned int n = count_range(&list);

			count += is_cpu ? 0 : n;
			continue;
		}
		if (*list == '(')
			depth++;
		else if (*list == ')' && depth > 0)
			depth--;
		else if (*list == '@')
			is_cpu = true;
		else if (*list == ',' && depth == 0)
			is_cpu = false;
		list++;
	}
	return count;
}

/* Without an option the EAL starts an lcore on each CPU that it may use. */
static unsigned int
count_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned int)CPU_COUNT(&set) : 1;
}

/* "512" or "512,0,512": by NUMA node. */
static uint64_t
sum_list(const char *list)
{
	uint64_t sum = 0;
	char *end;

	for (;;) {
		sum += strtoull(list, &end, 10);
		if (*end != ',')
			return sum;
		list = end + 1;
	}
}

static void
note_option(struct eal_options *o, int opt)
{
	switch (opt) {
	case 'a':
	case 'b':
	case OPT_NO_PCI:
		o->has_device_choice = true;
		break;
	case 'c':
		o->coremask = optarg;
		o->lcores = count_mask(optarg);
		break;
	case 'l':
	case OPT_LCORES:
		o->lcores = count_list(optarg);
		break;
	case 'm':
	case OPT_SOCKET_MEM:
		o->has_memory = true;
		o->memory_mib = sum_list(optarg);
		break;
	case OPT_FILE_PREFIX:
		o->file_prefix = optarg;
		break;
	case OPT_NO_HUGE:
		o->is_no_huge = true;
		break;
	case OPT_IN_MEMORY:
		o->is_in_memory = true;
		break;
	case OPT_SIMD:
		o->has_simd_choice = true;
		break;
	}
}

/* Of a group of letters getopt names the one; a long option is a word of its own. */
static void
note_unknown(struct eal_options *o, const char *word)
{
	if (optopt > 0 && optopt <= UCHAR_MAX)
		snprintf(o->unknown, sizeof(o->unknown), "-%c", optopt);
	else
		snprintf(o->unknown, sizeof(o->unknown), "%s", word);
}

int
eal_options_scan(int argc, char **argv, struct eal_options *out)
{
	char **words = calloc((size_t)argc + 1, sizeof(*words)); /* getopt reorders them */
	int opt;

	if (words == NULL)
		return -ENOMEM;
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	*out = (struct eal_options){
		.file_prefix = EAL_FILE_PREFIX_DEFAULT,
		.lcores = count_cpus(),
	};
	opterr = 0;
	optind = 0; /* getopt begins anew */
	while ((opt = getopt_long(argc, words, SHORT_OPTIONS, long_options, NULL)) != -1) {
		if (opt == '?' && out->unknown[0] == '\0')
			note_unknown(out, words[optind - 1]);
		note_option(out, opt);
	}
	if (optind < argc)
		out->operand = words[optind];
	free(words);
	return 0;
}

/* Does the CPU have the instructions of DPDK's wide lookups? */
static bool
has_wide_vectors(void)
{
#ifdef RTE_ARCH_X86
	return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512F) > 0 &&
	       rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512DQ) > 0 &&
	       rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512BW) > 0;
#else
	return false;
#endif
}

/* Vectors of 512 bits have to be asked for, and only looking up routes gains by them. */
static bool
wants_wide_vectors(const struct config *config)
{
	struct routes_plan plan;
	bool has_tables;

	if (!has_wide_vectors() || routes_plan_make(config, &plan) != 0)
		return false;
	has_tables = routes_plan_has_tables(&plan);
	routes_plan_free(&plan);
	return has_tables;
}

int
eal_args_build(int argc, char **argv, const struct config *config, struct eal_args *out)
{
	static char allow[] = "-a", no_pci[] = "--no-pci", memory[] = "-m";
	static char simd[] = "--force-max-simd-bitwidth=512";
	struct eal_options user;
	bool has_pci = false;

	*out = (struct eal_args){ .argc = argc };
	/* Two words for each device, one for vectors, two for memory, and the NULL at the end. */
	out->argv = calloc((size_t)argc + 2 * config->interface_count + 5, sizeof(*out->argv));
	if (out->argv == NULL || eal_options_scan(argc, argv, &user) != 0) {
		eal_args_free(out);
		return -ENOMEM;
	}
	memcpy(out->argv, argv, (size_t)argc * sizeof(*argv));

	for (size_t i = 0; i < config->interface_count && !user.has_device_choice; i++) {
		const struct config_interface *ifc = &config->interfaces[i];

		if (ifc->parent >= 0 || !port_is_pci(ifc->device))
			continue;
		out->argv[out->argc++] = allow;
		out->argv[out->argc++] = ifc->device;
		has_pci = true;
	}
	if (!user.has_device_choice && !has_pci)
		out->argv[out->argc++] = no_pci;
	if (!user.has_simd_choice && wants_wide_vectors(config))
		out->argv[out->argc++] = simd;
	if (user.is_no_huge && !user.has_memory) {
		unsigned int workers = user.lcores > 1 ? user.lcores - 1 : 1;

		snprintf(out->memory_mib, sizeof(out->memory_mib), "%llu",
			 (unsigned long long)memory_needed_mib(config, workers));
		out->argv[out->argc++] = memory;
		out->argv[out->argc++] = out->memory_mib;
	}
	return 0;
}

void
eal_args_free(struct eal_args *args)
{
	free(args->argv);
	args->argv = NULL;
	args->argc = 0;
}
