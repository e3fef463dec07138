/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_socket.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#include "control_client.h"
#include "control_peer.h"
#include "control_request.h"
#include "instance.h"

#define GROUP "koi"
#define SOCKET_MODE 0660
/* What is done for clients in a turn: the manager has other work, and each in turn its share. */
#define TURN_CLIENTS 32
#define TURN_US 2000

struct control_socket {
	const struct runtime *r;
	const struct command_executor *executor;
	int listen_fd;
	int epoll_fd;
	gid_t group; /* that of the socket */
	struct sockaddr_un address;
	struct control_client client[CONTROL_SOCKET_CLIENTS_MAX];
};

/* ------------------------------------------------------------------------------------------- */
/* Clients                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
drop(struct control_socket *s, struct control_client *c)
{
	close(c->fd);
	free(c->out);
	if (c->command != NULL)
		s->executor->release(s->executor->context, c->command);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

/*
 * Wait for the client to read, or for it to write. While a reply or a command is under way its
 * requests wait in the kernel, and so does the client.
 */
static void
watch(struct control_socket *s, struct control_client *c, int operation)
{
	uint32_t events = control_client_events(c);
	struct epoll_event event = { .data.ptr = c, .events = events };

	if (operation == EPOLL_CTL_MOD && events == c->events)
		return;
	c->events = events;
	if (epoll_ctl(s->epoll_fd, operation, c->fd, &event) != 0)
		drop(s, c);
}

static void
serve_client(struct control_socket *s, struct control_client *c, uint64_t now_us)
{
	if (control_client_serve(c, s->r, s->executor, now_us))
		watch(s, c, EPOLL_CTL_MOD);
	else
		drop(s, c);
}

static struct control_client *
free_place(struct control_socket *s)
{
	for (size_t i = 0; i < CONTROL_SOCKET_CLIENTS_MAX; i++) {
		if (s->client[i].fd < 0)
			return &s->client[i];
	}
	return NULL;
}

