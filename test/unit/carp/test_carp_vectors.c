/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every advertisement of test/data, built by our code and compared octet by octet, and fed to a
 * vhid of ours. Captured ones come from FreeBSD, OpenBSD and ucarp themselves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fixture.h"

#define VECTOR_ADVERTISEMENTS 26
#define GOLDEN_VECTORS 59
#define GOLDEN_ADVERTISEMENTS 119
#define ADDRESSES_MAX 8

/* What a vector says about its sender's configuration. */
struct sender {
	const char *name;
	uint8_t key[CARP_KEY_MAX];
	size_t key_len;
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	int32_t demotion;
	enum carp_demotion_encoding encoding;
	enum carp_digest_variant digest;
	enum carp_checksum6 checksum6;
	struct ip_addr addresses[ADDRESSES_MAX];
	size_t address_count;
};

static json_t *
load(const char *file)
{
	const char *folder = getenv("TEST_DATA");
	char path[512];
	json_error_t error;
	json_t *root;

	CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	return root;
}

static const char *
text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return value;
}

static long
number(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	CU_ASSERT_FATAL(json_is_integer(value));
	return (long)json_integer_value(value);
}

static size_t
octets(const char *hex, uint8_t *out, size_t max)
{
	size_t len = strlen(hex) / 2;
	size_t i;

	CU_ASSERT_FATAL(len <= max && strlen(hex) % 2 == 0);
	for (i = 0; i < len; i++) {
		unsigned int octet;

		CU_ASSERT_EQUAL_FATAL(sscanf(hex + 2 * i, "%2x", &octet), 1);
		out[i] = (uint8_t)octet;
	}
	return len;
}

/* Compare, and name the vector if it differs. */
static void
check_octets(const char *name, const char *what, const uint8_t *built, const uint8_t *expected,
	     size_t len)
{
	bool is_equal = memcmp(built, expected, len) == 0;

	if (!is_equal)
		printf("\n%s: %s differs", name, what);
	CU_ASSERT_TRUE(is_equal);
}

static struct sender
sender_of(const json_t *v, const char *name, const char *demotion)
{
	struct sender s = { .name = name };
	json_t *list = json_object_get(v, "addresses");
	json_t *item;
	size_t i;

	s.key_len = octets(text(v, "key_hex"), s.key, sizeof(s.key));
	s.vhid = (uint8_t)number(v, "vhid");
	s.advbase = (uint8_t)number(v, "advbase");
	s.advskew = (uint8_t)number(v, "advskew");
	s.demotion = (int32_t)number(v, demotion);
	json_array_foreach (list, i, item)
		s.addresses[s.address_count++] = address(json_string_value(item));
	return s;
}

static void
check_digest(const struct sender *s, enum carp_digest_variant variant, const struct carp_header *h)
{
	struct carp_digest *d = carp_digest_create(s->key, s->key_len, s->vhid, s->addresses,
						   s->address_count);
	uint8_t digest[CARP_DIGEST_LEN];

	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	CU_ASSERT_EQUAL(carp_digest_compute(d, variant, h->counter, digest), 0);
	check_octets(s->name, "digest", digest, h->digest, sizeof(digest));
	CU_ASSERT_TRUE(carp_digest_verify(d, h->counter, h->digest));
	carp_digest_destroy(d);
}

static bool
is_pseudo(const struct sender *s, enum ip_family family)
{
	return s->checksum6 == CARP_CHECKSUM6_PSEUDO && family == IP_V6;
}

