/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "fixture.h"

#define MUTATIONS 200000
#define PAYLOAD_MAX 64

/* xorshift64*: a fixed sequence, the same everywhere. */
static uint64_t
random64(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static size_t
mutate(uint64_t *state, uint8_t payload[PAYLOAD_MAX])
{
	unsigned int changes = (unsigned int)(random64(state) % 4);
	size_t len = CARP_HEADER_LEN;

	if (random64(state) % 4 == 0)
		len = random64(state) % (PAYLOAD_MAX + 1);
	while (changes-- > 0)
		payload[random64(state) % PAYLOAD_MAX] ^= (uint8_t)(1u << random64(state) % 8);
	return len;
}

static uint64_t
sum_of_outcomes(const struct carp_vhid_status *status)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = CARP_DROP_LEN; i < CARP_COUNTERS; i++)
		sum += status->counters[i];
	return sum;
}

/* Whatever arrives is either refused with one counter or signed with our key. */
static void
mutations_are_refused_or_signed(void)
{
	static const struct advert good = { .advbase = 1, .counter = 5 };
	uint8_t original[PAYLOAD_MAX] = { 0 };
	uint64_t state = 1;
	uint64_t accepted = 0;
	struct carp_vhid_status status;
	struct fixture f;
	unsigned int i;

	fixture_open_backup(&f);
	fixture_payload(&f, &good, original);
	for (i = 0; i < MUTATIONS; i++) {
		uint8_t payload[PAYLOAD_MAX];
		struct carp_received rx = {
			.payload = payload, .len = 0, .from = address("10.0.0.3"), .ttl = 255,
		};

		memcpy(payload, original, sizeof(payload));
		rx.len = mutate(&state, payload);
		if (carp_vhid_input(f.vhid, &rx, SECOND, &f.out) != CARP_ACCEPTED)
			continue;
		accepted++;
		CU_ASSERT_TRUE(rx.len >= CARP_HEADER_LEN);
		CU_ASSERT_EQUAL(memcmp(payload + 8, original + 8, 28), 0);
	}
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_RECEIVED), MUTATIONS);
	CU_ASSERT_TRUE(accepted > MUTATIONS / 100);
	CU_ASSERT_TRUE(accepted < MUTATIONS / 2);
	status = fixture_status(&f);
	CU_ASSERT_EQUAL(sum_of_outcomes(&status) + accepted, MUTATIONS);
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(mutations_are_refused_or_signed),
};

int
main(void)
{
	return suite_run("carp mutation", tests, SUITE_LEN(tests));
}
