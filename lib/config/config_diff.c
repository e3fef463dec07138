/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/*
 * From the running configuration to a new one. Numbers, booleans and words are compared by the
 * tables of keys, so that a new key cannot be forgotten here; what has no field there is compared
 * by name.
 */

#define VHID_SLOTS 256

/* Addresses are compared and sorted as octets. */
_Static_assert(sizeof(struct ip_prefix) == 18, "struct ip_prefix has padding");

struct comparison {
	const struct config *was;
	const struct config *now;
	size_t *interface_was; /* by interface of the new configuration */
	size_t *vhid_was;      /* by vhid of the new configuration; SIZE_MAX: it is new */
	bool *is_kept;         /* by vhid of the running configuration */
	struct config_diff *out;
};

bool
config_members_are_equal(const struct config_member *keys, const void *was, const void *now)
{
	for (; keys->name != NULL; keys++) {
		if (memcmp((const uint8_t *)was + keys->offset, (const uint8_t *)now + keys->offset,
			   keys->size) != 0)
			return false;
	}
	return true;
}

static bool
arrays_are_equal(const void *was, size_t was_count, const void *now, size_t now_count, size_t size)
{
	return was_count == now_count &&
	       (was_count == 0 || memcmp(was, now, was_count * size) == 0);
}

static void
add(struct comparison *c, enum config_change_type type, size_t was, size_t now)
{
	c->out->changes[c->out->count++] = (struct config_change){
		.type = type,
		.was = (unsigned int)was,
		.now = (unsigned int)now,
	};
}

static bool
notify_is_equal(const struct config *was, const struct config *now)
{
	if (was->notify_count != now->notify_count)
		return false;
	for (size_t i = 0; i < was->notify_count; i++) {
		if (strcmp(was->notify[i].exec, now->notify[i].exec) != 0)
			return false;
	}
	return true;
}

static void
compare_settings(struct comparison *c)
{
	if (!config_members_are_equal(config_carp_keys, c->was, c->now) ||
	    !config_members_are_equal(config_workers_keys, c->was, c->now) ||
	    !notify_is_equal(c->was, c->now))
		add(c, CONFIG_SETTINGS_CHANGED, 0, 0);
}

/* What needs a restart is equal, or it would have been an error. */
static void
compare_interfaces(struct comparison *c)
{
	for (size_t i = 0; i < c->now->interface_count; i++) {
		size_t at = c->interface_was[i];
		const struct config_interface *was = &c->was->interfaces[at];
		const struct config_interface *now = &c->now->interfaces[i];

		if (!config_members_are_equal(config_interface_keys, was, now) ||
		    !arrays_are_equal(was->addresses, was->address_count, now->addresses,
				      now->address_count, sizeof(*was->addresses)) ||
		    !config_ra_is_equal(was->ra, now->ra))
			add(c, CONFIG_INTERFACE_CHANGED, at, i);
	}
}

static int
compare_prefixes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct ip_prefix));
}

/* In whatever order: the digest does not depend on it. */
static bool
addresses_are_equal(const struct config_vhid *was, const struct config_vhid *now)
{
	struct ip_prefix sorted[2][CARP_ADDRESSES_MAX];
	size_t count = was->address_count;

	if (arrays_are_equal(was->addresses, count, now->addresses, now->address_count,
			     sizeof(*was->addresses)))
		return true;
	if (count != now->address_count)
		return false;
	memcpy(sorted[0], was->addresses, count * sizeof(sorted[0][0]));
	memcpy(sorted[1], now->addresses, count * sizeof(sorted[1][0]));
	qsort(sorted[0], count, sizeof(sorted[0][0]), compare_prefixes);
	qsort(sorted[1], count, sizeof(sorted[1][0]), compare_prefixes);
	return memcmp(sorted[0], sorted[1], count * sizeof(sorted[0][0])) == 0;
}

static bool
keys_are_equal(const struct config_vhid *was, const struct config_vhid *now)
{
	return arrays_are_equal(was->key, was->key_len, now->key, now->key_len, 1) &&
	       arrays_are_equal(was->accept, was->accept_count, now->accept, now->accept_count,
				sizeof(*was->accept));
}

/* Where they come from is a matter of the interface's addresses, too. */
static bool
sources_are_equal(const struct config_vhid *was, const struct config_vhid *now)
{
	return memcmp(was->has_source, now->has_source, sizeof(was->has_source)) == 0 &&
	       memcmp(was->source, now->source, sizeof(was->source)) == 0;
}

