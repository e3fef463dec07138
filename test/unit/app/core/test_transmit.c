/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two workers and two ports with one queue each: what the first worker forwards to the port of the
 * second goes by the ring between them.
 */
#include <stdlib.h>

#include <rte_eth_ring.h>
#include <rte_ethdev.h>

#include "bench.h"
#include "frames.h"
#include "suite.h"
#include "transmit.h"

#define POOL_FRAMES 4095
#define DEVICE_FRAMES 1024 /* the device takes one less until somebody takes them out */
#define HANDOVER_FRAMES 1023
#define OCTETS 60
#define TAG 100
/* 02:00:00:00:00:01 */
#define PORT_MAC 0x010000000002ULL
#define VHID 7

enum {
	ONE,
	OTHER,
	BOTH,
};

static struct runtime runtime;
static struct worker workers[BOTH];
static struct worker_interface counters[BOTH];
static struct worker_interface *by_interface[BOTH][BOTH];
static struct koi_interface interfaces[BOTH];
static struct koi_port ports[BOTH];
static struct rte_ring *sent[BOTH];
static struct rte_mempool *pool;
static struct vip_set *set;
static uint64_t source_mac; /* of what is forwarded */

static void
set_up(void)
{
	memset(workers, 0, sizeof(workers));
	memset(counters, 0, sizeof(counters));
	memset(interfaces, 0, sizeof(interfaces));
	runtime = (struct runtime){
		.worker = workers,
		.worker_count = BOTH,
		.interface = interfaces,
		.interface_count = BOTH,
		.lease_tsc = UINT64_MAX,
	};
	source_mac = PORT_MAC;
	for (unsigned int i = 0; i < BOTH; i++) {
		by_interface[i][i] = &counters[i];
		workers[i] = (struct worker){
			.runtime = &runtime,
			.index = i,
			.lcore = rte_get_main_lcore(),
			.interface = by_interface[i],
		};
		interfaces[i].port = &ports[i];
		interfaces[i].vip.index = (uint16_t)i;
		vip_roles_init(&interfaces[i].vip.roles);
		atomic_init(&interfaces[i].vip.set, set);
		ports[i].pollers[0] = i;
		ports[i].poller_count = 1;
		ports[i].port.has_segments = true;
	}
	CU_ASSERT_EQUAL_FATAL(transmit_create(&runtime), 0);
}

/* However a test ends, no frame is lost. */
static void
tear_down(void)
{
	transmit_destroy(&runtime);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(pool), 0);
}

/* Frames with numbers, forwarded by a worker in one turn. */
static void
forward(unsigned int worker, uint16_t interface, uint32_t first, unsigned int count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
		uint32_t number = first + i;

		CU_ASSERT_PTR_NOT_NULL_FATAL(m);
		memset(rte_pktmbuf_append(m, OCTETS), 0, OCTETS);
		mac_store(rte_pktmbuf_mtod_offset(m, uint8_t *, RTE_ETHER_ADDR_LEN), source_mac);
		memcpy(rte_pktmbuf_mtod_offset(m, void *, OCTETS - 4), &number, sizeof(number));
		fwd_tx_add(&workers[worker].tx, interface, m);
	}
	transmit_flush(&workers[worker]);
}

/* Take what a device was given: these numbers, in order, and nothing else. */
static void
expect_sent(unsigned int port, uint32_t first, unsigned int count, size_t len)
{
	struct rte_mbuf *m = NULL;
	uint32_t number;

	for (uint32_t i = 0; i < count; i++) {
		CU_ASSERT_EQUAL_FATAL(rte_ring_dequeue(sent[port], (void **)&m), 0);
		CU_ASSERT_EQUAL(rte_pktmbuf_pkt_len(m), len);
		memcpy(&number, rte_pktmbuf_mtod_offset(m, void *, len - 4), sizeof(number));
		CU_ASSERT_EQUAL(number, first + i);
		rte_pktmbuf_free(m);
	}
	CU_ASSERT_TRUE(rte_ring_empty(sent[port]));
}

static uint64_t
counted(unsigned int worker, enum link_counter counter)
{
	return counter_read(&counters[worker].link[counter]);
}

/* ------------------------------------------------------------------------------------------- */

static void
a_queue_of_its_own_needs_no_ring(void)
{
	set_up();
	forward(ONE, ONE, 0, 3);
	expect_sent(ONE, 0, 3, OCTETS);
	CU_ASSERT_EQUAL(counted(ONE, LINK_TX_PACKETS), 3);
	CU_ASSERT_EQUAL(transmit_drain(&workers[OTHER]), 0);
	tear_down();
}

