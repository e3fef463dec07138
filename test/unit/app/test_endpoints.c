/* SPDX-License-Identifier: BSD-3-Clause */
/* Every answer about a runtime with every table full: whole, in pages that fit, with sound keys. */
#include <err.h>
#include <inttypes.h>
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
	{ "/neigh/stats", "", NULL, 0 },
	{ "/fwd/route", FULL_ROUTE_VIRTUAL, NULL, 0 },
	{ "/fwd/route", FULL_ROUTE_PATHS, NULL, 0 },
	{ "/fwd/stats", "", NULL, 0 },
	{ "/fwd/tables", "", NULL, 0 },
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

static uint64_t
number(const json_t *o, const char *key)
{
	CU_ASSERT(json_is_integer(json_object_get(o, key)));
	return (uint64_t)json_integer_value(json_object_get(o, key));
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
		bool is_place = key[strspn(key, "0123456789")] == '\0';
		char quoted[80];

		snprintf(quoted, sizeof(quoted), "`%s`", key);
		if (!is_place && strstr(documentation, quoted) == NULL) {
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
	uint64_t from = 0, next = 0;
	size_t sum = 0;

	do {
		char params[64];
		json_t *page;

		from = next;
		snprintf(params, sizeof(params), "%s%s%" PRIu64, q->params,
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
		{ "/carp/list", "18446744073709551615", "\"18446744073709551615\" is too large" },
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
		{ "/fwd/route", "", "needs an address" },
		{ "/fwd/route", "10.0.0", "\"10.0.0\" is not an address" },
		{ "/fwd/route", "10.0.0.1/32", NULL },
		{ "/fwd/route", "2001:db8::1", "there are no IPv6 routes" },
		{ "/fwd/tables", "x", "takes no parameter, not \"x\"" },
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
