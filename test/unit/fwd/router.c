/* SPDX-License-Identifier: BSD-3-Clause */
#include "router.h"

#include <stdio.h>

#define POOL_FRAMES 2047

struct fate fate;
struct vip_interface interfaces[INTERFACES];
struct fwd_router router;
struct fwd_way way;

static struct fwd_worker worker;
static struct fwd_tables tables;
static struct fwd_tx tx;
static struct fwd_unresolved_burst unresolved;
static struct burst in, reply, carp, drop;
static struct fwd_transit route4, route6;
static const struct vip_interface *by_index[INTERFACES] = { &interfaces[LAN], &interfaces[WAN] };

/* ------------------------------------------------------------------------------------------- */
/* Adjacencies and routes                                                                       */
/* ------------------------------------------------------------------------------------------- */

enum {
	VIA_A = 8,
	VIA_B,
	VIA_SILENT,
	VIA_FAILED,
	VIA_BOTH,
	VIA_NARROW,
	LAN_LOCAL,
	WAN_LOCAL,
	LAN_VHID,
	WAN_VHID,
	LAN_LINK,
	WAN_LINK,
	HOST_LAN,
	HOST_WAN,
	HOST_FAILED,
	ADJACENCIES,
};

static struct fwd_adj adj[ADJACENCIES];

static const struct {
	const char *prefix;
	uint16_t adjacency;
} routes[] = {
	{ "10.0.0.0/24", LAN_LINK }, { "192.0.2.0/24", WAN_LINK },
	{ "10.0.0.2/32", LAN_LOCAL }, { "192.0.2.2/32", WAN_LOCAL },
	{ "10.0.0.1/32", LAN_VHID }, { "192.0.2.1/32", WAN_VHID },
	{ "10.0.0.0/32", FWD_ADJ_INDEX_MARTIAN }, { "10.0.0.255/32", FWD_ADJ_INDEX_MARTIAN },
	{ "192.0.2.0/32", FWD_ADJ_INDEX_MARTIAN }, { "192.0.2.255/32", FWD_ADJ_INDEX_MARTIAN },
	{ "198.18.0.0/24", VIA_A }, { "198.18.2.0/24", VIA_SILENT },
	{ "198.18.3.0/24", VIA_FAILED }, { "198.18.4.0/24", VIA_BOTH },
	{ "198.18.5.0/24", VIA_NARROW }, { "198.18.6.0/24", FWD_ADJ_INDEX_BLACKHOLE },
};

static const struct {
	const char *prefix;
	uint16_t adjacency;
} routes6[] = {
	{ "2001:db8:a::/64", LAN_LINK }, { "2001:db8:b::/64", WAN_LINK },
	{ "2001:db8:a::2/128", LAN_LOCAL }, { "2001:db8:b::2/128", WAN_LOCAL },
	{ "2001:db8:a::1/128", LAN_VHID }, { "2001:db8:b::1/128", WAN_VHID },
	{ "2001:200::/64", VIA_A }, { "2001:200:0:2::/64", VIA_SILENT },
	{ "2001:200:0:3::/64", VIA_FAILED }, { "2001:200:0:4::/64", VIA_BOTH },
	{ "2001:200:0:5::/64", VIA_NARROW },
	{ "2001:200:0:6::/64", FWD_ADJ_INDEX_BLACKHOLE },
};

/* Hosts that are known, in the place of the table that control keeps. */
static const struct {
	const char *addr;
	uint16_t interface;
	uint16_t adjacency;
} hosts[] = {
	{ LAN_HOST, LAN, HOST_LAN },
	{ WAN_HOST, WAN, HOST_WAN },
	{ LAN_FAILED, LAN, HOST_FAILED },
};

/* Hosts have the same last octet in both families. */
static bool
is_host(const struct fwd_host_key *key, size_t n)
{
	return key->family == IP_V4 ? memcmp(key->addr, hosts[n].addr, 4) == 0 :
				      key->addr[15] == (uint8_t)hosts[n].addr[3];
}

