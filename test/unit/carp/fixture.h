/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * One vhid on a virtual clock, and peers that advertise to it.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "carp/carp.h"
#include "suite.h"

#define SECOND UINT64_C(1000000)
/** Skew 100: 100 * 1000000 / 256. */
#define SKEW100 UINT64_C(390625)
#define OWN_INTERVAL (SECOND + SKEW100)
#define OWN_MASTER_DOWN (3 * SECOND + SKEW100)

struct fixture {
	struct carp_settings settings;
	struct carp_vhid_config config;
	struct ip_addr addresses[4];
	struct carp_node *node;
	struct carp_interface *ifc;
	struct carp_vhid *vhid;
	struct carp_digest *digest; /**< of the peers */
	struct carp_actions out;    /**< of the last call */
};

/** An advertisement as a peer sends it; what is left out is filled in as a good peer would. */
struct advert {
	const char *from; /**< NULL: 10.0.0.3 */
	uint8_t advbase;
	uint8_t advskew;
	uint8_t demote;
	uint64_t counter;
};

/** Defaults: advbase 1, advskew 100, 10.0.0.100, own address 10.0.0.2, counter 1, link down. */
void fixture_prepare(struct fixture *f);
void fixture_use_both_families(struct fixture *f);
void fixture_create(struct fixture *f);
/** Prepare, create, link up and run at 0: BACKUP since 0. */
void fixture_open_backup(struct fixture *f);
/** MASTER since 0, by force. */
void fixture_open_master(struct fixture *f);
void fixture_close(struct fixture *f);

void fixture_set(struct fixture *f, uint64_t now_us);
void fixture_reconfigure(struct fixture *f, uint64_t now_us);
void fixture_run(struct fixture *f, uint64_t now_us);
/** Run whenever something is due up to and including @p until_us. Returns how many SENDs came. */
unsigned int fixture_run_until(struct fixture *f, uint64_t until_us);

void fixture_payload(struct fixture *f, const struct advert *a, uint8_t payload[CARP_HEADER_LEN]);
/** carp_vhid_input(), and no more. */
enum carp_counter fixture_input(struct fixture *f, uint64_t at_us, const struct advert *a);
/** The same, and as BACKUP the run that follows if it is due. */
enum carp_counter fixture_hear(struct fixture *f, uint64_t at_us, const struct advert *a);

struct ip_addr address(const char *text);
struct carp_vhid_status fixture_status(const struct fixture *f);
uint64_t fixture_counter(const struct fixture *f, enum carp_counter counter);
/** The value of a cause, 0 if there is none of this name. */
int32_t fixture_cause(const struct fixture *f, const char *name);

/** The header of the n-th action, which must be a SEND. */
struct carp_header fixture_sent(const struct fixture *f, unsigned int n);
/** The text of the reason of the n-th action, which must be a STATE. */
const char *fixture_reason(const struct fixture *f, unsigned int n);
/** The last actions as a word: B, M, I states; s advert, x bow-out, a announce; no notices. */
const char *fixture_actions(const struct fixture *f);
bool fixture_has_notice(const struct fixture *f, enum carp_notice notice);

#define CHECK_ACTIONS(f, expected) CU_ASSERT_STRING_EQUAL(fixture_actions(f), expected)
#define CHECK_STATE(f, expected) CU_ASSERT_EQUAL(carp_vhid_state((f)->vhid), expected)

#endif /* FIXTURE_H */
