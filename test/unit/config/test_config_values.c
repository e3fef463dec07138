/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "config_fixture.h"

/* One interface and one vhid; the rest by default. */
#define MINIMAL                                                                                    \
	"{'interfaces':[{'name':'lan','device':'0000:03:00.0'}],"                                  \
	"'vhids':[{'interface':'lan','vhid':7,'addresses':['10.0.0.1/24']}]}"

static void
empty_objects_have_every_default(void)
{
	struct config *c = fixture_load_good("{'carp':{},'workers':{}}");
	CU_ASSERT_TRUE(c->carp.allow);
	CU_ASSERT_FALSE(c->carp.preempt);
	CU_ASSERT_EQUAL(c->log, 1);
	CU_ASSERT_EQUAL(c->demotion, 0);
	CU_ASSERT_EQUAL(c->carp.ifdown_demotion_factor, 240);
	CU_ASSERT_EQUAL(c->carp.senderr_demotion_factor, 240);
	CU_ASSERT_EQUAL(c->carp.encoding, CARP_ENCODE_BOTH);
	CU_ASSERT_EQUAL(c->tos, 224);
	CU_ASSERT_EQUAL(c->carp.master_down, CARP_MASTER_DOWN_FREEBSD);
	CU_ASSERT_EQUAL(c->idle, CONFIG_IDLE_POLL);
	config_free(c);
}

/* What is not mentioned at all has the same defaults. */
static void
absent_objects_have_every_default(void)
{
	struct config *c = fixture_load_good("{}");

	CU_ASSERT_TRUE(c->carp.allow);
	CU_ASSERT_EQUAL(c->log, 1);
	CU_ASSERT_EQUAL(c->interface_count, 0);
	CU_ASSERT_EQUAL(c->vhid_count, 0);
	CU_ASSERT_EQUAL(c->notify_count, 0);
	CU_ASSERT_EQUAL(c->carp.ifdown_demotion_factor, 240);
	CU_ASSERT_EQUAL(c->carp.senderr_demotion_factor, 240);
	CU_ASSERT_EQUAL(c->tos, 224);
	CU_ASSERT_EQUAL(c->idle, CONFIG_IDLE_POLL);
	config_free(c);
}

static void
interface_and_vhid_have_every_default(void)
{
	struct config *c = fixture_load_good(MINIMAL);
	const struct config_interface *ifc = &c->interfaces[0];
	const struct config_vhid *vhid = &c->vhids[0];

	CU_ASSERT_EQUAL_FATAL(c->interface_count, 1);
	CU_ASSERT_STRING_EQUAL(ifc->name, "lan");
	CU_ASSERT_STRING_EQUAL(ifc->device, "0000:03:00.0");
	CU_ASSERT_EQUAL(ifc->mtu, 1500);
	CU_ASSERT_EQUAL(ifc->rx_queues, 0);
	CU_ASSERT_EQUAL(ifc->mac_mode, CONFIG_MAC_MODE_AUTO);
	CU_ASSERT_EQUAL(ifc->address_count, 0);
	CU_ASSERT_EQUAL(ifc->parent, -1);
	CU_ASSERT_EQUAL(ifc->vlan, 0);
	CU_ASSERT_EQUAL(ifc->start_delay_ms, 0);
	CU_ASSERT_EQUAL_FATAL(c->vhid_count, 1);
	CU_ASSERT_EQUAL(vhid->interface, 0);
	CU_ASSERT_EQUAL(vhid->vhid, 7);
	CU_ASSERT_EQUAL(vhid->advbase, 1);
	CU_ASSERT_EQUAL(vhid->advskew, 0);
	CU_ASSERT_TRUE(vhid->up);
	CU_ASSERT_EQUAL(vhid->mac, CONFIG_VHID_MAC_VIRTUAL);
	CU_ASSERT_EQUAL(vhid->announce_interval_s, 60);
	CU_ASSERT_EQUAL(vhid->key_len, 0);
	CU_ASSERT_EQUAL(vhid->accept_count, 0);
	CU_ASSERT_EQUAL(vhid->address_count, 1);
	CU_ASSERT_EQUAL(vhid->address_grace_s, 60);
	CU_ASSERT_EQUAL(vhid->peer_count, 0);
	CU_ASSERT_FALSE(vhid->preempt);
	CU_ASSERT_EQUAL(vhid->preempt_delay_ms, 0);
	CU_ASSERT_EQUAL(vhid->replay, CARP_REPLAY_ADAPTIVE);
	CU_ASSERT_EQUAL(vhid->digest, CARP_DIGEST_NO_LINK_LOCAL);
	CU_ASSERT_EQUAL(vhid->checksum6, CARP_CHECKSUM6_PLAIN);
	CU_ASSERT_PTR_NULL(ifc->ra);
	CU_ASSERT_EQUAL(c->route_count, 0);
	CU_ASSERT_EQUAL(c->neighbor_count, 0);
	config_free(c);
}

