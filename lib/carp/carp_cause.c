/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The named shares of the demotion sum. Those that come and go by themselves are kept apart from
 * those that are set by name, so that neither can remove or outlive the other.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_internal.h"

#define CAUSE_OPERATOR "operator"

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
	if (n->is_in_maintenance && sum < CARP_MAINTENANCE)
		sum = CARP_MAINTENANCE;
	demotion = saturate(sum);
	if (demotion != n->demotion) {
		n->demotion = demotion;
		n->generation++;
	}
}

static struct carp_cause *
find_cause(const struct carp_node *n, const char *name, bool is_own)
{
	size_t i;

	for (i = 0; i < n->cause_count; i++) {
		if (n->causes[i].is_own == is_own && strcmp(n->causes[i].name, name) == 0)
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

static struct carp_cause *
append_cause(struct carp_node *n, const char *name, int32_t value, uint64_t now_us)
{
	struct carp_cause *cause = &n->causes[n->cause_count++];

	*cause = (struct carp_cause){
		.value = value,
		.since_us = now_us,
		.expires_us = CARP_NEVER,
	};
	snprintf(cause->name, sizeof(cause->name), "%s", name);
	return cause;
}

static int
set_named(struct carp_node *n, const char *name, int32_t value, uint64_t expires_us,
	  uint64_t now_us)
{
	struct carp_cause *cause = find_cause(n, name, false);

	if (value == 0) {
		if (cause != NULL)
			remove_cause(n, cause);
		return 0;
	}
	if (cause == NULL) {
		if (n->cause_count >= CARP_CAUSES_MAX)
			return -ENOSPC;
		cause = append_cause(n, name, value, now_us);
	} else if (cause->value != value) {
		cause->value = value;
		cause->since_us = now_us;
	}
	cause->expires_us = expires_us;
	return 0;
}

int
carp_node_cause_set(struct carp_node *n, const char *name, int32_t value, uint64_t lasts_us,
		    uint64_t now_us)
{
	uint64_t expires_us =
		lasts_us == 0 || lasts_us > CARP_NEVER - now_us ? CARP_NEVER : now_us + lasts_us;
	int rc;

	if (name[0] == '\0' || strlen(name) >= CARP_CAUSE_NAME_MAX)
		return -EINVAL;
	if (find_cause(n, name, true) != NULL)
		return -EPERM;

	rc = set_named(n, name, value, expires_us, now_us);
	if (rc == 0)
		sum_up(n);
	return rc;
}

/* A changed factor does not make a cause younger. */
void
carp_node_cause_refresh(struct carp_node *n, const char *name, int32_t value, uint64_t now_us)
{
	struct carp_cause *cause = find_cause(n, name, true);

	if (cause == NULL && value != 0)
		append_cause(n, name, value, now_us)->is_own = true;
	else if (cause != NULL && value == 0)
		remove_cause(n, cause);
	else if (cause != NULL)
		cause->value = value;
	sum_up(n);
}

int
carp_node_demote(struct carp_node *n, int32_t delta, uint64_t now_us)
{
	const struct carp_cause *cause = find_cause(n, CAUSE_OPERATOR, false);
	int64_t value = cause == NULL ? 0 : cause->value;

	return carp_node_cause_set(n, CAUSE_OPERATOR, saturate(value + delta), 0, now_us);
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

void
carp_node_causes_expire(struct carp_node *n, uint64_t now_us)
{
	size_t i = n->cause_count;

	while (i-- > 0) {
		if (now_us >= n->causes[i].expires_us)
			remove_cause(n, &n->causes[i]);
	}
	sum_up(n);
}

uint64_t
carp_node_causes_next_us(const struct carp_node *n)
{
	uint64_t next_us = CARP_NEVER;
	size_t i;

	for (i = 0; i < n->cause_count; i++) {
		if (n->causes[i].expires_us < next_us)
			next_us = n->causes[i].expires_us;
	}
	return next_us;
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
