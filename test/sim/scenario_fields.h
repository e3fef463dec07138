/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The keys of the objects "carp", "vhid" and "set"; all are read into a struct scenario_setup.
 */
#ifndef SCENARIO_FIELDS_H
#define SCENARIO_FIELDS_H

#include <jansson.h>

#include "scenario.h"
#include "scenario_reader.h"

/** What holds where the file is silent. */
void scenario_setup_default(struct scenario_setup *setup);

void scenario_read_carp(struct reader *r, const json_t *object, struct scenario_setup *setup);
void scenario_read_vhid(struct reader *r, const json_t *object, struct scenario_setup *setup);
/** Keys of "carp", and those of "vhid" that can change while it runs. */
void scenario_read_set(struct reader *r, const json_t *object, struct scenario_setup *setup);

#endif /* SCENARIO_FIELDS_H */
