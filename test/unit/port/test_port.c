/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/port.h"
#include "suite.h"

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

static const struct suite_test tests[] = {
	SUITE_TEST(pci_addresses_and_what_looks_like_them),
	SUITE_TEST(memory_grows_with_queues_and_mtu),
};

int
main(void)
{
	return suite_run("port", tests, SUITE_LEN(tests));
}
