/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "base/ipaddr.h"
#include "suite.h"

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &a), 0);
	return a;
}

static struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix p = { 0 };

	CU_ASSERT_EQUAL(ip_prefix_parse(text, &p), 0);
	return p;
}

static void
text_of_both_families(void)
{
	static const char *const same[] = {
		"0.0.0.0", "192.168.1.3", "255.255.255.255", "::", "::1", "fd00:1::3", "fe80::1",
		"2001:db8:1:2:3:4:5:6", "2001:db8::1:0:0:1",
	};
	char buf[IP_ADDR_TEXT];

	for (size_t i = 0; i < SUITE_LEN(same); i++) {
		struct ip_addr a = addr(same[i]);

		CU_ASSERT_EQUAL(a.family, strchr(same[i], ':') != NULL ? IP_V6 : IP_V4);
		CU_ASSERT_STRING_EQUAL(ip_addr_format(&a, buf), same[i]);
	}
}

static void
bad_text_leaves_the_result_alone(void)
{
	static const char *const bad[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "01.2.3.4x",
		":::", "1::2::3", "fe80::1%eth0", "1.2.3.4/24", "12345::",
	};
	struct ip_addr a;

	for (size_t i = 0; i < SUITE_LEN(bad); i++) {
		memset(&a, 0x5a, sizeof(a));
		CU_ASSERT_EQUAL(ip_addr_parse(bad[i], &a), -EINVAL);
		for (size_t at = 0; at < sizeof(a); at++)
			CU_ASSERT_EQUAL(((uint8_t *)&a)[at], 0x5a);
	}
}

static void
prefix_length_is_required_and_in_range(void)
{
	static const struct {
		const char *text;
		int rc;
	} cases[] = {
		{ "10.0.0.0", -EINVAL },
		{ "10.0.0.0/", -EINVAL },
		{ "10.0.0.0/x", -EINVAL },
		{ "10.0.0.0/-1", -EINVAL },
		{ "10.0.0.0/8 ", -EINVAL },
		{ "10.0.0.0/8x", -EINVAL },
		{ "/8", -EINVAL },
		{ "10.0.0/8", -EINVAL },
		{ "10.0.0.0/+8", -EINVAL },
		{ "10.0.0.0/33", -ERANGE },
		{ "10.0.0.0/128", -ERANGE },
		{ "10.0.0.0/4294967304", -ERANGE },
		{ "fd00::/129", -ERANGE },
		{ "10.0.0.0/0", 0 },
		{ "10.0.0.0/32", 0 },
		{ "fd00::/0", 0 },
		{ "fd00::/128", 0 },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64", -EINVAL },
	};
	struct ip_prefix p;

	for (size_t i = 0; i < SUITE_LEN(cases); i++)
		CU_ASSERT_EQUAL(ip_prefix_parse(cases[i].text, &p), cases[i].rc);
	CU_ASSERT_EQUAL(prefix("192.168.1.3/24").len, 24);
	CU_ASSERT_EQUAL(prefix("fd00:1::3/64").len, 64);
}

static void
order_is_by_family_then_number(void)
{
	static const char *const ordered[] = {
		"0.0.0.1", "1.0.0.0", "9.255.255.255", "10.0.0.2", "10.0.0.10", "192.0.2.1", "::1",
		"2001:db8::1", "fe80::1", "fe80::1:0",
	};

	for (size_t i = 0; i < SUITE_LEN(ordered); i++) {
		for (size_t j = 0; j < SUITE_LEN(ordered); j++) {
			struct ip_addr a = addr(ordered[i]), b = addr(ordered[j]);
			int order = ip_addr_compare(&a, &b);

			CU_ASSERT_EQUAL((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void
ranges_end_where_they_should(void)
{
	struct ip_addr a;

	CU_ASSERT_TRUE((a = addr("fe80::1"), ip_addr_is_link_local6(&a)));
	CU_ASSERT_TRUE((a = addr("febf::1"), ip_addr_is_link_local6(&a)));
	CU_ASSERT_FALSE((a = addr("fec0::1"), ip_addr_is_link_local6(&a)));
	CU_ASSERT_FALSE((a = addr("169.254.0.1"), ip_addr_is_link_local6(&a)));
	CU_ASSERT_TRUE((a = addr("224.0.0.18"), ip_addr_is_multicast(&a)));
	CU_ASSERT_TRUE((a = addr("239.255.255.255"), ip_addr_is_multicast(&a)));
	CU_ASSERT_FALSE((a = addr("240.0.0.1"), ip_addr_is_multicast(&a)));
	CU_ASSERT_FALSE((a = addr("223.255.255.255"), ip_addr_is_multicast(&a)));
	CU_ASSERT_TRUE((a = addr("ff02::12"), ip_addr_is_multicast(&a)));
	CU_ASSERT_FALSE((a = addr("fe02::12"), ip_addr_is_multicast(&a)));
}

static bool
covers(const char *of, const char *what)
{
	struct ip_prefix p = prefix(of);
	struct ip_addr a = addr(what);

	return ip_prefix_covers(&p, &a);
}

static void
prefix_covers_its_addresses(void)
{
	CU_ASSERT_TRUE(covers("192.168.1.3/24", "192.168.1.255"));
	CU_ASSERT_FALSE(covers("192.168.1.3/24", "192.168.2.3"));
	CU_ASSERT_TRUE(covers("10.0.0.128/25", "10.0.0.255"));
	CU_ASSERT_FALSE(covers("10.0.0.128/25", "10.0.0.127"));
	CU_ASSERT_TRUE(covers("10.0.0.6/31", "10.0.0.7"));
	CU_ASSERT_FALSE(covers("10.0.0.6/31", "10.0.0.8"));
	CU_ASSERT_TRUE(covers("10.0.0.6/32", "10.0.0.6"));
	CU_ASSERT_FALSE(covers("10.0.0.6/32", "10.0.0.7"));
	CU_ASSERT_TRUE(covers("0.0.0.0/0", "255.1.2.3"));
	CU_ASSERT_FALSE(covers("0.0.0.0/0", "::1"));
	CU_ASSERT_TRUE(covers("fd00:1::/33", "fd00:1:7fff::1"));
	CU_ASSERT_FALSE(covers("fd00:1::/33", "fd00:1:8000::1"));
	CU_ASSERT_FALSE(covers("::/0", "10.0.0.1"));
}

static void
word_of_the_wire_and_back(void)
{
	struct ip_addr a = addr("1.2.3.4");
	uint32_t be = ip_addr_v4_be(&a);
	struct ip_addr back = ip_addr_from_v4_be(be);

	CU_ASSERT_EQUAL(memcmp(&be, "\1\2\3\4", 4), 0);
	CU_ASSERT_EQUAL(memcmp(&a, &back, sizeof(a)), 0);
}

static const struct suite_test tests[] = {
	SUITE_TEST(text_of_both_families),
	SUITE_TEST(bad_text_leaves_the_result_alone),
	SUITE_TEST(prefix_length_is_required_and_in_range),
	SUITE_TEST(order_is_by_family_then_number),
	SUITE_TEST(ranges_end_where_they_should),
	SUITE_TEST(prefix_covers_its_addresses),
	SUITE_TEST(word_of_the_wire_and_back),
};

int
main(void)
{
	return suite_run("ipaddr", tests, SUITE_LEN(tests));
}
