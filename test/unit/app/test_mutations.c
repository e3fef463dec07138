/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Damaged frames, from the worker's first look to the election: arp_input() or fwd_input4(), then
 * punt_adverts() with carp_precheck(), then carp_vhid_input(), as a run of koi has it.
 *
 * Every frame lies in memory of its own of exactly its size, and what the election gets in exactly
 * the 36 octets that are handed over, whatever length it says: the address sanitizer sees each
 * octet that is read behind an end.
 *
 * usage: test_mutations [SEED]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "frames.h"
#include "punt.h"

#define FRAMES 200000
#define FRAME_MAX 512
#define IP_AT RTE_ETHER_HDR_LEN
#define PORT_MAC 0x020000000002ULL
#define SECOND_US 1000000ULL

#define REQUIRE(condition)                                                                        \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);           \
			exit(EXIT_FAILURE);                                                       \
		}                                                                                 \
	} while (0)

/* ------------------------------------------------------------------------------------------- */
/* Chance                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static uint64_t chance;

/* splitmix64: the same sequence everywhere. */
static uint64_t
random64(void)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static size_t
below(size_t limit)
{
	return (size_t)(random64() % limit);
}

/* ------------------------------------------------------------------------------------------- */
/* A koi of one worker, one interface and one vhid                                              */
/* ------------------------------------------------------------------------------------------- */

static struct worker worker;
static struct worker_interface counters;
static struct koi_interface interface;
static struct carp_vhid *vhid;
static struct carp_digest *digest;

/* In the data plane the vhid is MASTER all the time, so that requests are answered. */
static void
set_up(void)
{
	static const char *const text[] = { "10.0.0.2/24", "10.0.0.100/24" };
	static const uint8_t key[] = { 's', 'e', 'c', 'r', 'e', 't' };
	const struct carp_settings settings = { .allow = true };
	struct vip_address addresses[2] = { { .vhid = VIP_OWN }, { .vhid = 1 } };
	struct carp_vhid_config config = {
		.vhid = 1,
		.advbase = 1,
		.key = key,
		.key_len = sizeof(key),
		.addresses = &addresses[1].prefix.addr,
		.address_count = 1,
		.has_source = { [IP_V4] = true },
		.up = true,
	};
	struct carp_interface *carp;
	struct carp_actions actions;

	for (int i = 0; i < 2; i++)
		REQUIRE(ip_prefix_parse(text[i], &addresses[i].prefix) == 0);
	config.source[IP_V4] = addresses[0].prefix.addr;
	vip_roles_init(&interface.vip.roles);
	vip_role_store(&interface.vip.roles, 1, vip_role_word(VIP_ROLE_MASTER, 1));
	atomic_store(&interface.vip.set, vip_set_create(addresses, 2, PORT_MAC, -1));
	worker.adverts = rte_ring_create_elem("adverts", sizeof(struct punt_advert), 64, -1, 0);
	REQUIRE(vip_interface_set(&interface.vip) != NULL && worker.adverts != NULL);
	clock_init();
	punt_police_init(&counters.police, 1);
	interface.source_cycles = punt_source_cycles(SECOND_US);
	counters.arp.epoch = 1;

	carp = carp_interface_create(carp_node_create(&settings), "lan");
	vhid = carp_vhid_create(carp, &config);
	digest = carp_digest_create(key, sizeof(key), 1, config.addresses, 1);
	REQUIRE(vhid != NULL && digest != NULL);
	carp_interface_set_link(carp, true, 0);
	carp_vhid_run(vhid, 0, 0, &actions);
	REQUIRE(carp_vhid_state(vhid) == CARP_BACKUP);
}

/* ------------------------------------------------------------------------------------------- */
/* Frames without fault                                                                         */
/* ------------------------------------------------------------------------------------------- */

enum kind {
	KIND_ADVERT,
	KIND_ADVERT_UNICAST,
	KIND_ADVERT_TRAILING,
	KIND_ADVERT_OPTIONS,
	KIND_VRRP2,
	KIND_VRRP3,
	KIND_ECHO,
	KIND_ARP_REQUEST,
	KIND_ARP_PROBE,
	KIND_ARP_REPLY,
	KINDS,
};

struct frame {
	uint8_t octets[FRAME_MAX];
	size_t len;
};

static struct frame good[KINDS];

static void
put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* Right again the lengths and sums of IP, as far as the frame has them. */
static void
repair_ip(struct frame *f)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(f->octets + IP_AT);
	size_t header_len = rte_ipv4_hdr_len(ip);

	if (header_len < sizeof(*ip) || f->len < IP_AT + header_len)
		return;
	ip->hdr_checksum = 0;
	ip->hdr_checksum = (uint16_t)~rte_raw_cksum(ip, header_len);
}

