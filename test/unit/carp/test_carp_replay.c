/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recorded advertisements. Of every policy: what it refuses, and that it refuses nothing of an
 * honest peer, whatever habit its counter has.
 */
#include <errno.h>
#include <string.h>

#include "fixture.h"

#define ROUNDS 20000
#define PEERS 4

static void
open_with(struct fixture *f, enum carp_replay policy)
{
	fixture_prepare(f);
	f->config.replay = policy;
	f->config.advskew = 200;
	f->config.counter = 5000000;
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
}

static void
open_dual(struct fixture *f, enum carp_replay policy)
{
	fixture_prepare(f);
	fixture_use_both_families(f);
	f->config.replay = policy;
	f->config.advskew = 200;
	f->config.counter = 5000000;
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
}

/* An advertisement that is better than ours and changes nothing. */
static enum carp_counter
hear(struct fixture *f, uint64_t at_us, const char *from, uint64_t counter)
{
	return fixture_hear(
		f, at_us,
		&(struct advert){ .from = from, .advbase = 1, .advskew = 10, .counter = counter });
}

#define ACCEPTS(f, at, from, counter) CU_ASSERT_EQUAL(hear(f, at, from, counter), CARP_ACCEPTED)
#define REFUSES(f, at, from, counter) CU_ASSERT_EQUAL(hear(f, at, from, counter), CARP_DROP_REPLAY)

static void
off_refuses_nothing(void)
{
	struct fixture f;

	open_with(&f, CARP_REPLAY_OFF);
	ACCEPTS(&f, 1 * SECOND, NULL, 10);
	ACCEPTS(&f, 2 * SECOND, NULL, 11);
	ACCEPTS(&f, 3 * SECOND, NULL, 10);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_DROP_REPLAY), 0);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
adaptive_refuses_what_a_growing_peer_has_passed(void)
{
	struct fixture f;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	ACCEPTS(&f, 1 * SECOND, NULL, 100);
	ACCEPTS(&f, 2 * SECOND, NULL, 101);
	ACCEPTS(&f, 3 * SECOND, NULL, 104);
	REFUSES(&f, 3 * SECOND, NULL, 104);
	REFUSES(&f, 4 * SECOND, NULL, 100);
	REFUSES(&f, 4 * SECOND, NULL, 103);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_DROP_REPLAY), 3);
	ACCEPTS(&f, 5 * SECOND, NULL, 105);

	/* It restarts anywhere; what it was before remains known. */
	ACCEPTS(&f, 90 * SECOND, NULL, 7);
	ACCEPTS(&f, 91 * SECOND, NULL, 8);
	REFUSES(&f, 92 * SECOND, NULL, 101);
	REFUSES(&f, 93 * SECOND, NULL, 7);
	fixture_close(&f);
}

static void
adaptive_refuses_what_a_random_peer_repeats(void)
{
	static const uint64_t drawn[] = { 1 << 20, 77, UINT64_MAX / 3, 1 << 30, 424242 };
	struct fixture f;
	size_t i;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	for (i = 0; i < SUITE_LEN(drawn); i++)
		ACCEPTS(&f, (1 + i) * SECOND, NULL, drawn[i]);
	for (i = 1; i < SUITE_LEN(drawn); i++)
		REFUSES(&f, (9 + i) * SECOND, NULL, drawn[i]);
	fixture_close(&f);
}

/* It cannot be told from its recording, and must never be refused. */
/* A MASTER that has spoken before it hears an OpenBSD for the first time, whose cookie is lower. */
static void
adaptive_believes_a_constant_peer_below_our_counter(void)
{
	struct fixture f;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	fixture_run(&f, carp_vhid_next_us(f.vhid));
	CU_ASSERT_EQUAL(carp_vhid_state(f.vhid), CARP_MASTER);
	ACCEPTS(&f, 5 * SECOND, NULL, 77);
	ACCEPTS(&f, 6 * SECOND, NULL, 77);
	ACCEPTS(&f, 7 * SECOND, NULL, 77);
	fixture_close(&f);
}

static void
adaptive_believes_a_constant_peer(void)
{
	struct fixture f;
	uint64_t at_us;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	for (at_us = SECOND; at_us < 9 * SECOND; at_us += SECOND)
		ACCEPTS(&f, at_us, NULL, 0xc00c1e);
	for (at_us = 60 * SECOND; at_us < 69 * SECOND; at_us += SECOND)
		ACCEPTS(&f, at_us, NULL, 0xdecaf);
	/* Somebody mixes recordings of old into it. */
	for (at_us = 70 * SECOND; at_us < 99 * SECOND; at_us += SECOND) {
		hear(&f, at_us, NULL, at_us % (3 * SECOND));
		ACCEPTS(&f, at_us, NULL, 0xdecaf);
	}
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_DROP_REPLAY), 0);
	fixture_close(&f);
}

