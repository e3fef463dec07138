/* SPDX-License-Identifier: BSD-3-Clause */
#include "commander.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commander_internal.h"
#include "reload_vhid.h"
#include "replay_keep.h"
#include "sdnotify.h"

static void
append(struct command_queue *q, struct command *c)
{
	c->next = NULL;
	if (q->first == NULL)
		q->first = c;
	else
		q->last->next = c;
	q->last = c;
}

static struct command *
take(struct command_queue *q)
{
	struct command *c = q->first;

	q->first = c->next;
	return c;
}

/* ------------------------------------------------------------------------------------------- */
/* Ends                                                                                         */
/* ------------------------------------------------------------------------------------------- */

void
commander_finish(struct command *c)
{
	char text[COMMAND_TEXT];

	/* Of a reload more has been said. */
	if (c->type != COMMAND_RELOAD)
		log_line(INFO, app, "user %u: %s%s%s", c->user, command_describe(c, text),
			 c->result == 0 ? "" : ": refused: ", c->result == 0 ? "" : c->text);
	carp_vhid_change_destroy(c->change);
	c->change = NULL;
	c->is_done = true;
	if (c->is_abandoned)
		command_destroy(c);
}

/* Readers see what control has been given; what it had before is nobody's any more. */
static void
show_vhid(struct commander *m, struct command *c)
{
	struct koi_vhid *v = c->target;
	struct config_vhid *was = v->changed;

	pthread_rwlock_wrlock(&m->r->view_lock);
	v->shown = c->config;
	v->changed = c->config;
	pthread_rwlock_unlock(&m->r->view_lock);
	c->config = NULL;
	reload_vhid_copy_free(was);
}

