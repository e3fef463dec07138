/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config/config_internal.h"

/* Longer names are no typing errors of ours. */
#define NAME_MAX_LEN 40
#define DISTANCE_MAX 2

static unsigned int
least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
static unsigned int
distance(const char *a, const char *b)
{
	unsigned int row[3][NAME_MAX_LEN + 1]; /* the one before the last, the last, this one */
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[2][j] = (unsigned int)j;
	for (size_t i = 1; i <= a_len; i++) {
		memcpy(row[0], row[1], sizeof(row[0]));
		memcpy(row[1], row[2], sizeof(row[1]));
		row[2][0] = (unsigned int)i;
		for (size_t j = 1; j <= b_len; j++) {
			bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				       a[i - 2] == b[j - 1];

			row[2][j] = least(row[1][j] + 1, row[2][j - 1] + 1,
					  row[1][j - 1] + (a[i - 1] != b[j - 1]));
			if (swapped && row[0][j - 2] + 1 < row[2][j])
				row[2][j] = row[0][j - 2] + 1;
		}
	}
	return row[2][b_len];
}

const char *
config_suggest(const char *name, const struct config_member *keys)
{
	unsigned int best = DISTANCE_MAX + 1;
	const char *nearest = NULL;
	unsigned int d;

	/* Of two letters nearly every short key is within two typing errors. */
	if (strlen(name) <= DISTANCE_MAX || strlen(name) > NAME_MAX_LEN)
		return NULL;
	for (; keys->name != NULL; keys++) {
		if (keys->is_later)
			continue;
		d = distance(name, keys->name);
		if (d < best) {
			best = d;
			nearest = keys->name;
		}
	}
	return nearest;
}
