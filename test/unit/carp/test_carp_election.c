/* SPDX-License-Identifier: BSD-3-Clause */
/* The rules by which a BACKUP takes over and a MASTER gives way, each of them both ways. */
#include "fixture.h"

#define BOTH CARP_ENCODE_BOTH
#define SKEW CARP_ENCODE_SKEW
#define BYTE CARP_ENCODE_BYTE

/* Our node and a peer's advertisement; reason NULL: nothing happens. */
struct rule {
	enum carp_demotion_encoding encoding;
	bool preempt;
	int32_t demotion;
	uint8_t own_advbase;
	uint8_t own_advskew;
	uint8_t peer_advbase;
	uint8_t peer_advskew;
	uint8_t peer_demote;
	const char *reason;
};

#define PREEMPTING(values) "preempting a slower master, 10.0.0.3 has " values
#define WILL_TIME_OUT(values) "master will time out, 10.0.0.3 has " values
#define BOWED_OUT "master will time out, 10.0.0.3 bowed out"
#define MORE_FREQUENT(values) "more frequent advertisement received, 10.0.0.3 has " values

static const struct rule backup_rules[] = {
	/* Rule 1: preempt and faster. */
	{ BOTH, false, 0, 1, 100, 1, 101, 0, NULL },
	{ BOTH, true, 0, 1, 100, 1, 101, 0, PREEMPTING("advbase 1 advskew 101 demotion 0") },
	{ BOTH, true, 0, 1, 100, 1, 100, 0, NULL },
	{ BOTH, true, 0, 1, 100, 1, 99, 0, NULL },
	{ BOTH, true, 0, 1, 254, 2, 0, 0, PREEMPTING("advbase 2 advskew 0 demotion 0") },
	{ SKEW, true, 0, 1, 100, 1, 101, 0, PREEMPTING("advbase 1 advskew 101 demotion 0") },
	{ BYTE, true, 0, 1, 100, 1, 101, 0, PREEMPTING("advbase 1 advskew 101 demotion 0") },
	/* ... and not while we are more demoted than the master. */
	{ BYTE, true, 5, 1, 100, 1, 200, 4, NULL },
	{ BYTE, true, 5, 1, 100, 1, 200, 5, PREEMPTING("advbase 1 advskew 200 demotion 5") },
	{ BYTE, true, 5, 1, 100, 1, 200, 6, PREEMPTING("advbase 1 advskew 200 demotion 6") },
	{ BOTH, true, 5, 1, 100, 1, 200, 4, NULL },
	{ SKEW, true, 5, 1, 100, 1, 200, 0, PREEMPTING("advbase 1 advskew 200 demotion 0") },
	/* ... with our own speed as demotion makes it. */
	{ SKEW, true, 100, 1, 100, 1, 199, 0, NULL },
	{ SKEW, true, 100, 1, 100, 1, 201, 0, PREEMPTING("advbase 1 advskew 201 demotion 0") },
	{ SKEW, true, -100, 1, 100, 1, 1, 0, PREEMPTING("advbase 1 advskew 1 demotion 0") },
	{ BYTE, true, 100, 1, 100, 1, 199, 100, PREEMPTING("advbase 1 advskew 199 demotion 100") },

	/* Rule 2: the master is more demoted, preempt or not, however fast it is. */
	{ BOTH, false, 0, 1, 100, 1, 0, 1, PREEMPTING("advbase 1 advskew 0 demotion 1") },
	{ BYTE, false, 0, 1, 100, 1, 0, 1, PREEMPTING("advbase 1 advskew 0 demotion 1") },
	{ BYTE, false, 1, 1, 100, 1, 0, 1, NULL },
	{ BYTE, false, 2, 1, 100, 1, 0, 1, NULL },
	{ SKEW, false, 0, 1, 100, 1, 0, 255, NULL },
	{ SKEW, true, 0, 1, 100, 1, 0, 255, NULL },

	/* Rule 3: slower than our patience: 3 * 1000000 + 390625. */
	{ BOTH, false, 0, 1, 100, 3, 100, 0, NULL },
	{ BOTH, false, 0, 1, 100, 3, 101, 0, WILL_TIME_OUT("advbase 3 advskew 101 demotion 0") },
	{ BYTE, false, 9, 1, 100, 3, 101, 0, WILL_TIME_OUT("advbase 3 advskew 101 demotion 0") },
	/* ... which demotion stretches where it is in the skew. */
	{ SKEW, false, 100, 1, 100, 3, 200, 0, NULL },
	{ SKEW, false, 100, 1, 100, 3, 201, 0, WILL_TIME_OUT("advbase 3 advskew 201 demotion 0") },
	/* ... and which advbase 0 turns off. */
	{ BOTH, false, 0, 0, 10, 254, 254, 0, NULL },
	{ BOTH, false, 0, 0, 10, 255, 254, 0, NULL },

	/* A bow-out, from the slowest to the one for whom rule 3 is off, whatever its demotion. */
	{ BOTH, false, 0, 1, 100, 255, 255, 0, BOWED_OUT },
	{ BOTH, true, 0, 1, 100, 255, 255, 0, BOWED_OUT },
	{ BOTH, false, 0, 254, 254, 255, 255, 0, BOWED_OUT },
	{ BOTH, false, 0, 0, 10, 255, 255, 0, BOWED_OUT },
	{ BYTE, false, 9, 1, 100, 255, 255, 0, BOWED_OUT },
	{ BYTE, false, 0, 1, 100, 255, 255, 9, BOWED_OUT },
	{ BOTH, false, 0, 254, 254, 254, 255, 0, NULL },
};

