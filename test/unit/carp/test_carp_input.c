/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "fixture.h"

/* A received frame that is right in everything; each test spoils it. */
struct frame {
	uint8_t payload[64];
	struct carp_received rx;
};

static void
frame_build(struct fixture *f, struct frame *frame)
{
	static const struct advert good = { .advbase = 1, .advskew = 0, .counter = 77 };

	memset(frame, 0, sizeof(*frame));
	fixture_payload(f, &good, frame->payload);
	frame->rx = (struct carp_received){
		.payload = frame->payload,
		.len = CARP_HEADER_LEN,
		.from = address("10.0.0.3"),
		.ttl = 255,
	};
}

static void
mend_checksum(uint8_t *payload)
{
	uint32_t sum = 0;
	unsigned int i;

	payload[6] = 0;
	payload[7] = 0;
	for (i = 0; i < CARP_HEADER_LEN; i += 2)
		sum += (uint32_t)payload[i] << 8 | payload[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	payload[6] = (uint8_t)(~sum >> 8);
	payload[7] = (uint8_t)~sum;
}

/* Feed a frame: exactly its counter moves, and a refused one changes nothing. */
static void
expect(struct fixture *f, const struct frame *frame, enum carp_counter expected)
{
	struct carp_vhid_status before = fixture_status(f);
	struct carp_vhid_status after;
	unsigned int i;

	CU_ASSERT_EQUAL(carp_vhid_input(f->vhid, &frame->rx, SECOND, &f->out), expected);
	after = fixture_status(f);
	for (i = 0; i < CARP_COUNTERS; i++) {
		uint64_t rise = 0;

		if (i == (frame->rx.from.family == IP_V4 ? CARP_RECEIVED : CARP_RECEIVED6))
			rise++;
		if (i == expected && expected != CARP_ACCEPTED)
			rise++;
		if (i == CARP_TRAILING && expected == CARP_ACCEPTED &&
		    frame->rx.len > CARP_HEADER_LEN)
			rise++;
		CU_ASSERT_EQUAL(after.counters[i] - before.counters[i], rise);
	}
	if (expected != CARP_ACCEPTED) {
		CHECK_ACTIONS(f, "");
		CU_ASSERT_EQUAL(after.state, before.state);
		CU_ASSERT_EQUAL(after.deadline_us, before.deadline_us);
		CU_ASSERT_EQUAL(after.has_master, before.has_master);
	}
}

static void
good_one_is_accepted(void)
{
	struct carp_vhid_status status;
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	CU_ASSERT_FALSE(fixture_status(&f).has_master);
	frame_build(&f, &frame);
	expect(&f, &frame, CARP_ACCEPTED);
	status = fixture_status(&f);
	CU_ASSERT_TRUE(status.has_master);
	CU_ASSERT_EQUAL(ip_addr_compare(&status.master, &frame.rx.from), 0);
	CU_ASSERT_EQUAL(status.master_advbase, 1);
	CU_ASSERT_EQUAL(status.master_advskew, 0);
	CU_ASSERT_EQUAL(status.master_heard_us, SECOND);
	fixture_close(&f);
}

static void
trailing_octets_are_accepted(void)
{
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	frame_build(&f, &frame);
	memset(frame.payload + CARP_HEADER_LEN, 0xee, 8);
	frame.rx.len = 44;
	expect(&f, &frame, CARP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_TRAILING), 1);
	fixture_close(&f);
}

/* authlen is nobody's business: an odd one changes nothing. */
static void
authlen_is_not_looked_at(void)
{
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	frame_build(&f, &frame);
	frame.payload[3] = 0;
	mend_checksum(frame.payload);
	expect(&f, &frame, CARP_ACCEPTED);
	fixture_close(&f);
}

