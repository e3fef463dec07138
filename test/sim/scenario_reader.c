/* SPDX-License-Identifier: BSD-3-Clause */
#include "scenario_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
reader_error(struct reader *r, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: %s: ", r->file, r->path_len > 0 ? r->path : "/");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	r->errors++;
}

static void
path_add(struct reader *r, char c)
{
	if (r->path_len + 1 < sizeof(r->path))
		r->path[r->path_len++] = c;
	r->path[r->path_len] = '\0';
}

size_t
reader_enter(struct reader *r, const char *key)
{
	size_t mark = r->path_len;

	path_add(r, '/');
	for (; *key != '\0'; key++) {
		if (*key == '~' || *key == '/') {
			path_add(r, '~');
			path_add(r, *key == '~' ? '0' : '1');
		} else {
			path_add(r, (unsigned char)*key < ' ' ? '?' : *key);
		}
	}
	return mark;
}

size_t
reader_enter_index(struct reader *r, size_t index)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", index);
	return reader_enter(r, text);
}

void
reader_leave(struct reader *r, size_t mark)
{
	r->path_len = mark;
	r->path[mark] = '\0';
}

static const struct reader_field *
field_find(const struct reader_table *tables, size_t table_count, const char *key)
{
	for (size_t t = 0; t < table_count; t++) {
		for (size_t i = 0; i < tables[t].count; i++) {
			if (strcmp(tables[t].fields[i].name, key) == 0)
				return &tables[t].fields[i];
		}
	}
	return NULL;
}

static void
read_key(struct reader *r, const char *key, const json_t *value,
	 const struct reader_field *field, void *into)
{
	size_t mark = reader_enter(r, key);

	if (field != NULL)
		field->read(r, value, into);
	else if (strcmp(key, "description") != 0)
		reader_error(r, "unknown key");
	else
		reader_string(r, value);
	reader_leave(r, mark);
}

static void
report_missing(struct reader *r, const json_t *object, const struct reader_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct reader_field *field = &table->fields[i];
		size_t mark;

		if (!field->required || json_object_get(object, field->name) != NULL)
			continue;
		mark = reader_enter(r, field->name);
		reader_error(r, "is missing");
		reader_leave(r, mark);
	}
}

void
reader_object(struct reader *r, const json_t *object, const struct reader_table *tables,
	      size_t table_count, void *into)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		reader_error(r, "is not an object");
		return;
	}
	json_object_foreach((json_t *)object, key, value) {
		read_key(r, key, value, field_find(tables, table_count, key), into);
	}
	for (size_t t = 0; t < table_count; t++)
		report_missing(r, object, &tables[t]);
}

bool
reader_integer(struct reader *r, const json_t *value, int64_t min, int64_t max, int64_t *out)
{
	int64_t number;

	if (!json_is_integer(value)) {
		reader_error(r, "is not an integer");
		return false;
	}
	number = json_integer_value(value);
	if (number < min || number > max) {
		reader_error(r, "%lld is not in %lld..%lld", (long long)number, (long long)min,
			     (long long)max);
		return false;
	}
	*out = number;
	return true;
}

bool
reader_boolean(struct reader *r, const json_t *value, bool *out)
{
	if (!json_is_boolean(value)) {
		reader_error(r, "is neither true nor false");
		return false;
	}
	*out = json_is_true(value);
	return true;
}

const char *
reader_string(struct reader *r, const json_t *value)
{
	if (!json_is_string(value)) {
		reader_error(r, "is not a string");
		return NULL;
	}
	return json_string_value(value);
}

bool
reader_word(struct reader *r, const json_t *value, const struct reader_word *words,
	    size_t count, int *out)
{
	const char *text = reader_string(r, value);
	char known[128] = "";
	size_t len = 0;

	if (text == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i].word, text) == 0) {
			*out = words[i].value;
			return true;
		}
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s\"%s\"",
					i > 0 ? ", " : "", words[i].word);
	}
	reader_error(r, "is none of %s", known);
	return false;
}

bool
reader_ip(struct reader *r, const json_t *value, struct ip_addr *out)
{
	const char *text = reader_string(r, value);
	struct ip_prefix prefix;

	if (text == NULL)
		return false;
	if (ip_addr_parse(text, &prefix.addr) != 0 && ip_prefix_parse(text, &prefix) != 0) {
		reader_error(r, "\"%s\" is not an IP address", text);
		return false;
	}
	*out = prefix.addr;
	return true;
}

bool
reader_address(struct reader *r, const json_t *value, struct ip_addr *out)
{
	static const struct ip_addr unspecified[IP_FAMILIES] = {
		{ .family = IP_V4 }, { .family = IP_V6 },
	};
	struct ip_addr addr;

	if (!reader_ip(r, value, &addr))
		return false;
	if (ip_addr_is_multicast(&addr) ||
	    ip_addr_compare(&addr, &unspecified[addr.family]) == 0) {
		reader_error(r, "\"%s\" is not the address of a host", json_string_value(value));
		return false;
	}
	*out = addr;
	return true;
}
