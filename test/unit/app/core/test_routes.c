/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "frames.h"
#include "routes.h"
#include "routes_bench.h"
#include "suite.h"

#define VIA(...) (const char *const[]){ __VA_ARGS__, NULL }
#define WORKER 0
#define PORT_MAC 0x030000000002ULL

static struct runtime runtime;
static struct koi_port port;
static struct koi_interface interfaces[3];
static struct rte_rcu_qsbr *qsbr;
static struct routes_bench before, after;

static void
begin(void)
{
	routes_bench_init(&before, VIA("lan", "wan", "dmz"));
	routes_bench_own(&before, 0, "10.0.0.2/24");
	routes_bench_own(&before, 1, "10.1.0.2/24");
	routes_bench_vhid(&before, 0, 7, "10.0.0.1/24");
	routes_bench_route(&before, "0.0.0.0/0", 1, VIA("10.1.0.9"));
	routes_bench_route(&before, "172.16.0.0/12", 1, VIA("10.1.0.9"));
	routes_bench_route(&before, "192.168.0.0/16", 1, VIA("10.1.0.9", "10.1.0.8"));
	after = before;
	after.config.interfaces = after.interface;
	after.config.vhids = after.vhid;
	after.config.routes = after.route;
	after.config.paths = after.path;
	for (unsigned int i = 0; i < 3; i++) {
		after.interface[i].addresses = after.own[i];
		after.vhid[i].addresses = after.virtual[i];
	}
}

static void
run(struct routes *plan)
{
	struct routes *was = runtime.routes;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	routes_commit(&runtime, plan);
	while (!routes_step(&runtime))
		;
	routes_finish(&runtime, was);
}

static void
start(void)
{
	memset(&runtime, 0, sizeof(runtime));
	port.port.mac = PORT_MAC;
	runtime.qsbr = qsbr;
	runtime.interface = interfaces;
	runtime.interface_count = RTE_DIM(interfaces);
	for (unsigned int i = 0; i < RTE_DIM(interfaces); i++) {
		memcpy(interfaces[i].name, before.interface[i].name, sizeof(interfaces[i].name));
		interfaces[i].port = &port;
	}
	interfaces[1].vlan = 100;
	CU_ASSERT_EQUAL_FATAL(routes_create(&runtime, &before.config), 0);
	run(routes_plan(&runtime, &before.config, NULL));
}

static uint16_t
index_of(const char *text)
{
	struct ip_addr addr = { 0 };
	struct fwd_route found = { 0 };

	CU_ASSERT_EQUAL(ip_addr_parse(text, &addr), 0);
	return fwd_fib_find(runtime.fib, &addr, &found) == 0 ? found.adjacency : 0;
}

static struct fwd_adj *
adjacency_of(const char *text)
{
	return &runtime.adjacencies->adj[index_of(text)];
}

static bool
is_gateway(const struct routes *routes, uint16_t adjacency, const char *text)
{
	const struct routes_gateways *list = routes_gateways(routes);
	char addr[IP_ADDR_TEXT];

	for (size_t i = 0; i < list->count; i++)
		if (list->gateway[i].adjacency == adjacency)
			return strcmp(ip_addr_format(&list->gateway[i].addr, addr), text) == 0;
	return false;
}

static void
each_route_has_its_adjacency(void)
{
	const struct fwd_adj *a;

	begin();
	start();
	a = adjacency_of("8.8.8.8");
	CU_ASSERT_EQUAL(a->kind, FWD_ADJ_FORWARD);
	CU_ASSERT_EQUAL(a->interface, 1);
	CU_ASSERT_EQUAL(a->mtu, 1500);
	CU_ASSERT_EQUAL(a->source_mac, PORT_MAC);
	CU_ASSERT_EQUAL(a->next_hop[3], 9);
	CU_ASSERT_EQUAL(index_of("172.16.0.1"), index_of("8.8.8.8"));
	CU_ASSERT_TRUE(is_gateway(runtime.routes, index_of("8.8.8.8"), "10.1.0.9"));

	a = adjacency_of("192.168.0.1");
	CU_ASSERT_EQUAL(a->kind, FWD_ADJ_MULTIPATH);
	CU_ASSERT_EQUAL(a->path_count, 2);
	/* By address, whatever the order in the file. */
	CU_ASSERT_TRUE(is_gateway(runtime.routes, a->path[0], "10.1.0.8"));
	CU_ASSERT_EQUAL(a->path[1], index_of("8.8.8.8"));
	CU_ASSERT_EQUAL(routes_gateways(runtime.routes)->count, 2);

	CU_ASSERT_EQUAL(adjacency_of("10.0.0.2")->kind, FWD_ADJ_LOCAL);
	CU_ASSERT_EQUAL(adjacency_of("10.0.0.7")->kind, FWD_ADJ_CONNECTED);
	CU_ASSERT_EQUAL(adjacency_of("10.0.0.255")->kind, FWD_ADJ_MARTIAN);
	CU_ASSERT_EQUAL(adjacency_of("127.0.0.1")->kind, FWD_ADJ_MARTIAN);
	a = adjacency_of("10.0.0.1");
	CU_ASSERT_EQUAL(a->kind, FWD_ADJ_VIRTUAL);
	CU_ASSERT_EQUAL(a->vhid, 7);
	CU_ASSERT_EQUAL(a->interface, 0);
	CU_ASSERT_EQUAL(atomic_load(&a->mac), FWD_ADJ_RESOLVED | mac_of_vhid(7));
	routes_destroy(&runtime);
}

