/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One connection of the control socket: lines in, lines out, at the client's pace.
 *
 * A client has at most one command or reply under way; as long as it is, nothing more is read from
 * it.
 *
 * Threads: the manager.
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control_socket.h"

struct control_client {
	int fd; /**< -1: the place is free */
	uid_t user;
	uint32_t events;     /**< what epoll has been told to wait for */
	bool is_last;        /**< closed once the reply is out */
	bool has_left;       /**< takes no reply any more; its commands are carried out */
	bool is_skipping;    /**< the rest of a line that was too long */
	uint64_t taken_us;   /**< when it last took something, or was given a reply */
	size_t in_len;
	char in[CONTROL_SOCKET_LINE_MAX];
	char *out;           /**< the reply under way, or NULL */
	size_t out_len;
	size_t out_at;
	struct command *command; /**< being carried out, or NULL */
};

/** Put a reply on its way; taken over. NULL (no memory) ends the connection. */
void control_client_reply(struct control_client *c, char *line, size_t len, uint64_t now_us);

/** Read, answer one request, write. False when the connection is over. */
bool control_client_serve(struct control_client *c, const struct runtime *r,
			  const struct command_executor *executor, uint64_t now_us);

/** What is to be waited for, as epoll has it; 0 while a command is being carried out. */
uint32_t control_client_events(const struct control_client *c);

#endif /* CONTROL_CLIENT_H */
