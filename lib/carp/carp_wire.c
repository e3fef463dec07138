/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "carp/carp_internal.h"

/* Octets of the advertisement. */
enum {
	AT_VERSION_TYPE = 0,
	AT_VHID = 1,
	AT_ADVSKEW = 2,
	AT_AUTHLEN = 3,
	AT_DEMOTE = 4,
	AT_ADVBASE = 5,
	AT_CHECKSUM = 6,
	AT_COUNTER = 8,
	AT_DIGEST = 16,
};

#define VERSION 2
#define TYPE_ADVERTISEMENT 1
#define VERSION_TYPE (VERSION << 4 | TYPE_ADVERTISEMENT)

#define VRRP3_VERSION_TYPE 0x31
#define VRRP_FIXED_LEN 8
#define VRRP2_AUTH_LEN 8
#define AT_VRRP_COUNT 3

static uint32_t
add_up(const uint8_t *octets, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	return sum;
}

static uint32_t
add_up_pseudo(const struct ip_addr *from, const struct ip_addr *to)
{
	return add_up(from->octets, sizeof(from->octets)) + add_up(to->octets, sizeof(to->octets)) +
	       CARP_HEADER_LEN + CARP_IPPROTO;
}

/* The Internet checksum of a sum, in host order; 0 if the field was in it and is right. */
static uint16_t
fold(uint32_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)(~sum & UINT16_MAX);
}

static void
set_checksum(uint8_t payload[CARP_HEADER_LEN], uint32_t pseudo)
{
	uint16_t sum;

	payload[AT_CHECKSUM] = 0;
	payload[AT_CHECKSUM + 1] = 0;
	sum = fold(pseudo + add_up(payload, CARP_HEADER_LEN));
	payload[AT_CHECKSUM] = (uint8_t)(sum >> 8);
	payload[AT_CHECKSUM + 1] = (uint8_t)(sum & 0xff);
}

void
carp_header_build(const struct carp_header *h, uint8_t out[CARP_HEADER_LEN])
{
	unsigned int i;

	out[AT_VERSION_TYPE] = VERSION_TYPE;
	out[AT_VHID] = h->vhid;
	out[AT_ADVSKEW] = h->advskew;
	out[AT_AUTHLEN] = h->authlen;
	out[AT_DEMOTE] = h->demote;
	out[AT_ADVBASE] = h->advbase;
	for (i = 0; i < 8; i++)
		out[AT_COUNTER + i] = (uint8_t)(h->counter >> (56 - 8 * i));
	memcpy(out + AT_DIGEST, h->digest, CARP_DIGEST_LEN);
	set_checksum(out, 0);
}

void
carp_header_read(const uint8_t payload[CARP_HEADER_LEN], struct carp_header *out)
{
	unsigned int i;

	out->vhid = payload[AT_VHID];
	out->advskew = payload[AT_ADVSKEW];
	out->authlen = payload[AT_AUTHLEN];
	out->demote = payload[AT_DEMOTE];
	out->advbase = payload[AT_ADVBASE];
	out->counter = 0;
	for (i = 0; i < 8; i++)
		out->counter = out->counter << 8 | payload[AT_COUNTER + i];
	memcpy(out->digest, payload + AT_DIGEST, CARP_DIGEST_LEN);
}

enum carp_counter
carp_header_parse(const uint8_t *payload, size_t len, struct carp_header *out)
{
	if (len < CARP_HEADER_LEN)
		return CARP_DROP_LEN;
	if (payload[AT_VERSION_TYPE] >> 4 != VERSION)
		return CARP_DROP_VER;
	if ((payload[AT_VERSION_TYPE] & 0x0f) != TYPE_ADVERTISEMENT)
		return CARP_DROP_TYPE;

	carp_header_read(payload, out);
	return CARP_ACCEPTED;
}

bool
carp_checksum_ok(const uint8_t payload[CARP_HEADER_LEN])
{
	return fold(add_up(payload, CARP_HEADER_LEN)) == 0;
}

bool
carp_checksum_ok_pseudo(const uint8_t payload[CARP_HEADER_LEN], const struct ip_addr *from,
			const struct ip_addr *to)
{
	return fold(add_up_pseudo(from, to) + add_up(payload, CARP_HEADER_LEN)) == 0;
}

void
carp_checksum_set_pseudo(uint8_t payload[CARP_HEADER_LEN], const struct ip_addr *from,
			 const struct ip_addr *to)
{
	set_checksum(payload, add_up_pseudo(from, to));
}

/* FreeBSD counts the IPv4 addresses of the router in its IPv6 advertisement, too. */
static bool
has_some_of(size_t len, size_t addresses)
{
	size_t octets = len - VRRP_FIXED_LEN;

	return octets > 0 && octets % 16 == 0 && octets <= 16 * addresses;
}

bool
carp_is_vrrp_shaped(const uint8_t *payload, size_t len)
{
	size_t addresses;

	if (len < VRRP_FIXED_LEN)
		return false;
	addresses = payload[AT_VRRP_COUNT];
	if (payload[AT_VERSION_TYPE] == VRRP3_VERSION_TYPE)
		return len == VRRP_FIXED_LEN + 4 * addresses || has_some_of(len, addresses);
	return payload[AT_VERSION_TYPE] == VERSION_TYPE && addresses >= 1 &&
	       len == VRRP_FIXED_LEN + 4 * addresses + VRRP2_AUTH_LEN;
}

enum carp_counter
carp_precheck(const uint8_t *payload, size_t len, const uint64_t vhids[4], uint8_t *vhid)
{
	enum carp_counter verdict;
	struct carp_header h;
	bool is_vrrp_shaped = carp_is_vrrp_shaped(payload, len);
	uint8_t id;

	verdict = carp_header_parse(payload, len, &h);
	if (verdict != CARP_ACCEPTED && !is_vrrp_shaped)
		return verdict;

	id = payload[AT_VHID];
	if ((vhids[id / 64] >> (id % 64) & 1) == 0)
		return is_vrrp_shaped ? CARP_FOREIGN_VRRP : CARP_DROP_VHID;
	*vhid = id;
	return CARP_ACCEPTED;
}
