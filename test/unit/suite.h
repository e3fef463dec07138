/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Runs the tests of one executable: prints what fails, by file and line, and how many ran.
 */
#ifndef SUITE_H
#define SUITE_H

#include <stddef.h>

#include <CUnit/CUnit.h>

struct suite_test {
	const char *name;
	void (*run)(void);
};

#define SUITE_TEST(function) { #function, function }
#define SUITE_LEN(array) (sizeof(array) / sizeof((array)[0]))

/**
 * Run the tests in order.
 *
 * @return what main() returns: 0 if all of them ran and passed
 */
int suite_run(const char *name, const struct suite_test *tests, size_t count);

#endif /* SUITE_H */
