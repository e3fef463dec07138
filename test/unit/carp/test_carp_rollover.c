/* SPDX-License-Identifier: BSD-3-Clause */
/* Secrets and address lists that are changed while the vhid runs and its peers lag behind. */
#include <errno.h>
#include <string.h>

#include "fixture.h"

#define GRACE (60 * SECOND)

static const struct advert slower = { .advbase = 1, .advskew = 200 };
static const struct advert faster = { .advbase = 1, .advskew = 50 };

#define SECRET(text)                                                                               \
	{                                                                                          \
		.octets = (const uint8_t *)(text), .len = sizeof(text) - 1                         \
	}

/* From now on the peers use another key or list than we do. */
static void
peer_uses(struct fixture *f, const char *key, const struct ip_addr *addresses, size_t count)
{
	carp_digest_destroy(f->digest);
	f->digest = carp_digest_create((const uint8_t *)key, strlen(key), f->config.vhid, addresses,
				       count);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->digest);
}

static bool
peer_accepts(struct fixture *f, unsigned int action)
{
	struct carp_header h;

	CU_ASSERT_EQUAL_FATAL(f->out.item[action].type, CARP_ACTION_SEND);
	carp_header_parse(f->out.item[action].send.payload, CARP_HEADER_LEN, &h);
	return carp_digest_verify(f->digest, h.counter, h.digest);
}

static unsigned int
sends(const struct fixture *f)
{
	unsigned int count = 0;

	while (count < f->out.count && f->out.item[count].type == CARP_ACTION_SEND)
		count++;
	return count;
}

/* ------------------------------------------------------------------------------------------- */

static void
accepted_secrets_are_not_sent(void)
{
	static const struct carp_secret accept[] = { SECRET("older"), SECRET("newer") };
	struct fixture f;

	fixture_prepare(&f);
	f.config.accept = accept;
	f.config.accept_count = 2;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	peer_uses(&f, "newer", f.addresses, 1);
	CU_ASSERT_EQUAL(fixture_hear(&f, SECOND, &faster), CARP_ACCEPTED);
	peer_uses(&f, "older", f.addresses, 1);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &faster), CARP_ACCEPTED);
	peer_uses(&f, "other", f.addresses, 1);
	CU_ASSERT_EQUAL(fixture_hear(&f, 3 * SECOND, &faster), CARP_DROP_AUTH);
	peer_uses(&f, "secret", f.addresses, 1);
	CU_ASSERT_EQUAL(fixture_hear(&f, 4 * SECOND, &faster), CARP_ACCEPTED);
	carp_vhid_force(f.vhid, CARP_MASTER, 5 * SECOND, &f.out);
	CU_ASSERT_TRUE(peer_accepts(&f, 1));
	fixture_close(&f);
}

/* What a host is at each step of changing "old" to "new", and what neighbouring steps accept. */
static void
no_step_of_a_roll_over_is_refused(void)
{
	static const struct carp_secret old_secret = SECRET("old");
	static const struct carp_secret new_secret = SECRET("new");
	static const struct {
		const char *sent;
		const struct carp_secret *accept;
	} step[] = {
		{ "old", NULL },
		{ "old", &new_secret },
		{ "new", &old_secret },
		{ "new", NULL },
	};
	struct fixture f;
	size_t i, peer;

	fixture_prepare(&f);
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	for (i = 0; i < SUITE_LEN(step); i++) {
		f.config.key = (const uint8_t *)step[i].sent;
		f.config.key_len = strlen(step[i].sent);
		f.config.accept = step[i].accept;
		f.config.accept_count = step[i].accept == NULL ? 0 : 1;
		fixture_reconfigure(&f, i * SECOND);
		for (peer = i == 0 ? 0 : i - 1; peer < SUITE_LEN(step) && peer <= i + 1; peer++) {
			peer_uses(&f, step[peer].sent, f.addresses, 1);
			CU_ASSERT_EQUAL(fixture_hear(&f, i * SECOND + peer, &faster),
					CARP_ACCEPTED);
		}
	}
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_close(&f);
}

static void
secrets_are_bounded(void)
{
	static const uint8_t octets[CARP_KEY_MAX + 1];
	struct carp_secret accept[CARP_ACCEPT_MAX + 1];
	struct fixture f;
	size_t i;

	for (i = 0; i <= CARP_ACCEPT_MAX; i++)
		accept[i] = (struct carp_secret){ .octets = octets, .len = i + 1 };
	fixture_open_backup(&f);
	f.config.accept = accept;
	f.config.accept_count = CARP_ACCEPT_MAX + 1;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, 0), -EINVAL);
	f.config.accept_count = CARP_ACCEPT_MAX;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, 0), 0);
	accept[3].len = CARP_KEY_MAX + 1;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f.vhid, &f.config, 0), -EINVAL);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static const char *const list_old[] = { "10.0.0.100" };
