/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_internal.h"

/* A whole file in memory, which is wiped when it goes. */

#define FIRST_SIZE 4096

void
config_text_free(struct config_text *text)
{
	if (text->data != NULL)
		explicit_bzero(text->data, text->len);
	free(text->data);
}

/* realloc() may leave a copy of secrets behind. */
static int
text_grow(struct config_text *text, size_t size)
{
	char *data = malloc(size);

	if (data == NULL)
		return -ENOMEM;
	if (text->len != 0)
		memcpy(data, text->data, text->len);
	config_text_free(text);
	text->data = data;
	text->size = size;
	return 0;
}

/* The size is a hint only: the file may grow, and those of /proc have none. */
static int
text_read(struct config_text *text, int fd, size_t size_hint)
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
load(struct config_text *text, const char *path)
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

bool
config_text_load(struct config_reader *r, const char *path, struct config_text *text)
{
	int error = load(text, path);

	if (error == -ENOMEM)
		r->is_out_of_memory = true;
	else if (error == -EFBIG)
		config_error(r, NULL, "cannot read: is larger than %u MiB", CONFIG_FILE_MAX >> 20);
	else if (error != 0)
		config_error(r, NULL, "cannot read: %s", config_file_error(error));
	return error == 0;
}
