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
	json_t *errors; /**< of a refusal that has several, or NULL */
	char *line;     /**< a reply as far as it has come */
	size_t len;
	size_t size;
};

/**
 * Connect to the koi with this file prefix: the caller's own, else that of root.
 *
 * @return 0, or a negative errno with the reason in c->error
 */
int koictl_client_connect(struct koictl_client *c, const char *prefix);

/** How long a reply is waited for: longer than maintenance or a reload take. */
#define KOICTL_PATIENCE_MS 60000

/** A query of /carp/list and its like; @p params is "" if there are none. NULL without memory. */
json_t *koictl_client_query(const char *path, const char *params);

/** Send a request, which is taken over. 0, or a negative errno with the reason in c->error. */
int koictl_client_send(struct koictl_client *c, json_t *request);

/**
 * Receive the next reply.
 *
 * @param wait_ms at most so long; 0: only what is there
 * @param result  set to what was answered
 * @return        0; -EREMOTEIO if koi refuses; -EAGAIN if the reply is not there yet; another
 *                negative errno if koi does not answer. The reason is in c->error.
 */
int koictl_client_receive(struct koictl_client *c, int wait_ms, json_t **result);

/** Both, with KOICTL_PATIENCE_MS. */
int koictl_client_ask(struct koictl_client *c, json_t *request, json_t **result);

void koictl_client_close(struct koictl_client *c);

#endif /* KOICTL_CLIENT_H */
