/* SPDX-License-Identifier: BSD-3-Clause */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "config_fixture.h"

#define PASS "hunter2hunter2"
#define FILE_PASS "swordfish-swordfish"
#define ACCEPTED "xyzzy-plugh-xyzzy"

void __real_free(void *block);
void __wrap_free(void *block);

/* Volatile: the compiler knows that no free() looks at them. */
static volatile bool is_watching;
static volatile size_t freed_blocks;
static volatile size_t freed_with_secret;

static bool
has_secret(const void *block, size_t size)
{
	return memmem(block, size, PASS, strlen(PASS)) != NULL ||
	       memmem(block, size, ACCEPTED, strlen(ACCEPTED)) != NULL ||
	       memmem(block, size, FILE_PASS, strlen(FILE_PASS)) != NULL;
}

/* Stands before every free() of lib/config. */
void
__wrap_free(void *block)
{
	if (is_watching && block != NULL) {
		freed_blocks = freed_blocks + 1;
		freed_with_secret =
			freed_with_secret + has_secret(block, malloc_usable_size(block));
	}
	__real_free(block);
}

static bool
begins_with(const void *block, const char *secret)
{
	return malloc_usable_size((void *)(uintptr_t)block) >= strlen(secret) &&
	       memcmp(block, secret, strlen(secret)) == 0;
}

/* And before Jansson's: its scratch begins with the quote, the string of the tree does not. */
static void
json_free(void *block)
{
	if (is_watching && block != NULL) {
		freed_blocks = freed_blocks + 1;
		freed_with_secret = freed_with_secret +
				    (begins_with(block, PASS) || begins_with(block, ACCEPTED));
	}
	__real_free(block);
}

static void
watch(const char *text, bool is_good)
{
	struct config_report report;
	struct config *c;

	freed_blocks = 0;
	freed_with_secret = 0;
	fixture_write("koi.json", text, strlen(text), 0600);
	is_watching = true;
	c = config_load("koi.json", CONFIG_RUN, &report);
	config_report_free(&report);
	CU_ASSERT_EQUAL(c != NULL, is_good);
	config_free(c);
	is_watching = false;
	CU_ASSERT(freed_blocks > 0);
	CU_ASSERT_EQUAL(freed_with_secret, 0);
}

#define TEXT(more)                                                                                 \
	"{\"interfaces\":[{\"name\":\"a\",\"device\":\"d\"}],\"vhids\":[{\"interface\":\"a\","     \
	"\"vhid\":1,\"addresses\":[\"10.0.0.1/24\"],\"pass\":\"" PASS "\","                        \
	"\"pass_accept\":[\"" ACCEPTED "\"]},"                                                     \
	"{\"interface\":\"a\",\"vhid\":2,\"addresses\":[\"10.0.0.2/24\"],"                         \
	"\"pass_file\":\"a.pass\"}]" more "}"

static void
secrets_are_wiped_before_memory_is_freed(void)
{
	fixture_write("a.pass", FILE_PASS, strlen(FILE_PASS), 0600);
	watch(TEXT(""), true);
}

static void
secrets_are_wiped_after_errors_too(void)
{
	watch(TEXT(",\"x\":1"), false);
	watch(TEXT(",\"pas\":\"" PASS "\""), false);
}

/* Else the tests above could not fail. */
static void
the_watch_sees_a_secret(void)
{
	/* Volatile: or the compiler leaves out both the copy and its release. */
	void (*volatile release)(void *block) = free;
	char *block = strdup(PASS);

	CU_ASSERT_PTR_NOT_NULL_FATAL(block);
	freed_with_secret = 0;
	is_watching = true;
	release(block);
	json_free(strdup(PASS));
	json_free(strdup(ACCEPTED));
	is_watching = false;
	CU_ASSERT_EQUAL(freed_with_secret, 3);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(secrets_are_wiped_before_memory_is_freed),
		SUITE_TEST(secrets_are_wiped_after_errors_too),
		SUITE_TEST(the_watch_sees_a_secret),
	};

	json_set_alloc_funcs(malloc, json_free);
	return fixture_run("config_wipe", tests, SUITE_LEN(tests));
}
