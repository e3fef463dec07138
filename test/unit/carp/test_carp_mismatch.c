/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbours that are not understood: digests that do not match, and VRRP. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"

static const struct advert peer = { .advbase = 1, .advskew = 50, .counter = 77 };

static void
open_with_list(struct fixture *f, const char *const *list, size_t count)
{
	size_t i;

	fixture_prepare(f);
	for (i = 0; i < count; i++)
		f->addresses[i] = address(list[i]);
	f->config.address_count = count;
	f->config.source[IP_V6] = address("fe80::2");
	f->config.has_source[IP_V6] = true;
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
}

static void
peer_has(struct fixture *f, const char *key, const char *const *list, size_t count)
{
	struct ip_addr addresses[4];
	size_t i;

	for (i = 0; i < count; i++)
		addresses[i] = address(list[i]);
	carp_digest_destroy(f->digest);
	f->digest = carp_digest_create((const uint8_t *)key, strlen(key), 1, addresses, count);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->digest);
}

static const char *const four[] = { "10.0.0.100", "10.0.0.101", "2001:db8::100", "fe80::100" };

static void
obvious_mistakes_are_named(void)
{
	static const struct {
		const char *key;
		const char *list[4];
		size_t count;
		const char *text;
	} cases[] = {
		{ "",
		  { "10.0.0.100", "10.0.0.101", "2001:db8::100", "fe80::100" },
		  4,
		  "password: peer has none" },
		{ "secret",
		  { "10.0.0.100", "2001:db8::100", "fe80::100" },
		  3,
		  "address list: peer lacks 10.0.0.101" },
		/* As OpenBSD sends it. */
		{ "secret",
		  { "10.0.0.101", "2001:db8::100" },
		  2,
		  "address list: peer lacks 10.0.0.100" },
		{ "secret",
		  { "10.0.0.100", "10.0.0.101" },
		  2,
		  "address list: peer lacks every IPv6 address" },
		{ "secret",
		  { "2001:db8::100", "fe80::100" },
		  2,
		  "address list: peer lacks every IPv4 address" },
		{ "secret", { "10.0.0.101" }, 1, "address list: peer has only 10.0.0.101" },
		{ "Secret",
		  { "10.0.0.100", "10.0.0.101", "2001:db8::100", "fe80::100" },
		  4,
		  "password (or an address list that differs more)" },
		{ "secret",
		  { "10.0.0.100", "10.0.0.102" },
		  2,
		  "password (or an address list that differs more)" },
	};
	struct carp_mismatch m;
	char text[CARP_TEXT];
	struct fixture f;
	size_t i;

	for (i = 0; i < SUITE_LEN(cases); i++) {
		open_with_list(&f, four, 4);
		peer_has(&f, cases[i].key, cases[i].list, cases[i].count);
		CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_DROP_AUTH);
		CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_MISMATCH));
		m = fixture_status(&f).mismatch;
		CU_ASSERT_TRUE(m.is_known);
		CU_ASSERT_EQUAL(m.from.octets[3], 3);
		CU_ASSERT_STRING_EQUAL(carp_mismatch_format(&m, text), cases[i].text);
		fixture_close(&f);
	}
}

static void
former_list_is_named(void)
{
	char text[CARP_TEXT];
	struct carp_mismatch m;
	struct fixture f;

	open_with_list(&f, four, 2);
	f.addresses[1] = address("10.0.0.200");
	f.config.addresses = f.addresses;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, SECOND), 0);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &peer), CARP_DROP_AUTH);
	m = fixture_status(&f).mismatch;
	CU_ASSERT_STRING_EQUAL(carp_mismatch_format(&m, text),
			       "address list: peer has the one before the last change");
	fixture_close(&f);
}

