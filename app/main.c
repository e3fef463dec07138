/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * koi: start in stages, each of which undoes itself; run; stop in the reverse order.
 *
 * What can be wrong without the EAL is found before it starts: arguments, configuration, another koi
 * with the same prefix.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_pdump.h>

#include "args.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "control.h"
#include "eal_args.h"
#include "endpoint_telemetry.h"
#include "instance.h"
#include "manager.h"
#include "memory.h"
#include "notify.h"
#include "runtime.h"
#include "worker.h"

enum exit_status {
	EXIT_CLEAN = 0,
	EXIT_RUN = 1,
	EXIT_USAGE = ARGS_EXIT_USAGE,
	EXIT_CONFIG = 3,
	EXIT_BRING_UP = 4,
};

static enum exit_status
check(const char *file)
{
	struct config_report report;
	struct config *config = config_load(file, CONFIG_CHECK, &report);
	enum exit_status status = config != NULL ? EXIT_CLEAN : EXIT_CONFIG;

	config_report_print(&report, file, stderr);
	config_report_free(&report);
	config_free(config);
	return status;
}

/* ------------------------------------------------------------------------------------------- */
/* With the EAL                                                                                 */
/* ------------------------------------------------------------------------------------------- */

static void
say_memory(uint64_t needed_mib, bool is_no_huge)
{
	struct rte_malloc_socket_stats stats;
	char text[MEMORY_TEXT];
	uint64_t total = 0;

	for (unsigned int i = 0; i < rte_socket_count(); i++)
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) == 0)
			total += stats.heap_totalsz_bytes;
	fprintf(stderr, "koi: %s\n",
		memory_short_format(needed_mib, total >> 20, is_no_huge, text));
}

static enum exit_status
run(struct runtime *r)
{
	struct manager *manager = manager_start(r);
	unsigned int lcore;
	int rc;

	if (manager == NULL) {
		fprintf(stderr, "koi: manager: %s\n", strerror(errno));
		return EXIT_BRING_UP;
	}
	for (unsigned int i = 0; i < r->worker_count; i++)
		rte_eal_remote_launch(worker_main, &r->worker[i], r->worker[i].lcore);
	endpoint_telemetry_start(r);
	rc = control_main(r);
	endpoint_telemetry_stop();
	atomic_store(&r->workers_stop, true);
	RTE_LCORE_FOREACH_WORKER(lcore)
		rte_eal_wait_lcore(lcore);
	manager_stop(manager);
	if (rc == 0)
		return EXIT_CLEAN;
	fprintf(stderr, "koi: control: %s\n", strerror(-rc));
	return EXIT_RUN;
}

static enum exit_status
start(const struct args *args, struct config **config, const struct eal_options *options,
      struct notify *notify)
{
	static struct runtime runtime;
	uint64_t needed_mib = memory_needed_mib(*config, rte_lcore_count() - 1);
	enum exit_status status;
	int rc;

	if (rte_lcore_count() < 2) {
		fprintf(stderr, "koi: needs two lcores: -l 0,1 or --lcores 0@0,1@0\n");
		return EXIT_USAGE;
	}
	clock_init();
	rc = runtime_create(&runtime, *config, args->config_file, options->file_prefix);
	if (rc != 0) {
		if (rc == -ENOMEM)
			say_memory(needed_mib, options->is_no_huge);
		/* What the file wants is an address that the device brings with it. */
		return rc == -EADDRINUSE ? EXIT_CONFIG : EXIT_BRING_UP;
	}
	*config = NULL;
	runtime.notify = notify;
	runtime.notify_counters = notify_counters(notify);
	status = run(&runtime);
	runtime_destroy(&runtime);
	return status;
}

/*
 * For dpdk-dumpcap: another process, which can join only by hugepages that both of them see. What
 * it needs is large, so that without them there is nothing of it.
 */
