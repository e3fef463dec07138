/* SPDX-License-Identifier: BSD-3-Clause */
#include "event_log.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"

static void
log_state(const struct runtime *r, const struct event *e)
{
	char reason[CARP_REASON_TEXT];

	log_line(NOTICE, carp, "%s: %s -> %s (%s)", r->slot[e->subject]->name,
		 carp_state_name(e->state.from), carp_state_name(e->state.to),
		 carp_reason_format(&e->state.reason, reason));
}

static void
log_bad_advert(const struct runtime *r, const struct event *e)
{
	char from[IP_ADDR_TEXT];

	log_line(NOTICE, carp, "%s: advertisement from %s refused: %s", r->slot[e->subject]->name,
		 ip_addr_format(&e->bad_advert.from, from), carp_counter_name(e->bad_advert.counter));
}

static void
log_notice(const struct runtime *r, const struct event *e)
{
	const struct event_notice *n = &e->notice;
	char peer[IP_ADDR_TEXT] = "", text[CARP_TEXT];

	event_notice_format(n, text);
	if (n->has_peer)
		ip_addr_format(&n->peer, peer);
	log_line(NOTICE, carp, "%s: %s%s%s%s%s", r->slot[e->subject]->name, carp_notice_name(n->kind),
		 n->has_peer ? ": " : "", peer, text[0] != '\0' ? ": " : "", text);
}

static void
log_address(const struct runtime *r, const struct event *e, const char *what)
{
	const uint8_t *m = e->address.mac;
	char text[IP_ADDR_TEXT];

	log_line(WARNING, port, "%s: %s: %s is claimed by %02x:%02x:%02x:%02x:%02x:%02x",
		 r->interface[e->subject].name, what, ip_addr_format(&e->address.addr, text), m[0], m[1],
		 m[2], m[3], m[4], m[5]);
}

void
event_log(const struct runtime *r, const struct event *e)
{
	uint8_t level = atomic_load_explicit(&r->in_force.log, memory_order_relaxed);

	switch (e->type) {
	case EVENT_STATE:
		if (level >= 1)
			log_state(r, e);
		break;
	case EVENT_DEMOTION:
		if (level >= 1)
			log_line(NOTICE, carp, "demotion is now %d", e->demotion.sum);
		break;
	case EVENT_BAD_ADVERT:
		if (level >= 2)
			log_bad_advert(r, e);
		break;
	case EVENT_NOTICE:
		if (level >= 1)
			log_notice(r, e);
		break;
	case EVENT_LINK:
		log_line(NOTICE, port, "%s: link %s", r->interface[e->subject].name,
			 e->link.is_up ? "up" : "down");
		break;
	case EVENT_DUPLICATE_ADDRESS:
		log_address(r, e, "duplicate address, not used");
		break;
	case EVENT_ADDRESS_CONFLICT:
		log_address(r, e, "address conflict");
		break;
	case EVENT_WORKER_STALLED:
		log_line(WARNING, app, "worker stalled: lcore %u, for %" PRIu64 " ms so far",
			 r->worker[e->subject].lcore, e->stall.stall_us / 1000);
		break;
	case EVENT_WORKER_RECOVERED:
		log_line(WARNING, app, "worker runs again: lcore %u, after %" PRIu64 " ms",
			 r->worker[e->subject].lcore, e->stall.stall_us / 1000);
		break;
	case EVENT_CONTROL_LATE:
		log_line(WARNING, app, "control lcore was late by %" PRIu64 " ms",
			 e->stall.stall_us / 1000);
		break;
	}
}

void
event_log_state(const struct runtime *r)
{
	struct demotion_status *demotion = malloc(sizeof(*demotion));
	uint64_t now_us = clock_us();
	char reason[CARP_REASON_TEXT];

	for (unsigned int i = 0; i < r->view->vhid_count; i++) {
		const struct koi_vhid *v = r->view->vhid[i];
		struct carp_vhid_status s;

		record_read(v->status, &s);
		log_line(NOTICE, carp, "%s: %s for %" PRIu64 " s (%s), advbase %u advskew %u",
			 v->name, carp_state_name(s.state),
			 now_us > s.since_us ? (now_us - s.since_us) / 1000000 : 0,
			 carp_reason_format(&s.last_reason, reason), s.advbase, s.effective_advskew);
	}
	if (demotion == NULL)
		return;
	record_read(r->demotion, demotion);
	log_line(NOTICE, carp, "demotion is %" PRId64, demotion->sum);
	for (uint64_t i = 0; i < demotion->count; i++)
		log_line(NOTICE, carp, "demotion: %s: %d", demotion->cause[i].name,
			 demotion->cause[i].value);
	free(demotion);
}
