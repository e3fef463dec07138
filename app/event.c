/* SPDX-License-Identifier: BSD-3-Clause */
#include "event.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct event_history {
	pthread_mutex_t lock; /* between the manager and telemetry; control never takes it */
	uint64_t last;        /* sequence of the newest, 0 if there is none */
	struct event_entry entry[EVENT_HISTORY];
};

struct event_history *
event_history_create(void)
{
	struct event_history *h = calloc(1, sizeof(*h));

	if (h != NULL)
		pthread_mutex_init(&h->lock, NULL);
	return h;
}

void
event_history_destroy(struct event_history *h)
{
	if (h == NULL)
		return;
	pthread_mutex_destroy(&h->lock);
	free(h);
}

uint64_t
event_history_add(struct event_history *h, const struct event *e, const char *name)
{
	struct event_entry *entry;
	uint64_t sequence;

	pthread_mutex_lock(&h->lock);
	sequence = ++h->last;
	entry = &h->entry[sequence % EVENT_HISTORY];
	entry->sequence = sequence;
	entry->event = *e;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	pthread_mutex_unlock(&h->lock);
	return sequence;
}

size_t
event_history_copy(struct event_history *h, uint64_t *since, struct event_entry *out, size_t room)
{
	size_t count = 0;
	uint64_t first;

	pthread_mutex_lock(&h->lock);
	/* A sequence that is yet to come is one of an earlier run: all of this one are news. */
	if (*since > h->last)
		*since = 0;
	first = h->last > EVENT_HISTORY ? h->last - EVENT_HISTORY + 1 : 1;
	if (*since + 1 > first)
		first = *since + 1;
	for (uint64_t sequence = first; sequence <= h->last && count < room; sequence++)
		out[count++] = h->entry[sequence % EVENT_HISTORY];
	pthread_mutex_unlock(&h->lock);
	return count;
}
