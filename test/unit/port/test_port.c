/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_ethdev.h>

#include "base/mac.h"
#include "port/port.h"
#include "suite.h"

#define GROUP(n) (0x3333ULL | (uint64_t)(n) << 40)

/* What a driver was told last, and how often; less than 0 is what it says to that. */
static uint32_t told[8];
static uint32_t told_count;
static unsigned int times;
static int mc_list_result;
static int allmulticast_result;

int __wrap_rte_eth_dev_set_mc_addr_list(uint16_t port, struct rte_ether_addr *list, uint32_t count);
int __wrap_rte_eth_allmulticast_enable(uint16_t port);
int __wrap_rte_eth_promiscuous_enable(uint16_t port);

int
__wrap_rte_eth_dev_set_mc_addr_list(uint16_t port, struct rte_ether_addr *list, uint32_t count)
{
	(void)port;
	times++;
	told_count = count;
	for (uint32_t i = 0; i < count && i < SUITE_LEN(told); i++)
		told[i] = list[i].addr_bytes[5];
	return mc_list_result;
}

int
__wrap_rte_eth_allmulticast_enable(uint16_t port)
{
	(void)port;
	return allmulticast_result;
}

int
__wrap_rte_eth_promiscuous_enable(uint16_t port)
{
	(void)port;
	return 0;
}

static void
pci_addresses_and_what_looks_like_them(void)
{
	static const char *const pci[] = {
		"0000:03:00.0", "03:00.0", "0000:03:00.0,arg=1", "03:00.1,a=1,b=2", "ffff:ff:1f.7",
		"0000:3:0.0",
	};
	static const char *const other[] = {
		"", ",", "net_null0", "net_af_packet0,iface=03:00.0", "0000:03:00", "03:00",
		"03:00.0x", "03:00.0 ", "0000:03:00.0.1", "lan", "eth:0.1", "03:00.100",
		"0000:03:00.00000000000000000000000000000000000",
	};

	for (size_t i = 0; i < SUITE_LEN(pci); i++)
		CU_ASSERT_TRUE(port_is_pci(pci[i]));
	for (size_t i = 0; i < SUITE_LEN(other); i++)
		CU_ASSERT_FALSE(port_is_pci(other[i]));
}

static void
memory_grows_with_queues_and_mtu(void)
{
	CU_ASSERT(port_memory(1, 1500) > 2048 * PORT_DESCRIPTORS);
	CU_ASSERT(port_memory(2, 1500) > port_memory(1, 1500));
	CU_ASSERT(port_memory(1, 9600) > 2 * port_memory(1, 1500));
	CU_ASSERT_EQUAL(port_memory(1, 68), port_memory(1, 1500));
	CU_ASSERT(port_memory(64, 9600) < 4ULL << 30);
}

static void
groups_are_counted(void)
{
	static const uint64_t first[] = { GROUP(3), GROUP(1) }, second[] = { GROUP(1), GROUP(2) };
	struct port p = { 0 };

	mc_list_result = 0;
	times = 0;
	CU_ASSERT_EQUAL(port_groups_add(&p, first, 2), 0);
	CU_ASSERT_EQUAL_FATAL(told_count, 2);
	CU_ASSERT_EQUAL(told[0], 1);
	CU_ASSERT_EQUAL(told[1], 3);
	CU_ASSERT_EQUAL(port_groups_add(&p, second, 2), 0);
	CU_ASSERT_EQUAL(told_count, 3);
	CU_ASSERT_EQUAL(times, 2);
	/* A reload takes the new ones and drops the old ones: the same for the device. */
	CU_ASSERT_EQUAL(port_groups_add(&p, second, 2), 0);
	port_groups_remove(&p, second, 2);
	CU_ASSERT_EQUAL(times, 2);
	port_groups_remove(&p, first, 2);
	CU_ASSERT_EQUAL_FATAL(told_count, 2);
	CU_ASSERT_EQUAL(told[0], 1);
	CU_ASSERT_EQUAL(told[1], 2);
	port_groups_remove(&p, first, 2);
	port_groups_remove(&p, second, 2);
	CU_ASSERT_EQUAL(told_count, 0);
	CU_ASSERT_EQUAL(p.group_count, 0);
	free(p.groups);
}

static void
drivers_without_a_filter_receive_more(void)
{
	static const uint64_t macs[] = { GROUP(1), GROUP(2) };
	struct port p = { .mac_mode = PORT_MAC_FILTER };

	mc_list_result = -ENOTSUP;
	allmulticast_result = 0;
	times = 0;
	CU_ASSERT_EQUAL(port_groups_add(&p, macs, 1), 0);
	CU_ASSERT_TRUE(p.is_allmulticast);
	CU_ASSERT_EQUAL(port_groups_add(&p, macs, 2), 0);
	CU_ASSERT_EQUAL(times, 1);
	free(p.groups);

	p = (struct port){ .mac_mode = PORT_MAC_AUTO };
	allmulticast_result = -ENOTSUP;
	CU_ASSERT_EQUAL(port_groups_add(&p, macs, 1), 0);
	CU_ASSERT_TRUE(p.is_promiscuous);
	free(p.groups);

	p = (struct port){ .mac_mode = PORT_MAC_FILTER };
	CU_ASSERT_EQUAL(port_groups_add(&p, macs, 2), -ENOTSUP);
	CU_ASSERT_EQUAL(p.group_count, 0);
	free(p.groups);
}

static const struct suite_test tests[] = {
	SUITE_TEST(groups_are_counted),
	SUITE_TEST(drivers_without_a_filter_receive_more),
	SUITE_TEST(pci_addresses_and_what_looks_like_them),
	SUITE_TEST(memory_grows_with_queues_and_mtu),
};

int
main(void)
{
	return suite_run("port", tests, SUITE_LEN(tests));
}
