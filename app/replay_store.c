/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay_store.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

/* Frames for which a saved counter is good; of an interval of 4 ms more than an hour. */
#define AHEAD (UINT64_C(1) << 20)
/* How often the file is written for the peers' counters alone. */
#define WRITE_S 10

struct replay_store {
	char path[PATH_MAX]; /* "": there is no place for it */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool has_thread;
	/* Under the lock. */
	struct replay_entry *entry;
	size_t count;
	bool is_changed;
	bool is_urgent;
	bool is_asked; /* to write the file */
	bool is_ending;
	bool has_failed;
};

/* ------------------------------------------------------------------------------------------- */
/* The file                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static void
tell_failure(struct replay_store *s, int rc)
{
	if (rc != 0 && !s->has_failed)
		log_line(WARNING, carp, "%s: %s: replay strict will not outlast a restart",
			 s->path[0] != '\0' ? s->path : "no folder for the state", strerror(-rc));
	else if (rc == 0 && s->has_failed)
		log_line(NOTICE, carp, "%s: written again", s->path);
	s->has_failed = rc != 0;
}

/* With the lock held; without it while the disk works. */
static void
write_changes(struct replay_store *s)
{
	size_t count = s->count;
	struct replay_entry *copy;
	int rc = -ENOMEM;

	if (!s->is_changed)
		return;
	copy = malloc((count + 1) * sizeof(*copy));
	if (copy != NULL) {
		memcpy(copy, s->entry, count * sizeof(*copy));
		s->is_changed = s->is_urgent = false;
		pthread_mutex_unlock(&s->lock);
		rc = s->path[0] != '\0' ? replay_file_write(s->path, copy, count) : -ENOENT;
		pthread_mutex_lock(&s->lock);
		free(copy);
	}
	/* What is lost is written the next time. */
	if (rc != 0)
		s->is_changed = true;
	tell_failure(s, rc);
}

static void
put_aside(const struct replay_store *s)
{
	char aside[PATH_MAX + sizeof(".bad")];

	snprintf(aside, sizeof(aside), "%s.bad", s->path);
	if (rename(s->path, aside) == 0)
		log_line(WARNING, carp, "%s: not understood, and now %s: counters begin by the clock",
			 s->path, aside);
	else
		log_line(WARNING, carp, "%s: not understood: counters begin by the clock", s->path);
}

struct replay_store *
replay_store_open(const char *prefix)
{
	struct replay_store *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	if (replay_file_path(prefix, s->path) != 0) {
		s->path[0] = '\0';
		return s;
	}
	rc = replay_file_read(s->path, &s->entry, &s->count);
	if (rc == -EINVAL)
		put_aside(s);
	else if (rc != 0 && rc != -ENOENT)
		log_line(WARNING, carp, "%s: %s", s->path, strerror(-rc));
	return s;
}

/* ------------------------------------------------------------------------------------------- */
/* The thread                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static void *
write_when_asked(void *arg)
{
	struct replay_store *s = arg;
	struct timespec next = { 0 };

	pthread_setname_np(pthread_self(), "koi-replay");
	pthread_mutex_lock(&s->lock);
	while (!s->is_ending) {
		bool is_due = s->is_asked && s->is_changed;
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		if (!is_due) {
			pthread_cond_wait(&s->wake, &s->lock);
			continue;
		}
		/* A clock set back must not make it wait for years. */
		if (next.tv_sec > now.tv_sec + WRITE_S)
			next.tv_sec = now.tv_sec + WRITE_S;
		if (!s->is_urgent && now.tv_sec < next.tv_sec) {
			pthread_cond_timedwait(&s->wake, &s->lock, &next);
			continue;
		}
		s->is_asked = false;
		write_changes(s);
		clock_gettime(CLOCK_REALTIME, &next);
		next.tv_sec += WRITE_S;
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

