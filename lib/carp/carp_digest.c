/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "carp/carp.h"

/* Version and type as two octets, unlike in the header, then the vhid. */
#define FIXED_LEN 3

/* What is hashed before the counter. */
struct prefix {
	size_t len;
	uint8_t *octets;
};

struct carp_digest {
	EVP_MAC_CTX *mac; /* holds the key; each computation starts it anew without setting it */
	bool variants_differ;
	struct prefix prefix[CARP_DIGEST_VARIANTS];
	uint8_t octets[]; /* of both */
};

static int
compare_addresses(const void *a, const void *b)
{
	return ip_addr_compare(a, b);
}

/* A scoped address is kept with its interface in octets 2 and 3 by the BSDs' kernels. */
static bool
is_scoped(const struct ip_addr *addr)
{
	if (addr->family != IP_V6)
		return false;
	if (ip_addr_is_link_local6(addr))
		return true;
	return addr->octets[0] == 0xff &&
	       ((addr->octets[1] & 0x0f) == 1 || (addr->octets[1] & 0x0f) == 2);
}

/* The BSDs look for the next higher address between the lowest value and the highest. */
static bool
is_never_hashed(const struct ip_addr *addr)
{
	size_t len = addr->family == IP_V4 ? 4 : 16;
	uint8_t first = addr->octets[0];
	size_t i;

	if (first != 0x00 && first != 0xff)
		return false;
	for (i = 1; i < len; i++) {
		if (addr->octets[i] != first)
			return false;
	}
	return true;
}

static void
prefix_append(struct prefix *p, const struct ip_addr *addr)
{
	size_t len = addr->family == IP_V4 ? 4 : 16;

	memcpy(p->octets + p->len, addr->octets, len);
	p->len += len;
}

static size_t
prefix_size(size_t count)
{
	return FIXED_LEN + count * 16;
}

static void
build_prefixes(struct carp_digest *d, uint8_t vhid, const struct ip_addr *sorted, size_t count)
{
	static const uint8_t version_type[2] = { 2, 1 };
	size_t i;

	for (i = 0; i < CARP_DIGEST_VARIANTS; i++) {
		d->prefix[i].octets = d->octets + i * prefix_size(count);
		memcpy(d->prefix[i].octets, version_type, sizeof(version_type));
		d->prefix[i].octets[sizeof(version_type)] = vhid;
		d->prefix[i].len = FIXED_LEN;
	}
	for (i = 0; i < count; i++) {
		if (is_never_hashed(&sorted[i]) ||
		    (i > 0 && ip_addr_compare(&sorted[i - 1], &sorted[i]) == 0))
			continue;
		prefix_append(&d->prefix[CARP_DIGEST_ALL], &sorted[i]);
		if (ip_addr_is_link_local6(&sorted[i]))
			d->variants_differ = true;
		else
			prefix_append(&d->prefix[CARP_DIGEST_NO_LINK_LOCAL], &sorted[i]);
	}
}

static int
prefixes_from_addresses(struct carp_digest *d, uint8_t vhid, const struct ip_addr *addresses,
			size_t count)
{
	struct ip_addr sorted[CARP_ADDRESSES_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		sorted[i] = addresses[i];
		if (sorted[i].family >= IP_FAMILIES)
			return -EINVAL;
		if (is_scoped(&sorted[i]))
			memset(sorted[i].octets + 2, 0, 2);
	}
	qsort(sorted, count, sizeof(sorted[0]), compare_addresses);
	build_prefixes(d, vhid, sorted, count);
	return 0;
}

/* The key is padded with zeros to its full length: to HMAC that is the same key. */
static int
set_key(struct carp_digest *d, const uint8_t *key, size_t key_len)
{
	char sha1[] = "SHA1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1, 0),
		OSSL_PARAM_construct_end(),
	};
	uint8_t padded[CARP_KEY_MAX] = { 0 };
	EVP_MAC *hmac;
	int ok;

	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (hmac == NULL)
		return -ENOMEM;
	d->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	if (d->mac == NULL)
		return -ENOMEM;

	if (key_len > 0)
		memcpy(padded, key, key_len);
	ok = EVP_MAC_init(d->mac, padded, sizeof(padded), params);
	OPENSSL_cleanse(padded, sizeof(padded));
	return ok == 1 ? 0 : -ENOMEM;
}

struct carp_digest *
carp_digest_create(const uint8_t *key, size_t key_len, uint8_t vhid,
		   const struct ip_addr *addresses, size_t count)
{
	struct carp_digest *d;
	int rc;

	if (key_len > CARP_KEY_MAX || count > CARP_ADDRESSES_MAX) {
		errno = EINVAL;
		return NULL;
	}
	d = calloc(1, sizeof(*d) + CARP_DIGEST_VARIANTS * prefix_size(count));
	if (d == NULL)
		return NULL;

	rc = prefixes_from_addresses(d, vhid, addresses, count);
	if (rc != 0)
		goto err;
	rc = set_key(d, key, key_len);
	if (rc != 0)
		goto err;
	return d;

err:
	carp_digest_destroy(d);
	errno = -rc;
	return NULL;
}

void
carp_digest_destroy(struct carp_digest *d)
{
	if (d == NULL)
		return;
	EVP_MAC_CTX_free(d->mac);
	free(d);
}

int
carp_digest_compute(struct carp_digest *d, enum carp_digest_variant variant, uint64_t counter,
		    uint8_t out[CARP_DIGEST_LEN])
{
	const struct prefix *p = &d->prefix[variant];
	uint8_t counter_be[8];
	unsigned int i;
	size_t len;

	for (i = 0; i < sizeof(counter_be); i++)
		counter_be[i] = (uint8_t)(counter >> (56 - 8 * i));

	if (EVP_MAC_init(d->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(d->mac, p->octets, p->len) != 1 ||
	    EVP_MAC_update(d->mac, counter_be, sizeof(counter_be)) != 1 ||
	    EVP_MAC_final(d->mac, out, &len, CARP_DIGEST_LEN) != 1 || len != CARP_DIGEST_LEN)
		return -EIO;
	return 0;
}

static bool
variant_matches(struct carp_digest *d, enum carp_digest_variant variant, uint64_t counter,
		const uint8_t digest[CARP_DIGEST_LEN])
{
	uint8_t computed[CARP_DIGEST_LEN];

	if (carp_digest_compute(d, variant, counter, computed) != 0)
		return false;
	return CRYPTO_memcmp(computed, digest, CARP_DIGEST_LEN) == 0;
}

bool
carp_digest_verify(struct carp_digest *d, uint64_t counter, const uint8_t digest[CARP_DIGEST_LEN])
{
	if (variant_matches(d, CARP_DIGEST_NO_LINK_LOCAL, counter, digest))
		return true;
	return d->variants_differ && variant_matches(d, CARP_DIGEST_ALL, counter, digest);
}
