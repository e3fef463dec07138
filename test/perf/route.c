/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs to forward a packet, without a device: the frames of a capture go through the stages
 * of a worker, and each burst is timed; on a busy machine the smallest figures are those of the code.
 * Under "valgrind --tool=callgrind --toggle-collect=forward_burst" it counts the instructions, the
 * same number in every run.
 *
 * usage: route CAPTURE [BURSTS [ROUTES [EAL-OPTION...]]]; the captures are those of workload.py.
 * ROUTES more than the two that are used, at random and the same in every run, come into the table.
 */
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ether.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "fwd/fwd.h"

#define FRAMES 256
#define FRAME_MAX 64
#define BURSTS 50000
#define INTERFACES 2
#define VIA 8 /* the first of the adjacencies that are used */

struct frame {
	uint32_t len;
	uint8_t octets[FRAME_MAX];
};

static struct frame frames[FRAMES];
static struct vip_interface interfaces[INTERFACES];
static const struct vip_interface *by_index[INTERFACES] = { &interfaces[0], &interfaces[1] };
static struct fwd_worker worker;
static struct fwd_router router;
static struct fwd_tx tx;
static struct fwd_unresolved_burst unresolved;
static struct burst in, reply, carp, drop;
static struct fwd_transit route;
static struct rte_mbuf *mbufs[BURST_MAX];

/* ------------------------------------------------------------------------------------------- */
/* Setting up                                                                                   */
/* ------------------------------------------------------------------------------------------- */

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
set_up_interface(unsigned int index, const char *own, const char *own6)
{
	static const uint8_t port_mac[] = { 0x02, 0x70, 0x63, 0x61, 0x70, 0x00 };
	struct vip_address addresses[] = { { .vhid = VIP_OWN }, { .vhid = VIP_OWN }, { .vhid = 1 } };
	struct vip_interface *ifc = &interfaces[index];

	ip_prefix_parse(own, &addresses[0].prefix);
	ip_prefix_parse(own6, &addresses[1].prefix);
	addresses[2].prefix = addresses[0].prefix;
	addresses[2].prefix.addr.octets[3]++;
	ifc->index = (uint16_t)index;
	vip_roles_init(&ifc->roles);
	vip_role_store(&ifc->roles, 1, vip_role_word(VIP_ROLE_MASTER, 1));
	atomic_init(&ifc->set, vip_set_create(addresses, 3, mac_load(port_mac) + ((uint64_t)index << 40), -1));
}

static void
set_up_adjacencies(void)
{
	static struct fwd_adj adj[VIA + INTERFACES];

	for (unsigned int i = 0; i < INTERFACES; i++) {
		struct fwd_adj *a = &adj[VIA + i];

		a->kind = FWD_ADJ_FORWARD;
		a->interface = (uint16_t)i;
		a->mtu = 1500;
		a->source_mac = vip_interface_set(&interfaces[i])->port_mac;
		fwd_adj_set_mac(a, 0x0a0000000002 + i);
	}
	adj[FWD_ADJ_INDEX_BLACKHOLE].kind = FWD_ADJ_BLACKHOLE;
	router.adj = adj;
	router.interface = by_index;
}