/* A FreeBSD takes over what it hears last, also from us, and then counts the same again. */
static void
adaptive_follows_an_adopted_counter(void)
{
	struct fixture f;
	uint64_t ours;
	uint64_t i;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	carp_vhid_force(f.vhid, CARP_MASTER, SECOND, &f.out);
	ours = fixture_sent(&f, 1).counter;
	for (i = 1; i < 9; i++)
		ACCEPTS(&f, SECOND + i * SECOND, NULL, ours + i);
	carp_vhid_force(f.vhid, CARP_MASTER, 10 * SECOND, &f.out);
	CU_ASSERT_EQUAL(fixture_sent(&f, 1).counter, ours + 1);
	ACCEPTS(&f, 11 * SECOND, NULL, ours + 2);
	ACCEPTS(&f, 12 * SECOND, NULL, ours + 3);
	/* It could have been so, but now it has passed. */
	REFUSES(&f, 15 * SECOND, NULL, ours + 2);

	/* The same by the cookie of an OpenBSD. */
	ACCEPTS(&f, 20 * SECOND, "10.0.0.4", 0xc00c1e);
	for (i = 1; i < 9; i++)
		ACCEPTS(&f, (20 + i) * SECOND, NULL, 0xc00c1e + i);
	ACCEPTS(&f, 30 * SECOND, "10.0.0.4", 0xc00c1e);
	ACCEPTS(&f, 31 * SECOND, NULL, 0xc00c1e + 1);
	/* Which we may have missed. */
	for (i = 2; i < 9; i++)
		ACCEPTS(&f, (30 + i) * SECOND, NULL, 0xc00c1e + i);
	ACCEPTS(&f, 99 * SECOND, NULL, 0xc00c1e + 1);
	fixture_close(&f);
}

static void
adaptive_survives_the_wrap(void)
{
	struct fixture f;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	ACCEPTS(&f, 1 * SECOND, NULL, UINT64_MAX - 1);
	ACCEPTS(&f, 2 * SECOND, NULL, UINT64_MAX);
	ACCEPTS(&f, 3 * SECOND, NULL, 0);
	ACCEPTS(&f, 4 * SECOND, NULL, 1);
	REFUSES(&f, 5 * SECOND, NULL, UINT64_MAX);
	REFUSES(&f, 5 * SECOND, NULL, 0);
	ACCEPTS(&f, 6 * SECOND, NULL, 2);
	fixture_close(&f);
}

static void
adaptive_knows_what_we_have_sent(void)
{
	struct fixture f;
	unsigned int i;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out);
	for (i = 0; i < 100; i++)
		fixture_run(&f, (1 + i) * 2 * SECOND);
	CU_ASSERT_EQUAL(hear(&f, 300 * SECOND, "10.0.0.2", 5000001), CARP_DROP_REPLAY);
	CU_ASSERT_EQUAL(hear(&f, 300 * SECOND, "10.0.0.2", 5000100), CARP_DROP_ECHO);
	fixture_close(&f);
}

/* Two nodes without an address of their own may both send from none, or from a virtual one. */
static void
adaptive_does_not_judge_a_shared_address(void)
{
	static const char *const shared[] = { "0.0.0.0", "10.0.0.100" };
	struct fixture f;
	size_t i;

	for (i = 0; i < SUITE_LEN(shared); i++) {
		open_with(&f, CARP_REPLAY_ADAPTIVE);
		ACCEPTS(&f, 1 * SECOND, shared[i], 10);
		ACCEPTS(&f, 2 * SECOND, shared[i], 11);
		ACCEPTS(&f, 3 * SECOND, shared[i], 12);
		ACCEPTS(&f, 4 * SECOND, shared[i], 10);
		fixture_close(&f);
	}
}

/* ------------------------------------------------------------------------------------------- */

enum habit {
	OPENBSD,
	FREEBSD,
	KOI,
};

struct peer {
	enum habit habit;
	const char *from;
	const char *from6;
	bool has_heard;
	uint64_t counter;
};

static uint64_t seed;

static uint64_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static bool
happens(unsigned int in)
{
	return draw() % in == 0;
}

