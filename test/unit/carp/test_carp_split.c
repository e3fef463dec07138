/* SPDX-License-Identifier: BSD-3-Clause */
/* Another MASTER beside us, by advertisements and by ARP; and when we announce again. */
#include <string.h>

#include "fixture.h"

static const struct advert slower = { .advbase = 1, .advskew = 200 };
static const struct advert slower_4 = { .from = "10.0.0.4", .advbase = 1, .advskew = 128 };
static const struct advert equal = { .advbase = 1, .advskew = 100 };
static const struct advert faster = { .advbase = 1, .advskew = 50 };

#define SLOWER_INTERVAL (SECOND + 781250)

/* The times at which it announces, up to and including @p until_us. */
static unsigned int
announcements(struct fixture *f, uint64_t until_us, uint64_t *times, unsigned int max)
{
	unsigned int count = 0;
	uint64_t now_us = 0;
	unsigned int i;

	while (carp_vhid_next_us(f->vhid) <= until_us) {
		if (carp_vhid_next_us(f->vhid) > now_us)
			now_us = carp_vhid_next_us(f->vhid);
		fixture_run(f, now_us);
		for (i = 0; i < f->out.count; i++) {
			if (f->out.item[i].type == CARP_ACTION_ANNOUNCE && count < max)
				times[count++] = now_us;
		}
	}
	return count;
}

static void
open_settled_master(struct fixture *f)
{
	fixture_open_master(f);
	fixture_run_until(f, 10 * SECOND);
}

static void
slower_master_is_a_split_brain(void)
{
	struct carp_split_brain s;
	struct fixture f;

	open_settled_master(&f);
	CU_ASSERT_FALSE(fixture_status(&f).split_brain.is_on);
	fixture_hear(&f, 11 * SECOND, &slower);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_SPLIT_BRAIN));
	fixture_hear(&f, 12 * SECOND, &slower_4);
	CU_ASSERT_FALSE(fixture_has_notice(&f, CARP_NOTICE_SPLIT_BRAIN));
	s = fixture_status(&f).split_brain;
	CU_ASSERT_TRUE(s.is_on && s.has_peer && !s.has_claim);
	CU_ASSERT_EQUAL(s.since_us, 11 * SECOND);
	CU_ASSERT_EQUAL(s.heard_us, 12 * SECOND);
	CU_ASSERT_EQUAL(s.peer.octets[3], 4);
	CU_ASSERT_EQUAL(s.peer_advskew, 128);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SPLIT_BRAIN), 2);
	CHECK_STATE(&f, CARP_MASTER);
	fixture_close(&f);
}

static void
it_ends_by_silence(void)
{
	uint64_t end_us = 11 * SECOND + 3 * SLOWER_INTERVAL;
	struct fixture f;

	open_settled_master(&f);
	fixture_hear(&f, 11 * SECOND, &slower);
	fixture_run_until(&f, end_us - 1);
	CU_ASSERT_TRUE(fixture_status(&f).split_brain.is_on);
	CU_ASSERT_TRUE(carp_vhid_next_us(f.vhid) <= end_us);
	carp_vhid_run(f.vhid, end_us, end_us - 1, &f.out);
	CU_ASSERT_TRUE(fixture_status(&f).split_brain.is_on);
	fixture_run(&f, end_us);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_SPLIT_BRAIN_END));
	CU_ASSERT_FALSE(fixture_status(&f).split_brain.is_on);
	fixture_close(&f);
}

static void
it_ends_when_we_yield(void)
{
	struct fixture f;

	open_settled_master(&f);
	fixture_hear(&f, 11 * SECOND, &slower);
	fixture_hear(&f, 12 * SECOND, &faster);
	CHECK_STATE(&f, CARP_BACKUP);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_SPLIT_BRAIN_END));
	CU_ASSERT_FALSE(fixture_status(&f).split_brain.is_on);
	fixture_close(&f);
}

