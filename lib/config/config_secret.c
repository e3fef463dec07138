/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_internal.h"

/* The key, a newline, and one octet more that shows what is too long. */
#define FILE_BYTES (CONFIG_KEY_MAX + 2)

/* A secret that stands in the file itself. Returns its length, 0 if it is an error. */
static uint8_t
take_text(struct config_reader *r, const struct config_place *at, const json_t *value,
	  uint8_t key[CONFIG_KEY_MAX])
{
	size_t len = json_string_length(value);

	if (!json_is_string(value)) {
		config_error(r, at, "expected a string, found %s", config_type_name(value));
		return 0;
	}
	if (len < 1 || len > CONFIG_KEY_MAX) {
		config_error(r, at, "has %zu bytes, must have 1 to %d", len, CONFIG_KEY_MAX);
		return 0;
	}
	memcpy(key, json_string_value(value), len);
	return (uint8_t)len;
}

void
config_pass_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		 void *target)
{
	struct config_vhid *vhid = target;

	vhid->key_len = take_text(r, at, value, vhid->key);
}

void
config_pass_accept_read(struct config_reader *r, const struct config_place *at, const json_t *value,
			void *target)
{
	struct config_vhid *vhid = target;
	size_t size = json_array_size(value);
	size_t count = size < CONFIG_ACCEPT_MAX ? size : CONFIG_ACCEPT_MAX;

	if (count == 0)
		return;
	vhid->accept = calloc(count, sizeof(*vhid->accept));
	if (vhid->accept == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	vhid->accept_count = count;
	for (size_t i = 0; i < count; i++) {
		struct config_place place = { .parent = at, .index = i };
		struct config_key *key = &vhid->accept[i];

		key->len = take_text(r, &place, json_array_get(value, i), key->octets);
	}
}

static bool
is_key(const struct config_key *a, const uint8_t *octets, size_t len)
{
	return a->len == len && memcmp(a->octets, octets, len) == 0;
}

void
config_accept_check(struct config_reader *r, const struct config_place *at,
		    const struct config_vhid *vhid)
{
	struct config_place accept = { .parent = at, .key = "pass_accept" };

	for (size_t i = 0; i < vhid->accept_count; i++) {
		struct config_place place = { .parent = &accept, .index = i };
		const struct config_key *key = &vhid->accept[i];
		size_t first = 0;

		/* One that is an error already. */
		if (key->len == 0)
			continue;
		if (is_key(key, vhid->key, vhid->key_len))
			config_error(r, &place, "is the password that is sent");
		while (!is_key(&vhid->accept[first], key->octets, key->len))
			first++;
		if (first != i)
			config_error(r, &place, "is the same as element %zu", first);
	}
}

/* Reads as much as fits; a signal or a slow file system may cut it into pieces. */
static ssize_t
read_some(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t got;

	while (len < size) {
		got = read(fd, buf + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

static void
take_key(struct config_reader *r, const struct config_place *at, const char *path,
	 const char *bytes, size_t len, struct config_vhid *vhid)
{
	if (len > 0 && bytes[len - 1] == '\n')
		len--;
	if (len == 0) {
		config_error(r, at, "%s: is empty, must have 1 to %d bytes", path, CONFIG_KEY_MAX);
	} else if (len > CONFIG_KEY_MAX) {
		config_error(r, at, "%s: has more than %d bytes", path, CONFIG_KEY_MAX);
	} else if (memchr(bytes, '\0', len) != NULL) {
		config_error(r, at, "%s: has a NUL byte", path);
	} else {
		memcpy(vhid->key, bytes, len);
		vhid->key_len = len;
	}
}

static void
read_key(struct config_reader *r, const struct config_place *at, const char *path, int fd,
	 struct config_vhid *vhid)
{
	char bytes[FILE_BYTES];
	ssize_t len;

	len = read_some(fd, bytes, sizeof(bytes));
	if (len < 0)
		config_error(r, at, "%s: %s", path, config_file_error((int)len));
	else
		take_key(r, at, path, bytes, (size_t)len, vhid);
	explicit_bzero(bytes, sizeof(bytes));
}

/* Try systemd's folder of credentials first, if there is one. Sets *path for messages. */
static int
open_secret(struct config_reader *r, const char *name, char **path, struct stat *st)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	const char *folders[] = { credentials, r->folder };
	int fd = -ENOENT;

	*path = NULL;
	if (name[0] == '/') {
		*path = strdup(name);
		return *path != NULL ? config_file_open(*path, st) : -ENOMEM;
	}
	for (size_t i = 0; i < 2 && fd == -ENOENT; i++) {
		if (folders[i] == NULL || folders[i][0] == '\0')
			continue;
		free(*path);
		if (asprintf(path, "%s/%s", folders[i], name) < 0) {
			*path = NULL;
			return -ENOMEM;
		}
		fd = config_file_open(*path, st);
	}
	return fd;
}

static void
open_failed(struct config_reader *r, const struct config_place *at, const char *path, int error)
{
	if (error == -ENOMEM) {
		r->is_out_of_memory = true;
	} else if (error == -EACCES && r->purpose == CONFIG_CHECK) {
		config_warning(r, at, "%s: %s, so the password is not checked", path,
			       config_file_error(error));
	} else {
		config_error(r, at, "%s: %s", path, config_file_error(error));
	}
}

void
config_pass_file_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		      void *target)
{
	const char *name = json_string_value(value);
	char quoted[CONFIG_QUOTED];
	struct stat st;
	char *path;
	int fd;

	if (name[0] == '\0' || config_has_control(name)) {
		config_error(r, at, "%s is not a file name", config_quote(name, quoted));
		return;
	}
	fd = open_secret(r, name, &path, &st);
	if (fd < 0) {
		open_failed(r, at, path, fd);
	} else if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0) {
		config_error(r, at, "%s: mode %04o is open to others, use chmod o-rwx", path,
			     st.st_mode & 07777);
	} else {
		read_key(r, at, path, fd, target);
	}
	if (fd >= 0)
		close(fd);
	free(path);
}
