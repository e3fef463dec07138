/* SPDX-License-Identifier: BSD-3-Clause */
#include "placement.h"

#include <errno.h>
#include <string.h>

#include <numa.h>

#define DISTANCE_LOCAL 10
/* Nodes of which the firmware does not say how far they are from each other. */
#define DISTANCE_UNKNOWN 20

/* ------------------------------------------------------------------------------------------- */
/* This machine                                                                                 */
/* ------------------------------------------------------------------------------------------- */

static int
host_node_of_cpu(void *cookie, int cpu)
{
	(void)cookie;
	return numa_available() < 0 ? 0 : numa_node_of_cpu(cpu);
}

static int
host_distance(void *cookie, int node, int other)
{
	(void)cookie;
	if (numa_available() < 0)
		return node == other ? DISTANCE_LOCAL : 0;
	return numa_distance(node, other);
}

/* libnuma read the set when the program was loaded: the EAL has since narrowed that of main(). */
static bool
host_is_allowed(void *cookie, int cpu)
{
	(void)cookie;
	return cpu >= 0 && numa_bitmask_isbitset(numa_all_cpus_ptr, (unsigned int)cpu) != 0;
}

const struct placement_topology *
placement_topology_host(void)
{
	static const struct placement_topology host = {
		.node_of_cpu = host_node_of_cpu,
		.distance = host_distance,
		.is_allowed = host_is_allowed,
	};

	return &host;
}

/* ------------------------------------------------------------------------------------------- */
/* Assignment                                                                                   */
/* ------------------------------------------------------------------------------------------- */

struct candidate {
	int node;
	unsigned int load; /* queue pairs so far */
	bool is_taken;     /* by the port in hand */
};

/* What has no node is near to everything. */
static int
distance_between(const struct placement_topology *t, int node, int other)
{
	int distance;

	if (node < 0 || other < 0 || node == other)
		return DISTANCE_LOCAL;
	distance = t->distance(t->cookie, node, other);
	return distance > 0 ? distance : DISTANCE_UNKNOWN;
}

/* The nearest worker that the port does not have yet; of equals the least loaded, the first. */
static size_t
choose_worker(const struct placement_topology *t, const struct candidate *worker, size_t workers,
	      int node)
{
	size_t best = workers;
	int best_distance = 0;

	for (size_t i = 0; i < workers; i++) {
		int distance;

		if (worker[i].is_taken)
			continue;
		distance = distance_between(t, node, worker[i].node);
		if (best == workers || distance < best_distance ||
		    (distance == best_distance && worker[i].load < worker[best].load)) {
			best = i;
			best_distance = distance;
		}
	}
	return best;
}

int
placement_assign(const struct placement_topology *t, const int *cpus, size_t workers,
		 const struct placement_port *ports, size_t port_count, struct placement *out,
		 size_t *bad)
{
	struct candidate worker[PLACEMENT_WORKERS_MAX] = { 0 };

	if (workers > PLACEMENT_WORKERS_MAX || port_count > PLACEMENT_PORTS_MAX)
		return -E2BIG;
	for (size_t i = 0; i < workers; i++) {
		if (!t->is_allowed(t->cookie, cpus[i])) {
			*bad = i;
			return -EPERM;
		}
		worker[i].node = t->node_of_cpu(t->cookie, cpus[i]);
	}

	memset(out, 0, sizeof(*out));
	for (size_t p = 0; p < port_count; p++) {
		unsigned int queues = ports[p].queues;

		if (queues > workers)
			queues = (unsigned int)workers;
		for (size_t i = 0; i < workers; i++)
			worker[i].is_taken = false;
		out->queues[p] = queues;
		for (unsigned int q = 0; q < queues; q++) {
			size_t i = choose_worker(t, worker, workers, ports[p].node);

			worker[i].is_taken = true;
			worker[i].load++;
			out->worker[p][q] = (unsigned int)i;
			out->is_remote[p][q] = distance_between(t, ports[p].node, worker[i].node) >
					       DISTANCE_LOCAL;
		}
	}
	return 0;
}
