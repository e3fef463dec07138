/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of frames: the stages of a worker with the routes of a real configuration, one frame
 * at a time. Frames come from standard input, fates go to standard output; forward.py is the other
 * side and judges them.
 *
 * usage: fates CONFIG WORLD; WORLD says in lines what control would know:
 *
 *     mac INTERFACE MAC                the port's
 *     role INTERFACE VHID 1|2|3        INIT, BACKUP, MASTER
 *     host INTERFACE ADDRESS MAC|-     a neighbour; -: it has not answered
 *
 * First the names of the counters are written, a line each, and an empty line. Then for each batch
 * that is read one is written; numbers have the order of this machine.
 *
 *     batch  u32 octets that follow, then frames
 *     frame  u16 interface, u16 octets of its first segment or 0, u16 length, octets
 *     fate   u8 frames dropped, u8 counters, u8 outputs, counters, outputs
 *     counter u8 index, u8 how much it has risen
 *     output u8 kind, u8 interface, u16 length, 16 octets of the next hop, octets
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_ether.h>
#include <rte_malloc.h>

#include "frames.h"
#include "fwd/fwd.h"
#include "reload_set.h"
#include "routes.h"

#define MEMORY_MIB 320
#define POOL_FRAMES 255
#define BATCH_MAX (4 << 20)
#define OUT_MAX (16 << 20)
#define INTERFACES_MAX 8
#define HOSTS_MAX 64
/* A second has so many cycles, and each frame comes a second after the one before. */
#define SECOND 1000

enum output {
	OUTPUT_SENT,
	OUTPUT_REPLY,
	OUTPUT_CARP,
	OUTPUT_HELD, /* handed to control */
	OUTPUT_LEFT, /* no frame of these stages */
};

static struct runtime runtime;
static struct koi_port ports[INTERFACES_MAX];
static struct koi_interface interfaces[INTERFACES_MAX];
static struct fwd_worker worker;
static struct fwd_tx tx;
static struct fwd_unresolved_burst unresolved;
static struct burst in, reply, carp, drop;
static struct fwd_transit route4, route6;
static uint64_t now_tsc;
static uint8_t batch[BATCH_MAX], out[OUT_MAX];
static size_t out_len;

/* ------------------------------------------------------------------------------------------- */
/* Setting up                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static struct config *
load(const char *path)
{
	static uint8_t macs[INTERFACES_MAX][6] = { 0 };
	struct config_report report = { 0 };
	struct config *c = config_load(path, CONFIG_RUN, &report);

	for (unsigned int i = 0; i < INTERFACES_MAX; i++)
		mac_store(macs[i], ports[i].port.mac);
	if (c == NULL || c->interface_count > INTERFACES_MAX ||
	    config_link_locals_add(c, macs, &report) != 0) {
		config_report_print(&report, path, stderr);
		exit(2);
	}
	config_report_free(&report);
	return c;
}

static void
create_routes(const struct config *c)
{
	struct fwd_router *router = &runtime.router;
	struct routes *plan;

	if (routes_create(&runtime, c) != 0 || runtime.fib == NULL)
		errx(1, "no tables");
	plan = routes_plan(&runtime, c, NULL);
	if (plan == NULL)
		err(1, "routes");
	routes_commit(&runtime, plan);
	while (!routes_step(&runtime))
		;
	routes_finish(&runtime, NULL);
	runtime.hosts = fwd_hosts_create("fates", HOSTS_MAX, runtime.qsbr, SOCKET_ID_ANY);
	router->fib = runtime.fib;
	router->adj = runtime.adjacencies->adj;
	router->hosts = runtime.hosts;
	router->interface = calloc(INTERFACES_MAX, sizeof(struct vip_interface *));
	router->pool = rte_pktmbuf_pool_create("direct", POOL_FRAMES, 0, 0,
					       RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	router->indirect = rte_pktmbuf_pool_create("indirect", POOL_FRAMES, 0, 0, 0, SOCKET_ID_ANY);
	router->errors_rate = ratelimit_rate(SECOND, SECOND, SECOND);
	if (runtime.hosts == NULL || router->interface == NULL || router->pool == NULL ||
	    router->indirect == NULL || fwd_tx_init(&tx, INTERFACES_MAX, SOCKET_ID_ANY) != 0)
		errx(1, "no memory");
}

/* Own addresses are nobody else's: duplicate address detection has ended. */
static void
end_detection(const struct vip_set *set)
{
	for (uint32_t i = 0; i <= set->mask6; i++) {
		struct vip_entry6 *e = (struct vip_entry6 *)(uintptr_t)&set->slot6[i];

		if (e->is_used && e->vhid == VIP_OWN)
			atomic_store(&e->role, VIP_OWN);
	}
}

