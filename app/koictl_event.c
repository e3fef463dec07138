/* SPDX-License-Identifier: BSD-3-Clause */
#include "koictl_event.h"

#include <stdio.h>
#include <string.h>

static const char *
text(const json_t *o, const char *key)
{
	const char *value = json_string_value(json_object_get(o, key));

	return value == NULL ? "" : value;
}

static long long
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

const char *
koictl_event_subject(const json_t *event, char buf[KOICTL_FORMAT_TEXT])
{
	if (json_object_get(event, "worker") != NULL) {
		snprintf(buf, KOICTL_FORMAT_TEXT, "worker %lld", number(event, "worker"));
		return buf;
	}
	return text(event, json_object_get(event, "vhid") != NULL ? "vhid" : "interface");
}

const char *
koictl_event_what(const json_t *event, char buf[KOICTL_EVENT_TEXT])
{
	const char *type = text(event, "type");

	if (strcmp(type, "state") == 0)
		snprintf(buf, KOICTL_EVENT_TEXT, "%s -> %s (%s)", text(event, "from"),
			 text(event, "to"), text(event, "reason"));
	else if (strcmp(type, "link") == 0)
		snprintf(buf, KOICTL_EVENT_TEXT, "link %s", text(event, "to"));
	else if (strcmp(type, "demotion") == 0)
		snprintf(buf, KOICTL_EVENT_TEXT, "demotion %lld", number(event, "demotion"));
	else if (json_object_get(event, "mac") != NULL)
		snprintf(buf, KOICTL_EVENT_TEXT, "%s: %s is claimed by %s", type,
			 text(event, "address"), text(event, "mac"));
	else if (json_object_get(event, "stall_ms") != NULL)
		snprintf(buf, KOICTL_EVENT_TEXT, "%s: %lld ms", type, number(event, "stall_ms"));
	else if (json_object_get(event, "peer") != NULL)
		snprintf(buf, KOICTL_EVENT_TEXT, "%s from %s: %s", type, text(event, "peer"),
			 text(event, "reason"));
	else
		snprintf(buf, KOICTL_EVENT_TEXT, "%s%s%s", type,
			 text(event, "reason")[0] == '\0' ? "" : ": ", text(event, "reason"));
	return buf;
}