/* Lengths as in the tables of the Internet: mostly /24 and /48, and all others a little. */
static void
make_route(struct fwd_route *r, enum ip_family family, unsigned int n)
{
	static const uint8_t lengths[IP_FAMILIES][8] = {
		{ 24, 24, 24, 24, 22, 20, 19, 16 }, { 48, 48, 48, 48, 44, 40, 36, 32 },
	};
	uint8_t *octet = r->prefix.addr.octets;

	memset(r, 0, sizeof(*r));
	r->prefix.addr.family = (uint8_t)family;
	r->prefix.len = lengths[family][n % 8];
	r->adjacency = VIA + n % INTERFACES;
	for (unsigned int i = 0; i < 4; i++)
		octet[i] = (uint8_t)rand();
	/* Beside those that are used: 1.0.0.0 to 127.255.255.255, and 2400::/8 and on. */
	octet[0] = family == IP_V4 ? 1 + octet[0] % 126 : 0x24 + octet[0] % 8;
	for (unsigned int i = 4; family == IP_V6 && i < 6; i++)
		octet[i] = (uint8_t)rand();
	for (unsigned int bit = r->prefix.len; bit < (family == IP_V4 ? 32 : 128); bit++)
		octet[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
}

static int
compare_routes(const void *a, const void *b)
{
	const struct fwd_route *left = a, *right = b;

	return fwd_prefix_compare(&left->prefix, &right->prefix);
}

/* Sorted, and none twice. */
static size_t
make_routes(struct fwd_route *routes, enum ip_family family, unsigned int more)
{
	static const char *const used[IP_FAMILIES][INTERFACES] = {
		{ "198.18.0.0/24", "198.18.1.0/24" }, { "2001:200::/64", "2001:200:0:1::/64" },
	};
	size_t kept = 1;

	for (unsigned int i = 0; i < INTERFACES; i++) {
		ip_prefix_parse(used[family][i], &routes[i].prefix);
		routes[i].adjacency = (uint16_t)(VIA + i);
	}
	for (unsigned int i = 0; i < more; i++)
		make_route(&routes[INTERFACES + i], family, i);
	qsort(routes, INTERFACES + more, sizeof(*routes), compare_routes);
	for (size_t i = 1; i < INTERFACES + more; i++)
		if (compare_routes(&routes[i], &routes[kept - 1]) != 0)
			routes[kept++] = routes[i];
	return kept;
}

static bool
set_up_routes(enum ip_family family, unsigned int more, struct rte_rcu_qsbr *qsbr)
{
	struct fwd_route *routes = calloc(INTERFACES + more, sizeof(*routes));
	struct fwd_fib_params params = { .name = "perf", .qsbr = qsbr, .socket = -1 };
	struct fwd_fib_gauge gauge = { 0 };
	struct fwd_fib *fib;
	size_t count;
	bool is_done;

	if (routes == NULL)
		return false;
	count = make_routes(routes, family, more);
	for (size_t i = 0; i < count; i++)
		fwd_fib_gauge_add(&gauge, &routes[i].prefix);
	memcpy(params.size, gauge.size, sizeof(params.size));
	fib = fwd_fib_create(&params);
	is_done = fib != NULL && fwd_fib_prepare(fib, routes, count) == 0;
	if (is_done) {
		fwd_fib_commit(fib);
		while (!fwd_fib_step(fib))
			;
		router.fib = fib;
		printf("%zu routes\n", count);
	}
	free(routes);
	return is_done;
}

/* ------------------------------------------------------------------------------------------- */
/* Bursts                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
fill(unsigned int burst)
{
	burst_init(&in);
	for (unsigned int i = 0; i < BURST_MAX; i++) {
		const struct frame *f = &frames[(burst * BURST_MAX + i) % FRAMES];

		memcpy(rte_pktmbuf_mtod(mbufs[i], uint8_t *), f->octets, f->len);
		mbufs[i]->data_len = (uint16_t)f->len;
		mbufs[i]->pkt_len = f->len;
		in.frame[in.count++] = mbufs[i];
	}
}

static unsigned int
take_sent(void)
{
	unsigned int sent = 0;

	for (unsigned int i = 0; i < tx.waiting_count; i++) {
		sent += tx.burst[tx.waiting[i]].count;
		tx.burst[tx.waiting[i]].count = 0;
	}
	tx.waiting_count = 0;
	return sent;
}

/* As a worker does, from the receive to the transmit call. */
static __rte_noinline void
forward_burst(bool is_ip6)
{
	const struct fwd_way way = {
		.router = &router,
		.tables = fwd_fib_tables(router.fib),
		.worker = &worker,
		.ifc = &interfaces[0],
		.roles = &interfaces[0].roles,
		.tx = &tx,
		.unresolved = &unresolved,
		.carp = &carp,
		.drop = &drop,
	};

	burst_init(&reply);
	burst_init(&carp);
	burst_init(&drop);
	if (is_ip6) {
		fwd_input6(&worker, way.ifc, way.roles, &in, &reply, &carp, &route, &drop);
		fwd_route6(&way, &route);
	} else {
		fwd_input4(&worker, way.ifc, way.roles, &in, &reply, &carp, &route, &drop);
		fwd_route4(&way, &route);
	}
}

static int
compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool
run(unsigned int bursts, uint64_t *cycles, bool is_ip6)
{
	uint64_t sent = 0;

	for (unsigned int i = 0; i < bursts; i++) {
		uint64_t began;

		fill(i);
		rte_mb();
		began = rte_rdtsc_precise();
		forward_burst(is_ip6);
		cycles[i] = rte_rdtsc_precise() - began;
		sent += take_sent();
	}
	qsort(cycles, bursts, sizeof(*cycles), compare);
	printf("cycles per frame: smallest %.1f, 10th percentile %.1f, median %.1f\n",
	       (double)cycles[0] / BURST_MAX, (double)cycles[bursts / 10] / BURST_MAX,
	       (double)cycles[bursts / 2] / BURST_MAX);
	printf("%.1f%% forwarded\n", 100.0 * (double)sent / BURST_MAX / bursts);
	return sent == (uint64_t)bursts * BURST_MAX;
}

static bool
start_eal(char *program, int more_count, char **more, bool is_big)
{
	char *eal[32] = { program, "--no-huge", "-m", is_big ? "1536" : "320", "--no-pci",
			  "--no-telemetry", "--no-shconf", "-l", "0", "--log-level", "error" };
	int count = 11;

	for (int i = 0; i < more_count && count < (int)RTE_DIM(eal); i++)
		eal[count++] = more[i];
	return rte_eal_init(count, eal) >= 0;
}

int
main(int argc, char **argv)
{
	unsigned int bursts = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 10) : BURSTS;
	unsigned int more = argc > 3 ? (unsigned int)strtoul(argv[3], NULL, 10) : 0;
	struct rte_rcu_qsbr *qsbr;
	struct rte_mempool *pool;
	uint64_t *cycles;
	bool is_ip6;

	if (argc < 2 || bursts == 0 || !load_frames(argv[1])) {
		fprintf(stderr, "usage: route CAPTURE [BURSTS [ROUTES [EAL-OPTION...]]]\n");
		return 2;
	}
	is_ip6 = frames[0].octets[12] == 0x86;
	if (!start_eal(argv[0], argc - 4, argv + 4, more > 10000))
		return 1;
	cycles = calloc(bursts, sizeof(*cycles));
	qsbr = rte_zmalloc(NULL, rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE);
	pool = rte_pktmbuf_pool_create("route", 2 * BURST_MAX - 1, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, -1);
	if (cycles == NULL || qsbr == NULL || rte_rcu_qsbr_init(qsbr, 1) != 0 || pool == NULL ||
	    rte_pktmbuf_alloc_bulk(pool, mbufs, BURST_MAX) != 0 ||
	    fwd_tx_init(&tx, INTERFACES, -1) != 0)
		return 1;
	set_up_interface(0, "192.0.2.1/24", "2001:db8::1/64");
	set_up_interface(1, "198.51.100.1/24", "2001:db8:1::1/64");
	set_up_adjacencies();
	if (!set_up_routes(is_ip6 ? IP_V6 : IP_V4, more, qsbr))
		return 1;
	return run(bursts, cycles, is_ip6) ? 0 : 1;
}