/* The header from its fields, and the checksum with it. @p ends are those of the packet. */
static struct carp_header
check_payload(const struct sender *s, const uint8_t payload[CARP_HEADER_LEN],
	      const struct carp_frame *ends)
{
	bool has_pseudo_header = is_pseudo(s, (enum ip_family)ends->source.family);
	struct carp_header parsed;
	struct carp_header h = { .authlen = 7 };
	uint8_t built[CARP_HEADER_LEN];

	CU_ASSERT_EQUAL_FATAL(carp_header_parse(payload, CARP_HEADER_LEN, &parsed), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(carp_checksum_ok(payload), !has_pseudo_header);
	CU_ASSERT_EQUAL(carp_checksum_ok_pseudo(payload, &ends->source, &ends->destination),
			has_pseudo_header);
	CU_ASSERT_EQUAL(parsed.vhid, s->vhid);
	h.vhid = s->vhid;
	h.advskew = parsed.advskew;
	h.demote = parsed.demote;
	h.advbase = parsed.advbase;
	h.counter = parsed.counter;
	memcpy(h.digest, parsed.digest, sizeof(h.digest));
	carp_header_build(&h, built);
	if (has_pseudo_header)
		carp_checksum_set_pseudo(built, &ends->source, &ends->destination);
	check_octets(s->name, "payload", built, payload, sizeof(built));
	return parsed;
}

/* What the sender chose is read from its frame: MACs, addresses, ToS, identification. */
static struct carp_frame
choices_of(const uint8_t *frame)
{
	bool is_v4 = frame[12] == 0x08;
	uint8_t family = is_v4 ? IP_V4 : IP_V6;
	struct carp_frame f = { .source.family = family, .destination.family = family };

	memcpy(f.destination_mac, frame, 6);
	memcpy(f.source_mac, frame + 6, 6);
	if (is_v4) {
		f.tos = frame[15];
		f.id = (uint16_t)(frame[18] << 8 | frame[19]);
		memcpy(f.source.octets, frame + 26, 4);
		memcpy(f.destination.octets, frame + 30, 4);
	} else {
		f.tos = (uint8_t)((frame[14] << 4 | frame[15] >> 4) & 0xff);
		memcpy(f.source.octets, frame + 22, 16);
		memcpy(f.destination.octets, frame + 38, 16);
	}
	return f;
}

/* Returns true if group, group's MAC and virtual MAC are those that koi uses. */
static bool
check_frame(const struct sender *s, const char *hex, const struct carp_header *h)
{
	uint8_t expected[CARP_FRAME_MAX];
	uint8_t built[CARP_FRAME_MAX];
	uint8_t payload[CARP_HEADER_LEN];
	size_t len = octets(hex, expected, sizeof(expected));
	struct carp_frame f = choices_of(expected);
	struct ip_addr group = carp_group((enum ip_family)f.source.family);
	uint8_t group_mac[6];
	uint8_t virtual_mac[6];

	f.checksum6 = s->checksum6;
	carp_header_build(h, payload);
	CU_ASSERT_EQUAL(carp_frame_build(&f, payload, built), len);
	CU_ASSERT_EQUAL(len, f.source.family == IP_V4 ? 70 : 90);
	check_octets(s->name, "frame", built, expected, len);
	carp_group_mac((enum ip_family)f.source.family, group_mac);
	carp_virtual_mac(s->vhid, virtual_mac);
	return ip_addr_compare(&f.destination, &group) == 0 &&
	       memcmp(f.destination_mac, group_mac, 6) == 0 &&
	       memcmp(f.source_mac, virtual_mac, 6) == 0;
}

/* ------------------------------------------------------------------------------------------- */

/* A vhid configured like the sender. */
static void
open_like(struct fixture *f, const struct sender *s, uint64_t counter)
{
	fixture_prepare(f);
	f->settings.encoding = s->encoding;
	f->config.vhid = s->vhid;
	f->config.advbase = s->advbase;
	f->config.advskew = s->advskew;
	f->config.counter = counter;
	f->config.key = s->key;
	f->config.key_len = s->key_len;
	f->config.digest = s->digest;
	f->config.checksum6 = s->checksum6;
	f->config.address_count = s->address_count;
	memcpy(f->addresses, s->addresses, sizeof(f->addresses));
	f->config.addresses = s->addresses;
	f->node = carp_node_create(&f->settings);
	f->ifc = carp_interface_create(f->node, "lan");
	f->vhid = carp_vhid_create(f->ifc, &f->config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->vhid);
	f->digest = NULL;
	if (s->demotion != 0)
		carp_node_demote(f->node, s->demotion, 0);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CHECK_STATE(f, CARP_BACKUP);
}

static enum carp_counter
feed(const struct sender *s, const uint8_t *payload, const struct carp_frame *ends)
{
	struct fixture f;
	struct carp_received rx = {
		.payload = payload,
		.len = CARP_HEADER_LEN,
		.from = ends->source,
		.to = ends->destination,
		.ttl = 255,
	};
	enum carp_counter received = rx.from.family == IP_V4 ? CARP_RECEIVED : CARP_RECEIVED6;
	enum carp_counter verdict;

	open_like(&f, s, 1);
	verdict = carp_vhid_input(f.vhid, &rx, 1, &f.out);
	CU_ASSERT_EQUAL(fixture_counter(&f, received), 1);
	if (verdict != CARP_ACCEPTED) {
		CU_ASSERT_EQUAL(fixture_counter(&f, verdict), 1);
	}
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SUM_PLAIN6),
			is_pseudo(s, (enum ip_family)rx.from.family) && carp_checksum_ok(payload));
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SUM_PSEUDO6), verdict == CARP_DROP_SUM);
	fixture_close(&f);
	return verdict;
}

