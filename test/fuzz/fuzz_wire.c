/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a vhid with addresses of both families makes of the packets that arrive. The input is a
 * sequence of them: an octet that says how each arrives, its length, when, and its octets. A packet
 * may be signed here, with its own counter, so that the election behind the digest is reached.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp.h"

#define SECOND_US UINT64_C(1000000)
#define KEY "secret"
#define VHID 1
#define PACKETS_MAX 64

enum {
	IS_IP6 = 0x01,
	IS_SIGNED = 0x02,
	HAS_OTHER_TTL = 0x04,
	IS_FROM_US = 0x08,
	IS_OTHER_PEER = 0x10,
	IS_UNICAST = 0x20,
	IS_NOT_HEARD = 0x40, /* time passes, and nothing arrives */
	IS_LINK_LOST = 0x80,
};

struct bench {
	struct carp_interface *ifc;
	struct carp_node *node;
	struct carp_vhid *vhid;
	struct carp_digest *digest;
	uint64_t now_us;
};

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { 0 };

	FUZZ_REQUIRE(ip_addr_parse(text, &a) == 0);
	return a;
}

/* How it is set up is the first octet's. */
static void
open_bench(struct bench *b, uint8_t how)
{
	const struct carp_settings settings = { .allow = true, .preempt = (how & 1) != 0 };
	struct ip_addr addresses[] = { addr("10.0.0.100"), addr("fd00:1::64"), addr("fe80::64") };
	struct carp_vhid_config config = {
		.vhid = VHID,
		.advbase = 1,
		.advskew = 100,
		.key = (const uint8_t *)KEY,
		.key_len = sizeof(KEY) - 1,
		.addresses = addresses,
		.address_count = 3,
		.has_source = { true, true },
		.digest = (how & 2) != 0 ? CARP_DIGEST_ALL : CARP_DIGEST_NO_LINK_LOCAL,
		.checksum6 = (how & 4) != 0 ? CARP_CHECKSUM6_PSEUDO : CARP_CHECKSUM6_PLAIN,
		.replay = (how >> 3) % 3,
		.counter = 1,
		.up = true,
	};

	config.source[IP_V4] = addr("10.0.0.2");
	config.source[IP_V6] = addr("fe80::2");
	b->node = carp_node_create(&settings);
	FUZZ_REQUIRE(b->node != NULL);
	b->ifc = carp_interface_create(b->node, "lan");
	FUZZ_REQUIRE(b->ifc != NULL);
	b->vhid = carp_vhid_create(b->ifc, &config);
	b->digest = carp_digest_create(config.key, config.key_len, VHID, addresses, 3);
	FUZZ_REQUIRE(b->vhid != NULL && b->digest != NULL);
	carp_interface_set_link(b->ifc, true, 0);
	b->now_us = SECOND_US;
}

static void
close_bench(struct bench *b)
{
	carp_vhid_destroy(b->vhid, b->now_us);
	carp_interface_destroy(b->ifc, b->now_us);
	carp_node_destroy(b->node);
	carp_digest_destroy(b->digest);
}

/* What is sent is what a receiver takes for sound. */
static void
check_actions(const struct carp_actions *actions)
{
	const uint64_t vhids[4] = { 1u << VHID };

	FUZZ_REQUIRE(actions->count <= CARP_ACTIONS_MAX);
	for (unsigned int i = 0; i < actions->count; i++) {
		const struct carp_action *a = &actions->item[i];
		uint8_t vhid;

		if (a->type != CARP_ACTION_SEND)
			continue;
		FUZZ_REQUIRE(a->send.family < IP_FAMILIES);
		FUZZ_REQUIRE(carp_precheck(a->send.payload, CARP_HEADER_LEN, vhids, &vhid) ==
			     CARP_ACCEPTED);
		FUZZ_REQUIRE(vhid == VHID && carp_checksum_ok(a->send.payload));
	}
}

static void
run(struct bench *b)
{
	struct carp_actions actions;

	/* At once, when something is due; and never without an end. */
	for (int n = 0; n < 100; n++) {
		carp_vhid_run(b->vhid, b->now_us, b->now_us, &actions);
		check_actions(&actions);
		if (carp_vhid_next_us(b->vhid) > b->now_us)
			return;
	}
	FUZZ_REQUIRE(!"comes to rest");
}

/* Checksum and digest are made right, the rest is as it came. */
static void
sign(struct bench *b, uint8_t payload[CARP_HEADER_LEN])
{
	struct carp_header h;

	if (carp_header_parse(payload, CARP_HEADER_LEN, &h) != CARP_ACCEPTED)
		return;
	FUZZ_REQUIRE(carp_digest_compute(b->digest, CARP_DIGEST_ALL, h.counter, h.digest) == 0);
	carp_header_build(&h, payload);
}

static bool
has_right_digest(struct bench *b, const uint8_t *payload)
{
	struct carp_header h;

	return carp_header_parse(payload, CARP_HEADER_LEN, &h) == CARP_ACCEPTED && h.vhid == VHID &&
	       carp_digest_verify(b->digest, h.counter, h.digest);
}

static void
receive(struct bench *b, uint8_t how, const uint8_t *octets, size_t len)
{
	static const char *const from[][IP_FAMILIES] = {
		{ "10.0.0.3", "fe80::3" }, { "10.0.0.4", "fe80::4" }, { "10.0.0.2", "fe80::2" },
	};
	enum ip_family family = (how & IS_IP6) != 0 ? IP_V6 : IP_V4;
	size_t room = len > CARP_HEADER_LEN ? len : CARP_HEADER_LEN;
	uint8_t *payload = calloc(1, room);
	const uint64_t vhids[4] = { 1u << VHID };
	struct carp_received rx = { .payload = payload, .len = len, .ttl = CARP_TTL };
	struct carp_actions actions;
	uint8_t vhid;

	FUZZ_REQUIRE(payload != NULL);
	memcpy(payload, octets, len);
	if ((how & IS_SIGNED) != 0 && len >= CARP_HEADER_LEN)
		sign(b, payload);
	rx.from = addr(from[(how & IS_FROM_US) != 0 ? 2 : (how & IS_OTHER_PEER) != 0][family]);
	rx.to = (how & IS_UNICAST) != 0 ? addr(from[2][family]) : carp_group(family);
	if ((how & HAS_OTHER_TTL) != 0)
		rx.ttl--;
	/* As a worker does; and the same whether it did or not. */
	carp_precheck(payload, len, vhids, &vhid);
	if (carp_vhid_input(b->vhid, &rx, b->now_us, &actions) == CARP_ACCEPTED)
		FUZZ_REQUIRE(len >= CARP_HEADER_LEN && rx.ttl == CARP_TTL &&
			     has_right_digest(b, payload));
	check_actions(&actions);
	free(payload);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	struct bench b;

	if (size == 0)
		return 0;
	open_bench(&b, *data++);
	run(&b);
	for (int n = 0; n < PACKETS_MAX && end - data >= 3; n++) {
		uint8_t how = data[0];
		size_t len = data[1] < end - data - 3 ? data[1] : (size_t)(end - data - 3);

		/* Up to ten seconds, in steps of 1/25. */
		b.now_us += data[2] * (SECOND_US / 25);
		data += 3;
		carp_interface_set_link(b.ifc, (how & IS_LINK_LOST) == 0, b.now_us);
		run(&b);
		if ((how & IS_NOT_HEARD) == 0)
			receive(&b, how, data, len);
		run(&b);
		data += len;
	}
	close_bench(&b);
	return 0;
}
