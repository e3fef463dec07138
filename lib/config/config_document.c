/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config/config_internal.h"

/* From a text to a JSON tree: syntax errors, wiping. */

/* Jansson's words end with "near 'TOKEN'", and the token may be a secret. */
static const char *
syntax_error_text(json_error_t *error)
{
	char *near;

	switch (json_error_code(error)) {
	case json_error_stack_overflow:
		return "nested too deeply";
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_premature_end_of_input:
		return "the file ends too early";
	case json_error_end_of_input_expected:
		return "something follows the end of the document";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a NUL character (\\u0000) is not allowed";
	case json_error_numeric_overflow:
		return "the number is too large";
	default:
		near = strstr(error->text, " near ");
		if (near != NULL)
			*near = '\0';
		return error->text;
	}
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (memchr(" \t\r\n", text[i], 4) == NULL)
			return false;
	}
	return true;
}

/* Jansson takes a NUL byte for the end of the file. */
static bool
has_nul(struct config_reader *r, const char *text, size_t len)
{
	const char *nul = memchr(text, '\0', len);
	const char *start = text;
	unsigned int line = 1;

	if (nul == NULL)
		return false;
	for (const char *c = text; c < nul; c++) {
		if (*c == '\n') {
			line++;
			start = c + 1;
		}
	}
	config_error(r, NULL, "%u:%zu: a NUL byte: this is not a text file", line,
		     (size_t)(nul - start) + 1);
	return true;
}

json_t *
config_document_parse(struct config_reader *r, const char *text, size_t len)
{
	json_error_t error = { 0 };
	json_t *document;

	if (is_blank(text, len)) {
		config_error(r, NULL, "is empty");
		return NULL;
	}
	if (has_nul(r, text, len))
		return NULL;
	document = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (document == NULL && json_error_code(&error) == json_error_duplicate_key) {
		/* Name all of them, and the other errors too. */
		document = json_loadb(text, len, JSON_DECODE_ANY, &error);
		if (document != NULL)
			config_duplicates_report(r, text, len);
	}
	if (document != NULL)
		return document;
	if (json_error_code(&error) == json_error_out_of_memory)
		r->is_out_of_memory = true;
	else
		config_error(r, NULL, "%d:%d: %s", error.line, error.column,
			     syntax_error_text(&error));
	explicit_bzero(&error, sizeof(error));
	return NULL;
}

static void
wipe(json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value)) {
		/* Jansson has no call for this; the string is its own heap copy and goes next. */
		explicit_bzero((char *)(uintptr_t)json_string_value(value),
			       json_string_length(value));
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, member)
			wipe(member);
	} else if (json_is_object(value)) {
		json_object_foreach(value, key, member)
			wipe(member);
	}
}

void
config_document_free(json_t *document)
{
	if (document == NULL)
		return;
	wipe(document);
	json_decref(document);
}
