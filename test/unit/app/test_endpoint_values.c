/* SPDX-License-Identifier: BSD-3-Clause */
/* What the answers say: sums, timers, ages, events. */
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "full_runtime.h"
#include "suite.h"

#define NOW_US (1ULL << 49)

static struct runtime *r;

static json_t *
ask(const char *path, const char *params, bool is_paged)
{
	struct endpoint_query q = { .params = params, .is_paged = is_paged, .now_us = NOW_US };
	json_t *answer = endpoint_answer(r, path, &q);

	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	return answer;
}

static uint64_t
number(const json_t *o, const char *key)
{
	CU_ASSERT(json_is_integer(json_object_get(o, key)));
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static void
stats_sum_vhids_and_workers(void)
{
	json_t *answer = ask("/carp/stats", "", false);
	json_t *one = ask("/carp/stats", FULL_VHID, false);
	/* A worker counts for the first interface and for three others. */
	uint64_t lists = FULL_WORKERS + FULL_INTERFACES - 1;
	uint64_t big = number(one, "received");

	for (unsigned int c = 0; c < CARP_COUNTERS; c++) {
		CU_ASSERT_EQUAL(number(one, carp_counter_name(c)), big);
		CU_ASSERT_EQUAL(number(answer, carp_counter_name(c)),
				FULL_VHIDS * big + lists * (big + c));
	}
	CU_ASSERT_EQUAL(number(answer, "punt_policed"), lists * (big + LINK_PUNT_POLICED));
	CU_ASSERT_PTR_NULL(json_object_get(one, "punt_policed"));
	json_decref(one);
	json_decref(answer);
}

static void
drops_of_an_interface_add_up(void)
{
	json_t *answer = ask("/interface/info", FULL_INTERFACE, false);
	const json_t *value, *reasons = json_object_get(answer, "drops_by_reason");
	unsigned int named = 0;
	uint64_t sum = 0;
	const char *key;

	json_object_foreach ((json_t *)reasons, key, value) {
		CU_ASSERT_EQUAL(strncmp(key, "drop_", 5), 0);
		sum += (uint64_t)json_integer_value(value);
		named++;
	}
	CU_ASSERT_EQUAL(sum, number(answer, "drops"));
	/* No two modules give the same name to different things. */
	named += json_object_size(json_object_get(answer, "counters"));
	named += LINK_TX_BYTES + 1; /* shown above the others */
	CU_ASSERT_EQUAL(named, LINK_COUNTERS + ARP_COUNTERS + ND_COUNTERS + FWD_COUNTERS + 11);
	json_decref(answer);
}

static json_t *
ask_with_status(const struct carp_vhid_status *s)
{
	record_write(r->view->vhid[0]->status, s);
	return ask("/carp/vhid", r->view->vhid[0]->name, false);
}

static void
timers_are_named_by_state_and_never_negative(void)
{
	struct carp_vhid_status s = { .state = CARP_BACKUP, .deadline_us = NOW_US + 2500000 };
	json_t *answer = ask_with_status(&s);

	CU_ASSERT_EQUAL(number(answer, "master_down_ms"), 2500);
	CU_ASSERT_PTR_NULL(json_object_get(answer, "next_advert_ms"));
	json_decref(answer);

	s.state = CARP_MASTER;
	s.deadline_us = NOW_US - 1;
	answer = ask_with_status(&s);
	CU_ASSERT_EQUAL(number(answer, "next_advert_ms"), 0);
	CU_ASSERT_PTR_NULL(json_object_get(answer, "master_down_ms"));
	json_decref(answer);

	s.state = CARP_INIT;
	s.since_us = NOW_US + 1000000;
	answer = ask_with_status(&s);
	CU_ASSERT_PTR_NULL(json_object_get(answer, "next_advert_ms"));
	CU_ASSERT_PTR_NULL(json_object_get(answer, "master_address"));
	CU_ASSERT_EQUAL(number(answer, "state_age_ms"), 0);
	json_decref(answer);
}

static void
split_brain_says_who_and_since_when(void)
{
	struct carp_vhid_status s = {
		.state = CARP_MASTER,
		.split_brain = { .is_on = true, .since_us = NOW_US - 5000000, .has_peer = true },
	};
	json_t *answer;

	ip_addr_parse("10.0.0.3", &s.split_brain.peer);
	answer = ask_with_status(&s);
	CU_ASSERT_EQUAL(number(answer, "split_brain"), 1);
	CU_ASSERT_EQUAL(number(answer, "split_brain_age_ms"), 5000);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "split_brain_peer")),
			       "10.0.0.3");
	CU_ASSERT_PTR_NULL(json_object_get(answer, "split_brain_mac"));
	json_decref(answer);

	s.split_brain.is_on = false;
	answer = ask_with_status(&s);
	CU_ASSERT_EQUAL(number(answer, "split_brain"), 0);
	CU_ASSERT_PTR_NULL(json_object_get(answer, "split_brain_peer"));
	json_decref(answer);
}

