/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A terminal that is drawn again and again, line by line: what has not changed is not sent.
 *
 * A line is text with marks for colours, which take no room. What is too long is cut.
 *
 * Threads: main(), one screen.
 * Memory:  the lines shown are kept, to be compared with the next ones.
 * Errors:  negative errno.
 */
#ifndef KOICTL_SCREEN_H
#define KOICTL_SCREEN_H

#include <stdbool.h>
#include <stdio.h>
#include <termios.h>

/** Marks for colours within a line; others are not known. */
#define KOICTL_GREEN "\033[32m"
#define KOICTL_RED "\033[31m"
#define KOICTL_YELLOW "\033[33m"
#define KOICTL_BOLD "\033[1m"
#define KOICTL_PLAIN "\033[0m"

#define KOICTL_SCREEN_LINES 512

struct koictl_screen {
	int width;
	int height;
	bool has_keys;    /**< standard input is a terminal */
	bool is_open;
	struct termios saved;
	char *shown[KOICTL_SCREEN_LINES];
};

/** True if standard output is a terminal that can be drawn on. */
bool koictl_screen_is_possible(void);

/** Take the terminal over: its other page, no cursor, keys at once. */
int koictl_screen_open(struct koictl_screen *s);

/** Leave the terminal as it was. May be called again. */
void koictl_screen_close(struct koictl_screen *s);

/** The terminal has another size, or something else has written on it: draw everything anew. */
void koictl_screen_refresh(struct koictl_screen *s);

/** Show @p text, whose lines end with a newline. 0, or -errno if the terminal is gone. */
int koictl_screen_draw(struct koictl_screen *s, const char *text);

/** Copy one line to @p to, cut to @p width; without colours unless @p has_colours. */
void koictl_screen_put_line(FILE *to, const char *line, size_t len, int width, bool has_colours);

#endif /* KOICTL_SCREEN_H */