static void
repair_carp(struct frame *f)
{
	size_t at = IP_AT + rte_ipv4_hdr_len((const struct rte_ipv4_hdr *)(f->octets + IP_AT));
	struct carp_header h;
	uint8_t first = f->octets[at];

	if (f->len < at + CARP_HEADER_LEN)
		return;
	f->octets[at] = 0x21;
	carp_header_parse(f->octets + at, CARP_HEADER_LEN, &h);
	carp_header_build(&h, f->octets + at);
	f->octets[at] = first;
}

static void
make_advert(struct frame *f, const char *destination, uint64_t mac)
{
	struct carp_header h = { .vhid = 1, .authlen = 7, .advbase = 1, .counter = 5 };
	struct carp_frame around = { .tos = 224, .id = 77 };
	uint8_t payload[CARP_HEADER_LEN];

	REQUIRE(carp_digest_compute(digest, CARP_DIGEST_ALL, h.counter, h.digest) == 0);
	carp_header_build(&h, payload);
	mac_store(around.destination_mac, mac);
	mac_store(around.source_mac, mac_of_vhid(1));
	REQUIRE(ip_addr_parse(destination, &around.destination) == 0);
	REQUIRE(ip_addr_parse("10.0.0.3", &around.source) == 0);
	f->len = carp_frame_build(&around, payload, f->octets);
}

/* Put @p count octets at @p at, and into the total length. */
static void
insert_octets(struct frame *f, size_t at, const void *octets, size_t count)
{
	memmove(f->octets + at + count, f->octets + at, f->len - at);
	memcpy(f->octets + at, octets, count);
	f->len += count;
	put16(f->octets + IP_AT + 2, f->len - IP_AT);
}

static void
make_good_frames(void)
{
	static const char *const hex[KINDS] = {
		[KIND_VRRP2] = "01005e000012 020000000033 0800 45c000380000 4000 ff70 0000 0a000003"
			       "e0000012 2101640701010000 0a0000010a0000020a0000030a000004"
			       "0a000005 0a0000060a000007 0000000000000000",
		[KIND_VRRP3] = "01005e000012 020000000033 0800 45c000280000 4000 ff70 0000 0a000003"
			       "e0000012 3101640300640000 0a000001 0a000002 0a000003",
		[KIND_ECHO] = "00005e000101 020000000009 0800 450000240001 4000 4001 0000 0a000009"
			      "0a000064 0800e7e900000002 0102030405060708",
		[KIND_ARP_REQUEST] = "ffffffffffff 020000000009 0806 0001080006040001"
				     "020000000009 0a000009 000000000000 0a000064",
		[KIND_ARP_PROBE] = "ffffffffffff 020000000009 0806 0001080006040001"
				   "020000000009 00000000 000000000000 0a000064",
		[KIND_ARP_REPLY] = "020000000002 020000000009 0806 0001080006040002"
				   "020000000009 0a000009 020000000002 0a000002",
	};
	const uint64_t group = 0x1200005e0001ULL;

	make_advert(&good[KIND_ADVERT], "224.0.0.18", group);
	make_advert(&good[KIND_ADVERT_UNICAST], "10.0.0.2", PORT_MAC);
	make_advert(&good[KIND_ADVERT_TRAILING], "224.0.0.18", group);
	insert_octets(&good[KIND_ADVERT_TRAILING], good[KIND_ADVERT_TRAILING].len, "trailing", 8);
	make_advert(&good[KIND_ADVERT_OPTIONS], "224.0.0.18", group);
	insert_octets(&good[KIND_ADVERT_OPTIONS], IP_AT + 20, "\x94\x04\x00\x00", 4);
	good[KIND_ADVERT_OPTIONS].octets[IP_AT] = 0x46;
	for (int i = 0; i < KINDS; i++)
		if (hex[i] != NULL)
			good[i].len = frame_from_hex(hex[i], good[i].octets, FRAME_MAX);
	mac_store(good[KIND_ARP_REPLY].octets, PORT_MAC);
	put16(good[KIND_VRRP2].octets + IP_AT + 2, good[KIND_VRRP2].len - IP_AT);
	for (int i = 0; i < KIND_ARP_REQUEST; i++) {
		put16(good[i].octets + IP_AT + 2, good[i].len - IP_AT);
		repair_ip(&good[i]);
	}
}