static void
compare_vhid(struct comparison *c, size_t at, size_t i)
{
	const struct config_vhid *was = &c->was->vhids[at];
	const struct config_vhid *now = &c->now->vhids[i];
	bool has_other_addresses = !addresses_are_equal(was, now);

	if (!has_other_addresses && config_members_are_equal(config_vhid_keys, was, now) &&
	    keys_are_equal(was, now) && sources_are_equal(was, now) &&
	    arrays_are_equal(was->peers, was->peer_count, now->peers, now->peer_count,
			     sizeof(*was->peers)))
		return;
	add(c, CONFIG_VHID_CHANGED, at, i);
	c->out->changes[c->out->count - 1].addresses = has_other_addresses;
}

static int
match_vhids(struct comparison *c)
{
	const struct config_vhid *vhid;
	size_t *slots; /* by interface and vhid of the running configuration: index + 1 */

	slots = calloc(c->was->interface_count * VHID_SLOTS + 1, sizeof(*slots));
	if (slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < c->was->vhid_count; i++) {
		vhid = &c->was->vhids[i];
		slots[vhid->interface * VHID_SLOTS + vhid->vhid] = i + 1;
	}
	for (size_t i = 0; i < c->now->vhid_count; i++) {
		size_t slot;

		vhid = &c->now->vhids[i];
		slot = slots[c->interface_was[vhid->interface] * VHID_SLOTS + vhid->vhid];
		c->vhid_was[i] = slot != 0 ? slot - 1 : SIZE_MAX;
		if (slot != 0)
			c->is_kept[slot - 1] = true;
	}
	free(slots);
	return 0;
}

static int
compare_routing(struct comparison *c)
{
	int is_equal = config_neighbors_are_equal(c->was, c->now, c->interface_was);

	if (is_equal < 0)
		return is_equal;
	if (is_equal == 0)
		add(c, CONFIG_NEIGHBORS_CHANGED, 0, 0);
	if (!config_routes_are_equal(c->was, c->now, c->interface_was))
		add(c, CONFIG_ROUTES_CHANGED, 0, 0);
	return 0;
}

static int
list_changes(struct comparison *c)
{
	size_t most = 3 + c->now->interface_count + c->was->vhid_count + c->now->vhid_count;
	int error;

	c->out->changes = calloc(most, sizeof(*c->out->changes));
	c->vhid_was = calloc(c->now->vhid_count + 1, sizeof(*c->vhid_was));
	c->is_kept = calloc(c->was->vhid_count + 1, sizeof(*c->is_kept));
	if (c->out->changes == NULL || c->vhid_was == NULL || c->is_kept == NULL)
		return -ENOMEM;
	error = match_vhids(c);
	if (error != 0)
		return error;
	for (size_t i = 0; i < c->was->vhid_count; i++) {
		if (!c->is_kept[i])
			add(c, CONFIG_VHID_REMOVED, i, 0);
	}
	compare_settings(c);
	compare_interfaces(c);
	for (size_t i = 0; i < c->now->vhid_count; i++) {
		if (c->vhid_was[i] != SIZE_MAX)
			compare_vhid(c, c->vhid_was[i], i);
	}
	for (size_t i = 0; i < c->now->vhid_count; i++) {
		if (c->vhid_was[i] == SIZE_MAX)
			add(c, CONFIG_VHID_ADDED, 0, i);
	}
	return compare_routing(c);
}

int
config_diff(const struct config *was, const struct config *now, struct config_diff *out,
	    struct config_report *report)
{
	struct comparison c = { .was = was, .now = now, .out = out };
	int error;

	memset(out, 0, sizeof(*out));
	c.interface_was = calloc(now->interface_count + 1, sizeof(*c.interface_was));
	if (c.interface_was == NULL)
		return -ENOMEM;
	error = config_interfaces_match(was, now, c.interface_was, report);
	if (error == 0)
		error = list_changes(&c);
	if (error != 0)
		config_diff_free(out);
	free(c.is_kept);
	free(c.vhid_was);
	free(c.interface_was);
	return error;
}

void
config_diff_free(struct config_diff *diff)
{
	free(diff->changes);
	memset(diff, 0, sizeof(*diff));
}
