/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cpuflags.h>

#include "eal_args.h"
#include "memory.h"
#include "suite.h"

#define WORDS_MAX 16

static char words[512];
static char *argv[WORDS_MAX + 1];

static int
split(const char *line)
{
	int argc = 0;

	snprintf(words, sizeof(words), "koi %s", line);
	for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
		if (argc < WORDS_MAX)
			argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

static struct eal_options
scan(const char *line)
{
	struct eal_options options = { 0 };
	int argc = split(line);

	CU_ASSERT_EQUAL(eal_options_scan(argc, argv, &options), 0);
	return options;
}

static void
prefix_in_every_spelling(void)
{
	CU_ASSERT_STRING_EQUAL(scan("").file_prefix, "rte");
	CU_ASSERT_STRING_EQUAL(scan("-l 0,1").file_prefix, "rte");
	CU_ASSERT_STRING_EQUAL(scan("--file-prefix a").file_prefix, "a");
	CU_ASSERT_STRING_EQUAL(scan("--file-prefix=a -l 0").file_prefix, "a");
	CU_ASSERT_STRING_EQUAL(scan("--file-p a").file_prefix, "a");
	CU_ASSERT_STRING_EQUAL(scan("--fi=a").file_prefix, "a");
	CU_ASSERT_STRING_EQUAL(scan("--file-prefix a --file-prefix b").file_prefix, "b");
	/* The value of another option is no option. */
	CU_ASSERT_STRING_EQUAL(scan("--vdev --file-prefix=a").file_prefix, "rte");
}

static void
flags_in_every_spelling(void)
{
	CU_ASSERT_TRUE(scan("--no-huge").is_no_huge);
	CU_ASSERT_TRUE(scan("-l 0 --no-hu -v").is_no_huge);
	CU_ASSERT_FALSE(scan("--no-h").is_no_huge); /* or --no-hpet: the EAL refuses it */
	CU_ASSERT_FALSE(scan("--vdev --no-huge").is_no_huge);
	CU_ASSERT_FALSE(scan("--huge-unlink").is_no_huge);
	CU_ASSERT_TRUE(scan("--in-memory").is_in_memory);
	CU_ASSERT_TRUE(scan("--in").is_in_memory);
	CU_ASSERT_FALSE(scan("--no-huge").is_in_memory);
}

static void
devices_chosen_by_the_user(void)
{
	CU_ASSERT_TRUE(scan("-a 00:01.0").has_device_choice);
	CU_ASSERT_TRUE(scan("-a00:01.0").has_device_choice);
	CU_ASSERT_TRUE(scan("--allow=00:01.0").has_device_choice);
	CU_ASSERT_TRUE(scan("--al 00:01.0").has_device_choice);
	CU_ASSERT_TRUE(scan("-b 00:01.0").has_device_choice);
	CU_ASSERT_TRUE(scan("--block 00:01.0").has_device_choice);
	CU_ASSERT_TRUE(scan("--no-pci").has_device_choice);
	CU_ASSERT_TRUE(scan("-vb00:01.0").has_device_choice);
	CU_ASSERT_FALSE(scan("--vdev net_null0 -l 0,1").has_device_choice);
	CU_ASSERT_FALSE(scan("-d -a").has_device_choice);
}

static void
memory_given_by_the_user(void)
{
	CU_ASSERT_FALSE(scan("-n 4").has_memory);
	CU_ASSERT_TRUE(scan("-m 256").has_memory);
	CU_ASSERT_EQUAL(scan("-m256").memory_mib, 256);
	CU_ASSERT_EQUAL(scan("--socket-mem=512,0,128").memory_mib, 640);
	CU_ASSERT_TRUE(scan("--socket-m 512").has_memory);
	CU_ASSERT_FALSE(scan("--socket-limit 512").has_memory);
}

static void
lcores_are_counted(void)
{
	static const struct {
		const char *line;
		unsigned int lcores;
	} cases[] = {
		{ "-l 0,1", 2 },
		{ "-l 0-3", 4 },
		{ "-l 0,2-3,7", 4 },
		{ "-c 0xf0", 4 },
		{ "-c3", 2 },
		{ "--lcores 0@0,1@0,2@0", 3 },
		{ "--lcores=(0-2)@0", 3 },
		{ "--lcores 0,(3-5,7)@(8-11)", 5 },
		{ "--lcores 1-2@(4,5),9", 3 },
	};

	for (size_t i = 0; i < SUITE_LEN(cases); i++)
		CU_ASSERT_EQUAL(scan(cases[i].line).lcores, cases[i].lcores);
	CU_ASSERT(scan("").lcores >= 1);
}

static void
what_belongs_to_no_option_is_named(void)
{
	CU_ASSERT_PTR_NULL(scan("-l 0,1 --no-pci -m 5").operand);
	CU_ASSERT_STRING_EQUAL(scan("-l 0,1 lan.json --no-pci").operand, "lan.json");
	CU_ASSERT_STRING_EQUAL(scan("-l 0,1 --no-pci").unknown, "");
	CU_ASSERT_STRING_EQUAL(scan("a.json --exotic=3 -l 0").unknown, "--exotic=3");
	CU_ASSERT_STRING_EQUAL(scan("-vQ -l 0").unknown, "-Q");
	CU_ASSERT_STRING_EQUAL(scan("-c lan.json").coremask, "lan.json");
	CU_ASSERT_PTR_NULL(scan("-l 0").coremask);
}

/* A configuration of interfaces with these devices. */
#define CONFIG(...)                                                                               \
	(&(struct config){                                                                        \
		.interfaces = (struct config_interface[]){ __VA_ARGS__ },                         \
		.interface_count = sizeof((struct config_interface[]){ __VA_ARGS__ }) /           \
				   sizeof(struct config_interface),                               \
	})

#define ON(name) { .device = (char[]){ name }, .parent = -1, .mtu = 1500 }

/* What the EAL is given for a line: its words after the program's name. */
static void
check_built(const char *line, const struct config *config, const char *expected)
{
	struct eal_args args;
	int argc = split(line);
	char text[512] = "";

	CU_ASSERT_EQUAL_FATAL(eal_args_build(argc, argv, config, &args), 0);
	for (int i = 1; i < args.argc; i++) {
		strcat(text, i > 1 ? " " : "");
		strcat(text, args.argv[i]);
	}
	CU_ASSERT_STRING_EQUAL(text, expected);
	if (strcmp(text, expected) != 0)
		printf("    koi %s: %s\n", line, text);
	CU_ASSERT_STRING_EQUAL(args.argv[0], "koi");
	CU_ASSERT_PTR_NULL(args.argv[args.argc]);
	eal_args_free(&args);
}

static void
devices_of_the_configuration_are_allowed(void)
{
	const struct config *two = CONFIG(ON("0000:03:00.0"), ON("net_null0"),
					  ON("04:00.1,a=1,b=2"));
	const struct config *virtual = CONFIG(ON("net_null0"), ON("net_af_packet0,iface=03:00.0"));

	check_built("-l 0,1", two, "-l 0,1 -a 0000:03:00.0 -a 04:00.1,a=1,b=2");
	check_built("-l 0,1", virtual, "-l 0,1 --no-pci");
	check_built("", virtual, "--no-pci");
	check_built("-a 0000:05:00.0", two, "-a 0000:05:00.0");
	check_built("--block=0000:05:00.0", two, "--block=0000:05:00.0");
	check_built("--no-pci", two, "--no-pci");
}

static void
memory_is_added_without_hugepages(void)
{
	const struct config *config = CONFIG(ON("net_null0"));
	char expected[64];

	snprintf(expected, sizeof(expected), "-l 0-2 --no-huge --no-pci -m %llu",
		 (unsigned long long)memory_needed_mib(config, 2));
	check_built("-l 0-2 --no-huge", config, expected);
	check_built("--no-huge -m 80", config, "--no-huge -m 80 --no-pci");
	check_built("--no-huge --socket-mem 80", config, "--no-huge --socket-mem 80 --no-pci");
	check_built("-l 0,1", config, "-l 0,1 --no-pci");
}

static void
memory_follows_the_configuration(void)
{
	char one_device[] = "net_null0";
	const struct config *one = CONFIG(ON("net_null0"));
	const struct config *two = CONFIG(ON("net_null0"), ON("net_null1"));
	const struct config *narrow = CONFIG({ .device = one_device, .parent = -1, .mtu = 1500, .rx_queues = 1 });
	const struct config *jumbo = CONFIG({ .device = one_device, .parent = -1, .mtu = 9000 });

	CU_ASSERT(memory_needed_mib(one, 1) >= EAL_NO_HUGE_MIB / 2);
	CU_ASSERT(memory_needed_mib(one, 1) <= 128);
	CU_ASSERT(memory_needed_mib(two, 8) > memory_needed_mib(one, 8));
	CU_ASSERT(memory_needed_mib(one, 8) > memory_needed_mib(one, 1));
	CU_ASSERT(memory_needed_mib(jumbo, 8) > memory_needed_mib(one, 8));
	CU_ASSERT(memory_needed_mib(narrow, 8) < memory_needed_mib(one, 8));
	CU_ASSERT(memory_needed_mib(narrow, 1) == memory_needed_mib(one, 1));
}

static void
tables_take_memory_and_wide_vectors(void)
{
	struct config_route route = { .type = CONFIG_ROUTE_BLACKHOLE };
	struct config config = *CONFIG(ON("net_null0"));
	uint64_t without = memory_needed_mib(&config, 1);

	CU_ASSERT_FALSE(scan("--no-huge").has_simd_choice);
	CU_ASSERT_TRUE(scan("--force-max-simd-bitwidth=256").has_simd_choice);
	check_built("-m 64", &config, "-m 64 --no-pci");
	config.routes = &route;
	config.route_count = 1;
	/* Two copies of 16 million entries of two octets. */
	CU_ASSERT(memory_needed_mib(&config, 1) >= without + 64);
	check_built("-m 64 --force-max-simd-bitwidth 256", &config,
		    "-m 64 --force-max-simd-bitwidth 256 --no-pci");
#ifdef RTE_ARCH_X86
	if (rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512BW) > 0)
		check_built("-m 64", &config, "-m 64 --no-pci --force-max-simd-bitwidth=512");
#endif
}