/* Each worker has a queue the other has not. */
static void
the_owner_of_the_queue_sends(void)
{
	set_up();
	CU_ASSERT_TRUE(workers[ONE].has_handover);
	CU_ASSERT_TRUE(workers[OTHER].has_handover);
	forward(ONE, OTHER, 0, 3);
	CU_ASSERT_TRUE(rte_ring_empty(sent[OTHER]));
	CU_ASSERT_EQUAL(workers[ONE].tx.burst[OTHER].count, 0);
	CU_ASSERT_EQUAL(transmit_drain(&workers[ONE]), 0);
	CU_ASSERT_EQUAL(transmit_drain(&workers[OTHER]), 3);
	expect_sent(OTHER, 0, 3, OCTETS);
	CU_ASSERT_EQUAL(counted(OTHER, LINK_TX_PACKETS), 3);
	CU_ASSERT_EQUAL(counted(OTHER, LINK_TX_BYTES), 3 * OCTETS);
	CU_ASSERT_EQUAL(counted(ONE, LINK_TX_PACKETS), 0);
	forward(OTHER, ONE, 7, 1);
	CU_ASSERT_EQUAL(transmit_drain(&workers[ONE]), 1);
	expect_sent(ONE, 7, 1, OCTETS);
	tear_down();
}

static void
who_has_all_queues_gets_no_ring(void)
{
	set_up();
	transmit_destroy(&runtime);
	workers[ONE].has_handover = workers[OTHER].has_handover = false;
	ports[ONE].pollers[1] = OTHER;
	ports[ONE].poller_count = 2;
	CU_ASSERT_EQUAL_FATAL(transmit_create(&runtime), 0);
	CU_ASSERT_FALSE(workers[ONE].has_handover);
	CU_ASSERT_TRUE(workers[OTHER].has_handover);
	tear_down();
}

/* A turn sends no more than a burst of them, and the order stays. */
static void
many_frames_take_several_turns(void)
{
	unsigned int total = 2 * BURST_MAX + 1, turns = 0;

	set_up();
	forward(ONE, OTHER, 0, total);
	for (unsigned int done = 0; done < total; turns++)
		done += transmit_drain(&workers[OTHER]);
	CU_ASSERT_EQUAL(turns, 3);
	CU_ASSERT_EQUAL(transmit_drain(&workers[OTHER]), 0);
	expect_sent(OTHER, 0, total, OCTETS);
	tear_down();
}

static void
what_has_no_room_is_counted(void)
{
	unsigned int done = 0;

	set_up();
	for (uint32_t first = 0; first < 3 * FWD_TX_MAX; first += FWD_TX_MAX)
		forward(ONE, OTHER, first, FWD_TX_MAX);
	CU_ASSERT_EQUAL(counter_read(&workers[ONE].handover_drops),
			3 * FWD_TX_MAX - HANDOVER_FRAMES);
	while (done < HANDOVER_FRAMES)
		done += transmit_drain(&workers[OTHER]);
	expect_sent(OTHER, 0, HANDOVER_FRAMES, OCTETS);
	CU_ASSERT_EQUAL(counted(OTHER, LINK_DROP_TX), 0);
	tear_down();
}

/* What the device does not take is a drop of the worker that has the queue. */
static void
a_full_device_is_the_owners(void)
{
	set_up();
	for (uint32_t first = 0; first < DEVICE_FRAMES - 1; first += BURST_MAX) {
		forward(ONE, OTHER, first, BURST_MAX);
		transmit_drain(&workers[OTHER]);
	}
	CU_ASSERT_EQUAL(counted(OTHER, LINK_DROP_TX), 1);
	CU_ASSERT_EQUAL(counted(OTHER, LINK_TX_BYTES), (DEVICE_FRAMES - 1) * OCTETS);
	CU_ASSERT_EQUAL(counter_read(&workers[ONE].handover_drops), 0);
	expect_sent(OTHER, 0, DEVICE_FRAMES - 1, OCTETS);
	tear_down();
}

static void
the_owner_pushes_the_tag(void)
{
	struct rte_mbuf *m = NULL;
	const uint8_t *f;

	set_up();
	interfaces[OTHER].vlan = TAG;
	forward(ONE, OTHER, 0, 1);
	transmit_drain(&workers[OTHER]);
	CU_ASSERT_EQUAL_FATAL(rte_ring_dequeue(sent[OTHER], (void **)&m), 0);
	f = rte_pktmbuf_mtod(m, const uint8_t *);
	CU_ASSERT_EQUAL(rte_pktmbuf_pkt_len(m), OCTETS + 4);
	CU_ASSERT(f[12] == 0x81 && f[13] == 0 && f[14] == 0 && f[15] == TAG);
	rte_pktmbuf_free(m);
	tear_down();
}

