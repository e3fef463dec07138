/* SPDX-License-Identifier: BSD-3-Clause */
/* What a host is on its link: own IPv6 addresses, groups, and who claims what is ours. */
#include "bench.h"
#include "host_link.h"
#include "reload.h"

#define OTHER_MAC 0x090000000002
#define ICMP_AT 54

static const struct bench_vhid both[] = { { .vhid = 1, .advbase = 1, .addresses6 = 1 } };
/* One of them has the solicited-node group of the own address, the other one of its own. */
static const struct bench_vhid more[] = { { .vhid = 1, .advbase = 1, .addresses6 = 3 } };

static struct ip_addr
address(const char *text)
{
	struct ip_addr addr;

	CU_ASSERT_EQUAL_FATAL(ip_addr_parse(text, &addr), 0);
	return addr;
}

static struct koi_interface *
lan(void)
{
	return &bench.r.interface[0];
}

static enum host_address_state
state_of(const char *text)
{
	struct ip_addr addr = address(text);
	const struct host_address *a = host_link_find(host_link_of(lan()), &addr);

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	return a->state;
}

static bool
is_answered_for(const char *text)
{
	struct ip_addr addr = address(text);

	return vip_entry6_role(vip_find6(vip_interface_set(&lan()->vip), addr.octets)) == VIP_OWN;
}

/* Frames sent since the last call: questions of duplicate address detection, and reports. */
static void
count_sent(unsigned int *questions, unsigned int *reports4, unsigned int *reports6)
{
	static const uint8_t nobody[16];

	*questions = *reports4 = *reports6 = 0;
	for (size_t i = 0; i < bench.sent_count; i++) {
		const uint8_t *f = bench.sent[i].octets;

		if (bench.sent[i].is_ip6)
			*questions += f[20] == 58 && f[ICMP_AT] == 135 &&
				      memcmp(f + 22, nobody, sizeof(nobody)) == 0;
		*reports6 += bench.sent[i].is_ip6 && f[20] == 0;
		*reports4 += f[13] == 0 && f[23] == 2;
	}
	bench.sent_count = 0;
}

static void
expect_sent(unsigned int questions, unsigned int reports4, unsigned int reports6)
{
	unsigned int is[3];

	count_sent(&is[0], &is[1], &is[2]);
	CU_ASSERT_EQUAL(is[0], questions);
	CU_ASSERT_EQUAL(is[1], reports4);
	CU_ASSERT_EQUAL(is[2], reports6);
}

static void
claim(const char *text, bool is_probe)
{
	struct neigh_sighting s = {
		.addr = address(text),
		.evidence = NEIGH_SEEN_CLAIM,
		.is_probe = is_probe,
	};

	mac_store(s.mac, OTHER_MAC);
	CU_ASSERT_EQUAL_FATAL(rte_ring_enqueue_elem(bench.r.worker[0].sightings, &s, sizeof(s)), 0);
	bench_turn();
}

static void
set_link(bool is_up)
{
	bench.r.port[0].link = link_pack((struct port_link){ .is_up = is_up });
	bench_turn();
}

static void
reload(const struct bench_vhid *vhids)
{
	struct config_report report = { 0 };
	struct change_list *list = reload_plan(&bench.r, bench_config(vhids, 1), &report);

	config_report_free(&report);
	CU_ASSERT_PTR_NOT_NULL_FATAL(list);
	rte_ring_sp_enqueue(bench.r.changes, list);
	bench_run(20 * MS);
	CU_ASSERT_FATAL(list->is_done);
	reload_show(&bench.r, list);
	reload_finish(&bench.r, list);
}

static void
an_address_is_asked_for_before_it_is_used(void)
{
	bench_open(both, 1);
	CU_ASSERT_FALSE(is_answered_for(BENCH_OWN6));
	bench_run(900 * MS);
	/* Its own and the link-local one, which nobody has configured. */
	expect_sent(2, 1, 1);
	CU_ASSERT_EQUAL(host_link_of(lan())->address_count, 2);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_TENTATIVE);
	CU_ASSERT_FALSE(is_answered_for(BENCH_OWN6));
	bench_run(200 * MS);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_PREFERRED);
	CU_ASSERT(is_answered_for(BENCH_OWN6));
	bench_close();
}

static void
nothing_is_asked_while_the_link_is_down(void)
{
	bench_open(both, 1);
	bench.r.port[0].link = 0;
	bench_run(2 * SECOND);
	expect_sent(0, 0, 0);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_TENTATIVE);
	set_link(true);
	bench_run(1100 * MS);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_PREFERRED);
	set_link(false);
	set_link(true);
	CU_ASSERT_FALSE(is_answered_for(BENCH_OWN6));
	bench_run(1100 * MS);
	CU_ASSERT(is_answered_for(BENCH_OWN6));
	bench_close();
}

static void
a_duplicate_is_not_used_until_the_link_comes_up(void)
{
	struct event event;

	bench_open(both, 1);
	bench_run(500 * MS);
	claim(BENCH_OWN6, false);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_DUPLICATE);
	CU_ASSERT_FATAL(bench_event(EVENT_DUPLICATE_ADDRESS, &event));
	CU_ASSERT_EQUAL(mac_load(event.address.mac), OTHER_MAC);
	claim(BENCH_OWN6, false);
	CU_ASSERT_FALSE(bench_event(EVENT_DUPLICATE_ADDRESS, &event));
	bench_run(5 * SECOND);
	reload(more);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_DUPLICATE);
	CU_ASSERT_FALSE(is_answered_for(BENCH_OWN6));
	set_link(false);
	set_link(true);
	bench_run(1100 * MS);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_PREFERRED);
	CU_ASSERT(is_answered_for(BENCH_OWN6));
	bench_close();
}

