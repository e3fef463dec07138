/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_table.h"

#include <err.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Takes over @p text. */
static void
append(struct koictl_table *t, char *text)
{
	if (text != NULL && t->cells == t->room) {
		t->room = t->room == 0 ? 256 : 2 * t->room;
		t->cell = realloc(t->cell, t->room * sizeof(t->cell[0]));
	}
	if (text == NULL || t->cell == NULL)
		errx(1, "out of memory");
	t->cell[t->cells++] = text;
}

void
koictl_table_begin(struct koictl_table *t, const char *headings)
{
	*t = (struct koictl_table){ 0 };
	while (*headings != '\0') {
		size_t len;

		if (*headings == '>') {
			t->right |= 1 << t->columns;
			headings++;
		}
		len = strcspn(headings, "|");
		append(t, strndup(headings, len));
		t->columns++;
		headings += len + (headings[len] == '|');
	}
}

void
koictl_table_add(struct koictl_table *t, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text != NULL && text[0] == '\0') {
		free(text);
		text = strdup("-");
	}
	append(t, text);
}

static void
print_cell(const struct koictl_table *t, size_t at, const int *width, FILE *to)
{
	size_t column = at % t->columns;
	bool is_last = column == t->columns - 1;

	if ((t->right & 1 << column) != 0)
		fprintf(to, "%*s", width[column], t->cell[at]);
	else if (is_last)
		fputs(t->cell[at], to);
	else
		fprintf(to, "%-*s", width[column], t->cell[at]);
	fputs(is_last ? "\n" : "  ", to);
}

void
koictl_table_print(struct koictl_table *t, FILE *to)
{
	int width[KOICTL_TABLE_COLUMNS] = { 0 };

	for (size_t i = 0; i < t->cells; i++) {
		int len = (int)strlen(t->cell[i]);

		if (len > width[i % t->columns])
			width[i % t->columns] = len;
	}
	for (size_t i = 0; i < t->cells; i++) {
		print_cell(t, i, width, to);
		free(t->cell[i]);
	}
	free(t->cell);
}