/* ------------------------------------------------------------------------------------------- */
/* Damage                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
damage_once(struct frame *f)
{
	static const uint8_t odd[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0x21, 0x31, 0x45, 0x4f };
	const struct frame *other = &good[below(KINDS)];
	size_t at = below(f->len);
	size_t count;

	switch (below(8)) {
	case 0:
	case 1:
		f->octets[at] ^= (uint8_t)(1u << below(8));
		break;
	case 2:
		f->octets[at] = odd[below(sizeof(odd))];
		break;
	case 3:
		f->octets[at] = (uint8_t)random64();
		break;
	case 4: /* the end is missing */
		f->len = below(f->len) + 1;
		break;
	case 5: /* more than there should be */
		count = below(FRAME_MAX - f->len + 1);
		for (size_t i = 0; i < count; i++)
			f->octets[f->len++] = (uint8_t)random64();
		break;
	case 6: /* the total length: near to what it should be, or far away */
		if (f->len >= IP_AT + 4)
			put16(f->octets + IP_AT + 2,
			      below(2) == 0 ? f->len - IP_AT + below(5) - 2 : below(0x10000));
		break;
	default: /* a part of another frame */
		count = RTE_MIN(f->len, other->len);
		if (count > at)
			memcpy(f->octets + at, other->octets + at, below(count - at) + 1);
	}
}

static void
damage(struct frame *f)
{
	for (size_t n = below(4) + 1; n > 0; n--)
		damage_once(f);
	/* Most damage ends at a checksum; half of it is to get further. */
	if (f->len >= IP_AT + 20 && f->octets[12] == 8 && f->octets[13] == 0) {
		if (below(2) == 0)
			repair_carp(f);
		if (below(4) != 0)
			repair_ip(f);
	}
	/* What is shorter a worker has dropped before. */
	if (f->len < RTE_ETHER_HDR_LEN)
		f->len = RTE_ETHER_HDR_LEN;
}

/* ------------------------------------------------------------------------------------------- */
/* The way in                                                                                   */
/* ------------------------------------------------------------------------------------------- */

static struct {
	uint64_t answered;
	uint64_t punted;
	uint64_t accepted;
	uint64_t echoes; /* whose request had a right ICMP sum */
} seen;

/* The frame, sometimes in two segments. */
static struct rte_mbuf *
mbuf_of(const struct frame *f)
{
	size_t first = RTE_ETHER_HDR_LEN + below(f->len);
	struct rte_mbuf *m;

	if (below(4) != 0 || first >= f->len)
		return frame_new_exact(f->octets, f->len);
	m = frame_new_exact(f->octets, first);
	REQUIRE(rte_pktmbuf_chain(m, frame_new_exact(f->octets + first, f->len - first)) == 0);
	return m;
}

/* What control does with what a worker hands over; only 36 octets of it exist. */
static void
weigh(const struct punt_advert *p)
{
	uint8_t *payload = malloc(CARP_HEADER_LEN);
	struct carp_received rx = { .len = p->len, .from = p->from, .ttl = p->ttl };
	enum carp_state before = carp_vhid_state(vhid);
	struct carp_actions actions;
	struct carp_header h;
	uint64_t vhids[4] = { 1 << 1 };
	uint8_t id;

	REQUIRE(payload != NULL && p->vhid == 1 && p->len <= FRAME_MAX);
	memcpy(payload, p->payload, CARP_HEADER_LEN);
	rx.payload = payload;
	REQUIRE(carp_precheck(payload, p->len, vhids, &id) == CARP_ACCEPTED);
	carp_is_vrrp_shaped(payload, p->len);
	carp_header_parse(payload, p->len, &h);
	if (carp_vhid_input(vhid, &rx, 1, &actions) == CARP_ACCEPTED) {
		seen.accepted++;
		/* Version, type, vhid, counter and digest are what was signed. */
		REQUIRE(p->len >= CARP_HEADER_LEN && p->ttl == CARP_TTL);
		REQUIRE(memcmp(payload, good[KIND_ADVERT].octets + IP_AT + 20, 2) == 0);
		REQUIRE(memcmp(payload + 8, good[KIND_ADVERT].octets + IP_AT + 28, 28) == 0);
	} else {
		/* Nothing is done about it; it may be told. */
		REQUIRE(carp_vhid_state(vhid) == before);
		for (unsigned int i = 0; i < actions.count; i++)
			REQUIRE(actions.item[i].type == CARP_ACTION_NOTICE);
	}
	free(payload);
}

static void
take_punts(struct burst *carp, uint64_t now_tsc)
{
	struct punt_advert p;

	punt_adverts(&worker, &counters, &interface, carp, now_tsc);
	while (rte_ring_sc_dequeue_elem(worker.adverts, &p, sizeof(p)) == 0) {
		seen.punted++;
		weigh(&p);
	}
}

