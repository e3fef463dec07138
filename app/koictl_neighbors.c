/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_neighbors.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ipaddr.h"

#include "koictl_format.h"
#include "koictl_table.h"

struct row {
	struct ip_addr addr;
	const json_t *neighbor;
};

static int
compare(const void *a, const void *b)
{
	return ip_addr_compare(&((const struct row *)a)->addr, &((const struct row *)b)->addr);
}

static const char *
text(const json_t *o, const char *key)
{
	const char *value = json_string_value(json_object_get(o, key));

	return value == NULL ? "" : value;
}

/* Since when; what has never been has no age. */
static void
add_age(struct koictl_table *t, const json_t *neighbor, const char *key)
{
	const json_t *age = json_object_get(neighbor, key);
	char buf[KOICTL_FORMAT_TEXT];

	if (age == NULL)
		koictl_table_add(t, "%s", "");
	else
		koictl_table_add(t, "%s ago", koictl_format_age(json_integer_value(age), buf));
}

static void
print_rows(const struct row *row, size_t count)
{
	struct koictl_table t;

	koictl_table_begin(&t, "ADDRESS|MAC|STATE|KEPT|>HEARD|>USED");
	for (size_t i = 0; i < count; i++) {
		const json_t *pinned = json_object_get(row[i].neighbor, "pinned");

		koictl_table_add(&t, "%s", text(row[i].neighbor, "address"));
		koictl_table_add(&t, "%s", text(row[i].neighbor, "mac"));
		koictl_table_add(&t, "%s", text(row[i].neighbor, "state"));
		koictl_table_add(&t, "%s", json_integer_value(pinned) != 0 ? "pinned" : "");
		add_age(&t, row[i].neighbor, "heard_age_ms");
		add_age(&t, row[i].neighbor, "used_age_ms");
	}
	koictl_table_print(&t, stdout);
}

void
koictl_neighbors_print(json_t *const result[2])
{
	json_t *list = json_object_get(result[0], "neighbours");
	struct row *row = calloc(json_object_size(list) + 1, sizeof(*row));
	const json_t *neighbor;
	size_t count = 0;
	const char *key;

	if (row == NULL)
		errx(1, "out of memory");
	json_object_foreach (list, key, neighbor) {
		if (ip_addr_parse(text(neighbor, "address"), &row[count].addr) == 0)
			row[count++].neighbor = neighbor;
	}
	qsort(row, count, sizeof(*row), compare);
	print_rows(row, count);
	free(row);
}
