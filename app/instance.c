/* SPDX-License-Identifier: BSD-3-Clause */
#include "instance.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP "koi"
#define DIR_MODE 0750

/* The one who has just taken the lock may not have written its pid yet. */
#define PID_TRIES 20
#define PID_PAUSE_US 5000

/* How often others may end just when we begin. */
#define LOCK_TRIES 100

int
instance_base(char base[INSTANCE_DIR_MAX])
{
	const char *user_dir = getenv("XDG_RUNTIME_DIR");
	int len;

	if (geteuid() == 0) {
		snprintf(base, INSTANCE_DIR_MAX, "/run/koi");
		return 0;
	}
	if (user_dir == NULL || user_dir[0] != '/')
		return -ENOENT;
	len = snprintf(base, INSTANCE_DIR_MAX, "%s/koi", user_dir);
	return len < INSTANCE_DIR_MAX ? 0 : -ENAMETOOLONG;
}

static bool
is_prefix(const char *prefix)
{
	if (prefix[0] == '\0' || strcmp(prefix, ".") == 0 || strstr(prefix, "..") != NULL)
		return false;
	for (const char *p = prefix; *p != '\0'; p++)
		if (*p == '/' || !isgraph((unsigned char)*p))
			return false;
	return true;
}

int
instance_dir(const char *base, const char *prefix, char dir[INSTANCE_DIR_MAX])
{
	if (!is_prefix(prefix))
		return -EINVAL;
	return snprintf(dir, INSTANCE_DIR_MAX, "%s/%s", base, prefix) < INSTANCE_DIR_MAX ?
		       0 : -ENAMETOOLONG;
}

/* The umask does not count; what an earlier run left is set right, too. */
static int
make_dir(const char *base, const char *dir)
{
	const struct group *group = getgrnam(GROUP);
	int rc = 0;
	int fd;

	if (mkdir(base, 0755) == 0)
		rc = chmod(base, 0755);
	else if (errno != EEXIST)
		rc = -1;
	if (rc != 0 || (mkdir(dir, DIR_MODE) != 0 && errno != EEXIST))
		return -errno;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (group != NULL)
		rc = fchown(fd, (uid_t)-1, group->gr_gid);
	if (rc != 0 && geteuid() != 0)
		rc = 0; /* a user outside the group cannot give the directory to it */
	if (rc == 0)
		rc = fchmod(fd, DIR_MODE);
	if (rc != 0)
		rc = -errno;
	close(fd);
	return rc;
}

static pid_t
read_pid(int fd)
{
	for (int i = 0; i < PID_TRIES; i++) {
		char text[16];
		ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

		if (len > 1 && text[len - 1] == '\n') {
			text[len] = '\0';
			return (pid_t)strtol(text, NULL, 10);
		}
		usleep(PID_PAUSE_US);
	}
	return 0;
}

static int
write_pid(int fd)
{
	if (ftruncate(fd, 0) != 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0)
		return -errno;
	return 0;
}

/* Who ends removes the file: is what is locked what others find? */
static bool
is_current(int fd, const char *path)
{
	struct stat ours, found;

	return fstat(fd, &ours) == 0 && lstat(path, &found) == 0 && ours.st_dev == found.st_dev &&
	       ours.st_ino == found.st_ino;
}

/* -EAGAIN if somebody who ends takes file or directory away meanwhile. */
static int
take_lock(struct instance *i, const char *base, pid_t *other)
{
	char path[INSTANCE_DIR_MAX + sizeof("/lock")];
	int rc = make_dir(base, i->dir);

	if (rc != 0)
		return rc == -ENOENT ? -EAGAIN : rc;
	snprintf(path, sizeof(path), "%s/lock", i->dir);
	i->lock_fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (i->lock_fd < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	if (flock(i->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		rc = -errno;
		if (rc == -EWOULDBLOCK) {
			rc = -EBUSY;
			*other = read_pid(i->lock_fd);
		}
	} else if (!is_current(i->lock_fd, path)) {
		rc = -EAGAIN;
	}
	if (rc == 0)
		return 0;
	close(i->lock_fd);
	i->lock_fd = -1;
	return rc;
}

int
instance_lock(struct instance *i, const char *base, const char *prefix, pid_t *other)
{
	int rc;

	i->lock_fd = -1;
	rc = instance_dir(base, prefix, i->dir);
	if (rc != 0)
		return rc;
	for (int tries = 0; tries < LOCK_TRIES; tries++) {
		rc = take_lock(i, base, other);
		if (rc != -EAGAIN)
			break;
	}
	if (rc == 0)
		rc = write_pid(i->lock_fd);
	if (rc != 0)
		instance_unlock(i);
	return rc;
}

void
instance_unlock(struct instance *i)
{
	char path[INSTANCE_DIR_MAX + sizeof("/lock")];

	if (i->lock_fd < 0)
		return;
	/* Whoever finds the lock taken next reads no pid that is gone. */
	if (ftruncate(i->lock_fd, 0) != 0)
		errno = 0;
	/* While it is held nobody else takes the file for the lock. */
	snprintf(path, sizeof(path), "%s/lock", i->dir);
	if (unlink(path) == 0)
		rmdir(i->dir);
	close(i->lock_fd);
	i->lock_fd = -1;
}
