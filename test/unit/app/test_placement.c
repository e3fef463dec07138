/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "placement.h"
#include "suite.h"

/* ------------------------------------------------------------------------------------------- */
/* Machines                                                                                     */
/* ------------------------------------------------------------------------------------------- */

struct machine {
	int cpus_per_node; /* 0: nobody knows a CPU's node */
	int nodes;
	int far; /* distance between different nodes; 0: unknown */
	int allowed; /* CPUs below this; 0: all */
};

static int
node_of_cpu(void *cookie, int cpu)
{
	const struct machine *m = cookie;

	return m->cpus_per_node == 0 ? -1 : cpu / m->cpus_per_node;
}

static int
distance(void *cookie, int node, int other)
{
	const struct machine *m = cookie;

	return node == other ? 10 : m->far;
}

static bool
is_allowed(void *cookie, int cpu)
{
	const struct machine *m = cookie;

	return m->allowed == 0 || cpu < m->allowed;
}

#define TOPOLOGY(...)                                                                             \
	(&(struct placement_topology){                                                            \
		.cookie = &(struct machine){ __VA_ARGS__ },                                       \
		.node_of_cpu = node_of_cpu,                                                       \
		.distance = distance,                                                             \
		.is_allowed = is_allowed,                                                         \
	})

#define ONE_NODE TOPOLOGY(.cpus_per_node = 8, .nodes = 1, .far = 21)
#define TWO_NODES TOPOLOGY(.cpus_per_node = 4, .nodes = 2, .far = 21)
#define NO_NODES TOPOLOGY(.cpus_per_node = 0)
#define TWO_NODES_UNKNOWN_DISTANCE TOPOLOGY(.cpus_per_node = 4, .nodes = 2, .far = 0)

static struct placement out;

static void
assign(const struct placement_topology *t, const int *cpus, size_t workers,
       const struct placement_port *ports, size_t count)
{
	size_t bad = 99;

	CU_ASSERT_EQUAL_FATAL(placement_assign(t, cpus, workers, ports, count, &out, &bad), 0);
	CU_ASSERT_EQUAL(bad, 99);
	/* Whatever else: a worker has at most one queue pair of a port. */
	for (size_t p = 0; p < count; p++)
		for (unsigned int q = 0; q < out.queues[p]; q++)
			for (unsigned int r = 0; r < q; r++)
				CU_ASSERT_NOT_EQUAL(out.worker[p][q], out.worker[p][r]);
}

/* ------------------------------------------------------------------------------------------- */
/* Tests                                                                                        */
/* ------------------------------------------------------------------------------------------- */

static void
nearest_worker_gets_the_queue(void)
{
	const int cpus[] = { 1, 5 };
	const struct placement_port ports[] = { { 1, 1 }, { 0, 1 }, { 1, 1 } };

	assign(TWO_NODES, cpus, 2, ports, 3);
	CU_ASSERT_EQUAL(out.worker[0][0], 1);
	CU_ASSERT_EQUAL(out.worker[1][0], 0);
	CU_ASSERT_EQUAL(out.worker[2][0], 1);
	for (int p = 0; p < 3; p++)
		CU_ASSERT_FALSE(out.is_remote[p][0]);
}

static void
far_workers_come_last_and_are_marked(void)
{
	const int cpus[] = { 1, 5, 2, 6 };
	const struct placement_port port = { 1, 4 };

	assign(TWO_NODES, cpus, 4, &port, 1);
	CU_ASSERT_EQUAL(out.queues[0], 4);
	CU_ASSERT_EQUAL(out.worker[0][0], 1);
	CU_ASSERT_EQUAL(out.worker[0][1], 3);
	CU_ASSERT_EQUAL(out.worker[0][2], 0);
	CU_ASSERT_EQUAL(out.worker[0][3], 2);
	CU_ASSERT_FALSE(out.is_remote[0][0]);
	CU_ASSERT_FALSE(out.is_remote[0][1]);
	CU_ASSERT_TRUE(out.is_remote[0][2]);
	CU_ASSERT_TRUE(out.is_remote[0][3]);
}

static void
only_a_far_worker_is_used_and_marked(void)
{
	const int cpu = 1;
	const struct placement_port port = { 1, 2 };

	assign(TWO_NODES, &cpu, 1, &port, 1);
	CU_ASSERT_EQUAL(out.queues[0], 1);
	CU_ASSERT_TRUE(out.is_remote[0][0]);
	assign(TWO_NODES_UNKNOWN_DISTANCE, &cpu, 1, &port, 1);
	CU_ASSERT_TRUE(out.is_remote[0][0]);
}

static void
load_is_spread_over_equals(void)
{
	const int cpus[] = { 1, 2, 3 };
	const struct placement_port ports[] = { { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 2 } };

	assign(ONE_NODE, cpus, 3, ports, 5);
	CU_ASSERT_EQUAL(out.worker[0][0], 0);
	CU_ASSERT_EQUAL(out.worker[1][0], 1);
	CU_ASSERT_EQUAL(out.worker[2][0], 2);
	CU_ASSERT_EQUAL(out.worker[3][0], 0);
	CU_ASSERT_EQUAL(out.worker[4][0], 1);
	CU_ASSERT_EQUAL(out.worker[4][1], 2);
}

