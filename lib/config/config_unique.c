/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

static int
compare_keys(const struct config_unique *a, const struct config_unique *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->key, b->key, a->len);
}

static int
compare(const void *left, const void *right)
{
	const struct config_unique *a = *(const struct config_unique *const *)left;
	const struct config_unique *b = *(const struct config_unique *const *)right;
	int order = compare_keys(a, b);

	if (order != 0)
		return order;
	return a < b ? -1 : a > b;
}

void
config_unique_set(struct config_unique *item, const char *text)
{
	item->key = text != NULL ? (const void *)text : &item->key;
	item->len = text != NULL ? strlen(text) : 0;
}

int
config_unique_find(struct config_unique *items, size_t count)
{
	struct config_unique **sorted;
	const struct config_unique *first = NULL;

	sorted = calloc(count + 1, sizeof(struct config_unique *));
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &items[i];
	qsort(sorted, count, sizeof(struct config_unique *), compare);
	for (size_t i = 0; i < count; i++) {
		if (first == NULL || compare_keys(first, sorted[i]) != 0)
			first = sorted[i];
		sorted[i]->first = (size_t)(first - items);
	}
	free(sorted);
	return 0;
}

/* FNV-1a. */
size_t
config_hash(const void *octets, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ ((const uint8_t *)octets)[i]) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}
