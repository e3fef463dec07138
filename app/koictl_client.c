/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_client.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "instance.h"

#define ROOT_BASE "/run/koi"
#define SEND_PATIENCE_S 10
#define REPLY_MAX (64u << 20)
#define READ_SIZE 65536

static int
fail(struct koictl_client *c, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int
fail(struct koictl_client *c, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->error, sizeof(c->error), format, args);
	va_end(args);
	return rc;
}

static int
connect_below(struct koictl_client *c, const char *base, const char *prefix)
{
	struct timeval patience = { .tv_sec = SEND_PATIENCE_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char dir[INSTANCE_DIR_MAX];
	int rc = instance_dir(base, prefix, dir);

	if (rc != 0)
		return rc;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", dir);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return -errno;
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(c->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	rc = -errno;
	koictl_client_close(c);
	return rc;
}

int
koictl_client_connect(struct koictl_client *c, const char *prefix)
{
	char base[INSTANCE_DIR_MAX];
	int rc = instance_base(base);

	*c = (struct koictl_client){ .fd = -1 };
	if (rc == 0)
		rc = connect_below(c, base, prefix);
	if ((rc == -ENOENT || rc == -ECONNREFUSED) && geteuid() != 0)
		rc = connect_below(c, ROOT_BASE, prefix);
	if (rc == -EINVAL)
		return fail(c, rc, "\"%s\" is no file prefix", prefix);
	if (rc == -EACCES)
		return fail(c, rc, "no right to ask the koi with --file-prefix %s", prefix);
	if (rc != 0)
		return fail(c, rc, "no koi with --file-prefix %s answers: %s", prefix,
			    strerror(-rc));
	return 0;
}

json_t *
koictl_client_query(const char *path, const char *params)
{
	return json_pack("{s:i, s:s, s:s}", "version", 1, "query", path, "params", params);
}

int
koictl_client_send(struct koictl_client *c, json_t *request)
{
	char *text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	int rc = 0;

	json_decref(request);
	if (text == NULL)
		return fail(c, -EINVAL, "this is no text that can be sent");
	if (send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_MORE) < 0 ||
	    send(c->fd, "\n", 1, MSG_NOSIGNAL) < 0)
		rc = fail(c, -errno, "koi does not answer: %s", strerror(errno));
	free(text);
	return rc;
}

/* Make room for one more read. */
static int
grow(struct koictl_client *c)
{
	size_t size = c->size == 0 ? 2 * READ_SIZE : 2 * c->size;
	char *longer;

	if (c->size - c->len > READ_SIZE)
		return 0;
	longer = size > REPLY_MAX ? NULL : realloc(c->line, size);
	if (longer == NULL)
		return -ENOMEM;
	c->line = longer;
	c->size = size;
	return 0;
}

/* Read once. Returns the end of the first line, or NULL with errno. */
static char *
read_some(struct koictl_client *c, int wait_ms)
{
	struct pollfd ready = { .fd = c->fd, .events = POLLIN };
	ssize_t n;
	char *end;

	errno = ENOMEM;
	if (grow(c) != 0)
		return NULL;
	if (poll(&ready, 1, wait_ms) <= 0) {
		errno = EAGAIN;
		return NULL;
	}
	n = recv(c->fd, c->line + c->len, READ_SIZE, MSG_DONTWAIT);
	if (n <= 0) {
		errno = n == 0 ? ECONNRESET : errno;
		return NULL;
	}
	end = memchr(c->line + c->len, '\n', (size_t)n);
	c->len += (size_t)n;
	errno = EINPROGRESS;
	return end;
}

static int
take_reply(struct koictl_client *c, json_t *reply, json_t **result)
{
	const json_t *error = json_object_get(reply, "error");

	*result = json_incref(json_object_get(reply, "result"));
	if (json_is_true(json_object_get(reply, "ok")) && *result != NULL)
		return 0;
	json_decref(*result);
	*result = NULL;
	if (!json_is_string(error))
		return fail(c, -EPROTO, "koi answers something else");
	json_decref(c->errors);
	c->errors = json_incref(json_object_get(reply, "errors"));
	return fail(c, -EREMOTEIO, "%s", json_string_value(error));
}

int
koictl_client_receive(struct koictl_client *c, int wait_ms, json_t **result)
{
	char *end = c->len == 0 ? NULL : memchr(c->line, '\n', c->len);
	json_t *reply;
	int rc;

	*result = NULL;
	errno = EINPROGRESS;
	while (end == NULL && errno == EINPROGRESS)
		end = read_some(c, wait_ms);
	if (end == NULL)
		return fail(c, -errno, "koi does not answer: %s", strerror(errno));
	reply = json_loadb(c->line, (size_t)(end - c->line), 0, NULL);
	c->len -= (size_t)(end + 1 - c->line);
	memmove(c->line, end + 1, c->len);
	rc = take_reply(c, reply, result);
	json_decref(reply);
	return rc;
}

int
koictl_client_ask(struct koictl_client *c, json_t *request, json_t **result)
{
	int rc = koictl_client_send(c, request);

	return rc != 0 ? rc : koictl_client_receive(c, KOICTL_PATIENCE_MS, result);
}

void
koictl_client_close(struct koictl_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->line);
	json_decref(c->errors);
	c->fd = -1;
	c->line = NULL;
	c->errors = NULL;
	c->len = c->size = 0;
}
