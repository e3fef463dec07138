/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/config_internal.h"

int
config_file_open(const char *path, struct stat *st)
{
	int error;
	int fd;

	/* A FIFO without a writer must not hold us up. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, st) != 0) {
		error = -errno;
		goto err;
	}
	if (!S_ISREG(st->st_mode)) {
		error = S_ISDIR(st->st_mode) ? -EISDIR : -ENOTSUP;
		goto err;
	}
	return fd;
err:
	close(fd);
	return error;
}

const char *
config_file_error(int error)
{
	const char *text;

	if (error == -EISDIR)
		return "is a directory";
	/* A socket or a device without a driver cannot even be opened: ENXIO. */
	if (error == -ENOTSUP || error == -ENXIO)
		return "is not a regular file";
	text = strerrordesc_np(-error);
	return text != NULL ? text : "unknown error";
}
