/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mac.h"

#include "endpoint_internal.h"

static const char *const type_names[] = {
	[EVENT_STATE] = "state",
	[EVENT_LINK] = "link",
	[EVENT_DEMOTION] = "demotion",
	[EVENT_WORKER_STALLED] = "worker stalled",
	[EVENT_WORKER_RECOVERED] = "worker recovered",
	[EVENT_CONTROL_LATE] = "control late",
	[EVENT_BAD_ADVERT] = "bad advertisement",
	[EVENT_NOTICE] = "notice", /* each has a name of its own */
	[EVENT_DUPLICATE_ADDRESS] = "duplicate address",
	[EVENT_ADDRESS_CONFLICT] = "address conflict",
};

static void
set_string(json_t *o, const char *key, const char *value)
{
	json_object_set_new(o, key, json_string(value));
}

static void
describe_state(const struct event *e, json_t *o)
{
	char text[CARP_REASON_TEXT];

	set_string(o, "from", carp_state_name(e->state.from));
	set_string(o, "to", carp_state_name(e->state.to));
	set_string(o, "reason", carp_reason_format(&e->state.reason, text));
}

static void
describe_bad_advert(const struct event *e, json_t *o)
{
	json_object_set_new(o, "peer", endpoint_address(&e->bad_advert.from));
	set_string(o, "reason", carp_counter_name(e->bad_advert.counter));
}

static void
describe_notice(const struct event *e, json_t *o)
{
	char text[CARP_TEXT];

	set_string(o, "type", carp_notice_name(e->notice.kind));
	if (e->notice.has_peer)
		json_object_set_new(o, "peer", endpoint_address(&e->notice.peer));
	if (event_notice_format(&e->notice, text)[0] != '\0')
		set_string(o, "reason", text);
}

static void
describe_stall(const struct event *e, json_t *o)
{
	if (e->subject != EVENT_NONE)
		json_object_set_new(o, "worker", json_integer(e->subject));
	json_object_set_new(o, "stall_ms", json_integer((json_int_t)(e->stall.stall_us / 1000)));
}

static void
describe_address(const struct runtime *r, const struct event *e, json_t *o)
{
	if (e->subject < r->interface_count)
		set_string(o, "interface", r->interface[e->subject].name);
	json_object_set_new(o, "address", endpoint_address(&e->address.addr));
	json_object_set_new(o, "mac", endpoint_mac(mac_load(e->address.mac)));
}

static void
describe(const struct runtime *r, const struct event *e, json_t *o)
{
	switch (e->type) {
	case EVENT_STATE:
		describe_state(e, o);
		break;
	case EVENT_LINK:
		if (e->subject < r->interface_count)
			set_string(o, "interface", r->interface[e->subject].name);
		set_string(o, "to", e->link.is_up ? "up" : "down");
		break;
	case EVENT_DEMOTION:
		json_object_set_new(o, "demotion", json_integer(e->demotion.sum));
		break;
	case EVENT_WORKER_STALLED:
	case EVENT_WORKER_RECOVERED:
	case EVENT_CONTROL_LATE:
		describe_stall(e, o);
		break;
	case EVENT_BAD_ADVERT:
		describe_bad_advert(e, o);
		break;
	case EVENT_NOTICE:
		describe_notice(e, o);
		break;
	case EVENT_DUPLICATE_ADDRESS:
	case EVENT_ADDRESS_CONFLICT:
		describe_address(r, e, o);
		break;
	}
}

static json_t *
entry(const struct runtime *r, const struct event_entry *e)
{
	json_t *o = json_pack("{s:I, s:I, s:s}", "sequence", (json_int_t)e->sequence,
			      "unix_ms", (json_int_t)clock_us_to_unix_ms(e->event.at_us),
			      "type", type_names[e->event.type]);

	if (e->name[0] != '\0')
		set_string(o, "vhid", e->name);
	describe(r, &e->event, o);
	return o;
}

/*
 * SINCE and "next" are sequences, not places in the list: events that happen between two questions
 * move nothing. "missed" says how many were forgotten before they were asked for.
 */
json_t *
endpoint_carp_events(const struct runtime *r, struct endpoint_query *q)
{
	struct event_entry *copy;
	struct endpoint_page page;
	uint64_t since, missed;
	json_t *answer;
	size_t count;

	if (!endpoint_param_from(q, &since))
		return NULL;
	copy = calloc(EVENT_HISTORY, sizeof(*copy));
	if (copy == NULL)
		return NULL;
	count = event_history_copy(r->history, &since, copy, EVENT_HISTORY);
	missed = count == 0 ? 0 : copy[0].sequence - since - 1;
	answer = json_pack("{s:I, s:I}", "missed", (json_int_t)missed,
			   "lost", (json_int_t)counter_read(&r->events_lost));
	endpoint_page_begin(&page, q, answer, "events", json_object(), 0);
	for (size_t i = 0; i < count; i++) {
		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, entry(r, &copy[i]));
	}
	answer = endpoint_page_end(&page);
	if (page.next > 0)
		since = copy[page.next - 1].sequence;
	json_object_set_new(answer, "next", json_integer((json_int_t)since));
	free(copy);
	return answer;
}