static void
start(struct peer *p, uint64_t now_us)
{
	p->has_heard = false;
	p->counter = p->habit == KOI ? (1000 + now_us / SECOND) << 32 : draw();
}

static uint64_t
speak(struct peer *p)
{
	if (p->habit == KOI)
		return p->counter++;
	if (p->habit == FREEBSD)
		p->counter = p->has_heard ? p->counter + 1 : draw();
	return p->counter;
}

static void
listen(struct peer *p, uint64_t counter)
{
	if (p->habit == FREEBSD) {
		p->has_heard = true;
		p->counter = counter;
	}
}

static void
tell_peers(struct peer *peers, const struct peer *speaker, uint64_t counter)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		if (&peers[i] != speaker && !happens(20))
			listen(&peers[i], counter);
	}
}

/* We are MASTER for a moment: an advertisement in each family. */
static void
speak_ourselves(struct fixture *f, struct peer *peers, uint64_t now_us, bool is_dual)
{
	carp_vhid_force(f->vhid, CARP_BACKUP, now_us, &f->out);
	carp_vhid_force(f->vhid, CARP_MASTER, now_us, &f->out);
	tell_peers(peers, NULL, fixture_sent(f, 1).counter);
	if (is_dual)
		tell_peers(peers, NULL, fixture_sent(f, 2).counter);
}

static unsigned int
hear_peer(struct fixture *f, struct peer *peers, struct peer *p, uint64_t now_us)
{
	uint64_t counter = speak(p);

	tell_peers(peers, p, counter);
	return hear(f, now_us, p->from, counter) == CARP_DROP_REPLAY;
}

/* One after the other, but in which order they come to us, and whether, is another thing. */
static unsigned int
hear_peer_twice(struct fixture *f, struct peer *peers, struct peer *p, uint64_t now_us)
{
	bool is_swapped = happens(10);
	uint64_t counter[2];
	unsigned int refused = 0;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		counter[i] = speak(p);
		tell_peers(peers, p, counter[i]);
	}
	for (i = 0; i < 2; i++) {
		unsigned int at = is_swapped ? 1 - i : i;

		if (i == 0 || !happens(20))
			refused += hear(f, now_us, at == 0 ? p->from : p->from6, counter[at]) ==
				   CARP_DROP_REPLAY;
	}
	return refused;
}

/* Somebody takes over every now and then, also we; hosts restart; nobody loses only our half. */
static unsigned int
honest_group(uint64_t number, enum carp_replay policy, const enum habit *habits, bool is_dual)
{
	static const char *const from[PEERS] = { "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6" };
	static const char *const from6[PEERS] = { "fe80::3", "fe80::4", "fe80::5", "fe80::6" };
	struct peer peers[PEERS];
	unsigned int master = 0;
	unsigned int refused = 0;
	struct fixture f;
	uint64_t now_us;
	unsigned int i;

	seed = number * UINT64_C(0x9e3779b97f4a7c15);
	for (i = 0; i < PEERS; i++) {
		peers[i] = (struct peer){ .habit = habits[i], .from = from[i], .from6 = from6[i] };
		start(&peers[i], i * SECOND);
	}
	if (is_dual)
		open_dual(&f, policy);
	else
		open_with(&f, policy);
	for (i = 0; i < ROUNDS; i++) {
		now_us = (10 + i) * SECOND;
		if (happens(12))
			master = (unsigned int)(draw() % (PEERS + 1));
		if (happens(100))
			start(&peers[draw() % PEERS], now_us);
		if (master == PEERS)
			speak_ourselves(&f, peers, now_us, is_dual);
		else if (is_dual)
			refused += hear_peer_twice(&f, peers, &peers[master], now_us);
		else
			refused += hear_peer(&f, peers, &peers[master], now_us);
	}
	fixture_close(&f);
	return refused;
}