/* The MAC of the MASTER's port has to be asked for. */
static void
a_virtual_address_at_a_port_is_a_gateway(void)
{
	begin();
	before.vhid[0].mac = CONFIG_VHID_MAC_PORT;
	start();
	CU_ASSERT_EQUAL(atomic_load(&adjacency_of("10.0.0.1")->mac), 0);
	CU_ASSERT_TRUE(is_gateway(runtime.routes, index_of("10.0.0.1"), "10.0.0.1"));
	routes_destroy(&runtime);
}

static void
a_reload_keeps_what_stays(void)
{
	uint32_t count;
	uint16_t stays, goes;

	begin();
	start();
	count = fwd_adj_count(runtime.adjacencies);
	stays = index_of("8.8.8.8");
	goes = index_of("10.0.0.1");
	fwd_adj_set_mac(&runtime.adjacencies->adj[stays], 0x42);
	/* A vhid goes, a route comes, one has another next hop, two next hops become one. */
	after.config.vhid_count = 0;
	routes_bench_route(&after, "10.9.0.0/16", 1, VIA("10.1.0.9"));
	routes_bench_connected(&after, "10.8.0.0/16", 1);
	after.route[after.config.route_count - 1].path_count = 1;
	after.path[after.route[after.config.route_count - 2].first_path].via.octets[3] = 77;
	run(routes_plan(&runtime, &after.config, NULL));

	CU_ASSERT_EQUAL(index_of("8.8.8.8"), stays);
	CU_ASSERT_EQUAL(atomic_load(&runtime.adjacencies->adj[stays].mac), FWD_ADJ_RESOLVED | 0x42);
	CU_ASSERT_EQUAL(index_of("10.9.0.1"), stays);
	CU_ASSERT_EQUAL(index_of("192.168.0.1"), stays);
	CU_ASSERT_EQUAL(adjacency_of("172.16.0.1")->next_hop[3], 77);
	CU_ASSERT_EQUAL(adjacency_of("10.8.0.1")->kind, FWD_ADJ_CONNECTED);
	CU_ASSERT_EQUAL(adjacency_of("10.0.0.1")->kind, FWD_ADJ_CONNECTED);
	CU_ASSERT_NOT_EQUAL(index_of("10.0.0.1"), goes);
	/* VIRTUAL, MULTIPATH and 10.1.0.8 have gone, 10.1.0.77 has come. */
	CU_ASSERT_EQUAL(fwd_adj_count(runtime.adjacencies), count - 3 + 1);
	run(routes_plan(&runtime, &before.config, NULL));
	CU_ASSERT_EQUAL(fwd_adj_count(runtime.adjacencies), count);
	CU_ASSERT_EQUAL(adjacency_of("10.0.0.1")->kind, FWD_ADJ_VIRTUAL);
	CU_ASSERT_EQUAL(index_of("10.9.0.1"), stays);
	routes_destroy(&runtime);
}

static void
the_order_of_interfaces_does_not_matter(void)
{
	uint16_t was;

	begin();
	start();
	was = index_of("8.8.8.8");
	after.interface[0] = before.interface[1];
	after.interface[1] = before.interface[0];
	after.vhid[0].interface = 1;
	for (size_t i = 0; i < after.config.path_count; i++)
		after.path[i].interface = 0;
	run(routes_plan(&runtime, &after.config, NULL));
	CU_ASSERT_EQUAL(index_of("8.8.8.8"), was);
	CU_ASSERT_EQUAL(adjacency_of("10.0.0.1")->interface, 0);
	routes_destroy(&runtime);
}

