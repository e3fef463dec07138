/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint_internal.h"

/* The longest number that fits: what is longer cannot be meant. */
#define NUMBER_DIGITS_MAX 18

json_t *
endpoint_fail(struct endpoint_query *q, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(q->error, sizeof(q->error), format, args);
	va_end(args);
	/* It may quote what was asked, which is arbitrary octets. */
	for (char *c = q->error; *c != '\0'; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	}
	return NULL;
}

bool
endpoint_param_none(struct endpoint_query *q)
{
	if (q->params[0] == '\0')
		return true;
	endpoint_fail(q, "takes no parameter, not \"%.40s\"", q->params);
	return false;
}

static bool
parse_number(const char *text, uint64_t *number)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > NUMBER_DIGITS_MAX || text[digits] != '\0')
		return false;
	*number = strtoull(text, NULL, 10);
	return true;
}

static bool
parse_from(struct endpoint_query *q, const char *text, uint64_t *from)
{
	if (parse_number(text, from))
		return true;
	endpoint_fail(q, "\"%.40s\" is %s", text,
		      strspn(text, "0123456789") > NUMBER_DIGITS_MAX ? "too large" : "not a number");
	return false;
}

bool
endpoint_param_from(struct endpoint_query *q, uint64_t *from)
{
	*from = 0;
	return q->params[0] == '\0' || parse_from(q, q->params, from);
}

/* Split NAME,FROM. What does not fit into a name is no name of ours, so it may be cut. */
static bool
split(struct endpoint_query *q, const char *what, char *name, size_t size, uint64_t *from)
{
	const char *comma = strchr(q->params, ',');
	size_t len = comma != NULL ? (size_t)(comma - q->params) : strlen(q->params);

	if (len == 0) {
		endpoint_fail(q, "needs %s", what);
		return false;
	}
	snprintf(name, size, "%.*s", (int)(len < size ? len : size), q->params);
	if (from == NULL && comma != NULL) {
		endpoint_fail(q, "takes one parameter, not \"%.40s\"", q->params);
		return false;
	}
	if (from == NULL)
		return true;
	*from = 0;
	return comma == NULL || comma[1] == '\0' || parse_from(q, comma + 1, from);
}

static const struct koi_interface *
find_interface(const struct runtime *r, const char *name)
{
	for (unsigned int i = 0; i < r->interface_count; i++) {
		if (strcmp(r->interface[i].name, name) == 0)
			return &r->interface[i];
	}
	return NULL;
}

const struct koi_interface *
endpoint_param_interface(const struct runtime *r, struct endpoint_query *q, uint64_t *from)
{
	const struct koi_interface *ifc;
	char name[CONFIG_NAME_MAX + 1];

	if (!split(q, "an interface", name, sizeof(name), from))
		return NULL;
	ifc = find_interface(r, name);
	if (ifc == NULL)
		endpoint_fail(q, "no interface \"%s\"", name);
	return ifc;
}

/* VHID@INTERFACE as it is written by us: no leading zero, no blank. */
static const struct koi_vhid *
find_vhid(const struct runtime *r, const char *name)
{
	const char *at = strchr(name, '@');
	const struct koi_interface *ifc = at == NULL ? NULL : find_interface(r, at + 1);
	const struct koi_vhid *v;
	unsigned long vhid;

	if (ifc == NULL)
		return NULL;
	vhid = strtoul(name, NULL, 10);
	v = vhid > 255 ? NULL : ifc->shown_vhid[vhid];
	return v != NULL && strcmp(v->name, name) == 0 ? v : NULL;
}

const struct koi_vhid *
endpoint_param_vhid(const struct runtime *r, struct endpoint_query *q, uint64_t *from)
{
	char name[sizeof(((struct koi_vhid *)NULL)->name) + 1];
	const struct koi_vhid *v;

	if (!split(q, "a vhid: VHID@INTERFACE", name, sizeof(name), from))
		return NULL;
	v = find_vhid(r, name);
	if (v == NULL)
		endpoint_fail(q, "no vhid \"%s\"", name);
	return v;
}
