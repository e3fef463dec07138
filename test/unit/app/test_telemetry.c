/* SPDX-License-Identifier: BSD-3-Clause */
/* What comes out of DPDK's telemetry socket: each reply is JSON, fits, and says what was answered. */
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "endpoint.h"
#include "endpoint_telemetry.h"
#include "full_runtime.h"
#include "suite.h"
#include "telemetry/telemetry.h"
#include "telemetry_client.h"

static struct runtime *r;
static int fd;

/* ------------------------------------------------------------------------------------------- */
/* Conversion                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static json_t *next_answer;

static json_t *
answer_next(void *context, const char *path, const char *params)
{
	(void)context;
	(void)path;
	(void)params;
	return json_incref(next_answer);
}

/* What arrives of @p answer, which is taken over. */
static json_t *
pass_through(json_t *answer)
{
	static const struct telemetry_source source = { .answer = answer_next };
	json_t *arrived;

	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	next_answer = answer;
	telemetry_start(&source);
	arrived = telemetry_client_ask(fd, "/test/answer", "", NULL);
	telemetry_stop();
	json_decref(answer);
	return arrived;
}

/* Arrives as it was sent. */
static void
check_same(json_t *answer)
{
	json_t *arrived = pass_through(json_incref(answer));

	CU_ASSERT(json_equal(arrived, answer));
	json_decref(arrived);
	json_decref(answer);
}

static void
values_arrive_as_they_were_sent(void)
{
	check_same(json_object());
	check_same(json_pack("{s:i, s:i, s:I}", "zero", 0, "negative", INT_MIN, "big",
			     (json_int_t)INT64_MAX));
	check_same(json_pack("{s:s, s:s}", "empty", "", "text", "back\\slash and \"quote\""));
	check_same(json_pack("{s:[], s:{}}", "no_items", "no_keys"));
	check_same(json_pack("{s:[i,i,i], s:[i,i], s:[s,s]}", "numbers", 1, 2, 3, "signed", 1, -2,
			     "texts", "a", "b"));
	check_same(json_pack("{s:{s:{s:{s:s,s:[i]}}}}", "events", "0", "deep", "deeper", "x", "list",
			     7));
}

static void
what_dpdk_would_garble_is_replaced(void)
{
	json_t *arrived = pass_through(json_pack("{s:s, s:[s]}", "text", "a\tb\nc \xc3\xa9", "list",
						 "\x7f"));

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(arrived, "text")), "a?b?c ??");
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_array_get(json_object_get(arrived, "list"), 0)), "?");
	json_decref(arrived);
}

static void
long_text_arrives_in_pieces(void)
{
	char text[301] = "", joined[400] = "";
	json_t *arrived, *piece;
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i % 26);
	arrived = pass_through(json_pack("{s:s}", "text", text));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(arrived, "text")), 3);
	json_array_foreach (json_object_get(arrived, "text"), i, piece)
		strcat(joined, json_string_value(piece));
	CU_ASSERT_STRING_EQUAL(joined, text);
	json_decref(arrived);

	text[TELEMETRY_STRING_MAX] = '\0';
	check_same(json_pack("{s:s}", "text", text));
}

static void
what_cannot_be_carried_is_null(void)
{
	json_t *arrived;

	arrived = pass_through(json_pack("{s:f}", "real", 1.5));
	CU_ASSERT(json_is_null(arrived));
	arrived = pass_through(json_pack("{s:I}", "negative", (json_int_t)INT_MIN - 1));
	CU_ASSERT(json_is_null(arrived));
	arrived = pass_through(json_pack("{s:[s,i]}", "mixed", "a", 1));
	CU_ASSERT(json_is_null(arrived));
	arrived = pass_through(json_pack("{s:i}", "1@lan", 1));
	CU_ASSERT(json_is_null(arrived));
	arrived = pass_through(json_pack("[]"));
	CU_ASSERT(json_is_null(arrived));
}

static void
too_long_an_answer_is_an_error_and_not_cut(void)
{
	json_t *list = json_array(), *arrived;

	for (int i = 0; i < 500; i++)
		json_array_append_new(list, json_string("a text of some forty octets, all the same"));
	arrived = pass_through(json_pack("{s:o}", "list", list));
	CU_ASSERT(json_is_string(json_object_get(arrived, "error")));
	json_decref(arrived);
}

static void
after_the_end_nothing_is_answered(void)
{
	json_t *arrived = telemetry_client_ask(fd, "/test/answer", "", NULL);

	CU_ASSERT(json_is_null(arrived));
}

/* ------------------------------------------------------------------------------------------- */
/* Endpoints                                                                                    */
/* ------------------------------------------------------------------------------------------- */

