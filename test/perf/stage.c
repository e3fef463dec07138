/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a stage of a worker costs, without a device: the frames of a capture go through the
 * stages that a worker's turn has for their kind, and each burst is timed. On a busy machine the
 * smallest figures are those of the code. Under "valgrind --tool=callgrind
 * --toggle-collect=run_stages" it counts the instructions, the same number in every run.
 *
 * usage: stage CAPTURE [BURSTS]; the captures are those of workload.py
 */
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "arp/arp.h"
#include "fwd/fwd.h"
#include "nd/nd.h"

#define FRAMES 256
#define FRAME_MAX 96
#define BURSTS 50000

struct frame {
	uint32_t len;
	uint8_t octets[FRAME_MAX];
};

static struct frame frames[FRAMES];
static struct vip_interface interface;
static struct fwd_worker fwd;
static struct arp_worker arp;
static struct nd_worker nd;
static struct burst in, reply, carp, drop;
static struct neigh_sightings sightings;
static struct rte_mbuf *mbufs[BURST_MAX];

static bool
load_frames(const char *path)
{
	uint8_t file_header[24];
	uint32_t header[4];
	FILE *f = fopen(path, "rb");
	unsigned int count = 0;

	if (f == NULL)
		return false;
	if (fread(file_header, sizeof(file_header), 1, f) == 1)
		while (count < FRAMES && fread(header, sizeof(header), 1, f) == 1 &&
		       header[2] <= FRAME_MAX && fread(frames[count].octets, header[2], 1, f) == 1)
			frames[count++].len = header[2];
	fclose(f);
	return count == FRAMES;
}

static void
set_up(void)
{
	static const uint8_t port_mac[] = { 0x02, 0x70, 0x63, 0x61, 0x70, 0x00 };
	static const char *const text[] = {
		"10.0.0.2/20", "fd00:1::2/64", "10.0.0.1/20", "fd00:1::1/64",
	};
	struct vip_address addresses[] = {
		{ .vhid = VIP_OWN }, { .vhid = VIP_OWN }, { .vhid = 1 }, { .vhid = 1 },
	};

	for (unsigned int i = 0; i < RTE_DIM(addresses); i++)
		ip_prefix_parse(text[i], &addresses[i].prefix);
	vip_roles_init(&interface.roles);
	vip_role_store(&interface.roles, 1, vip_role_word(VIP_ROLE_MASTER, 1));
	atomic_init(&interface.set, vip_set_create(addresses, RTE_DIM(addresses),
						   mac_load(port_mac), -1));
	arp.epoch = nd.epoch = 1;
}

static void
fill(unsigned int burst)
{
	burst_init(&in);
	burst_init(&reply);
	burst_init(&carp);
	burst_init(&drop);
	sightings.count = 0;
	for (unsigned int i = 0; i < BURST_MAX; i++) {
		const struct frame *f = &frames[(burst * BURST_MAX + i) % FRAMES];

		memcpy(rte_pktmbuf_mtod(mbufs[i], uint8_t *), f->octets, f->len);
		mbufs[i]->data_len = (uint16_t)f->len;
		mbufs[i]->pkt_len = f->len;
		burst_add(&in, mbufs[i]);
	}
}

static __rte_noinline void
run_stages(uint16_t ether_type)
{
	const struct vip_roles *roles = &interface.roles;

	if (ether_type == RTE_ETHER_TYPE_ARP) {
		arp_input(&arp, &interface, roles, &in, &reply, &drop, &sightings);
	} else if (ether_type == RTE_ETHER_TYPE_IPV4) {
		fwd_input4(&fwd, &interface, roles, &in, &reply, &carp, NULL, &drop);
	} else {
		nd_input(&nd, &interface, roles, &in, &reply, &drop, &sightings);
		if (in.count != 0)
			fwd_input6(&fwd, &interface, roles, &in, &reply, &carp, NULL, &drop);
	}
}

static uint64_t
time_burst(void)
{
	uint16_t ether_type = (uint16_t)(frames[0].octets[12] << 8 | frames[0].octets[13]);
	uint64_t began = rte_rdtsc_precise();

	run_stages(ether_type);
	return rte_rdtsc_precise() - began;
}

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void
run(unsigned int bursts, uint64_t *cycles)
{
	uint64_t answered = 0;

	for (unsigned int i = 0; i < bursts; i++) {
		fill(i);
		rte_mb();
		cycles[i] = time_burst();
		answered += reply.count;
	}
	qsort(cycles, bursts, sizeof(*cycles), compare);
	printf("cycles per frame: smallest %.1f, 10th percentile %.1f, median %.1f\n",
	       (double)cycles[0] / BURST_MAX, (double)cycles[bursts / 10] / BURST_MAX,
	       (double)cycles[bursts / 2] / BURST_MAX);
	printf("%.1f%% answered\n", 100.0 * (double)answered / BURST_MAX / bursts);
}

int
main(int argc, char **argv)
{
	char *eal[] = { argv[0], "--no-huge", "-m", "64", "--no-pci", "--no-telemetry",
			"--no-shconf", "-l", "0", "--log-level", "error" };
	unsigned int bursts = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : BURSTS;
	uint64_t *cycles;
	struct rte_mempool *pool;

	if (argc < 2 || bursts == 0 || !load_frames(argv[1])) {
		fprintf(stderr, "usage: stage CAPTURE [BURSTS]; a capture of %d frames\n", FRAMES);
		return 2;
	}
	cycles = calloc(bursts, sizeof(*cycles));
	if (cycles == NULL || rte_eal_init(RTE_DIM(eal), eal) < 0)
		return 1;
	pool = rte_pktmbuf_pool_create("stage", 2 * BURST_MAX - 1, 0, 0,
				       RTE_MBUF_DEFAULT_BUF_SIZE, -1);
	if (pool == NULL || rte_pktmbuf_alloc_bulk(pool, mbufs, BURST_MAX) != 0)
		return 1;
	set_up();
	run(bursts, cycles);
	free(cycles);
	return 0;
}
