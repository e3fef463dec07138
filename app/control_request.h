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

#include "command.h"

#define CONTROL_REQUEST_VERSION 1

/**
 * Answer the request @p line, or make a command of it.
 *
 * @param r       NULL if nobody takes the answer: queries are not looked into
 * @param len     set to the length of the reply, which ends with a newline
 * @param command set to what is to be carried out and answered then, else to NULL
 * @return        NULL with a command, or without memory
 */
char *control_request_answer(const struct runtime *r, const char *line, size_t line_len,
			     size_t *len, struct command **command);

/** The reply to a command that is done; likewise. */
char *control_request_outcome(const struct command *c, size_t *len);

/** A reply that says why a request is refused; likewise. */
char *control_request_refuse(const char *reason, size_t *len);

#endif /* CONTROL_REQUEST_H */
