/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a scenario prints: one JSON object a line, keys in a fixed order.
 */
#ifndef SCENARIO_PRINT_H
#define SCENARIO_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "carp/carp.h"

/** @param action of type CARP_ACTION_STATE */
void scenario_print_state(FILE *to, uint64_t at_us, const struct carp_action *action);
void scenario_print_send(FILE *to, uint64_t at_us, enum ip_family family,
			 const uint8_t payload[CARP_HEADER_LEN], bool failed);
/** One line for each address. */
void scenario_print_announce(FILE *to, uint64_t at_us, const struct ip_addr *addresses,
			     size_t count);
void scenario_print_refused(FILE *to, uint64_t at_us, enum carp_counter counter);
/** The last line: the state and every counter that is not 0. */
void scenario_print_end(FILE *to, uint64_t at_us, const struct carp_vhid_status *status);

#endif /* SCENARIO_PRINT_H */
