/* SPDX-License-Identifier: BSD-3-Clause */
#include "notify_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 4096

struct notify_entry {
	LIST_ENTRY(notify_entry) in_bucket;
	STAILQ_ENTRY(notify_entry) in_ready;
	bool is_running;
	bool is_pending;
	struct notify_state state; /* where is_pending */
	char vhid[EVENT_NAME_MAX];
	char program[];
};

LIST_HEAD(bucket, notify_entry);

struct notify_queue {
	STAILQ_HEAD(, notify_entry) ready; /* pending and not running */
	size_t capacity;
	size_t count;
	size_t pending;
	struct bucket bucket[BUCKETS];
};

struct notify_queue *
notify_queue_create(size_t capacity)
{
	struct notify_queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	STAILQ_INIT(&q->ready);
	q->capacity = capacity;
	return q;
}

void
notify_queue_destroy(struct notify_queue *q)
{
	if (q == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (!LIST_EMPTY(&q->bucket[i])) {
			struct notify_entry *e = LIST_FIRST(&q->bucket[i]);

			LIST_REMOVE(e, in_bucket);
			free(e);
		}
	}
	free(q);
}

/* FNV-1a */
static uint32_t
hash_text(uint32_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	return hash;
}

static struct bucket *
bucket_of(struct notify_queue *q, const char *vhid, const char *program)
{
	return &q->bucket[hash_text(hash_text(2166136261u, vhid), program) % BUCKETS];
}

static struct notify_entry *
find(struct bucket *bucket, const char *vhid, const char *program)
{
	struct notify_entry *e;

	LIST_FOREACH(e, bucket, in_bucket)
		if (strcmp(e->vhid, vhid) == 0 && strcmp(e->program, program) == 0)
			return e;
	return NULL;
}

static struct notify_entry *
create_entry(struct notify_queue *q, struct bucket *bucket, const char *vhid, const char *program)
{
	size_t size = strlen(program) + 1;
	struct notify_entry *e = calloc(1, sizeof(*e) + size);

	if (e == NULL)
		return NULL;
	memcpy(e->vhid, vhid, sizeof(e->vhid));
	memcpy(e->program, program, size);
	LIST_INSERT_HEAD(bucket, e, in_bucket);
	q->count++;
	return e;
}

int
notify_queue_put(struct notify_queue *q, const char *program, const struct notify_state *state)
{
	struct bucket *bucket = bucket_of(q, state->vhid, program);
	struct notify_entry *e = find(bucket, state->vhid, program);

	if (e != NULL && e->is_pending) {
		e->state = *state;
		return 1;
	}
	if (e == NULL) {
		if (q->count == q->capacity)
			return -ENOSPC;
		e = create_entry(q, bucket, state->vhid, program);
		if (e == NULL)
			return -ENOMEM;
	}
	e->state = *state;
	e->is_pending = true;
	q->pending++;
	if (!e->is_running)
		STAILQ_INSERT_TAIL(&q->ready, e, in_ready);
	return 0;
}

struct notify_entry *
notify_queue_take(struct notify_queue *q, struct notify_state *state)
{
	struct notify_entry *e = STAILQ_FIRST(&q->ready);

	if (e == NULL)
		return NULL;
	STAILQ_REMOVE_HEAD(&q->ready, in_ready);
	*state = e->state;
	e->is_pending = false;
	e->is_running = true;
	q->pending--;
	return e;
}

void
notify_queue_release(struct notify_queue *q, struct notify_entry *e)
{
	e->is_running = false;
	if (e->is_pending) {
		STAILQ_INSERT_TAIL(&q->ready, e, in_ready);
		return;
	}
	LIST_REMOVE(e, in_bucket);
	free(e);
	q->count--;
}

size_t
notify_queue_pending(const struct notify_queue *q)
{
	return q->pending;
}

const char *
notify_entry_program(const struct notify_entry *e)
{
	return e->program;
}
