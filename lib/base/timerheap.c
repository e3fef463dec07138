/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/timerheap.h"

#include <stdlib.h>

struct timerheap {
	size_t count;
	uint64_t *deadline; /* by item */
	uint32_t *slot;     /* by item: where it stands in the heap */
	uint32_t *heap;     /* items, the earliest first */
};

struct timerheap *
timerheap_create(size_t count)
{
	struct timerheap *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->count = count;
	h->deadline = calloc(count + 1, sizeof(*h->deadline));
	h->slot = calloc(count + 1, sizeof(*h->slot));
	h->heap = calloc(count + 1, sizeof(*h->heap));
	if (h->deadline == NULL || h->slot == NULL || h->heap == NULL) {
		timerheap_destroy(h);
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++) {
		h->deadline[i] = UINT64_MAX;
		h->slot[i] = h->heap[i] = i;
	}
	return h;
}

void
timerheap_destroy(struct timerheap *h)
{
	if (h == NULL)
		return;
	free(h->deadline);
	free(h->slot);
	free(h->heap);
	free(h);
}

static uint64_t
deadline_at(const struct timerheap *h, size_t slot)
{
	return h->deadline[h->heap[slot]];
}

static void
swap(struct timerheap *h, size_t a, size_t b)
{
	uint32_t item = h->heap[a];

	h->heap[a] = h->heap[b];
	h->heap[b] = item;
	h->slot[h->heap[a]] = (uint32_t)a;
	h->slot[h->heap[b]] = (uint32_t)b;
}

static void
sift_up(struct timerheap *h, size_t at)
{
	while (at > 0 && deadline_at(h, at) < deadline_at(h, (at - 1) / 2)) {
		swap(h, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void
sift_down(struct timerheap *h, size_t at)
{
	for (;;) {
		size_t first = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < h->count; child++)
			if (deadline_at(h, child) < deadline_at(h, first))
				first = child;
		if (first == at)
			return;
		swap(h, at, first);
		at = first;
	}
}

void
timerheap_set(struct timerheap *h, size_t item, uint64_t deadline_us)
{
	uint64_t before = h->deadline[item];

	h->deadline[item] = deadline_us;
	if (deadline_us < before)
		sift_up(h, h->slot[item]);
	else if (deadline_us > before)
		sift_down(h, h->slot[item]);
}

uint64_t
timerheap_first(const struct timerheap *h, size_t *item)
{
	if (h->count == 0)
		return UINT64_MAX;
	if (item != NULL)
		*item = h->heap[0];
	return deadline_at(h, 0);
}
