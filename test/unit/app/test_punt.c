/* SPDX-License-Identifier: BSD-3-Clause */
/* What of a flood reaches control: whose share an advertisement takes, and what is handed on of it. */
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "carp/carp.h"
#include "frames.h"
#include "punt.h"
#include "suite.h"

#define SECOND_US UINT64_C(1000000)
/* As in a flood: more than any share has room for at once. */
#define FLOOD 40000

static struct worker worker;
static struct worker_interface counters;
static struct koi_interface interface;
static struct punt_advert last;

static void
set_up(void)
{
	struct vip_address addresses[2] = { { .vhid = 1 }, { .vhid = 1 } };

	CU_ASSERT_EQUAL(ip_prefix_parse("10.0.0.100/24", &addresses[0].prefix), 0);
	CU_ASSERT_EQUAL(ip_prefix_parse("fd00::100/64", &addresses[1].prefix), 0);
	vip_set_destroy((struct vip_set *)(uintptr_t)vip_interface_set(&interface.vip));
	memset(&interface, 0, sizeof(interface));
	memset(&counters, 0, sizeof(counters));
	atomic_store(&interface.vip.set, vip_set_create(addresses, 2, 0x020000000002, -1));
	interface.vip.index = 3;
	interface.source_cycles = punt_source_cycles(SECOND_US);
	punt_police_init(&counters.police, 1);
	if (worker.adverts == NULL)
		worker.adverts = rte_ring_create_elem("adverts", sizeof(struct punt_advert), 64, -1, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(worker.adverts);
	CU_ASSERT_PTR_NOT_NULL_FATAL(vip_interface_set(&interface.vip));
}

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	return a;
}

static size_t
make(uint8_t out[CARP_FRAME_MAX], const char *from, uint8_t vhid)
{
	const struct carp_header h = { .vhid = vhid, .authlen = 7, .advbase = 1, .counter = 5 };
	uint8_t payload[CARP_HEADER_LEN];
	struct carp_frame around = { .source = addr(from) };

	around.destination = carp_group(around.source.family);
	carp_header_build(&h, payload);
	return carp_frame_build(&around, payload, out);
}

/* Send as many at this moment. Returns how many were handed on; the last of them is kept. */
static unsigned int
send(const char *from, unsigned int count, uint64_t now_tsc)
{
	static struct burst carp;
	uint8_t frame[CARP_FRAME_MAX];
	size_t len = make(frame, from, 1);
	unsigned int taken = 0;

	while (count > 0) {
		unsigned int some = count < 32 ? count : 32;

		burst_init(&carp);
		for (unsigned int i = 0; i < some; i++)
			burst_add(&carp, frame_new(frame, len));
		punt_adverts(&worker, &counters, &interface, &carp, now_tsc);
		while (rte_ring_sc_dequeue_elem(worker.adverts, &last, sizeof(last)) == 0)
			taken++;
		count -= some;
	}
	CU_ASSERT_EQUAL(frames_in_use(), 0);
	return taken;
}

static void
advertisements_are_handed_on_as_they_came(void)
{
	static const struct {
		const char *from, *to;
	} cases[] = { { "10.0.0.3", "224.0.0.18" }, { "fe80::3", "ff02::12" } };

	set_up();
	for (size_t i = 0; i < SUITE_LEN(cases); i++) {
		struct ip_addr from = addr(cases[i].from), to = addr(cases[i].to);
		uint8_t frame[CARP_FRAME_MAX];
		size_t len = make(frame, cases[i].from, 1);

		CU_ASSERT_EQUAL(send(cases[i].from, 1, 77 + i), 1);
		CU_ASSERT_EQUAL(last.arrived_tsc, 77 + i);
		CU_ASSERT_EQUAL(ip_addr_compare(&last.from, &from), 0);
		CU_ASSERT_EQUAL(ip_addr_compare(&last.to, &to), 0);
		CU_ASSERT_EQUAL(last.vhid, 1);
		CU_ASSERT_EQUAL(last.ttl, CARP_TTL);
		CU_ASSERT_EQUAL(last.interface, 3);
		CU_ASSERT_EQUAL(last.len, CARP_HEADER_LEN);
		CU_ASSERT_EQUAL(memcmp(last.payload, frame + len - CARP_HEADER_LEN, CARP_HEADER_LEN), 0);
	}
}

