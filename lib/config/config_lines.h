/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A file line by line, as long as it may be, in the memory of a few lines.
 */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

#include <stddef.h>

#define CONFIG_LINE_MAX 1024 /**< bytes of a line, with its end */

struct config_lines;

/** @return NULL with errno as config_file_open() */
struct config_lines *config_lines_open(const char *path);
void config_lines_close(struct config_lines *lines);

/**
 * The next line, without its newline, ended by a NUL; it may be changed, and is valid until the
 * next call. NULL at the end, or after an error.
 *
 * @param len its length; CONFIG_LINE_MAX if it is longer than that, and then it is cut
 */
char *config_lines_next(struct config_lines *lines, size_t *len);

/** 0, or the -errno of what could not be read. */
int config_lines_error(const struct config_lines *lines);

#endif /* CONFIG_LINES_H */