static void
create_interfaces(const struct config *c)
{
	runtime.interface = interfaces;
	runtime.interface_count = (unsigned int)c->interface_count;
	for (unsigned int i = 0; i < runtime.interface_count; i++) {
		struct koi_interface *ifc = &interfaces[i];
		struct vip_set *set;

		memcpy(ifc->name, c->interfaces[i].name, sizeof(ifc->name));
		ifc->port = &ports[i];
		ifc->vip.index = (uint16_t)i;
		vip_roles_init(&ifc->vip.roles);
		set = reload_set_create(ifc, c);
		if (set == NULL)
			err(1, "addresses");
		end_detection(set);
		atomic_init(&ifc->vip.set, set);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* What control knows                                                                           */
/* ------------------------------------------------------------------------------------------- */

static void
set_mac(struct fwd_adj *a, const char *text)
{
	struct rte_ether_addr mac;

	if (strcmp(text, "-") == 0)
		fwd_adj_set_failed(a);
	else if (rte_ether_unformat_addr(text, &mac) == 0)
		fwd_adj_set_mac(a, mac_load(mac.addr_bytes));
	else
		errx(2, "%s is no MAC address", text);
}

static void
add_host(const struct config *c, unsigned int interface, const char *address, const char *mac)
{
	const struct routes_gateways *list = routes_gateways(runtime.routes);
	struct fwd_host_key key = { .interface = (uint16_t)interface };
	static uint32_t hosts;
	uint32_t index = runtime.adjacencies->routed + hosts++;
	struct fwd_adj *a = &runtime.adjacencies->adj[index];
	struct ip_addr addr;

	if (ip_addr_parse(address, &addr) != 0)
		errx(2, "%s is no address", address);
	for (size_t i = 0; i < list->count; i++)
		if (list->gateway[i].interface == interface &&
		    ip_addr_compare(&list->gateway[i].addr, &addr) == 0)
			set_mac(&runtime.adjacencies->adj[list->gateway[i].adjacency], mac);
	memcpy(key.addr, addr.octets, sizeof(key.addr));
	key.family = addr.family;
	a->kind = FWD_ADJ_FORWARD;
	a->interface = (uint16_t)interface;
	a->source_mac = ports[interface].port.mac;
	a->mtu = c->interfaces[interface].mtu;
	a->family = addr.family;
	memcpy(a->next_hop, addr.octets, sizeof(a->next_hop));
	set_mac(a, mac);
	if (fwd_hosts_add(runtime.hosts, &key, index) != 0)
		errx(1, "no room for %s", address);
}

/* Lines of one kind; ports have to have their MACs before anything else. */
static void
read_world(const char *path, const struct config *c, bool is_mac)
{
	char line[128], word[8], first[64], second[64];
	FILE *f = fopen(path, "r");
	struct rte_ether_addr mac;
	unsigned int interface;

	if (f == NULL)
		err(2, "%s", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%7s %u %63s %63s", word, &interface, first, second) < 3 ||
		    interface >= INTERFACES_MAX)
			errx(2, "%s: %s", path, line);
		if (is_mac != (strcmp(word, "mac") == 0))
			continue;
		if (is_mac && rte_ether_unformat_addr(first, &mac) == 0)
			ports[interface].port.mac = mac_load(mac.addr_bytes);
		else if (strcmp(word, "role") == 0)
			vip_role_store(&interfaces[interface].vip.roles, (uint8_t)atoi(first),
				       vip_role_word((enum vip_role)atoi(second), 1));
		else if (strcmp(word, "host") == 0)
			add_host(c, interface, first, second);
		else
			errx(2, "%s: %s", path, line);
	}
	fclose(f);
}

static void
set_up(const char *config_path, const char *world_path)
{
	struct config *c;

	if (!frames_start_with(MEMORY_MIB, NULL))
		exit(1);
	runtime.qsbr = rte_zmalloc(NULL, rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE);
	if (runtime.qsbr == NULL || rte_rcu_qsbr_init(runtime.qsbr, 1) != 0)
		errx(1, "no memory");
	read_world(world_path, NULL, true);
	c = load(config_path);
	create_interfaces(c);
	create_routes(c);
	for (unsigned int i = 0; i < runtime.interface_count; i++)
		runtime.router.interface[i] = &interfaces[i].vip;
	read_world(world_path, c, false);
}

/* ------------------------------------------------------------------------------------------- */
/* Fates                                                                                        */
/* ------------------------------------------------------------------------------------------- */

static void
put(const void *octets, size_t len)
{
	if (out_len + len > sizeof(out))
		errx(1, "the fates of a batch have no room");
	memcpy(out + out_len, octets, len);
	out_len += len;
}

static void
put_output(enum output kind, unsigned int interface, const struct ip_addr *next_hop,
	   const struct rte_mbuf *m)
{
	static const struct ip_addr none;
	const uint8_t head[] = { kind, (uint8_t)interface };
	uint16_t len = (uint16_t)rte_pktmbuf_pkt_len(m);

	put(head, sizeof(head));
	put(&len, sizeof(len));
	put(next_hop == NULL ? none.octets : next_hop->octets, sizeof(none.octets));
	for (; m != NULL; m = m->next)
		put(rte_pktmbuf_mtod(m, const void *), rte_pktmbuf_data_len(m));
}

static unsigned int
put_burst(enum output kind, unsigned int interface, struct burst *b)
{
	unsigned int count = b->count;

	for (unsigned int i = 0; i < count; i++)
		put_output(kind, interface, NULL, b->frame[i]);
	burst_free(b);
	return count;
}

static unsigned int
put_sent(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < tx.waiting_count; i++) {
		struct fwd_tx_burst *b = &tx.burst[tx.waiting[i]];

		for (unsigned int n = 0; n < b->count; n++, count++) {
			put_output(OUTPUT_SENT, tx.waiting[i], NULL, b->frame[n]);
			rte_pktmbuf_free(b->frame[n]);
		}
		b->count = 0;
		b->octets = 0;
	}
	tx.waiting_count = 0;
	return count;
}

