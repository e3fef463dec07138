/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "carp/carp_auth.h"

struct carp_key {
	EVP_MAC_CTX *mac;
};

/* The key is padded with zeros to its full length: to HMAC that is the same key. */
static int
set_key(struct carp_key *key, const uint8_t *octets, size_t len)
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
	key->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	if (key->mac == NULL)
		return -ENOMEM;

	if (len > 0)
		memcpy(padded, octets, len);
	ok = EVP_MAC_init(key->mac, padded, sizeof(padded), params);
	OPENSSL_cleanse(padded, sizeof(padded));
	return ok == 1 ? 0 : -ENOMEM;
}

struct carp_key *
carp_key_create(const uint8_t *octets, size_t len)
{
	struct carp_key *key;

	if (len > CARP_KEY_MAX) {
		errno = EINVAL;
		return NULL;
	}
	key = calloc(1, sizeof(*key));
	if (key == NULL)
		return NULL;
	if (set_key(key, octets, len) != 0) {
		carp_key_destroy(key);
		errno = ENOMEM;
		return NULL;
	}
	return key;
}

void
carp_key_destroy(struct carp_key *key)
{
	if (key == NULL)
		return;
	EVP_MAC_CTX_free(key->mac);
	free(key);
}

int
carp_key_compute(struct carp_key *key, const uint8_t *octets, size_t len, uint64_t counter,
		 uint8_t out[CARP_DIGEST_LEN])
{
	uint8_t counter_be[8];
	unsigned int i;
	size_t made;

	for (i = 0; i < sizeof(counter_be); i++)
		counter_be[i] = (uint8_t)(counter >> (56 - 8 * i));

	if (EVP_MAC_init(key->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(key->mac, octets, len) != 1 ||
	    EVP_MAC_update(key->mac, counter_be, sizeof(counter_be)) != 1 ||
	    EVP_MAC_final(key->mac, out, &made, CARP_DIGEST_LEN) != 1 || made != CARP_DIGEST_LEN)
		return -EIO;
	return 0;
}

bool
carp_key_matches(struct carp_key *key, const uint8_t *octets, size_t len, uint64_t counter,
		 const uint8_t digest[CARP_DIGEST_LEN])
{
	uint8_t computed[CARP_DIGEST_LEN];

	if (carp_key_compute(key, octets, len, counter, computed) != 0)
		return false;
	return CRYPTO_memcmp(computed, digest, CARP_DIGEST_LEN) == 0;
}

/* ------------------------------------------------------------------------------------------- */

struct carp_digest {
	struct carp_key *key;
	struct carp_list *list;
};

struct carp_digest *
carp_digest_create(const uint8_t *key, size_t key_len, uint8_t vhid,
		   const struct ip_addr *addresses, size_t count)
{
	struct carp_digest *d;
	int err;

	if (count > CARP_ADDRESSES_MAX) {
		errno = EINVAL;
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->key = carp_key_create(key, key_len);
	if (d->key == NULL)
		goto err;
	d->list = carp_list_create(vhid, addresses, count);
	if (d->list == NULL)
		goto err;
	return d;

err:
	err = errno;
	carp_digest_destroy(d);
	errno = err;
	return NULL;
}

void
carp_digest_destroy(struct carp_digest *d)
{
	if (d == NULL)
		return;
	carp_key_destroy(d->key);
	carp_list_destroy(d->list);
	free(d);
}

int
carp_digest_compute(struct carp_digest *d, enum carp_digest_variant variant, uint64_t counter,
		    uint8_t out[CARP_DIGEST_LEN])
{
	const uint8_t *octets;
	size_t len = carp_list_octets(d->list, variant, &octets);

	return carp_key_compute(d->key, octets, len, counter, out);
}

static bool
variant_matches(struct carp_digest *d, enum carp_digest_variant variant, uint64_t counter,
		const uint8_t digest[CARP_DIGEST_LEN])
{
	const uint8_t *octets;
	size_t len = carp_list_octets(d->list, variant, &octets);

	return carp_key_matches(d->key, octets, len, counter, digest);
}

bool
carp_digest_verify(struct carp_digest *d, uint64_t counter, const uint8_t digest[CARP_DIGEST_LEN])
{
	if (variant_matches(d, CARP_DIGEST_NO_LINK_LOCAL, counter, digest))
		return true;
	return carp_list_variants_differ(d->list) &&
	       variant_matches(d, CARP_DIGEST_ALL, counter, digest);
}
