/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench.h"

#include <err.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ring_elem.h>

#include "base/clock.h"
#include "reload.h"
#include "worker.h"

#define RING_FRAMES 512
#define POOL_FRAMES 4095
/* Cycles of a power of two are converted without rounding. */
#define CYCLES_PER_US 1024
#define STEP_MAX_US 1000
#define STEP_MIN_US 50
#define CONFIG_TEXT_MAX (1 << 20)
/* 02:00:00:00:00:09 */
#define PEER_MAC 0x090000000002
#define IP_AT 14
#define CARP_AT 34
#define CARP6_AT 54

struct bench bench;
const char *bench_router;

static char eal_dir[] = "/tmp/koi-core-XXXXXX";
static struct rte_mempool *pool;
static uint64_t time_us;
static unsigned int jump_at;
static uint64_t jump_us;
static unsigned int opened;
static uint64_t counter;

/* ------------------------------------------------------------------------------------------- */
/* Time                                                                                         */
/* ------------------------------------------------------------------------------------------- */

uint64_t
bench_tsc(void)
{
	if (jump_at != 0 && --jump_at == 0)
		time_us += jump_us;
	return time_us * CYCLES_PER_US;
}

static void
set_clock(void)
{
	/* A turn at time 0 would be no turn yet. */
	time_us = SECOND;
	clock_scale = (struct clock_scale){
		.hz = CYCLES_PER_US * SECOND,
		.us_per_tsc = (UINT64_C(1) << 44) / CYCLES_PER_US,
	};
}

uint64_t
bench_us(void)
{
	return time_us;
}

void
bench_wait(uint64_t us)
{
	time_us += us;
}

void
bench_jump_at(unsigned int reading, uint64_t us)
{
	jump_at = reading;
	jump_us = us;
}

/* ------------------------------------------------------------------------------------------- */
/* Set-up                                                                                       */
/* ------------------------------------------------------------------------------------------- */

static void
remove_eal_dir(void)
{
	char command[64];

	rte_eal_cleanup();
	snprintf(command, sizeof(command), "rm -rf %s", eal_dir);
	if (system(command) != 0)
		warnx("%s stays", eal_dir);
}

