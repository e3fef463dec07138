/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * koictl's end of the control socket.
 *
 * Threads: main().
 * Memory:  results belong to the caller.
 * Errors:  negative errno.
 */
#ifndef KOICTL_CLIENT_H
#define KOICTL_CLIENT_H

#include <jansson.h>

#define KOICTL_ERROR_TEXT 160

struct koictl_client {
	int fd; /**< -1: not connected */
	char error[KOICTL_ERROR_TEXT]; /**< why the last call failed */
};

/**
 * Connect to the koi with this file prefix: the caller's own, else that of root.
 *
 * @return 0, or a negative errno with the reason in c->error
 */
int koictl_client_connect(struct koictl_client *c, const char *prefix);

/**
 * Ask and wait for the reply.
 *
 * @param params "" if there are none
 * @param result set to what was answered
 * @return       0; -EREMOTEIO if koi refuses; another negative errno if it does not answer. The
 *               reason is in c->error.
 */
int koictl_client_query(struct koictl_client *c, const char *path, const char *params,
			json_t **result);

void koictl_client_close(struct koictl_client *c);

#endif /* KOICTL_CLIENT_H */