static void
each_fault_has_its_counter(void)
{
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	frame_build(&f, &frame);
	frame.rx.len = 35;
	expect(&f, &frame, CARP_DROP_LEN);
	frame.rx.len = 0;
	expect(&f, &frame, CARP_DROP_LEN);

	frame_build(&f, &frame);
	frame.payload[0] = 0x41;
	expect(&f, &frame, CARP_DROP_VER);

	frame_build(&f, &frame);
	frame.payload[0] = 0x22;
	expect(&f, &frame, CARP_DROP_TYPE);

	frame_build(&f, &frame);
	frame.payload[1] = 2;
	mend_checksum(frame.payload);
	expect(&f, &frame, CARP_DROP_VHID);

	frame_build(&f, &frame);
	frame.rx.ttl = 254;
	expect(&f, &frame, CARP_DROP_TTL);

	frame_build(&f, &frame);
	frame.payload[6] ^= 1;
	expect(&f, &frame, CARP_DROP_SUM);

	frame_build(&f, &frame);
	frame.payload[35] ^= 1;
	mend_checksum(frame.payload);
	expect(&f, &frame, CARP_DROP_AUTH);
	fixture_close(&f);
}

/* Faults are added from the last check to the first: each new one hides those after it. */
static void
checks_come_in_order(void)
{
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	frame_build(&f, &frame);
	frame.payload[35] ^= 1;
	mend_checksum(frame.payload);
	expect(&f, &frame, CARP_DROP_AUTH);
	frame.payload[6] ^= 1;
	expect(&f, &frame, CARP_DROP_SUM);
	frame.rx.ttl = 1;
	expect(&f, &frame, CARP_DROP_TTL);
	frame.payload[1] = 9;
	expect(&f, &frame, CARP_DROP_VHID);
	frame.payload[0] = 0x22;
	expect(&f, &frame, CARP_DROP_TYPE);
	frame.payload[0] = 0x42;
	expect(&f, &frame, CARP_DROP_VER);
	frame.rx.len = 35;
	expect(&f, &frame, CARP_DROP_LEN);
	f.settings.allow = false;
	fixture_set(&f, SECOND);
	expect(&f, &frame, CARP_DROP_NOT_ALLOWED);
	fixture_close(&f);
}

static void
family_without_address_is_not_ours(void)
{
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	frame_build(&f, &frame);
	frame.rx.from = address("fe80::3");
	expect(&f, &frame, CARP_DROP_VHID);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_RECEIVED6), 1);
	fixture_close(&f);

	fixture_prepare(&f);
	fixture_use_both_families(&f);
	fixture_create(&f);
	frame_build(&f, &frame);
	expect(&f, &frame, CARP_ACCEPTED);
	frame.rx.from = address("fe80::3");
	expect(&f, &frame, CARP_ACCEPTED);
	fixture_close(&f);
}

/* Feed our own n-th latest advertisement back to us. */
static enum carp_counter
echo(struct fixture *f, const char *from, uint64_t counter)
{
	struct advert a = { .from = from, .advbase = 1, .advskew = 100, .counter = counter };

	return fixture_hear(f, 100 * SECOND, &a);
}

static void
own_echo_is_one_of_the_last_64(void)
{
	struct fixture f;

	fixture_open_master(&f);
	/* Sent so far: 1. */
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", 1), CARP_DROP_ECHO);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.3", 1), CARP_ACCEPTED);
	fixture_close(&f);

	fixture_open_master(&f);
	CU_ASSERT_EQUAL(fixture_run_until(&f, 69 * OWN_INTERVAL), 69);
	/* Sent: 1 to 70. */
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", 70), CARP_DROP_ECHO);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", 7), CARP_DROP_ECHO);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_DROP_ECHO), 2);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", 6), CARP_ACCEPTED);
	fixture_close(&f);
}

static void
counter_not_sent_yet_is_no_echo(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", 2), CARP_ACCEPTED);
	fixture_close(&f);

	/* Before the first frame nothing is ours, not even what came before the first counter. */
	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", 0), CARP_ACCEPTED);
	fixture_close(&f);
}