void
bench_start(const char *program)
{
	char lcores[32];
	char *args[] = {
		(char *)(uintptr_t)program, "--no-huge", "--no-pci", "-m", "256",
		"--lcores", lcores, "--log-level=critical", "--no-shconf", "--no-telemetry", NULL,
	};

	/* Workers have lcores, and nothing runs on them. */
	snprintf(lcores, sizeof(lcores), "(0-%d)@%d", BENCH_WORKERS, sched_getcpu());
	if (mkdtemp(eal_dir) == NULL)
		err(1, "mkdtemp");
	setenv("RUNTIME_DIRECTORY", eal_dir, 1);
	if (rte_eal_init((int)RTE_DIM(args) - 1, args) < 0)
		errx(1, "the EAL does not start");
	atexit(remove_eal_dir);
	pool = rte_pktmbuf_pool_create("bench", POOL_FRAMES, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	if (pool == NULL)
		errx(1, "no memory for frames");
}

static void
write_vhid(FILE *to, const struct bench_vhid *v)
{
	unsigned int addresses = v->addresses == 0 ? 1 : v->addresses;

	fprintf(to, "{\"interface\": \"lan\", \"vhid\": %u, \"advbase\": %u, \"advskew\": %u, "
		"\"pass\": \"secret\", \"addresses\": [",
		v->vhid, v->advbase, v->advskew);
	for (unsigned int i = 1; i <= addresses; i++)
		fprintf(to, "%s\"10.0.%u.%u/16\"", i == 1 ? "" : ", ", v->vhid, i);
	for (unsigned int i = 1; i <= v->addresses6; i++)
		fprintf(to, ", \"fd00::%x:0:0:%x/64\"", v->vhid, i);
	if (bench_router != NULL)
		fprintf(to, ", \"fe80::%x/64\"", v->vhid);
	fprintf(to, "]}");
}

struct config *
bench_config(const struct bench_vhid *vhids, size_t count)
{
	char *text = malloc(CONFIG_TEXT_MAX);
	FILE *to = fmemopen(text, CONFIG_TEXT_MAX, "w");
	struct config_report report;
	struct config *config;
	bool has_ip6 = false;

	for (size_t i = 0; i < count; i++)
		has_ip6 |= vhids[i].addresses6 != 0;
	fprintf(to, "{\"interfaces\": [{\"name\": \"lan\", \"device\": \"net_ring_lan%u\", "
		"\"addresses\": [\"" BENCH_OWN "/16\"%s]", opened,
		has_ip6 ? ", \"" BENCH_OWN6 "/64\"" : "");
	if (bench_router != NULL)
		fprintf(to, ", \"router_advertisement\": %s", bench_router);
	fprintf(to, "}], \"vhids\": [");
	for (size_t i = 0; i < count; i++) {
		fprintf(to, i == 0 ? "" : ", ");
		write_vhid(to, &vhids[i]);
	}
	fprintf(to, "]}");
	fclose(to);
	config = config_load_text(text, strlen(text), "koi.json", CONFIG_RUN, &report);
	if (config == NULL) {
		config_report_print(&report, "koi.json", stderr);
		exit(EXIT_FAILURE);
	}
	config_report_free(&report);
	free(text);
	return config;
}

static struct rte_ring *
create_ring(const char *direction, unsigned int worker)
{
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *ring;

	snprintf(name, sizeof(name), "bench_%s%u", direction, worker);
	ring = rte_ring_create(name, RING_FRAMES, SOCKET_ID_ANY, RING_F_EXACT_SZ);
	if (ring == NULL)
		errx(1, "no memory for rings");
	return ring;
}

void
bench_open(const struct bench_vhid *vhids, size_t count)
{
	char name[16];

	memset(&bench, 0, sizeof(bench));
	set_clock();
	for (unsigned int i = 0; i < BENCH_WORKERS; i++) {
		bench.rx[i] = create_ring("rx", i);
		bench.tx[i] = create_ring("tx", i);
	}
	snprintf(name, sizeof(name), "lan%u", ++opened);
	if (rte_eth_from_rings(name, bench.rx, BENCH_WORKERS, bench.tx, BENCH_WORKERS, 0) < 0)
		errx(1, "no port of rings");
	if (runtime_create(&bench.r, bench_config(vhids, count), "koi.json", "bench") != 0)
		errx(1, "no runtime");
	bench.r.port[0].link = link_pack((struct port_link){ .is_up = true });
	bench.control = control_create(&bench.r);
}

static void
free_frames(struct rte_ring *ring)
{
	void *frame;

	while (rte_ring_dequeue(ring, &frame) == 0)
		rte_pktmbuf_free(frame);
}

void
bench_close(void)
{
	for (unsigned int i = 0; i < BENCH_WORKERS; i++) {
		free_frames(bench.rx[i]);
		free_frames(bench.tx[i]);
	}
	control_destroy(bench.control);
	runtime_destroy(&bench.r);
	for (unsigned int i = 0; i < BENCH_WORKERS; i++) {
		rte_ring_free(bench.rx[i]);
		rte_ring_free(bench.tx[i]);
	}
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(pool), 0);
}

/* ------------------------------------------------------------------------------------------- */
/* What goes out                                                                                */
/* ------------------------------------------------------------------------------------------- */