static void
forecast_names_the_winner(void)
{
	struct vhid_forecast f = { .carp = { .winner = CARP_WINNER_PEER, .reason = "faster" } };
	struct carp_vhid_status s = { .state = CARP_BACKUP };
	json_t *answer;

	ip_addr_parse("10.0.0.3", &f.carp.peer);
	record_write(r->view->vhid[0]->forecast, &f);
	answer = ask_with_status(&s);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "next_master")), "10.0.0.3");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "next_master_reason")),
			       "faster");
	CU_ASSERT_PTR_NULL(json_object_get(answer, "heir"));
	json_decref(answer);

	f.carp.winner = CARP_WINNER_US;
	record_write(r->view->vhid[0]->forecast, &f);
	answer = ask_with_status(&s);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "next_master")), "self");
	json_decref(answer);
}

/* Who was seen asking is not known to answer. */
static void
neighbours_are_shown_with_their_state(void)
{
	struct endpoint_query q = { .params = FULL_INTERFACE, .now_us = 5000000 };
	json_t *answer = endpoint_answer(r, "/neigh/table", &q);
	const json_t *e = json_object_get(json_object_get(answer, "neighbours"), "1");

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "state")), "stale");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "mac")), "02:ff:ff:ff:ff:ff");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "family")), "ipv6");
	CU_ASSERT_EQUAL(number(e, "heard_age_ms"), 4999);
	CU_ASSERT_EQUAL(number(e, "pinned"), 0);
	/* It has never been used. */
	CU_ASSERT_PTR_NULL(json_object_get(e, "used_age_ms"));
	json_decref(answer);

	answer = ask("/neigh/stats", "", false);
	CU_ASSERT_EQUAL(number(answer, "capacity"), NEIGH_CAPACITY);
	CU_ASSERT_EQUAL(number(answer, "used"), FULL_NEIGHBOURS);
	CU_ASSERT_EQUAL(number(json_object_get(answer, "states"), "stale"), FULL_NEIGHBOURS);
	CU_ASSERT_EQUAL(number(json_object_get(answer, "counters"), "requests"), 0);
	json_decref(answer);
}

static void
neighbours_are_those_of_the_interface(void)
{
	json_t *answer = ask("/neigh/table", "interface-00001", false);

	CU_ASSERT_EQUAL(number(answer, "count"), 0);
	json_decref(answer);
}

static void
events_go_on_where_they_ended(void)
{
	json_t *answer = ask("/carp/events", "", false);

	CU_ASSERT_EQUAL(number(answer, "missed"), 100);
	CU_ASSERT_EQUAL(number(answer, "next"), EVENT_HISTORY + 100);
	json_decref(answer);

	answer = ask("/carp/events", "1123", false);
	CU_ASSERT_EQUAL(number(answer, "count"), 1);
	CU_ASSERT_EQUAL(number(answer, "missed"), 0);
	json_decref(answer);

	answer = ask("/carp/events", "1124", true);
	CU_ASSERT_EQUAL(number(answer, "count"), 0);
	CU_ASSERT_EQUAL(number(answer, "next"), 1124);
	json_decref(answer);

	/* Of an earlier run. */
	answer = ask("/carp/events", "1125", false);
	CU_ASSERT_EQUAL(number(answer, "missed"), 100);
	CU_ASSERT_EQUAL(number(answer, "next"), EVENT_HISTORY + 100);
	json_decref(answer);
}

static void
every_type_of_event_is_described(void)
{
	static const char *const keys[] = {
		[EVENT_STATE] = "reason",
		[EVENT_LINK] = "to",
		[EVENT_DEMOTION] = "demotion",
		[EVENT_WORKER_STALLED] = "stall_ms",
		[EVENT_WORKER_RECOVERED] = "stall_ms",
		[EVENT_CONTROL_LATE] = "stall_ms",
		[EVENT_BAD_ADVERT] = "peer",
		[EVENT_NOTICE] = "type",
		[EVENT_DUPLICATE_ADDRESS] = "mac",
		[EVENT_ADDRESS_CONFLICT] = "address",
	};

	for (unsigned int type = 0; type < sizeof(keys) / sizeof(keys[0]); type++) {
		struct event e = { .type = type, .subject = 0 };
		json_t *answer, *event;

		event_history_add(r->history, &e, "");
		answer = ask("/carp/events", "1123", false);
		event = json_object_get(json_object_get(answer, "events"), "1");
		for (unsigned int i = 1; i <= type; i++) {
			char key[12];

			snprintf(key, sizeof(key), "%u", i + 1);
			event = json_object_get(json_object_get(answer, "events"), key);
		}
		CU_ASSERT_PTR_NOT_NULL(json_object_get(event, "type"));
		CU_ASSERT_PTR_NOT_NULL(json_object_get(event, keys[type]));
		json_decref(answer);
	}
}

