/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints the parser's tables of keys as JSON, for the comparison with the schema and the reference
 * page: {"/carp": {"tos": {"type": "integer", "min": 0, "max": 255, "default": 224}, ...}, ...}
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "config/config_internal.h"

static const struct {
	const char *place;
	const struct config_member *keys;
} objects[] = {
	{ "", config_root_keys },
	{ "/carp", config_carp_keys },
	{ "/workers", config_workers_keys },
	{ "/interfaces/*", config_interface_keys },
	{ "/interfaces/*/router_advertisement", config_ra_keys },
	{ "/interfaces/*/router_advertisement/prefixes/*", config_ra_prefix_keys },
	{ "/vhids/*", config_vhid_keys },
	{ "/routes/*", config_route_keys },
	{ "/neighbors/*", config_neighbor_keys },
	{ "/notify/*", config_notify_keys },
};

static const char *const type_names[] = {
	[CONFIG_OBJECT] = "object",   [CONFIG_ARRAY] = "array",	    [CONFIG_STRING] = "string",
	[CONFIG_INTEGER] = "integer", [CONFIG_BOOLEAN] = "boolean", [CONFIG_WORD] = "word",
	[CONFIG_OTHER] = "other",
};

static void
describe_range(json_t *entry, const struct config_member *key)
{
	json_object_set_new(entry, "min", json_integer(key->min));
	json_object_set_new(entry, "max", json_integer(key->max));
}

static void
describe_words(json_t *entry, const struct config_member *key)
{
	json_t *words = json_array();

	for (size_t i = 0; key->words[i] != NULL; i++)
		json_array_append_new(words, json_string(key->words[i]));
	json_object_set_new(entry, "words", words);
}

static json_t *
describe(const struct config_member *key)
{
	json_t *preset = NULL;
	json_t *entry;

	if (key->is_later)
		return json_pack("{s:b}", "later", 1);
	entry = json_object();
	json_object_set_new(entry, "type", json_string(type_names[key->type]));
	json_object_set_new(entry, "required", json_boolean(key->is_required));
	if (key->unless != NULL)
		json_object_set_new(entry, "unless", json_string(key->unless));
	if (key->type == CONFIG_INTEGER) {
		describe_range(entry, key);
		preset = json_integer(key->preset);
	} else if (key->type == CONFIG_BOOLEAN) {
		preset = json_boolean(key->preset);
	} else if (key->type == CONFIG_WORD) {
		describe_words(entry, key);
		preset = json_string(key->words[key->preset]);
	} else if (key->type == CONFIG_ARRAY) {
		describe_range(entry, key);
	}
	if (preset != NULL && !key->is_required && !key->has_no_preset)
		json_object_set(entry, "default", preset);
	json_decref(preset);
	return entry;
}

int
main(void)
{
	json_t *all = json_object();

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		json_t *object = json_object();

		for (const struct config_member *key = objects[i].keys; key->name != NULL; key++)
			json_object_set_new(object, key->name, describe(key));
		json_object_set_new(all, objects[i].place, object);
	}
	if (json_dumpf(all, stdout, JSON_INDENT(1)) != 0)
		return EXIT_FAILURE;
	json_decref(all);
	return EXIT_SUCCESS;
}
