/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/burst.h"
#include "frames.h"
#include "fwd/fwd_hosts.h"
#include "suite.h"

#define READERS 2
#define CAPACITY 512
/* Those below stay, the others come and go. */
#define LASTING 64
#define CHANGES 200000

static struct rte_rcu_qsbr *qsbr;

static struct fwd_host_key
key_of(uint32_t host)
{
	struct fwd_host_key key = {
		.interface = (uint16_t)(host % 3),
		.family = (uint16_t)(host % 2),
	};

	memcpy(key.addr, &host, sizeof(host));
	return key;
}

static struct fwd_hosts *
create(uint32_t capacity)
{
	struct fwd_hosts *h;

	rte_rcu_qsbr_init(qsbr, READERS);
	h = fwd_hosts_create("hosts", capacity, qsbr, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	return h;
}

static uint32_t
find(const struct fwd_hosts *h, const struct fwd_host_key *key)
{
	uint32_t adjacency = 0;

	fwd_hosts_find(h, &key, 1, &adjacency);
	return adjacency;
}

static void
no_room_at_all_is_refused(void)
{
	errno = 0;
	CU_ASSERT_PTR_NULL(fwd_hosts_create("none", 0, qsbr, -1));
	CU_ASSERT_EQUAL(errno, EINVAL);
	fwd_hosts_destroy(NULL);
}

static void
all_of_a_key_counts(void)
{
	struct fwd_hosts *h = create(CAPACITY);
	struct fwd_host_key key = key_of(6), other = key;

	CU_ASSERT_EQUAL(find(h, &key), FWD_HOST_UNKNOWN);
	CU_ASSERT_EQUAL(fwd_hosts_add(h, &key, 0), 0);
	CU_ASSERT_EQUAL(find(h, &key), 0);
	other.interface++;
	CU_ASSERT_EQUAL(find(h, &other), FWD_HOST_UNKNOWN);
	other = key;
	other.family++;
	CU_ASSERT_EQUAL(find(h, &other), FWD_HOST_UNKNOWN);
	other = key;
	other.addr[15]++;
	CU_ASSERT_EQUAL(find(h, &other), FWD_HOST_UNKNOWN);
	/* It may get another one. */
	CU_ASSERT_EQUAL(fwd_hosts_add(h, &key, 40000), 0);
	CU_ASSERT_EQUAL(find(h, &key), 40000);
	fwd_hosts_remove(h, &key);
	CU_ASSERT_EQUAL(find(h, &key), FWD_HOST_UNKNOWN);
	fwd_hosts_remove(h, &key);
	fwd_hosts_destroy(h);
}

/* A burst at a time, some known and some not. */
static void
burst_is_looked_up_at_once(void)
{
	struct fwd_hosts *h = create(CAPACITY);
	struct fwd_host_key key[BURST_MAX];
	const struct fwd_host_key *keys[BURST_MAX];
	uint32_t adjacency[BURST_MAX];

	for (uint32_t i = 0; i < BURST_MAX; i++) {
		key[i] = key_of(i);
		keys[i] = &key[i];
		CU_ASSERT_FALSE(i % 3 != 0 && fwd_hosts_add(h, &key[i], 1000 + i) != 0);
	}
	for (unsigned int count = 0; count <= BURST_MAX; count++) {
		fwd_hosts_find(h, keys, count, adjacency);
		for (uint32_t i = 0; i < count; i++)
			CU_ASSERT_EQUAL(adjacency[i], i % 3 != 0 ? 1000 + i : FWD_HOST_UNKNOWN);
	}
	fwd_hosts_destroy(h);
}

static void
there_is_room_for_all(void)
{
	struct fwd_hosts *h = create(CAPACITY);
	unsigned int refused = 0, lost = 0;

	for (uint32_t host = 0; host < CAPACITY; host++) {
		struct fwd_host_key key = { .addr = { (uint8_t)host, 0, 0, (uint8_t)(host >> 8) } };

		refused += fwd_hosts_add(h, &key, host) != 0;
	}
	for (uint32_t host = 0; host < CAPACITY; host++) {
		struct fwd_host_key key = { .addr = { (uint8_t)host, 0, 0, (uint8_t)(host >> 8) } };

		lost += find(h, &key) != host;
	}
	CU_ASSERT_EQUAL(refused, 0);
	CU_ASSERT_EQUAL(lost, 0);
	fwd_hosts_destroy(h);
}

/* A worker that has stopped: places are not used again, and nobody waits for it. */
static void
worker_that_stands_still_holds_up_nobody(void)
{
	struct fwd_hosts *h = create(CAPACITY);
	unsigned int added = 0;

	rte_rcu_qsbr_thread_register(qsbr, 0);
	rte_rcu_qsbr_thread_online(qsbr, 0);
	for (uint32_t host = 0; host < 4 * CAPACITY; host++) {
		struct fwd_host_key key = key_of(host);

		if (fwd_hosts_add(h, &key, host) != 0)
			break;
		fwd_hosts_remove(h, &key);
		added++;
	}
	CU_ASSERT_TRUE(added >= CAPACITY && added < 4 * CAPACITY);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	for (uint32_t host = 0; host < CAPACITY; host++) {
		struct fwd_host_key key = key_of(host);

		CU_ASSERT_EQUAL(fwd_hosts_add(h, &key, host), 0);
		CU_ASSERT_EQUAL(find(h, &key), host);
		fwd_hosts_remove(h, &key);
		rte_rcu_qsbr_quiescent(qsbr, 0);
	}
	rte_rcu_qsbr_thread_offline(qsbr, 0);
	rte_rcu_qsbr_thread_unregister(qsbr, 0);
	fwd_hosts_destroy(h);
}

/* ------------------------------------------------------------------------------------------- */
/* Readers beside the writer                                                                    */
/* ------------------------------------------------------------------------------------------- */

struct reader {
	pthread_t thread;
	unsigned int index;
	const struct fwd_hosts *hosts;
	_Atomic bool *stop;
	_Atomic uint64_t rounds;
	uint64_t wrong;   /* the adjacency of another host */
	uint64_t missing; /* a host that is always there */
	uint64_t found;   /* of those that come and go */
};

static void
read_burst(struct reader *r, uint32_t first)
{
	struct fwd_host_key key[BURST_MAX];
	const struct fwd_host_key *keys[BURST_MAX];
	uint32_t adjacency[BURST_MAX];

	for (uint32_t i = 0; i < BURST_MAX; i++) {
		key[i] = key_of((first + i) % CAPACITY);
		keys[i] = &key[i];
	}
	fwd_hosts_find(r->hosts, keys, BURST_MAX, adjacency);
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		uint32_t host = (first + i) % CAPACITY;

		if (adjacency[i] == FWD_HOST_UNKNOWN)
			r->missing += host < LASTING;
		else
			r->wrong += adjacency[i] % CAPACITY != host;
		r->found += host >= LASTING && adjacency[i] != FWD_HOST_UNKNOWN;
	}
}

