/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * koi against an equal node of each kind, message by message on a virtual clock. The peers here
 * know only what decides a tie: when they advertise and when they give way.
 */
#include <stdio.h>
#include <string.h>

#include "fixture.h"

#define NODES 2
#define MESSAGES_MAX 64
#define NEVER CARP_NEVER
/* A prime: each message takes from once to twice its delay, never the same twice in a row. */
#define JITTER_STEP 7919
#define LONG_ENOUGH (40 * SECOND)

enum kind {
	KOI,
	FREEBSD, /* gives way to an equal advertisement; a new counter each time */
	OPENBSD, /* gives way to an equal advertisement; always the same counter */
	UCARP,   /* gives way to an address that goes before its own, with a last advertisement */
	KINDS,
};

static const char *const kind_names[KINDS] = { "koi", "FreeBSD", "OpenBSD", "ucarp" };

struct node {
	enum kind kind;
	const char *text;
	struct ip_addr source;
	struct fixture koi;
	bool is_master;
	uint64_t deadline_us;
	uint64_t counter;
};

struct message {
	uint64_t at_us;
	unsigned int to;
	struct ip_addr from;
	uint8_t payload[CARP_HEADER_LEN];
};

struct match {
	struct node node[NODES];
	struct message queue[MESSAGES_MAX];
	unsigned int queued;
	uint64_t sent;
	uint64_t now_us;
	uint64_t delay_us[NODES]; /* of what the node sends */
	unsigned int lost[NODES]; /* as many of its next messages are lost */
	bool has_started;
	uint64_t two_masters_us;
	uint64_t no_master_us;
	uint64_t last_change_us;
};

static void
transmit(struct match *m, unsigned int from, const uint8_t payload[CARP_HEADER_LEN])
{
	struct message *msg;

	if (m->lost[from] > 0) {
		m->lost[from]--;
		return;
	}
	CU_ASSERT_FATAL(m->queued < MESSAGES_MAX);
	msg = &m->queue[m->queued++];
	msg->at_us = m->now_us + m->delay_us[from] + m->sent++ * JITTER_STEP % m->delay_us[from];
	msg->to = 1 - from;
	msg->from = m->node[from].source;
	memcpy(msg->payload, payload, sizeof(msg->payload));
}

static bool
is_master(const struct node *n)
{
	return n->kind == KOI ? carp_vhid_state(n->koi.vhid) == CARP_MASTER : n->is_master;
}

static void
carry_out(struct match *m, unsigned int i)
{
	const struct carp_actions *out = &m->node[i].koi.out;
	unsigned int k;

	for (k = 0; k < out->count; k++) {
		if (out->item[k].type == CARP_ACTION_SEND)
			transmit(m, i, out->item[k].send.payload);
		if (out->item[k].type == CARP_ACTION_STATE)
			m->last_change_us = m->now_us;
	}
}

/* ------------------------------------------------------------------------------------------- */

static void
peer_advertise(struct match *m, unsigned int i)
{
	struct node *n = &m->node[i];
	struct advert a = { .advbase = 1, .advskew = 100, .counter = n->counter };
	uint8_t payload[CARP_HEADER_LEN];

	if (n->kind != OPENBSD)
		n->counter += UINT64_C(0x9e3779b97f4a7c15);
	fixture_payload(&n->koi, &a, payload);
	transmit(m, i, payload);
	n->deadline_us = m->now_us + OWN_INTERVAL;
}

static void
peer_become(struct match *m, unsigned int i, bool master)
{
	struct node *n = &m->node[i];

	n->is_master = master;
	m->last_change_us = m->now_us;
	if (master)
		peer_advertise(m, i);
	else
		n->deadline_us = m->now_us + OWN_MASTER_DOWN;
}

static void
peer_run(struct match *m, unsigned int i)
{
	if (m->node[i].is_master)
		peer_advertise(m, i);
	else
		peer_become(m, i, true);
}

/* ucarp compares addresses as words of a little-endian host. */
static bool
goes_before(const struct ip_addr *a, const struct ip_addr *b)
{
	uint32_t word_a = ip_addr_v4_be(a);
	uint32_t word_b = ip_addr_v4_be(b);

	return word_a < word_b;
}

static void
peer_hear(struct match *m, unsigned int i, const struct message *msg)
{
	struct node *n = &m->node[i];

	if (!n->is_master) {
		n->deadline_us = m->now_us + OWN_MASTER_DOWN;
	} else if (n->kind != UCARP) {
		peer_become(m, i, false);
	} else if (goes_before(&msg->from, &n->source)) {
		peer_advertise(m, i);
		peer_become(m, i, false);
	}
}

/* ------------------------------------------------------------------------------------------- */

