/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

#include <string.h>

static const uint8_t key[] = { 's', 'e', 'c', 'r', 'e', 't' };

struct ip_addr
address(const char *text)
{
	struct ip_addr addr = { .family = IP_V4 };

	CU_ASSERT_EQUAL_FATAL(ip_addr_parse(text, &addr), 0);
	return addr;
}

void
fixture_prepare(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->settings.allow = true;
	f->settings.ifdown_demotion_factor = 240;
	f->settings.senderr_demotion_factor = 240;
	f->addresses[0] = address("10.0.0.100");
	f->config = (struct carp_vhid_config){
		.vhid = 1,
		.advbase = 1,
		.advskew = 100,
		.key = key,
		.key_len = sizeof(key),
		.address_count = 1,
		.digest = CARP_DIGEST_NO_LINK_LOCAL,
		.counter = 1,
		.up = true,
	};
	f->config.source[IP_V4] = address("10.0.0.2");
	f->config.has_source[IP_V4] = true;
}

void
fixture_use_both_families(struct fixture *f)
{
	f->addresses[f->config.address_count++] = address("2001:db8::100");
	f->config.source[IP_V6] = address("fe80::2");
	f->config.has_source[IP_V6] = true;
}

void
fixture_create(struct fixture *f)
{
	f->config.addresses = f->addresses;
	f->node = carp_node_create(&f->settings);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->node);
	f->ifc = carp_interface_create(f->node, "lan");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->ifc);
	f->vhid = carp_vhid_create(f->ifc, &f->config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->vhid);
	f->digest = carp_digest_create(f->config.key, f->config.key_len, f->config.vhid,
				       f->config.addresses, f->config.address_count);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->digest);
}

void
fixture_open_backup(struct fixture *f)
{
	fixture_prepare(f);
	fixture_create(f);
	carp_interface_set_link(f->ifc, true, 0);
	fixture_run(f, 0);
	CHECK_STATE(f, CARP_BACKUP);
}

void
fixture_open_master(struct fixture *f)
{
	fixture_open_backup(f);
	CU_ASSERT_EQUAL_FATAL(carp_vhid_force(f->vhid, CARP_MASTER, 0, &f->out), 0);
	CHECK_STATE(f, CARP_MASTER);
}

void
fixture_close(struct fixture *f)
{
	carp_vhid_destroy(f->vhid, 0);
	carp_interface_destroy(f->ifc, 0);
	carp_node_destroy(f->node);
	carp_digest_destroy(f->digest);
}

void
fixture_set(struct fixture *f, uint64_t now_us)
{
	carp_node_set(f->node, &f->settings, now_us);
}

void
fixture_reconfigure(struct fixture *f, uint64_t now_us)
{
	CU_ASSERT_EQUAL(carp_vhid_reconfigure(f->vhid, &f->config, now_us), 0);
	carp_digest_destroy(f->digest);
	f->digest = carp_digest_create(f->config.key, f->config.key_len, f->config.vhid,
				       f->config.addresses, f->config.address_count);
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->digest);
}

void
fixture_run(struct fixture *f, uint64_t now_us)
{
	carp_vhid_run(f->vhid, now_us, now_us, &f->out);
}

static unsigned int
count_sends(const struct carp_actions *out)
{
	unsigned int sends = 0;
	unsigned int i;

	for (i = 0; i < out->count; i++) {
		if (out->item[i].type == CARP_ACTION_SEND)
			sends++;
	}
	return sends;
}

unsigned int
fixture_run_until(struct fixture *f, uint64_t until_us)
{
	unsigned int sends = 0;
	uint64_t now_us = 0;
	uint64_t next_us;

	for (next_us = carp_vhid_next_us(f->vhid); next_us <= until_us;
	     next_us = carp_vhid_next_us(f->vhid)) {
		if (next_us > now_us)
			now_us = next_us;
		fixture_run(f, now_us);
		sends += count_sends(&f->out);
	}
	return sends;
}

