/* SPDX-License-Identifier: BSD-3-Clause */
#include "scenario_fields.h"

#include <string.h>

#include "hex.h"

/* Demotion is a sum of such numbers; the bound keeps it far from overflow. */
#define DEMOTION_LIMIT 1000000
#define COUNTER_DIGITS 16

#define FIELDS(table) { table, sizeof(table) / sizeof((table)[0]) }
#define WORDS(words) words, sizeof(words) / sizeof((words)[0])

void
scenario_setup_default(struct scenario_setup *setup)
{
	*setup = (struct scenario_setup){
		.settings = {
			.allow = true,
			.encoding = CARP_ENCODE_BOTH,
			.master_down = CARP_MASTER_DOWN_FREEBSD,
			.ifdown_demotion_factor = 240,
			.senderr_demotion_factor = 240,
		},
		.advbase = 1,
		.counter = 1,
		.announce_interval_s = 60,
		.digest = CARP_DIGEST_NO_LINK_LOCAL,
	};
}

static void
read_allow(struct reader *r, const json_t *value, void *into)
{
	reader_boolean(r, value, &((struct scenario_setup *)into)->settings.allow);
}

static void
read_preempt(struct reader *r, const json_t *value, void *into)
{
	reader_boolean(r, value, &((struct scenario_setup *)into)->settings.preempt);
}

static void
read_encoding(struct reader *r, const json_t *value, void *into)
{
	static const struct reader_word words[] = {
		{ "both", CARP_ENCODE_BOTH },
		{ "skew", CARP_ENCODE_SKEW },
		{ "byte", CARP_ENCODE_BYTE },
	};
	struct scenario_setup *setup = into;
	int encoding;

	if (reader_word(r, value, WORDS(words), &encoding))
		setup->settings.encoding = (enum carp_demotion_encoding)encoding;
}

static void
read_master_down(struct reader *r, const json_t *value, void *into)
{
	static const struct reader_word words[] = {
		{ "freebsd", CARP_MASTER_DOWN_FREEBSD },
		{ "openbsd", CARP_MASTER_DOWN_OPENBSD },
	};
	struct scenario_setup *setup = into;
	int formula;

	if (reader_word(r, value, WORDS(words), &formula))
		setup->settings.master_down = (enum carp_master_down)formula;
}

static void
read_demotion_share(struct reader *r, const json_t *value, int32_t *share)
{
	int64_t number;

	if (reader_integer(r, value, -DEMOTION_LIMIT, DEMOTION_LIMIT, &number))
		*share = (int32_t)number;
}

static void
read_demotion(struct reader *r, const json_t *value, void *into)
{
	read_demotion_share(r, value, &((struct scenario_setup *)into)->demotion);
}

static void
read_ifdown_factor(struct reader *r, const json_t *value, void *into)
{
	struct scenario_setup *setup = into;

	read_demotion_share(r, value, &setup->settings.ifdown_demotion_factor);
}

static void
read_senderr_factor(struct reader *r, const json_t *value, void *into)
{
	struct scenario_setup *setup = into;

	read_demotion_share(r, value, &setup->settings.senderr_demotion_factor);
}

static void
read_log(struct reader *r, const json_t *value, void *into)
{
	int64_t ignored;

	(void)into;
	reader_integer(r, value, 0, 2, &ignored);
}

static void
read_octet(struct reader *r, const json_t *value, int64_t min, int64_t max, uint8_t *octet)
{
	int64_t number;

	if (reader_integer(r, value, min, max, &number))
		*octet = (uint8_t)number;
}

static void
read_tos(struct reader *r, const json_t *value, void *into)
{
	uint8_t ignored;

	(void)into;
	read_octet(r, value, 0, 255, &ignored);
}

static void
read_vhid_number(struct reader *r, const json_t *value, void *into)
{
	read_octet(r, value, 1, 255, &((struct scenario_setup *)into)->vhid);
}

static void
read_advbase(struct reader *r, const json_t *value, void *into)
{
	read_octet(r, value, 0, 254, &((struct scenario_setup *)into)->advbase);
}

static void
read_advskew(struct reader *r, const json_t *value, void *into)
{
	read_octet(r, value, 0, 254, &((struct scenario_setup *)into)->advskew);
}

static void
read_pass(struct reader *r, const json_t *value, void *into)
{
	struct scenario_setup *setup = into;
	const char *pass = reader_string(r, value);

	if (pass == NULL)
		return;
	if (strlen(pass) > SCENARIO_KEY_MAX) {
		reader_error(r, "is longer than %d octets", SCENARIO_KEY_MAX);
		return;
	}
	setup->key_len = strlen(pass);
	memcpy(setup->key, pass, setup->key_len);
}

static bool
holds_address(const struct scenario_setup *setup, const struct ip_addr *addr)
{
	for (size_t i = 0; i < setup->address_count; i++) {
		if (ip_addr_compare(&setup->addresses[i], addr) == 0)
			return true;
	}
	return false;
}

