/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Named cases: what docs/protocol.md promises in its tables, one after the other.
 */
#ifndef CASE_H
#define CASE_H

#include <stdbool.h>

#include "stage.h"

struct case_options {
	const char *only; /**< a case's name; NULL: all */
	bool print;
	bool is_known; /**< set: there is such a case */
	unsigned int run;
	unsigned int failed;
};

/** True if the case is to be run. */
bool case_is_wanted(struct case_options *o, const char *name);
/** Count it, print its line and close its stage. @param variant NULL if there is only one */
void case_end(struct case_options *o, struct stage *s, const char *name, const char *variant);

void case_replay(struct case_options *o);
void case_honest(struct case_options *o);
void case_rollover(struct case_options *o);
void case_network(struct case_options *o);

#endif /* CASE_H */
