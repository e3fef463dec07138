/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The endpoints on the DPDK telemetry socket.
 *
 * Threads: main. Queries are answered on DPDK's own threads.
 */
#ifndef ENDPOINT_TELEMETRY_H
#define ENDPOINT_TELEMETRY_H

#include "runtime.h"

/** Answer queries about @p r until endpoint_telemetry_stop(). 0, or what rte_telemetry said. */
int endpoint_telemetry_start(const struct runtime *r);

/** Waits for the answers under way; @p r may then go. */
void endpoint_telemetry_stop(void);

#endif /* ENDPOINT_TELEMETRY_H */