/* The echo is recognised before its digest is looked at, and over a counter that wraps. */
static void
echo_over_the_wrap(void)
{
	struct fixture f;

	fixture_prepare(&f);
	f.config.counter = UINT64_MAX;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
	CU_ASSERT_EQUAL(fixture_sent(&f, 1).counter, UINT64_MAX);
	fixture_run(&f, OWN_INTERVAL);
	CU_ASSERT_EQUAL(fixture_sent(&f, 0).counter, 0);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", UINT64_MAX), CARP_DROP_ECHO);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", 0), CARP_DROP_ECHO);
	CU_ASSERT_EQUAL(echo(&f, "10.0.0.2", UINT64_MAX - 1), CARP_ACCEPTED);
	fixture_close(&f);
}

static void
vrrp_is_counted_apart(void)
{
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	/* VRRPv3 of one address. */
	frame_build(&f, &frame);
	memcpy(frame.payload, (const uint8_t[]){ 0x31, 1, 100, 1 }, 4);
	frame.rx.len = 12;
	expect(&f, &frame, CARP_FOREIGN_VRRP);
	/* VRRPv2 of one address, and of seven, which is as long as CARP and eight octets more. */
	frame_build(&f, &frame);
	memcpy(frame.payload, (const uint8_t[]){ 0x21, 1, 100, 1, 0, 1 }, 6);
	frame.rx.len = 20;
	expect(&f, &frame, CARP_FOREIGN_VRRP);
	frame_build(&f, &frame);
	memset(frame.payload + 8, 0x0a, 36);
	frame.rx.len = 44;
	expect(&f, &frame, CARP_FOREIGN_VRRP);
	mend_checksum(frame.payload);
	expect(&f, &frame, CARP_FOREIGN_VRRP);
	frame.rx.ttl = 1;
	expect(&f, &frame, CARP_FOREIGN_VRRP);
	frame.payload[1] = 2;
	expect(&f, &frame, CARP_FOREIGN_VRRP);
	/* Not VRRP's length: bad CARP. */
	frame.rx.len = 43;
	expect(&f, &frame, CARP_DROP_VHID);
	fixture_close(&f);
}

/* What is signed with our key is CARP, whatever its shape: the fault is named. */
static void
signed_frame_of_vrrp_shape_is_carp(void)
{
	struct fixture f;
	struct frame frame;

	fixture_open_backup(&f);
	frame_build(&f, &frame);
	frame.rx.len = 44;
	frame.rx.ttl = 1;
	expect(&f, &frame, CARP_DROP_TTL);
	frame.rx.ttl = 255;
	frame.payload[6] ^= 1;
	expect(&f, &frame, CARP_DROP_SUM);
	frame_build(&f, &frame);
	frame.payload[0] = 0x31;
	expect(&f, &frame, CARP_DROP_VER);
	frame.payload[35] ^= 1;
	expect(&f, &frame, CARP_FOREIGN_VRRP);
	fixture_close(&f);
}

static void
in_init_it_is_counted_and_ignored(void)
{
	struct fixture f;
	struct frame frame;

	fixture_prepare(&f);
	fixture_create(&f);
	frame_build(&f, &frame);
	expect(&f, &frame, CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_FALSE(fixture_status(&f).has_master);
	frame.payload[35] ^= 1;
	mend_checksum(frame.payload);
	expect(&f, &frame, CARP_DROP_AUTH);
	CHECK_STATE(&f, CARP_INIT);
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(good_one_is_accepted),
	SUITE_TEST(trailing_octets_are_accepted),
	SUITE_TEST(authlen_is_not_looked_at),
	SUITE_TEST(each_fault_has_its_counter),
	SUITE_TEST(checks_come_in_order),
	SUITE_TEST(family_without_address_is_not_ours),
	SUITE_TEST(own_echo_is_one_of_the_last_64),
	SUITE_TEST(counter_not_sent_yet_is_no_echo),
	SUITE_TEST(echo_over_the_wrap),
	SUITE_TEST(vrrp_is_counted_apart),
	SUITE_TEST(signed_frame_of_vrrp_shape_is_carp),
	SUITE_TEST(in_init_it_is_counted_and_ignored),
};

int
main(void)
{
	return suite_run("carp input", tests, SUITE_LEN(tests));
}