static void
deliver(struct match *m, unsigned int which)
{
	struct message msg = m->queue[which];
	struct node *n = &m->node[msg.to];
	struct carp_received rx = {
		.payload = msg.payload, .len = CARP_HEADER_LEN, .from = msg.from, .ttl = 255,
	};

	m->queue[which] = m->queue[--m->queued];
	if (n->kind != KOI) {
		peer_hear(m, msg.to, &msg);
		return;
	}
	CU_ASSERT_EQUAL(carp_vhid_input(n->koi.vhid, &rx, m->now_us, &n->koi.out), CARP_ACCEPTED);
	carry_out(m, msg.to);
}

static uint64_t
next_of_node(const struct match *m, unsigned int i)
{
	uint64_t next_us = m->node[i].kind == KOI ? carp_vhid_next_us(m->node[i].koi.vhid)
						   : m->node[i].deadline_us;

	return next_us < m->now_us ? m->now_us : next_us;
}

static void
run_node(struct match *m, unsigned int i)
{
	if (m->node[i].kind == KOI) {
		fixture_run(&m->node[i].koi, m->now_us);
		carry_out(m, i);
	} else {
		peer_run(m, i);
	}
}

static void
let_pass(struct match *m, uint64_t until_us)
{
	unsigned int masters = is_master(&m->node[0]) + is_master(&m->node[1]);

	if (masters == 2)
		m->two_masters_us += until_us - m->now_us;
	if (masters > 0)
		m->has_started = true;
	if (masters == 0 && m->has_started)
		m->no_master_us += until_us - m->now_us;
	m->now_us = until_us;
}

/* Messages before timers at the same time. Returns false when nothing is left until then. */
static bool
step(struct match *m, uint64_t until_us)
{
	uint64_t next_us = NEVER;
	unsigned int which = 0;
	unsigned int i;
	bool is_message = false;

	for (i = 0; i < NODES; i++) {
		if (next_of_node(m, i) < next_us) {
			next_us = next_of_node(m, i);
			which = i;
		}
	}
	for (i = 0; i < m->queued; i++) {
		if (m->queue[i].at_us < next_us || (m->queue[i].at_us == next_us && !is_message)) {
			next_us = m->queue[i].at_us;
			which = i;
			is_message = true;
		}
	}
	if (next_us > until_us) {
		let_pass(m, until_us);
		return false;
	}
	let_pass(m, next_us);
	if (is_message)
		deliver(m, which);
	else
		run_node(m, which);
	return true;
}

static void
play(struct match *m, uint64_t until_us)
{
	while (step(m, until_us))
		;
}

/* ------------------------------------------------------------------------------------------- */

/* BACKUP since @p start_us, waiting for a master. */
static void
open_node(struct node *n, enum kind kind, const char *source, uint64_t counter, uint64_t start_us)
{
	n->kind = kind;
	n->text = source;
	n->source = address(source);
	n->counter = counter;
	n->deadline_us = start_us + OWN_MASTER_DOWN;
	fixture_prepare(&n->koi);
	n->koi.config.source[IP_V4] = n->source;
	n->koi.config.counter = counter;
	fixture_create(&n->koi);
	carp_interface_set_link(n->koi.ifc, true, start_us);
	fixture_run(&n->koi, start_us);
}

static void
open_match(struct match *m, enum kind peer, const char *const source[NODES],
	   const uint64_t start_us[NODES])
{
	memset(m, 0, sizeof(*m));
	open_node(&m->node[0], KOI, source[0], 1000000, start_us[0]);
	open_node(&m->node[1], peer, source[1], 5000000, start_us[1]);
	m->delay_us[0] = 100;
	m->delay_us[1] = 100;
}

static void
close_match(struct match *m)
{
	fixture_close(&m->node[0].koi);
	fixture_close(&m->node[1].koi);
}

/* How long two masters may last: an interval where ucarp must speak again to be recognised. */
static uint64_t
two_masters_max(enum kind peer, const char *koi, const char *other)
{
	struct ip_addr own = address(koi);
	struct ip_addr from = address(other);

	if (peer == UCARP && goes_before(&from, &own))
		return OWN_INTERVAL + 5000;
	return 5000;
}

static void
check_settled(const struct match *m, enum kind peer)
{
	const char *koi = m->node[0].text;
	const char *other = m->node[1].text;
	bool is_good = is_master(&m->node[0]) != is_master(&m->node[1]) && m->no_master_us == 0 &&
		       m->two_masters_us <= two_masters_max(peer, koi, other);

	if (!is_good)
		printf("\nkoi %s, %s %s, delays %u and %u us: two masters %u us, none %u us",
		       koi, kind_names[peer], other, (unsigned int)m->delay_us[0],
		       (unsigned int)m->delay_us[1], (unsigned int)m->two_masters_us,
		       (unsigned int)m->no_master_us);
	CU_ASSERT_TRUE(is_good);
	CU_ASSERT_TRUE(m->last_change_us < OWN_MASTER_DOWN + 2 * SECOND);
}