/* RFC 4862 section 5.4.3: who asks at the same time wants it, too. */
static void
a_question_of_others_is_a_claim_only_while_we_ask(void)
{
	struct event event;

	bench_open(both, 1);
	bench_run(2 * SECOND);
	claim(BENCH_OWN6, true);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_PREFERRED);
	CU_ASSERT_FALSE(bench_event(EVENT_ADDRESS_CONFLICT, &event));
	set_link(false);
	set_link(true);
	bench_run(100 * MS);
	claim(BENCH_OWN6, true);
	CU_ASSERT_EQUAL(state_of(BENCH_OWN6), HOST_DUPLICATE);
	bench_close();
}

static void
a_conflict_is_told_now_and_then(void)
{
	struct event event;

	bench_open(both, 1);
	bench_run(2 * SECOND);
	claim(BENCH_OWN6, false);
	CU_ASSERT(bench_event(EVENT_ADDRESS_CONFLICT, &event));
	claim(BENCH_OWN, false);
	CU_ASSERT_FALSE(bench_event(EVENT_ADDRESS_CONFLICT, &event));
	reload(more);
	claim(BENCH_OWN6, false);
	CU_ASSERT_FALSE(bench_event(EVENT_ADDRESS_CONFLICT, &event));
	bench_run(11 * SECOND);
	claim(BENCH_OWN, false);
	CU_ASSERT(bench_event(EVENT_ADDRESS_CONFLICT, &event));
	CU_ASSERT(is_answered_for(BENCH_OWN6));
	bench_close();
}

static void
a_claim_of_a_virtual_address_is_a_split_brain_while_master(void)
{
	bench_open(both, 1);
	bench_run(SECOND);
	claim("10.0.1.1", false);
	CU_ASSERT_FALSE(bench_status(1).split_brain.is_on);
	bench_run_to_master();
	claim("fd00::1:0:0:1", true);
	CU_ASSERT_FALSE(bench_status(1).split_brain.is_on);
	claim("fd00::1:0:0:1", false);
	CU_ASSERT(bench_status(1).split_brain.is_on);
	CU_ASSERT(bench_status(1).split_brain.has_claim);
	bench_close();
}

static void
groups_are_reported_twice_and_then_every_minute(void)
{
	bench_open(both, 1);
	bench_run(500 * MS);
	expect_sent(2, 1, 1);
	bench_run(SECOND);
	expect_sent(0, 1, 1);
	bench_run(47 * SECOND);
	expect_sent(0, 0, 0);
	bench_run(14 * SECOND);
	expect_sent(0, 1, 1);
	bench_close();
}

static void
groups_that_change_are_reported_at_once(void)
{
	bench_open(both, 1);
	bench_run(2 * SECOND);
	bench.sent_count = 0;
	reload(both);
	expect_sent(0, 0, 0);
	reload(more);
	expect_sent(0, 1, 1);
	bench_run(SECOND);
	expect_sent(0, 1, 1);
	bench_close();
}

/* One is out, the other waits in the ring of a worker that stands still. */
static void
a_role_waits_for_the_bow_outs_of_both_families(void)
{
	struct inject_done done = { .kind = INJECT_BOW_OUT, .family = IP_V4, .result = INJECT_SENT };

	bench_open(both, 1);
	bench_run_to_master();
	bench.is_held[0] = true;
	control_resign(bench.control);
	done.slot = (uint16_t)bench_vhid(1)->slot;
	rte_ring_sp_enqueue_elem(bench.r.worker[0].inject_done, &done, sizeof(done));
	bench_turn();
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_MASTER);
	done.family = IP_V6;
	rte_ring_sp_enqueue_elem(bench.r.worker[0].inject_done, &done, sizeof(done));
	bench_turn();
	CU_ASSERT_EQUAL(bench_role(1), VIP_ROLE_INIT);
	bench_close();
}

static void
families_are_advertised_and_announced_together(void)
{
	unsigned int adverts[IP_FAMILIES] = { 0 }, announced = 0;

	bench_open(both, 1);
	bench_run_to_master();
	for (size_t i = 0; i < bench.sent_count; i++) {
		const struct bench_frame *f = &bench.sent[i];

		if (f->vhid == 1)
			adverts[f->is_ip6 ? IP_V6 : IP_V4]++;
		announced += f->is_ip6 && f->octets[ICMP_AT] == 136;
	}
	CU_ASSERT(adverts[IP_V4] > 0);
	CU_ASSERT_EQUAL(adverts[IP_V4], adverts[IP_V6]);
	CU_ASSERT_EQUAL(announced, 1);
	bench_close();
}

int
main(int argc, char **argv)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(an_address_is_asked_for_before_it_is_used),
		SUITE_TEST(nothing_is_asked_while_the_link_is_down),
		SUITE_TEST(a_duplicate_is_not_used_until_the_link_comes_up),
		SUITE_TEST(a_question_of_others_is_a_claim_only_while_we_ask),
		SUITE_TEST(a_conflict_is_told_now_and_then),
		SUITE_TEST(a_claim_of_a_virtual_address_is_a_split_brain_while_master),
		SUITE_TEST(groups_are_reported_twice_and_then_every_minute),
		SUITE_TEST(groups_that_change_are_reported_at_once),
		SUITE_TEST(a_role_waits_for_the_bow_outs_of_both_families),
		SUITE_TEST(families_are_advertised_and_announced_together),
	};

	(void)argc;
	bench_start(argv[0]);
	return suite_run("core host", tests, SUITE_LEN(tests));
}
