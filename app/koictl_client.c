/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_client.h"

#include <errno.h>
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
#define PATIENCE_S 10
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
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char dir[INSTANCE_DIR_MAX];
	int rc = instance_dir(base, prefix, dir);

	if (rc != 0)
		return rc;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", dir);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return -errno;
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
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

	c->fd = -1;
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

static int
send_request(struct koictl_client *c, const char *path, const char *params)
{
	json_t *request = json_pack("{s:i, s:s, s:s}", "version", 1, "query", path, "params",
				    params);
	char *text = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	int rc = -EINVAL;

	json_decref(request);
	if (text == NULL)
		return fail(c, rc, "not text: %s", params);
	if (send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_MORE) < 0 ||
	    send(c->fd, "\n", 1, MSG_NOSIGNAL) < 0)
		rc = fail(c, -errno, "koi does not answer: %s", strerror(errno));
	else
		rc = 0;
	free(text);
	return rc;
}

/* Make room for one more read and its NUL. */
static char *
grow(char *line, size_t len, size_t *size)
{
	char *longer;

	if (*size - len > READ_SIZE)
		return line;
	*size = *size == 0 ? 2 * READ_SIZE : 2 * *size;
	longer = *size > REPLY_MAX ? NULL : realloc(line, *size);
	if (longer == NULL)
		free(line);
	return longer;
}

/* The reply's line, or NULL with errno. */
static char *
receive_line(struct koictl_client *c)
{
	size_t len = 0, size = 0;
	char *line = NULL;
	ssize_t n;

	do {
		line = grow(line, len, &size);
		if (line == NULL) {
			errno = ENOMEM;
			return NULL;
		}
		n = recv(c->fd, line + len, READ_SIZE, 0);
		if (n <= 0) {
			free(line);
			errno = n == 0 ? ECONNRESET : errno;
			return NULL;
		}
		len += (size_t)n;
	} while (line[len - 1] != '\n');
	line[len - 1] = '\0';
	return line;
}

int
koictl_client_query(struct koictl_client *c, const char *path, const char *params,
		    json_t **result)
{
	json_t *reply;
	char *line;
	int rc = send_request(c, path, params);

	if (rc != 0)
		return rc;
	line = receive_line(c);
	if (line == NULL)
		return fail(c, -errno, "koi does not answer: %s", strerror(errno));
	reply = json_loads(line, 0, NULL);
	free(line);
	*result = json_incref(json_object_get(reply, "result"));
	if (json_is_true(json_object_get(reply, "ok")) && *result != NULL)
		rc = 0;
	else if (json_is_string(json_object_get(reply, "error")))
		rc = fail(c, -EREMOTEIO, "%s", json_string_value(json_object_get(reply, "error")));
	else
		rc = fail(c, -EPROTO, "koi answers something else");
	json_decref(reply);
	return rc;
}

void
koictl_client_close(struct koictl_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