static void *
run_reader(void *arg)
{
	struct reader *r = arg;

	rte_rcu_qsbr_thread_register(qsbr, r->index);
	rte_rcu_qsbr_thread_online(qsbr, r->index);
	while (!atomic_load(r->stop)) {
		read_burst(r, (uint32_t)(r->rounds * 37));
		atomic_fetch_add(&r->rounds, 1);
		rte_rcu_qsbr_quiescent(qsbr, r->index);
	}
	rte_rcu_qsbr_thread_offline(qsbr, r->index);
	rte_rcu_qsbr_thread_unregister(qsbr, r->index);
	return NULL;
}

/* Comes, changes its adjacency, and goes. False while readers hold all places. */
static bool
change(struct fwd_hosts *h, uint32_t n, bool is_there[CAPACITY])
{
	uint32_t host = LASTING + (n * 2654435761u >> 8) % (CAPACITY - LASTING);
	struct fwd_host_key key = key_of(host);

	if (is_there[host] && n % 3 == 0) {
		fwd_hosts_remove(h, &key);
		is_there[host] = false;
		return true;
	}
	if (fwd_hosts_add(h, &key, host + CAPACITY * (n % 100)) != 0)
		return false;
	is_there[host] = true;
	return true;
}

/* Every reader has looked at the whole table once more. */
static void
await_rounds(const struct reader *reader)
{
	for (unsigned int i = 0; i < READERS; i++) {
		uint64_t end = atomic_load(&reader[i].rounds) + CAPACITY;

		while (atomic_load(&reader[i].rounds) < end)
			sched_yield();
	}
}

static void
readers_find_what_is_there(void)
{
	struct fwd_hosts *h = create(CAPACITY);
	struct reader reader[READERS];
	static bool is_there[CAPACITY];
	_Atomic bool stop = false;

	for (uint32_t host = 0; host < LASTING; host++) {
		struct fwd_host_key key = key_of(host);

		CU_ASSERT_EQUAL(fwd_hosts_add(h, &key, host), 0);
	}
	for (unsigned int i = 0; i < READERS; i++) {
		reader[i] = (struct reader){ .index = i, .hosts = h, .stop = &stop };
		CU_ASSERT_EQUAL_FATAL(
			pthread_create(&reader[i].thread, NULL, run_reader, &reader[i]), 0);
	}
	await_rounds(reader);
	for (uint32_t n = 0; n < CHANGES; n++)
		while (!change(h, n, is_there))
			sched_yield();
	await_rounds(reader);
	atomic_store(&stop, true);
	for (unsigned int i = 0; i < READERS; i++) {
		pthread_join(reader[i].thread, NULL);
		CU_ASSERT_TRUE(reader[i].found > 0);
		CU_ASSERT_EQUAL(reader[i].missing, 0);
		CU_ASSERT_EQUAL(reader[i].wrong, 0);
	}
	fwd_hosts_destroy(h);
}

static const struct suite_test tests[] = {
	SUITE_TEST(no_room_at_all_is_refused),
	SUITE_TEST(all_of_a_key_counts),
	SUITE_TEST(burst_is_looked_up_at_once),
	SUITE_TEST(there_is_room_for_all),
	SUITE_TEST(worker_that_stands_still_holds_up_nobody),
	SUITE_TEST(readers_find_what_is_there),
};

int
main(void)
{
	int status;

	if (!frames_start())
		return EXIT_FAILURE;
	qsbr = aligned_alloc(RTE_CACHE_LINE_SIZE, rte_rcu_qsbr_get_memsize(READERS));
	if (qsbr == NULL)
		return EXIT_FAILURE;
	status = suite_run("fwd_hosts", tests, SUITE_LEN(tests));
	free(qsbr);
	return status;
}
