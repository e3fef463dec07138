/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/ratelimit.h"
#include "suite.h"

#define HZ 1000000

static unsigned int
take_all(struct ratelimit *b, const struct ratelimit_rate *rate, uint64_t now_tsc)
{
	unsigned int taken = 0;

	while (taken < 1000 && ratelimit_take(b, rate, now_tsc))
		taken++;
	return taken;
}

static void
burst_then_the_rate(void)
{
	const struct ratelimit_rate rate = ratelimit_rate(HZ, 100, 5);
	struct ratelimit b = { 0 };
	uint64_t now = 77 * HZ;
	unsigned int taken = 0;

	CU_ASSERT_EQUAL(take_all(&b, &rate, now), 5);
	CU_ASSERT_EQUAL(take_all(&b, &rate, now + HZ / 100 - 1), 0);
	CU_ASSERT_EQUAL(take_all(&b, &rate, now + HZ / 100), 1);
	/* Asked all the time for ten seconds it gives what was promised, to the token. */
	now += HZ / 100;
	for (uint64_t t = now; t < now + 10 * HZ; t += 997)
		taken += ratelimit_take(&b, &rate, t);
	CU_ASSERT(taken >= 999 && taken <= 1000);
}

static void
rest_earns_no_more_than_a_burst(void)
{
	const struct ratelimit_rate rate = ratelimit_rate(HZ, 100, 5);
	struct ratelimit b = { 0 };

	CU_ASSERT_EQUAL(take_all(&b, &rate, HZ), 5);
	CU_ASSERT_EQUAL(take_all(&b, &rate, HZ + 3 * HZ / 100), 3);
	CU_ASSERT_EQUAL(take_all(&b, &rate, 1000ULL * HZ), 5);
}

static void
refused_tokens_cost_nothing(void)
{
	const struct ratelimit_rate rate = ratelimit_rate(HZ, 10, 1);
	struct ratelimit b = { 0 };

	CU_ASSERT_TRUE(ratelimit_take(&b, &rate, HZ));
	for (int i = 0; i < 1000000; i++)
		ratelimit_take(&b, &rate, HZ + 1);
	CU_ASSERT_TRUE(ratelimit_take(&b, &rate, HZ + HZ / 10));
}

static void
buckets_do_not_share(void)
{
	const struct ratelimit_rate rate = ratelimit_rate(HZ, 10, 3);
	struct ratelimit a = { 0 }, b = { 0 };

	CU_ASSERT_EQUAL(take_all(&a, &rate, HZ), 3);
	CU_ASSERT_EQUAL(take_all(&b, &rate, HZ), 3);
}

static const struct suite_test tests[] = {
	SUITE_TEST(burst_then_the_rate),
	SUITE_TEST(rest_earns_no_more_than_a_burst),
	SUITE_TEST(refused_tokens_cost_nothing),
	SUITE_TEST(buckets_do_not_share),
};

int
main(void)
{
	return suite_run("ratelimit", tests, SUITE_LEN(tests));
}