static void
read_addresses(struct reader *r, const json_t *value, void *into)
{
	struct scenario_setup *setup = into;
	size_t count = json_array_size(value);

	if (!json_is_array(value) || count == 0 || count > CARP_ADDRESSES_MAX) {
		reader_error(r, "is not a list of 1 to %d addresses", CARP_ADDRESSES_MAX);
		return;
	}
	setup->address_count = 0;
	for (size_t i = 0; i < count; i++) {
		size_t mark = reader_enter_index(r, i);
		struct ip_addr addr;

		if (reader_address(r, json_array_get(value, i), &addr)) {
			if (holds_address(setup, &addr))
				reader_error(r, "is in the list already");
			else
				setup->addresses[setup->address_count++] = addr;
		}
		reader_leave(r, mark);
	}
}

static void
read_source(struct reader *r, const json_t *value, void *into)
{
	struct scenario_setup *setup = into;

	if (!json_is_array(value)) {
		reader_error(r, "is not a list of addresses");
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		size_t mark = reader_enter_index(r, i);
		struct ip_addr addr;

		if (reader_address(r, json_array_get(value, i), &addr)) {
			if (setup->has_source[addr.family])
				reader_error(r, "is the second of its family");
			setup->source[addr.family] = addr;
			setup->has_source[addr.family] = true;
		}
		reader_leave(r, mark);
	}
}

static void
read_counter(struct reader *r, const json_t *value, void *into)
{
	struct scenario_setup *setup = into;
	const char *text = reader_string(r, value);
	uint8_t octets[COUNTER_DIGITS / 2];

	if (text == NULL)
		return;
	if (strlen(text) != COUNTER_DIGITS || hex_decode(text, octets) != 0) {
		reader_error(r, "is not %d hexadecimal digits", COUNTER_DIGITS);
		return;
	}
	setup->counter = 0;
	for (size_t i = 0; i < sizeof(octets); i++)
		setup->counter = setup->counter << 8 | octets[i];
}

static void
read_announce_interval(struct reader *r, const json_t *value, void *into)
{
	struct scenario_setup *setup = into;
	int64_t number;

	if (reader_integer(r, value, 0, 86400, &number))
		setup->announce_interval_s = (uint32_t)number;
}

static void
read_digest(struct reader *r, const json_t *value, void *into)
{
	static const struct reader_word words[] = {
		{ "openbsd", CARP_DIGEST_NO_LINK_LOCAL },
		{ "freebsd", CARP_DIGEST_ALL },
	};
	struct scenario_setup *setup = into;
	int variant;

	if (reader_word(r, value, WORDS(words), &variant))
		setup->digest = (enum carp_digest_variant)variant;
}

static void
read_checksum6(struct reader *r, const json_t *value, void *into)
{
	static const struct reader_word words[] = {
		{ "plain", CARP_CHECKSUM6_PLAIN },
		{ "pseudo", CARP_CHECKSUM6_PSEUDO },
	};
	struct scenario_setup *setup = into;
	int checksum6;

	if (reader_word(r, value, WORDS(words), &checksum6))
		setup->checksum6 = (enum carp_checksum6)checksum6;
}

static const struct reader_field carp_fields[] = {
	{ "preempt", read_preempt, false },
	{ "allow", read_allow, false },
	{ "log", read_log, false },
	{ "tos", read_tos, false },
	{ "demotion", read_demotion, false },
	{ "demotion_encoding", read_encoding, false },
	{ "ifdown_demotion_factor", read_ifdown_factor, false },
	{ "senderr_demotion_factor", read_senderr_factor, false },
	{ "master_down", read_master_down, false },
};

static const struct reader_field vhid_fields[] = {
	{ "vhid", read_vhid_number, true },
	{ "advbase", read_advbase, false },
	{ "advskew", read_advskew, false },
	{ "pass", read_pass, false },
	{ "addresses", read_addresses, true },
	{ "source", read_source, false },
	{ "counter", read_counter, false },
	{ "announce_interval_s", read_announce_interval, false },
	{ "digest", read_digest, false },
	{ "checksum6", read_checksum6, false },
};

static const struct reader_field changeable_fields[] = {
	{ "advbase", read_advbase, false },
	{ "advskew", read_advskew, false },
	{ "pass", read_pass, false },
	{ "addresses", read_addresses, false },
	{ "announce_interval_s", read_announce_interval, false },
	{ "digest", read_digest, false },
	{ "checksum6", read_checksum6, false },
};

static void
check_speed(struct reader *r, const struct scenario_setup *setup)
{
	if (setup->advbase == 0 && setup->advskew == 0)
		reader_error(r, "advbase and advskew are both 0");
}

void
scenario_read_carp(struct reader *r, const json_t *object, struct scenario_setup *setup)
{
	static const struct reader_table table = FIELDS(carp_fields);

	reader_object(r, object, &table, 1, setup);
}

void
scenario_read_vhid(struct reader *r, const json_t *object, struct scenario_setup *setup)
{
	static const struct reader_table table = FIELDS(vhid_fields);

	reader_object(r, object, &table, 1, setup);
	check_speed(r, setup);
}

void
scenario_read_set(struct reader *r, const json_t *object, struct scenario_setup *setup)
{
	static const struct reader_table tables[] = {
		FIELDS(carp_fields),
		FIELDS(changeable_fields),
	};

	reader_object(r, object, tables, 2, setup);
	check_speed(r, setup);
}