static void
settings_are_taken_over(void)
{
	struct config *c = fixture_load_good(
		"{'$schema':'koi.schema.json','description':'x',"
		"'carp':{'description':'x','allow':false,'preempt':true,'log':2,"
		"'demotion':-2147483648,'ifdown_demotion_factor':2147483647,"
		"'senderr_demotion_factor':0,'demotion_encoding':'byte','tos':255,"
		"'master_down':'openbsd'},"
		"'workers':{'description':'x','idle':'sleep'}}");

	CU_ASSERT_FALSE(c->carp.allow);
	CU_ASSERT_TRUE(c->carp.preempt);
	CU_ASSERT_EQUAL(c->log, 2);
	CU_ASSERT_EQUAL(c->demotion, INT32_MIN);
	CU_ASSERT_EQUAL(c->carp.ifdown_demotion_factor, INT32_MAX);
	CU_ASSERT_EQUAL(c->carp.senderr_demotion_factor, 0);
	CU_ASSERT_EQUAL(c->carp.encoding, CARP_ENCODE_BYTE);
	CU_ASSERT_EQUAL(c->tos, 255);
	CU_ASSERT_EQUAL(c->carp.master_down, CARP_MASTER_DOWN_OPENBSD);
	CU_ASSERT_EQUAL(c->idle, CONFIG_IDLE_SLEEP);
	config_free(c);
}

static void
words_are_taken_over(void)
{
	struct config *c =
		fixture_load_good("{'carp':{'demotion_encoding':'skew','master_down':'freebsd'},"
				  "'workers':{'idle':'yield'}}");

	CU_ASSERT_EQUAL(c->carp.encoding, CARP_ENCODE_SKEW);
	CU_ASSERT_EQUAL(c->carp.master_down, CARP_MASTER_DOWN_FREEBSD);
	CU_ASSERT_EQUAL(c->idle, CONFIG_IDLE_YIELD);
	config_free(c);
}

static void
interface_and_vhid_are_taken_over(void)
{
	struct config *c = fixture_load_good(
		"{'vhids':[{'description':'x','interface':'wan-2.b_c','vhid':255,"
		"'advbase':0,'advskew':254,'pass':'1234567890123456789','mac':'port',"
		"'state':'down','announce_interval_s':0,'address_grace_s':86400,"
		"'preempt':true,'preempt_delay_ms':600000,'replay':'strict',"
		"'peers':['10.0.0.2'],'pass_accept':['a','1234567890123456780'],"
		"'addresses':['10.0.0.9/24','10.0.0.8/32']}],"
		"'interfaces':[{'name':'a','device':'net_null0','rx_queues':'auto',"
		"'mac_mode':'filter','mtu':68},"
		"{'description':'x','name':'wan-2.b_c','device':'net_null1,copy=1',"
		"'mtu':9600,'rx_queues':4,'start_delay_ms':600000,'mac_mode':'promiscuous',"
		"'addresses':['10.0.0.3/31','192.168.0.1/24']}]}");
	const struct config_interface *ifc = &c->interfaces[1];
	const struct config_vhid *vhid = &c->vhids[0];
	const struct ip_addr peer = { .octets = { 10, 0, 0, 2 }, .family = IP_V4 };

	CU_ASSERT_EQUAL(c->interfaces[0].mac_mode, CONFIG_MAC_MODE_FILTER);
	CU_ASSERT_EQUAL(c->interfaces[0].mtu, 68);
	CU_ASSERT_EQUAL(c->interfaces[0].rx_queues, 0);
	CU_ASSERT_STRING_EQUAL(ifc->name, "wan-2.b_c");
	CU_ASSERT_STRING_EQUAL(ifc->device, "net_null1,copy=1");
	CU_ASSERT_EQUAL(ifc->mtu, 9600);
	CU_ASSERT_EQUAL(ifc->rx_queues, 4);
	CU_ASSERT_EQUAL(ifc->mac_mode, CONFIG_MAC_MODE_PROMISCUOUS);
	CU_ASSERT_EQUAL(ifc->address_count, 2);
	CU_ASSERT_EQUAL(ifc->addresses[0].len, 31);
	CU_ASSERT_EQUAL(vhid->interface, 1);
	CU_ASSERT_EQUAL(vhid->advbase, 0);
	CU_ASSERT_EQUAL(vhid->advskew, 254);
	CU_ASSERT_EQUAL(vhid->key_len, 19);
	CU_ASSERT_EQUAL(memcmp(vhid->key, "1234567890123456789", 19), 0);
	CU_ASSERT_EQUAL(vhid->mac, CONFIG_VHID_MAC_PORT);
	CU_ASSERT_FALSE(vhid->up);
	CU_ASSERT_EQUAL(vhid->announce_interval_s, 0);
	CU_ASSERT_EQUAL(vhid->address_count, 2);
	CU_ASSERT_EQUAL(vhid->address_grace_s, 86400);
	CU_ASSERT_TRUE(vhid->preempt);
	CU_ASSERT_EQUAL(vhid->preempt_delay_ms, 600000);
	CU_ASSERT_EQUAL(vhid->replay, CARP_REPLAY_STRICT);
	CU_ASSERT_EQUAL(ifc->start_delay_ms, 600000);
	CU_ASSERT_EQUAL_FATAL(vhid->accept_count, 2);
	CU_ASSERT_EQUAL(vhid->accept[0].len, 1);
	CU_ASSERT_EQUAL(vhid->accept[0].octets[0], 'a');
	CU_ASSERT_EQUAL(vhid->accept[1].len, 19);
	CU_ASSERT_EQUAL(memcmp(vhid->accept[1].octets, "1234567890123456780", 19), 0);
	CU_ASSERT_EQUAL_FATAL(vhid->peer_count, 1);
	CU_ASSERT_EQUAL(ip_addr_compare(&vhid->peers[0], &peer), 0);
	CU_ASSERT_EQUAL(config_interface_find(c, "wan-2.b_c"), 1);
	CU_ASSERT_EQUAL(config_interface_find(c, "a"), 0);
	CU_ASSERT_EQUAL(config_interface_find(c, "wan"), -ENOENT);
	config_free(c);
}

