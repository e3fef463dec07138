/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The part of carp.h that signs: HMAC-SHA1 over vhid, addresses and counter.
 */
#ifndef CARP_DIGEST_H
#define CARP_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"
#include "carp/carp_wire.h"

/** The wire allows 20 octets of key; the configuration tools of the BSDs, and koi, use 19. */
#define CARP_KEY_MAX 20
#define CARP_ADDRESSES_MAX 255

/** Which of the addresses of a vhid the digest covers. */
enum carp_digest_variant {
	CARP_DIGEST_ALL,           /**< every address: FreeBSD, NetBSD, ucarp */
	CARP_DIGEST_NO_LINK_LOCAL, /**< without IPv6 link-local ones: what OpenBSD sends */
	CARP_DIGEST_VARIANTS,
};

/** HMAC-SHA1 prepared with a key, a vhid and an address list. */
struct carp_digest;

/**
 * Prepare the digest. Addresses may come in any order and more than once; of scoped IPv6 ones
 * octets 2 and 3 count as zero.
 *
 * @param key_len 0..CARP_KEY_MAX octets; 0 is the BSDs' "no password"
 * @return        to be freed by carp_digest_destroy(), which wipes the key; NULL with errno
 *                EINVAL (a size out of range) or ENOMEM
 */
struct carp_digest *carp_digest_create(const uint8_t *key, size_t key_len, uint8_t vhid,
				       const struct ip_addr *addresses, size_t count);
void carp_digest_destroy(struct carp_digest *d);

/** Compute the digest of a counter. Returns 0, or -EIO if libcrypto fails. */
int carp_digest_compute(struct carp_digest *d, enum carp_digest_variant variant, uint64_t counter,
			uint8_t out[CARP_DIGEST_LEN]);

/** True if @p digest is the one of @p counter in either variant; compared in constant time. */
bool carp_digest_verify(struct carp_digest *d, uint64_t counter,
			const uint8_t digest[CARP_DIGEST_LEN]);

#endif /* CARP_DIGEST_H */
