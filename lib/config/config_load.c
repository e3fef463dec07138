/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

static const struct config_place root = { .parent = NULL };

/* "carp" may stand behind the vhids in the file, so this waits for the whole of it. */
static void
inherit_preempt(struct config_reader *r)
{
	for (size_t i = 0; i < r->config->vhid_count; i++) {
		r->config->vhids[i].has_preempt = config_element_has(r->vhids, i, "preempt");
		if (!r->config->vhids[i].has_preempt)
			r->config->vhids[i].preempt = r->config->carp.preempt;
	}
}

static void
read_document(struct config_reader *r, const json_t *document)
{
	/* Without the array there is no interface; with a bad one nobody knows which there are. */
	r->interfaces_are_complete = json_object_get(document, "interfaces") == NULL;
	config_object_preset(config_carp_keys, r->config);
	config_object_preset(config_workers_keys, r->config);
	config_object_read(r, &root, document, config_root_keys, r->config);
	config_check(r);
	inherit_preempt(r);
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
read_text(struct config_reader *r, const char *text, size_t len, const char *name)
{
	json_t *document;
	char *folder;

	folder = folder_of(name);
	r->config = calloc(1, sizeof(*r->config));
	if (folder == NULL || r->config == NULL) {
		r->is_out_of_memory = true;
		free(folder);
		return;
	}
	r->folder = folder;
	document = config_document_parse(r, text, len);
	if (document != NULL)
		read_document(r, document);
	config_document_free(document);
	free(folder);
}

/* The end of a load: what it has come to. */
static struct config *
conclude(struct config_reader *r)
{
	if (r->is_out_of_memory)
		config_error(r, NULL, "out of memory");
	if (r->report->error_count != 0 || r->is_out_of_memory) {
		config_free(r->config);
		errno = r->is_out_of_memory ? ENOMEM : EINVAL;
		return NULL;
	}
	config_sources_choose(r->config);
	return r->config;
}

struct config *
config_load_text(const char *text, size_t len, const char *name, enum config_purpose purpose,
		 struct config_report *report)
{
	struct config_reader r = { .report = report, .purpose = purpose };

	memset(report, 0, sizeof(*report));
	read_text(&r, text, len, name);
	return conclude(&r);
}

struct config *
config_load(const char *path, enum config_purpose purpose, struct config_report *report)
{
	struct config_reader r = { .report = report, .purpose = purpose };
	struct config_text text = { 0 };

	memset(report, 0, sizeof(*report));
	if (config_text_load(&r, path, &text))
		read_text(&r, text.data, text.len, path);
	config_text_free(&text);
	return conclude(&r);
}

static void
free_vhid(struct config_vhid *vhid)
{
	explicit_bzero(vhid->key, sizeof(vhid->key));
	if (vhid->accept != NULL)
		explicit_bzero(vhid->accept, vhid->accept_count * sizeof(*vhid->accept));
	free(vhid->accept);
	free(vhid->addresses);
	free(vhid->peers);
}

static void
free_interface(struct config_interface *ifc)
{
	free(ifc->device);
	free(ifc->addresses);
	if (ifc->ra == NULL)
		return;
	free(ifc->ra->prefixes);
	free(ifc->ra->dns);
	free(ifc->ra);
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->interface_count; i++)
		free_interface(&c->interfaces[i]);
	for (size_t i = 0; i < c->vhid_count; i++)
		free_vhid(&c->vhids[i]);
	for (size_t i = 0; i < c->notify_count; i++)
		free(c->notify[i].exec);
	free(c->interfaces);
	free(c->vhids);
	free(c->notify);
	free(c->routes);
	free(c->paths);
	free(c->neighbors);
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