static void
note_frame(unsigned int worker, const struct rte_mbuf *m)
{
	const uint8_t *octets = rte_pktmbuf_mtod(m, const uint8_t *);
	struct bench_frame *f = &bench.sent[bench.sent_count];

	if (bench.sent_count == BENCH_FRAMES_MAX)
		errx(1, "too many frames");
	bench.sent_count++;
	*f = (struct bench_frame){ .at_us = time_us, .worker = worker };
	memcpy(f->octets, octets, RTE_MIN(rte_pktmbuf_data_len(m), sizeof(f->octets)));
	f->is_ip6 = octets[12] == 0x86 && octets[13] == 0xdd;
	if (f->is_ip6 ? octets[20] == CARP_IPPROTO : octets[13] == 0 && octets[23] == CARP_IPPROTO) {
		const uint8_t *carp = octets + (f->is_ip6 ? CARP6_AT : CARP_AT);

		f->vhid = carp[1];
		f->advskew = carp[2];
		f->advbase = carp[5];
	} else if (f->is_ip6 && octets[IP_AT + 6] == IPPROTO_ICMPV6) {
		f->icmp6 = octets[IP_AT + 40];
	} else if (octets[13] == 6) {
		memcpy(&f->arp_be, octets + IP_AT + 14, sizeof(f->arp_be));
	}
}

static void
take_sent(unsigned int worker)
{
	void *frame;

	/* What blocks the device is not looked at. */
	if (rte_ring_full(bench.tx[worker]))
		return;
	while (rte_ring_dequeue(bench.tx[worker], &frame) == 0) {
		note_frame(worker, frame);
		rte_pktmbuf_free(frame);
	}
}

void
bench_block(unsigned int worker)
{
	while (!rte_ring_full(bench.tx[worker]))
		rte_ring_enqueue(bench.tx[worker], rte_pktmbuf_alloc(pool));
}

void
bench_unblock(unsigned int worker)
{
	free_frames(bench.tx[worker]);
}

size_t
bench_sent(uint8_t vhid)
{
	size_t count = 0;

	for (size_t i = 0; i < bench.sent_count; i++)
		count += bench.sent[i].vhid == vhid;
	return count;
}

const struct bench_frame *
bench_last(uint8_t vhid)
{
	for (size_t i = bench.sent_count; i > 0; i--)
		if (bench.sent[i - 1].vhid == vhid)
			return &bench.sent[i - 1];
	CU_FAIL_FATAL("nothing was sent");
	return NULL;
}

/* ------------------------------------------------------------------------------------------- */
/* Turns                                                                                        */
/* ------------------------------------------------------------------------------------------- */

void
bench_work(void)
{
	for (unsigned int i = 0; i < BENCH_WORKERS; i++) {
		if (bench.is_held[i])
			continue;
		worker_turn(&bench.r.worker[i], time_us * CYCLES_PER_US);
		take_sent(i);
	}
}

void
bench_turn(void)
{
	bench_work();
	control_turn(bench.control);
}

void
bench_run(uint64_t us)
{
	uint64_t end_us = time_us + us;

	while (time_us < end_us) {
		uint64_t rest_us;

		bench_work();
		rest_us = control_turn(bench.control);
		rest_us = RTE_MAX(rest_us, (uint64_t)STEP_MIN_US);
		time_us += RTE_MIN(RTE_MIN(rest_us, (uint64_t)STEP_MAX_US), end_us - time_us);
	}
}

void
bench_run_to_master(void)
{
	const struct view *view = bench.r.view;
	unsigned int masters = 0;

	for (int i = 0; i < 20000 && masters < view->vhid_count; i++) {
		bench_run(10 * MS);
		masters = 0;
		for (unsigned int v = 0; v < view->vhid_count; v++)
			masters += bench_role(view->vhid[v]->shown->vhid) == VIP_ROLE_MASTER;
	}
	CU_ASSERT_EQUAL_FATAL(masters, view->vhid_count);
	/* The announcements that come with it. */
	bench_run(100 * MS);
}

/* ------------------------------------------------------------------------------------------- */
/* What comes in                                                                                */
/* ------------------------------------------------------------------------------------------- */

