/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config/config_internal.h"

/*
 * Jansson stops at the first duplicate key. This walks the text once more and names all of them.
 * Jansson has accepted the text before, so there are no syntax errors, and the depth is bounded.
 */
struct scan {
	struct config_reader *reader;
	const char *at;
	const char *end;
	unsigned int line;
};

static void scan_value(struct scan *s, const struct config_place *place);

static char
peek(struct scan *s)
{
	for (; s->at < s->end && strchr(" \t\r\n", *s->at) != NULL; s->at++)
		s->line += *s->at == '\n';
	return s->at < s->end ? *s->at : '\0';
}

static void
skip_string(struct scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++) {
		if (*s->at == '\\')
			s->at++;
	}
	s->at++;
}

static void
skip_literal(struct scan *s)
{
	while (s->at < s->end && strchr(",]} \t\r\n", *s->at) == NULL)
		s->at++;
}

/* One member; its key may be written with escapes, so it is decoded before it is compared. */
static void
scan_member(struct scan *s, const struct config_place *parent, json_t *seen)
{
	struct config_place place = { .parent = parent };
	const char *start = s->at;
	json_t *key;

	skip_string(s);
	key = json_loadb(start, (size_t)(s->at - start), JSON_DECODE_ANY, NULL);
	if (key == NULL) {
		s->reader->is_out_of_memory = true;
		s->at = s->end;
		return;
	}
	place.key = json_string_value(key);
	if (json_object_get(seen, place.key) != NULL)
		config_error(s->reader, &place, "duplicate key in line %u", s->line);
	else if (json_object_set_new(seen, place.key, json_null()) != 0)
		s->reader->is_out_of_memory = true;
	if (peek(s) == ':')
		s->at++;
	scan_value(s, &place);
	json_decref(key);
}

static void
scan_object(struct scan *s, const struct config_place *place)
{
	json_t *seen = json_object();

	for (s->at++; peek(s) != '}' && s->at < s->end;) {
		if (*s->at == '"')
			scan_member(s, place, seen);
		else
			s->at++;
	}
	s->at++;
	json_decref(seen);
}

static void
scan_array(struct scan *s, const struct config_place *parent)
{
	struct config_place place = { .parent = parent };

	for (s->at++; peek(s) != ']' && s->at < s->end;) {
		if (*s->at == ',') {
			place.index++;
			s->at++;
		} else {
			scan_value(s, &place);
		}
	}
	s->at++;
}

static void
scan_value(struct scan *s, const struct config_place *place)
{
	switch (peek(s)) {
	case '{':
		scan_object(s, place);
		break;
	case '[':
		scan_array(s, place);
		break;
	case '"':
		skip_string(s);
		break;
	default:
		skip_literal(s);
	}
}

void
config_duplicates_report(struct config_reader *r, const char *text, size_t len)
{
	struct scan s = { .reader = r, .at = text, .end = text + len, .line = 1 };
	struct config_place root = { 0 };

	scan_value(&s, &root);
}
