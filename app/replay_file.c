/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#define VERSION 1
#define FILE_NAME "replay.json"
#define NEW_SUFFIX ".new"
/* 64 bits are more than a JSON integer is sure to hold: they are written as hex digits. */
#define HEX_DIGITS 16

int
replay_file_path(const char *prefix, char path[PATH_MAX])
{
	const char *state = getenv("STATE_DIRECTORY");
	const char *user = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int len;

	/* Of several, separated by colons, the first. */
	if (state != NULL && state[0] == '/')
		len = snprintf(path, PATH_MAX, "%.*s/%s/" FILE_NAME, (int)strcspn(state, ":"), state,
			       prefix);
	else if (geteuid() == 0)
		len = snprintf(path, PATH_MAX, "/var/lib/koi/%s/" FILE_NAME, prefix);
	else if (user != NULL && user[0] == '/')
		len = snprintf(path, PATH_MAX, "%s/koi/%s/" FILE_NAME, user, prefix);
	else if (home != NULL && home[0] == '/')
		len = snprintf(path, PATH_MAX, "%s/.local/state/koi/%s/" FILE_NAME, home, prefix);
	else
		return -ENOENT;
	return len < PATH_MAX - (int)sizeof(NEW_SUFFIX) ? 0 : -ENAMETOOLONG;
}

/* ------------------------------------------------------------------------------------------- */
/* Reading                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static int
read_number(const json_t *object, const char *key, uint64_t *out)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || strlen(text) != HEX_DIGITS ||
	    strspn(text, "0123456789abcdef") != HEX_DIGITS)
		return -EINVAL;
	*out = strtoull(text, NULL, 16);
	return 0;
}

static int
read_floor(const json_t *object, struct carp_floor *out)
{
	const char *address = json_string_value(json_object_get(object, "address"));

	if (address == NULL || ip_addr_parse(address, &out->address) != 0 ||
	    read_number(object, "first", &out->first) != 0 ||
	    read_number(object, "last", &out->last) != 0)
		return -EINVAL;
	return 0;
}

static int
read_entry(const char *name, const json_t *object, struct replay_entry *out)
{
	const json_t *floors = json_object_get(object, "floors");
	const json_t *floor;
	size_t i;

	if (strlen(name) >= sizeof(out->name) || !json_is_array(floors) ||
	    json_array_size(floors) > CARP_PEERS_MAX ||
	    read_number(object, "counter", &out->counter) != 0)
		return -EINVAL;
	strcpy(out->name, name);
	out->floor_count = json_array_size(floors);
	json_array_foreach (floors, i, floor)
		if (read_floor(floor, &out->floor[i]) != 0)
			return -EINVAL;
	return 0;
}

static int
read_entries(json_t *root, struct replay_entry **entries, size_t *count)
{
	json_t *vhids = json_object_get(root, "vhids");
	struct replay_entry *array;
	const char *name;
	json_t *value;
	int rc = 0;

	if (json_integer_value(json_object_get(root, "version")) != VERSION || !json_is_object(vhids))
		return -EINVAL;
	array = calloc(json_object_size(vhids) + 1, sizeof(*array));
	if (array == NULL)
		return -ENOMEM;
	*count = 0;
	json_object_foreach (vhids, name, value)
		if (rc == 0)
			rc = read_entry(name, value, &array[(*count)++]);
	if (rc == 0)
		*entries = array;
	else
		free(array);
	return rc;
}

int
replay_file_read(const char *path, struct replay_entry **entries, size_t *count)
{
	FILE *file = fopen(path, "re");
	json_t *root;
	int rc = -EINVAL;

	*entries = NULL;
	*count = 0;
	if (file == NULL)
		return -errno;
	root = json_loadf(file, JSON_REJECT_DUPLICATES, NULL);
	if (root != NULL)
		rc = read_entries(root, entries, count);
	json_decref(root);
	fclose(file);
	if (rc != 0)
		*count = 0;
	return rc;
}

/* ------------------------------------------------------------------------------------------- */
/* Writing                                                                                      */
/* ------------------------------------------------------------------------------------------- */

static void
write_entry(FILE *file, const struct replay_entry *e)
{
	char address[IP_ADDR_TEXT];

	/* The characters of a name need no escape. */
	fprintf(file, "  \"%s\": { \"counter\": \"%016" PRIx64 "\", \"floors\": [", e->name, e->counter);
	for (size_t i = 0; i < e->floor_count; i++)
		fprintf(file,
			"%s\n    { \"address\": \"%s\", \"first\": \"%016" PRIx64
			"\", \"last\": \"%016" PRIx64 "\" }",
			i == 0 ? "" : ",", ip_addr_format(&e->floor[i].address, address),
			e->floor[i].first, e->floor[i].last);
	fprintf(file, "] }");
}

static int
write_entries(int fd, const struct replay_entry *entries, size_t count)
{
	FILE *file = fdopen(fd, "w");
	int rc = 0;

	if (file == NULL) {
		rc = -errno;
		close(fd);
		return rc;
	}
	fprintf(file, "{ \"version\": %d, \"vhids\": {", VERSION);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "\n" : ",\n", file);
		write_entry(file, &entries[i]);
	}
	fputs("\n} }\n", file);
	errno = EIO;
	if (ferror(file) || fflush(file) != 0 || fsync(fd) != 0)
		rc = -errno;
	if (fclose(file) != 0 && rc == 0)
		rc = -errno;
	return rc;
}

/* Every folder above the file that is not there. */
static int
make_folders(const char *path)
{
	char folder[PATH_MAX];

	strcpy(folder, path);
	for (char *at = strchr(folder + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return -errno;
		*at = '/';
	}
	return 0;
}

/* The name is on disk only when its folder is. */
static int
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int rc = 0;
	int fd;

	strcpy(folder, path);
	*strrchr(folder, '/') = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

int
replay_file_write(const char *path, const struct replay_entry *entries, size_t count)
{
	char new_path[PATH_MAX];
	int rc = make_folders(path);
	int fd;

	if (rc != 0)
		return rc;
	snprintf(new_path, sizeof(new_path), "%.*s" NEW_SUFFIX,
		 PATH_MAX - (int)sizeof(NEW_SUFFIX), path);
	fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = write_entries(fd, entries, count);
	if (rc == 0 && rename(new_path, path) != 0)
		rc = -errno;
	if (rc == 0)
		return sync_folder(path);
	unlink(new_path);
	return rc;
}
