/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command *
command_create(void)
{
	return calloc(1, sizeof(struct command));
}

void
command_destroy(struct command *c)
{
	if (c == NULL)
		return;
	json_decref(c->lines);
	free(c);
}

void
command_end(struct command *c, int result, const char *format, ...)
{
	va_list args;

	c->result = result;
	va_start(args, format);
	vsnprintf(c->text, sizeof(c->text), format, args);
	va_end(args);
	/* It may quote what was asked, which is arbitrary text, and ends on terminals. */
	for (char *at = c->text; *at != '\0'; at++) {
		if (*at < 0x20 || *at > 0x7e)
			*at = '?';
	}
}

/* ------------------------------------------------------------------------------------------- */
/* In words, as koictl takes them                                                               */
/* ------------------------------------------------------------------------------------------- */

static void
append(char buf[COMMAND_TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
append(char buf[COMMAND_TEXT], const char *format, ...)
{
	size_t len = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + len, COMMAND_TEXT - len, format, args);
	va_end(args);
}

static void
describe_flag(char buf[COMMAND_TEXT], const char *name, const struct command_flag *flag)
{
	if (flag->is_given)
		append(buf, " %s %s", name, flag->value ? "on" : "off");
}

static void
describe_number(char buf[COMMAND_TEXT], const char *name, const struct command_number *number)
{
	if (number->is_given)
		append(buf, " %s %u", name, number->value);
}

const char *
command_describe(const struct command *c, char buf[COMMAND_TEXT])
{
	buf[0] = '\0';
	switch (c->type) {
	case COMMAND_VHID_SET:
		append(buf, "vhid %s", c->vhid.name);
		if (c->vhid.up.is_given)
			append(buf, " %s", c->vhid.up.value ? "up" : "down");
		describe_number(buf, "advbase", &c->vhid.advbase);
		describe_number(buf, "advskew", &c->vhid.advskew);
		break;
	case COMMAND_VHID_FORCE:
		append(buf, "vhid %s %s", c->vhid.name,
		       c->vhid.role == CARP_MASTER ? "master" : "backup");
		break;
	case COMMAND_VHID_FORGET:
		append(buf, "vhid %s replay forget", c->vhid.name);
		break;
	case COMMAND_DEMOTE:
		append(buf, "demote %+" PRId32, c->demotion.add);
		break;
	case COMMAND_CAUSE:
		append(buf, "demote --cause \"%s\" %" PRId32, c->demotion.name, c->demotion.value);
		if (c->demotion.for_s != 0)
			append(buf, " --for %" PRIu32 "s", c->demotion.for_s);
		break;
	case COMMAND_SET:
		append(buf, "set");
		describe_flag(buf, "allow", &c->set.allow);
		describe_flag(buf, "preempt", &c->set.preempt);
		describe_number(buf, "log", &c->set.log);
		break;
	case COMMAND_MAINTENANCE:
		append(buf, "maintenance %s", c->maintenance.is_on ? "on" : "off");
		break;
	case COMMAND_RELOAD:
		append(buf, "reload");
		break;
	}
	return buf;
}
