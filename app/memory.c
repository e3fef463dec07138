/* SPDX-License-Identifier: BSD-3-Clause */
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>

#include <rte_mbuf.h>

#include "inject.h"
#include "port/port.h"
#include "punt.h"
#include "router.h"
#include "routes_plan.h"
#include "runtime.h"

/* What the EAL, the drivers and the ends of memory blocks take. */
#define FIXED_BYTES (16ULL << 20)
/* The answer is a multiple of this. */
#define STEP_MIB 16

static uint64_t
interface_bytes(const struct config *config, size_t at, unsigned int workers)
{
	const struct config_interface *ifc = &config->interfaces[at];
	unsigned int queues = workers;
	uint64_t addresses = ifc->address_count;

	if (ifc->rx_queues != 0 && ifc->rx_queues < workers)
		queues = ifc->rx_queues;
	for (size_t i = 0; i < config->vhid_count; i++)
		if (config->vhids[i].interface == at)
			addresses += config->vhids[i].address_count;

	/* A set has up to four slots for an address, and while it is replaced there are two. */
	return (ifc->parent < 0 ? port_memory((uint16_t)queues, ifc->mtu) + sizeof(struct koi_port) : 0) +
	       sizeof(struct koi_interface) +
	       (uint64_t)workers * (sizeof(struct worker_interface) + sizeof(struct fwd_tx_burst)) +
	       2 * (sizeof(struct vip_set) +
		    addresses * (4 * sizeof(struct vip_entry6) + sizeof(struct ip_prefix)));
}

static uint64_t
worker_bytes(void)
{
	return sizeof(struct worker) +
	       (uint64_t)INJECT_RING_SIZE * sizeof(struct inject_item) +
	       2ULL * INJECT_RING_SIZE * sizeof(struct inject_done) +
	       (uint64_t)PUNT_ADVERT_RING_SIZE * sizeof(struct punt_advert) +
	       (uint64_t)PUNT_SIGHTING_RING_SIZE * sizeof(struct neigh_sighting) +
	       (uint64_t)PUNT_UNRESOLVED_RING_SIZE * sizeof(struct fwd_unresolved);
}

/* Tables that packets are forwarded by, if there is anything to forward. */
static uint64_t
routes_bytes(const struct config *config)
{
	struct fwd_fib_size size[IP_FAMILIES];
	struct routes_plan plan;
	uint64_t bytes = 0;

	if (routes_plan_make(config, &plan) != 0)
		return 0;
	routes_plan_size(&plan, size);
	if (routes_plan_has_tables(&plan))
		bytes = fwd_fib_memory(size) + fwd_adj_memory(NEIGH_CAPACITY) +
			router_memory();
	routes_plan_free(&plan);
	return bytes;
}

static uint64_t
shared_bytes(const struct config *config)
{
	/* Frames of control are short, but have headroom and the mempool's own overhead. */
	uint64_t frame = sizeof(struct rte_mbuf) + RTE_PKTMBUF_HEADROOM + 4 * RTE_CACHE_LINE_SIZE;
	/* Key, position, and the bucket's share of a hash table. */
	uint64_t neighbour = sizeof(struct neigh_entry) + 2 * RTE_CACHE_LINE_SIZE;

	return FIXED_BYTES + routes_bytes(config) + 2ULL * INJECT_RING_SIZE * frame +
	       INJECT_LARGE_SIZE * (frame + INJECT_FRAME_MAX) + NEIGH_CAPACITY * neighbour +
	       config->vhid_count * sizeof(struct koi_vhid);
}

uint64_t
memory_needed_mib(const struct config *config, unsigned int workers)
{
	uint64_t bytes = shared_bytes(config) + workers * worker_bytes();
	uint64_t mib;

	for (size_t i = 0; i < config->interface_count; i++)
		bytes += interface_bytes(config, i, workers);
	/* A pool wants large blocks in a row: an eighth more. */
	mib = (bytes + bytes / 8) >> 20;
	return (mib / STEP_MIB + 1) * STEP_MIB;
}

const char *
memory_short_format(uint64_t needed_mib, uint64_t has_mib, bool is_no_huge, char buf[MEMORY_TEXT])
{
	int len = snprintf(buf, MEMORY_TEXT, "needs %" PRIu64 " MiB, has %" PRIu64 ": ", needed_mib,
			   has_mib);

	if (is_no_huge)
		snprintf(buf + len, MEMORY_TEXT - (size_t)len, "type -m %" PRIu64, needed_mib);
	else
		snprintf(buf + len, MEMORY_TEXT - (size_t)len,
			 "type dpdk-hugepages.py --setup %" PRIu64 "M, or start koi with --no-huge",
			 needed_mib + needed_mib % 2);
	return buf;
}
