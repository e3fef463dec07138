/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/record.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct record {
	_Atomic uint64_t version; /* its lowest bit says which copy readers take */
	size_t words;
	_Atomic uint64_t word[]; /* two copies, one after the other */
};

struct record *
record_create(size_t size)
{
	size_t words = size / sizeof(uint64_t);
	struct record *r;

	if (size == 0 || size % sizeof(uint64_t) != 0) {
		errno = EINVAL;
		return NULL;
	}
	r = calloc(1, sizeof(*r) + 2 * words * sizeof(r->word[0]));
	if (r != NULL)
		r->words = words;
	return r;
}

void
record_destroy(struct record *r)
{
	free(r);
}

void
record_write(struct record *r, const void *src)
{
	uint64_t version = atomic_load_explicit(&r->version, memory_order_relaxed) + 1;
	_Atomic uint64_t *copy = &r->word[(version & 1) * r->words];
	const char *from = src;
	uint64_t word;

	/* A reader that sees any of these stores must also see the version that came before. */
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < r->words; i++) {
		memcpy(&word, from + i * sizeof(word), sizeof(word));
		atomic_store_explicit(&copy[i], word, memory_order_relaxed);
	}
	atomic_store_explicit(&r->version, version, memory_order_release);
}

void
record_read(const struct record *r, void *dst)
{
	uint64_t version, word;
	char *to = dst;

	do {
		version = atomic_load_explicit(&r->version, memory_order_acquire);
		const _Atomic uint64_t *copy = &r->word[(version & 1) * r->words];

		for (size_t i = 0; i < r->words; i++) {
			word = atomic_load_explicit(&copy[i], memory_order_relaxed);
			memcpy(to + i * sizeof(word), &word, sizeof(word));
		}
		atomic_thread_fence(memory_order_acquire);
	} while (atomic_load_explicit(&r->version, memory_order_relaxed) != version);
}

uint64_t
record_version(const struct record *r)
{
	return atomic_load_explicit(&r->version, memory_order_acquire);
}