static void
more_ports_than_workers(void)
{
	const int cpus[] = { 0, 4 };
	struct placement_port ports[PLACEMENT_PORTS_MAX];
	unsigned int load[2] = { 0 };

	for (int p = 0; p < PLACEMENT_PORTS_MAX; p++)
		ports[p] = (struct placement_port){ p % 2, 1 };
	assign(TWO_NODES, cpus, 2, ports, PLACEMENT_PORTS_MAX);
	for (int p = 0; p < PLACEMENT_PORTS_MAX; p++) {
		CU_ASSERT_EQUAL(out.queues[p], 1);
		CU_ASSERT_EQUAL(out.worker[p][0], (unsigned int)p % 2);
		load[out.worker[p][0]]++;
	}
	CU_ASSERT_EQUAL(load[0], load[1]);
}

static void
queues_are_no_more_than_workers(void)
{
	const int cpus[] = { 0, 1 };
	const struct placement_port ports[] = { { 0, 64 }, { 0, 1 }, { 0, 0 } };

	assign(ONE_NODE, cpus, 2, ports, 3);
	CU_ASSERT_EQUAL(out.queues[0], 2);
	CU_ASSERT_EQUAL(out.queues[1], 1);
	CU_ASSERT_EQUAL(out.queues[2], 0);
}

static void
unknown_nodes_are_near(void)
{
	const int cpus[] = { 0, 4 };
	const struct placement_port ports[] = { { -1, 1 }, { -1, 2 }, { 1, 1 } };

	assign(TWO_NODES, cpus, 2, ports, 2);
	CU_ASSERT_EQUAL(out.worker[0][0], 0);
	CU_ASSERT_EQUAL(out.worker[1][0], 1);
	CU_ASSERT_EQUAL(out.worker[1][1], 0);
	CU_ASSERT_FALSE(out.is_remote[1][0]);
	CU_ASSERT_FALSE(out.is_remote[1][1]);
	assign(NO_NODES, cpus, 2, ports, 3);
	CU_ASSERT_EQUAL(out.worker[2][0], 1);
	CU_ASSERT_FALSE(out.is_remote[2][0]);
}

static void
same_question_same_answer(void)
{
	const int cpus[] = { 6, 1, 5, 2, 0 };
	const struct placement_port ports[] = { { 1, 3 }, { 0, 2 }, { -1, 4 }, { 1, 5 }, { 0, 1 } };
	struct placement first;

	assign(TWO_NODES, cpus, 5, ports, 5);
	first = out;
	memset(&out, 0xff, sizeof(out));
	assign(TWO_NODES, cpus, 5, ports, 5);
	CU_ASSERT_EQUAL(memcmp(&first, &out, sizeof(out)), 0);
}

static void
forbidden_cpu_is_refused(void)
{
	const struct placement_port port = { 0, 1 };
	const int cpus[] = { 0, 1, 3 };
	size_t bad = 0;

	CU_ASSERT_EQUAL(placement_assign(TOPOLOGY(.cpus_per_node = 8, .allowed = 3), cpus, 3,
					 &port, 1, &out, &bad), -EPERM);
	CU_ASSERT_EQUAL(bad, 2);
}

static void
too_many_are_refused(void)
{
	static const int cpus[PLACEMENT_WORKERS_MAX + 1];
	static const struct placement_port ports[PLACEMENT_PORTS_MAX + 1];
	size_t bad;

	CU_ASSERT_EQUAL(placement_assign(ONE_NODE, cpus, PLACEMENT_WORKERS_MAX + 1, ports, 1, &out,
					 &bad), -E2BIG);
	CU_ASSERT_EQUAL(placement_assign(ONE_NODE, cpus, 1, ports, PLACEMENT_PORTS_MAX + 1, &out,
					 &bad), -E2BIG);
	CU_ASSERT_EQUAL(placement_assign(ONE_NODE, cpus, PLACEMENT_WORKERS_MAX, ports,
					 PLACEMENT_PORTS_MAX, &out, &bad), 0);
}

static void
this_machine_describes_itself(void)
{
	const struct placement_topology *t = placement_topology_host();
	int cpu = 0;
	int node;

	while (cpu < 1024 && !t->is_allowed(t->cookie, cpu))
		cpu++;
	CU_ASSERT_FATAL(cpu < 1024);
	node = t->node_of_cpu(t->cookie, cpu);
	CU_ASSERT(node >= 0);
	CU_ASSERT_EQUAL(t->distance(t->cookie, node, node), 10);
	CU_ASSERT_FALSE(t->is_allowed(t->cookie, -1));
	CU_ASSERT_FALSE(t->is_allowed(t->cookie, 1000000));
}

static const struct suite_test tests[] = {
	SUITE_TEST(nearest_worker_gets_the_queue),
	SUITE_TEST(far_workers_come_last_and_are_marked),
	SUITE_TEST(only_a_far_worker_is_used_and_marked),
	SUITE_TEST(load_is_spread_over_equals),
	SUITE_TEST(more_ports_than_workers),
	SUITE_TEST(queues_are_no_more_than_workers),
	SUITE_TEST(unknown_nodes_are_near),
	SUITE_TEST(same_question_same_answer),
	SUITE_TEST(forbidden_cpu_is_refused),
	SUITE_TEST(too_many_are_refused),
	SUITE_TEST(this_machine_describes_itself),
};

int
main(void)
{
	return suite_run("placement", tests, SUITE_LEN(tests));
}
