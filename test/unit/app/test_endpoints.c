/* SPDX-License-Identifier: BSD-3-Clause */
/* Every answer about a runtime with every table full: whole, in pages that fit, with sound keys. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "full_runtime.h"
#include "suite.h"
#include "telemetry/telemetry.h"

#define NOW_US (1ULL << 49)

static struct runtime *r;

/* Every endpoint, with a parameter where it needs one, and its list. */
static const struct question {
	const char *path;
	const char *params;
	const char *list; /* NULL: none */
	size_t count;
} questions[] = {
	{ "/carp/list", "", "vhids", FULL_VHIDS },
	{ "/carp/table", "", "vhids", FULL_VHIDS },
	{ "/carp/vhid", FULL_VHID, "addresses", FULL_ADDRESSES },
	{ "/carp/stats", "", NULL, 0 },
	{ "/carp/stats", FULL_VHID, NULL, 0 },
	{ "/carp/demotion", "", "causes", CARP_CAUSES_MAX },
	{ "/carp/events", "", "events", EVENT_HISTORY },
	{ "/carp/settings", "", NULL, 0 },
	{ "/interface/list", "", "interfaces", FULL_INTERFACES },
	{ "/interface/table", "", "interfaces", FULL_INTERFACES },
	{ "/interface/info", FULL_INTERFACE, "addresses", CONFIG_ADDRESSES_MAX },
	{ "/neigh/table", FULL_INTERFACE, "neighbours", NEIGH_CAPACITY },
	{ "/worker/stats", "", "workers", FULL_WORKERS },
	{ "/koi/health", "", NULL, 0 },
};

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static json_t *
ask(const char *path, const char *params, bool is_paged)
{
	struct endpoint_query q = { .params = params, .is_paged = is_paged, .now_us = NOW_US };
	json_t *answer = endpoint_answer(r, path, &q);

	CU_ASSERT_EQUAL(answer == NULL, q.error[0] != '\0');
	return answer;
}

static long long
number(const json_t *o, const char *key)
{
	CU_ASSERT(json_is_integer(json_object_get(o, key)));
	return json_integer_value(json_object_get(o, key));
}

/* The error, which is empty if there is an answer. */
static const char *
error_of(const char *path, const char *params)
{
	static struct endpoint_query q;

	q = (struct endpoint_query){ .params = params, .now_us = NOW_US };
	json_decref(endpoint_answer(r, path, &q));
	return q.error;
}

static void
every_endpoint_is_asked(void)
{
	for (const struct endpoint *e = endpoints; e->path != NULL; e++) {
		bool found = false;

		for (size_t i = 0; i < QUESTIONS; i++)
			found = found || strcmp(questions[i].path, e->path) == 0;
		CU_ASSERT(found);
		CU_ASSERT(e->help[0] != '\0');
	}
}

static void
check_keys(const json_t *value)
{
	const json_t *inner;
	const char *key;

	json_object_foreach ((json_t *)value, key, inner) {
		CU_ASSERT_EQUAL(key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_")], '\0');
		check_keys(inner);
	}
}

static void
keys_are_what_telemetry_takes(void)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		json_t *answer = ask(questions[i].path, questions[i].params, false);

		check_keys(answer);
		json_decref(answer);
	}
}

static char documentation[64 << 10];

/* Lists keyed by place, and counters by their modules' names, are described as a whole. */
static void
check_documented(const json_t *value)
{
	const json_t *inner;
	const char *key;

	json_object_foreach ((json_t *)value, key, inner) {
		char quoted[80];

		snprintf(quoted, sizeof(quoted), "`%s`", key);
		if (key[strspn(key, "0123456789")] != '\0' && strstr(documentation, quoted) == NULL) {
			fprintf(stderr, "%s is not documented\n", quoted);
			CU_FAIL("not documented");
		}
		if (strcmp(key, "counters") != 0 && strcmp(key, "drops_by_reason") != 0)
			check_documented(inner);
	}
}

static void
every_query_and_key_is_documented(void)
{
	for (const struct endpoint *e = endpoints; e->path != NULL; e++) {
		char heading[64];

		snprintf(heading, sizeof(heading), "\n### %s", e->path);
		CU_ASSERT_PTR_NOT_NULL(strstr(documentation, heading));
	}
	for (size_t i = 0; i < QUESTIONS; i++) {
		json_t *answer = ask(questions[i].path, questions[i].params, false);

		check_documented(answer);
		json_decref(answer);
	}
}

static void
read_documentation(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL || fread(documentation, 1, sizeof(documentation) - 1, f) == 0)
		err(1, "%s", path);
	fclose(f);
}

static void
no_answer_holds_a_secret(void)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		json_t *answer = ask(questions[i].path, questions[i].params, false);
		char *text = json_dumps(answer, 0);

		CU_ASSERT_PTR_NULL(strstr(text, FULL_SECRET));
		free(text);
		json_decref(answer);
	}
}

