/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What makes digests, inside this module: keys, address lists, and which of them a vhid sends and
 * accepts while secrets or addresses are changed on the hosts one after the other.
 */
#ifndef CARP_AUTH_H
#define CARP_AUTH_H

#include "carp/carp.h"

/** The key that is sent, and those that are only accepted. */
#define CARP_KEYS (1 + CARP_ACCEPT_MAX)

/** HMAC-SHA1 with its key set: starting it anew does not need the key again. */
struct carp_key;

struct carp_key *carp_key_create(const uint8_t *octets, size_t len);
void carp_key_destroy(struct carp_key *key);

/** What is hashed before the counter: version, type, vhid and the addresses. */
struct carp_list;

struct carp_list *carp_list_create(uint8_t vhid, const struct ip_addr *addresses, size_t count);
void carp_list_destroy(struct carp_list *list);
/** True if the digests of both are the same, in every variant. */
bool carp_list_equals(const struct carp_list *a, const struct carp_list *b);
bool carp_list_uses(const struct carp_list *list, enum ip_family family);
bool carp_list_variants_differ(const struct carp_list *list);
/** The addresses that are hashed, in their order. */
size_t carp_list_addresses(const struct carp_list *list, const struct ip_addr **addresses);
bool carp_list_contains(const struct carp_list *list, const struct ip_addr *addr);
size_t carp_list_octets(const struct carp_list *list, enum carp_digest_variant variant,
			const uint8_t **octets);

int carp_key_compute(struct carp_key *key, const uint8_t *octets, size_t len, uint64_t counter,
		     uint8_t out[CARP_DIGEST_LEN]);
bool carp_key_matches(struct carp_key *key, const uint8_t *octets, size_t len, uint64_t counter,
		      const uint8_t digest[CARP_DIGEST_LEN]);

/** What a digest was made with. */
struct carp_match {
	unsigned int key;
	bool is_former; /* the former list */
	enum carp_digest_variant variant;
};

struct carp_auth {
	struct carp_key *keys[CARP_KEYS];
	unsigned int key_count;
	enum carp_digest_variant variant; /* that is sent */
	struct carp_list *list;
	struct carp_list *former; /* that of before the last change, or NULL */
	bool sends_former;
	uint64_t grace_end_us;
	bool hears_former;        /* the last advertisement was with that list */
	uint64_t former_heard_us; /* accepted until then because a master goes on with it */
	struct carp_match last;   /* tried first */
};

/** Fill an empty one. 0 or -ENOMEM; to be cleared in either case. */
int carp_auth_init(struct carp_auth *a, uint8_t vhid, const struct carp_vhid_config *c);
void carp_auth_clear(struct carp_auth *a);

/**
 * Take keys and list from @p next, which holds what is not needed any more afterwards.
 *
 * @param grace_us how long the former list stays in use if the lists differ
 */
void carp_auth_replace(struct carp_auth *a, struct carp_auth *next, uint64_t grace_us,
		       uint64_t now_us);

/** Sign with the key and the list that are to be sent. */
int carp_auth_sign(struct carp_auth *a, uint64_t counter, uint8_t out[CARP_DIGEST_LEN]);
/** The list that is sent: its families are those to advertise in. */
const struct carp_list *carp_auth_sent_list(const struct carp_auth *a);

/**
 * True, and what made it, if @p digest is one that is accepted. What matched last is tried first,
 * so that one computation suffices as a rule; at most there are 1 + 2 lists * 9 keys * 2 variants.
 */
bool carp_auth_verify(struct carp_auth *a, uint64_t counter, const uint8_t digest[CARP_DIGEST_LEN],
		      uint64_t at_us, struct carp_match *match);

/**
 * An advertisement with this digest was accepted.
 *
 * @param patience_us how long its sender may be silent without being given up
 * @return            true if it is the first with the new list, which is sent from now on
 */
bool carp_auth_heard(struct carp_auth *a, const struct carp_match *match, uint64_t at_us,
		     uint64_t patience_us);

/** True if the master that is heard, or would be, has the former list. */
bool carp_auth_expects_former(const struct carp_auth *a, uint64_t at_us);
bool carp_auth_accepts_former(const struct carp_auth *a, uint64_t at_us);
/** True if the grace has ended and the new list is sent from now on. */
bool carp_auth_run(struct carp_auth *a, uint64_t now_us);
/** When the new list will be sent although nobody else does; CARP_NEVER if it is. */
uint64_t carp_auth_switch_us(const struct carp_auth *a);

#endif /* CARP_AUTH_H */
