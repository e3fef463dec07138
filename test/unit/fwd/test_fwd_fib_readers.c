/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker looks addresses up, burst by burst and without a pause, while routes change at random:
 * all answers of a burst are those of one state of the table, the one before or the one after a
 * change that is under way.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "fib_model.h"
#include "frames.h"
#include "fwd/fwd_adj.h"
#include "suite.h"

#if defined(__SANITIZE_THREAD__)
#define CHANGES 10000 /* each takes many times as long */
#else
#define CHANGES 100000
#endif
#define BATCH 50
#define PROBES 64
#define WORKER 0
/* The reader passes a quiescent point in each change: it can see two states, and read a third. */
#define STATES 4

static struct rte_rcu_qsbr *qsbr;
static struct fwd_fib *fib;
static enum ip_family family;

static struct ip_addr probe[PROBES];
/* What is right for each probe, by the number of the state. */
static uint16_t right[STATES][PROBES];
static _Atomic uint64_t begun;     /* the newest state that may be in force */
static _Atomic uint64_t committed; /* the newest state that is in force for sure */
static _Atomic bool stop;

static cpu_set_t cpus; /* that the process began with */
static uint64_t bursts, wrong, changed_in_burst;

static bool
is_state(const uint16_t *got, uint64_t state)
{
	return memcmp(got, right[state % STATES], sizeof(right[0])) == 0;
}

static void
read_burst(void)
{
	uint16_t got[PROBES];
	uint64_t first = atomic_load_explicit(&committed, memory_order_acquire);
	uint64_t last;

	fib_lookup(fwd_fib_tables(fib), probe, PROBES, got);
	last = atomic_load_explicit(&begun, memory_order_acquire);
	changed_in_burst += first != last;
	while (first <= last && !is_state(got, first))
		first++;
	wrong += first > last;
	bursts++;
	rte_rcu_qsbr_quiescent(qsbr, WORKER);
}

static void *
reader(void *arg)
{
	/* Not on the CPU of the other thread, to which the EAL has bound both. */
	sched_setaffinity(0, sizeof(cpus), &cpus);
	rte_rcu_qsbr_thread_online(qsbr, WORKER);
	while (!atomic_load_explicit(&stop, memory_order_relaxed))
		read_burst();
	rte_rcu_qsbr_thread_offline(qsbr, WORKER);
	return arg;
}

static void
make_batch(struct fib_model *model, struct fwd_route *batch)
{
	for (unsigned int i = 0; i < BATCH; i++) {
		batch[i] = fib_model_change(model, family, family == IP_V4 ? 32 : 128);
		/* Each prefix once: routes that go go first. */
		for (unsigned int k = 0; k < i; k++)
			if (fwd_prefix_compare(&batch[k].prefix, &batch[i].prefix) == 0)
				batch[i].adjacency = batch[k].adjacency;
		fib_model_set(model, &batch[i]);
	}
}

static void
change(struct fib_model *model, uint64_t state)
{
	struct fwd_route batch[BATCH];

	make_batch(model, batch);
	for (unsigned int i = 0; i < PROBES; i++)
		right[state % STATES][i] = fib_model_find(model, &probe[i]);
	CU_ASSERT_EQUAL_FATAL(fwd_fib_prepare(fib, batch, BATCH), 0);
	atomic_store_explicit(&begun, state, memory_order_release);
	fwd_fib_commit(fib);
	atomic_store_explicit(&committed, state, memory_order_release);
	while (!fwd_fib_step(fib))
		sched_yield();
}

static void
read_while_routes_change(enum ip_family of)
{
	struct fwd_fib_params params = { .name = "readers", .qsbr = qsbr, .socket = -1 };
	static struct fib_model model;
	pthread_t thread;

	family = of;
	params.size[family] = (struct fwd_fib_size){ FIB_MODEL_ROUTES, 13 * FIB_MODEL_ROUTES };
	fib = fwd_fib_create(&params);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fib);
	memset(&model, 0, sizeof(model));
	memset(right, 0, sizeof(right));
	for (unsigned int i = 0; i < PROBES; i++)
		probe[i] = fib_model_address(family);
	begun = committed = 0;
	stop = false;
	bursts = wrong = changed_in_burst = 0;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, reader, NULL), 0);
	for (uint64_t state = 1; state <= CHANGES / BATCH; state++)
		change(&model, state);
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(wrong, 0);
	/* It has been there all the time, and looked when it mattered. */
	CU_ASSERT(bursts > CHANGES / BATCH);
	CU_ASSERT(changed_in_burst > 0);
	fwd_fib_destroy(fib);
}

static void
lookups_of_ip4_are_old_or_new(void)
{
	read_while_routes_change(IP_V4);
}

static void
lookups_of_ip6_are_old_or_new(void)
{
	read_while_routes_change(IP_V6);
}

static const struct suite_test tests[] = {
	SUITE_TEST(lookups_of_ip4_are_old_or_new),
	SUITE_TEST(lookups_of_ip6_are_old_or_new),
};

static bool
start_qsbr(void)
{
	qsbr = rte_zmalloc("qsbr", rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE);
	return qsbr != NULL && rte_rcu_qsbr_init(qsbr, 1) == 0 &&
	       rte_rcu_qsbr_thread_register(qsbr, WORKER) == 0;
}

int
main(int argc, char **argv)
{
	sched_getaffinity(0, sizeof(cpus), &cpus);
	if (!frames_start_with(256, argc > 1 ? argv[1] : NULL) || !start_qsbr())
		return EXIT_FAILURE;
	return suite_run("fwd_fib readers", tests, SUITE_LEN(tests));
}