/* Over IPv6 a vhid with the other checksum takes plain ones only. */
static void
feed_other_checksum(const struct sender *s, const uint8_t *payload, const struct carp_frame *ends)
{
	struct sender other = *s;
	bool has_pseudo_header = is_pseudo(s, (enum ip_family)ends->source.family);

	other.checksum6 = has_pseudo_header ? CARP_CHECKSUM6_PLAIN : CARP_CHECKSUM6_PSEUDO;
	CU_ASSERT_EQUAL(feed(&other, payload, ends),
			has_pseudo_header ? CARP_DROP_SUM : CARP_ACCEPTED);
}

/* As MASTER, configured like the sender, we send the very same payload. */
static void
check_sent(const struct sender *s, const struct carp_header *h,
	   const uint8_t payload[CARP_HEADER_LEN], const struct carp_frame *ends)
{
	bool resigns = h->advbase == CARP_BOW_OUT && h->advskew == CARP_BOW_OUT;
	struct fixture f;
	bool is_found = false;
	unsigned int i;

	open_like(&f, s, h->counter);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
	if (resigns) {
		fixture_close(&f);
		open_like(&f, s, h->counter - 1);
		CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
		CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_BACKUP, 0, &f.out), 0);
	}
	for (i = 0; i < f.out.count; i++) {
		struct carp_action *a = &f.out.item[i];

		if (a->type != CARP_ACTION_SEND || is_found)
			continue;
		is_found = true;
		if (a->send.checksum6 == CARP_CHECKSUM6_PSEUDO && a->send.family == IP_V6)
			carp_checksum_set_pseudo(a->send.payload, &ends->source,
						 &ends->destination);
		check_octets(s->name, "what we send", a->send.payload, payload, CARP_HEADER_LEN);
		CU_ASSERT_EQUAL(a->send.bow_out, resigns);
	}
	CU_ASSERT_TRUE(is_found);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

/* Returns true if koi takes the advertisement. */
static bool
check_advertisement(const json_t *v)
{
	struct sender s = sender_of(v, text(v, "name"), "demote");
	const char *variant = text(v, "digest");
	uint8_t payload[CARP_HEADER_LEN];
	uint8_t hmac[CARP_DIGEST_LEN];
	uint8_t frame[CARP_FRAME_MAX];
	struct carp_frame ends;
	struct carp_header h;

	octets(text(v, "frame"), frame, sizeof(frame));
	ends = choices_of(frame);
	octets(text(v, "payload"), payload, sizeof(payload));
	octets(text(v, "hmac"), hmac, sizeof(hmac));
	s.encoding = CARP_ENCODE_BYTE;
	/* What a bow-out says is nobody's configuration. */
	if (s.advbase == CARP_BOW_OUT) {
		s.advbase = 1;
		s.advskew = 0;
	}
	s.digest = strcmp(variant, "ORIG") == 0 ? CARP_DIGEST_ALL : CARP_DIGEST_NO_LINK_LOCAL;
	if (json_is_true(json_object_get(v, "pseudo_header")))
		s.checksum6 = CARP_CHECKSUM6_PSEUDO;
	if (strcmp(variant, "UNSORTED") == 0 || strcmp(variant, "LLADDR") == 0) {
		CU_ASSERT_EQUAL(feed(&s, payload, &ends), CARP_DROP_AUTH);
		return false;
	}
	h = check_payload(&s, payload, &ends);
	check_octets(s.name, "hmac", h.digest, hmac, sizeof(hmac));
	check_digest(&s, s.digest, &h);
	check_frame(&s, text(v, "frame"), &h);
	CU_ASSERT_EQUAL(feed(&s, payload, &ends), CARP_ACCEPTED);
	feed_other_checksum(&s, payload, &ends);
	check_sent(&s, &h, payload, &ends);
	return true;
}

static void
advertisements(void)
{
	json_t *root = load("carp-vectors.json");
	json_t *list = json_object_get(root, "advertisements");
	unsigned int accepted = 0;
	unsigned int seen = 0;
	json_t *v;
	size_t i;

	json_array_foreach (list, i, v) {
		seen++;
		if (check_advertisement(v))
			accepted++;
	}
	CU_ASSERT_EQUAL(seen, VECTOR_ADVERTISEMENTS);
	/* Refused: configuration order, a MAC in the digest. */
	CU_ASSERT_EQUAL(accepted, VECTOR_ADVERTISEMENTS - 2);
	json_decref(root);
}

static void
vrrp_is_foreign(void)
{
	json_t *root = load("carp-vectors.json");
	json_t *list = json_object_get(root, "vrrp3");
	unsigned int seen = 0;
	struct fixture f;
	json_t *v;
	size_t i;

	fixture_prepare(&f);
	fixture_use_both_families(&f);
	fixture_create(&f);
	json_array_foreach (list, i, v) {
		uint8_t message[64];
		struct carp_received rx = {
			.payload = message, .len = 0, .from = address("192.0.2.11"), .ttl = 255,
		};

		seen++;
		rx.len = octets(text(v, "message_hex"), message, sizeof(message));
		CU_ASSERT_EQUAL(carp_vhid_input(f.vhid, &rx, 0, &f.out), CARP_FOREIGN_VRRP);
	}
	CU_ASSERT_EQUAL(seen, 3);
	fixture_close(&f);
	json_decref(root);
}