/* An echo reply has a right IP header, and a right ICMP sum if the request had. */
static void
check_echo(const struct frame *request, const struct rte_mbuf *m)
{
	const struct rte_ipv4_hdr *ip =
		rte_pktmbuf_mtod_offset(m, const struct rte_ipv4_hdr *, IP_AT);
	size_t len = rte_be_to_cpu_16(ip->total_length) - sizeof(*ip);

	REQUIRE(rte_raw_cksum(ip, sizeof(*ip)) == 0xffff);
	REQUIRE(IP_AT + sizeof(*ip) + len <= request->len);
	if (m->nb_segs > 1 ||
	    rte_raw_cksum(request->octets + IP_AT + sizeof(*ip), len) != 0xffff)
		return;
	REQUIRE(rte_raw_cksum(ip + 1, len) == 0xffff);
	seen.echoes++;
}

static void
feed(const struct frame *f, struct rte_mbuf *m, uint64_t now_tsc)
{
	static struct burst in, reply, carp, drop;
	static struct neigh_sightings sightings;
	bool is_ip = f->octets[12] == 0x08 && f->octets[13] == 0x00;
	bool is_arp = f->octets[12] == 0x08 && f->octets[13] == 0x06;

	in.count = reply.count = carp.count = drop.count = sightings.count = 0;
	burst_add(&in, m);
	/* As a worker does: each stage takes what is its own. */
	fwd_input4(&counters.fwd, &interface.vip, &interface.vip.roles, &in, &reply, &carp, NULL,
		   &drop);
	REQUIRE(in.count == !is_ip);
	arp_input(&counters.arp, &interface.vip, &interface.vip.roles, &in, &reply, &drop, &sightings);
	REQUIRE(in.count == (!is_ip && !is_arp));
	REQUIRE(in.count + reply.count + carp.count + drop.count == 1);
	REQUIRE(sightings.count <= 1);
	seen.answered += reply.count;
	if (is_ip && reply.count == 1)
		check_echo(f, reply.frame[0]);
	take_punts(&carp, now_tsc);
	burst_free(&in);
	burst_free(&reply);
	burst_free(&drop);
	REQUIRE(frames_in_use() == 0);
}

/* ------------------------------------------------------------------------------------------- */
/* The whole                                                                                    */
/* ------------------------------------------------------------------------------------------- */

/* That the damage is not so great that nothing is ever reached: each way and refusal was taken. */
static void
check_reach(void)
{
	struct carp_vhid_status status;

	carp_vhid_status(vhid, &status);
	REQUIRE(seen.answered > FRAMES / 100 && seen.echoes > FRAMES / 1000);
	REQUIRE(seen.punted > FRAMES / 100 && seen.accepted > FRAMES / 1000);
	for (int i = 0; i <= FWD_DROP_MARTIAN; i++)
		REQUIRE(i == FWD_DROP_NOT_MASTER || counter_read(&counters.fwd.counter[i]) > 0);
	for (int i = 0; i < ARP_COUNTERS; i++)
		REQUIRE(i == ARP_DROP_NOT_MASTER || i == ARP_CLAIMS ||
			counter_read(&counters.arp.counter[i]) > 0);
	for (int i = CARP_DROP_LEN; i <= CARP_DROP_VHID; i++)
		REQUIRE(counter_read(&counters.carp[i]) > 0);
	REQUIRE(status.counters[CARP_TRAILING] > 0 && status.counters[CARP_DROP_TTL] > 0);
	REQUIRE(status.counters[CARP_DROP_SUM] > 0 && status.counters[CARP_DROP_AUTH] > 0);
	REQUIRE(status.counters[CARP_FOREIGN_VRRP] > 0);
	REQUIRE(counter_read(&counters.link[LINK_PUNT_POLICED]) == 0);
	REQUIRE(counter_read(&counters.link[LINK_PUNT_RING_FULL]) == 0);
}

int
main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t now_tsc = 0;

	printf("seed %" PRIu64 "\n", seed);
	fflush(stdout);
	chance = seed;
	if (!frames_start())
		return EXIT_FAILURE;
	set_up();
	make_good_frames();
	/* Each is what it says before it is damaged. */
	for (int i = 0; i < KINDS; i++)
		feed(&good[i], frame_new_exact(good[i].octets, good[i].len), now_tsc += clock_scale.hz);
	REQUIRE(seen.answered == 3 && seen.echoes == 1);
	REQUIRE(seen.punted == 6 && seen.accepted == 4);
	for (int n = 0; n < FRAMES; n++) {
		struct frame f = good[below(KINDS)];

		damage(&f);
		/* A second later, so that no share is used up. */
		feed(&f, mbuf_of(&f), now_tsc += clock_scale.hz);
	}
	printf("%d frames: %" PRIu64 " answered, %" PRIu64 " handed on, %" PRIu64 " accepted\n",
	       FRAMES, seen.answered, seen.punted, seen.accepted);
	check_reach();
	return EXIT_SUCCESS;
}
