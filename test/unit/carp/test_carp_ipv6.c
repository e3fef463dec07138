/* SPDX-License-Identifier: BSD-3-Clause */
/* What is different over IPv6: the frame, the checksum, the addresses in the digest. */
#include <string.h>

#include "fixture.h"

#define ETHERNET_LEN 14
#define PAYLOAD_AT 54

/* A vhid of a global and a link-local address. */
static void
prepare(struct fixture *f)
{
	fixture_prepare(f);
	f->addresses[0] = address("2001:db8::100");
	f->addresses[1] = address("fe80::100");
	f->config.address_count = 2;
	f->config.has_source[IP_V4] = false;
	f->config.source[IP_V6] = address("fe80::2");
	f->config.has_source[IP_V6] = true;
}

static void
open_master(struct fixture *f)
{
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f->vhid, CARP_MASTER, 0, &f->out), 0);
	CHECK_ACTIONS(f, "Msa");
}

static struct carp_frame
frame_to(const char *destination, enum carp_checksum6 checksum6)
{
	struct carp_frame frame = {
		.destination = address(destination),
		.source = address("fe80::2"),
		.tos = 0xe7,
		.checksum6 = checksum6,
	};

	carp_group_mac(IP_V6, frame.destination_mac);
	carp_virtual_mac(7, frame.source_mac);
	return frame;
}

static void
frame_around_it(void)
{
	static const uint8_t head[ETHERNET_LEN + 8] = {
		0x33, 0x33, 0, 0, 0, 0x12, 0, 0, 0x5e, 0, 1, 7, 0x86, 0xdd,
		0x6e, 0x70, 0, 0, 0, 36, 112, 255,
	};
	struct carp_frame frame = frame_to("ff02::12", CARP_CHECKSUM6_PLAIN);
	struct carp_header h = { .vhid = 7, .advbase = 1, .authlen = 7 };
	uint8_t payload[CARP_HEADER_LEN];
	uint8_t octets[CARP_FRAME_MAX];

	carp_header_build(&h, payload);
	CU_ASSERT_EQUAL(carp_frame_build(&frame, payload, octets), 90);
	CU_ASSERT_EQUAL(memcmp(octets, head, sizeof(head)), 0);
	CU_ASSERT_EQUAL(memcmp(octets + 22, frame.source.octets, 16), 0);
	CU_ASSERT_EQUAL(memcmp(octets + 38, frame.destination.octets, 16), 0);
	CU_ASSERT_EQUAL(memcmp(octets + PAYLOAD_AT, payload, sizeof(payload)), 0);
}

/* Each peer gets the checksum of its own address; the action has the plain one. */
static void
pseudo_header_is_that_of_the_destination(void)
{
	static const char *const destinations[] = { "ff02::12", "fe80::3", "2001:db8::4" };
	struct carp_action *a;
	struct fixture f;
	unsigned int i;

	prepare(&f);
	f.config.checksum6 = CARP_CHECKSUM6_PSEUDO;
	open_master(&f);
	a = &f.out.item[1];
	CU_ASSERT_TRUE(carp_checksum_ok(a->send.payload));
	for (i = 0; i < SUITE_LEN(destinations); i++) {
		struct carp_frame frame = frame_to(destinations[i], a->send.checksum6);
		uint8_t octets[CARP_FRAME_MAX];
		const uint8_t *payload = octets + PAYLOAD_AT;

		carp_frame_build(&frame, a->send.payload, octets);
		CU_ASSERT_FALSE(carp_checksum_ok(payload));
		CU_ASSERT_TRUE(carp_checksum_ok_pseudo(payload, &frame.source, &frame.destination));
		/* Nothing else is touched. */
		CU_ASSERT_EQUAL(memcmp(payload, a->send.payload, 6), 0);
		CU_ASSERT_EQUAL(memcmp(payload + 8, a->send.payload + 8, 28), 0);
	}
	fixture_close(&f);
}

static void
ipv4_has_no_pseudo_header(void)
{
	struct carp_frame frame = {
		.source = address("10.0.0.2"), .destination = address("10.0.0.3"),
	};
	uint8_t octets[CARP_FRAME_MAX];
	struct fixture f;

	fixture_prepare(&f);
	f.config.checksum6 = CARP_CHECKSUM6_PSEUDO;
	open_master(&f);
	frame.checksum6 = f.out.item[1].send.checksum6;
	CU_ASSERT_EQUAL(carp_frame_build(&frame, f.out.item[1].send.payload, octets), 70);
	CU_ASSERT_TRUE(carp_checksum_ok(octets + 34));
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

enum sum {
	SUM_PLAIN,
	SUM_PSEUDO,
	SUM_OTHER_DESTINATION,
};

static enum carp_counter
hear(struct fixture *f, enum sum sum)
{
	static const struct advert advert = { .from = "fe80::3", .advbase = 1, .counter = 9 };
	const struct ip_addr elsewhere = address("fe80::9");
	uint8_t payload[CARP_HEADER_LEN];
	struct carp_received rx = {
		.payload = payload,
		.len = sizeof(payload),
		.from = address(advert.from),
		.to = carp_group(IP_V6),
		.ttl = 255,
	};

	fixture_payload(f, &advert, payload);
	if (sum != SUM_PLAIN)
		carp_checksum_set_pseudo(payload, &rx.from,
					 sum == SUM_PSEUDO ? &rx.to : &elsewhere);
	return carp_vhid_input(f->vhid, &rx, SECOND, &f->out);
}

static void
which_checksum_is_accepted(void)
{
	static const struct {
		enum carp_checksum6 configured;
		enum sum heard;
		enum carp_counter verdict;
		unsigned int plain6, pseudo6;
	} cases[] = {
		{ CARP_CHECKSUM6_PLAIN, SUM_PLAIN, CARP_ACCEPTED, 0, 0 },
		{ CARP_CHECKSUM6_PLAIN, SUM_PSEUDO, CARP_DROP_SUM, 0, 1 },
		{ CARP_CHECKSUM6_PLAIN, SUM_OTHER_DESTINATION, CARP_DROP_SUM, 0, 0 },
		{ CARP_CHECKSUM6_PSEUDO, SUM_PLAIN, CARP_ACCEPTED, 1, 0 },
		{ CARP_CHECKSUM6_PSEUDO, SUM_PSEUDO, CARP_ACCEPTED, 0, 0 },
		{ CARP_CHECKSUM6_PSEUDO, SUM_OTHER_DESTINATION, CARP_DROP_SUM, 0, 0 },
	};
	struct fixture f;
	unsigned int i;

	for (i = 0; i < SUITE_LEN(cases); i++) {
		prepare(&f);
		f.config.checksum6 = cases[i].configured;
		fixture_create(&f);
		CU_ASSERT_EQUAL(hear(&f, cases[i].heard), cases[i].verdict);
		CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SUM_PLAIN6), cases[i].plain6);
		CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SUM_PSEUDO6), cases[i].pseudo6);
		fixture_close(&f);
	}
}

