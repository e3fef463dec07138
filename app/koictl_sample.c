/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_sample.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RATE_PERIOD_MS 5000

static const char *const paths[KOICTL_QUERIES] = {
	[KOICTL_HEALTH] = "/koi/health",
	[KOICTL_INTERFACES] = "/interface/table",
	[KOICTL_VHIDS] = "/carp/table",
	[KOICTL_DEMOTION] = "/carp/demotion",
	[KOICTL_EVENTS] = "/carp/events",
};

long long
koictl_sample_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void
forget(struct koictl_sample *sample)
{
	for (size_t i = 0; i < KOICTL_QUERIES; i++)
		json_decref(sample->answer[i]);
	memset(sample, 0, sizeof(*sample));
}

static void
forget_events(struct koictl_sampler *s)
{
	for (unsigned int i = 0; i < s->event_count; i++)
		json_decref(s->events[i]);
	s->event_count = 0;
	s->since = 0;
}

void
koictl_sampler_init(struct koictl_sampler *s, const char *prefix)
{
	memset(s, 0, sizeof(*s));
	s->prefix = prefix;
	s->client.fd = -1;
}

/* Another koi may answer next: what has been counted so far says nothing about it. */
static void
disconnect(struct koictl_sampler *s)
{
	koictl_client_close(&s->client);
	s->is_connected = false;
	s->pending = 0;
	forget(&s->next);
	forget(&s->before);
	forget(&s->middle);
	s->now.at_ms = 0;
	forget_events(s);
}

void
koictl_sampler_end(struct koictl_sampler *s)
{
	disconnect(s);
	forget(&s->now);
}

void
koictl_sampler_ask(struct koictl_sampler *s)
{
	char since[24];
	int rc = 0;

	if (s->pending != 0)
		return;
	if (!s->is_connected && koictl_client_connect(&s->client, s->prefix) != 0)
		return;
	s->is_connected = true;
	s->asked_ms = koictl_sample_clock_ms();
	snprintf(since, sizeof(since), "%lld", s->since);
	for (size_t i = 0; i < KOICTL_QUERIES && rc == 0; i++)
		rc = koictl_client_send(&s->client,
					koictl_client_query(paths[i], i == KOICTL_EVENTS ? since : ""));
	if (rc == 0)
		s->pending = KOICTL_QUERIES;
	else
		disconnect(s);
}

static void
keep_event(struct koictl_sampler *s, json_t *event)
{
	if (s->event_count == KOICTL_EVENTS_KEPT) {
		json_decref(s->events[0]);
		s->event_count--;
		memmove(&s->events[0], &s->events[1], s->event_count * sizeof(s->events[0]));
	}
	s->events[s->event_count++] = json_incref(event);
}

/* Another reference to the answers of a sample. */
static void
hold(struct koictl_sample *to, const struct koictl_sample *from)
{
	forget(to);
	*to = *from;
	for (size_t i = 0; i < KOICTL_QUERIES; i++)
		json_incref(to->answer[i]);
}

/* What is now is about to be in the past. */
static void
keep_before(struct koictl_sampler *s)
{
	if (s->now.at_ms == 0)
		return;
	if (s->before.at_ms == 0)
		hold(&s->before, &s->now);
	if (s->now.at_ms < s->middle.at_ms + RATE_PERIOD_MS)
		return;
	if (s->middle.at_ms != 0)
		hold(&s->before, &s->middle);
	hold(&s->middle, &s->now);
}

static void
complete(struct koictl_sampler *s)
{
	const json_t *events = s->next.answer[KOICTL_EVENTS];
	const char *key;
	json_t *event;

	keep_before(s);
	forget(&s->now);
	s->now = s->next;
	memset(&s->next, 0, sizeof(s->next));
	s->now.at_ms = koictl_sample_clock_ms();
	json_object_foreach (json_object_get(events, "events"), key, event)
		keep_event(s, event);
	if (events != NULL)
		s->since = json_integer_value(json_object_get(events, "next"));
}

bool
koictl_sampler_take(struct koictl_sampler *s, int wait_ms)
{
	while (s->pending > 0) {
		json_t **answer = &s->next.answer[KOICTL_QUERIES - s->pending];
		int rc = koictl_client_receive(&s->client, wait_ms, answer);

		if (rc == -EAGAIN)
			return false;
		/* A refusal is an answer, too: that of a koi that does not know the question. */
		if (rc != 0 && rc != -EREMOTEIO) {
			disconnect(s);
			return false;
		}
		s->pending--;
		if (s->pending == 0) {
			complete(s);
			return true;
		}
	}
	return false;
}
