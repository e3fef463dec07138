/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random schedules: whatever happens in whatever order, what was told is what is so, and nobody is
 * asked more often than the rules allow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "suite.h"
#include "table.h"

#define HOSTS 96
#define INTERFACES 3
#define CAPACITY 64
#define UNANSWERED 12
#define STEPS 40000
#define SEEDS 20
#define BUDGET 4

/* What whoever forwards believes. */
struct belief {
	bool is_resolved;
	bool is_failed;
	uint8_t mac[6];
	uint32_t at;
	bool is_pinned;
	bool is_static;
	uint64_t asked_us;
	unsigned int asked; /* in a row, without a sign of life */
};

struct world {
	struct neigh_table *t;
	uint64_t now_us;
	uint64_t random;
	struct belief host[INTERFACES][HOSTS];
	unsigned int seen_actions[NEIGH_UNREACHABLE + 1];
};

static uint32_t
draw(struct world *w, uint32_t below)
{
	w->random = w->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((w->random >> 33) % below);
}

static struct ip_addr
addr_of(uint32_t host)
{
	return (struct ip_addr){ { (uint8_t)host, 1 }, host % 2 == 0 ? IP_V4 : IP_V6 };
}

static void
follow(struct world *w, const struct neigh_action *a)
{
	struct belief *b = &w->host[a->interface][a->addr.octets[0]];

	w->seen_actions[a->type]++;
	switch (a->type) {
	case NEIGH_SEND_REQUEST:
		CU_ASSERT_TRUE(b->asked == 0 || w->now_us >= b->asked_us + NEIGH_RETRANS_US);
		b->asked = w->now_us >= b->asked_us + NEIGH_FAILED_US ? 1 : b->asked + 1;
		b->asked_us = w->now_us;
		/* Three probes, then three requests. */
		CU_ASSERT_TRUE(b->asked <= 2 * NEIGH_REQUESTS);
		CU_ASSERT_TRUE(!a->is_probe || a->mac[0] == 2);
		break;
	case NEIGH_RESOLVED:
		CU_ASSERT_FALSE(b->is_resolved);
		b->is_resolved = true;
		b->is_failed = false;
		b->at = a->at;
		memcpy(b->mac, a->mac, sizeof(b->mac));
		break;
	case NEIGH_CHANGED:
		CU_ASSERT_TRUE(b->is_resolved);
		CU_ASSERT_EQUAL(b->at, a->at);
		CU_ASSERT_NOT_EQUAL(memcmp(b->mac, a->mac, sizeof(b->mac)), 0);
		memcpy(b->mac, a->mac, sizeof(b->mac));
		break;
	case NEIGH_LOST:
		CU_ASSERT_TRUE(b->is_resolved || b->is_failed);
		CU_ASSERT_EQUAL(b->at, a->at);
		CU_ASSERT_FALSE(b->is_static);
		b->is_resolved = false;
		b->is_failed = false;
		break;
	default:
		CU_ASSERT_FALSE(b->is_resolved || b->is_failed);
		b->is_failed = true;
		b->at = a->at;
		b->asked = 0;
		break;
	}
}

static void
run(struct world *w)
{
	struct neigh_action a[BUDGET * NEIGH_ACTIONS_EACH];
	unsigned int done = BUDGET;

	while (done == BUDGET) {
		unsigned int count = neigh_run(w->t, w->now_us, BUDGET, a, &done);

		for (unsigned int i = 0; i < count; i++)
			follow(w, &a[i]);
	}
}

static void
learn(struct world *w, uint16_t interface, uint32_t host)
{
	struct neigh_sighting s = {
		.addr = addr_of(host),
		.mac = { 2, 0, 0, 0, 0, (uint8_t)draw(w, 3) },
		.evidence = (uint8_t)draw(w, 4),
		.is_known_only = draw(w, 4) == 0,
		.is_override = draw(w, 2) == 0,
		.has_no_mac = draw(w, 8) == 0,
		.interface = interface,
		.seen_us = w->now_us - draw(w, 3),
	};

	neigh_learn(w->t, &s);
	/* Whatever it was, it may begin anew. */
	w->host[interface][host].asked = 0;
}

static void
pin(struct world *w, uint16_t interface, uint32_t host)
{
	struct belief *b = &w->host[interface][host];
	struct ip_addr addr = addr_of(host);

	b->asked = 0;
	if (b->is_pinned)
		neigh_unpin(w->t, &addr, interface);
	else if (neigh_pin(w->t, &addr, interface, w->now_us) != 0)
		return;
	b->is_pinned = !b->is_pinned;
}

