/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Somebody sends digests that do not match. Password and address list are signed together, so that
 * both mistakes look alike; but the mistakes that people make are few enough to be tried.
 */
#include <stdio.h>
#include <string.h>

#include "carp/carp_internal.h"

/* Longer lists are not taken apart address by address. */
#define TAKEN_APART_MAX 32
#define GUESS_EVERY_US CARP_SECOND_US
/* Of all vhids together: a guess costs up to 150 digests. */
#define GUESS_OF_NODE_EVERY_US 5000
#define NOTICE_EVERY_US (10 * CARP_SECOND_US)

#define FIXED_LEN 3

/* A list, of which some addresses are left out. */
struct attempt {
	struct carp_key *key;
	const struct carp_header *header;
	uint8_t octets[FIXED_LEN + 16 * TAKEN_APART_MAX];
	size_t len;
};

static void
attempt_begin(struct attempt *a, const struct carp_vhid *v)
{
	static const uint8_t version_type[2] = { 2, 1 };

	memcpy(a->octets, version_type, sizeof(version_type));
	a->octets[sizeof(version_type)] = v->vhid;
	a->len = FIXED_LEN;
}

static void
attempt_add(struct attempt *a, const struct ip_addr *addr)
{
	size_t len = addr->family == IP_V4 ? 4 : 16;

	memcpy(a->octets + a->len, addr->octets, len);
	a->len += len;
}

static bool
attempt_matches(const struct attempt *a)
{
	return carp_key_matches(a->key, a->octets, a->len, a->header->counter, a->header->digest);
}

static bool
list_matches(struct carp_key *key, const struct carp_list *list, const struct carp_header *h)
{
	enum carp_digest_variant variant;

	for (variant = 0; variant < CARP_DIGEST_VARIANTS; variant++) {
		const uint8_t *octets;
		size_t len = carp_list_octets(list, variant, &octets);

		if (carp_key_matches(key, octets, len, h->counter, h->digest))
			return true;
	}
	return false;
}

static bool
former_list_matches(const struct carp_auth *a, const struct carp_header *h)
{
	unsigned int i;

	for (i = 0; a->former != NULL && i < a->key_count; i++) {
		if (list_matches(a->keys[i], a->former, h))
			return true;
	}
	return false;
}

/* The list without one family. */
static bool
lacks_family(const struct carp_vhid *v, struct attempt *a, enum ip_family family)
{
	const struct ip_addr *addresses;
	size_t count = carp_list_addresses(v->auth.list, &addresses);
	size_t i;

	attempt_begin(a, v);
	for (i = 0; i < count; i++) {
		if (addresses[i].family != family)
			attempt_add(a, &addresses[i]);
	}
	return attempt_matches(a);
}

/* Without the address at @p index, or that one alone. */
static bool
differs_by(const struct carp_vhid *v, struct attempt *a, size_t index, bool is_alone,
	   bool has_link_local)
{
	const struct ip_addr *addresses;
	size_t count = carp_list_addresses(v->auth.list, &addresses);
	size_t i;

	attempt_begin(a, v);
	for (i = 0; i < count; i++) {
		if ((i == index) != is_alone)
			continue;
		if (has_link_local || !ip_addr_is_link_local6(&addresses[i]))
			attempt_add(a, &addresses[i]);
	}
	return attempt_matches(a);
}

static bool
guess_address(const struct carp_vhid *v, struct attempt *a, bool is_alone, struct ip_addr *address)
{
	const struct ip_addr *addresses;
	size_t count = carp_list_addresses(v->auth.list, &addresses);
	bool has_variants = carp_list_variants_differ(v->auth.list);
	size_t i;

	for (i = 0; i < count; i++) {
		if (differs_by(v, a, i, is_alone, true) ||
		    (has_variants && differs_by(v, a, i, is_alone, false))) {
			*address = addresses[i];
			return true;
		}
	}
	return false;
}

