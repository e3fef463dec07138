/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <string.h>

#include "config/config_internal.h"

/* Reads an object by its table of keys: types, ranges, defaults, unknown and missing keys. */

const char *
config_type_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number with a fraction or an exponent";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		break;
	}
	return "null";
}

const char *
config_element_text(const json_t *array, size_t index, const char *key)
{
	return json_string_value(json_object_get(json_array_get(array, index), key));
}

bool
config_element_has(const json_t *array, size_t index, const char *key)
{
	return json_object_get(json_array_get(array, index), key) != NULL;
}

static const char *
expected_name(enum config_type type)
{
	switch (type) {
	case CONFIG_OBJECT:
		return "an object";
	case CONFIG_ARRAY:
		return "an array";
	case CONFIG_INTEGER:
		return "an integer";
	case CONFIG_BOOLEAN:
		return "true or false";
	case CONFIG_STRING:
	case CONFIG_WORD:
	case CONFIG_OTHER:
		break;
	}
	return "a string";
}

static bool
has_type(const json_t *value, enum config_type type)
{
	switch (type) {
	case CONFIG_OBJECT:
		return json_is_object(value);
	case CONFIG_ARRAY:
		return json_is_array(value);
	case CONFIG_STRING:
	case CONFIG_WORD:
		return json_is_string(value);
	case CONFIG_INTEGER:
		return json_is_integer(value);
	case CONFIG_BOOLEAN:
		return json_is_boolean(value);
	case CONFIG_OTHER:
		break;
	}
	return true;
}

static void
store(void *target, const struct config_member *key, int64_t value)
{
	uint8_t *field = (uint8_t *)target + key->offset;
	uint32_t u32 = (uint32_t)value;
	uint16_t u16 = (uint16_t)value;
	uint8_t u8 = (uint8_t)value;

	switch (key->size) {
	case sizeof(u8):
		memcpy(field, &u8, sizeof(u8));
		break;
	case sizeof(u16):
		memcpy(field, &u16, sizeof(u16));
		break;
	case sizeof(u32):
		memcpy(field, &u32, sizeof(u32));
		break;
	}
}

bool
config_integer_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		    int64_t min, int64_t max, int64_t *out)
{
	int64_t number = json_integer_value(value);

	if (number < min || number > max) {
		config_error(r, at, "%" PRId64 " is not in %" PRId64 "..%" PRId64, number, min,
			     max);
		return false;
	}
	*out = number;
	return true;
}

/* The list of words as "poll, yield or sleep". */
static void
words_error(struct config_reader *r, const struct config_place *at, const char *text,
	    const char *const *words)
{
	char quoted[CONFIG_QUOTED];
	char list[128] = "";

	for (size_t i = 0; words[i] != NULL; i++) {
		const char *glue = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";

		strncat(list, glue, sizeof(list) - strlen(list) - 1);
		strncat(list, words[i], sizeof(list) - strlen(list) - 1);
	}
	config_error(r, at, "%s is not %s", config_quote(text, quoted), list);
}

static void
read_word(struct config_reader *r, const struct config_place *at, const json_t *value,
	  const struct config_member *key, void *target)
{
	const char *text = json_string_value(value);

	for (size_t i = 0; key->words[i] != NULL; i++) {
		if (strcmp(key->words[i], text) == 0) {
			store(target, key, (int64_t)i);
			return;
		}
	}
	words_error(r, at, text, key->words);
}

static void
check_size(struct config_reader *r, const struct config_place *at, const json_t *array,
	   const struct config_member *key)
{
	size_t size = json_array_size(array);

	if (size < (size_t)key->min || size > (size_t)key->max) {
		config_error(r, at, "%zu elements, must be %" PRId64 " to %" PRId64, size, key->min,
			     key->max);
	}
}

static void
read_value(struct config_reader *r, const struct config_place *at, const json_t *value,
	   const struct config_member *key, void *target)
{
	int64_t number;

	if (!has_type(value, key->type)) {
		config_error(r, at, "expected %s, found %s", expected_name(key->type),
			     config_type_name(value));
		return;
	}
	if (key->type == CONFIG_INTEGER) {
		if (config_integer_read(r, at, value, key->min, key->max, &number))
			store(target, key, number);
	} else if (key->type == CONFIG_BOOLEAN) {
		store(target, key, json_is_true(value));
	} else if (key->type == CONFIG_WORD) {
		read_word(r, at, value, key, target);
	} else if (key->type == CONFIG_ARRAY) {
		check_size(r, at, value, key);
	}
	if (key->read != NULL)
		key->read(r, at, value, target);
}

static const struct config_member *
find_key(const struct config_member *keys, const char *name)
{
	for (; keys->name != NULL; keys++) {
		if (strcmp(keys->name, name) == 0)
			return keys;
	}
	return NULL;
}

static void
unknown_key(struct config_reader *r, const struct config_place *at,
	    const struct config_member *keys)
{
	const char *nearest = config_suggest(at->key, keys);

	if (nearest != NULL)
		config_error(r, at, "unknown key, did you mean \"%s\"?", nearest);
	else
		config_error(r, at, "unknown key");
}

static bool
is_missing(const json_t *object, const struct config_member *key)
{
	if (!key->is_required || json_object_get(object, key->name) != NULL)
		return false;
	return key->unless == NULL || json_object_get(object, key->unless) == NULL;
}

void
config_object_preset(const struct config_member *keys, void *target)
{
	for (; keys->name != NULL; keys++)
		store(target, keys, keys->preset);
}

void
config_object_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		   const struct config_member *keys, void *target)
{
	const struct config_member *key;
	const char *name;
	json_t *member;

	config_object_preset(keys, target);
	if (!json_is_object(value)) {
		config_error(r, at, "expected an object, found %s", config_type_name(value));
		return;
	}
	/* The macro of Jansson wants a json_t that is not const; it changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)value, name, member) {
		struct config_place place = { .parent = at, .key = name };

		key = find_key(keys, name);
		if (key == NULL)
			unknown_key(r, &place, keys);
		else if (key->is_later)
			config_error(r, &place, "not yet supported");
		else
			read_value(r, &place, member, key, target);
	}
	for (key = keys; key->name != NULL; key++) {
		if (is_missing(value, key))
			config_error(r, at, "\"%s\" is missing", key->name);
	}
}
