/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_hosts.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "base/burst.h"

/* How many places are made free in one go, so that control is never held up. */
#define RECLAIM_MAX 16

struct fwd_hosts {
	struct rte_hash *index;
};

_Static_assert(BURST_MAX <= RTE_HASH_LOOKUP_BULK_MAX, "a burst is looked up at once");
_Static_assert(sizeof(struct fwd_host_key) == 24, "all of a key counts, there are no gaps in it");

struct fwd_hosts *
fwd_hosts_create(const char *name, uint32_t capacity, struct rte_rcu_qsbr *qsbr, int socket)
{
	struct rte_hash_parameters params = {
		.name = name,
		/* Room for those that wait for the workers, and for a cuckoo to move about. */
		.entries = 2 * capacity,
		.key_len = sizeof(struct fwd_host_key),
		.hash_func = rte_hash_crc,
		.socket_id = socket,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF,
	};
	struct rte_hash_rcu_config rcu = {
		.v = qsbr,
		.mode = RTE_HASH_QSBR_MODE_DQ,
		.trigger_reclaim_limit = 1,
		.max_reclaim_size = RECLAIM_MAX,
	};
	struct fwd_hosts *h;

	if (capacity == 0 || capacity > RTE_HASH_ENTRIES_MAX / 2) {
		errno = EINVAL;
		return NULL;
	}
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->index = rte_hash_create(&params);
	if (h->index == NULL || rte_hash_rcu_qsbr_add(h->index, &rcu) != 0) {
		fwd_hosts_destroy(h);
		errno = ENOMEM;
		return NULL;
	}
	return h;
}

void
fwd_hosts_destroy(struct fwd_hosts *h)
{
	if (h == NULL)
		return;
	rte_hash_free(h->index);
	free(h);
}

int
fwd_hosts_add(struct fwd_hosts *h, const struct fwd_host_key *key, uint32_t adjacency)
{
	int rc = rte_hash_add_key_data(h->index, key, (void *)(uintptr_t)adjacency);

	return rc == 0 ? 0 : -ENOSPC;
}

void
fwd_hosts_remove(struct fwd_hosts *h, const struct fwd_host_key *key)
{
	rte_hash_del_key(h->index, key);
}

void
fwd_hosts_find(const struct fwd_hosts *h, const struct fwd_host_key *const keys[],
	       unsigned int count, uint32_t adjacency[])
{
	void *data[BURST_MAX];
	uint64_t found = 0;

	rte_hash_lookup_bulk_data(h->index, (const void **)(uintptr_t)keys, count, &found, data);
	for (unsigned int i = 0; i < count; i++)
		adjacency[i] = (found >> i & 1) != 0 ? (uint32_t)(uintptr_t)data[i] :
						       FWD_HOST_UNKNOWN;
}