static size_t
size_of_list(const json_t *list)
{
	return json_is_array(list) ? json_array_size(list) : json_object_size(list);
}

static void
whole_answers_are_whole(void)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct question *q = &questions[i];
		json_t *answer = ask(q->path, q->params, false);

		if (q->list != NULL) {
			CU_ASSERT_EQUAL(size_of_list(json_object_get(answer, q->list)), q->count);
			CU_ASSERT_EQUAL(number(answer, "count"), q->count);
		}
		json_decref(answer);
	}
}

static void
check_page_size(const json_t *page)
{
	const json_t *value;
	const char *key;

	CU_ASSERT(json_dumpb(page, NULL, 0, JSON_COMPACT) <= TELEMETRY_REPLY_MAX);
	CU_ASSERT(json_object_size(page) <= TELEMETRY_ENTRIES_MAX);
	json_object_foreach ((json_t *)page, key, value)
		CU_ASSERT(size_of_list(value) <= TELEMETRY_ENTRIES_MAX);
}

/* Events begin anew with each page: what they are is told by their numbers, not by their places. */
static void
append_events(json_t *all, const json_t *list)
{
	const json_t *event;
	const char *key;

	json_object_foreach ((json_t *)list, key, event) {
		char place[24];

		snprintf(place, sizeof(place), "%zu", json_object_size(all));
		json_object_set(all, place, (json_t *)event);
	}
}

static void
append(const struct question *q, json_t *all, json_t *list)
{
	if (json_is_array(all))
		json_array_extend(all, list);
	else if (strcmp(q->path, "/carp/events") == 0)
		append_events(all, list);
	else
		CU_ASSERT_EQUAL(json_object_update_missing(all, list), 0);
}

/* Follow "next" to the end. */
static json_t *
collect(const struct question *q, json_t *all)
{
	long long from = 0, next = 0;
	size_t sum = 0;

	do {
		char params[64];
		json_t *page;

		from = next;
		snprintf(params, sizeof(params), "%s%s%lld", q->params,
			 q->params[0] == '\0' ? "" : ",", from);
		page = ask(q->path, params, true);
		check_page_size(page);
		next = number(page, "next");
		sum += size_of_list(json_object_get(page, q->list));
		append(q, all, json_object_get(page, q->list));
		json_decref(page);
	} while (next > from && sum < q->count);
	CU_ASSERT_EQUAL(sum, q->count);
	return all;
}

static void
pages_add_up_without_gap_or_double(void)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct question *q = &questions[i];
		json_t *whole, *all;

		if (q->list == NULL)
			continue;
		whole = ask(q->path, q->params, false);
		all = json_is_array(json_object_get(whole, q->list)) ? json_array() : json_object();
		all = collect(q, all);
		CU_ASSERT(json_equal(all, json_object_get(whole, q->list)));
		json_decref(all);
		json_decref(whole);
	}
}

static void
what_has_no_list_fits_too(void)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		json_t *answer = ask(questions[i].path, questions[i].params, true);

		check_page_size(answer);
		json_decref(answer);
	}
}

static void
page_beyond_the_end_is_empty(void)
{
	json_t *page = ask("/carp/list", "999999999999", true);

	CU_ASSERT_EQUAL(json_array_size(json_object_get(page, "vhids")), 0);
	CU_ASSERT_EQUAL(number(page, "next"), FULL_VHIDS);
	json_decref(page);
}

