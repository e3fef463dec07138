/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A query: the first octet says which, the others are its parameters, as they are after the comma.
 * It is answered in pages and whole; a page fits the telemetry socket and is part of the whole.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "full_runtime.h"
#include "telemetry/telemetry.h"

#define NOW_US (1ULL << 49)
#define PARAMS_MAX 4096

static struct runtime *r;
static size_t endpoint_count;

static void
prepare(void)
{
	if (r != NULL)
		return;
	full_runtime_eal("fuzz-telemetry");
	r = full_runtime_create();
	while (endpoints[endpoint_count].path != NULL)
		endpoint_count++;
}

/* Lists of an answer go on, the rest does not depend on where it begins. */
static void
check_numbers(const json_t *answer)
{
	const json_t *count = json_object_get(answer, "count");
	const json_t *next = json_object_get(answer, "next");

	FUZZ_REQUIRE((count == NULL) == (next == NULL));
	FUZZ_REQUIRE(count == NULL || json_is_integer(count));
	FUZZ_REQUIRE(next == NULL || json_integer_value(next) >= 0);
}

static json_t *
ask(const char *path, const char *params, bool is_paged)
{
	struct endpoint_query q = { .params = params, .is_paged = is_paged, .now_us = NOW_US };
	json_t *answer = endpoint_answer(r, path, &q);

	FUZZ_REQUIRE((answer == NULL) == (q.error[0] != '\0'));
	for (const char *c = q.error; *c != '\0'; c++)
		FUZZ_REQUIRE(*c >= 0x20 && *c <= 0x7e);
	return answer;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char params[PARAMS_MAX + 1];
	json_t *page, *whole;
	const char *path;

	if (size == 0 || size > PARAMS_MAX)
		return 0;
	prepare();
	path = endpoints[data[0] % endpoint_count].path;
	memcpy(params, data + 1, size - 1);
	params[size - 1] = '\0';
	page = ask(path, params, true);
	whole = ask(path, params, false);
	FUZZ_REQUIRE((page == NULL) == (whole == NULL));
	if (page != NULL) {
		FUZZ_REQUIRE(json_dumpb(page, NULL, 0, JSON_COMPACT) <= TELEMETRY_REPLY_MAX);
		check_numbers(page);
		check_numbers(whole);
	}
	json_decref(page);
	json_decref(whole);
	return 0;
}
