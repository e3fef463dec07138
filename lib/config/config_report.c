/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* Longest text of one octet: \u001f. */
#define ESCAPED_MAX 6

/* What a file says must not reach a terminal as a command, nor break "one entry a line". */
static size_t
escape(unsigned char c, char out[ESCAPED_MAX + 1])
{
	if (c >= 0x20 && c != 0x7f) {
		out[0] = (char)c;
		out[1] = '\0';
		return 1;
	}
	return (size_t)snprintf(out, ESCAPED_MAX + 1, "\\u%04x", c);
}

bool
config_has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

const char *
config_quote(const char *text, char buf[CONFIG_QUOTED])
{
	static const char ellipsis[] = "...\"";
	char escaped[ESCAPED_MAX + 1];
	size_t len = 0;

	buf[len++] = '"';
	for (; *text != '\0'; text++) {
		size_t add = escape((unsigned char)*text, escaped);
		bool starts_character = ((unsigned char)*text & 0xc0) != 0x80;
		/* Three more octets may belong to this character. */
		size_t more = starts_character ? 3 : 0;

		if (len + add + more + sizeof(ellipsis) > CONFIG_QUOTED) {
			memcpy(buf + len, ellipsis, sizeof(ellipsis));
			return buf;
		}
		memcpy(buf + len, escaped, add);
		len += add;
	}
	buf[len++] = '"';
	buf[len] = '\0';
	return buf;
}

static void
write_token(FILE *to, const char *key)
{
	char escaped[ESCAPED_MAX + 1];

	for (; *key != '\0'; key++) {
		if (*key == '~') {
			fputs("~0", to);
		} else if (*key == '/') {
			fputs("~1", to);
		} else {
			escape((unsigned char)*key, escaped);
			fputs(escaped, to);
		}
	}
}

static void
write_place(FILE *to, const struct config_place *at)
{
	if (at->parent == NULL)
		return;
	write_place(to, at->parent);
	putc('/', to);
	if (at->key != NULL)
		write_token(to, at->key);
	else
		fprintf(to, "%zu", at->index);
}

static int
append(char ***texts, size_t *count, char *text)
{
	char **larger;

	/* Full whenever the count is a power of two; no separate capacity to keep. */
	if ((*count & (*count - 1)) == 0) {
		larger = reallocarray(*texts, *count == 0 ? 1 : *count * 2, sizeof(*larger));
		if (larger == NULL)
			return -1;
		*texts = larger;
	}
	(*texts)[(*count)++] = text;
	return 0;
}

static void __attribute__((format(printf, 5, 0)))
add(struct config_reader *r, char ***texts, size_t *count, const struct config_place *at,
    const char *format, va_list args)
{
	char *text = NULL;
	size_t len;
	FILE *to;

	to = open_memstream(&text, &len);
	if (to == NULL)
		goto err;
	if (at != NULL && at->parent != NULL) {
		write_place(to, at);
		fputs(": ", to);
	}
	vfprintf(to, format, args);
	if (fclose(to) != 0 || append(texts, count, text) != 0)
		goto err;
	return;
err:
	free(text);
	r->is_out_of_memory = true;
}

void
config_error(struct config_reader *r, const struct config_place *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(r, &r->report->errors, &r->report->error_count, at, format, args);
	va_end(args);
}

void
config_report_error(struct config_report *report, const char *format, ...)
{
	struct config_reader r = { .report = report };
	va_list args;

	va_start(args, format);
	add(&r, &report->errors, &report->error_count, NULL, format, args);
	va_end(args);
}

void
config_warning(struct config_reader *r, const struct config_place *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(r, &r->report->warnings, &r->report->warning_count, at, format, args);
	va_end(args);
}

void
config_report_print(const struct config_report *report, const char *path, FILE *to)
{
	for (size_t i = 0; i < report->error_count; i++) {
		const char *text = report->errors[i];
		bool has_line = text[0] >= '0' && text[0] <= '9';

		fprintf(to, "%s:%s%s\n", path, has_line ? "" : " ", text);
	}
	for (size_t i = 0; i < report->warning_count; i++)
		fprintf(to, "%s: warning: %s\n", path, report->warnings[i]);
}

static void
free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

void
config_report_free(struct config_report *report)
{
	free_texts(report->errors, report->error_count);
	free_texts(report->warnings, report->warning_count);
	memset(report, 0, sizeof(*report));
}
