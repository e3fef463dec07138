/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config_lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_internal.h"

#define BUFFER_SIZE 65536

struct config_lines {
	int fd;
	int error;
	bool is_at_end;
	size_t at;
	size_t len;
	char buffer[BUFFER_SIZE + 1];
};

struct config_lines *
config_lines_open(const char *path)
{
	struct config_lines *lines;
	struct stat st;

	lines = malloc(sizeof(*lines));
	if (lines == NULL)
		return NULL;
	lines->fd = config_file_open(path, &st);
	if (lines->fd < 0) {
		errno = -lines->fd;
		free(lines);
		return NULL;
	}
	lines->error = 0;
	lines->is_at_end = false;
	lines->at = 0;
	lines->len = 0;
	return lines;
}

void
config_lines_close(struct config_lines *lines)
{
	close(lines->fd);
	free(lines);
}

int
config_lines_error(const struct config_lines *lines)
{
	return lines->error;
}

/* What is left moves to the front. */
static void
fill(struct config_lines *lines)
{
	ssize_t got;

	lines->len -= lines->at;
	memmove(lines->buffer, lines->buffer + lines->at, lines->len);
	lines->at = 0;
	do
		got = read(lines->fd, lines->buffer + lines->len, BUFFER_SIZE - lines->len);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		lines->error = -errno;
	if (got <= 0)
		lines->is_at_end = true;
	else
		lines->len += (size_t)got;
}

/* The rest of a line that is too long is of no interest. */
static char *
skip(struct config_lines *lines, size_t *len)
{
	char *end;

	do {
		end = memchr(lines->buffer + lines->at, '\n', lines->len - lines->at);
		lines->at = end != NULL ? (size_t)(end - lines->buffer) + 1 : lines->len;
		if (end == NULL)
			fill(lines);
	} while (end == NULL && !lines->is_at_end);
	*len = CONFIG_LINE_MAX;
	lines->buffer[BUFFER_SIZE] = '\0';
	return lines->buffer + BUFFER_SIZE;
}

char *
config_lines_next(struct config_lines *lines, size_t *len)
{
	char *start;
	char *end;

	for (;;) {
		start = lines->buffer + lines->at;
		*len = lines->len - lines->at;
		end = memchr(start, '\n', *len);
		if (end != NULL)
			*len = (size_t)(end - start);
		if (*len >= CONFIG_LINE_MAX)
			return skip(lines, len);
		if (end != NULL || lines->is_at_end)
			break;
		fill(lines);
	}
	if (lines->error != 0 || (end == NULL && *len == 0))
		return NULL;
	lines->at += *len + (end != NULL);
	start[*len] = '\0';
	return start;
}