#define PREEMPTS                                                                                   \
	"'interfaces':[{'name':'a','device':'d'}],'vhids':["                                       \
	"{'interface':'a','vhid':1,'addresses':['10.0.0.1/24']},"                                  \
	"{'interface':'a','vhid':2,'preempt':true,'addresses':['10.0.0.2/24']},"                   \
	"{'interface':'a','vhid':3,'preempt':false,'addresses':['10.0.0.3/24']}]"

static void
preempt_of_a_vhid_is_that_of_carp_unless_given(void)
{
	struct config *c = fixture_load_good("{" PREEMPTS ",'carp':{'preempt':true}}");

	CU_ASSERT_TRUE(c->vhids[0].preempt);
	CU_ASSERT_TRUE(c->vhids[1].preempt);
	CU_ASSERT_FALSE(c->vhids[2].preempt);
	config_free(c);
	c = fixture_load_good("{'carp':{'preempt':false}," PREEMPTS "}");
	CU_ASSERT_FALSE(c->vhids[0].preempt);
	CU_ASSERT_TRUE(c->vhids[1].preempt);
	CU_ASSERT_FALSE(c->vhids[2].preempt);
	config_free(c);
}

static void
programs_are_taken_over(void)
{
	struct config *c = fixture_load_good(
		"{'notify':[{'description':'x','exec':'/bin/sh'},{'exec':'/bin/true'}]}");

	CU_ASSERT_EQUAL_FATAL(c->notify_count, 2);
	CU_ASSERT_STRING_EQUAL(c->notify[0].exec, "/bin/sh");
	CU_ASSERT_STRING_EQUAL(c->notify[1].exec, "/bin/true");
	config_free(c);
}

static void
text_in_memory_is_loaded_too(void)
{
	static const char text[] = "{\"carp\":{\"tos\":7}}, and more";
	struct config_report report;
	struct config *c;

	c = config_load_text(text, strlen(text) - strlen(", and more"), "none.json", CONFIG_RUN,
			     &report);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(c->tos, 7);
	config_free(c);
	config_report_free(&report);
	c = config_load_text("", 0, "none.json", CONFIG_RUN, &report);
	CU_ASSERT_PTR_NULL(c);
	CU_ASSERT_EQUAL_FATAL(report.error_count, 1);
	CU_ASSERT_STRING_EQUAL(report.errors[0], "is empty");
	config_report_free(&report);
}

static void
expect_source(const struct config_vhid *vhid, const char *expected)
{
	char text[IP_ADDR_TEXT];

	CU_ASSERT_TRUE(vhid->has_source[IP_V4]);
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&vhid->source[IP_V4], text), expected);
	CU_ASSERT_FALSE(vhid->has_source[IP_V6]);
}

static void
source_is_first_own_address_else_lowest_virtual(void)
{
	struct config *c =
		fixture_load_good("{'interfaces':[{'name':'a','device':'d1',"
				  "'addresses':['10.0.0.9/24','10.0.0.3/24']},"
				  "{'name':'b','device':'d2'}],"
				  "'vhids':[{'interface':'a','vhid':1,'addresses':['10.0.0.1/24']},"
				  "{'interface':'b','vhid':1,"
				  "'addresses':['10.1.0.200/24','10.1.0.9/24','10.1.0.100/24']}]}");

	expect_source(&c->vhids[0], "10.0.0.9");
	expect_source(&c->vhids[1], "10.1.0.9");
	config_free(c);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(empty_objects_have_every_default),
		SUITE_TEST(absent_objects_have_every_default),
		SUITE_TEST(interface_and_vhid_have_every_default),
		SUITE_TEST(settings_are_taken_over),
		SUITE_TEST(words_are_taken_over),
		SUITE_TEST(interface_and_vhid_are_taken_over),
		SUITE_TEST(preempt_of_a_vhid_is_that_of_carp_unless_given),
		SUITE_TEST(programs_are_taken_over),
		SUITE_TEST(text_in_memory_is_loaded_too),
		SUITE_TEST(source_is_first_own_address_else_lowest_virtual),
	};

	return fixture_run("config_values", tests, SUITE_LEN(tests));
}