static unsigned int
put_held(void)
{
	unsigned int count = unresolved.count;

	for (unsigned int i = 0; i < count; i++) {
		const struct fwd_unresolved *u = &unresolved.item[i];

		put_output(OUTPUT_HELD, u->interface, &u->next_hop, u->frame);
		rte_pktmbuf_free(u->frame);
	}
	unresolved.count = 0;
	return count;
}

static unsigned int
put_counters(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < FWD_COUNTERS; i++) {
		const uint8_t risen[] = { (uint8_t)i, (uint8_t)counter_read(&worker.counter[i]) };

		if (risen[1] == 0)
			continue;
		put(risen, sizeof(risen));
		worker.counter[i] = 0;
		count++;
	}
	return count;
}

static void
put_fate(unsigned int interface)
{
	size_t head_at = out_len;
	uint8_t head[] = { (uint8_t)drop.count, 0, 0 };

	put(head, sizeof(head));
	burst_free(&drop);
	head[1] = (uint8_t)put_counters();
	head[2] = (uint8_t)(put_sent() + put_held());
	head[2] += (uint8_t)put_burst(OUTPUT_REPLY, interface, &reply);
	head[2] += (uint8_t)put_burst(OUTPUT_CARP, interface, &carp);
	head[2] += (uint8_t)put_burst(OUTPUT_LEFT, interface, &in);
	memcpy(out + head_at, head, sizeof(head));
}

/* ------------------------------------------------------------------------------------------- */
/* Frames                                                                                       */
/* ------------------------------------------------------------------------------------------- */

/* As worker.c does. */
static void
run(const struct koi_interface *ifc, struct rte_mbuf *m)
{
	const struct fwd_way way = {
		.router = &runtime.router,
		.tables = fwd_fib_tables(runtime.fib),
		.worker = &worker,
		.ifc = &ifc->vip,
		.roles = &ifc->vip.roles,
		.tx = &tx,
		.unresolved = &unresolved,
		.carp = &carp,
		.drop = &drop,
		.now_tsc = now_tsc += SECOND,
	};

	burst_init(&in);
	burst_add(&in, m);
	fwd_input4(&worker, way.ifc, way.roles, &in, &reply, &carp, &route4, &drop);
	fwd_input6(&worker, way.ifc, way.roles, &in, &reply, &carp, &route6, &drop);
	if (route4.count != 0)
		fwd_route4(&way, &route4);
	if (route6.count != 0)
		fwd_route6(&way, &route6);
}

static void
run_frame(const uint8_t *octets, size_t len, unsigned int interface, size_t first)
{
	struct rte_mbuf *m = first == 0 ? frame_new(octets, len) :
					  frame_new_split(octets, len, first);

	run(&interfaces[interface], m);
	put_fate(interface);
	if (frames_in_use() + rte_mempool_in_use_count(runtime.router.pool) +
		    rte_mempool_in_use_count(runtime.router.indirect) != 0)
		errx(1, "a frame is lost");
}

static void
run_batch(uint32_t batch_len)
{
	uint16_t head[3]; /* interface, first segment, length */
	uint32_t len;

	out_len = sizeof(len);
	for (uint32_t at = 0; at < batch_len; at += sizeof(head) + head[2]) {
		memcpy(head, batch + at, sizeof(head));
		if (head[0] >= runtime.interface_count || head[1] > head[2] ||
		    at + sizeof(head) + head[2] > batch_len)
			errx(2, "no batch of frames");
		run_frame(batch + at + sizeof(head), head[2], head[0], head[1]);
	}
	len = (uint32_t)(out_len - sizeof(len));
	memcpy(out, &len, sizeof(len));
	if (fwrite(out, out_len, 1, stdout) != 1 || fflush(stdout) != 0)
		err(1, "standard output");
}

int
main(int argc, char **argv)
{
	uint32_t len;

	if (argc != 3) {
		fprintf(stderr, "usage: fates CONFIG WORLD\n");
		return 2;
	}
	set_up(argv[1], argv[2]);
	for (unsigned int i = 0; i < FWD_COUNTERS; i++)
		printf("%s\n", fwd_counter_name((enum fwd_counter)i));
	printf("\n");
	fflush(stdout);
	while (fread(&len, sizeof(len), 1, stdin) == 1) {
		if (len > sizeof(batch) || fread(batch, len, 1, stdin) != 1)
			errx(2, "no batch of frames");
		run_batch(len);
	}
	return 0;
}
