/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may be heard, and who is remembered. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"

static const struct advert from_3 = { .advbase = 1, .advskew = 50, .demote = 7 };
static const struct advert from_4 = { .from = "10.0.0.4", .advbase = 2, .advskew = 9 };
static const struct advert bow_out_3 = { .advbase = 255, .advskew = 255 };

static void
open_with_peers(struct fixture *f, const struct ip_addr *peers, size_t count)
{
	fixture_prepare(f);
	f->config.peers = peers;
	f->config.peer_count = count;
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
}

static void
only_configured_peers_are_heard(void)
{
	struct ip_addr peers[2] = { address("10.0.0.9"), address("10.0.0.3") };
	struct fixture f;

	open_with_peers(&f, peers, 2);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &from_3), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &from_4), CARP_DROP_PEER);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_DROP_PEER), 1);
	CU_ASSERT_STRING_EQUAL(carp_counter_name(CARP_DROP_PEER), "drop_peer");

	peers[1] = address("10.0.0.4");
	fixture_reconfigure(&f, SECOND);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &from_3), CARP_DROP_PEER);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &from_4), CARP_ACCEPTED);
	f.config.peer_count = 0;
	fixture_reconfigure(&f, SECOND);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &from_3), CARP_ACCEPTED);
	fixture_close(&f);
}

static void
peers_of_one_family_leave_the_other_to_the_group(void)
{
	struct ip_addr peers[1] = { address("2001:db8::3") };
	struct fixture f;

	open_with_peers(&f, peers, 1);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &from_3), CARP_ACCEPTED);
	fixture_close(&f);
}

static void
peers_are_bounded(void)
{
	struct ip_addr peers[CARP_UNICAST_MAX + 1];
	struct fixture f;
	size_t i;

	for (i = 0; i <= CARP_UNICAST_MAX; i++)
		peers[i] = address("10.0.0.3");
	fixture_open_backup(&f);
	f.config.peers = peers;
	f.config.peer_count = CARP_UNICAST_MAX + 1;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, 0), -EINVAL);
	f.config.peer_count = CARP_UNICAST_MAX;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, 0), 0);
	peers[2].family = IP_FAMILIES;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, 0), -EINVAL);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
peers_are_remembered(void)
{
	struct carp_peer peers[CARP_PEERS_MAX];
	struct ip_addr first = address("10.0.0.3");
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(carp_vhid_peers(f.vhid, peers), 0);
	fixture_hear(&f, SECOND, &from_3);
	fixture_hear(&f, 2 * SECOND, &from_3);
	fixture_hear(&f, 2 * SECOND, &from_4);
	CU_ASSERT_EQUAL(carp_vhid_peers(f.vhid, peers), 2);
	CU_ASSERT_EQUAL(ip_addr_compare(&peers[0].address, &first), 0);
	CU_ASSERT_EQUAL(peers[0].advbase, 1);
	CU_ASSERT_EQUAL(peers[0].advskew, 50);
	CU_ASSERT_EQUAL(peers[0].demote, 7);
	CU_ASSERT_EQUAL(peers[0].since_us, SECOND);
	CU_ASSERT_EQUAL(peers[0].heard_us, 2 * SECOND);
	CU_ASSERT_EQUAL(peers[0].adverts, 2);
	CU_ASSERT_EQUAL(peers[1].advbase, 2);
	CU_ASSERT_FALSE(peers[0].bowed_out);

	/* Its bow-out does not hide how fast it is. */
	fixture_hear(&f, 3 * SECOND, &bow_out_3);
	carp_vhid_peers(f.vhid, peers);
	CU_ASSERT_TRUE(peers[0].bowed_out);
	CU_ASSERT_EQUAL(peers[0].advskew, 50);
	fixture_hear(&f, 4 * SECOND, &from_3);
	carp_vhid_peers(f.vhid, peers);
	CU_ASSERT_FALSE(peers[0].bowed_out);
	fixture_close(&f);
}

static bool
is_remembered(const struct fixture *f, const char *text)
{
	struct carp_peer peers[CARP_PEERS_MAX];
	struct ip_addr wanted = address(text);
	size_t count = carp_vhid_peers(f->vhid, peers);
	size_t i;

	for (i = 0; i < count; i++) {
		if (ip_addr_compare(&peers[i].address, &wanted) == 0)
			return true;
	}
	return false;
}

static void
the_oldest_makes_room(void)
{
	struct fixture f;
	char from[IP_ADDR_TEXT];
	unsigned int i;

	fixture_open_backup(&f);
	for (i = 0; i < CARP_PEERS_MAX; i++) {
		snprintf(from, sizeof(from), "10.0.0.%u", 10 + i);
		fixture_hear(&f, (1 + i) * SECOND / 4,
			     &(struct advert){ .from = from, .advbase = 1, .advskew = 50 });
	}
	fixture_hear(&f, 3 * SECOND,
		     &(struct advert){ .from = "10.0.0.10", .advbase = 1, .advskew = 50 });
	fixture_hear(&f, 3 * SECOND, &from_3);
	CU_ASSERT_TRUE(is_remembered(&f, "10.0.0.3"));
	CU_ASSERT_TRUE(is_remembered(&f, "10.0.0.10"));
	CU_ASSERT_FALSE(is_remembered(&f, "10.0.0.11"));
	CU_ASSERT_TRUE(is_remembered(&f, "10.0.0.12"));
	fixture_close(&f);
}

static void
who_is_refused_is_not_remembered(void)
{
	struct fixture f;

	fixture_open_backup(&f);
	carp_digest_destroy(f.digest);
	f.digest = carp_digest_create((const uint8_t *)"other", 5, 1, f.addresses, 1);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &from_3), CARP_DROP_AUTH);
	CU_ASSERT_FALSE(is_remembered(&f, "10.0.0.3"));
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(only_configured_peers_are_heard),
		SUITE_TEST(peers_of_one_family_leave_the_other_to_the_group),
		SUITE_TEST(peers_are_bounded),
		SUITE_TEST(peers_are_remembered),
		SUITE_TEST(the_oldest_makes_room),
		SUITE_TEST(who_is_refused_is_not_remembered),
	};

	return suite_run("carp_peer", tests, SUITE_LEN(tests));
}