static const char *const sources[][2] = {
	{ "10.0.0.2", "10.0.0.3" },	{ "10.0.0.3", "10.0.0.2" },
	{ "192.0.2.11", "192.0.1.12" }, { "192.0.1.12", "192.0.2.11" },
	{ "192.0.2.11", "192.0.3.10" }, { "192.0.3.10", "192.0.2.11" },
};

static const uint64_t offsets[] = { 0, 1, 50, 99, 100, 101, 150, 199, 200, 201, 1000, 5000 };
static const uint64_t delays[] = { 1, 10, 100, 1000 };

/* The second starts up to 5 ms after the first. */
static void
play_start(enum kind peer, unsigned int source, unsigned int offset, unsigned int delay, bool first)
{
	uint64_t later_us = offsets[offset];
	const uint64_t start_us[NODES] = { first ? 0 : later_us, first ? later_us : 0 };
	struct match m;

	open_match(&m, peer, sources[source], start_us);
	m.delay_us[0] = delays[delay];
	m.delay_us[1] = delays[(delay + offset) % SUITE_LEN(delays)];
	play(&m, LONG_ENOUGH);
	check_settled(&m, peer);
	close_match(&m);
}

static void
every_equal_pair_settles(void)
{
	unsigned int source;
	unsigned int offset;
	unsigned int delay;
	enum kind peer;

	for (peer = KOI; peer < KINDS; peer++)
		for (source = 0; source < SUITE_LEN(sources); source++)
			for (offset = 0; offset < SUITE_LEN(offsets); offset++)
				for (delay = 0; delay < SUITE_LEN(delays); delay++) {
					play_start(peer, source, offset, delay, true);
					play_start(peer, source, offset, delay, false);
				}
}

/* The network was cut and heals: both have been MASTER for long, at any phase. */
static void
play_healing(enum kind peer, unsigned int source, uint64_t phase_us, unsigned int lost)
{
	const uint64_t start_us[NODES] = { 0, phase_us };
	struct match m;

	open_match(&m, peer, sources[source], start_us);
	m.lost[0] = 1000;
	m.lost[1] = 1000;
	play(&m, 20 * SECOND);
	CU_ASSERT_TRUE(is_master(&m.node[0]) && is_master(&m.node[1]));
	m.two_masters_us = 0;
	m.lost[0] = lost & 3;
	m.lost[1] = lost >> 2;
	play(&m, 20 * SECOND + 3 * OWN_MASTER_DOWN);
	CU_ASSERT_TRUE(is_master(&m.node[0]) != is_master(&m.node[1]));
	CU_ASSERT_EQUAL(m.no_master_us, 0);
	/* The master of then stays. */
	CU_ASSERT_TRUE(m.last_change_us < 20 * SECOND + 3 * OWN_MASTER_DOWN - SECOND);
	close_match(&m);
}

/* Up to three messages of each side are lost in all combinations. */
static void
every_equal_pair_settles_after_a_cut(void)
{
	unsigned int source;
	unsigned int lost;
	uint64_t phase_us;
	enum kind peer;

	for (peer = KOI; peer < KINDS; peer++)
		for (source = 0; source < SUITE_LEN(sources); source++)
			for (lost = 0; lost < 16; lost++)
				for (phase_us = 1; phase_us < OWN_INTERVAL; phase_us += 86913)
					play_healing(peer, source, phase_us, lost);
}

/* One of the two does not hear at all: even then only one serves in the end. */
static void
deaf_peer_leaves_one_master(void)
{
	static const uint64_t start_us[NODES] = { 0, 0 };
	unsigned int source;
	enum kind peer;
	struct match m;

	for (peer = KOI; peer < KINDS; peer++) {
		for (source = 0; source < 2; source++) {
			open_match(&m, peer, sources[source], start_us);
			m.lost[0] = UINT32_MAX;
			play(&m, LONG_ENOUGH);
			CU_ASSERT_FALSE(is_master(&m.node[0]));
			CU_ASSERT_TRUE(is_master(&m.node[1]));
			close_match(&m);
		}
	}
}

static const struct suite_test tests[] = {
	SUITE_TEST(every_equal_pair_settles),
	SUITE_TEST(every_equal_pair_settles_after_a_cut),
	SUITE_TEST(deaf_peer_leaves_one_master),
};

int
main(void)
{
	return suite_run("carp match", tests, SUITE_LEN(tests));
}
