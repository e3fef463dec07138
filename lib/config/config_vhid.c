/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "config/config_internal.h"

/* In the order of enum config_vhid_mac. */
static const char *const macs[] = { "virtual", "port", NULL };

/* The index is the boolean "up". */
static const char *const states[] = { "down", "up", NULL };

/* In the order of enum carp_replay. */
static const char *const replays[] = { "off", "adaptive", "strict", NULL };

/* In the order of enum carp_digest_variant. */
static const char *const digests[] = { "freebsd", "openbsd", NULL };

/* In the order of enum carp_checksum6. */
static const char *const checksums[] = { "plain", "pseudo", NULL };

static void
read_addresses(struct config_reader *r, const struct config_place *at, const json_t *value,
	       void *target)
{
	struct config_vhid *vhid = target;

	config_addresses_read(r, at, value, CARP_ADDRESSES_MAX, &vhid->addresses,
			      &vhid->address_count);
}

const struct config_member config_vhid_keys[] = {
	CONFIG_DESCRIPTION,
	{ .name = "interface", .type = CONFIG_STRING, .is_required = true },
	{ .name = "vhid", .type = CONFIG_INTEGER, .is_required = true, .min = 1, .max = 255,
	  CONFIG_FIELD(struct config_vhid, vhid) },
	{ .name = "advbase", .type = CONFIG_INTEGER, .min = 0, .max = 254, .preset = 1,
	  CONFIG_FIELD(struct config_vhid, advbase) },
	{ .name = "advskew", .type = CONFIG_INTEGER, .min = 0, .max = 254, .preset = 0,
	  CONFIG_FIELD(struct config_vhid, advskew) },
	{ .name = "pass", .type = CONFIG_STRING, .read = config_pass_read },
	{ .name = "pass_file", .type = CONFIG_STRING, .read = config_pass_file_read },
	{ .name = "pass_accept", .type = CONFIG_ARRAY, .max = CONFIG_ACCEPT_MAX,
	  .read = config_pass_accept_read },
	{ .name = "addresses", .type = CONFIG_ARRAY, .is_required = true, .min = 1,
	  .max = CARP_ADDRESSES_MAX, .read = read_addresses },
	{ .name = "address_grace_s", .type = CONFIG_INTEGER, .min = 0, .max = CONFIG_GRACE_MAX_S,
	  .preset = 60, CONFIG_FIELD(struct config_vhid, address_grace_s) },
	{ .name = "peers", .type = CONFIG_ARRAY, .max = CONFIG_PEERS_MAX,
	  .read = config_peers_read },
	{ .name = "preempt", .type = CONFIG_BOOLEAN, .has_no_preset = true,
	  CONFIG_FIELD(struct config_vhid, preempt) },
	{ .name = "preempt_delay_ms", .type = CONFIG_INTEGER, .min = 0,
	  .max = CONFIG_DELAY_MAX_MS, CONFIG_FIELD(struct config_vhid, preempt_delay_ms) },
	{ .name = "replay", .type = CONFIG_WORD, .words = replays, .preset = CARP_REPLAY_ADAPTIVE,
	  CONFIG_FIELD(struct config_vhid, replay) },
	{ .name = "announce_interval_s", .type = CONFIG_INTEGER, .min = 0,
	  .max = CONFIG_ANNOUNCE_MAX_S, .preset = 60,
	  CONFIG_FIELD(struct config_vhid, announce_interval_s) },
	{ .name = "mac", .type = CONFIG_WORD, .words = macs, .preset = CONFIG_VHID_MAC_VIRTUAL,
	  CONFIG_FIELD(struct config_vhid, mac) },
	{ .name = "state", .type = CONFIG_WORD, .words = states, .preset = true,
	  CONFIG_FIELD(struct config_vhid, up) },
	{ .name = "checksum6", .type = CONFIG_WORD, .words = checksums,
	  .preset = CARP_CHECKSUM6_PLAIN, CONFIG_FIELD(struct config_vhid, checksum6) },
	{ .name = "digest", .type = CONFIG_WORD, .words = digests,
	  .preset = CARP_DIGEST_NO_LINK_LOCAL, CONFIG_FIELD(struct config_vhid, digest) },
	{ .name = NULL },
};

static bool
is_integer_zero(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) == 0;
}

/* What concerns several keys of a vhid. Looks at the JSON: a bad value is not in the struct. */
static void
check_together(struct config_reader *r, const struct config_place *at, const json_t *value,
	       const struct config_vhid *vhid)
{
	struct config_place advbase = { .parent = at, .key = "advbase" };
	struct config_place pass_file = { .parent = at, .key = "pass_file" };
	const json_t *advskew = json_object_get(value, "advskew");
	bool has_pass = json_object_get(value, "pass") != NULL;
	bool has_pass_file = json_object_get(value, "pass_file") != NULL;

	if (is_integer_zero(json_object_get(value, "advbase")) &&
	    (advskew == NULL || is_integer_zero(advskew)))
		config_error(r, &advbase, "advbase and advskew are both 0");
	if (has_pass && has_pass_file)
		config_error(r, &pass_file, "\"pass\" is given too");
	if (!has_pass && !has_pass_file)
		config_warning(r, at, "no password: any host can take over");
	config_accept_check(r, at, vhid);
}

void
config_vhids_read(struct config_reader *r, const struct config_place *at, const json_t *value,
		  void *target)
{
	struct config *c = target;
	size_t size = json_array_size(value);
	size_t count = size < CONFIG_VHIDS_MAX ? size : CONFIG_VHIDS_MAX;

	c->vhids = calloc(count + 1, sizeof(*c->vhids));
	if (c->vhids == NULL) {
		r->is_out_of_memory = true;
		return;
	}
	c->vhid_count = count;
	r->vhids = value;
	for (size_t i = 0; i < count; i++) {
		struct config_place place = { .parent = at, .index = i };
		const json_t *vhid = json_array_get(value, i);

		config_object_read(r, &place, vhid, config_vhid_keys, &c->vhids[i]);
		if (json_is_object(vhid))
			check_together(r, &place, vhid, &c->vhids[i]);
	}
}