static void
checksum_changes_live(void)
{
	struct fixture f;

	prepare(&f);
	fixture_create(&f);
	CU_ASSERT_EQUAL(hear(&f, SUM_PSEUDO), CARP_DROP_SUM);
	f.config.checksum6 = CARP_CHECKSUM6_PSEUDO;
	fixture_reconfigure(&f, SECOND);
	CU_ASSERT_EQUAL(hear(&f, SUM_PSEUDO), CARP_ACCEPTED);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
check_sent_with(struct fixture *f, unsigned int action, enum carp_digest_variant variant)
{
	struct carp_header h = fixture_sent(f, action);
	uint8_t digest[CARP_DIGEST_LEN];

	CU_ASSERT_EQUAL(carp_digest_compute(f->digest, variant, h.counter, digest), 0);
	CU_ASSERT_EQUAL(memcmp(digest, h.digest, sizeof(digest)), 0);
}

static void
digest_is_the_configured_one(void)
{
	struct fixture f;

	prepare(&f);
	open_master(&f);
	check_sent_with(&f, 1, CARP_DIGEST_NO_LINK_LOCAL);
	f.config.digest = CARP_DIGEST_ALL;
	fixture_reconfigure(&f, SECOND / 2);
	fixture_run(&f, OWN_INTERVAL);
	CHECK_ACTIONS(&f, "sa");
	check_sent_with(&f, 0, CARP_DIGEST_ALL);
	fixture_close(&f);
}

/* As long as the former list is sent, it is sent in that variant, too. */
static void
former_list_is_sent_in_the_same_variant(void)
{
	struct carp_digest *former;
	struct fixture f;

	prepare(&f);
	f.config.digest = CARP_DIGEST_ALL;
	f.config.address_grace_us = 60 * SECOND;
	open_master(&f);
	former = f.digest;
	f.digest = NULL;
	f.addresses[2] = address("2001:db8::101");
	f.config.address_count = 3;
	fixture_reconfigure(&f, SECOND / 2);
	carp_digest_destroy(f.digest);
	f.digest = former;
	fixture_run(&f, OWN_INTERVAL);
	check_sent_with(&f, 0, CARP_DIGEST_ALL);
	fixture_close(&f);
}

static void
own_echo_is_known_by_its_family(void)
{
	struct carp_received rx = {
		.len = CARP_HEADER_LEN,
		.from = address("fe80::2"),
		.to = carp_group(IP_V6),
		.ttl = 255,
	};
	uint8_t payload[CARP_HEADER_LEN];
	struct fixture f;

	prepare(&f);
	open_master(&f);
	memcpy(payload, f.out.item[1].send.payload, sizeof(payload));
	rx.payload = payload;
	CU_ASSERT_EQUAL(carp_vhid_input(f.vhid, &rx, 100, &f.out), CARP_DROP_ECHO);
	rx.from = address("fe80::3");
	CU_ASSERT_EQUAL(carp_vhid_input(f.vhid, &rx, 200, &f.out), CARP_ACCEPTED);
	fixture_close(&f);
}

static void
only_listed_peers_are_heard(void)
{
	const struct ip_addr peers[] = { address("fe80::3"), address("10.0.0.3") };
	static const struct advert advert6 = { .from = "fe80::3", .advbase = 1 };
	static const struct advert other6 = { .from = "fe80::4", .advbase = 1 };
	struct fixture f;

	prepare(&f);
	f.config.peers = peers;
	f.config.peer_count = SUITE_LEN(peers);
	fixture_create(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1, &advert6), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2, &other6), CARP_DROP_PEER);
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(frame_around_it),
	SUITE_TEST(pseudo_header_is_that_of_the_destination),
	SUITE_TEST(ipv4_has_no_pseudo_header),
	SUITE_TEST(which_checksum_is_accepted),
	SUITE_TEST(checksum_changes_live),
	SUITE_TEST(digest_is_the_configured_one),
	SUITE_TEST(former_list_is_sent_in_the_same_variant),
	SUITE_TEST(own_echo_is_known_by_its_family),
	SUITE_TEST(only_listed_peers_are_heard),
};

int
main(void)
{
	return suite_run("carp ipv6", tests, SUITE_LEN(tests));
}