static void
bad_parameters_are_refused_with_a_reason(void)
{
	static const struct {
		const char *path, *params, *error;
	} bad[] = {
		{ "/carp/list", "-1", "\"-1\" is not a number" },
		{ "/carp/list", "99999999999999999999999", NULL },
		{ "/carp/list", "1,2", NULL },
		{ "/carp/list", " 1", NULL },
		{ "/carp/settings", "x", "takes no parameter, not \"x\"" },
		{ "/carp/vhid", "", "needs a vhid: VHID@INTERFACE" },
		{ "/carp/vhid", "9@lan", "no vhid \"9@lan\"" },
		{ "/carp/vhid", "001@" FULL_INTERFACE, NULL },
		{ "/carp/vhid", "+1@" FULL_INTERFACE, NULL },
		{ "/carp/vhid", "0@" FULL_INTERFACE, NULL },
		{ "/carp/vhid", "256@" FULL_INTERFACE, NULL },
		{ "/carp/vhid", "-1@" FULL_INTERFACE, NULL },
		{ "/carp/vhid", "18446744073709551617@" FULL_INTERFACE, NULL },
		{ "/carp/vhid", FULL_VHID "0", NULL },
		{ "/carp/vhid", FULL_VHID ",x", "\"x\" is not a number" },
		{ "/carp/vhid", "\xff\xfe\n\x01", "no vhid \"????\"" },
		{ "/carp/stats", FULL_VHID ",0", NULL },
		{ "/interface/info", "lan", "no interface \"lan\"" },
		{ "/interface/info", ",,,", "needs an interface" },
		{ "/neigh/table", "", "needs an interface" },
		{ "/neigh/table", FULL_INTERFACE ",-5", NULL },
		{ "/koi/health", "%s%n", NULL },
		{ "/no/such", "", "no query \"/no/such\"" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *error = error_of(bad[i].path, bad[i].params);

		CU_ASSERT_NOT_EQUAL(error[0], '\0');
		if (bad[i].error != NULL)
			CU_ASSERT_STRING_EQUAL(error, bad[i].error);
	}
}

static void
huge_parameters_are_refused(void)
{
	char huge[2000];

	memset(huge, '@', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	for (const struct endpoint *e = endpoints; e->path != NULL; e++)
		CU_ASSERT_NOT_EQUAL(error_of(e->path, huge)[0], '\0');
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
	long long sum = 0;
	const char *key;

	json_object_foreach ((json_t *)reasons, key, value) {
		CU_ASSERT_EQUAL(strncmp(key, "drop_", 5), 0);
		sum += json_integer_value(value);
		named++;
	}
	CU_ASSERT_EQUAL(sum, number(answer, "drops"));
	/* No two modules give the same name to different things. */
	named += json_object_size(json_object_get(answer, "counters"));
	named += LINK_TX_BYTES + 1; /* shown above the others */
	CU_ASSERT_EQUAL(named, LINK_COUNTERS + ARP_COUNTERS + FWD_COUNTERS + 10);
	json_decref(answer);
}

static json_t *
ask_with_status(const struct carp_vhid_status *s)
{
	record_write(r->vhid[0].status, s);
	return ask("/carp/vhid", r->vhid[0].name, false);
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
split_brain_is_another_master_lately(void)
{
	struct carp_vhid_status s = {
		.state = CARP_MASTER, .has_master = true, .master_advbase = 1,
		.since_us = NOW_US - 5000000, .master_heard_us = NOW_US - 1000000,
	};
	json_t *answer = ask_with_status(&s);

	CU_ASSERT_EQUAL(number(answer, "split_brain"), 1);
	json_decref(answer);

	s.master_heard_us = NOW_US - 3000000; /* silent for as long as makes a backup take over */
	answer = ask_with_status(&s);
	CU_ASSERT_EQUAL(number(answer, "split_brain"), 0);
	json_decref(answer);

	s.master_heard_us = s.since_us - 1; /* the one from which we took over */
	s.since_us = NOW_US - 10;
	answer = ask_with_status(&s);
	CU_ASSERT_EQUAL(number(answer, "split_brain"), 0);
	json_decref(answer);
}

static void
neighbours_grow_stale(void)
{
	struct endpoint_query q = { .params = FULL_INTERFACE };
	json_t *answer, *list;

	q.now_us = NEIGH_REACHABLE_US + 1; /* the first was heard at 0, the next at 1 */
	answer = endpoint_answer(r, "/neigh/table", &q);
	list = json_object_get(answer, "neighbours");
	for (unsigned int i = 0; i < 3; i++) {
		char key[12];
		const json_t *e;

		snprintf(key, sizeof(key), "%u", i);
		e = json_object_get(list, key);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "state")),
				       i == 0 ? "stale" : "reachable");
	}
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
	};

	for (unsigned int type = 0; type < sizeof(keys) / sizeof(keys[0]); type++) {
		struct event e = { .type = type, .subject = 0 };
		json_t *answer, *event;

		event_history_add(r->history, &e);
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

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(every_endpoint_is_asked),
		SUITE_TEST(keys_are_what_telemetry_takes),
		SUITE_TEST(every_query_and_key_is_documented),
		SUITE_TEST(no_answer_holds_a_secret),
		SUITE_TEST(whole_answers_are_whole),
		SUITE_TEST(pages_add_up_without_gap_or_double),
		SUITE_TEST(what_has_no_list_fits_too),
		SUITE_TEST(page_beyond_the_end_is_empty),
		SUITE_TEST(bad_parameters_are_refused_with_a_reason),
		SUITE_TEST(huge_parameters_are_refused),
		SUITE_TEST(stats_sum_vhids_and_workers),
		SUITE_TEST(drops_of_an_interface_add_up),
		SUITE_TEST(neighbours_grow_stale),
		SUITE_TEST(neighbours_are_those_of_the_interface),
		SUITE_TEST(events_go_on_where_they_ended),
		SUITE_TEST(every_type_of_event_is_described),
		SUITE_TEST(timers_are_named_by_state_and_never_negative),
		SUITE_TEST(split_brain_is_another_master_lately),
	};
	int status;

	if (argc != 2)
		errx(2, "usage: test_endpoints TELEMETRY.MD");
	read_documentation(argv[1]);
	full_runtime_eal(argv[0]);
	r = full_runtime_create();
	status = suite_run("endpoints", tests, SUITE_LEN(tests));
	full_runtime_destroy(r);
	return status;
}
