/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a client writes to the control socket, in pieces of a size that depends on its length: lines
 * are told apart, each is answered by one line of JSON, and commands are carried out by a stub.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "control_client.h"
#include "full_runtime.h"
#include "stub_executor.h"

#define PIECE_MAX 997
#define INPUT_MAX 65536
#define REPLY_MAX (1u << 20)

struct dialogue {
	struct control_client client;
	struct stub_executor stub;
	int fd; /* the client's end */
	size_t replies;
	size_t len;
	char reply[REPLY_MAX]; /* as far as it has come */
};

static struct runtime *r;
static bool knows_secret; /* the client itself has said it, and may be told so */

static void
check_reply(const char *line, size_t len)
{
	json_t *reply = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	bool is_ok = json_is_true(json_object_get(reply, "ok"));

	FUZZ_REQUIRE(json_is_object(reply));
	FUZZ_REQUIRE(json_is_boolean(json_object_get(reply, "ok")));
	FUZZ_REQUIRE(is_ok == json_is_object(json_object_get(reply, "result")));
	FUZZ_REQUIRE(is_ok != json_is_string(json_object_get(reply, "error")));
	FUZZ_REQUIRE(knows_secret || memmem(line, len, FULL_SECRET, strlen(FULL_SECRET)) == NULL);
	json_decref(reply);
}

static bool
hear(struct dialogue *d)
{
	ssize_t n = recv(d->fd, d->reply + d->len, sizeof(d->reply) - d->len, MSG_DONTWAIT);
	char *end;

	if (n <= 0)
		return false;
	d->len += (size_t)n;
	while ((end = memchr(d->reply, '\n', d->len)) != NULL) {
		check_reply(d->reply, (size_t)(end - d->reply));
		d->replies++;
		d->len -= (size_t)(end + 1 - d->reply);
		memmove(d->reply, end + 1, d->len);
	}
	return true;
}

/* Until everything that was said has been answered. */
static void
serve(struct dialogue *d, uint64_t now_us)
{
	bool has_more;

	do {
		FUZZ_REQUIRE(control_client_serve(&d->client, r, &d->stub.executor, now_us));
		has_more = hear(d) || d->client.command != NULL;
		stub_executor_step(&d->stub);
	} while (has_more || control_client_events(&d->client) != EPOLLIN);
}

static size_t
lines_of(const uint8_t *data, size_t size)
{
	size_t lines = 0;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

static void
prepare(void)
{
	if (r != NULL)
		return;
	full_runtime_eal("fuzz-control");
	r = full_runtime_create();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dialogue d;
	size_t piece = size % PIECE_MAX + 1, lines;
	int pair[2];

	if (size > INPUT_MAX)
		return 0;
	prepare();
	knows_secret = memmem(data, size, FULL_SECRET, strlen(FULL_SECRET)) != NULL;
	memset(&d.client, 0, sizeof(d.client));
	stub_executor_init(&d.stub);
	d.replies = d.len = 0;
	FUZZ_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	d.client.fd = pair[0];
	d.fd = pair[1];
	for (size_t at = 0; at < size; at += piece) {
		size_t len = size - at < piece ? size - at : piece;

		FUZZ_REQUIRE(send(d.fd, data + at, len, MSG_DONTWAIT) == (ssize_t)len);
		serve(&d, at);
		serve(&d, at);
	}
	lines = lines_of(data, size);
	/* One more if the last line has no end and is too long already. */
	FUZZ_REQUIRE(d.replies == lines || d.replies == lines + 1);
	FUZZ_REQUIRE(d.len == 0 && d.stub.first == NULL);
	close(pair[0]);
	close(pair[1]);
	return 0;
}