void
fwd_hosts_find(const struct fwd_hosts *h, const struct fwd_host_key *const keys[],
	       unsigned int count, uint32_t adjacency[])
{
	CU_ASSERT_PTR_NULL(h);
	for (unsigned int i = 0; i < count; i++) {
		adjacency[i] = FWD_HOST_UNKNOWN;
		for (size_t n = 0; n < SUITE_LEN(hosts); n++)
			if (keys[i]->interface == hosts[n].interface && is_host(keys[i], n))
				adjacency[i] = hosts[n].adjacency;
	}
}

static void
set_adj(unsigned int index, enum fwd_adj_kind kind, uint16_t by, const char *mac)
{
	const char *source = by == LAN ? LAN_MAC : WAN_MAC;
	struct fwd_adj *a = &adj[index];

	memset(a, 0, sizeof(*a));
	a->kind = (uint8_t)kind;
	a->interface = by;
	a->mtu = 1500;
	a->source_mac = mac_load((const uint8_t *)source);
	fwd_adj_set_mac(a, mac != NULL ? mac_load((const uint8_t *)mac) : 0);
}

static void
set_adjacencies(void)
{
	set_adj(FWD_ADJ_INDEX_NO_ROUTE, FWD_ADJ_NO_ROUTE, 0, NULL);
	set_adj(FWD_ADJ_INDEX_BLACKHOLE, FWD_ADJ_BLACKHOLE, 0, NULL);
	set_adj(FWD_ADJ_INDEX_MARTIAN, FWD_ADJ_MARTIAN, 0, NULL);
	set_adj(VIA_A, FWD_ADJ_FORWARD, WAN, A_MAC);
	set_adj(VIA_B, FWD_ADJ_FORWARD, WAN, B_MAC);
	set_adj(VIA_SILENT, FWD_ADJ_FORWARD, WAN, NULL);
	memcpy(adj[VIA_SILENT].next_hop, "\xc0\x00\x02\xfd", 4);
	set_adj(VIA_FAILED, FWD_ADJ_FORWARD, WAN, NULL);
	fwd_adj_set_failed(&adj[VIA_FAILED]);
	set_adj(VIA_BOTH, FWD_ADJ_MULTIPATH, 0, NULL);
	adj[VIA_BOTH].path_count = 2;
	adj[VIA_BOTH].path[0] = VIA_A;
	adj[VIA_BOTH].path[1] = VIA_B;
	set_adj(VIA_NARROW, FWD_ADJ_FORWARD, WAN, A_MAC);
	adj[VIA_NARROW].mtu = NARROW_MTU;
	set_adj(LAN_LOCAL, FWD_ADJ_LOCAL, LAN, NULL);
	set_adj(WAN_LOCAL, FWD_ADJ_LOCAL, WAN, NULL);
	set_adj(LAN_VHID, FWD_ADJ_VIRTUAL, LAN, LAN_VIRTUAL_MAC);
	adj[LAN_VHID].vhid = 1;
	set_adj(WAN_VHID, FWD_ADJ_VIRTUAL, WAN, WAN_VIRTUAL_MAC);
	adj[WAN_VHID].vhid = 2;
	set_adj(LAN_LINK, FWD_ADJ_CONNECTED, LAN, NULL);
	set_adj(WAN_LINK, FWD_ADJ_CONNECTED, WAN, NULL);
	set_adj(HOST_LAN, FWD_ADJ_FORWARD, LAN, LAN_HOST_MAC);
	set_adj(HOST_WAN, FWD_ADJ_FORWARD, WAN, WAN_HOST_MAC);
	set_adj(HOST_FAILED, FWD_ADJ_FORWARD, LAN, NULL);
	fwd_adj_set_failed(&adj[HOST_FAILED]);
}

void
router_narrow(uint16_t mtu)
{
	adj[VIA_NARROW].mtu = mtu;
}

