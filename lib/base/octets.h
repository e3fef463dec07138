/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Several octets of a frame at once, in the order in which they lie in memory, at any address.
 *
 * Threads: pure functions.
 */
#ifndef BASE_OCTETS_H
#define BASE_OCTETS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

static inline uint16_t
octets_load16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t
octets_load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t
octets_load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void
octets_store16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void
octets_store32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void
octets_store64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

/** Sixteen of them, for what the compiler turns into vector instructions. */
typedef uint8_t octets16 __attribute__((vector_size(16)));

static inline octets16
octets_load(const uint8_t *p)
{
	octets16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void
octets_store(uint8_t *p, octets16 v)
{
	memcpy(p, &v, sizeof(v));
}

static inline octets16
octets_from_words(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	typedef uint32_t words __attribute__((vector_size(16)));

	return (octets16)(words){ a, b, c, d };
}

/** True if all bits of @p v are 0 that are 1 in @p mask. */
static inline bool
octets_are_zero(octets16 v, octets16 mask)
{
#ifdef __SSE4_1__
	return _mm_testz_si128((__m128i)v, (__m128i)mask) != 0;
#else
	uint64_t half[2];

	v &= mask;
	memcpy(half, &v, sizeof(half));
	return (half[0] | half[1]) == 0;
#endif
}

static inline bool
octets_are_equal(octets16 a, octets16 b)
{
	octets16 difference = a ^ b;

	return octets_are_zero(difference, difference);
}

#endif /* BASE_OCTETS_H */