static void
a_discarded_plan_has_changed_nothing(void)
{
	struct routes *plan;
	uint32_t count;
	uint16_t was;

	begin();
	start();
	count = fwd_adj_count(runtime.adjacencies);
	was = index_of("172.16.0.1");
	routes_bench_route(&after, "172.16.0.0/16", 1, VIA("10.1.0.50"));
	plan = routes_plan(&runtime, &after.config, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_EQUAL(fwd_adj_count(runtime.adjacencies), count + 1);
	routes_discard(&runtime, plan);
	CU_ASSERT_EQUAL(fwd_adj_count(runtime.adjacencies), count);
	CU_ASSERT_EQUAL(index_of("172.16.0.1"), was);
	run(routes_plan(&runtime, &after.config, NULL));
	CU_ASSERT_EQUAL(adjacency_of("172.16.0.1")->next_hop[3], 50);
	routes_destroy(&runtime);
}

static void
expect_refusal(const char *text)
{
	struct config_report report = { 0 };
	uint32_t count = fwd_adj_count(runtime.adjacencies);

	CU_ASSERT_PTR_NULL(routes_plan(&runtime, &after.config, &report));
	CU_ASSERT_EQUAL(errno, EBUSY);
	CU_ASSERT_EQUAL_FATAL(report.error_count, 1);
	CU_ASSERT_STRING_EQUAL(report.errors[0], text);
	CU_ASSERT_EQUAL(fwd_adj_count(runtime.adjacencies), count);
	CU_ASSERT_EQUAL(adjacency_of("10.0.0.1")->kind, FWD_ADJ_VIRTUAL);
	config_report_free(&report);
}

static void
what_has_no_room_is_refused_by_name(void)
{
	static struct config_route many[20000];
	char text[160];
	struct fwd_fib_status status;

	begin();
	start();
	fwd_fib_status(runtime.fib, &status);
	routes_bench_own(&after, 0, "fd00::1/64");
	routes_bench_own(&after, 1, "fd01::1/64");
	expect_refusal("/: no table to forward IPv6 by: a change needs a restart");

	after.interface[0].address_count--;
	after.interface[1].address_count--;
	for (uint32_t i = 0; i < RTE_DIM(many); i++) {
		many[i].prefix.addr = ip_addr_from_v4_be(rte_cpu_to_be_32(0x14000000 + (i << 8)));
		many[i].prefix.len = 24;
		many[i].type = CONFIG_ROUTE_BLACKHOLE;
	}
	after.config.routes = many;
	after.config.route_count = RTE_DIM(many);
	snprintf(text, sizeof(text), "/routes: %u IPv4 routes, the table has room for %u: "
		 "a change needs a restart",
		 status.used[IP_V4].routes - 3 + (unsigned int)RTE_DIM(many),
		 status.size[IP_V4].routes);
	expect_refusal(text);

	after.config.route_count = status.size[IP_V4].groups + 1;
	for (uint32_t i = 0; i < RTE_DIM(many); i++)
		many[i].prefix.len = 25;
	after.config.vhid_count = 0;
	after.interface[0].address_count = 0;
	after.interface[1].address_count = 0;
	snprintf(text, sizeof(text), "/routes: %u groups of IPv4 routes longer than /24, "
		 "the table has room for %u: a change needs a restart",
		 status.size[IP_V4].groups + 1, status.size[IP_V4].groups);
	expect_refusal(text);
	routes_destroy(&runtime);
}

/* Without tables there is nothing to change. */
static void
what_does_not_forward_has_no_tables(void)
{
	begin();
	before.config.route_count = 0;
	before.interface[1].address_count = 0;
	start();
	CU_ASSERT_PTR_NULL(runtime.fib);
	CU_ASSERT_PTR_NULL(runtime.adjacencies);
	CU_ASSERT_EQUAL(routes_gateways(runtime.routes)->count, 0);
	run(routes_plan(&runtime, &before.config, NULL));
	routes_destroy(&runtime);
}

static const struct suite_test tests[] = {
	SUITE_TEST(each_route_has_its_adjacency),
	SUITE_TEST(a_virtual_address_at_a_port_is_a_gateway),
	SUITE_TEST(a_reload_keeps_what_stays),
	SUITE_TEST(the_order_of_interfaces_does_not_matter),
	SUITE_TEST(a_discarded_plan_has_changed_nothing),
	SUITE_TEST(what_has_no_room_is_refused_by_name),
	SUITE_TEST(what_does_not_forward_has_no_tables),
};

static bool
start_qsbr(void)
{
	qsbr = rte_zmalloc("qsbr", rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE);
	return qsbr != NULL && rte_rcu_qsbr_init(qsbr, 1) == 0 &&
	       rte_rcu_qsbr_thread_register(qsbr, WORKER) == 0;
}

int
main(void)
{
	if (!frames_start_with(256, NULL) || !start_qsbr())
		return EXIT_FAILURE;
	return suite_run("routes", tests, SUITE_LEN(tests));
}
