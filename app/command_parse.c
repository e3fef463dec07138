/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "command.h"

#define KEYS_MAX 5

struct command_word {
	const char *name;
	const char *keys[KEYS_MAX]; /* besides "version" and "command" */
	int (*parse)(struct command *c, const json_t *request);
};

/* ------------------------------------------------------------------------------------------- */
/* Values: 0 also if the key is not there                                                       */
/* ------------------------------------------------------------------------------------------- */

static int
take_integer(struct command *c, const json_t *request, const char *key, json_int_t min,
	     json_int_t max, json_int_t *out)
{
	const json_t *value = json_object_get(request, key);

	if (value == NULL)
		return 0;
	*out = json_integer_value(value);
	if (json_is_integer(value) && *out >= min && *out <= max)
		return 0;
	command_end(c, -EINVAL, "\"%s\" is not a number in %lld..%lld", key, (long long)min,
		    (long long)max);
	return -EINVAL;
}

static int
take_number(struct command *c, const json_t *request, const char *key, uint8_t max,
	    struct command_number *out)
{
	json_int_t value = 0;
	int rc = take_integer(c, request, key, 0, max, &value);

	out->is_given = json_object_get(request, key) != NULL;
	out->value = (uint8_t)value;
	return rc;
}

static int
take_flag(struct command *c, const json_t *request, const char *key, struct command_flag *out)
{
	const json_t *value = json_object_get(request, key);

	if (value == NULL)
		return 0;
	out->is_given = true;
	out->value = json_is_true(value);
	if (json_is_boolean(value))
		return 0;
	command_end(c, -EINVAL, "\"%s\" is not true or false", key);
	return -EINVAL;
}

static int
take_text(struct command *c, const json_t *request, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(request, key));
	size_t len = text == NULL ? 0 : strlen(text);

	if (len == 0 || len >= size) {
		command_end(c, -EINVAL, "\"%s\" is not a text of 1 to %zu octets", key, size - 1);
		return -EINVAL;
	}
	memcpy(out, text, len + 1);
	return 0;
}

/* ------------------------------------------------------------------------------------------- */
/* Commands                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static int
parse_state(struct command *c, const char *state)
{
	if (strcmp(state, "up") == 0 || strcmp(state, "down") == 0) {
		c->vhid.up = (struct command_flag){ true, strcmp(state, "up") == 0 };
		return 0;
	}
	if (strcmp(state, "master") == 0 || strcmp(state, "backup") == 0) {
		c->type = COMMAND_VHID_FORCE;
		c->vhid.role = strcmp(state, "master") == 0 ? CARP_MASTER : CARP_BACKUP;
		return 0;
	}
	command_end(c, -EINVAL, "\"state\" is not up, down, master or backup");
	return -EINVAL;
}

static int
parse_replay(struct command *c, const json_t *request)
{
	const char *replay = json_string_value(json_object_get(request, "replay"));

	c->type = COMMAND_VHID_FORGET;
	if (replay == NULL || strcmp(replay, "forget") != 0) {
		command_end(c, -EINVAL, "\"replay\" is not forget");
		return -EINVAL;
	}
	if (json_object_size(request) != 4) {
		command_end(c, -EINVAL, "\"replay\" goes without \"state\", \"advbase\" and \"advskew\"");
		return -EINVAL;
	}
	return 0;
}

static int
parse_vhid(struct command *c, const json_t *request)
{
	const json_t *state = json_object_get(request, "state");
	int rc = take_text(c, request, "vhid", c->vhid.name, sizeof(c->vhid.name));

	c->type = COMMAND_VHID_SET;
	if (rc == 0)
		rc = take_number(c, request, "advbase", UINT8_MAX - 1, &c->vhid.advbase);
	if (rc == 0)
		rc = take_number(c, request, "advskew", UINT8_MAX - 1, &c->vhid.advskew);
	if (rc != 0)
		return rc;
	if (json_object_get(request, "replay") != NULL)
		return parse_replay(c, request);
	if ((state != NULL) == (c->vhid.advbase.is_given || c->vhid.advskew.is_given)) {
		command_end(c, -EINVAL, "needs \"state\", \"replay\", or \"advbase\" and "
					"\"advskew\" or one of them");
		return -EINVAL;
	}
	if (state != NULL)
		return parse_state(c, json_is_string(state) ? json_string_value(state) : "");
	if (c->vhid.advbase.is_given && c->vhid.advskew.is_given && c->vhid.advbase.value == 0 &&
	    c->vhid.advskew.value == 0) {
		command_end(c, -EINVAL, "advbase and advskew cannot both be 0");
		return -EINVAL;
	}
	return 0;
}

static int
parse_add(struct command *c, const json_t *request)
{
	json_int_t add = 0;
	int rc = take_integer(c, request, "add", INT32_MIN, INT32_MAX, &add);

	c->type = COMMAND_DEMOTE;
	c->demotion.add = (int32_t)add;
	if (rc == 0 && json_object_size(request) != 3) {
		command_end(c, -EINVAL, "\"add\" goes without \"cause\", \"value\" and \"for_s\"");
		rc = -EINVAL;
	}
	return rc;
}

/* One of koi's own names would be taken for what it is not. */
static bool
is_own_cause(const char *name)
{
	static const char *const whole[] = { "worker stalled", "carp.allow is off", "maintenance" };
	static const char *const begin[] = { "interface ", "start delay on ", "send errors on " };

	for (size_t i = 0; i < RTE_DIM(whole); i++)
		if (strcmp(name, whole[i]) == 0)
			return true;
	for (size_t i = 0; i < RTE_DIM(begin); i++)
		if (strncmp(name, begin[i], strlen(begin[i])) == 0)
			return true;
	return false;
}