void
fixture_payload(struct fixture *f, const struct advert *a, uint8_t payload[CARP_HEADER_LEN])
{
	struct carp_header h = {
		.vhid = f->config.vhid,
		.advskew = a->advskew,
		.authlen = 7,
		.demote = a->demote,
		.advbase = a->advbase,
		.counter = a->counter,
	};

	CU_ASSERT_EQUAL(carp_digest_compute(f->digest, CARP_DIGEST_ALL, h.counter, h.digest), 0);
	carp_header_build(&h, payload);
}

enum carp_counter
fixture_input(struct fixture *f, uint64_t at_us, const struct advert *a)
{
	uint8_t payload[CARP_HEADER_LEN];
	struct carp_received rx = {
		.payload = payload,
		.len = sizeof(payload),
		.from = address(a->from == NULL ? "10.0.0.3" : a->from),
		.ttl = 255,
	};

	rx.to = carp_group(rx.from.family);
	fixture_payload(f, a, payload);
	return carp_vhid_input(f->vhid, &rx, at_us, &f->out);
}

enum carp_counter
fixture_hear(struct fixture *f, uint64_t at_us, const struct advert *a)
{
	enum carp_counter verdict = fixture_input(f, at_us, a);

	if (verdict == CARP_ACCEPTED && carp_vhid_state(f->vhid) == CARP_BACKUP &&
	    carp_vhid_next_us(f->vhid) == 0)
		fixture_run(f, at_us);
	return verdict;
}

struct carp_vhid_status
fixture_status(const struct fixture *f)
{
	struct carp_vhid_status status;

	carp_vhid_status(f->vhid, &status);
	return status;
}

uint64_t
fixture_counter(const struct fixture *f, enum carp_counter counter)
{
	return fixture_status(f).counters[counter];
}

int32_t
fixture_cause(const struct fixture *f, const char *name)
{
	const struct carp_cause *causes;
	size_t count = carp_node_causes(f->node, &causes);
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(causes[i].name, name) == 0)
			return causes[i].value;
	}
	return 0;
}

struct carp_header
fixture_sent(const struct fixture *f, unsigned int n)
{
	struct carp_header h = { .vhid = 0 };

	CU_ASSERT_FATAL(n < f->out.count);
	CU_ASSERT_EQUAL_FATAL(f->out.item[n].type, CARP_ACTION_SEND);
	CU_ASSERT_TRUE(carp_checksum_ok(f->out.item[n].send.payload));
	CU_ASSERT_EQUAL(carp_header_parse(f->out.item[n].send.payload, CARP_HEADER_LEN, &h),
			CARP_ACCEPTED);
	CU_ASSERT_TRUE(carp_digest_verify(f->digest, h.counter, h.digest));
	return h;
}

const char *
fixture_reason(const struct fixture *f, unsigned int n)
{
	static char text[CARP_REASON_TEXT];

	CU_ASSERT_FATAL(n < f->out.count);
	CU_ASSERT_EQUAL_FATAL(f->out.item[n].type, CARP_ACTION_STATE);
	return carp_reason_format(&f->out.item[n].state.reason, text);
}

static char
letter(const struct carp_action *a)
{
	switch (a->type) {
	case CARP_ACTION_STATE:
		return carp_state_name(a->state.to)[0];
	case CARP_ACTION_SEND:
		return a->send.bow_out ? 'x' : 's';
	default:
		return 'a';
	}
}

const char *
fixture_actions(const struct fixture *f)
{
	static char word[CARP_ACTIONS_MAX + 1];
	unsigned int len = 0;
	unsigned int i;

	for (i = 0; i < f->out.count; i++) {
		if (f->out.item[i].type != CARP_ACTION_NOTICE)
			word[len++] = letter(&f->out.item[i]);
	}
	word[len] = '\0';
	return word;
}

bool
fixture_has_notice(const struct fixture *f, enum carp_notice notice)
{
	unsigned int i;

	for (i = 0; i < f->out.count; i++) {
		if (f->out.item[i].type == CARP_ACTION_NOTICE && f->out.item[i].notice == notice)
			return true;
	}
	return false;
}
