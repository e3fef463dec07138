/* SPDX-License-Identifier: BSD-3-Clause */
#include "table.h"

#include "suite.h"

#define BUDGET 8

struct neigh_table *
table_create(uint32_t capacity, uint16_t interfaces, uint32_t unanswered)
{
	const struct neigh_params params = {
		.name = "test",
		.capacity = capacity,
		.interfaces = interfaces,
		.unanswered = unanswered,
		.random = 1,
		.socket = -1,
	};
	struct neigh_table *t = neigh_create(&params);

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	return t;
}

struct neigh_sighting
table_sighting(uint32_t host, uint8_t mac, uint64_t seen_us)
{
	return (struct neigh_sighting){
		.addr = ip_addr_from_v4_be(host),
		.mac = { 2, 0, 0, 0, 0, mac },
		.evidence = NEIGH_SEEN_SENDER,
		.is_override = true,
		.interface = 1,
		.seen_us = seen_us,
	};
}

struct neigh_sighting
table_answer(uint32_t host, uint8_t mac, uint64_t seen_us)
{
	struct neigh_sighting s = table_sighting(host, mac, seen_us);

	s.evidence = NEIGH_SEEN_ANSWER;
	s.is_known_only = true;
	return s;
}

bool
table_find(const struct neigh_table *t, uint32_t host, uint16_t interface, struct neigh_entry *out)
{
	struct ip_addr addr = ip_addr_from_v4_be(host);
	struct neigh_entry e;
	unsigned int found = 0;

	for (uint32_t i = 0; i < neigh_capacity(t); i++) {
		if (!neigh_copy(t, i, &e) || e.interface != interface ||
		    ip_addr_compare(&e.addr, &addr) != 0)
			continue;
		*out = e;
		found++;
	}
	return found == 1;
}

enum neigh_state
table_state(const struct neigh_table *t, uint32_t host)
{
	struct ip_addr addr = ip_addr_from_v4_be(host);
	const struct neigh_entry *e = neigh_find(t, &addr, 1);

	return e == NULL ? NEIGH_FREE : (enum neigh_state)e->state;
}

unsigned int
table_count_used(const struct neigh_table *t)
{
	struct neigh_entry e;
	unsigned int used = 0;

	for (uint32_t i = 0; i < neigh_capacity(t); i++)
		used += neigh_copy(t, i, &e);
	return used;
}

const char *
table_run(struct neigh_table *t, uint64_t now_us)
{
	static const char letters[] = {
		[NEIGH_SEND_REQUEST] = 'q', [NEIGH_RESOLVED] = 'R',    [NEIGH_CHANGED] = 'C',
		[NEIGH_LOST] = 'L',         [NEIGH_UNREACHABLE] = 'U',
	};
	static char text[TABLE_ACTIONS_MAX + 1];
	struct neigh_action action[BUDGET * NEIGH_ACTIONS_EACH];
	unsigned int done = BUDGET;
	size_t len = 0;

	while (done == BUDGET) {
		unsigned int count = neigh_run(t, now_us, BUDGET, action, &done);

		for (unsigned int i = 0; i < count && len < TABLE_ACTIONS_MAX; i++)
			text[len++] = action[i].is_probe ? 'p' : letters[action[i].type];
	}
	text[len] = '\0';
	return text;
}

void
table_drain(struct neigh_table *t, uint64_t now_us)
{
	struct neigh_action action[BUDGET * NEIGH_ACTIONS_EACH];
	unsigned int done = BUDGET;

	while (done == BUDGET)
		neigh_run(t, now_us, BUDGET, action, &done);
}