static int
check_cause(struct command *c)
{
	for (const char *at = c->demotion.name; *at != '\0'; at++) {
		if (*at < 0x20 || *at > 0x7e) {
			command_end(c, -EINVAL, "\"cause\" is not of printable ASCII characters");
			return -EINVAL;
		}
	}
	if (is_own_cause(c->demotion.name)) {
		command_end(c, -EINVAL, "\"%s\" is a cause of koi's own", c->demotion.name);
		return -EINVAL;
	}
	if (c->demotion.value == 0 && c->demotion.for_s != 0) {
		command_end(c, -EINVAL, "the value 0 clears a cause; for how long means nothing");
		return -EINVAL;
	}
	return 0;
}

static int
parse_demote(struct command *c, const json_t *request)
{
	json_int_t value = 0, for_s = 0;
	int rc;

	if (json_object_get(request, "add") != NULL)
		return parse_add(c, request);
	c->type = COMMAND_CAUSE;
	if (json_object_get(request, "cause") == NULL || json_object_get(request, "value") == NULL) {
		command_end(c, -EINVAL, "needs either \"add\", or \"cause\" and \"value\"");
		return -EINVAL;
	}
	rc = take_text(c, request, "cause", c->demotion.name, sizeof(c->demotion.name));
	if (rc == 0)
		rc = take_integer(c, request, "value", INT32_MIN, INT32_MAX, &value);
	if (rc == 0)
		rc = take_integer(c, request, "for_s", 1, COMMAND_FOR_MAX_S, &for_s);
	if (rc != 0)
		return rc;
	c->demotion.value = (int32_t)value;
	c->demotion.for_s = (uint32_t)for_s;
	return check_cause(c);
}

static int
parse_set(struct command *c, const json_t *request)
{
	int rc = take_flag(c, request, "allow", &c->set.allow);

	c->type = COMMAND_SET;
	if (rc == 0)
		rc = take_flag(c, request, "preempt", &c->set.preempt);
	if (rc == 0)
		rc = take_number(c, request, "log", 2, &c->set.log);
	if (rc == 0 && !c->set.allow.is_given && !c->set.preempt.is_given && !c->set.log.is_given) {
		command_end(c, -EINVAL, "needs \"allow\", \"preempt\" or \"log\"");
		rc = -EINVAL;
	}
	return rc;
}

static int
parse_maintenance(struct command *c, const json_t *request)
{
	struct command_flag on = { 0 };
	int rc = take_flag(c, request, "on", &on);

	c->type = COMMAND_MAINTENANCE;
	c->maintenance.is_on = on.value;
	if (rc == 0 && !on.is_given) {
		command_end(c, -EINVAL, "needs \"on\"");
		rc = -EINVAL;
	}
	return rc;
}

static int
parse_reload(struct command *c, const json_t *request)
{
	(void)request;
	c->type = COMMAND_RELOAD;
	return 0;
}

static const struct command_word words[] = {
	{ "vhid", { "vhid", "state", "advbase", "advskew", "replay" }, parse_vhid },
	{ "demote", { "add", "cause", "value", "for_s" }, parse_demote },
	{ "set", { "allow", "preempt", "log" }, parse_set },
	{ "maintenance", { "on" }, parse_maintenance },
	{ "reload", { NULL }, parse_reload },
};

/* ------------------------------------------------------------------------------------------- */

static bool
is_known(const struct command_word *word, const char *key)
{
	if (strcmp(key, "version") == 0 || strcmp(key, "command") == 0)
		return true;
	for (size_t i = 0; i < KEYS_MAX && word->keys[i] != NULL; i++)
		if (strcmp(word->keys[i], key) == 0)
			return true;
	return false;
}

int
command_parse(struct command *c, json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "command"));
	const struct command_word *word = NULL;
	const char *key;
	json_t *value;

	for (size_t i = 0; i < RTE_DIM(words) && name != NULL; i++)
		if (strcmp(words[i].name, name) == 0)
			word = &words[i];
	if (word == NULL) {
		command_end(c, -EINVAL, "no command \"%.40s\"", name == NULL ? "" : name);
		return -EINVAL;
	}
	json_object_foreach (request, key, value) {
		if (!is_known(word, key)) {
			command_end(c, -EINVAL, "%s: no key \"%.40s\"", word->name, key);
			return -EINVAL;
		}
	}
	return word->parse(c, request);
}
