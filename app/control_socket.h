/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The control socket: one JSON request and one JSON reply a line, as docs/control-socket.md says.
 *
 * Nothing here ever waits: a client that does not take its replies is asked no further requests,
 * and is dropped when it has taken nothing for CONTROL_SOCKET_PATIENCE_MS.
 *
 * Threads: one, the manager.
 * Memory:  each client has room for one request line; a reply is kept until it is taken.
 * Errors:  NULL with errno and the reason logged.
 */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include "command.h"

#define CONTROL_SOCKET_CLIENTS_MAX 128
#define CONTROL_SOCKET_LINE_MAX 4096
#define CONTROL_SOCKET_PATIENCE_MS 10000

struct control_socket;

/**
 * Listen in the runtime directory of r->prefix, which exists and is locked by this process.
 *
 * @param executor carries out commands; must outlast the socket
 */
struct control_socket *control_socket_create(const struct runtime *r,
					     const struct command_executor *executor);

/** Listen at @p path; what is there, left by an earlier run, is removed. */
struct control_socket *control_socket_create_at(const struct runtime *r,
						const struct command_executor *executor,
						const char *path);

/** Closes all connections and removes the socket. */
void control_socket_destroy(struct control_socket *s);

/** Readable when control_socket_serve() is due. */
int control_socket_fd(const struct control_socket *s);

/**
 * Do what is due, for some clients in turn and for some milliseconds at most, without waiting. To be
 * called now and then without an event, too: clients that take nothing are dropped here, and those
 * whose command is done are answered.
 */
void control_socket_serve(struct control_socket *s);

#endif /* CONTROL_SOCKET_H */
