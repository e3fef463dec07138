/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "suite.h"
#include "vip/vip.h"

#define PORT_MAC 0x030000000002ULL /* 02:00:00:00:00:03 */

static struct vip_address
address(const char *text, uint8_t vhid)
{
	struct vip_address a = { .vhid = vhid };

	CU_ASSERT_EQUAL(ip_prefix_parse(text, &a.prefix), 0);
	return a;
}

static uint32_t
be(const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	return ip_addr_v4_be(&a);
}

static void
role_word_holds_role_and_generation(void)
{
	uint64_t word = vip_role_word(VIP_ROLE_MASTER, 0xabcdef);

	CU_ASSERT_EQUAL(vip_role_of(word), VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(vip_generation_of(word), 0xabcdef);
	CU_ASSERT_EQUAL(word >> 32, 0);
	/* A generation that has gone round does not reach the neighbouring fields. */
	word = vip_role_word(VIP_ROLE_BACKUP, 0xff000001);
	CU_ASSERT_EQUAL(vip_role_of(word), VIP_ROLE_BACKUP);
	CU_ASSERT_EQUAL(vip_generation_of(word), 1);
	CU_ASSERT_EQUAL(word >> 32, 0);
	/* What load balancing puts into the upper half does not change the role. */
	word = vip_role_word(VIP_ROLE_MASTER, 7) | 0xffffffff00000000ULL;
	CU_ASSERT_EQUAL(vip_role_of(word), VIP_ROLE_MASTER);
	CU_ASSERT_EQUAL(vip_generation_of(word), 7);
}

static void
only_own_addresses_are_master_at_first(void)
{
	struct vip_roles roles;

	memset(&roles, 0xff, sizeof(roles));
	vip_roles_init(&roles);
	CU_ASSERT_TRUE(vip_is_master(&roles, VIP_OWN));
	CU_ASSERT_TRUE(vip_is_master(&vip_roles_fenced, VIP_OWN));
	for (unsigned int vhid = 1; vhid < 256; vhid++) {
		CU_ASSERT_EQUAL(vip_role_of(vip_role_load(&roles, (uint8_t)vhid)), VIP_ROLE_ABSENT);
		CU_ASSERT_FALSE(vip_is_master(&vip_roles_fenced, (uint8_t)vhid));
	}
	vip_role_store(&roles, 255, vip_role_word(VIP_ROLE_BACKUP, 1));
	CU_ASSERT_FALSE(vip_is_master(&roles, 255));
	vip_role_store(&roles, 255, vip_role_word(VIP_ROLE_MASTER, 2));
	CU_ASSERT_TRUE(vip_is_master(&roles, 255));
	CU_ASSERT_FALSE(vip_is_master(&roles, 254));
}

static void
set_of_own_and_virtual_addresses(void)
{
	struct vip_address a[] = {
		address("192.168.1.3/24", VIP_OWN), address("fd00:1::3/64", VIP_OWN),
		address("192.168.1.1/24", 1),       address("fd00:1::1/64", 2),
		address("192.168.1.7/24", 200),
	};
	struct vip_set *s;
	const struct vip_entry *e;

	a[4].is_port_mac = true;
	s = vip_set_create(a, SUITE_LEN(a), PORT_MAC, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	e = vip_find4(s, be("192.168.1.3"));
	CU_ASSERT_TRUE(e->is_used);
	CU_ASSERT_EQUAL(e->vhid, VIP_OWN);
	CU_ASSERT_EQUAL(mac_load(e->mac), PORT_MAC);
	e = vip_find4(s, be("192.168.1.1"));
	CU_ASSERT_TRUE(e->is_used);
	CU_ASSERT_EQUAL(e->vhid, 1);
	CU_ASSERT_EQUAL(mac_load(e->mac), mac_of_vhid(1));
	e = vip_find4(s, be("192.168.1.7"));
	CU_ASSERT_EQUAL(e->vhid, 200);
	CU_ASSERT_EQUAL(mac_load(e->mac), PORT_MAC);
	CU_ASSERT_FALSE(vip_find4(s, be("192.168.1.2"))->is_used);
	CU_ASSERT_FALSE(vip_find4(s, 0)->is_used);

	CU_ASSERT_TRUE(vip_set_has_vhid(s, IP_V4, 1));
	CU_ASSERT_FALSE(vip_set_has_vhid(s, IP_V6, 1));
	CU_ASSERT_FALSE(vip_set_has_vhid(s, IP_V4, 2));
	CU_ASSERT_TRUE(vip_set_has_vhid(s, IP_V6, 2));
	CU_ASSERT_TRUE(vip_set_has_vhid(s, IP_V4, 200));
	CU_ASSERT_FALSE(vip_set_has_vhid(s, IP_V4, VIP_OWN));
	vip_set_destroy(s);
}

static void
empty_set_finds_nothing(void)
{
	struct vip_set *s = vip_set_create(NULL, 0, PORT_MAC, -1);
	struct ip_addr a = { .family = IP_V4 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_FALSE(vip_find4(s, 0)->is_used);
	CU_ASSERT_FALSE(vip_find4(s, UINT32_MAX)->is_used);
	CU_ASSERT_FALSE(vip_is_onlink(s, &a));
	vip_set_destroy(s);
	vip_set_destroy(NULL);
}

/* However many there are, and in whatever pattern: each is found, and nothing else is. */
static void
every_address_of_a_large_set_is_found(void)
{
	static const uint32_t steps[] = { 0x01000000, 0x00010000, 1, 0x9e3779b1 };
	static struct vip_address a[4000];

	for (size_t n = 0; n < SUITE_LEN(steps); n++) {
		struct vip_set *s;
		size_t wrong = 0;

		for (size_t i = 0; i < SUITE_LEN(a); i++) {
			a[i].prefix.addr = ip_addr_from_v4_be((uint32_t)(i + 1) * steps[n]);
			a[i].prefix.len = 32;
			a[i].vhid = (uint8_t)(i % 255 + 1);
		}
		s = vip_set_create(a, steps[n] == 0x01000000 ? 255 : SUITE_LEN(a), PORT_MAC, -1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		for (size_t i = 0; i < (steps[n] == 0x01000000 ? 255 : SUITE_LEN(a)); i++) {
			uint32_t addr_be = (uint32_t)(i + 1) * steps[n];
			const struct vip_entry *e = vip_find4(s, addr_be);

			wrong += !e->is_used || e->addr_be != addr_be || e->vhid != a[i].vhid;
			e = vip_find4(s, addr_be ^ 0x00800100);
			wrong += e->is_used && e->addr_be != (addr_be ^ 0x00800100);
		}
		CU_ASSERT_EQUAL(wrong, 0);
		vip_set_destroy(s);
	}
}

static const struct vip_entry6 *
find6(const struct vip_set *s, const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	return vip_find6(s, a.octets);
}

static void
ipv6_addresses_of_a_set(void)
{
	struct vip_address a[] = {
		address("fd00:1::3/64", VIP_OWN), address("fd00:1::4/64", VIP_OWN),
		address("fd00:1::1/64", 1),       address("fe80::1/64", 1),
		address("fd00:1::7/64", 200),
	};
	struct vip_set *s;

	a[1].is_tentative = true;
	a[4].is_port_mac = true;
	s = vip_set_create(a, SUITE_LEN(a), PORT_MAC, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_TRUE(find6(s, "fd00:1::3")->is_used);
	CU_ASSERT_EQUAL(vip_entry6_role(find6(s, "fd00:1::3")), VIP_OWN);
	CU_ASSERT_EQUAL(mac_load(find6(s, "fd00:1::3")->mac), PORT_MAC);
	CU_ASSERT_FALSE(vip_entry6_is_tentative(find6(s, "fd00:1::3")));
	CU_ASSERT_EQUAL(vip_entry6_role(find6(s, "fd00:1::4")), VIP_NOBODY);
	CU_ASSERT_EQUAL(find6(s, "fd00:1::4")->vhid, VIP_OWN);
	CU_ASSERT_TRUE(vip_entry6_is_tentative(find6(s, "fd00:1::4")));
	CU_ASSERT_EQUAL(vip_entry6_role(find6(s, "fd00:1::1")), 1);
	CU_ASSERT_EQUAL(mac_load(find6(s, "fd00:1::1")->mac), mac_of_vhid(1));
	CU_ASSERT_EQUAL(mac_load(find6(s, "fe80::1")->mac), mac_of_vhid(1));
	CU_ASSERT_EQUAL(vip_entry6_role(find6(s, "fd00:1::7")), 200);
	CU_ASSERT_EQUAL(mac_load(find6(s, "fd00:1::7")->mac), PORT_MAC);
	CU_ASSERT_FALSE(find6(s, "fd00:1::5")->is_used);
	CU_ASSERT_FALSE(find6(s, "::")->is_used);
	CU_ASSERT_EQUAL(vip_entry6_role(find6(s, "::")), VIP_NOBODY);
	CU_ASSERT_FALSE(vip_entry6_is_tentative(find6(s, "::")));
	vip_set_destroy(s);
}

static void
first_own_addresses_are_sources(void)
{
	struct vip_address a[] = {
		address("fe80::1/64", 1),         address("fd00:1::1/64", 1),
		address("10.0.0.1/24", 1),        address("fe80::3/64", VIP_OWN),
		address("10.0.0.3/24", VIP_OWN),  address("fd00:1::3/64", VIP_OWN),
		address("10.0.0.4/24", VIP_OWN),  address("fd00:1::4/64", VIP_OWN),
		address("fe80::4/64", VIP_OWN),
	};
	struct vip_set *s = vip_set_create(a, 3, PORT_MAC, -1);
	static const uint8_t none[16];

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(s->own4_be, 0);
	CU_ASSERT_EQUAL(memcmp(s->own6, none, 16), 0);
	CU_ASSERT_EQUAL(memcmp(s->link_local6, none, 16), 0);
	vip_set_destroy(s);
	s = vip_set_create(a, SUITE_LEN(a), PORT_MAC, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(s->own4_be, be("10.0.0.3"));
	CU_ASSERT_EQUAL(memcmp(s->own6, a[5].prefix.addr.octets, 16), 0);
	CU_ASSERT_EQUAL(memcmp(s->link_local6, a[3].prefix.addr.octets, 16), 0);
	vip_set_destroy(s);
}

/* However many there are, and wherever they differ: each is found, and nothing else is. */
static void
every_ipv6_address_of_a_large_set_is_found(void)
{
	static struct vip_address a[4000];

	for (size_t octet = 0; octet < 15; octet++) {
		struct vip_set *s;
		size_t wrong = 0;

		for (size_t i = 0; i < SUITE_LEN(a); i++) {
			a[i] = address("fd00::1:0:0:1/128", (uint8_t)(i % 255 + 1));
			a[i].prefix.addr.octets[octet] = (uint8_t)(i >> 8 | 0x40);
			a[i].prefix.addr.octets[octet + 1] = (uint8_t)i;
		}
		s = vip_set_create(a, SUITE_LEN(a), PORT_MAC, -1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(s);
		for (size_t i = 0; i < SUITE_LEN(a); i++) {
			struct ip_addr wanted = a[i].prefix.addr;
			const struct vip_entry6 *e = vip_find6(s, wanted.octets);

			wrong += !e->is_used || memcmp(e->addr, wanted.octets, 16) != 0 ||
				 e->vhid != a[i].vhid;
			wanted.octets[octet] ^= 0x80;
			wrong += vip_find6(s, wanted.octets)->is_used;
		}
		CU_ASSERT_EQUAL(wrong, 0);
		vip_set_destroy(s);
	}
}

static bool
is_onlink(const struct vip_set *s, const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	return vip_is_onlink(s, &a);
}

static void
prefixes_of_all_addresses_are_onlink(void)
{
	struct vip_address a[] = {
		address("10.0.0.3/24", VIP_OWN), address("10.0.0.100/32", 1),
		address("10.9.0.1/16", 2),        address("fd00::1/64", 1),
	};
	struct vip_set *s = vip_set_create(a, SUITE_LEN(a), PORT_MAC, -1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(s->onlink_count, 3);
	CU_ASSERT_TRUE(is_onlink(s, "10.0.0.77"));
	CU_ASSERT_TRUE(is_onlink(s, "10.9.255.1"));
	CU_ASSERT_TRUE(is_onlink(s, "fd00::abcd"));
	CU_ASSERT_FALSE(is_onlink(s, "10.0.1.77"));
	CU_ASSERT_FALSE(is_onlink(s, "fd01::1"));
	/* Link-local addresses are, wherever IPv6 is in use. */
	CU_ASSERT_TRUE(is_onlink(s, "fe80::1"));
	vip_set_destroy(s);
	s = vip_set_create(a, 3, PORT_MAC, -1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_FALSE(is_onlink(s, "fe80::1"));
	vip_set_destroy(s);
}

static void
frames_to_a_virtual_mac_are_for_the_master(void)
{
	struct vip_address a = address("10.0.0.100/24", 7);
	struct vip_set *s = vip_set_create(&a, 1, PORT_MAC, -1);
	struct vip_roles roles;

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	vip_roles_init(&roles);
	CU_ASSERT_TRUE(vip_accepts_mac(s, &roles, PORT_MAC));
	CU_ASSERT_FALSE(vip_accepts_mac(s, &roles, PORT_MAC + 1));
	for (enum vip_role role = VIP_ROLE_ABSENT; role <= VIP_ROLE_MASTER; role++) {
		vip_role_store(&roles, 7, vip_role_word(role, 1));
		CU_ASSERT_EQUAL(vip_accepts_mac(s, &roles, mac_of_vhid(7)),
				role == VIP_ROLE_MASTER);
		CU_ASSERT_FALSE(vip_accepts_mac(s, &roles, mac_of_vhid(8)));
		CU_ASSERT_FALSE(vip_accepts_mac(s, &vip_roles_fenced, mac_of_vhid(7)));
	}
	/* 00:00:5e:00:01:00 is no virtual host's, although the role of own addresses is MASTER. */
	CU_ASSERT_FALSE(vip_accepts_mac(s, &roles, mac_of_vhid(0)));
	CU_ASSERT_FALSE(vip_accepts_mac(s, &roles, MAC_BROADCAST));
	vip_set_destroy(s);
}

static const struct suite_test tests[] = {
	SUITE_TEST(role_word_holds_role_and_generation),
	SUITE_TEST(only_own_addresses_are_master_at_first),
	SUITE_TEST(set_of_own_and_virtual_addresses),
	SUITE_TEST(empty_set_finds_nothing),
	SUITE_TEST(every_address_of_a_large_set_is_found),
	SUITE_TEST(ipv6_addresses_of_a_set),
	SUITE_TEST(first_own_addresses_are_sources),
	SUITE_TEST(every_ipv6_address_of_a_large_set_is_found),
	SUITE_TEST(prefixes_of_all_addresses_are_onlink),
	SUITE_TEST(frames_to_a_virtual_mac_are_for_the_master),
};

int
main(void)
{
	return frames_start() ? suite_run("vip", tests, SUITE_LEN(tests)) : EXIT_FAILURE;
}