void
bench_receive(unsigned int worker, const uint8_t *octets, size_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	memcpy(rte_pktmbuf_append(m, (uint16_t)len), octets, len);
	CU_ASSERT_EQUAL_FATAL(rte_ring_enqueue(bench.rx[worker], m), 0);
}

static struct carp_digest *
create_digest(uint8_t vhid)
{
	const struct config_vhid *c = bench_vhid(vhid)->config;
	struct ip_addr addresses[CARP_ADDRESSES_MAX];

	for (size_t i = 0; i < c->address_count; i++)
		addresses[i] = c->addresses[i].addr;
	return carp_digest_create(c->key, c->key_len, vhid, addresses, c->address_count);
}

void
bench_hear(uint8_t vhid, uint8_t advbase, uint8_t advskew)
{
	struct carp_header h = {
		.vhid = vhid,
		.authlen = 7,
		.advbase = advbase,
		.advskew = advskew,
		.counter = ++counter,
	};
	struct carp_frame frame = { .destination = carp_group(IP_V4), .id = (uint16_t)counter };
	struct carp_digest *digest = create_digest(vhid);
	uint8_t payload[CARP_HEADER_LEN], octets[CARP_FRAME_MAX];
	size_t len;

	carp_digest_compute(digest, CARP_DIGEST_ALL, h.counter, h.digest);
	carp_digest_destroy(digest);
	carp_header_build(&h, payload);
	carp_group_mac(IP_V4, frame.destination_mac);
	mac_store(frame.source_mac, mac_of_vhid(vhid));
	ip_addr_parse("10.0.0.3", &frame.source);
	len = carp_frame_build(&frame, payload, octets);
	bench_receive(0, octets, len);
}

void
bench_hear_noise(unsigned int worker)
{
	static const uint8_t noise[60] = { 0x02, [12] = 0x88, [13] = 0xb5 };

	bench_receive(worker, noise, sizeof(noise));
}

bool
bench_answers(unsigned int worker, const char *address)
{
	struct ip_addr target, sender;
	uint8_t octets[ARP_FRAME_LEN];
	size_t before = bench.sent_count;
	bool is_answered = false;

	ip_addr_parse(address, &target);
	ip_addr_parse("10.0.0.9", &sender);
	arp_build_request(octets, ip_addr_v4_be(&target), ip_addr_v4_be(&sender), PEER_MAC);
	bench_receive(worker, octets, sizeof(octets));
	worker_turn(&bench.r.worker[worker], time_us * CYCLES_PER_US);
	take_sent(worker);
	for (size_t i = before; i < bench.sent_count; i++)
		is_answered |= bench.sent[i].arp_be == ip_addr_v4_be(&target);
	return is_answered;
}

/* ------------------------------------------------------------------------------------------- */
/* What is                                                                                      */
/* ------------------------------------------------------------------------------------------- */

struct koi_vhid *
bench_vhid(uint8_t vhid)
{
	return bench.r.interface[0].by_vhid[vhid];
}

struct carp_vhid_status
bench_status(uint8_t vhid)
{
	struct carp_vhid_status status;

	record_read(bench_vhid(vhid)->status, &status);
	return status;
}

enum vip_role
bench_role(uint8_t vhid)
{
	return vip_role_of(vip_role_load(&bench.r.interface[0].vip.roles, vhid));
}

uint32_t
bench_generation(uint8_t vhid)
{
	return vip_generation_of(vip_role_load(&bench.r.interface[0].vip.roles, vhid));
}

uint64_t
bench_lease_us(void)
{
	return clock_tsc_to_us(bench.r.lease_tsc);
}

uint64_t
bench_stale(void)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < BENCH_WORKERS; i++)
		sum += counter_read(&bench.r.worker[i].interface[0]->link[LINK_DROP_STALE_INJECT]);
	return sum;
}

bool
bench_event(enum event_type type, struct event *event)
{
	while (rte_ring_dequeue_elem(bench.r.events, event, sizeof(*event)) == 0)
		if (event->type == type)
			return true;
	return false;
}