static enum carp_guess
guess(const struct carp_vhid *v, const struct carp_header *h, struct ip_addr *address)
{
	struct attempt a = { .key = v->auth.keys[0], .header = h };
	const struct ip_addr *addresses;

	if (list_matches(v->ifc->node->no_key, v->auth.list, h))
		return CARP_GUESS_NO_PASSWORD;
	if (former_list_matches(&v->auth, h))
		return CARP_GUESS_FORMER_LIST;
	if (carp_list_addresses(v->auth.list, &addresses) > TAKEN_APART_MAX)
		return CARP_GUESS_UNKNOWN;
	if (v->uses[IP_V4] && lacks_family(v, &a, IP_V4))
		return CARP_GUESS_NO_IPV4;
	if (v->uses[IP_V6] && lacks_family(v, &a, IP_V6))
		return CARP_GUESS_NO_IPV6;
	if (guess_address(v, &a, false, address))
		return CARP_GUESS_LACKS;
	if (guess_address(v, &a, true, address))
		return CARP_GUESS_ONLY;
	return CARP_GUESS_UNKNOWN;
}

/* True if the guess is news. */
static bool
guess_again(struct carp_vhid *v, const struct carp_heard *h)
{
	struct carp_mismatch *m = &v->mismatch.status;
	struct carp_node *n = v->ifc->node;
	struct ip_addr address = { .family = IP_V4 };
	enum carp_guess was = m->guess;

	if (h->at_us < v->mismatch.guess_us || h->at_us < n->guess_us)
		return false;
	v->mismatch.guess_us = h->at_us + GUESS_EVERY_US;
	n->guess_us = h->at_us + GUESS_OF_NODE_EVERY_US;
	m->guess = guess(v, &h->header, &address);
	m->address = address;
	return m->guess != was;
}

void
carp_mismatch_note(struct carp_vhid *v, const struct carp_heard *h, struct carp_actions *out)
{
	struct carp_mismatch *m = &v->mismatch.status;

	if (!m->is_known || ip_addr_compare(&m->from, &h->from) != 0) {
		*m = (struct carp_mismatch){
			.is_known = true,
			.from = h->from,
			.since_us = h->at_us,
		};
	}
	m->heard_us = h->at_us;
	m->count++;
	if (!guess_again(v, h) || h->at_us < v->mismatch.notice_us)
		return;
	v->mismatch.notice_us = h->at_us + NOTICE_EVERY_US;
	carp_action_notice(CARP_NOTICE_MISMATCH, out);
}

void
carp_mismatch_forget(struct carp_vhid *v, const struct ip_addr *from)
{
	struct carp_mismatch *m = &v->mismatch.status;

	if (m->is_known && ip_addr_compare(&m->from, from) == 0)
		m->is_known = false;
}

const char *
carp_mismatch_format(const struct carp_mismatch *m, char buf[CARP_TEXT])
{
	static const char *const texts[] = {
		[CARP_GUESS_NONE] = "not looked into yet",
		[CARP_GUESS_NO_PASSWORD] = "password: peer has none",
		[CARP_GUESS_FORMER_LIST] = "address list: peer has the one before the last change",
		[CARP_GUESS_NO_IPV4] = "address list: peer lacks every IPv4 address",
		[CARP_GUESS_NO_IPV6] = "address list: peer lacks every IPv6 address",
		[CARP_GUESS_LACKS] = "address list: peer lacks ",
		[CARP_GUESS_ONLY] = "address list: peer has only ",
		[CARP_GUESS_UNKNOWN] = "password (or an address list that differs more)",
	};
	bool names_one = m->guess == CARP_GUESS_LACKS || m->guess == CARP_GUESS_ONLY;
	char address[IP_ADDR_TEXT] = "";

	if (names_one)
		ip_addr_format(&m->address, address);
	snprintf(buf, CARP_TEXT, "%s%s", texts[m->guess], address);
	return buf;
}