/* Every reply, from the first page to the last, is sound and fits. */
static size_t
follow(const char *path, const char *params, const char *list)
{
	long long from = 0, next = 0;
	size_t sum = 0, len;

	do {
		char text[64];
		json_t *answer;

		from = next;
		snprintf(text, sizeof(text), "%s%s%lld", params, params[0] == '\0' ? "" : ",", from);
		answer = telemetry_client_ask(fd, path, text, &len);
		CU_ASSERT(json_is_object(answer));
		CU_ASSERT(len < TELEMETRY_CLIENT_REPLY);
		CU_ASSERT_PTR_NULL(json_object_get(answer, "error"));
		next = json_integer_value(json_object_get(answer, "next"));
		sum += json_array_size(json_object_get(answer, list)) +
		       json_object_size(json_object_get(answer, list));
		json_decref(answer);
	} while (next > from);
	return sum;
}

static void
full_tables_arrive_whole(void)
{
	CU_ASSERT_EQUAL(follow("/carp/list", "", "vhids"), FULL_VHIDS);
	CU_ASSERT_EQUAL(follow("/carp/table", "", "vhids"), FULL_VHIDS);
	CU_ASSERT_EQUAL(follow("/carp/vhid", FULL_VHID, "addresses"), FULL_ADDRESSES);
	CU_ASSERT_EQUAL(follow("/carp/demotion", "", "causes"), CARP_CAUSES_MAX);
	CU_ASSERT_EQUAL(follow("/carp/events", "", "events"), EVENT_HISTORY);
	CU_ASSERT_EQUAL(follow("/interface/list", "", "interfaces"), FULL_INTERFACES);
	CU_ASSERT_EQUAL(follow("/interface/table", "", "interfaces"), FULL_INTERFACES);
	CU_ASSERT_EQUAL(follow("/interface/info", FULL_INTERFACE, "addresses"),
			CONFIG_ADDRESSES_MAX);
	CU_ASSERT_EQUAL(follow("/neigh/table", FULL_INTERFACE, "neighbours"), NEIGH_CAPACITY);
	CU_ASSERT_EQUAL(follow("/worker/stats", "", "workers"), FULL_WORKERS);
}

static void
answers_without_lists_arrive(void)
{
	static const char *const paths[] = { "/carp/stats", "/carp/settings", "/koi/health" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct endpoint_query q = { .params = "" };
		json_t *direct = endpoint_answer(r, paths[i], &q);
		json_t *answer = telemetry_client_ask(fd, paths[i], "", NULL);

		CU_ASSERT_EQUAL(json_object_size(answer), json_object_size(direct));
		json_decref(answer);
		json_decref(direct);
	}
}

static void
an_error_says_why(void)
{
	json_t *answer = telemetry_client_ask(fd, "/carp/vhid", "9@lan", NULL);

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "error")),
			       "no vhid \"9@lan\"");
	json_decref(answer);
	answer = telemetry_client_ask(fd, "/carp/vhid", "\xff\x01\"\\", NULL);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(answer, "error")),
			       "no vhid \"??\"\\\"");
	json_decref(answer);
}

#define ASKERS 8

static _Atomic bool is_over;

static void *
ask_without_pause(void *arg)
{
	int mine = telemetry_client_connect();

	while (!atomic_load(&is_over))
		json_decref(telemetry_client_ask(mine, "/carp/table", "", NULL));
	close(mine);
	return arg;
}

/* koi's end does not wait for a gap between questions. */
static void
questions_do_not_hold_up_the_end(void)
{
	pthread_t thread[ASKERS];
	uint64_t begin_us;

	for (size_t i = 0; i < ASKERS; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, ask_without_pause, NULL), 0);
	usleep(200000);
	begin_us = clock_us();
	endpoint_telemetry_stop();
	fprintf(stderr, "  %" PRIu64 " us until nobody asks\n", clock_us() - begin_us);
	CU_ASSERT(clock_us() - begin_us < 1000000);
	atomic_store(&is_over, true);
	for (size_t i = 0; i < ASKERS; i++)
		pthread_join(thread[i], NULL);
}

static int
run_endpoints(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(full_tables_arrive_whole),
		SUITE_TEST(answers_without_lists_arrive),
		SUITE_TEST(an_error_says_why),
		SUITE_TEST(questions_do_not_hold_up_the_end),
	};
	int status;

	r = full_runtime_create();
	if (endpoint_telemetry_start(r) != 0)
		return 1;
	status = suite_run("telemetry endpoints", tests, SUITE_LEN(tests));
	endpoint_telemetry_stop();
	full_runtime_destroy(r);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(values_arrive_as_they_were_sent),
		SUITE_TEST(what_dpdk_would_garble_is_replaced),
		SUITE_TEST(long_text_arrives_in_pieces),
		SUITE_TEST(what_cannot_be_carried_is_null),
		SUITE_TEST(too_long_an_answer_is_an_error_and_not_cut),
		SUITE_TEST(after_the_end_nothing_is_answered),
	};
	int status;

	(void)argc;
	full_runtime_eal(argv[0]);
	telemetry_register("/test/answer", "of a test");
	fd = telemetry_client_connect();
	status = suite_run("telemetry", tests, SUITE_LEN(tests)) | run_endpoints();
	close(fd);
	return status;
}