static void
equal_one_is_a_dispute_only(void)
{
	struct fixture f;

	open_settled_master(&f);
	fixture_hear(&f, 11 * SECOND, &equal);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_FALSE(fixture_status(&f).split_brain.is_on);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SPLIT_BRAIN), 0);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
winner_announces_again(void)
{
	uint64_t times[8];
	struct fixture f;

	open_settled_master(&f);
	CU_ASSERT_EQUAL(announcements(&f, 20 * SECOND, times, 8), 0);
	fixture_hear(&f, 20 * SECOND, &slower);
	fixture_hear(&f, 21 * SECOND, &slower);
	CU_ASSERT_EQUAL(announcements(&f, 60 * SECOND, times, 8), 1);
	CU_ASSERT_EQUAL(times[0], 21 * SECOND + SLOWER_INTERVAL + SLOWER_INTERVAL / 2);

	/* Also after a tie that was won. */
	fixture_hear(&f, 61 * SECOND, &equal);
	CU_ASSERT_EQUAL(announcements(&f, 90 * SECOND, times, 8), 1);
	CU_ASSERT_EQUAL(times[0], 61 * SECOND + OWN_INTERVAL + OWN_INTERVAL / 2);
	fixture_close(&f);
}

static void
announcements_are_limited(void)
{
	static const struct advert quick = { .advbase = 0, .advskew = 1, .demote = 9 };
	uint64_t times[64];
	uint64_t at_us = 20 * SECOND;
	unsigned int count = 0;
	unsigned int i;
	struct fixture f;

	open_settled_master(&f);
	for (i = 0; i < 100; i++) {
		fixture_hear(&f, at_us, &quick);
		at_us += SECOND / 10;
		count += announcements(&f, at_us, times, 64);
	}
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_TRUE(count >= 5 && count <= 10 * SECOND / OWN_INTERVAL + 1);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static const uint8_t foreign_mac[6] = { 0x02, 0, 0, 0, 0, 9 };

static void
claim_is_a_split_brain(void)
{
	struct carp_split_brain s;
	uint64_t times[8];
	struct fixture f;

	open_settled_master(&f);
	carp_vhid_foreign_claim(f.vhid, &f.addresses[0], foreign_mac, 11 * SECOND, &f.out);
	CU_ASSERT_TRUE(fixture_has_notice(&f, CARP_NOTICE_SPLIT_BRAIN));
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_FOREIGN_CLAIM), 1);
	s = fixture_status(&f).split_brain;
	CU_ASSERT_TRUE(s.is_on && s.has_claim && !s.has_peer);
	CU_ASSERT_EQUAL(s.claimed.octets[3], 100);
	CU_ASSERT_EQUAL(memcmp(s.claim_mac, foreign_mac, 6), 0);
	CU_ASSERT_EQUAL(announcements(&f, 60 * SECOND, times, 8), 1);
	CU_ASSERT_FALSE(fixture_status(&f).split_brain.is_on);
	fixture_close(&f);
}

static void
claim_may_be_none(void)
{
	uint8_t own[6];
	struct fixture f;

	open_settled_master(&f);
	carp_virtual_mac(1, own);
	carp_vhid_foreign_claim(f.vhid, &f.addresses[0], own, 11 * SECOND, &f.out);
	CU_ASSERT_FALSE(fixture_status(&f).split_brain.is_on);
	fixture_close(&f);

	fixture_open_backup(&f);
	carp_vhid_foreign_claim(f.vhid, &f.addresses[0], foreign_mac, SECOND, &f.out);
	CU_ASSERT_FALSE(fixture_status(&f).split_brain.is_on);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_FOREIGN_CLAIM), 0);
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(slower_master_is_a_split_brain), SUITE_TEST(it_ends_by_silence),
		SUITE_TEST(it_ends_when_we_yield),          SUITE_TEST(equal_one_is_a_dispute_only),
		SUITE_TEST(winner_announces_again),         SUITE_TEST(announcements_are_limited),
		SUITE_TEST(claim_is_a_split_brain),         SUITE_TEST(claim_may_be_none),
	};

	return suite_run("carp_split", tests, SUITE_LEN(tests));
}
