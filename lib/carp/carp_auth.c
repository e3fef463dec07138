/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Secrets and address lists are changed on the hosts one after the other, and until the last has
 * followed nobody may be refused. Further secrets are accepted and never sent. After a change of
 * addresses the former list is accepted beside the new one, and sent until somebody is known to
 * have the new one, or until the grace is over; docs/protocol.md goes through the orders.
 */
#include <errno.h>
#include <string.h>

#include "carp/carp_auth.h"

static int
make_keys(struct carp_auth *a, const struct carp_vhid_config *c)
{
	size_t i;

	a->keys[0] = carp_key_create(c->key, c->key_len);
	if (a->keys[0] == NULL)
		return -ENOMEM;
	a->key_count = 1;
	for (i = 0; i < c->accept_count; i++) {
		struct carp_key *key = carp_key_create(c->accept[i].octets, c->accept[i].len);

		if (key == NULL)
			return -ENOMEM;
		a->keys[a->key_count++] = key;
	}
	return 0;
}

int
carp_auth_init(struct carp_auth *a, uint8_t vhid, const struct carp_vhid_config *c)
{
	a->variant = c->digest;
	a->last.variant = c->digest;
	a->list = carp_list_create(vhid, c->addresses, c->address_count);
	if (a->list == NULL)
		return -ENOMEM;
	return make_keys(a, c);
}

void
carp_auth_clear(struct carp_auth *a)
{
	unsigned int i;

	for (i = 0; i < a->key_count; i++)
		carp_key_destroy(a->keys[i]);
	carp_list_destroy(a->list);
	carp_list_destroy(a->former);
	memset(a, 0, sizeof(*a));
}

static void
swap_lists(struct carp_list **a, struct carp_list **b)
{
	struct carp_list *list = *a;

	*a = *b;
	*b = list;
}

static void
replace_keys(struct carp_auth *a, struct carp_auth *next)
{
	struct carp_key *keys[CARP_KEYS];
	unsigned int count = a->key_count;

	memcpy(keys, a->keys, sizeof(keys));
	memcpy(a->keys, next->keys, sizeof(a->keys));
	memcpy(next->keys, keys, sizeof(next->keys));
	a->key_count = next->key_count;
	next->key_count = count;
}

/*
 * The list that is being sent is the one that every peer knows: it stays, whatever becomes of the
 * one that was to follow. Back to a list that is still in use only exchanges the two.
 */
static void
replace_lists(struct carp_auth *a, struct carp_auth *next)
{
	if (a->former != NULL && carp_list_equals(a->former, next->list)) {
		swap_lists(&a->list, &a->former);
		a->sends_former = !a->sends_former;
		return;
	}
	swap_lists(&a->list, &next->list);
	if (!a->sends_former)
		swap_lists(&a->former, &next->list);
	a->sends_former = true;
}

void
carp_auth_replace(struct carp_auth *a, struct carp_auth *next, uint64_t grace_us, uint64_t now_us)
{
	replace_keys(a, next);
	a->variant = next->variant;
	a->last.key = 0;
	if (carp_list_equals(a->list, next->list))
		return;
	replace_lists(a, next);
	a->last.is_former = a->sends_former;
	a->grace_end_us = now_us + grace_us;
	a->former_heard_us = 0;
	if (grace_us == 0)
		a->sends_former = false;
}

const struct carp_list *
carp_auth_sent_list(const struct carp_auth *a)
{
	return a->sends_former ? a->former : a->list;
}

int
carp_auth_sign(struct carp_auth *a, uint64_t counter, uint8_t out[CARP_DIGEST_LEN])
{
	const uint8_t *octets;
	size_t len = carp_list_octets(carp_auth_sent_list(a), a->variant, &octets);

	return carp_key_compute(a->keys[0], octets, len, counter, out);
}

static bool
try_one(struct carp_auth *a, const struct carp_match *m, uint64_t counter,
	const uint8_t digest[CARP_DIGEST_LEN])
{
	const struct carp_list *list = m->is_former ? a->former : a->list;
	const uint8_t *octets;
	size_t len;

	if (m->variant == CARP_DIGEST_ALL && !carp_list_variants_differ(list))
		return false;
	len = carp_list_octets(list, m->variant, &octets);
	return carp_key_matches(a->keys[m->key], octets, len, counter, digest);
}

static bool
try_list(struct carp_auth *a, bool is_former, uint64_t counter,
	 const uint8_t digest[CARP_DIGEST_LEN], struct carp_match *m)
{
	m->is_former = is_former;
	for (m->key = 0; m->key < a->key_count; m->key++) {
		m->variant = CARP_DIGEST_NO_LINK_LOCAL;
		if (try_one(a, m, counter, digest))
			return true;
		m->variant = CARP_DIGEST_ALL;
		if (try_one(a, m, counter, digest))
			return true;
	}
	return false;
}

bool
carp_auth_accepts_former(const struct carp_auth *a, uint64_t at_us)
{
	return a->former != NULL && (at_us < a->grace_end_us || at_us < a->former_heard_us);
}

bool
carp_auth_expects_former(const struct carp_auth *a, uint64_t at_us)
{
	return a->sends_former || (a->hears_former && at_us < a->former_heard_us);
}

bool
carp_auth_verify(struct carp_auth *a, uint64_t counter, const uint8_t digest[CARP_DIGEST_LEN],
		 uint64_t at_us, struct carp_match *match)
{
	bool accepts_former = carp_auth_accepts_former(a, at_us);

	*match = a->last;
	if ((!match->is_former || accepts_former) && try_one(a, match, counter, digest))
		return true;
	if (!try_list(a, false, counter, digest, match) &&
	    !(accepts_former && try_list(a, true, counter, digest, match)))
		return false;
	a->last = *match;
	return true;
}

bool
carp_auth_heard(struct carp_auth *a, const struct carp_match *match, uint64_t at_us,
		uint64_t patience_us)
{
	bool was_former = a->sends_former || a->hears_former;

	a->hears_former = match->is_former;
	if (match->is_former) {
		a->former_heard_us = at_us + patience_us;
		return false;
	}
	a->sends_former = false;
	return was_former;
}

bool
carp_auth_run(struct carp_auth *a, uint64_t now_us)
{
	if (now_us < carp_auth_switch_us(a))
		return false;
	a->sends_former = false;
	return true;
}

uint64_t
carp_auth_switch_us(const struct carp_auth *a)
{
	return a->sends_former ? a->grace_end_us : CARP_NEVER;
}
