/* SPDX-License-Identifier: BSD-3-Clause */
#include "stub_executor.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

static void
submit(void *context, struct command *c)
{
	struct stub_executor *s = context;

	/* Whatever has been abandoned stays listed until it is done, as with the manager. */
	c->next = s->first;
	s->first = c;
	c->result = (int)(clock_us() / 1000 % INT32_MAX);
	atomic_fetch_add(&s->submitted, 1);
}

static void
unlist(struct stub_executor *s, struct command *c)
{
	struct command **at = &s->first;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
}

static void
release(void *context, struct command *c)
{
	struct stub_executor *s = context;

	atomic_fetch_add(&s->released, 1);
	c->is_abandoned = true;
	if (!c->is_done)
		return;
	unlist(s, c);
	command_destroy(c);
}

static void
finish(struct stub_executor *s, struct command *c)
{
	bool is_about_vhid = c->type == COMMAND_VHID_SET || c->type == COMMAND_VHID_FORCE;
	char text[COMMAND_TEXT];

	if (is_about_vhid && strcmp(c->vhid.name, "9@lan") == 0)
		command_end(c, -ENOENT, "no vhid \"9@lan\"");
	else
		command_end(c, 0, "%s", command_describe(c, text));
	c->is_done = true;
	if (!c->is_abandoned)
		return;
	unlist(s, c);
	command_destroy(c);
}

void
stub_executor_step(struct stub_executor *s)
{
	uint64_t now_ms = clock_us() / 1000;
	struct command *next;

	for (struct command *c = s->first; c != NULL; c = next) {
		next = c->next;
		if (!c->is_done && now_ms >= (uint64_t)c->result + atomic_load(&s->delay_us) / 1000)
			finish(s, c);
	}
}

void
stub_executor_init(struct stub_executor *s)
{
	memset(s, 0, sizeof(*s));
	s->executor = (struct command_executor){ submit, release, s };
}
