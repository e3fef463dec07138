/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Text in aligned columns: each as wide as its widest cell.
 *
 * Threads: main().
 * Memory:  cells are copied; nothing is printed before koictl_table_print().
 */
#ifndef KOICTL_TABLE_H
#define KOICTL_TABLE_H

#include <stdio.h>

#define KOICTL_TABLE_COLUMNS 12

struct koictl_table {
	size_t columns;
	size_t cells;
	size_t room;
	char **cell; /**< row by row */
	int right;   /**< bit set of the columns that are aligned to the right */
};

/**
 * Begin a table.
 *
 * @param headings separated by '|'; one that begins with '>' is aligned to the right
 */
void koictl_table_begin(struct koictl_table *t, const char *headings);

/** Add the next cell; an empty one is shown as "-". */
void koictl_table_add(struct koictl_table *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Print and free. */
void koictl_table_print(struct koictl_table *t, FILE *to);

#endif /* KOICTL_TABLE_H */
