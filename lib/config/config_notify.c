/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/config_internal.h"

/* Programs that are told of events. */

/* It may be installed later, or be on a file system that is not mounted yet: no error. */
static void
check_program(struct config_reader *r, const struct config_place *at, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		config_warning(r, at, "%s: %s", path, config_file_error(-errno));
	else if (!S_ISREG(st.st_mode))
		config_warning(r, at, "%s: %s", path,
			       config_file_error(S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP));
	else if ((st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		config_warning(r, at, "%s: is not executable", path);
}

static void
read_exec(struct config_reader *r, const struct config_place *at, const json_t *value, void *target)
{
	struct config_notify *notify = target;
	const char *path = json_string_value(value);
	char quoted[CONFIG_QUOTED];

	if (path[0] != '/' || config_has_control(path)) {
		config_error(r, at, "%s is not an absolute path", config_quote(path, quoted));
		return;
	}
	check_program(r, at, path);
	notify->exec = strdup(path);
	if (notify->exec == NULL)
		r->is_out_of_memory = true;
}

const struct config_member config_notify_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "exec", .type = CONFIG_STRING, .is_required = true, .read = read_exec },
	{ .name = NULL },
};

void
config_notify_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		   void *target)
{
	struct config *c = target;
	size_t size = json_array_size(value);
	size_t count = size < CONFIG_NOTIFY_MAX ? size : CONFIG_NOTIFY_MAX;

	c->notify = calloc(count + 1, sizeof(*c->notify));
	if (c->notify == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	c->notify_count = count;
	for (size_t i = 0; i < count; i++) {
		struct config_place place = { .parent = at, .index = i };

		config_object_read(r, &place, json_array_get(value, i), config_notify_keys,
				   &c->notify[i]);
	}
}