static void
mismatch_is_forgotten_when_it_matches(void)
{
	static const struct advert other = { .from = "10.0.0.4", .advbase = 1, .advskew = 50 };
	struct fixture f;

	open_with_list(&f, four, 1);
	peer_has(&f, "wrong", four, 1);
	fixture_hear(&f, 1 * SECOND, &peer);
	fixture_hear(&f, 2 * SECOND, &peer);
	CU_ASSERT_EQUAL(fixture_status(&f).mismatch.count, 2);
	CU_ASSERT_EQUAL(fixture_status(&f).mismatch.since_us, 1 * SECOND);
	CU_ASSERT_EQUAL(fixture_status(&f).mismatch.heard_us, 2 * SECOND);
	peer_has(&f, "secret", four, 1);
	fixture_hear(&f, 3 * SECOND, &other);
	CU_ASSERT_TRUE(fixture_status(&f).mismatch.is_known);
	fixture_hear(&f, 3 * SECOND, &peer);
	CU_ASSERT_FALSE(fixture_status(&f).mismatch.is_known);
	fixture_close(&f);
}

/* Everybody can send nonsense, under any address. */
static void
guesses_and_notices_are_limited(void)
{
	struct fixture f;
	char from[IP_ADDR_TEXT];
	unsigned int notices = 0;
	unsigned int guesses = 0;
	unsigned int i;

	open_with_list(&f, four, 2);
	peer_has(&f, "wrong", four, 2);
	for (i = 0; i < 1000; i++) {
		snprintf(from, sizeof(from), "10.0.%u.%u", 1 + i / 250, 1 + i % 250);
		fixture_hear(&f, SECOND + i * 10000,
			     &(struct advert){ .from = from, .advbase = 1, .counter = i });
		notices += fixture_has_notice(&f, CARP_NOTICE_MISMATCH);
		guesses += fixture_status(&f).mismatch.guess != CARP_GUESS_NONE;
	}
	CU_ASSERT_EQUAL(guesses, 10);
	CU_ASSERT_EQUAL(notices, 1);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static bool
hear_vrrp(struct fixture *f, uint64_t at_us, const char *from, uint8_t vrid, uint8_t ttl)
{
	uint8_t payload[12] = { 0x31, vrid, 100, 1, 0, 100 };
	struct carp_received rx = {
		.payload = payload,
		.len = sizeof(payload),
		.from = address(from),
		.ttl = ttl,
	};

	CU_ASSERT_EQUAL(carp_vhid_input(f->vhid, &rx, at_us, &f->out), CARP_FOREIGN_VRRP);
	return fixture_has_notice(f, CARP_NOTICE_COLLISION);
}

static void
vrrp_with_our_number_collides(void)
{
	struct carp_collision c;
	char text[CARP_TEXT];
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_FALSE(hear_vrrp(&f, SECOND, "10.0.0.9", 2, 255));
	CU_ASSERT_FALSE(hear_vrrp(&f, SECOND, "10.0.0.9", 1, 254));
	CU_ASSERT_FALSE(fixture_status(&f).collision.is_known);
	CU_ASSERT_TRUE(hear_vrrp(&f, 2 * SECOND, "10.0.0.9", 1, 255));
	CU_ASSERT_FALSE(hear_vrrp(&f, 3 * SECOND, "10.0.0.9", 1, 255));
	c = fixture_status(&f).collision;
	CU_ASSERT_EQUAL(c.since_us, 2 * SECOND);
	CU_ASSERT_EQUAL(c.heard_us, 3 * SECOND);
	CU_ASSERT_EQUAL(c.count, 2);
	CU_ASSERT_EQUAL(c.priority, 100);
	CU_ASSERT_STRING_EQUAL(carp_collision_format(&c, text),
			       "VRID 1 of VRRPv3 router 10.0.0.9 collides with the virtual MAC");
	CU_ASSERT_TRUE(hear_vrrp(&f, 4 * SECOND, "10.0.0.8", 1, 255));
	CU_ASSERT_TRUE(hear_vrrp(&f, 90 * SECOND, "10.0.0.8", 1, 255));
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(obvious_mistakes_are_named),
		SUITE_TEST(former_list_is_named),
		SUITE_TEST(mismatch_is_forgotten_when_it_matches),
		SUITE_TEST(guesses_and_notices_are_limited),
		SUITE_TEST(vrrp_with_our_number_collides),
	};

	return suite_run("carp_mismatch", tests, SUITE_LEN(tests));
}
