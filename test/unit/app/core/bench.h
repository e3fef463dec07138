/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Control and two workers of one port, on a clock that only the test moves. They are the sources
 * of koi; the test calls their turns. The port is made of rings whose other ends the test has.
 *
 * Time: microseconds since bench_open(); it stands still but for bench_wait(), bench_run() and
 *       bench_jump_at().
 */
#ifndef BENCH_H
#define BENCH_H

#include "control.h"
#include "inject.h"
#include "runtime.h"
#include "suite.h"

#define BENCH_WORKERS 2
#define BENCH_OWN "10.0.0.2"
#define MS UINT64_C(1000)
#define SECOND UINT64_C(1000000)

#define BENCH_OWN6 "fd00::2"

/** A vhid of the configuration; its addresses are 10.0.VHID.1 and fd00:0:0:0:VHID::1 and so on. */
struct bench_vhid {
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	uint8_t addresses; /**< 0 means 1 */
	uint8_t addresses6; /**< with any of them there is an own IPv6 address, too */
};

#define BENCH_OCTETS 128

/** What went out: an advertisement if vhid is not 0, else ARP if it is not 0, else something else. */
struct bench_frame {
	uint64_t at_us;
	unsigned int worker;
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	uint32_t arp_be; /**< the sender's address */
	bool is_ip6;
	uint8_t icmp6;   /**< the type, of an ICMPv6 message without extension headers */
	uint8_t octets[BENCH_OCTETS]; /**< its beginning */
};

#define BENCH_FRAMES_MAX 20000

struct bench {
	struct runtime r;
	struct control *control;
	struct rte_ring *rx[BENCH_WORKERS];
	struct rte_ring *tx[BENCH_WORKERS];
	bool is_held[BENCH_WORKERS]; /**< the worker does not run */
	struct bench_frame sent[BENCH_FRAMES_MAX];
	size_t sent_count;
};

extern struct bench bench;

/** The router_advertisement of "lan" in what bench_config() makes, or NULL; with it each vhid has
 *  fe80::VHID, too. */
extern const char *bench_router;

/** Start the EAL, once. */
void bench_start(const char *program);

/** A koi with these vhids; its link is up, no turn has been taken. */
void bench_open(const struct bench_vhid *vhids, size_t count);
void bench_close(void);
struct config *bench_config(const struct bench_vhid *vhids, size_t count);

uint64_t bench_us(void);
/** Let time pass, and nobody run. */
void bench_wait(uint64_t us);
/** When the clock is read for the @p reading-th time from now on, it is @p us later. */
void bench_jump_at(unsigned int reading, uint64_t us);
/** A turn of each worker that is not held; what went out is in bench.sent afterwards. */
void bench_work(void);
/** That, and a turn of control. */
void bench_turn(void);
/** Turns for so long, control sleeping as it does. */
void bench_run(uint64_t us);
/** bench_run() to when all vhids have become MASTER. */
void bench_run_to_master(void);

/** An advertisement of 10.0.0.3 arrives at the queue of worker 0. */
void bench_hear(uint8_t vhid, uint8_t advbase, uint8_t advskew);
/** A frame arrives at the queue of a worker. */
void bench_receive(unsigned int worker, const uint8_t *octets, size_t len);
/** A frame that concerns nobody. */
void bench_hear_noise(unsigned int worker);
/** True if the worker answers an ARP request for the address; it takes one turn. */
bool bench_answers(unsigned int worker, const char *address);

/** The device takes nothing more until bench_unblock(). */
void bench_block(unsigned int worker);
void bench_unblock(unsigned int worker);

struct koi_vhid *bench_vhid(uint8_t vhid);
struct carp_vhid_status bench_status(uint8_t vhid);
enum vip_role bench_role(uint8_t vhid);
uint32_t bench_generation(uint8_t vhid);
/** Until when the roles hold. */
uint64_t bench_lease_us(void);
uint64_t bench_stale(void);
/** Frames in bench.sent of a vhid; of ARP, 0. */
size_t bench_sent(uint8_t vhid);
const struct bench_frame *bench_last(uint8_t vhid);
/** Take events up to the next of this type. */
bool bench_event(enum event_type type, struct event *event);

#endif /* BENCH_H */
