/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Which worker polls which queue, by distance between CPUs and devices.
 *
 * Threads: pure functions, called at start. placement_topology_host() asks libnuma.
 */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACEMENT_WORKERS_MAX 64
#define PLACEMENT_PORTS_MAX 32

/** What is asked of the machine; a test injects another. */
struct placement_topology {
	void *cookie;
	int (*node_of_cpu)(void *cookie, int cpu);         /**< -1 if unknown */
	int (*distance)(void *cookie, int node, int other); /**< 10: the same; 0 if unknown */
	bool (*is_allowed)(void *cookie, int cpu);         /**< in the process's CPU set */
};

/** This machine. */
const struct placement_topology *placement_topology_host(void);

struct placement_port {
	int node;          /**< -1: a device without one */
	unsigned int queues; /**< queue pairs that the device allows and the configuration wants */
};

struct placement {
	/** By port and queue: the worker. */
	unsigned int worker[PLACEMENT_PORTS_MAX][PLACEMENT_WORKERS_MAX];
	unsigned int queues[PLACEMENT_PORTS_MAX]; /**< used: at most one for each worker */
	bool is_remote[PLACEMENT_PORTS_MAX][PLACEMENT_WORKERS_MAX]; /**< on another node: warn */
};

/**
 * Give each port's queues to its nearest workers, the least loaded first.
 *
 * @param cpus one CPU for each worker
 * @return     0; -EPERM if a CPU is outside the allowed set, its index in @p bad; -E2BIG for more
 *             workers or ports than there is room for
 */
int placement_assign(const struct placement_topology *t, const int *cpus, size_t workers,
		     const struct placement_port *ports, size_t port_count, struct placement *out,
		     size_t *bad);

#endif /* PLACEMENT_H */
