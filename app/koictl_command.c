/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------- */
/* Words                                                                                        */
/* ------------------------------------------------------------------------------------------- */

static json_t *
request(const char *command)
{
	return json_pack("{s:i, s:s}", "version", 1, "command", command);
}

static json_t *
refuse(json_t *o, const char **problem, const char *text)
{
	json_decref(o);
	*problem = text;
	return NULL;
}

static bool
take_number(const char *word, json_int_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(word, &end, 10);
	return errno == 0 && end != word && *end == '\0' && strchr(" \t\n\v\f\r", word[0]) == NULL;
}

static bool
take_switch(const char *word, bool *out)
{
	*out = strcmp(word, "on") == 0;
	return *out || strcmp(word, "off") == 0;
}

/* "90", "90s", "5m", "2h" or "1d" in seconds. */
static bool
take_duration(const char *word, json_int_t *out)
{
	static const struct {
		char unit;
		json_int_t seconds;
	} units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t digits = strspn(word, "0123456789");

	if (digits == 0 || digits > 9 || strlen(word) > digits + 1)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit == word[digits]) {
			*out = strtoll(word, NULL, 10) * units[i].seconds;
			return *out != 0;
		}
	}
	return false;
}

/* ------------------------------------------------------------------------------------------- */
/* Commands                                                                                     */
/* ------------------------------------------------------------------------------------------- */

static json_t *
parse_vhid(const struct koictl_command_options *o, int argc, char **argv, const char **problem)
{
	static const char needs[] =
		"vhid needs VHID@INTERFACE and up, down, master, backup, advbase N, advskew N or "
		"replay forget";
	json_t *r = request("vhid");
	json_int_t value;

	(void)o;
	if (argc < 2)
		return refuse(r, problem, needs);
	json_object_set_new(r, "vhid", json_string(argv[0]));
	if (argc == 2) {
		json_object_set_new(r, "state", json_string(argv[1]));
		if (strcmp(argv[1], "up") == 0 || strcmp(argv[1], "down") == 0 ||
		    strcmp(argv[1], "master") == 0 || strcmp(argv[1], "backup") == 0)
			return r;
		return refuse(r, problem, needs);
	}
	if (argc == 3 && strcmp(argv[1], "replay") == 0 && strcmp(argv[2], "forget") == 0) {
		json_object_set_new(r, "replay", json_string("forget"));
		return r;
	}
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "advbase") != 0 && strcmp(argv[i], "advskew") != 0)
			return refuse(r, problem, needs);
		if (i + 1 == argc || !take_number(argv[i + 1], &value))
			return refuse(r, problem, "advbase and advskew need a number");
		if (json_object_get(r, argv[i]) != NULL)
			return refuse(r, problem, "the same twice");
		json_object_set_new(r, argv[i], json_integer(value));
	}
	return r;
}

static json_t *
parse_demote(const struct koictl_command_options *o, int argc, char **argv, const char **problem)
{
	json_t *r = request("demote");
	json_int_t value, seconds;

	if (argc != 1 || !take_number(argv[0], &value))
		return refuse(r, problem, "demote needs +N, -N or --cause NAME VALUE");
	if (o->cause == NULL && strchr("+-", argv[0][0]) == NULL)
		return refuse(r, problem, "demote adds: write +N or -N");
	if (o->cause == NULL && o->duration != NULL)
		return refuse(r, problem, "--for needs --cause");
	json_object_set_new(r, o->cause == NULL ? "add" : "value", json_integer(value));
	if (o->cause == NULL)
		return r;
	json_object_set_new(r, "cause", json_string(o->cause));
	if (o->duration == NULL)
		return r;
	if (!take_duration(o->duration, &seconds))
		return refuse(r, problem, "--for needs a duration: 60s, 5m, 2h, 1d");
	json_object_set_new(r, "for_s", json_integer(seconds));
	return r;
}

static json_t *
parse_maintenance(const struct koictl_command_options *o, int argc, char **argv,
		  const char **problem)
{
	json_t *r = request("maintenance");
	bool is_on;

	(void)o;
	if (argc != 1 || !take_switch(argv[0], &is_on))
		return refuse(r, problem, "maintenance needs on or off");
	json_object_set_new(r, "on", json_boolean(is_on));
	return r;
}

static json_t *
parse_set(const struct koictl_command_options *o, int argc, char **argv, const char **problem)
{
	json_t *r = request("set");
	json_int_t value;
	bool is_on;

	(void)o;
	if (argc == 0 || argc % 2 != 0)
		return refuse(r, problem, "set needs preempt on|off, allow on|off or log 0|1|2");
	for (int i = 0; i < argc; i += 2) {
		if (json_object_get(r, argv[i]) != NULL)
			return refuse(r, problem, "the same twice");
		if (strcmp(argv[i], "log") == 0 && take_number(argv[i + 1], &value))
			json_object_set_new(r, "log", json_integer(value));
		else if ((strcmp(argv[i], "preempt") == 0 || strcmp(argv[i], "allow") == 0) &&
			 take_switch(argv[i + 1], &is_on))
			json_object_set_new(r, argv[i], json_boolean(is_on));
		else
			return refuse(r, problem,
				      "set needs preempt on|off, allow on|off or log 0|1|2");
	}
	return r;
}

static json_t *
parse_reload(const struct koictl_command_options *o, int argc, char **argv, const char **problem)
{
	(void)o;
	(void)argv;
	if (argc != 0)
		return refuse(NULL, problem, "reload takes no further word");
	return request("reload");
}

const struct koictl_command koictl_commands[] = {
	{ "vhid", "vhid VHID@INTERFACE up|down", "take part in the election, or not", parse_vhid },
	{ "vhid", "vhid VHID@INTERFACE master|backup", "force a role, once", parse_vhid },
	{ "vhid", "vhid VHID@INTERFACE advbase N advskew N", "until the next reload", parse_vhid },
	{ "vhid", "vhid VHID@INTERFACE replay forget", "take peers whose counter went back",
	  parse_vhid },
	{ "demote", "demote +N|-N", "add to the demotion", parse_demote },
	{ "demote", "demote --cause NAME N [--for TIME]", "a named cause; 0 clears it",
	  parse_demote },
	{ "maintenance", "maintenance on|off", "give everything away, and stay so",
	  parse_maintenance },
	{ "set", "set preempt|allow on|off, set log 0|1|2", "until the next reload", parse_set },
	{ "reload", "reload", "the configuration file", parse_reload },
	{ 0 },
};
