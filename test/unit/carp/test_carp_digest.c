/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fixture.h"

#define COUNTER UINT64_C(0x1122334455667788)
#define LIST_MAX 8

/* The digest of a written-out message, by libcrypto's one-shot function. */
static void
hmac(const char *key, const uint8_t *message, size_t len, uint8_t out[CARP_DIGEST_LEN])
{
	unsigned int out_len;

	CU_ASSERT_PTR_NOT_NULL(HMAC(EVP_sha1(), key, (int)strlen(key), message, len, out,
				    &out_len));
}

static struct carp_digest *
digest_of(const char *key, uint8_t vhid, const char *const *texts, size_t count)
{
	struct ip_addr addresses[LIST_MAX];
	struct carp_digest *d;
	size_t i;

	for (i = 0; i < count; i++)
		addresses[i] = address(texts[i]);
	d = carp_digest_create((const uint8_t *)key, strlen(key), vhid, addresses, count);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	return d;
}

/* True if a list, as configured, has the digest of the addresses in @p hashed, in that order. */
static bool
hashes_as(const char *const *list, size_t count, enum carp_digest_variant variant,
	  const char *const *hashed, size_t hashed_count)
{
	uint8_t message[3 + 16 * LIST_MAX + 8] = { 2, 1, 9 };
	uint8_t expected[CARP_DIGEST_LEN];
	uint8_t computed[CARP_DIGEST_LEN];
	struct carp_digest *d = digest_of("secret", 9, list, count);
	size_t len = 3;
	size_t i;

	for (i = 0; i < hashed_count; i++) {
		struct ip_addr addr = address(hashed[i]);
		size_t addr_len = addr.family == IP_V4 ? 4 : 16;

		memcpy(message + len, addr.octets, addr_len);
		len += addr_len;
	}
	for (i = 0; i < 8; i++)
		message[len++] = (uint8_t)(COUNTER >> (56 - 8 * i));
	hmac("secret", message, len, expected);
	CU_ASSERT_EQUAL(carp_digest_compute(d, variant, COUNTER, computed), 0);
	carp_digest_destroy(d);
	return memcmp(expected, computed, CARP_DIGEST_LEN) == 0;
}

#define HASHES_AS(list, variant, hashed)                                                           \
	CU_ASSERT_TRUE(hashes_as(list, SUITE_LEN(list), variant, hashed, SUITE_LEN(hashed)))

static void
addresses_are_sorted_unsigned_and_hashed_once(void)
{
	static const char *const list[] = { "200.0.0.1", "10.0.1.2", "2001:db8::10", "10.0.2.1",
					    "10.0.1.2",	 "fd00::1",  "2001:db8::2" };
	static const char *const hashed[] = { "10.0.1.2",    "10.0.2.1",     "200.0.0.1",
					      "2001:db8::2", "2001:db8::10", "fd00::1" };

	HASHES_AS(list, CARP_DIGEST_ALL, hashed);
	HASHES_AS(list, CARP_DIGEST_NO_LINK_LOCAL, hashed);
}

