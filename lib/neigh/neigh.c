/* SPDX-License-Identifier: BSD-3-Clause */
#include "neigh/neigh.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_jhash.h>

#include "base/record.h"

/* How many entries are compared when a full table has to forget one. */
#define EVICT_CANDIDATES 8

struct key {
	uint8_t octets[16];
	uint16_t interface;
	uint16_t family;
};

struct neigh_table {
	struct rte_hash *index; /* key to position; used by the control lcore only */
	uint32_t capacity;
	uint32_t used;
	uint32_t next_free; /* where to look for a free position, and what to evict */
	uint32_t next_aged;
	struct neigh_entry *entry; /* the control lcore's own copy */
	struct record **published; /* what the others read */
};

static struct key
key_of(const struct ip_addr *addr, uint16_t interface)
{
	struct key k = { .interface = interface, .family = addr->family };

	memcpy(k.octets, addr->octets, sizeof(k.octets));
	return k;
}

struct neigh_table *
neigh_create(const char *name, uint32_t capacity, int socket)
{
	struct rte_hash_parameters params = {
		.name = name,
		.entries = capacity,
		.key_len = sizeof(struct key),
		.hash_func = rte_jhash,
		.socket_id = socket,
		/* Without it a cuckoo hash refuses keys before it is full. */
		.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	struct neigh_table *t;

	if (capacity < EVICT_CANDIDATES) {
		errno = EINVAL;
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->capacity = capacity;
	t->entry = calloc(capacity, sizeof(*t->entry));
	t->published = calloc(capacity, sizeof(*t->published));
	if (t->entry == NULL || t->published == NULL)
		goto err;
	for (uint32_t i = 0; i < capacity; i++) {
		t->published[i] = record_create(sizeof(struct neigh_entry));
		if (t->published[i] == NULL)
			goto err;
	}
	t->index = rte_hash_create(&params);
	if (t->index == NULL)
		goto err;
	return t;

err:
	neigh_destroy(t);
	errno = ENOMEM;
	return NULL;
}

void
neigh_destroy(struct neigh_table *t)
{
	if (t == NULL)
		return;
	rte_hash_free(t->index);
	for (uint32_t i = 0; t->published != NULL && i < t->capacity; i++)
		record_destroy(t->published[i]);
	free(t->published);
	free(t->entry);
	free(t);
}

static void
publish(struct neigh_table *t, uint32_t at)
{
	record_write(t->published[at], &t->entry[at]);
}

static void
forget(struct neigh_table *t, uint32_t at)
{
	struct key k = key_of(&t->entry[at].addr, t->entry[at].interface);

	rte_hash_del_key(t->index, &k);
	memset(&t->entry[at], 0, sizeof(t->entry[at]));
	t->used--;
	publish(t, at);
}

/* A free position; if there is none, that of the longest silent of a few candidates. */
static uint32_t
take_position(struct neigh_table *t)
{
	uint32_t oldest = t->next_free;

	if (t->used < t->capacity) {
		while (t->entry[t->next_free].is_used)
			t->next_free = (t->next_free + 1) % t->capacity;
		return t->next_free;
	}
	for (uint32_t i = 1; i < EVICT_CANDIDATES; i++) {
		uint32_t at = (t->next_free + i) % t->capacity;

		if (t->entry[at].heard_us < t->entry[oldest].heard_us)
			oldest = at;
	}
	t->next_free = (t->next_free + EVICT_CANDIDATES) % t->capacity;
	forget(t, oldest);
	return oldest;
}

int
neigh_learn(struct neigh_table *t, const struct neigh_sighting *seen)
{
	struct key k = key_of(&seen->addr, seen->interface);
	struct neigh_entry *e;
	void *position;
	uint32_t at;

	if (rte_hash_lookup_data(t->index, &k, &position) >= 0) {
		at = (uint32_t)(uintptr_t)position;
	} else {
		if (seen->is_known_only)
			return -ENOENT;
		at = take_position(t);
		if (rte_hash_add_key_data(t->index, &k, (void *)(uintptr_t)at) != 0)
			return -ENOSPC;
		t->used++;
		t->entry[at] = (struct neigh_entry){
			.addr = seen->addr,
			.is_used = true,
			.interface = seen->interface,
		};
	}
	e = &t->entry[at];
	/* Workers' reports may cross. */
	if (seen->seen_us < e->heard_us)
		return 0;
	if (memcmp(e->mac, seen->mac, sizeof(e->mac)) != 0) {
		memcpy(e->mac, seen->mac, sizeof(e->mac));
		e->changed_us = seen->seen_us;
	}
	e->heard_us = seen->seen_us;
	publish(t, at);
	return 0;
}

const struct neigh_entry *
neigh_find(const struct neigh_table *t, const struct ip_addr *addr, uint16_t interface)
{
	struct key k = key_of(addr, interface);
	void *position;

	if (rte_hash_lookup_data(t->index, &k, &position) < 0)
		return NULL;
	return &t->entry[(uint32_t)(uintptr_t)position];
}

void
neigh_age(struct neigh_table *t, uint64_t now_us, uint32_t budget)
{
	for (uint32_t i = 0; i < budget && t->used > 0; i++) {
		struct neigh_entry *e = &t->entry[t->next_aged];

		if (e->is_used && now_us > e->heard_us && now_us - e->heard_us > NEIGH_MAX_AGE_US)
			forget(t, t->next_aged);
		t->next_aged = (t->next_aged + 1) % t->capacity;
	}
}

uint32_t
neigh_capacity(const struct neigh_table *t)
{
	return t->capacity;
}

bool
neigh_copy(const struct neigh_table *t, uint32_t at, struct neigh_entry *out)
{
	record_read(t->published[at], out);
	return out->is_used;
}
