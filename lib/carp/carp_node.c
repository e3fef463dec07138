/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_internal.h"

#define CAUSE_NOT_ALLOWED "carp.allow is off"
#define CAUSE_OPERATOR "operator"
/* Room beyond what a caller may name, so that koi's own causes always find a place. */
#define CAUSES_OF_NODE 1

static int32_t
saturate(int64_t value)
{
	if (value > INT32_MAX)
		return INT32_MAX;
	if (value < INT32_MIN)
		return INT32_MIN;
	return (int32_t)value;
}

static void
sum_up(struct carp_node *n)
{
	int64_t sum = 0;
	int32_t demotion;
	size_t i;

	for (i = 0; i < n->cause_count; i++)
		sum += n->causes[i].value;
	demotion = saturate(sum);
	if (demotion != n->demotion) {
		n->demotion = demotion;
		n->generation++;
	}
}

static struct carp_cause *
find_cause(struct carp_node *n, const char *name)
{
	size_t i;

	for (i = 0; i < n->cause_count; i++) {
		if (strcmp(n->causes[i].name, name) == 0)
			return &n->causes[i];
	}
	return NULL;
}

static void
remove_cause(struct carp_node *n, struct carp_cause *cause)
{
	size_t following = n->cause_count - (size_t)(cause - n->causes) - 1;

	memmove(cause, cause + 1, following * sizeof(*cause));
	n->cause_count--;
}

static void
append_cause(struct carp_node *n, const char *name, int32_t value, uint64_t now_us)
{
	struct carp_cause *cause = &n->causes[n->cause_count++];

	snprintf(cause->name, sizeof(cause->name), "%s", name);
	cause->value = value;
	cause->since_us = now_us;
}

int
carp_node_cause_set(struct carp_node *n, const char *name, int32_t value, uint64_t now_us)
{
	struct carp_cause *cause;

	if (name[0] == '\0' || strlen(name) >= CARP_CAUSE_NAME_MAX)
		return -EINVAL;

	cause = find_cause(n, name);
	if (cause == NULL) {
		if (value == 0)
			return 0;
		if (n->cause_count >= CARP_CAUSES_MAX)
			return -ENOSPC;
		append_cause(n, name, value, now_us);
	} else if (value == 0) {
		remove_cause(n, cause);
	} else if (cause->value != value) {
		cause->value = value;
		cause->since_us = now_us;
	}
	sum_up(n);
	return 0;
}

/* For koi's own causes: a changed factor does not make a cause younger. */
void
carp_node_cause_refresh(struct carp_node *n, const char *name, int32_t value, uint64_t now_us)
{
	struct carp_cause *cause = find_cause(n, name);

	if (cause == NULL && value != 0)
		append_cause(n, name, value, now_us);
	else if (cause != NULL && value == 0)
		remove_cause(n, cause);
	else if (cause != NULL)
		cause->value = value;
	sum_up(n);
}

int
carp_node_demote(struct carp_node *n, int32_t delta, uint64_t now_us)
{
	const struct carp_cause *cause = find_cause(n, CAUSE_OPERATOR);
	int64_t value = cause == NULL ? 0 : cause->value;

	return carp_node_cause_set(n, CAUSE_OPERATOR, saturate(value + delta), now_us);
}

int
carp_node_causes_reserve(struct carp_node *n, size_t extra)
{
	size_t capacity = n->cause_capacity + extra;
	struct carp_cause *causes = realloc(n->causes, capacity * sizeof(*causes));

	if (causes == NULL)
		return -ENOMEM;
	n->causes = causes;
	n->cause_capacity = capacity;
	return 0;
}

static void
apply_settings(struct carp_node *n, uint64_t now_us)
{
	struct carp_interface *ifc;

	carp_node_cause_refresh(n, CAUSE_NOT_ALLOWED,
				n->settings.allow ? 0 : n->settings.ifdown_demotion_factor, now_us);
	for (ifc = n->interfaces; ifc != NULL; ifc = ifc->next)
		carp_interface_refresh(ifc, now_us);
}

struct carp_node *
carp_node_create(const struct carp_settings *settings)
{
	struct carp_node *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	if (carp_node_causes_reserve(n, CARP_CAUSES_MAX + CAUSES_OF_NODE) != 0) {
		free(n);
		errno = ENOMEM;
		return NULL;
	}
	n->settings = *settings;
	apply_settings(n, 0);
	return n;
}

void
carp_node_destroy(struct carp_node *n)
{
	if (n == NULL)
		return;
	free(n->causes);
	free(n);
}

const struct carp_settings *
carp_node_settings(const struct carp_node *n)
{
	return &n->settings;
}

void
carp_node_set(struct carp_node *n, const struct carp_settings *settings, uint64_t now_us)
{
	n->settings = *settings;
	n->generation++;
	apply_settings(n, now_us);
}

int32_t
carp_node_demotion(const struct carp_node *n)
{
	return n->demotion;
}

size_t
carp_node_causes(const struct carp_node *n, const struct carp_cause **causes)
{
	*causes = n->causes;
	return n->cause_count;
}

uint64_t
carp_node_generation(const struct carp_node *n)
{
	return n->generation;
}