static void
extreme_addresses_are_never_hashed(void)
{
	static const char *const list[] = { "0.0.0.0", "255.255.255.255", "::", "10.0.0.1",
					    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" };
	static const char *const hashed[] = { "10.0.0.1" };
	static const char *const close[] = { "0.0.0.1", "255.255.255.254", "::1",
					     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" };

	HASHES_AS(list, CARP_DIGEST_ALL, hashed);
	HASHES_AS(close, CARP_DIGEST_ALL, close);
}

static void
scope_octets_count_as_zero(void)
{
	static const char *const list[] = { "fe80:7::1", "ff02:7::5", "ff01:7::5", "ff05:7::5",
					    "2001:7::1" };
	static const char *const all[] = { "2001:7::1", "fe80::1", "ff01::5", "ff02::5",
					   "ff05:7::5" };
	static const char *const without[] = { "2001:7::1", "ff01::5", "ff02::5", "ff05:7::5" };

	HASHES_AS(list, CARP_DIGEST_ALL, all);
	HASHES_AS(list, CARP_DIGEST_NO_LINK_LOCAL, without);
}

static void
same_address_in_two_scopes_is_hashed_once(void)
{
	static const char *const list[] = { "fe80:1::1", "fe80:2::1", "10.0.0.1" };
	static const char *const all[] = { "10.0.0.1", "fe80::1" };

	HASHES_AS(list, CARP_DIGEST_ALL, all);
}

static void
verify_takes_both_variants(void)
{
	static const char *const list[] = { "10.0.0.1", "fe80::1" };
	struct carp_digest *d = digest_of("secret", 1, list, 2);
	uint8_t all[CARP_DIGEST_LEN];
	uint8_t without[CARP_DIGEST_LEN];

	CU_ASSERT_EQUAL(carp_digest_compute(d, CARP_DIGEST_ALL, 1, all), 0);
	CU_ASSERT_EQUAL(carp_digest_compute(d, CARP_DIGEST_NO_LINK_LOCAL, 1, without), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(all, without, sizeof(all)), 0);
	CU_ASSERT_TRUE(carp_digest_verify(d, 1, all));
	CU_ASSERT_TRUE(carp_digest_verify(d, 1, without));
	CU_ASSERT_FALSE(carp_digest_verify(d, 2, all));
	CU_ASSERT_FALSE(carp_digest_verify(d, 2, without));
	carp_digest_destroy(d);
}

static void
verify_looks_at_every_octet(void)
{
	static const char *const list[] = { "10.0.0.1" };
	struct carp_digest *d = digest_of("secret", 1, list, 1);
	uint8_t digest[CARP_DIGEST_LEN];
	unsigned int i;

	CU_ASSERT_EQUAL(carp_digest_compute(d, CARP_DIGEST_ALL, 1, digest), 0);
	for (i = 0; i < CARP_DIGEST_LEN; i++) {
		digest[i] ^= 1;
		CU_ASSERT_FALSE(carp_digest_verify(d, 1, digest));
		digest[i] ^= 1;
	}
	CU_ASSERT_TRUE(carp_digest_verify(d, 1, digest));
	carp_digest_destroy(d);
}

/* A computation leaves nothing behind that changes the next one. */
static void
context_starts_anew_each_time(void)
{
	static const char *const list[] = { "10.0.0.1", "fe80::1" };
	struct carp_digest *used = digest_of("secret", 1, list, 2);
	uint8_t first[CARP_DIGEST_LEN];
	uint8_t fresh[CARP_DIGEST_LEN];
	uint64_t counter;

	for (counter = 0; counter < 100; counter++) {
		struct carp_digest *d = digest_of("secret", 1, list, 2);
		enum carp_digest_variant variant = (enum carp_digest_variant)(counter % 2);

		CU_ASSERT_EQUAL(carp_digest_compute(used, variant, counter, first), 0);
		CU_ASSERT_EQUAL(carp_digest_compute(d, variant, counter, fresh), 0);
		CU_ASSERT_EQUAL(memcmp(first, fresh, sizeof(first)), 0);
		CU_ASSERT_TRUE(carp_digest_verify(used, counter, fresh));
		carp_digest_destroy(d);
	}
	carp_digest_destroy(used);
}

static void
key_vhid_and_list_all_count(void)
{
	static const char *const list[] = { "10.0.0.1" };
	static const char *const other[] = { "10.0.0.2" };
	struct carp_digest *d = digest_of("secret", 1, list, 1);
	struct carp_digest *others[] = {
		digest_of("secreT", 1, list, 1),
		digest_of("", 1, list, 1),
		digest_of("secret", 2, list, 1),
		digest_of("secret", 1, other, 1),
	};
	uint8_t digest[CARP_DIGEST_LEN];
	unsigned int i;

	CU_ASSERT_EQUAL(carp_digest_compute(d, CARP_DIGEST_ALL, 1, digest), 0);
	for (i = 0; i < SUITE_LEN(others); i++) {
		CU_ASSERT_FALSE(carp_digest_verify(others[i], 1, digest));
		carp_digest_destroy(others[i]);
	}
	carp_digest_destroy(d);
}

static void
sizes_are_checked(void)
{
	struct ip_addr many[CARP_ADDRESSES_MAX + 1];
	uint8_t key[CARP_KEY_MAX + 1] = { 0 };
	struct carp_digest *d;
	unsigned int i;

	for (i = 0; i < SUITE_LEN(many); i++) {
		many[i] = address("fd00::");
		many[i].octets[14] = (uint8_t)(i >> 8);
		many[i].octets[15] = (uint8_t)i;
	}
	errno = 0;
	CU_ASSERT_PTR_NULL(carp_digest_create(key, sizeof(key), 1, many, 1));
	CU_ASSERT_EQUAL(errno, EINVAL);
	errno = 0;
	CU_ASSERT_PTR_NULL(carp_digest_create(key, 1, 1, many, SUITE_LEN(many)));
	CU_ASSERT_EQUAL(errno, EINVAL);
	many[0].family = IP_FAMILIES;
	errno = 0;
	CU_ASSERT_PTR_NULL(carp_digest_create(key, 1, 1, many, 1));
	CU_ASSERT_EQUAL(errno, EINVAL);

	many[0].family = IP_V6;
	d = carp_digest_create(key, CARP_KEY_MAX, 1, many, CARP_ADDRESSES_MAX);
	CU_ASSERT_PTR_NOT_NULL(d);
	carp_digest_destroy(d);
	carp_digest_destroy(NULL);
}

static const struct suite_test tests[] = {
	SUITE_TEST(addresses_are_sorted_unsigned_and_hashed_once),
	SUITE_TEST(extreme_addresses_are_never_hashed),
	SUITE_TEST(scope_octets_count_as_zero),
	SUITE_TEST(same_address_in_two_scopes_is_hashed_once),
	SUITE_TEST(verify_takes_both_variants),
	SUITE_TEST(verify_looks_at_every_octet),
	SUITE_TEST(context_starts_anew_each_time),
	SUITE_TEST(key_vhid_and_list_all_count),
	SUITE_TEST(sizes_are_checked),
};

int
main(void)
{
	return suite_run("carp digest", tests, SUITE_LEN(tests));
}