static void
offer_capture(const struct eal_options *options)
{
	if (rte_eal_has_hugepages() && !options->is_in_memory && rte_pdump_init() != 0)
		log_line(WARNING, port, "dpdk-dumpcap will not work: %s", rte_strerror(rte_errno));
}

static enum exit_status
start_eal(const struct args *args, struct config **config, const struct eal_options *options,
	  struct notify *notify)
{
	enum exit_status status;
	struct eal_args eal;

	if (eal_args_build(args->eal_argc, args->eal_argv, *config, &eal) != 0) {
		fprintf(stderr, "koi: out of memory\n");
		return EXIT_RUN;
	}
	if (rte_eal_init(eal.argc, eal.argv) < 0) {
		fprintf(stderr, "koi: the EAL did not start: %s%s\n", rte_strerror(rte_errno),
			options->is_no_huge ? "" : " (without hugepages: --no-huge)");
		eal_args_free(&eal);
		return EXIT_BRING_UP;
	}
	offer_capture(options);
	status = start(args, config, options, notify);
	rte_pdump_uninit();
	rte_eal_cleanup();
	eal_args_free(&eal);
	return status;
}

/* ------------------------------------------------------------------------------------------- */
/* Before it                                                                                    */
/* ------------------------------------------------------------------------------------------- */

static enum exit_status
start_instance(const struct args *args, struct config **config, struct notify *notify)
{
	char base[INSTANCE_DIR_MAX];
	struct eal_options options;
	struct instance instance;
	enum exit_status status;
	pid_t other;
	int rc;

	rc = eal_options_scan(args->eal_argc, args->eal_argv, &options);
	if (rc == 0)
		rc = instance_base(base);
	if (rc == 0)
		rc = instance_lock(&instance, base, options.file_prefix, &other);
	if (rc == -EINVAL) {
		fprintf(stderr, "koi: --file-prefix %s: not a name for a directory\n",
			options.file_prefix);
		return EXIT_USAGE;
	}
	if (rc == -EBUSY) {
		fprintf(stderr, "koi: another koi with --file-prefix %s runs: pid %d\n",
			options.file_prefix, (int)other);
		return EXIT_BRING_UP;
	}
	if (rc != 0) {
		fprintf(stderr, "koi: runtime directory: %s\n", strerror(-rc));
		return EXIT_BRING_UP;
	}
	manager_block_signals();
	status = start_eal(args, config, &options, notify);
	instance_unlock(&instance);
	return status;
}

static enum exit_status
load_and_start(const struct args *args, struct notify *notify)
{
	struct config_report report;
	struct config *config = config_load(args->config_file, CONFIG_RUN, &report);
	enum exit_status status;

	config_report_print(&report, args->config_file, stderr);
	config_report_free(&report);
	if (config == NULL)
		return EXIT_CONFIG;
	status = start_instance(args, &config, notify);
	config_free(config);
	return status;
}

/* The process that starts programs comes first: it has no secret, no memory of the EAL, no lock. */
static enum exit_status
start_with_helper(int argc, char **argv, const struct args *args)
{
	struct notify *notify = notify_start(argc, argv, NOTIFY_LIMIT_MS);
	enum exit_status status;

	if (notify == NULL) {
		fprintf(stderr, "koi: the process that starts programs: %s\n", strerror(errno));
		return EXIT_RUN;
	}
	status = load_and_start(args, notify);
	notify_stop(notify);
	return status;
}

int
main(int argc, char **argv)
{
	struct args args;
	int rc = args_parse(argc, argv, &args);

	if (rc != 0)
		return rc;
	switch (args.action) {
	case ARGS_CHECK:
		return check(args.config_file);
	case ARGS_VERSION:
		args_print_version(stdout);
		return EXIT_CLEAN;
	case ARGS_HELP:
		args_print_help(stdout);
		return EXIT_CLEAN;
	default:
		return start_with_helper(argc, argv, &args);
	}
}
