/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One request of the control socket: a line in, a line out.
 *
 * Threads: the manager.
 * Memory:  the reply is allocated and freed by the caller with free().
 */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include <stddef.h>

#include "runtime.h"

#define CONTROL_REQUEST_VERSION 1

/**
 * Answer the request @p line.
 *
 * @param len set to the length of the reply, which ends with a newline
 * @return    NULL without memory
 */
char *control_request_answer(const struct runtime *r, const char *line, size_t line_len,
			     size_t *len);

/** A reply that says why a request is refused; likewise. */
char *control_request_refuse(const char *reason, size_t *len);

#endif /* CONTROL_REQUEST_H */
