/* SPDX-License-Identifier: BSD-3-Clause */
/* Router advertisements, octet by octet as scapy writes them; and how much goes into one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mac.h"
#include "frames.h"
#include "nd/nd.h"
#include "suite.h"

static struct nd_router_frame built;

static void
expect(const char *hex)
{
	uint8_t wanted[ND_ROUTER_FRAME_MAX];
	size_t len = frame_from_hex(hex, wanted, sizeof(wanted));

	CU_ASSERT_EQUAL_FATAL(built.len, len);
	CU_ASSERT_EQUAL(memcmp(built.octets, wanted, len), 0);
}

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a = { 0 };

	CU_ASSERT_EQUAL_FATAL(ip_addr_parse(text, &a), 0);
	return a;
}

static void
a_router_with_everything(void)
{
	const struct nd_router router = {
		.hop_limit = 64,
		.managed = true,
		.other_config = true,
		.preference = ND_ROUTER_HIGH,
		.lifetime_s = 1800,
		.reachable_ms = 30000,
		.retrans_ms = 1000,
		.mtu = 1400,
	};
	const struct nd_router_prefix first = {
		{ addr("2001:db8:1::"), 64 }, true, true, 2592000, 604800,
	};
	const struct nd_router_prefix second = {
		{ addr("fd00:9::"), 48 }, false, false, UINT32_MAX, 0,
	};
	const struct ip_addr servers[] = { addr("2001:db8::53"), addr("fe80::53") };
	const struct ip_addr source = addr("fe80::5e:1");

	nd_router_begin(&built, &router, &source, mac_of_vhid(7));
	CU_ASSERT_EQUAL(nd_router_add_prefix(&built, &first), 0);
	CU_ASSERT_EQUAL(nd_router_add_prefix(&built, &second), 0);
	CU_ASSERT_EQUAL(nd_router_add_servers(&built, servers, 2, 1200), 0);
	nd_router_finish(&built);
	expect("33330000000100005e00010786dd6000"
	       "000000883afffe800000000000000000"
	       "0000005e0001ff020000000000000000"
	       "00000000000186009c1c40c807080000"
	       "7530000003e8010100005e0001070501"
	       "000000000578030440c000278d000009"
	       "3a800000000020010db8000100000000"
	       "00000000000003043000ffffffff0000"
	       "000000000000fd000009000000000000"
	       "00000000000019050000000004b02001"
	       "0db8000000000000000000000053fe80"
	       "0000000000000000000000000053");
}

/* It is no default router, so it has no rank among them. */
static void
a_router_that_says_nothing(void)
{
	const struct nd_router router = { .preference = ND_ROUTER_LOW };
	const struct ip_addr source = addr("fe80::1");

	nd_router_begin(&built, &router, &source, 0x010000000002);
	nd_router_finish(&built);
	expect("33330000000102000000000186dd6000"
	       "000000183afffe800000000000000000"
	       "000000000001ff020000000000000000"
	       "00000000000186007925000000000000"
	       "0000000000000101020000000001");
}

static void
preference_lies_in_the_flags(void)
{
	const struct ip_addr source = addr("fe80::1");
	struct nd_router router = { .preference = ND_ROUTER_LOW, .lifetime_s = 1 };

	nd_router_begin(&built, &router, &source, 0x010000000002);
	CU_ASSERT_EQUAL(built.octets[59], 0x18);
	router.preference = ND_ROUTER_MEDIUM;
	nd_router_begin(&built, &router, &source, 0x010000000002);
	CU_ASSERT_EQUAL(built.octets[59], 0);
}

/* What the configuration allows has room: 32 prefixes and 8 servers, with an MTU. */
static void
there_is_room_for_what_may_be_configured(void)
{
	const struct nd_router router = { .mtu = 1280 };
	const struct nd_router_prefix prefix = { { addr("fd00::"), 64 }, true, true, 1, 1 };
	const struct ip_addr source = addr("fe80::1");
	struct ip_addr servers[9] = { 0 };
	uint16_t len;

	nd_router_begin(&built, &router, &source, 0x010000000002);
	for (int i = 0; i < 32; i++)
		CU_ASSERT_EQUAL(nd_router_add_prefix(&built, &prefix), 0);
	len = built.len;
	CU_ASSERT_EQUAL(nd_router_add_servers(&built, servers, 9, 1), 0);
	CU_ASSERT(built.len <= ND_ROUTER_FRAME_MAX);
	CU_ASSERT_EQUAL(built.len, len + 8 + 9 * 16);
	len = built.len;
	while (nd_router_add_prefix(&built, &prefix) == 0)
		len += 32;
	CU_ASSERT_EQUAL(nd_router_add_prefix(&built, &prefix), -ENOSPC);
	CU_ASSERT_EQUAL(nd_router_add_servers(&built, servers, 9, 1), -ENOSPC);
	CU_ASSERT_EQUAL(built.len, len);
}

int
main(void)
{
	static const struct suite_test tests[] = {
		SUITE_TEST(a_router_with_everything),
		SUITE_TEST(a_router_that_says_nothing),
		SUITE_TEST(preference_lies_in_the_flags),
		SUITE_TEST(there_is_room_for_what_may_be_configured),
	};

	return suite_run("nd_router", tests, SUITE_LEN(tests));
}