static void
fix(struct world *w, uint16_t interface, uint32_t host)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };
	struct belief *b = &w->host[interface][host];
	struct ip_addr addr = addr_of(host);

	b->asked = 0;
	if (b->is_static)
		neigh_clear_static(w->t, &addr, interface, w->now_us);
	else if (neigh_set_static(w->t, &addr, interface, mac, w->now_us) != 0)
		return;
	b->is_static = !b->is_static;
}

/* Nothing that is due is left undone for long. */
static void
pass(struct world *w, uint64_t most_us)
{
	uint64_t end_us = w->now_us + draw(w, (uint32_t)most_us);

	run(w);
	while (neigh_due_us(w->t) < end_us) {
		w->now_us = neigh_due_us(w->t);
		run(w);
	}
	w->now_us = end_us;
}

/* One that was forgotten may be asked for at once. */
static void
want(struct world *w, uint16_t interface, uint32_t host)
{
	struct ip_addr addr = addr_of(host);

	if (neigh_find(w->t, &addr, interface) == NULL)
		w->host[interface][host].asked = 0;
	neigh_want(w->t, &addr, interface, w->now_us);
}

static void
link_up(struct world *w, uint16_t interface)
{
	neigh_link_up(w->t, interface, w->now_us);
	for (uint32_t host = 0; host < HOSTS; host++)
		w->host[interface][host].asked = 0;
}

static void
happen(struct world *w)
{
	uint16_t interface = (uint16_t)draw(w, INTERFACES);
	uint32_t host = draw(w, HOSTS), what = draw(w, 100);

	if (what < 30)
		want(w, interface, host);
	else if (what < 60)
		learn(w, interface, host);
	else if (what < 70)
		neigh_used(w->t, draw(w, CAPACITY), w->now_us);
	else if (what < 72 && host < 6)
		pin(w, interface, host);
	else if (what < 74 && host < 12 && host >= 6)
		fix(w, interface, host);
	else if (what == 75)
		link_up(w, interface);
	else if (what > 80)
		pass(w, what > 97 ? 40 * SECOND : SECOND);
}

/* Nothing is left to be done: then what was told is so. */
static void
check(const struct world *w)
{
	unsigned int used = 0;

	CU_ASSERT_TRUE(neigh_due_us(w->t) > w->now_us);
	for (uint16_t interface = 0; interface < INTERFACES; interface++) {
		for (uint32_t host = 0; host < HOSTS; host++) {
			const struct belief *b = &w->host[interface][host];
			struct ip_addr addr = addr_of(host);
			const struct neigh_entry *e = neigh_find(w->t, &addr, interface);

			used += e != NULL;
			CU_ASSERT_FALSE((b->is_pinned || b->is_static) && e == NULL);
			CU_ASSERT_FALSE(b->is_resolved && (e == NULL || !neigh_has_mac(e)));
			CU_ASSERT_FALSE(b->is_failed && (e == NULL || neigh_has_mac(e)));
			if (e == NULL)
				continue;
			CU_ASSERT_TRUE(e->due_us > w->now_us);
			CU_ASSERT_FALSE(b->is_static != (e->state == NEIGH_STATIC));
			CU_ASSERT_FALSE(b->is_pinned != (e->pins != 0));
			CU_ASSERT_FALSE(e->pins != 0 && e->state == NEIGH_STALE);
			CU_ASSERT_EQUAL(b->is_resolved, e->is_wanted && neigh_has_mac(e));
			CU_ASSERT_FALSE(b->is_resolved &&
					memcmp(b->mac, e->mac, sizeof(e->mac)) != 0);
		}
	}
	CU_ASSERT_EQUAL(used, table_count_used(w->t));
}

static void
any_order_of_events(void)
{
	for (unsigned int seed = 1; seed <= SEEDS; seed++) {
		struct world w = {
			.t = table_create(CAPACITY, INTERFACES, UNANSWERED),
			.now_us = 100 * SECOND,
			.random = seed,
		};

		for (unsigned int step = 0; step < STEPS; step++) {
			happen(&w);
			if (draw(&w, 3) != 0)
				continue;
			run(&w);
			if (step % 16 == 0)
				check(&w);
			if (CU_get_number_of_failures() != 0) {
				printf("seed %u, step %u\n", seed, step);
				break;
			}
		}
		/* Every action has been seen, or the schedules show nothing. */
		for (unsigned int i = 0; i <= NEIGH_UNREACHABLE; i++)
			CU_ASSERT_TRUE(w.seen_actions[i] > 10);
		neigh_destroy(w.t);
	}
}

static const struct suite_test tests[] = {
	SUITE_TEST(any_order_of_events),
};

int
main(void)
{
	return frames_start() ? suite_run("neigh_random", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