void
router_fail_a(void)
{
	fwd_adj_set_failed(&adj[VIA_A]);
}

static bool
create_table6(void)
{
	struct rte_fib6_conf conf = { .type = RTE_FIB6_DUMMY, .max_routes = 100 };

	tables.ip6 = rte_fib6_create("router6", SOCKET_ID_ANY, &conf);
	if (tables.ip6 == NULL)
		return false;
	for (size_t i = 0; i < SUITE_LEN(routes6); i++) {
		struct ip_prefix p;

		if (ip_prefix_parse(routes6[i].prefix, &p) != 0 ||
		    rte_fib6_add(tables.ip6, p.addr.octets, p.len, routes6[i].adjacency) != 0)
			return false;
	}
	return true;
}

static bool
create_tables(void)
{
	struct rte_fib_conf conf = { .type = RTE_FIB_DUMMY, .max_routes = 100 };

	tables.ip4 = rte_fib_create("router", SOCKET_ID_ANY, &conf);
	if (tables.ip4 == NULL)
		return false;
	for (size_t i = 0; i < SUITE_LEN(routes); i++) {
		struct ip_prefix p;
		uint32_t addr;

		if (ip_prefix_parse(routes[i].prefix, &p) != 0)
			return false;
		addr = rte_be_to_cpu_32(ip_addr_v4_be(&p.addr));
		if (rte_fib_add(tables.ip4, addr, p.len, routes[i].adjacency) != 0)
			return false;
	}
	return create_table6();
}