static const struct rule master_rules[] = {
	{ BOTH, false, 0, 1, 100, 1, 99, 0, MORE_FREQUENT("advbase 1 advskew 99 demotion 0") },
	{ BOTH, true, 0, 1, 100, 1, 99, 0, MORE_FREQUENT("advbase 1 advskew 99 demotion 0") },
	{ BOTH, false, 0, 1, 100, 0, 254, 0, MORE_FREQUENT("advbase 0 advskew 254 demotion 0") },
	{ BOTH, false, 0, 1, 100, 1, 101, 0, NULL },
	{ BOTH, false, 0, 1, 100, 2, 0, 0, NULL },
	{ BOTH, false, 0, 0, 1, 0, 0, 0, NULL },
	/* Equal: an answer, not a change of state; test_carp_tie.c has the rest. */
	{ BOTH, false, 0, 1, 100, 1, 100, 0, NULL },
	/* Our own speed as demotion makes it. */
	{ SKEW, false, 50, 1, 100, 1, 149, 0, MORE_FREQUENT("advbase 1 advskew 149 demotion 0") },
	{ SKEW, false, 50, 1, 100, 1, 151, 0, NULL },
	{ BYTE, false, 50, 1, 100, 1, 149, 50, NULL },
	/* Octet 4 goes before speed. */
	{ BYTE, false, 5, 1, 100, 1, 200, 4, MORE_FREQUENT("advbase 1 advskew 200 demotion 4") },
	{ BYTE, false, 5, 1, 100, 1, 99, 6, NULL },
	{ BYTE, false, 5, 1, 100, 1, 99, 5, MORE_FREQUENT("advbase 1 advskew 99 demotion 5") },
	{ BOTH, false, 5, 1, 100, 1, 200, 4, MORE_FREQUENT("advbase 1 advskew 200 demotion 4") },
	{ BOTH, false, 0, 1, 100, 1, 0, 1, NULL },
	{ SKEW, false, 0, 1, 100, 1, 0, 1, MORE_FREQUENT("advbase 1 advskew 0 demotion 1") },
	{ BYTE, false, 300, 1, 100, 1, 200, 254,
	  MORE_FREQUENT("advbase 1 advskew 200 demotion 254") },
	{ BYTE, false, 300, 1, 100, 1, 200, 255, NULL },
	/* Who resigns takes nothing over, even if it is less demoted. */
	{ BOTH, false, 0, 1, 100, 255, 255, 0, NULL },
	{ BYTE, false, 5, 1, 100, 255, 255, 0, NULL },
	{ BYTE, false, 5, 1, 100, 255, 254, 0,
	  MORE_FREQUENT("advbase 255 advskew 254 demotion 0") },
};

static void
open_with(struct fixture *f, const struct rule *r)
{
	fixture_prepare(f);
	f->settings.encoding = r->encoding;
	f->settings.preempt = r->preempt;
	f->config.advbase = r->own_advbase;
	f->config.advskew = r->own_advskew;
	fixture_create(f);
	CU_ASSERT_EQUAL(carp_node_demote(f->node, r->demotion, 0), 0);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
}

static void
hear(struct fixture *f, const struct rule *r)
{
	struct advert a = {
		.advbase = r->peer_advbase,
		.advskew = r->peer_advskew,
		.demote = r->peer_demote,
	};

	CU_ASSERT_EQUAL(fixture_hear(f, 1000, &a), CARP_ACCEPTED);
}

static void
check_backup_rule(const struct rule *r)
{
	struct fixture f;

	open_with(&f, r);
	hear(&f, r);
	if (r->reason == NULL) {
		CHECK_ACTIONS(&f, "");
		CU_ASSERT_EQUAL(fixture_status(&f).deadline_us,
				1000 + carp_vhid_master_down_us(f.vhid));
	} else {
		CHECK_ACTIONS(&f, "Msa");
		CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), r->reason);
		CU_ASSERT_EQUAL(fixture_status(&f).deadline_us,
				1000 + carp_vhid_interval_us(f.vhid));
	}
	fixture_close(&f);
}

