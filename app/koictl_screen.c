/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ENTER "\033[?1049h\033[?25l\033[2J"
#define LEAVE "\033[0m\033[?25h\033[?1049l"
#define CLEAR "\033[0m\033[2J"
#define END_OF_LINE "\033[0m\033[K"

#define WIDTH_DEFAULT 80
#define HEIGHT_DEFAULT 24

static int
write_all(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

bool
koictl_screen_is_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

static void
measure(struct koictl_screen *s)
{
	struct winsize size;

	s->width = WIDTH_DEFAULT;
	s->height = HEIGHT_DEFAULT;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_col != 0)
		s->width = size.ws_col;
	if (size.ws_row != 0)
		s->height = size.ws_row < KOICTL_SCREEN_LINES ? size.ws_row : KOICTL_SCREEN_LINES;
}

static void
forget(struct koictl_screen *s)
{
	for (size_t i = 0; i < KOICTL_SCREEN_LINES; i++) {
		free(s->shown[i]);
		s->shown[i] = NULL;
	}
}

int
koictl_screen_open(struct koictl_screen *s)
{
	struct termios raw;

	*s = (struct koictl_screen){ .has_keys = isatty(STDIN_FILENO) };
	if (s->has_keys && tcgetattr(STDIN_FILENO, &s->saved) != 0)
		return -errno;
	raw = s->saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	if (s->has_keys && tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
		return -errno;
	s->is_open = true;
	measure(s);
	return write_all(ENTER, strlen(ENTER));
}

void
koictl_screen_close(struct koictl_screen *s)
{
	if (!s->is_open)
		return;
	s->is_open = false;
	forget(s);
	write_all(LEAVE, strlen(LEAVE));
	if (s->has_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->saved);
}

void
koictl_screen_refresh(struct koictl_screen *s)
{
	measure(s);
	forget(s);
	write_all(CLEAR, strlen(CLEAR));
}

/* The length of a mark for a colour, or 0. */
static size_t
mark_len(const char *at, const char *end)
{
	const char *m = at + 1;

	if (at[0] != '\033')
		return 0;
	while (m < end && *m != 'm')
		m++;
	return m < end ? (size_t)(m - at) + 1 : 0;
}

void
koictl_screen_put_line(FILE *to, const char *line, size_t len, int width, bool has_colours)
{
	const char *end = line + len;

	while (line < end) {
		size_t mark = mark_len(line, end);

		if (mark != 0 && has_colours)
			fwrite(line, 1, mark, to);
		else if (mark == 0 && width-- > 0)
			/* Nothing but our own marks may command the terminal. */
			fputc(*line < 0x20 || *line > 0x7e ? '?' : *line, to);
		line += mark != 0 ? mark : 1;
	}
}

static char *
fit_line(const struct koictl_screen *s, const char *line, size_t len)
{
	bool has_colours = getenv("NO_COLOR") == NULL;
	char *fit = NULL;
	size_t size;
	FILE *to = open_memstream(&fit, &size);

	if (to == NULL)
		return NULL;
	koictl_screen_put_line(to, line, len, s->width, has_colours);
	fclose(to);
	return fit;
}

int
koictl_screen_draw(struct koictl_screen *s, const char *text)
{
	char *out = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&out, &size);
	int rc;

	if (to == NULL)
		return -errno;
	for (int row = 0; row < s->height; row++) {
		size_t len = strcspn(text, "\n");
		char *line = fit_line(s, text, len);

		text += len + (text[len] == '\n');
		if (line != NULL && s->shown[row] != NULL && strcmp(line, s->shown[row]) == 0) {
			free(line);
			continue;
		}
		fprintf(to, "\033[%d;1H%s" END_OF_LINE, row + 1, line == NULL ? "" : line);
		free(s->shown[row]);
		s->shown[row] = line;
	}
	fclose(to);
	rc = out == NULL ? -ENOMEM : write_all(out, size);
	free(out);
	return rc;
}
