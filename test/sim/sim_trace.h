/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What happened in a run: always hashed, printed on demand.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

enum sim_what {
	SIM_STATE,
	SIM_SEND,
	SIM_SEND_FAILS,
	SIM_ANNOUNCE,
	SIM_HEAR,
	SIM_DISTURB,
	SIM_PROBE,
	SIM_SETUP,
};

struct sim_trace {
	uint64_t hash;
	bool print;
};

/**
 * Add one line.
 *
 * @param node  -1 if it concerns the whole network
 * @param vhid  -1 if it concerns all of the node
 * @param value whatever else tells two runs apart
 */
void sim_trace_add(struct sim_trace *t, uint64_t at_us, int node, int vhid, enum sim_what what,
		   uint64_t value, const char *format, ...) __attribute__((format(printf, 7, 8)));

#endif /* SIM_TRACE_H */
