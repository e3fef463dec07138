/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "control_request.h"

static bool
would_wait(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void
control_client_reply(struct control_client *c, char *line, size_t len, uint64_t now_us)
{
	c->out = line;
	c->out_len = len;
	c->out_at = 0;
	c->taken_us = now_us;
	if (line == NULL)
		c->is_last = true;
}

static bool
has_flushed(struct control_client *c)
{
	free(c->out);
	c->out = NULL;
	return !c->is_last;
}

static bool
flush(struct control_client *c, uint64_t now_us)
{
	ssize_t n;

	if (c->out == NULL || c->has_left)
		return has_flushed(c);
	n = send(c->fd, c->out + c->out_at, c->out_len - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0) {
		if (would_wait())
			return true;
		/* What else it has asked for has been read already, or will be. */
		c->has_left = true;
		return has_flushed(c);
	}
	c->taken_us = now_us;
	c->out_at += (size_t)n;
	if (c->out_at < c->out_len)
		return true;
	return has_flushed(c);
}

/* Forget the first @p len octets of what was read. */
static void
consume(struct control_client *c, size_t len)
{
	c->in_len -= len;
	memmove(c->in, c->in + len, c->in_len);
}

static const char *
line_end(const struct control_client *c)
{
	return memchr(c->in, '\n', c->in_len);
}

/* The rest of a line that was refused for its length. */
static void
skip(struct control_client *c)
{
	const char *end = line_end(c);

	consume(c, end == NULL ? c->in_len : (size_t)(end - c->in) + 1);
	c->is_skipping = end == NULL;
}

static void
answer(struct control_client *c, const struct runtime *r, const struct command_executor *executor,
       uint64_t now_us)
{
	const char *end = line_end(c);
	size_t len;
	char *reply;

	if (end != NULL) {
		reply = control_request_answer(c->has_left ? NULL : r, c->in,
					       (size_t)(end - c->in), &len, &c->command);
		consume(c, (size_t)(end - c->in) + 1);
		if (c->command == NULL) {
			control_client_reply(c, reply, len, now_us);
			return;
		}
		c->command->user = c->user;
		executor->submit(executor->context, c->command);
	} else if (c->in_len == sizeof(c->in)) {
		reply = control_request_refuse("the line is too long", &len);
		c->in_len = 0;
		c->is_skipping = true;
		control_client_reply(c, reply, len, now_us);
	}
}

static bool
receive(struct control_client *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);

	if (n < 0)
		return would_wait();
	c->in_len += (size_t)n;
	return n > 0;
}

/* The reply of a command that is done. */
static void
conclude(struct control_client *c, const struct command_executor *executor, uint64_t now_us)
{
	size_t len = 0;
	char *reply = control_request_outcome(c->command, &len);

	executor->release(executor->context, c->command);
	c->command = NULL;
	control_client_reply(c, reply, len, now_us);
}

bool
control_client_serve(struct control_client *c, const struct runtime *r,
		     const struct command_executor *executor, uint64_t now_us)
{
	bool is_open = true;

	if (c->command != NULL && c->command->is_done)
		conclude(c, executor, now_us);
	if (c->command != NULL)
		return true;
	if (!flush(c, now_us))
		return false;
	if (c->out != NULL)
		return true;
	if (line_end(c) == NULL)
		is_open = receive(c);
	if (c->is_skipping)
		skip(c);
	if (!c->is_skipping)
		answer(c, r, executor, now_us);
	/* One that has said its last still gets the answer. */
	c->is_last |= !is_open;
	if (c->command != NULL)
		return true;
	return flush(c, now_us);
}

uint32_t
control_client_events(const struct control_client *c)
{
	if (c->command != NULL)
		return 0;
	return c->out != NULL || line_end(c) != NULL ? EPOLLOUT : EPOLLIN;
}
