/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The EAL's options: what the user's say, and what koi adds from its configuration.
 *
 * All spellings that the EAL takes are understood: -a X, -aX, --allow X, --allow=X, abbreviated
 * long options, options in any order.
 *
 * Threads: main(), before the EAL starts.
 * Memory:  eal_args_build() allocates, eal_args_free() frees; strings point into the user's argv
 *          and the configuration.
 */
#ifndef EAL_ARGS_H
#define EAL_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

/** What the EAL takes for --file-prefix if there is none. */
#define EAL_FILE_PREFIX_DEFAULT "rte"
/** Memory in MiB that the EAL takes with --no-huge and no -m. */
#define EAL_NO_HUGE_MIB 64

struct eal_options {
	const char *file_prefix; /**< EAL_FILE_PREFIX_DEFAULT if not given */
	const char *coremask;    /**< the value of -c, or NULL */
	const char *operand;     /**< the first word that belongs to no option, or NULL */
	char unknown[64];        /**< the first option that the EAL does not have, or "" */
	unsigned int lcores;     /**< how many the EAL will start */
	uint64_t memory_mib;     /**< -m or --socket-mem; 0 if not given */
	bool has_memory;         /**< -m or --socket-mem */
	bool has_device_choice;  /**< -a, -b or --no-pci */
	bool is_no_huge;
	bool is_in_memory;
	bool has_simd_choice;    /**< --force-max-simd-bitwidth */
};

/** Read the EAL's options. argv[0] is the program's name. Returns 0 or -ENOMEM. */
int eal_options_scan(int argc, char **argv, struct eal_options *out);

/** An argv for rte_eal_init(), which may reorder it. */
struct eal_args {
	int argc;
	char **argv;
	char memory_mib[24];
};

/**
 * The user's options, and after them: the configuration's PCI devices (-a) or --no-pci, unless the
 * user chose devices; --force-max-simd-bitwidth=512, if there are routes to be looked up, the CPU
 * has such vectors and the user did not choose a width; -m with what memory_needed_mib() says, if the
 * user has --no-huge without it.
 *
 * @return 0 or -ENOMEM
 */
int eal_args_build(int argc, char **argv, const struct config *config, struct eal_args *out);
void eal_args_free(struct eal_args *args);

#endif /* EAL_ARGS_H */