/* The value of a key as text; of a next hop by its place. */
static const char *
route_text(const json_t *answer, const char *place, const char *key)
{
	const json_t *o = answer;
	const char *value;

	if (place != NULL)
		o = json_object_get(json_object_get(answer, "next_hops"), place);
	value = json_string_value(json_object_get(o, key));
	return value == NULL ? "" : value;
}

static void
a_route_says_where_packets_go(void)
{
	json_t *answer = ask("/fwd/route", FULL_ROUTE_PATHS, false);

	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "address"), FULL_ROUTE_PATHS);
	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "prefix"), "10.1.0.0/16");
	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "kind"), "multipath");
	CU_ASSERT_EQUAL(json_object_size(json_object_get(answer, "next_hops")), FWD_ADJ_PATHS_MAX);
	CU_ASSERT_STRING_EQUAL(route_text(answer, "0", "address"), "fe80::1");
	CU_ASSERT_STRING_EQUAL(route_text(answer, "0", "interface"), FULL_INTERFACE);
	CU_ASSERT_STRING_EQUAL(route_text(answer, "0", "mac"), "ff:ff:ff:ff:ff:ff");
	CU_ASSERT_STRING_EQUAL(route_text(answer, "0", "state"), "resolved");
	CU_ASSERT_STRING_EQUAL(route_text(answer, "1", "mac"), "");
	CU_ASSERT_STRING_EQUAL(route_text(answer, "1", "state"), "unresolved");
	json_decref(answer);

	answer = ask("/fwd/route", FULL_ROUTE_NONE, false);
	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "kind"), "no_route");
	CU_ASSERT_EQUAL(json_object_size(answer), 2);
	json_decref(answer);
}

static void
a_virtual_address_is_shown_with_its_role(void)
{
	struct vip_roles *role_words = &r->interface[0].vip.roles;
	uint64_t was = vip_role_load(role_words, 255);
	json_t *answer;

	vip_role_store(role_words, 255, vip_role_word(VIP_ROLE_BACKUP, 1));
	answer = ask("/fwd/route", FULL_ROUTE_VIRTUAL, false);
	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "kind"), "virtual");
	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "vhid"), FULL_VHID);
	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "role"), "BACKUP");
	CU_ASSERT_STRING_EQUAL(route_text(answer, NULL, "mac"), "00:00:5e:00:01:ff");
	json_decref(answer);
	vip_role_store(role_words, 255, was);
}

static void
tables_say_how_full_they_are(void)
{
	json_t *answer = ask("/fwd/tables", "", false);
	const json_t *ip4 = json_object_get(answer, "ip4");

	CU_ASSERT_EQUAL(number(ip4, "routes"), 2);
	CU_ASSERT_EQUAL(number(ip4, "routes_max"), 16);
	CU_ASSERT_EQUAL(number(ip4, "groups"), 1);
	CU_ASSERT_EQUAL(number(answer, "changes"), 2);
	/* Three that are always there, a vhid, next hops, and their list. */
	CU_ASSERT_EQUAL(number(answer, "adjacencies"), 3 + 1 + FWD_ADJ_PATHS_MAX + 1);
	CU_ASSERT(number(answer, "memory_bytes") >= 64 << 20);
	CU_ASSERT_PTR_NULL(json_object_get(answer, "ip6"));
	json_decref(answer);
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(stats_sum_vhids_and_workers),
		SUITE_TEST(drops_of_an_interface_add_up),
		SUITE_TEST(a_route_says_where_packets_go),
		SUITE_TEST(a_virtual_address_is_shown_with_its_role),
		SUITE_TEST(tables_say_how_full_they_are),
		SUITE_TEST(neighbours_are_shown_with_their_state),
		SUITE_TEST(neighbours_are_those_of_the_interface),
		SUITE_TEST(events_go_on_where_they_ended),
		SUITE_TEST(every_type_of_event_is_described),
		SUITE_TEST(timers_are_named_by_state_and_never_negative),
		SUITE_TEST(split_brain_says_who_and_since_when),
		SUITE_TEST(forecast_names_the_winner),
	};
	int status;

	(void)argc;
	full_runtime_eal(argv[0]);
	r = full_runtime_create();
	status = suite_run("endpoint values", tests, SUITE_LEN(tests));
	full_runtime_destroy(r);
	return status;
}