/* ------------------------------------------------------------------------------------------- */

struct tally {
	unsigned int vectors;
	unsigned int adverts;
	unsigned int frames;
	unsigned int frames_like_ours;
	unsigned int sent;
};

/* FreeBSD holds the skew within 0..240 even while nothing demotes; koi then sends it as it is. */
static bool
differs_by_clamp(const struct sender *s, const struct carp_header *h)
{
	return s->encoding == CARP_ENCODE_SKEW && s->demotion == 0 && s->advskew > 240 &&
	       h->advskew == 240;
}

static void
check_golden_advert(const struct sender *s, const json_t *advert, struct tally *tally)
{
	bool is_v6 = number(advert, "family") == 6;
	const struct carp_frame ends = {
		.source = address(is_v6 ? "fe80::99" : "192.0.2.99"),
		.destination = carp_group(is_v6 ? IP_V6 : IP_V4),
	};
	json_t *frame = json_object_get(advert, "frame");
	uint8_t payload[CARP_HEADER_LEN];
	struct carp_header h;

	tally->adverts++;
	octets(text(advert, "payload"), payload, sizeof(payload));
	h = check_payload(s, payload, &ends);
	check_digest(s, s->digest, &h);
	CU_ASSERT_EQUAL(feed(s, payload, &ends), CARP_ACCEPTED);
	feed_other_checksum(s, payload, &ends);
	if (frame != NULL) {
		tally->frames++;
		tally->frames_like_ours += check_frame(s, json_string_value(frame), &h);
	}
	if (differs_by_clamp(s, &h))
		return;
	tally->sent++;
	check_sent(s, &h, payload, &ends);
}

/* OpenBSD takes a second digest, with the link-local addresses: so do we. */
static void
check_second_digest(const struct sender *s, const json_t *too)
{
	struct carp_header h = { .vhid = s->vhid };
	unsigned long long counter;

	if (too == NULL)
		return;
	CU_ASSERT_EQUAL(sscanf(text(too, "counter"), "%llx", &counter), 1);
	h.counter = counter;
	octets(text(too, "digest"), h.digest, sizeof(h.digest));
	check_digest(s, CARP_DIGEST_ALL, &h);
}

static enum carp_demotion_encoding
encoding_of(const char *implementation)
{
	if (strncmp(implementation, "freebsd", 7) == 0)
		return CARP_ENCODE_SKEW;
	return strncmp(implementation, "openbsd", 7) == 0 ? CARP_ENCODE_BYTE : CARP_ENCODE_BOTH;
}

static void
captured_from_others(void)
{
	json_t *root = load("carp-golden-public.json");
	json_t *list = json_object_get(root, "vectors");
	struct tally tally = { 0 };
	json_t *advert;
	json_t *v;
	size_t i;
	size_t k;

	json_array_foreach (list, i, v) {
		struct sender s = sender_of(v, text(v, "id"), "demotion");

		s.encoding = encoding_of(text(v, "implementation"));
		s.digest = s.encoding == CARP_ENCODE_BYTE ? CARP_DIGEST_NO_LINK_LOCAL
							  : CARP_DIGEST_ALL;
		/* To FreeBSD advbase 0 means "as it was", and that is 1. */
		if (s.encoding == CARP_ENCODE_SKEW && s.advbase == 0)
			s.advbase = 1;
		tally.vectors++;
		json_array_foreach (json_object_get(v, "adverts"), k, advert)
			check_golden_advert(&s, advert, &tally);
		check_second_digest(&s, json_object_get(v, "accepts_too"));
	}
	CU_ASSERT_EQUAL(tally.vectors, GOLDEN_VECTORS);
	CU_ASSERT_EQUAL(tally.adverts, GOLDEN_ADVERTISEMENTS);
	CU_ASSERT_EQUAL(tally.frames, 61);
	/* All kernels' are; ucarp has a virtual MAC of its own. */
	CU_ASSERT_EQUAL(tally.frames_like_ours, 51);
	/* Not sent by us: 4 clamped. */
	CU_ASSERT_EQUAL(tally.sent, GOLDEN_ADVERTISEMENTS - 4);
	json_decref(root);
}

static const struct suite_test tests[] = {
	SUITE_TEST(advertisements),
	SUITE_TEST(vrrp_is_foreign),
	SUITE_TEST(captured_from_others),
};

int
main(void)
{
	return suite_run("carp vectors", tests, SUITE_LEN(tests));
}
