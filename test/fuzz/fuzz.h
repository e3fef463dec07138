/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What every fuzz target has: libFuzzer calls it with inputs that it makes up, the replay driver
 * with the files of a corpus. What must never happen ends the process.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** Returns 0. Keeps nothing from one call to the next, and writes nothing to disk. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Like assert(), in every build type. */
#define FUZZ_REQUIRE(condition)                                                                    \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fuzz_fail(#condition, __FILE__, __LINE__);                                 \
	} while (0)

_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

#endif /* FUZZ_H */