static void
many_addresses_take_memory(void)
{
	static struct config_vhid vhids[4096];
	static struct ip_prefix addresses[255];
	struct config config = *CONFIG(ON("net_null0"));
	uint64_t without = memory_needed_mib(&config, 1);

	for (size_t i = 0; i < SUITE_LEN(vhids); i++) {
		vhids[i].addresses = addresses;
		vhids[i].address_count = SUITE_LEN(addresses);
	}
	config.vhids = vhids;
	config.vhid_count = SUITE_LEN(vhids);
	/* A million addresses, each with two slots of 16 octets at least. */
	CU_ASSERT(memory_needed_mib(&config, 1) >= without + 32);
}

static void
short_memory_says_what_to_type(void)
{
	char text[MEMORY_TEXT];

	CU_ASSERT_STRING_EQUAL(memory_short_format(128, 64, true, text),
			       "needs 128 MiB, has 64: type -m 128");
	memory_short_format(127, 64, false, text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "needs 127 MiB, has 64: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "type dpdk-hugepages.py --setup 128M"));
	memory_short_format(UINT64_MAX, UINT64_MAX, false, text);
	CU_ASSERT(strlen(text) < MEMORY_TEXT - 1);
}

static const struct suite_test tests[] = {
	SUITE_TEST(prefix_in_every_spelling),
	SUITE_TEST(flags_in_every_spelling),
	SUITE_TEST(devices_chosen_by_the_user),
	SUITE_TEST(memory_given_by_the_user),
	SUITE_TEST(lcores_are_counted),
	SUITE_TEST(what_belongs_to_no_option_is_named),
	SUITE_TEST(devices_of_the_configuration_are_allowed),
	SUITE_TEST(memory_is_added_without_hugepages),
	SUITE_TEST(memory_follows_the_configuration),
	SUITE_TEST(tables_take_memory_and_wide_vectors),
	SUITE_TEST(many_addresses_take_memory),
	SUITE_TEST(short_memory_says_what_to_type),
};

int
main(void)
{
	return suite_run("eal_args", tests, SUITE_LEN(tests));
}