void
replay_store_save(struct replay_store *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->is_changed && !s->has_thread)
		s->has_thread = pthread_create(&s->thread, NULL, write_when_asked, s) == 0;
	s->is_asked = s->is_changed;
	if (s->is_asked)
		pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void
replay_store_flush(struct replay_store *s)
{
	pthread_mutex_lock(&s->lock);
	write_changes(s);
	pthread_mutex_unlock(&s->lock);
}

void
replay_store_close(struct replay_store *s)
{
	if (s == NULL)
		return;
	if (s->has_thread) {
		pthread_mutex_lock(&s->lock);
		s->is_ending = true;
		pthread_cond_signal(&s->wake);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->thread, NULL);
	}
	replay_store_flush(s);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s->entry);
	free(s);
}

/* ------------------------------------------------------------------------------------------- */
/* Entries                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static size_t
find_or_add(struct replay_store *s, const char *name)
{
	struct replay_entry *entry;

	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->entry[i].name, name) == 0)
			return i;
	entry = realloc(s->entry, (s->count + 1) * sizeof(*entry));
	if (entry == NULL)
		return REPLAY_NOWHERE;
	s->entry = entry;
	entry[s->count] = (struct replay_entry){ 0 };
	snprintf(entry[s->count].name, sizeof(entry->name), "%s", name);
	return s->count++;
}

static void
reserve(struct replay_store *s, struct replay_entry *e, uint64_t counter)
{
	if (counter + AHEAD / 2 <= e->counter)
		return;
	e->counter = counter + AHEAD;
	s->is_changed = s->is_urgent = true;
}

size_t
replay_store_recall(struct replay_store *s, const char *name, uint64_t *counter,
		    struct replay_entry *out)
{
	size_t place;

	pthread_mutex_lock(&s->lock);
	place = find_or_add(s, name);
	if (place != REPLAY_NOWHERE) {
		struct replay_entry *e = &s->entry[place];

		*out = *e;
		*counter = e->counter > *counter ? e->counter : *counter;
		reserve(s, e, *counter);
	}
	pthread_mutex_unlock(&s->lock);
	return place;
}

size_t
replay_store_place(struct replay_store *s, const char *name)
{
	size_t place;

	pthread_mutex_lock(&s->lock);
	place = find_or_add(s, name);
	pthread_mutex_unlock(&s->lock);
	return place;
}

/* Counters only rise, unless their peer has been forgotten: that must stay so. */
static bool
has_forgotten(const struct replay_entry *e, const struct replay_state *state)
{
	bool is_found;

	for (size_t i = 0; i < e->floor_count; i++) {
		is_found = false;
		for (size_t j = 0; j < state->floor_count; j++)
			is_found |= ip_addr_compare(&e->floor[i].address, &state->floor[j].address) == 0 &&
				    e->floor[i].last <= state->floor[j].last;
		if (!is_found)
			return true;
	}
	return false;
}

static bool
are_equal(const struct replay_entry *e, const struct replay_state *state)
{
	if (e->floor_count != state->floor_count)
		return false;
	for (size_t i = 0; i < e->floor_count; i++) {
		const struct carp_floor *a = &e->floor[i], *b = &state->floor[i];

		if (ip_addr_compare(&a->address, &b->address) != 0 || a->first != b->first ||
		    a->last != b->last)
			return false;
	}
	return true;
}

void
replay_store_note(struct replay_store *s, size_t place, const struct replay_state *state)
{
	struct replay_entry *e;

	if (state->counter == 0)
		return;
	pthread_mutex_lock(&s->lock);
	e = &s->entry[place];
	reserve(s, e, state->counter);
	if (!are_equal(e, state)) {
		s->is_urgent |= has_forgotten(e, state);
		s->is_changed = true;
		e->floor_count = state->floor_count;
		memcpy(e->floor, state->floor, sizeof(e->floor));
	}
	pthread_mutex_unlock(&s->lock);
}