/* The owner of the queue may send it late, when another host has taken over. */
static void
answers_of_a_former_master_are_dropped(void)
{
	set_up();
	source_mac = mac_of_vhid(VHID);
	vip_role_store(&interfaces[OTHER].vip.roles, VHID, vip_role_word(VIP_ROLE_MASTER, 1));
	forward(ONE, OTHER, 0, 1);
	transmit_drain(&workers[OTHER]);
	expect_sent(OTHER, 0, 1, OCTETS);

	forward(ONE, OTHER, 1, 1);
	vip_role_store(&interfaces[OTHER].vip.roles, VHID, vip_role_word(VIP_ROLE_BACKUP, 2));
	CU_ASSERT_EQUAL(transmit_drain(&workers[OTHER]), 1);
	expect_sent(OTHER, 0, 0, OCTETS);
	CU_ASSERT_EQUAL(counted(OTHER, LINK_DROP_STALE_INJECT), 1);
	tear_down();
}

static void
without_a_lease_only_own_frames_go(void)
{
	set_up();
	vip_role_store(&interfaces[OTHER].vip.roles, VHID, vip_role_word(VIP_ROLE_MASTER, 1));
	forward(ONE, OTHER, 0, 1);
	source_mac = mac_of_vhid(VHID);
	forward(ONE, OTHER, 1, 1);
	bench_wait(1);
	runtime.lease_tsc = 0;
	CU_ASSERT_EQUAL(transmit_drain(&workers[OTHER]), 2);
	expect_sent(OTHER, 0, 1, OCTETS);
	CU_ASSERT_EQUAL(counted(OTHER, LINK_DROP_STALE_INJECT), 1);
	tear_down();
}

static void
what_waits_at_the_end_is_freed(void)
{
	set_up();
	forward(ONE, OTHER, 0, 5);
	forward(OTHER, ONE, 0, 5);
	tear_down();
}

static const struct suite_test tests[] = {
	SUITE_TEST(a_queue_of_its_own_needs_no_ring),
	SUITE_TEST(the_owner_of_the_queue_sends),
	SUITE_TEST(who_has_all_queues_gets_no_ring),
	SUITE_TEST(many_frames_take_several_turns),
	SUITE_TEST(what_has_no_room_is_counted),
	SUITE_TEST(a_full_device_is_the_owners),
	SUITE_TEST(the_owner_pushes_the_tag),
	SUITE_TEST(answers_of_a_former_master_are_dropped),
	SUITE_TEST(without_a_lease_only_own_frames_go),
	SUITE_TEST(what_waits_at_the_end_is_freed),
};

static bool
start_port(unsigned int i, const char *name)
{
	const struct rte_eth_conf conf = { 0 };
	int id;

	sent[i] = rte_ring_create(name, DEVICE_FRAMES, SOCKET_ID_ANY, 0);
	if (sent[i] == NULL)
		return false;
	id = rte_eth_from_rings(name, &sent[i], 1, &sent[i], 1, 0);
	if (id < 0)
		return false;
	ports[i].port.id = (uint16_t)id;
	return rte_eth_dev_configure((uint16_t)id, 1, 1, &conf) == 0 &&
	       rte_eth_rx_queue_setup((uint16_t)id, 0, 64, 0, NULL, pool) == 0 &&
	       rte_eth_tx_queue_setup((uint16_t)id, 0, 64, 0, NULL) == 0 &&
	       rte_eth_dev_start((uint16_t)id) == 0;
}

int
main(void)
{
	struct vip_address address = { .vhid = VHID };

	if (!frames_start())
		return EXIT_FAILURE;
	pool = rte_pktmbuf_pool_create("transmit", POOL_FRAMES, 0, 0, 256, SOCKET_ID_ANY);
	ip_prefix_parse("10.0.0.1/24", &address.prefix);
	set = vip_set_create(&address, 1, PORT_MAC, SOCKET_ID_ANY);
	if (pool == NULL || set == NULL || !start_port(ONE, "first") || !start_port(OTHER, "second"))
		return EXIT_FAILURE;
	return suite_run("transmit", tests, SUITE_LEN(tests));
}