bool
router_start(void)
{
	router.interface = by_index;
	router.adj = adj;
	router.pool = rte_pktmbuf_pool_create("direct", POOL_FRAMES, 0, 0,
					      RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	router.indirect = rte_pktmbuf_pool_create("indirect", POOL_FRAMES, 0, 0, 0, SOCKET_ID_ANY);
	return router.pool != NULL && router.indirect != NULL && create_tables() &&
	       fwd_tx_init(&tx, INTERFACES, SOCKET_ID_ANY) == 0;
}

static void
set_up_interface(unsigned int index, const char *const text[4], const char *mac, uint8_t vhid,
		 enum vip_role role)
{
	struct vip_address addresses[4] = {
		{ .vhid = VIP_OWN }, { .vhid = VIP_OWN }, { .vhid = vhid }, { .vhid = vhid },
	};
	struct vip_interface *ifc = &interfaces[index];

	for (unsigned int i = 0; i < 4; i++)
		ip_prefix_parse(text[i], &addresses[i].prefix);
	vip_set_destroy((struct vip_set *)(uintptr_t)vip_interface_set(ifc));
	ifc->index = (uint16_t)index;
	vip_roles_init(&ifc->roles);
	vip_role_store(&ifc->roles, vhid, vip_role_word(role, 1));
	atomic_store(&ifc->set,
		     vip_set_create(addresses, 4, mac_load((const uint8_t *)mac), SOCKET_ID_ANY));
	CU_ASSERT_PTR_NOT_NULL_FATAL(vip_interface_set(ifc));
}

void
router_set_up(enum vip_role role)
{
	static const char *const lan[] = {
		"10.0.0.2/24", "2001:db8:a::2/64", "10.0.0.1/24", "2001:db8:a::1/64",
	};
	static const char *const wan[] = {
		"192.0.2.2/24", "2001:db8:b::2/64", "192.0.2.1/24", "2001:db8:b::1/64",
	};

	set_up_interface(LAN, lan, LAN_MAC, 1, role);
	set_up_interface(WAN, wan, WAN_MAC, 2, role);
	set_adjacencies();
	memset(&worker, 0, sizeof(worker));
	/* A second has a thousand cycles, an error costs one. */
	router.errors_rate = ratelimit_rate(1000, 1000, 10);
}

/* ------------------------------------------------------------------------------------------- */
/* Frames                                                                                       */
/* ------------------------------------------------------------------------------------------- */

void
frame_udp4(const char *to, size_t payload)
{
	frame_echo_request(LAN_VIRTUAL_MAC, to, payload);
	memcpy(ip + 12, LAN_HOST, 4);
	ip[6] = 0;
	ip[8] = 64;
	ip[9] = 17;
	put16(icmp, 4000);
	put16(icmp + 2, 4001);
	put16(icmp + 4, (uint16_t)(8 + payload));
	sum_ip();
}

static void
keep(struct sent *s, unsigned int by, const struct rte_mbuf *m)
{
	s->interface = by;
	s->len = rte_pktmbuf_pkt_len(m);
	CU_ASSERT_FATAL(s->len <= sizeof(s->octets));
	for (size_t at = 0; m != NULL; at += rte_pktmbuf_data_len(m), m = m->next)
		memcpy(s->octets + at, rte_pktmbuf_mtod(m, const void *), rte_pktmbuf_data_len(m));
}

static void
take_sent(void)
{
	for (unsigned int i = 0; i < tx.waiting_count; i++) {
		struct fwd_tx_burst *b = &tx.burst[tx.waiting[i]];
		uint64_t octets = 0;

		CU_ASSERT_NOT_EQUAL(b->count, 0);
		for (unsigned int n = 0; n < b->count; n++) {
			octets += rte_pktmbuf_pkt_len(b->frame[n]);
			if (fate.sent_count < SUITE_LEN(fate.sent))
				keep(&fate.sent[fate.sent_count++], tx.waiting[i], b->frame[n]);
			rte_pktmbuf_free(b->frame[n]);
		}
		CU_ASSERT_EQUAL(b->octets, octets);
		b->count = 0;
		b->octets = 0;
	}
	tx.waiting_count = 0;
}

static void
take_unresolved(void)
{
	fate.unresolved_count = unresolved.count;
	if (unresolved.count != 0) {
		fate.unresolved = unresolved.item[0];
		keep(&fate.held, fate.unresolved.interface, fate.unresolved.frame);
	}
	for (unsigned int i = 0; i < unresolved.count; i++)
		rte_pktmbuf_free(unresolved.item[i].frame);
	unresolved.count = 0;
}

static void
run(unsigned int by, const struct vip_roles *roles, struct rte_mbuf *const *m,
    unsigned int count)
{
	memset(&fate, 0, sizeof(fate));
	in.count = reply.count = carp.count = drop.count = 0;
	for (unsigned int i = 0; i < count; i++)
		burst_add(&in, m[i]);
	way = (struct fwd_way){
		.router = &router,
		.tables = &tables,
		.worker = &worker,
		.ifc = &interfaces[by],
		.roles = roles,
		.tx = &tx,
		.unresolved = &unresolved,
		.carp = &carp,
		.drop = &drop,
		.now_tsc = way.now_tsc + 1000,
	};
	fwd_input4(&worker, way.ifc, roles, &in, &reply, &carp, &route4, &drop);
	fwd_input6(&worker, way.ifc, roles, &in, &reply, &carp, &route6, &drop);
	CU_ASSERT_EQUAL(in.count, 0);
	if (route4.count != 0)
		fwd_route4(&way, &route4);
	if (route6.count != 0)
		fwd_route6(&way, &route6);
	CU_ASSERT_EQUAL(route4.count + route6.count, 0);
	fate.dropped = drop.count;
	fate.replied = reply.count;
	fate.carp = carp.count;
	take_sent();
	take_unresolved();
	burst_free(&drop);
	burst_free(&reply);
	burst_free(&carp);
	CU_ASSERT_EQUAL(frames_in_use(), 0);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(router.pool), 0);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(router.indirect), 0);
	atomic_store(&worker.counter[FWD_RECEIVED4], 0);
	atomic_store(&worker.counter[FWD_RECEIVED6], 0);
}

void
hand_over_burst(unsigned int by, struct rte_mbuf *const *m, unsigned int count)
{
	run(by, &interfaces[by].roles, m, count);
}