static void
no_policy_refuses_the_honest(void)
{
	static const enum habit adaptive[][PEERS] = {
		{ OPENBSD, OPENBSD, OPENBSD, OPENBSD }, { FREEBSD, FREEBSD, FREEBSD, FREEBSD },
		{ OPENBSD, FREEBSD, FREEBSD, KOI },     { OPENBSD, OPENBSD, FREEBSD, FREEBSD },
		{ KOI, KOI, FREEBSD, FREEBSD },         { KOI, KOI, KOI, KOI },
	};
	static const enum habit strict[PEERS] = { KOI, KOI, KOI, KOI };
	size_t i;

	for (i = 0; i < SUITE_LEN(adaptive); i++) {
		CU_ASSERT_EQUAL(honest_group(1 + i, CARP_REPLAY_ADAPTIVE, adaptive[i], false), 0);
		CU_ASSERT_EQUAL(honest_group(1 + i, CARP_REPLAY_ADAPTIVE, adaptive[i], true), 0);
	}
	CU_ASSERT_EQUAL(honest_group(1, CARP_REPLAY_STRICT, strict, false), 0);
	CU_ASSERT_EQUAL(honest_group(1, CARP_REPLAY_STRICT, strict, true), 0);
	/* The generators are worth something: strict does refuse the others. */
	CU_ASSERT_TRUE(honest_group(1, CARP_REPLAY_STRICT, adaptive[2], false) > 0);
}

/* ------------------------------------------------------------------------------------------- */

static void
strict_wants_counters_to_rise(void)
{
	struct fixture f;

	open_with(&f, CARP_REPLAY_STRICT);
	ACCEPTS(&f, 1 * SECOND, NULL, 10);
	REFUSES(&f, 2 * SECOND, NULL, 10);
	ACCEPTS(&f, 2 * SECOND, NULL, 5000);
	REFUSES(&f, 3 * SECOND, NULL, 4999);
	ACCEPTS(&f, 4 * SECOND, NULL, UINT64_C(7) << 32);
	REFUSES(&f, 5 * SECOND, NULL, 5001);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_DROP_REPLAY), 3);
	fixture_close(&f);
}

/* The address of the sender is not signed: another one makes a recording no younger. */
static void
strict_wants_counters_of_one_node_only(void)
{
	struct fixture f;

	open_with(&f, CARP_REPLAY_STRICT);
	ACCEPTS(&f, 1 * SECOND, NULL, 1000);
	ACCEPTS(&f, 2 * SECOND, NULL, 1005);
	ACCEPTS(&f, 3 * SECOND, "10.0.0.4", 50);
	REFUSES(&f, 4 * SECOND, "10.0.0.4", 1003);
	REFUSES(&f, 4 * SECOND, "10.0.0.5", 1000);
	ACCEPTS(&f, 5 * SECOND, "10.0.0.4", 51);

	carp_vhid_force(f.vhid, CARP_MASTER, 6 * SECOND, &f.out);
	REFUSES(&f, 7 * SECOND, "10.0.0.5", 5000000);
	REFUSES(&f, 7 * SECOND, "10.0.0.2", 4999999);
	fixture_close(&f);
}

/* A node counts on from one family to the other; what leaves together may be heard in any order. */
static void
strict_takes_two_families_in_either_order(void)
{
	struct fixture f;
	uint64_t i;

	open_dual(&f, CARP_REPLAY_STRICT);
	for (i = 1; i < 400; i += 4) {
		ACCEPTS(&f, i * SECOND, "10.0.0.3", i);
		ACCEPTS(&f, i * SECOND, "fe80::3", i + 1);
		ACCEPTS(&f, i * SECOND, "fe80::3", i + 3);
		ACCEPTS(&f, i * SECOND, "10.0.0.3", i + 2);
	}
	/* What one family has used the other may not, nor what was left out so long ago. */
	REFUSES(&f, 500 * SECOND, "10.0.0.3", 399);
	REFUSES(&f, 500 * SECOND, "fe80::3", 399);
	ACCEPTS(&f, 500 * SECOND, "10.0.0.3", 601);
	REFUSES(&f, 501 * SECOND, "fe80::3", 601);
	REFUSES(&f, 501 * SECOND, "fe80::3", 601 - 64);
	ACCEPTS(&f, 501 * SECOND, "fe80::3", 601 - 63);
	fixture_close(&f);
}

/* The two families of one node look like two peers, one of which follows the other. */
static void
adaptive_refuses_in_each_family(void)
{
	static const char *const from[] = { "10.0.0.3", "fe80::3" };
	struct fixture f;
	uint64_t i;

	open_dual(&f, CARP_REPLAY_ADAPTIVE);
	for (i = 0; i < 20; i++)
		ACCEPTS(&f, (1 + i / 2) * SECOND, from[i % 2], 100 + i);
	for (i = 2; i < 20; i++)
		REFUSES(&f, 11 * SECOND, from[i % 2], 100 + i);
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_close(&f);
}

