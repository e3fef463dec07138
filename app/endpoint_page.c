/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/mac.h"
#include "telemetry/telemetry.h"

#include "endpoint_internal.h"

/* The numbers of "count" and "next" grow after the answer has been measured. */
#define NUMBERS_OCTETS 40

static size_t
text_len(const json_t *value)
{
	return json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
}

void
endpoint_page_begin(struct endpoint_page *p, const struct endpoint_query *q, json_t *answer,
		    const char *key, json_t *list, uint64_t from)
{
	*p = (struct endpoint_page){
		.answer = answer,
		.list = list,
		.from = from,
		.next = from,
		.octets = SIZE_MAX,
		.entries = SIZE_MAX,
	};
	json_object_set_new(answer, "count", json_integer(0));
	json_object_set_new(answer, "next", json_integer(0));
	json_object_set_new(answer, key, list);
	if (!q->is_paged)
		return;
	p->octets = TELEMETRY_REPLY_MAX - NUMBERS_OCTETS - text_len(answer);
	p->entries = TELEMETRY_ENTRIES_MAX;
}

bool
endpoint_page_wants(struct endpoint_page *p)
{
	return p->count++ >= p->from && !p->is_full;
}

static void
append(struct endpoint_page *p, json_t *entry)
{
	char key[24];

	if (json_is_array(p->list)) {
		json_array_append_new(p->list, entry);
		return;
	}
	snprintf(key, sizeof(key), "%llu", (unsigned long long)(p->count - 1));
	json_object_set_new(p->list, key, entry);
}

void
endpoint_page_add(struct endpoint_page *p, json_t *entry)
{
	/* A comma, and of an object the key with its quotes and its colon. */
	size_t octets = 0;

	if (p->octets != SIZE_MAX)
		octets = text_len(entry) + 1 + (json_is_array(p->list) ? 0 : 23);
	if (octets > p->octets || p->entries == 0) {
		json_decref(entry);
		p->is_full = true;
		return;
	}
	append(p, entry);
	p->octets -= octets;
	p->entries--;
	p->next = p->count;
}

json_t *
endpoint_page_end(struct endpoint_page *p)
{
	/* Beyond the end, or nothing wanted: there is nothing to come. */
	if (!p->is_full)
		p->next = p->count;
	json_object_set_new(p->answer, "count", json_integer((json_int_t)p->count));
	json_object_set_new(p->answer, "next", json_integer((json_int_t)p->next));
	return p->answer;
}

json_t *
endpoint_prefix(const struct ip_prefix *prefix)
{
	char text[IP_ADDR_TEXT];

	return json_sprintf("%s/%u", ip_addr_format(&prefix->addr, text), prefix->len);
}

json_t *
endpoint_mac(uint64_t mac)
{
	uint8_t o[6];

	mac_store(o, mac);
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3], o[4], o[5]);
}

bool
endpoint_is_drop(const char *counter)
{
	return strncmp(counter, "drop_", strlen("drop_")) == 0;
}