/* Each family has the vhids of its own addresses, and counts what it refuses. */
static void
vhids_are_of_a_family(void)
{
	static struct burst carp;
	uint8_t frame[CARP_FRAME_MAX];

	set_up();
	burst_init(&carp);
	burst_add(&carp, frame_new(frame, make(frame, "10.0.0.3", 2)));
	burst_add(&carp, frame_new(frame, make(frame, "fe80::3", 2)));
	burst_add(&carp, frame_new(frame, make(frame, "fe80::3", 9)));
	punt_adverts(&worker, &counters, &interface, &carp, 1);
	CU_ASSERT_EQUAL(rte_ring_count(worker.adverts), 0);
	CU_ASSERT_EQUAL(counter_read(&counters.carp[CARP_RECEIVED]), 1);
	CU_ASSERT_EQUAL(counter_read(&counters.carp[CARP_RECEIVED6]), 2);
	CU_ASSERT_EQUAL(counter_read(&counters.carp[CARP_DROP_VHID]), 3);
}

/*
 * A node that starts while somebody floods in the master's name: as long as the master is not
 * known its share is anybody's, or it would never be heard.
 */
static void
share_of_an_unknown_master_is_anybodys(void)
{
	static const char *const masters[] = { "10.0.0.3", "fe80::3" };

	for (size_t i = 0; i < SUITE_LEN(masters); i++) {
		struct ip_addr other = addr(i == 0 ? "10.0.0.4" : "fe80::4");
		unsigned int unknown, foreign;

		set_up();
		unknown = send(masters[i], FLOOD, 1);
		CU_ASSERT(unknown > 1024);
		CU_ASSERT_EQUAL(counter_read(&counters.link[LINK_PUNT_POLICED]), FLOOD - unknown);
		/* As soon as it is known that the master is another one, a source has its own alone. */
		set_up();
		punt_know_master(&interface, 1, &other);
		foreign = send(masters[i], FLOOD, 1);
		CU_ASSERT(foreign > 0 && foreign <= 32);
		/* And when nobody is the master any more, as in the beginning. */
		punt_forget_master(&interface, 1);
		CU_ASSERT(send(masters[i], FLOOD, 1) > 1024);
	}
}

/* A flood of others does not use up the master's share. */
static void
known_master_has_a_share_of_its_own(void)
{
	static const char *const masters[] = { "10.0.0.3", "fe80::3" };
	static const char *const others[] = { "10.0.0.4", "fe80::4" };

	for (size_t i = 0; i < SUITE_LEN(masters); i++) {
		struct ip_addr master = addr(masters[i]);

		set_up();
		punt_know_master(&interface, 1, &master);
		send(others[i], FLOOD, 1);
		CU_ASSERT_EQUAL(send(masters[i], 1000, 1), 1000);
		/* Nor does the other family's. */
		send(masters[i], FLOOD, 1);
		CU_ASSERT_EQUAL(send(masters[1 - i], 1000, 1), 1000);
	}
}

static void
hints_tell_sources_apart(void)
{
	struct ip_addr a = addr("10.0.0.3"), b = addr("10.0.0.4"), zero = addr("0.0.0.0");
	struct ip_addr c = addr("fe80::3"), d = addr("fe80::1:0:0:3");

	CU_ASSERT_NOT_EQUAL(punt_source_hint(&a), punt_source_hint(&b));
	CU_ASSERT_NOT_EQUAL(punt_source_hint(&c), punt_source_hint(&d));
	CU_ASSERT_NOT_EQUAL(punt_source_hint(&zero), 0);
}

static const struct suite_test tests[] = {
	SUITE_TEST(advertisements_are_handed_on_as_they_came),
	SUITE_TEST(vhids_are_of_a_family),
	SUITE_TEST(share_of_an_unknown_master_is_anybodys),
	SUITE_TEST(known_master_has_a_share_of_its_own),
	SUITE_TEST(hints_tell_sources_apart),
};

int
main(void)
{
	if (!frames_start())
		return EXIT_FAILURE;
	clock_init();
	return suite_run("punt", tests, SUITE_LEN(tests));
}
