/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What happened: from the control lcore, which must not wait, to the log and to those who ask.
 *
 * Threads: control fills a struct event and hands it over by ring; the manager logs it and keeps
 *          the last EVENT_HISTORY ones; event_history_copy() may be called from any thread but
 *          control and workers.
 */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carp/carp.h"
#include "event_notice.h"

#define EVENT_HISTORY 1024
#define EVENT_NONE UINT32_MAX

enum event_type {
	EVENT_STATE,            /**< a vhid changed its state */
	EVENT_LINK,             /**< an interface's link went up or down */
	EVENT_DEMOTION,         /**< the demotion sum changed */
	EVENT_WORKER_STALLED,   /**< a worker has not completed a turn for a while */
	EVENT_WORKER_RECOVERED, /**< it runs again */
	EVENT_CONTROL_LATE,     /**< the control lcore itself did not run for a while */
	EVENT_BAD_ADVERT,       /**< an advertisement was refused (carp.log 2) */
	EVENT_NOTICE,           /**< of a vhid: what its kind says */
	EVENT_DUPLICATE_ADDRESS, /**< an own IPv6 address is somebody else's; it is not used */
	EVENT_ADDRESS_CONFLICT,  /**< somebody else claims an own address that is used */
};

struct event {
	enum event_type type;
	uint64_t at_us;
	uint32_t subject; /**< vhid, interface or worker by index; EVENT_NONE */
	union {
		struct {
			enum carp_state from;
			enum carp_state to;
			struct carp_reason reason;
		} state;
		struct {
			bool is_up;
		} link;
		struct {
			int32_t sum;
		} demotion;
		struct {
			uint64_t stall_us;
		} stall;
		struct {
			enum carp_counter counter;
			struct ip_addr from;
		} bad_advert;
		struct {
			struct ip_addr addr;
			uint8_t mac[6];
		} address;
		struct event_notice notice;
	};
};

#define EVENT_NAME_MAX 20

/** An event as it is kept: with its number, counted from 1 since the start. */
struct event_entry {
	uint64_t sequence;
	struct event event;
	char name[EVENT_NAME_MAX]; /**< of the vhid, which may be gone by now, or "" */
};

struct event_history;

struct event_history *event_history_create(void);
void event_history_destroy(struct event_history *h);

/** Keep an event; the oldest goes. Manager only. Returns its sequence. */
uint64_t event_history_add(struct event_history *h, const struct event *e, const char *name);

/**
 * Copy events with a sequence above @p since, oldest first.
 *
 * @param since set to 0 if no event has come so far: whoever asks means those of an earlier run
 * @return how many were copied, at most @p room
 */
size_t event_history_copy(struct event_history *h, uint64_t *since, struct event_entry *out,
			  size_t room);

#endif /* EVENT_H */