static const char *const list_new[] = { "10.0.0.100", "10.0.0.101" };
static const char *const list_newer[] = { "10.0.0.101", "10.0.0.102" };
static const char *const list_dual[] = { "10.0.0.100", "2001:db8::100" };

static size_t
addresses_of(const char *const *list, size_t count, struct ip_addr *out)
{
	size_t i;

	for (i = 0; i < count; i++)
		out[i] = address(list[i]);
	return count;
}

#define CHANGE(f, list, at) change(f, list, SUITE_LEN(list), at)
#define PEER(f, list) peer_has(f, list, SUITE_LEN(list))

static void
change(struct fixture *f, const char *const *list, size_t count, uint64_t at_us)
{
	f->config.address_count = addresses_of(list, count, f->addresses);
	f->config.address_grace_us = GRACE;
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f->vhid, &f->config, at_us), 0);
	fixture_run(f, at_us);
}

static void
peer_has(struct fixture *f, const char *const *list, size_t count)
{
	struct ip_addr addresses[4];

	peer_uses(f, "secret", addresses, addresses_of(list, count, addresses));
}

static void
master_sends_the_former_list_until_a_peer_has_the_new(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CHANGE(&f, list_new, SECOND / 2);
	CHECK_STATE(&f, CARP_MASTER);
	CU_ASSERT_TRUE(fixture_status(&f).sends_former_addresses);
	PEER(&f, list_old);
	fixture_run(&f, OWN_INTERVAL);
	CU_ASSERT_EQUAL(sends(&f), 1);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &slower), CARP_ACCEPTED);
	CU_ASSERT_NOT_EQUAL(carp_vhid_next_us(f.vhid), 0);

	/* A peer that knows the new list only has become MASTER: it is told at once who leads. */
	PEER(&f, list_new);
	CU_ASSERT_EQUAL(fixture_hear(&f, 3 * SECOND, &slower), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(carp_vhid_next_us(f.vhid), 0);
	fixture_run(&f, 3 * SECOND);
	CU_ASSERT_EQUAL(sends(&f), 1);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));
	CU_ASSERT_FALSE(fixture_status(&f).sends_former_addresses);

	/* The others may still have the former one. */
	PEER(&f, list_old);
	CU_ASSERT_EQUAL(fixture_hear(&f, 50 * SECOND, &slower), CARP_ACCEPTED);
	CU_ASSERT_EQUAL(fixture_hear(&f, 61 * SECOND, &slower), CARP_DROP_AUTH);
	fixture_close(&f);
}

static void
end_of_grace_switches(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CHANGE(&f, list_new, SECOND / 2);
	CU_ASSERT_EQUAL(fixture_status(&f).address_grace_end_us, GRACE + SECOND / 2);
	fixture_run_until(&f, GRACE + SECOND / 2 - 1);
	CU_ASSERT_TRUE(carp_vhid_next_us(f.vhid) <= GRACE + SECOND / 2);
	fixture_run(&f, GRACE + SECOND / 2);
	CU_ASSERT_EQUAL(sends(&f), 1);
	PEER(&f, list_new);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));
	CU_ASSERT_EQUAL(fixture_status(&f).address_grace_end_us, CARP_NEVER);
	fixture_close(&f);
}

static void
backup_accepts_what_its_master_goes_on_with(void)
{
	struct fixture f;
	uint64_t at_us;

	fixture_open_backup(&f);
	CHANGE(&f, list_new, 0);
	PEER(&f, list_old);
	for (at_us = SECOND; at_us <= 3 * GRACE; at_us += SECOND) {
		CU_ASSERT_EQUAL(fixture_hear(&f, at_us, &faster), CARP_ACCEPTED);
		fixture_run(&f, at_us);
	}
	CHECK_STATE(&f, CARP_BACKUP);
	PEER(&f, list_new);
	CU_ASSERT_EQUAL(fixture_hear(&f, at_us, &faster), CARP_ACCEPTED);
	PEER(&f, list_old);
	CU_ASSERT_EQUAL(fixture_hear(&f, at_us + 10 * SECOND, &faster), CARP_DROP_AUTH);
	fixture_close(&f);
}

static void
no_grace_switches_at_once(void)
{
	struct fixture f;

	fixture_open_master(&f);
	f.config.address_count = addresses_of(list_new, 2, f.addresses);
	fixture_reconfigure(&f, SECOND / 2);
	fixture_run(&f, OWN_INTERVAL);
	CU_ASSERT_EQUAL(sends(&f), 1);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));
	PEER(&f, list_old);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &slower), CARP_DROP_AUTH);
	fixture_close(&f);
}

