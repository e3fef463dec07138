/* SPDX-License-Identifier: BSD-3-Clause */
#include <time.h>

#include "base/clock.h"
#include "suite.h"

/* Without the EAL nobody knows the rate of the TSC: that of a machine of 2.3 GHz. */
static void
set_scale(uint64_t hz)
{
	clock_scale = (struct clock_scale){
		.base_tsc = 1000000007,
		.hz = hz,
		.us_per_tsc = (uint64_t)(((unsigned __int128)1000000 << 44) / hz),
		.unix_us = 1700000000000000,
	};
}

static void
microseconds_hold_for_years(void)
{
	static const uint64_t rates[] = { 1000000000, 2294608000, 2300000000, 4999999999 };

	for (size_t i = 0; i < SUITE_LEN(rates); i++) {
		uint64_t year_us = 366ULL * 86400 * 1000000;

		set_scale(rates[i]);
		for (uint64_t us = 1; us < 10 * year_us; us = us * 3 + 1) {
			uint64_t back = clock_tsc_to_us(clock_us_to_tsc(us));
			/* What rounding may cost: a millionth of a microsecond in a microsecond. */
			uint64_t slack = 1 + us / 1000000;

			CU_ASSERT(back <= us && us - back <= slack);
		}
	}
}

static void
before_the_beginning_is_the_beginning(void)
{
	set_scale(2300000000);
	CU_ASSERT_EQUAL(clock_tsc_to_us(0), 0);
	CU_ASSERT_EQUAL(clock_tsc_to_us(clock_scale.base_tsc), 0);
	CU_ASSERT_EQUAL(clock_us_to_cycles(1000000), 2300000000);
	CU_ASSERT_EQUAL(clock_us_to_unix_ms(0), 1700000000000);
	CU_ASSERT_EQUAL(clock_us_to_unix_ms(5999), 1700000000005);
}

static void
never_goes_back(void)
{
	uint64_t last = 0;

	set_scale(2300000000);
	for (uint64_t tsc = clock_scale.base_tsc; tsc < clock_scale.base_tsc + 100000; tsc += 7) {
		CU_ASSERT(clock_tsc_to_us(tsc) >= last);
		last = clock_tsc_to_us(tsc);
	}
}

static const struct suite_test tests[] = {
	SUITE_TEST(microseconds_hold_for_years),
	SUITE_TEST(before_the_beginning_is_the_beginning),
	SUITE_TEST(never_goes_back),
};

int
main(void)
{
	return suite_run("clock", tests, SUITE_LEN(tests));
}