static void
strict_survives_restarts(void)
{
	struct carp_floor floors[CARP_PEERS_MAX];
	struct fixture f;
	uint64_t counter;

	open_with(&f, CARP_REPLAY_STRICT);
	ACCEPTS(&f, 1 * SECOND, NULL, 1000);
	ACCEPTS(&f, 2 * SECOND, NULL, 1005);
	carp_vhid_force(f.vhid, CARP_MASTER, 3 * SECOND, &f.out);
	counter = carp_vhid_counter(f.vhid);
	CU_ASSERT_EQUAL(counter, 5000001);
	CU_ASSERT_EQUAL_FATAL(carp_vhid_replay_floors(f.vhid, floors), 1);
	CU_ASSERT_EQUAL(floors[0].last, 1005);
	fixture_close(&f);

	/* We restart with what was saved. */
	open_with(&f, CARP_REPLAY_STRICT);
	CU_ASSERT_EQUAL(carp_vhid_replay_restore(f.vhid, &floors[0]), 0);
	REFUSES(&f, 1 * SECOND, NULL, 1005);
	REFUSES(&f, 1 * SECOND, "10.0.0.9", 1002);
	ACCEPTS(&f, 1 * SECOND, NULL, 1006);

	/* The peer comes back with a lower one: refused until an operator says so. */
	REFUSES(&f, 2 * SECOND, NULL, 3);
	carp_vhid_replay_forget(f.vhid);
	CU_ASSERT_EQUAL(carp_vhid_replay_floors(f.vhid, floors), 0);
	ACCEPTS(&f, 3 * SECOND, NULL, 4);
	REFUSES(&f, 3 * SECOND, NULL, 4);
	fixture_close(&f);
}

static void
floors_are_bounded(void)
{
	struct carp_floor floor = { .first = 1, .last = 2 };
	struct carp_peer peers[CARP_PEERS_MAX];
	struct fixture f;
	uint8_t i;

	open_with(&f, CARP_REPLAY_STRICT);
	floor.address = address("10.0.0.9");
	for (i = 0; i < CARP_PEERS_MAX; i++) {
		floor.address.octets[3] = (uint8_t)(10 + i);
		CU_ASSERT_EQUAL(carp_vhid_replay_restore(f.vhid, &floor), 0);
		CU_ASSERT_EQUAL(carp_vhid_replay_restore(f.vhid, &floor), 0);
	}
	floor.address.octets[3] = 99;
	CU_ASSERT_EQUAL(carp_vhid_replay_restore(f.vhid, &floor), -ENOSPC);
	floor.address.family = IP_FAMILIES;
	CU_ASSERT_EQUAL(carp_vhid_replay_restore(f.vhid, &floor), -EINVAL);
	/* Nobody has been heard yet. */
	CU_ASSERT_EQUAL(carp_vhid_peers(f.vhid, peers), 0);
	fixture_close(&f);
}

static void
another_policy_begins_anew(void)
{
	struct fixture f;

	open_with(&f, CARP_REPLAY_ADAPTIVE);
	ACCEPTS(&f, 1 * SECOND, NULL, UINT64_MAX);
	f.config.replay = CARP_REPLAY_STRICT;
	fixture_reconfigure(&f, 2 * SECOND);
	ACCEPTS(&f, 2 * SECOND, NULL, 1);
	fixture_reconfigure(&f, 3 * SECOND);
	REFUSES(&f, 3 * SECOND, NULL, 1);
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(off_refuses_nothing),
		SUITE_TEST(adaptive_refuses_what_a_growing_peer_has_passed),
		SUITE_TEST(adaptive_refuses_what_a_random_peer_repeats),
		SUITE_TEST(adaptive_believes_a_constant_peer),
		SUITE_TEST(adaptive_believes_a_constant_peer_below_our_counter),
		SUITE_TEST(adaptive_follows_an_adopted_counter),
		SUITE_TEST(adaptive_survives_the_wrap),
		SUITE_TEST(adaptive_knows_what_we_have_sent),
		SUITE_TEST(adaptive_does_not_judge_a_shared_address),
		SUITE_TEST(no_policy_refuses_the_honest),
		SUITE_TEST(strict_wants_counters_to_rise),
		SUITE_TEST(strict_wants_counters_of_one_node_only),
		SUITE_TEST(strict_takes_two_families_in_either_order),
		SUITE_TEST(adaptive_refuses_in_each_family),
		SUITE_TEST(strict_survives_restarts),
		SUITE_TEST(floors_are_bounded),
		SUITE_TEST(another_policy_begins_anew),
	};

	return suite_run("carp_replay", tests, SUITE_LEN(tests));
}