static void
change_can_be_taken_back(void)
{
	struct fixture f;

	/* Before anybody has the new list: as if nothing had been. */
	fixture_open_master(&f);
	CHANGE(&f, list_new, SECOND / 2);
	CHANGE(&f, list_old, SECOND);
	PEER(&f, list_old);
	CU_ASSERT_FALSE(fixture_status(&f).sends_former_addresses);
	fixture_run(&f, OWN_INTERVAL);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));

	/* After somebody has: the new one is what the peers know. */
	CHANGE(&f, list_new, 2 * SECOND);
	PEER(&f, list_new);
	fixture_hear(&f, 3 * SECOND, &slower);
	CHANGE(&f, list_old, 3 * SECOND);
	CU_ASSERT_TRUE(fixture_status(&f).sends_former_addresses);
	CU_ASSERT_EQUAL(sends(&f), 1);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));
	PEER(&f, list_old);
	CU_ASSERT_EQUAL(fixture_hear(&f, 4 * SECOND, &slower), CARP_ACCEPTED);
	fixture_run(&f, 4 * SECOND);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));
	fixture_close(&f);
}

static void
second_change_keeps_what_the_peers_know(void)
{
	struct fixture f;

	fixture_open_master(&f);
	CHANGE(&f, list_new, SECOND / 4);
	CHANGE(&f, list_newer, SECOND / 2);
	PEER(&f, list_old);
	fixture_run(&f, OWN_INTERVAL);
	CU_ASSERT_TRUE(peer_accepts(&f, 0));
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &slower), CARP_ACCEPTED);
	PEER(&f, list_new);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &slower), CARP_DROP_AUTH);
	PEER(&f, list_newer);
	CU_ASSERT_EQUAL(fixture_hear(&f, 2 * SECOND, &slower), CARP_ACCEPTED);

	/* The same list in another order is no change. */
	CHANGE(&f, ((const char *const[]){ "10.0.0.102", "10.0.0.101" }), 3 * SECOND);
	CU_ASSERT_FALSE(fixture_status(&f).sends_former_addresses);
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
new_family_is_expected_once_the_master_has_it(void)
{
	struct fixture f;
	uint64_t at_us;

	fixture_open_backup(&f);
	f.config.source[IP_V6] = address("fe80::2");
	f.config.has_source[IP_V6] = true;
	CHANGE(&f, list_dual, 0);
	PEER(&f, list_old);
	for (at_us = SECOND; at_us <= 2 * GRACE; at_us += SECOND) {
		fixture_hear(&f, at_us, &faster);
		fixture_run(&f, at_us);
	}
	CHECK_STATE(&f, CARP_BACKUP);

	/* With the new list both are expected. */
	PEER(&f, list_dual);
	fixture_hear(&f, at_us, &faster);
	fixture_hear(&f, at_us + SECOND, &faster);
	fixture_hear(&f, at_us + 3 * SECOND, &faster);
	fixture_run(&f, at_us + OWN_MASTER_DOWN - 1);
	CU_ASSERT_FALSE(fixture_status(&f).family_silence.is_on);
	fixture_run(&f, at_us + OWN_MASTER_DOWN);
	CU_ASSERT_TRUE(fixture_status(&f).family_silence.is_on);
	CHECK_STATE(&f, CARP_BACKUP);
	fixture_close(&f);
}

static void
families_sent_are_those_of_the_list_sent(void)
{
	struct fixture f;

	fixture_open_master(&f);
	f.config.source[IP_V6] = address("fe80::2");
	f.config.has_source[IP_V6] = true;
	CHANGE(&f, list_dual, SECOND / 2);
	fixture_run(&f, OWN_INTERVAL);
	CU_ASSERT_EQUAL(sends(&f), 1);
	PEER(&f, list_dual);
	fixture_hear(&f, 2 * SECOND, &slower);
	fixture_run(&f, 2 * SECOND);
	CU_ASSERT_EQUAL(sends(&f), 2);

	/* Those who have both still wait for IPv6. */
	CHANGE(&f, list_old, 2 * SECOND);
	fixture_run(&f, 2 * SECOND + OWN_INTERVAL);
	CU_ASSERT_EQUAL(sends(&f), 2);
	CU_ASSERT_TRUE(peer_accepts(&f, 1));
	PEER(&f, list_old);
	fixture_hear(&f, 4 * SECOND, &slower);
	fixture_run(&f, 4 * SECOND);
	CU_ASSERT_EQUAL(sends(&f), 1);
	fixture_close(&f);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(accepted_secrets_are_not_sent),
		SUITE_TEST(no_step_of_a_roll_over_is_refused),
		SUITE_TEST(secrets_are_bounded),
		SUITE_TEST(master_sends_the_former_list_until_a_peer_has_the_new),
		SUITE_TEST(end_of_grace_switches),
		SUITE_TEST(backup_accepts_what_its_master_goes_on_with),
		SUITE_TEST(no_grace_switches_at_once),
		SUITE_TEST(change_can_be_taken_back),
		SUITE_TEST(second_change_keeps_what_the_peers_know),
		SUITE_TEST(new_family_is_expected_once_the_master_has_it),
		SUITE_TEST(families_sent_are_those_of_the_list_sent),
	};

	return suite_run("carp_rollover", tests, SUITE_LEN(tests));
}