static void
conclude(struct commander *m)
{
	while (m->at_control.first != NULL &&
	       atomic_load_explicit(&m->at_control.first->is_executed, memory_order_acquire)) {
		struct command *c = take(&m->at_control);

		if (c->type == COMMAND_MAINTENANCE && commander_maintenance_begin(m, c))
			continue;
		if (c->type == COMMAND_VHID_SET)
			show_vhid(m, c);
		if (c->type == COMMAND_VHID_FORGET)
			replay_keep(m->r);
		commander_finish(c);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Reload                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
log_report(const struct config_report *report, const char *file)
{
	for (size_t i = 0; i < report->error_count; i++)
		log_line(ERR, config, "%s: %s", file, report->errors[i]);
	for (size_t i = 0; i < report->warning_count; i++)
		log_line(WARNING, config, "%s: %s", file, report->warnings[i]);
}

/* What is wrong in the file, a text each, as a check of the file would print it. */
static json_t *
lines_of(const struct config_report *report, const char *file)
{
	json_t *lines = json_array();
	size_t size, room;
	char *text = NULL;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return lines;
	config_report_print(report, file, to);
	if (fclose(to) == 0) {
		for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
			room = (size_t)(end - line);
			json_array_append_new(lines, json_stringn(line, room));
		}
	}
	free(text);
	return lines;
}

static void
begin_reload(struct commander *m, struct command *c)
{
	struct config_report report = { 0 };
	int rc = reloader_begin(&m->reloader, &report);

	log_report(&report, m->r->config_file);
	c->lines = lines_of(&report, m->r->config_file);
	config_report_free(&report);
	if (rc == 0) {
		sdnotify("RELOADING=1");
		m->reload = c;
		return;
	}
	command_end(c, rc, "nothing has changed: %s",
		    rc == -EINVAL || rc == -EADDRINUSE ? "the file has errors"
		    : rc == -EBUSY ? "the change needs a restart"
				   : strerror(-rc));
	log_line(ERR, config, "reload: %s", c->text);
	commander_finish(c);
}

static void
follow_reload(struct commander *m)
{
	struct command *c = m->reload;
	unsigned int vhids;

	if (!reloader_step(&m->reloader))
		return;
	vhids = m->r->view->vhid_count;
	command_end(c, 0, "%u vhid%s, in %" PRIu64 " ms", vhids, vhids == 1 ? "" : "s",
		    m->reloader.took_us / 1000);
	log_line(NOTICE, config, "reloaded: %s", c->text);
	sdnotify("READY=1");
	m->reload = NULL;
	commander_finish(c);
}

void
commander_reload(struct commander *m)
{
	struct command *c;

	/* What waits will read the file as it is then. */
	for (c = m->waiting.first; c != NULL; c = c->next)
		if (c->type == COMMAND_RELOAD)
			return;
	c = command_create();
	if (c == NULL) {
		log_line(ERR, config, "reload: out of memory");
		return;
	}
	c->type = COMMAND_RELOAD;
	c->is_abandoned = true;
	append(&m->waiting, c);
}

/* ------------------------------------------------------------------------------------------- */
/* Begins                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static struct koi_vhid *
find_vhid(const struct runtime *r, const char *name)
{
	for (unsigned int i = 0; i < r->view->vhid_count; i++)
		if (strcmp(r->view->vhid[i]->name, name) == 0)
			return r->view->vhid[i];
	return NULL;
}

static int
prepare_values(struct command *c)
{
	c->config = reload_vhid_copy(c->target->shown);
	if (c->config == NULL)
		goto err;
	if (c->vhid.up.is_given)
		c->config->up = c->vhid.up.value;
	if (c->vhid.advbase.is_given)
		c->config->advbase = c->vhid.advbase.value;
	if (c->vhid.advskew.is_given)
		c->config->advskew = c->vhid.advskew.value;
	if (c->config->advbase == 0 && c->config->advskew == 0) {
		command_end(c, -EINVAL, "advbase and advskew would both be 0");
		return c->result;
	}
	c->change = reload_vhid_change(c->target, c->config);
	if (c->change != NULL)
		return 0;
err:
	command_end(c, -ENOMEM, "out of memory");
	return c->result;
}

static int
prepare(struct commander *m, struct command *c)
{
	if (c->type != COMMAND_VHID_SET && c->type != COMMAND_VHID_FORCE &&
	    c->type != COMMAND_VHID_FORGET)
		return 0;
	c->target = find_vhid(m->r, c->vhid.name);
	if (c->target == NULL) {
		command_end(c, -ENOENT, "no vhid \"%s\"", c->vhid.name);
		return c->result;
	}
	return c->type == COMMAND_VHID_SET ? prepare_values(c) : 0;
}

void
commander_hand_over(struct commander *m, struct command *c)
{
	atomic_store_explicit(&c->is_executed, false, memory_order_relaxed);
	append(&m->at_control, c);
	rte_ring_sp_enqueue(m->r->commands, c);
}

/* Returns false if it has to wait. */
static bool
begin(struct commander *m, struct command *c)
{
	if (c->type == COMMAND_RELOAD) {
		if (m->at_control.first != NULL)
			return false;
		begin_reload(m, take(&m->waiting));
		return true;
	}
	/* Values are made from those that are shown: what is under way comes first. */
	if (c->type == COMMAND_VHID_SET && m->at_control.first != NULL)
		return false;
	if (rte_ring_free_count(m->r->commands) == 0)
		return false;
	take(&m->waiting);
	if (prepare(m, c) != 0) {
		reload_vhid_copy_free(c->config);
		c->config = NULL;
		commander_finish(c);
		return true;
	}
	commander_hand_over(m, c);
	return true;
}

void
commander_step(struct commander *m)
{
	conclude(m);
	if (m->reload != NULL)
		follow_reload(m);
	if (m->maintenance != NULL)
		commander_maintenance_step(m);
	while (m->waiting.first != NULL && m->reload == NULL)
		if (!begin(m, m->waiting.first))
			return;
}

bool
commander_is_busy(const struct commander *m)
{
	return m->waiting.first != NULL || m->at_control.first != NULL || m->reload != NULL;
}

/* ------------------------------------------------------------------------------------------- */

static void
submit(void *context, struct command *c)
{
	struct commander *m = context;

	append(&m->waiting, c);
}

static void
release(void *context, struct command *c)
{
	(void)context;
	c->is_abandoned = true;
	if (c->is_done)
		command_destroy(c);
}

void
commander_init(struct commander *m, struct runtime *r)
{
	*m = (struct commander){
		.r = r,
		.reloader = { .r = r },
		.executor = { .submit = submit, .release = release, .context = m },
	};
}

static void
discard(struct command *c)
{
	carp_vhid_change_destroy(c->change);
	reload_vhid_copy_free(c->config);
	command_destroy(c);
}

void
commander_end(struct commander *m)
{
	conclude(m);
	reloader_end(&m->reloader);
	if (m->reload != NULL)
		discard(m->reload);
	if (m->maintenance != NULL)
		discard(m->maintenance);
	while (m->at_control.first != NULL)
		discard(take(&m->at_control));
	while (m->waiting.first != NULL)
		discard(take(&m->waiting));
}
