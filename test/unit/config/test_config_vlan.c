/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_fixture.h"

#define LAN "{'name':'lan','device':'d','mtu':1400}"
#define SUB(name, more) "{'name':'" name "','parent':'lan'" more "}"
#define FILE_OF(interfaces) "{'interfaces':[" interfaces "]}"
#define WITH(more) FILE_OF(LAN "," SUB("a", more))

static void
sub_interface_is_taken_over(void)
{
	/* Its parent may come later in the file. */
	struct config *c = fixture_load_good(
		FILE_OF(SUB("lan.1", ",'vlan':1,'addresses':['10.0.0.1/24']") "," SUB(
			"lan.4094", ",'vlan':4094,'mtu':1000,'start_delay_ms':7") "," LAN));

	CU_ASSERT_EQUAL(c->interfaces[0].parent, 2);
	CU_ASSERT_EQUAL(c->interfaces[0].vlan, 1);
	CU_ASSERT_EQUAL(c->interfaces[0].mtu, 1400);
	CU_ASSERT_EQUAL(c->interfaces[0].address_count, 1);
	CU_ASSERT_PTR_NULL(c->interfaces[0].device);
	CU_ASSERT_EQUAL(c->interfaces[1].parent, 2);
	CU_ASSERT_EQUAL(c->interfaces[1].vlan, 4094);
	CU_ASSERT_EQUAL(c->interfaces[1].mtu, 1000);
	CU_ASSERT_EQUAL(c->interfaces[1].start_delay_ms, 7);
	CU_ASSERT_EQUAL(c->interfaces[2].parent, -1);
	config_free(c);
}

static void
parent_and_vlan_belong_together(void)
{
	fixture_expect(FILE_OF("{'name':'a'}"), "/interfaces/0: \"device\" is missing", "");
	fixture_expect(WITH(""), "/interfaces/1: \"vlan\" is missing", "");
	fixture_expect(FILE_OF("{'name':'a','device':'d','vlan':1}"),
		       "/interfaces/0/vlan: \"parent\" is missing", "");
	fixture_expect(WITH(",'vlan':0"), "/interfaces/1/vlan: 0 is not in 1..4094", "");
	fixture_expect(WITH(",'vlan':4095"), "/interfaces/1/vlan: 4095 is not in 1..4094", "");
	fixture_expect(WITH(",'vlan':7,'device':'e','rx_queues':'auto','mac_mode':'auto'"),
		       "/interfaces/1/device: is that of the parent\n"
		       "/interfaces/1/rx_queues: is that of the parent\n"
		       "/interfaces/1/mac_mode: is that of the parent",
		       "");
}

static void
parent_is_an_interface_with_a_device(void)
{
	fixture_expect(FILE_OF("{'name':'a','parent':'b','vlan':1}"),
		       "/interfaces/0/parent: \"b\" is not the name of an interface", "");
	fixture_expect(FILE_OF("{'name':'a','parent':'a','vlan':1}"),
		       "/interfaces/0/parent: \"a\" is a sub-interface itself", "");
	fixture_expect(WITH(",'vlan':1},{'name':'b','parent':'a','vlan':2"),
		       "/interfaces/2/parent: \"a\" is a sub-interface itself", "");
}

static void
mtu_is_at_most_that_of_the_parent(void)
{
	fixture_expect(WITH(",'vlan':1,'mtu':1400"), "", "");
	fixture_expect(WITH(",'vlan':1,'mtu':1401"),
		       "/interfaces/1/mtu: 1401 is more than the parent's, which is 1400", "");
}

static void
vlan_is_unique_on_its_parent(void)
{
	fixture_expect(FILE_OF(LAN "," SUB("a", ",'vlan':7") "," SUB("b", ",'vlan':8") "," SUB(
			       "c", ",'vlan':7")),
		       "/interfaces/3/vlan: 7 on this parent is already /interfaces/1", "");
	fixture_expect(FILE_OF(LAN ",{'name':'wan','device':'e'}," SUB("a", ",'vlan':7") ","
			       "{'name':'b','parent':'wan','vlan':7}"),
		       "", "");
}

#define VHID(interface, address)                                                                   \
	"{'interface':'" interface "','vhid':1,'pass':'x','addresses':['" address "']}"
#define TWO_VLANS(vhids)                                                                           \
	"{'interfaces':[" LAN "," SUB("a", ",'vlan':1") "," SUB("b", ",'vlan':2") "],"             \
	"'vhids':[" vhids "]}"

static void
vhids_of_vlans_share_numbers_but_not_addresses(void)
{
	fixture_expect(TWO_VLANS(VHID("lan", "10.0.0.1/24") "," VHID("a", "10.0.1.1/24") "," VHID(
			       "b", "10.0.2.1/24")),
		       "", "");
	fixture_expect(TWO_VLANS(VHID("a", "10.0.0.1/24") "," VHID("a", "10.0.1.1/24")),
		       "/vhids/1/vhid: 1 on this interface is already /vhids/0", "");
	fixture_expect(TWO_VLANS(VHID("a", "10.0.0.1/24") "," VHID("b", "10.0.0.1/24")),
		       "/vhids/1/addresses/0: 10.0.0.1 is already a virtual address, "
		       "/vhids/0/addresses/0",
		       "");
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(sub_interface_is_taken_over),
		SUITE_TEST(parent_and_vlan_belong_together),
		SUITE_TEST(parent_is_an_interface_with_a_device),
		SUITE_TEST(mtu_is_at_most_that_of_the_parent),
		SUITE_TEST(vlan_is_unique_on_its_parent),
		SUITE_TEST(vhids_of_vlans_share_numbers_but_not_addresses),
	};

	return fixture_run("config_vlan", tests, SUITE_LEN(tests));
}
