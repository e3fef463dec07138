/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "hex.h"
#include "scenario.h"
#include "scenario_fields.h"
#include "scenario_reader.h"

/* What JSON readers everywhere keep exact. */
#define AT_MAX_US ((1LL << 53) - 1)
#define PAYLOAD_MAX 65535
#define DEMOTE_LIMIT 1000000
#define SEND_ERRORS_MAX 1000000

/* One event while its keys are read in whatever order the file has them. */
struct event_reading {
	struct scenario_event *event;
	struct scenario_setup *current; /* as the events before have left it */
	unsigned int kinds;             /* keys that say what happens; must be one */
};

struct file_reading {
	struct scenario *scenario;
	const json_t *events; /* read last: "set" builds on "carp" and "vhid" */
};

static void *
must_alloc(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (p == NULL) {
		fputs("carp-scenario: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void
set_kind(struct event_reading *reading, enum scenario_event_type type)
{
	reading->event->type = type;
	reading->kinds++;
}

static void
read_at(struct reader *r, const json_t *value, void *into)
{
	struct event_reading *reading = into;
	int64_t at_us;

	if (reader_integer(r, value, 0, AT_MAX_US, &at_us))
		reading->event->at_us = (uint64_t)at_us;
}

static void
read_link(struct reader *r, const json_t *value, void *into)
{
	static const struct reader_word words[] = { { "up", true }, { "down", false } };
	struct event_reading *reading = into;
	int up;

	set_kind(reading, SCENARIO_LINK);
	if (reader_word(r, value, words, 2, &up))
		reading->event->up = up;
}

static void
read_admin(struct reader *r, const json_t *value, void *into)
{
	enum { ADMIN_DOWN, ADMIN_UP, ADMIN_MASTER, ADMIN_BACKUP };
	static const struct reader_word words[] = {
		{ "up", ADMIN_UP },
		{ "down", ADMIN_DOWN },
		{ "master", ADMIN_MASTER },
		{ "backup", ADMIN_BACKUP },
	};
	struct event_reading *reading = into;
	int admin = ADMIN_DOWN;

	reader_word(r, value, words, 4, &admin);
	if (admin == ADMIN_DOWN || admin == ADMIN_UP) {
		set_kind(reading, SCENARIO_ADMIN);
		reading->event->up = admin == ADMIN_UP;
	} else {
		set_kind(reading, SCENARIO_FORCE);
		reading->event->force = admin == ADMIN_MASTER ? CARP_MASTER : CARP_BACKUP;
	}
}

static void
read_from(struct reader *r, const json_t *value, void *into)
{
	reader_ip(r, value, &((struct scenario_event *)into)->advert.from);
}

static void
read_ttl(struct reader *r, const json_t *value, void *into)
{
	struct scenario_event *event = into;
	int64_t ttl;

	if (reader_integer(r, value, 0, 255, &ttl))
		event->advert.ttl = (uint8_t)ttl;
}

static void
read_hex(struct reader *r, const json_t *value, void *into)
{
	struct scenario_event *event = into;
	const char *text = reader_string(r, value);
	size_t len;

	if (text == NULL)
		return;
	len = strlen(text) / 2;
	if (len > PAYLOAD_MAX) {
		reader_error(r, "is longer than %d octets", PAYLOAD_MAX);
		return;
	}
	event->advert.payload = must_alloc(len + 1, 1);
	event->advert.len = len;
	if (hex_decode(text, event->advert.payload) != 0)
		reader_error(r, "is not an even number of hexadecimal digits");
}

static void
read_advert(struct reader *r, const json_t *value, void *into)
{
	static const struct reader_field fields[] = {
		{ "from", read_from, true },
		{ "ttl", read_ttl, false },
		{ "hex", read_hex, true },
	};
	static const struct reader_table table = { fields, sizeof(fields) / sizeof(fields[0]) };
	struct event_reading *reading = into;

	set_kind(reading, SCENARIO_ADVERT);
	reading->event->advert.ttl = CARP_TTL;
	reader_object(r, value, &table, 1, reading->event);
}

static void
read_set(struct reader *r, const json_t *value, void *into)
{
	struct event_reading *reading = into;

	set_kind(reading, SCENARIO_SET);
	scenario_read_set(r, value, reading->current);
	reading->event->set = must_alloc(1, sizeof(*reading->event->set));
	*reading->event->set = *reading->current;
}

static void
read_demote(struct reader *r, const json_t *value, void *into)
{
	struct event_reading *reading = into;
	int64_t delta;

	set_kind(reading, SCENARIO_DEMOTE);
	if (reader_integer(r, value, -DEMOTE_LIMIT, DEMOTE_LIMIT, &delta))
		reading->event->demote = (int32_t)delta;
}

static void
read_send_errors(struct reader *r, const json_t *value, void *into)
{
	struct event_reading *reading = into;
	int64_t count;

	set_kind(reading, SCENARIO_SEND_ERRORS);
	if (reader_integer(r, value, 0, SEND_ERRORS_MAX, &count))
		reading->event->send_errors = (uint32_t)count;
}

static void
read_end(struct reader *r, const json_t *value, void *into)
{
	struct event_reading *reading = into;

	set_kind(reading, SCENARIO_END);
	if (!json_is_true(value))
		reader_error(r, "is not true");
}

static void
read_event(struct reader *r, const json_t *value, struct scenario_event *event,
	   struct scenario_setup *current)
{
	static const struct reader_field fields[] = {
		{ "at_us", read_at, true },
		{ "link", read_link, false },
		{ "admin", read_admin, false },
		{ "advert", read_advert, false },
		{ "set", read_set, false },
		{ "demote", read_demote, false },
		{ "send_errors", read_send_errors, false },
		{ "end", read_end, false },
	};
	static const struct reader_table table = { fields, sizeof(fields) / sizeof(fields[0]) };
	struct event_reading reading = { .event = event, .current = current };

	reader_object(r, value, &table, 1, &reading);
	if (json_is_object(value) && reading.kinds != 1)
		reader_error(r, "has %u of link, admin, advert, set, demote, send_errors and end; "
			     "one is needed", reading.kinds);
}

static void
read_events(struct reader *r, const json_t *value, struct scenario *s)
{
	struct scenario_setup *current;
	uint64_t last_us = 0;
	size_t mark;

	if (!json_is_array(value)) {
		reader_error(r, "is not a list of events");
		return;
	}
	s->event_count = json_array_size(value);
	s->events = must_alloc(s->event_count + 1, sizeof(*s->events));
	current = must_alloc(1, sizeof(*current));
	*current = s->start;
	for (size_t i = 0; i < s->event_count; i++) {
		s->events[i].at_us = last_us;
		mark = reader_enter_index(r, i);
		read_event(r, json_array_get(value, i), &s->events[i], current);
		reader_leave(r, mark);
		if (s->events[i].at_us < last_us) {
			mark = reader_enter_index(r, i);
			reader_enter(r, "at_us");
			reader_error(r, "%llu is before the event above it, %llu",
				     (unsigned long long)s->events[i].at_us,
				     (unsigned long long)last_us);
			reader_leave(r, mark);
		}
		last_us = s->events[i].at_us;
	}
	free(current);
}

static void
read_carp_object(struct reader *r, const json_t *value, void *into)
{
	scenario_read_carp(r, value, &((struct file_reading *)into)->scenario->start);
}

static void
read_vhid_object(struct reader *r, const json_t *value, void *into)
{
	scenario_read_vhid(r, value, &((struct file_reading *)into)->scenario->start);
}

static void
keep_events(struct reader *r, const json_t *value, void *into)
{
	(void)r;
	((struct file_reading *)into)->events = value;
}

static void
read_schema(struct reader *r, const json_t *value, void *into)
{
	(void)into;
	reader_string(r, value);
}

static void
read_file(struct reader *r, const json_t *root, struct scenario *s)
{
	static const struct reader_field fields[] = {
		{ "$schema", read_schema, false },
		{ "carp", read_carp_object, false },
		{ "vhid", read_vhid_object, true },
		{ "events", keep_events, true },
	};
	static const struct reader_table table = { fields, sizeof(fields) / sizeof(fields[0]) };
	struct file_reading reading = { .scenario = s };
	size_t mark;

	reader_object(r, root, &table, 1, &reading);
	if (reading.events == NULL)
		return;
	mark = reader_enter(r, "events");
	read_events(r, reading.events, s);
	reader_leave(r, mark);
}

struct scenario *
scenario_load(const char *path)
{
	struct reader r = { .file = path };
	struct scenario *s;
	json_error_t error;
	json_t *root;

	root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		if (error.line > 0)
			fprintf(stderr, "%s:%d:%d: %s\n", path, error.line, error.column,
				error.text);
		else
			fprintf(stderr, "%s\n", error.text);
		return NULL;
	}
	s = must_alloc(1, sizeof(*s));
	scenario_setup_default(&s->start);
	read_file(&r, root, s);
	json_decref(root);
	if (r.errors > 0) {
		scenario_free(s);
		return NULL;
	}
	return s;
}

void
scenario_free(struct scenario *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->events != NULL && i < s->event_count; i++) {
		free(s->events[i].advert.payload);
		free(s->events[i].set);
	}
	free(s->events);
	free(s);
}