static void
check_master_rule(const struct rule *r)
{
	struct fixture f;

	open_with(&f, r);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
	hear(&f, r);
	if (r->reason == NULL) {
		CHECK_ACTIONS(&f, "");
		CHECK_STATE(&f, CARP_MASTER);
	} else {
		CHECK_ACTIONS(&f, "B");
		CU_ASSERT_STRING_EQUAL(fixture_reason(&f, 0), r->reason);
		CU_ASSERT_EQUAL(fixture_status(&f).deadline_us,
				1000 + carp_vhid_master_down_us(f.vhid));
	}
	fixture_close(&f);
}

static void
backup_hears(void)
{
	unsigned int i;

	for (i = 0; i < SUITE_LEN(backup_rules); i++)
		check_backup_rule(&backup_rules[i]);
}

static void
master_hears(void)
{
	unsigned int i;

	for (i = 0; i < SUITE_LEN(master_rules); i++)
		check_master_rule(&master_rules[i]);
}

static void
reason_carries_particulars(void)
{
	static const struct advert faster = { .advbase = 0, .advskew = 7, .demote = 0 };
	const struct carp_reason *r;
	struct fixture f;

	fixture_open_master(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1000, &faster), CARP_ACCEPTED);
	r = &f.out.item[0].state.reason;
	CU_ASSERT_EQUAL(f.out.item[0].state.from, CARP_MASTER);
	CU_ASSERT_EQUAL(f.out.item[0].state.to, CARP_BACKUP);
	CU_ASSERT_EQUAL(r->code, CARP_REASON_MORE_FREQUENT);
	CU_ASSERT_TRUE(r->has_peer);
	CU_ASSERT_FALSE(r->tie);
	CU_ASSERT_FALSE(r->bow_out);
	CU_ASSERT_EQUAL(r->peer_advskew, 7);
	CU_ASSERT_EQUAL(fixture_status(&f).last_reason.code, CARP_REASON_MORE_FREQUENT);
	CU_ASSERT_EQUAL(fixture_status(&f).since_us, 1000);
	CU_ASSERT_EQUAL(fixture_status(&f).transitions, 3);
	fixture_close(&f);
}

static void
preempt_is_looked_at_when_it_counts(void)
{
	static const struct advert slower = { .advbase = 1, .advskew = 200 };
	struct fixture f;

	fixture_open_backup(&f);
	CU_ASSERT_EQUAL(fixture_hear(&f, 1000, &slower), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "");
	f.settings.preempt = true;
	fixture_set(&f, 2000);
	fixture_run(&f, 2000);
	CHECK_ACTIONS(&f, "");
	CU_ASSERT_EQUAL(fixture_hear(&f, 3000, &slower), CARP_ACCEPTED);
	CHECK_ACTIONS(&f, "Msa");
	fixture_close(&f);
}

/* ------------------------------------------------------------------------------------------- */

static void
open_dual(struct fixture *f)
{
	fixture_prepare(f);
	fixture_use_both_families(f);
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
}

static void
each_family_is_sent_with_its_own_counter(void)
{
	struct fixture f;

	open_dual(&f);
	CU_ASSERT_EQUAL(carp_vhid_force(f.vhid, CARP_MASTER, 0, &f.out), 0);
	CHECK_ACTIONS(&f, "Mssa");
	CU_ASSERT_EQUAL(f.out.item[1].send.family, IP_V4);
	CU_ASSERT_EQUAL(f.out.item[2].send.family, IP_V6);
	CU_ASSERT_EQUAL(fixture_sent(&f, 1).counter, 1);
	CU_ASSERT_EQUAL(fixture_sent(&f, 2).counter, 2);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SENT), 1);
	CU_ASSERT_EQUAL(fixture_counter(&f, CARP_SENT6), 1);
	fixture_close(&f);
}

static void
only_used_families_are_sent(void)
{
	struct fixture f;

	fixture_prepare(&f);
	f.addresses[0] = address("2001:db8::100");
	f.config.source[IP_V6] = address("fe80::2");
	f.config.has_source[IP_V6] = true;
	fixture_create(&f);
	carp_interface_set_link(f.ifc, true, 0);
	fixture_run(&f, 0);
	fixture_run(&f, OWN_MASTER_DOWN);
	CHECK_ACTIONS(&f, "Msa");
	CU_ASSERT_EQUAL(f.out.item[1].send.family, IP_V6);
	fixture_close(&f);
}

static const struct suite_test tests[] = {
	SUITE_TEST(backup_hears),
	SUITE_TEST(master_hears),
	SUITE_TEST(reason_carries_particulars),
	SUITE_TEST(preempt_is_looked_at_when_it_counts),
	SUITE_TEST(each_family_is_sent_with_its_own_counter),
	SUITE_TEST(only_used_families_are_sent),
};

int
main(void)
{
	return suite_run("carp election", tests, SUITE_LEN(tests));
}
