/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Asks this process's own DPDK telemetry socket.
 *
 * Threads: each connection belongs to one thread.
 */
#ifndef TELEMETRY_CLIENT_H
#define TELEMETRY_CLIENT_H

#include <jansson.h>

/** What DPDK says is the most that it sends. */
#define TELEMETRY_CLIENT_REPLY 16384

/** A connected socket; ends the process if there is none. */
int telemetry_client_connect(void);

/**
 * Ask and wait.
 *
 * @param len  if not NULL, set to the octets of the reply
 * @return     what the command's name stands for in the reply, or NULL if that is no JSON
 */
json_t *telemetry_client_ask(int fd, const char *path, const char *params, size_t *len);

#endif /* TELEMETRY_CLIENT_H */