void
hand_over_mbuf(unsigned int by, struct rte_mbuf *m)
{
	run(by, &interfaces[by].roles, &m, 1);
}

void
hand_over(unsigned int by)
{
	hand_over_mbuf(by, frame_new(frame.octets, frame.len));
}

void
hand_over_fenced(unsigned int by)
{
	struct rte_mbuf *m = frame_new(frame.octets, frame.len);

	run(by, &vip_roles_fenced, &m, 1);
}

/* ------------------------------------------------------------------------------------------- */
/* What became of them                                                                          */
/* ------------------------------------------------------------------------------------------- */

uint64_t
counted(enum fwd_counter counter)
{
	return counter_read(&worker.counter[counter]);
}

void
check_counted(int line, const int *expected)
{
	uint64_t want[FWD_COUNTERS] = { 0 };

	while (*expected >= 0)
		want[*expected++]++;
	for (int i = 0; i < FWD_COUNTERS; i++) {
		if (counted(i) != want[i]) {
			printf("    line %d: %s is %ju\n", line, fwd_counter_name(i),
			       (uintmax_t)counted(i));
			CU_FAIL("a counter is not what it should be");
		}
		atomic_store(&worker.counter[i], 0);
	}
}

static void
check(int line, bool is_right)
{
	CU_ASSERT_TRUE(is_right);
	if (!is_right)
		printf("    line %d: sent %u, unresolved %u, dropped %u, replied %u, carp %u\n", line,
		       fate.sent_count, fate.unresolved_count, fate.dropped, fate.replied,
		       fate.carp);
}

void
check_forwarded(int line, unsigned int by, const char *mac)
{
	const struct sent *s = &fate.sent[0];
	uint8_t want[FRAME_MAX];

	memcpy(want, frame.octets, frame.len);
	memcpy(want, mac, 6);
	memcpy(want + 6, by == LAN ? LAN_MAC : WAN_MAC, 6);
	if (frame.octets[12] == 0x08) {
		size_t header_len = (size_t)(ip[0] & 0xf) * 4;

		want[ETHER_LEN + 8]--;
		put16(want + ETHER_LEN + 10, 0);
		put16(want + ETHER_LEN + 10, checksum(want + ETHER_LEN, header_len));
	} else {
		want[ETHER_LEN + 7]--;
	}
	check(line, fate.sent_count == 1 && s->interface == by && s->len == frame.len &&
		    memcmp(s->octets, want, frame.len) == 0 &&
		    fate.dropped + fate.replied + fate.carp + fate.unresolved_count == 0);
}

void
check_dropped(int line)
{
	check(line, fate.dropped == 1 && fate.sent_count == 0 && fate.unresolved_count == 0 &&
		    fate.replied == 0 && fate.carp == 0);
}

void
check_error4(int line, uint8_t type, uint8_t code)
{
	const uint8_t *got = fate.sent[0].octets + ETHER_LEN;
	size_t total_len = get16(ip + 2);
	size_t quote_len = total_len < 548 ? total_len : 548;

	check(line, fate.dropped == 1 && fate.sent_count == 1 && fate.sent[0].interface == LAN);
	check(line, fate.sent[0].len == ETHER_LEN + IP4_LEN + ICMP_LEN + quote_len);
	check(line, memcmp(fate.sent[0].octets, LAN_HOST_MAC, 6) == 0);
	check(line, checksum(got, IP4_LEN) == 0 && get16(got + 2) == 28 + quote_len);
	check(line, memcmp(got + 16, ip + 12, 4) == 0 && got[9] == 1 && got[8] == 64);
	check(line, checksum(got + IP4_LEN, ICMP_LEN + quote_len) == 0);
	check(line, got[IP4_LEN] == type && got[IP4_LEN + 1] == code);
	check(line, memcmp(got + IP4_LEN + ICMP_LEN, ip, quote_len) == 0);
}
