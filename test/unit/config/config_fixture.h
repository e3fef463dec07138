/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A folder with a configuration file in it, and what config_load() says of it.
 */
#ifndef CONFIG_FIXTURE_H
#define CONFIG_FIXTURE_H

#include "config/config.h"
#include "suite.h"

/** Write a file of the folder. */
void fixture_write(const char *name, const void *bytes, size_t len, unsigned int mode);

/** Write TEXT to koi.json, with double quotes for its single ones, and load it. */
struct config *fixture_load(const char *text, struct config_report *report);

/** Load a TEXT that is good; warnings are allowed. Frees the report. */
struct config *fixture_load_good(const char *text);

/** Load TEXT; its errors are exactly those, one a line. Its warnings too, if not NULL. */
void fixture_expect(const char *text, const char *errors, const char *warnings);

/** The same for a file that is there already. */
void fixture_expect_file(const char *path, const char *errors);

/** Run the tests in a folder of their own below /tmp; what main() returns. */
int fixture_run(const char *name, const struct suite_test *tests, size_t count);

#endif /* CONFIG_FIXTURE_H */
