/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_internal.h"

/* From a path to a JSON tree: reading, syntax errors, wiping. */

#define FIRST_SIZE 4096

struct text {
	char *data;
	size_t len;
	size_t size;
};

static void
text_free(struct text *text)
{
	if (text->data != NULL)
		explicit_bzero(text->data, text->len);
	free(text->data);
}

/* realloc() may leave a copy of secrets behind. */
static int
text_grow(struct text *text, size_t size)
{
	char *data = malloc(size);

	if (data == NULL)
		return -ENOMEM;
	if (text->len != 0)
		memcpy(data, text->data, text->len);
	text_free(text);
	text->data = data;
	text->size = size;
	return 0;
}

/* The size is a hint only: the file may grow, and those of /proc have none. */
static int
text_read(struct text *text, int fd, size_t size_hint)
{
	ssize_t got;

	if (text_grow(text, size_hint < FIRST_SIZE ? FIRST_SIZE : size_hint + 1) != 0)
		return -ENOMEM;
	for (;;) {
		if (text->len > CONFIG_FILE_MAX)
			return -EFBIG;
		if (text->len == text->size && text_grow(text, text->size * 2) != 0)
			return -ENOMEM;
		got = read(fd, text->data + text->len, text->size - text->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		text->len += (size_t)got;
	}
}

static int
text_load(struct text *text, const char *path)
{
	struct stat st;
	int error;
	int fd;

	fd = config_file_open(path, &st);
	if (fd < 0)
		return fd;
	if ((uint64_t)st.st_size > CONFIG_FILE_MAX)
		error = -EFBIG;
	else
		error = text_read(text, fd, (size_t)st.st_size);
	close(fd);
	return error;
}

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
is_blank(const struct text *text)
{
	for (size_t i = 0; i < text->len; i++) {
		if (memchr(" \t\r\n", text->data[i], 4) == NULL)
			return false;
	}
	return true;
}

/* Jansson takes a NUL byte for the end of the file. */
static bool
has_nul(struct config_reader *r, const struct text *text)
{
	const char *nul = memchr(text->data, '\0', text->len);
	unsigned int line = 1;
	const char *start = text->data;

	if (nul == NULL)
		return false;
	for (const char *c = text->data; c < nul; c++) {
		if (*c == '\n') {
			line++;
			start = c + 1;
		}
	}
	config_error(r, NULL, "%u:%zu: a NUL byte: this is not a text file", line,
		     (size_t)(nul - start) + 1);
	return true;
}

static json_t *
parse(struct config_reader *r, const struct text *text)
{
	json_error_t error = { 0 };
	json_t *document;

	if (is_blank(text)) {
		config_error(r, NULL, "is empty");
		return NULL;
	}
	if (has_nul(r, text))
		return NULL;
	document = json_loadb(text->data, text->len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
			      &error);
	if (document == NULL && json_error_code(&error) == json_error_duplicate_key) {
		/* Name all of them, and the other errors too. */
		document = json_loadb(text->data, text->len, JSON_DECODE_ANY, &error);
		if (document != NULL)
			config_duplicates_report(r, text->data, text->len);
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

json_t *
config_document_load(struct config_reader *r, const char *path)
{
	struct text text = { 0 };
	json_t *document = NULL;
	int error;

	error = text_load(&text, path);
	if (error == 0)
		document = parse(r, &text);
	else if (error == -ENOMEM)
		r->is_out_of_memory = true;
	else if (error == -EFBIG)
		config_error(r, NULL, "cannot read: is larger than %u MiB", CONFIG_FILE_MAX >> 20);
	else
		config_error(r, NULL, "cannot read: %s", config_file_error(error));
	text_free(&text);
	return document;
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
