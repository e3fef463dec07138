/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

static const struct config_place root = { .parent = NULL };

static void
read_document(struct config_reader *r, const json_t *document)
{
	/* Without the array there is no interface; with a bad one nobody knows which there are. */
	r->interfaces_are_complete = json_object_get(document, "interfaces") == NULL;
	config_object_preset(config_carp_keys, r->config);
	config_object_preset(config_workers_keys, r->config);
	config_object_read(r, &root, document, config_root_keys, r->config);
	config_check(r);
	if (json_is_object(document) && r->interfaces_are_complete &&
	    r->config->interface_count == 0)
		config_warning(r, &root, "no interfaces: there is nothing to do");
}

/* The folder as written, so that messages name files as the user would. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static void
read_file(struct config_reader *r, const char *path)
{
	json_t *document;
	char *folder;

	folder = folder_of(path);
	r->config = calloc(1, sizeof(*r->config));
	if (folder == NULL || r->config == NULL) {
		r->is_out_of_memory = true;
		free(folder);
		return;
	}
	r->folder = folder;
	document = config_document_load(r, path);
	if (document != NULL)
		read_document(r, document);
	config_document_free(document);
	free(r->interface_names);
	free(r->vhid_interface_names);
	free(folder);
}

struct config *
config_load(const char *path, enum config_purpose purpose, struct config_report *report)
{
	struct config_reader r = { .report = report, .purpose = purpose };

	memset(report, 0, sizeof(*report));
	read_file(&r, path);
	if (r.is_out_of_memory)
		config_error(&r, NULL, "out of memory");
	if (report->error_count != 0 || r.is_out_of_memory) {
		config_free(r.config);
		errno = r.is_out_of_memory ? ENOMEM : EINVAL;
		return NULL;
	}
	config_sources_choose(r.config);
	return r.config;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->interface_count; i++) {
		free(c->interfaces[i].device);
		free(c->interfaces[i].addresses);
	}
	for (size_t i = 0; i < c->vhid_count; i++) {
		explicit_bzero(c->vhids[i].key, sizeof(c->vhids[i].key));
		free(c->vhids[i].addresses);
	}
	free(c->interfaces);
	free(c->vhids);
	free(c);
}

int
config_interface_find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->interface_count; i++) {
		if (strcmp(c->interfaces[i].name, name) == 0)
			return (int)i;
	}
	return -ENOENT;
}
