/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_request.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"

#include "endpoint.h"

/* Takes over @p reply. */
static char *
to_line(json_t *reply, size_t *len)
{
	char *line = reply == NULL ? NULL : json_dumps(reply, JSON_COMPACT);
	char *longer;

	json_decref(reply);
	if (line == NULL)
		return NULL;
	*len = strlen(line) + 1;
	longer = realloc(line, *len + 1);
	if (longer == NULL) {
		free(line);
		return NULL;
	}
	memcpy(longer + *len - 1, "\n", 2);
	return longer;
}

static json_t *
refusal(const char *reason)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", reason);
}

char *
control_request_refuse(const char *reason, size_t *len)
{
	return to_line(refusal(reason), len);
}

static json_t *
answer_query(const struct runtime *r, const char *path, const char *params)
{
	struct endpoint_query q = { .params = params, .now_us = clock_us() };
	json_t *result = endpoint_answer(r, path, &q);

	if (result == NULL)
		return refusal(q.error);
	return json_pack("{s:b, s:o}", "ok", 1, "result", result);
}

/* The first key that a query does not have, or NULL. */
static const char *
unknown_key(json_t *request)
{
	const char *key;
	json_t *value;

	json_object_foreach(request, key, value) {
		if (strcmp(key, "version") != 0 && strcmp(key, "query") != 0 &&
		    strcmp(key, "params") != 0)
			return key;
	}
	return NULL;
}

static json_t *
answer_query_request(const struct runtime *r, json_t *request)
{
	const json_t *params = json_object_get(request, "params");
	const json_t *query = json_object_get(request, "query");

	if (!json_is_string(query))
		return refusal("\"query\" is not a string");
	if (params != NULL && !json_is_string(params))
		return refusal("\"params\" is not a string");
	if (unknown_key(request) != NULL)
		return refusal("only \"version\", \"query\" and \"params\" are known");
	return answer_query(r, json_string_value(query),
			    params == NULL ? "" : json_string_value(params));
}

/* Sets @p command, or returns why not. */
static json_t *
begin_command(json_t *request, struct command **command)
{
	struct command *c = command_create();
	json_t *reply;

	if (c == NULL)
		return NULL;
	if (command_parse(c, request) == 0) {
		*command = c;
		return NULL;
	}
	reply = refusal(c->text);
	command_destroy(c);
	return reply;
}

static json_t *
answer_request(const struct runtime *r, json_t *request, struct command **command)
{
	if (!json_is_object(request))
		return refusal("not an object");
	if (json_integer_value(json_object_get(request, "version")) != CONTROL_REQUEST_VERSION)
		return refusal("\"version\" is not 1");
	if (json_object_get(request, "command") != NULL)
		return begin_command(request, command);
	if (r == NULL)
		return refusal("nobody asks any more");
	return answer_query_request(r, request);
}

char *
control_request_answer(const struct runtime *r, const char *line, size_t line_len, size_t *len,
		       struct command **command)
{
	json_t *request = json_loadb(line, line_len, JSON_REJECT_DUPLICATES, NULL);
	json_t *reply;

	*command = NULL;
	reply = request == NULL ? refusal("not JSON") : answer_request(r, request, command);
	json_decref(request);
	return to_line(reply, len);
}

char *
control_request_outcome(const struct command *c, size_t *len)
{
	bool is_done = c->result == 0;
	json_t *reply, *inner;

	if (!is_done) {
		inner = reply = refusal(c->text);
	} else {
		inner = json_pack("{s:s}", "message", c->text);
		reply = json_pack("{s:b, s:o}", "ok", 1, "result", inner);
	}
	if (json_array_size(c->lines) != 0)
		json_object_set(inner, is_done ? "warnings" : "errors", c->lines);
	return to_line(reply, len);
}