/* Say why, as far as the socket takes it, and close. */
static void
turn_away(int fd, const char *reason)
{
	size_t len = 0;
	char *line = control_request_refuse(reason, &len);

	if (line != NULL && send(fd, line, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_line(DEBUG, app, "control socket: %s", strerror(errno));
	free(line);
	close(fd);
}

static void
admit(struct control_socket *s, int fd)
{
	struct control_client *c;
	uid_t user;

	if (!control_peer_is_allowed(fd, s->group, &user)) {
		log_line(WARNING, app, "control socket: a client without the right was refused");
		turn_away(fd, "not allowed");
		return;
	}
	c = free_place(s);
	if (c == NULL) {
		turn_away(fd, "too many clients");
		return;
	}
	c->fd = fd;
	c->user = user;
	watch(s, c, EPOLL_CTL_ADD);
}

static void
accept_one(struct control_socket *s)
{
	int fd = accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		admit(s, fd);
}

static bool
is_impatient(const struct control_client *c, uint64_t now_us)
{
	return c->out != NULL && now_us > c->taken_us + CONTROL_SOCKET_PATIENCE_MS * 1000ULL;
}

/* What no event of the socket tells: a command is done, a client takes nothing of its reply. */
static void
visit_clients(struct control_socket *s, uint64_t now_us)
{
	for (size_t i = 0; i < CONTROL_SOCKET_CLIENTS_MAX; i++) {
		struct control_client *c = &s->client[i];

		if (c->fd >= 0 && c->command != NULL && c->command->is_done)
			serve_client(s, c, now_us);
		if (c->fd >= 0 && is_impatient(c, now_us))
			drop(s, c);
	}
}

static void
serve_ready(struct control_socket *s, const struct epoll_event *ready, uint64_t now_us)
{
	struct control_client *c = ready->data.ptr;
	bool has_left = (ready->events & (EPOLLHUP | EPOLLERR)) != 0;

	if (c == NULL) {
		accept_one(s);
	} else if (c->command != NULL && has_left) {
		drop(s, c);
	} else {
		c->has_left |= has_left;
		serve_client(s, c, now_us);
	}
}

void
control_socket_serve(struct control_socket *s)
{
	uint64_t begin_us = clock_us(), now_us = begin_us;
	struct epoll_event ready;

	/* One at a time: epoll puts it behind the others that are ready. */
	for (int i = 0; i < TURN_CLIENTS && now_us < begin_us + TURN_US; i++) {
		if (epoll_wait(s->epoll_fd, &ready, 1, 0) != 1)
			break;
		serve_ready(s, &ready, now_us);
		now_us = clock_us();
	}
	visit_clients(s, now_us);
}

/* ------------------------------------------------------------------------------------------- */
/* The socket                                                                                   */
/* ------------------------------------------------------------------------------------------- */

/* Nobody can connect before listen(), so the mode is in force in time. */
static int
restrict_access(struct control_socket *s)
{
	const struct group *group = getgrnam(GROUP);
	struct stat st;

	if (group != NULL && chown(s->address.sun_path, (uid_t)-1, group->gr_gid) != 0 &&
	    geteuid() == 0)
		return -errno;
	if (chmod(s->address.sun_path, SOCKET_MODE) != 0 ||
	    stat(s->address.sun_path, &st) != 0)
		return -errno;
	s->group = st.st_gid;
	return 0;
}

static int
start_listening(struct control_socket *s, const char *path)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	int rc;

	if (strlen(path) >= sizeof(s->address.sun_path))
		return -ENAMETOOLONG;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->epoll_fd < 0 || s->listen_fd < 0)
		return -errno;
	if (unlink(path) != 0 && errno != ENOENT)
		return -errno;
	s->address.sun_family = AF_UNIX;
	memcpy(s->address.sun_path, path, strlen(path) + 1);
	if (bind(s->listen_fd, (struct sockaddr *)&s->address, sizeof(s->address)) != 0) {
		s->address.sun_path[0] = '\0';
		return -errno;
	}
	rc = restrict_access(s);
	if (rc != 0)
		return rc;
	if (listen(s->listen_fd, CONTROL_SOCKET_CLIENTS_MAX) != 0 ||
	    epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->listen_fd, &event) != 0)
		return -errno;
	return 0;
}

struct control_socket *
control_socket_create_at(const struct runtime *r, const struct command_executor *executor,
			 const char *path)
{
	struct control_socket *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return NULL;
	s->r = r;
	s->executor = executor;
	s->listen_fd = -1;
	s->epoll_fd = -1;
	for (size_t i = 0; i < CONTROL_SOCKET_CLIENTS_MAX; i++)
		s->client[i].fd = -1;
	rc = start_listening(s, path);
	if (rc == 0)
		return s;
	log_line(ERR, app, "control socket %s: %s", path, strerror(-rc));
	control_socket_destroy(s);
	errno = -rc;
	return NULL;
}

struct control_socket *
control_socket_create(const struct runtime *r, const struct command_executor *executor)
{
	char base[INSTANCE_DIR_MAX], dir[INSTANCE_DIR_MAX];
	char path[INSTANCE_DIR_MAX + sizeof("/control")];
	int rc = instance_base(base);

	if (rc == 0)
		rc = instance_dir(base, r->prefix, dir);
	if (rc != 0) {
		log_line(ERR, app, "control socket: %s", strerror(-rc));
		errno = -rc;
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/control", dir);
	return control_socket_create_at(r, executor, path);
}

void
control_socket_destroy(struct control_socket *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < CONTROL_SOCKET_CLIENTS_MAX; i++) {
		if (s->client[i].fd >= 0)
			drop(s, &s->client[i]);
	}
	if (s->address.sun_path[0] != '\0')
		unlink(s->address.sun_path);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	free(s);
}

int
control_socket_fd(const struct control_socket *s)
{
	return s->epoll_fd;
}
