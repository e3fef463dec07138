/* SPDX-License-Identifier: BSD-3-Clause */
#include "viptrack.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *
mac_text(const uint8_t mac[ETH_ALEN], char buf[18])
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return buf;
}

static void
report_gap(struct track *t, const struct request *next)
{
	/* Before the first answer there was nobody to fall silent. */
	if (t->last_ns != 0) {
		int64_t silent_ns = next->answered_ns - t->last_ns;

		printf("{\"event\":\"gap\",\"kind\":\"%s\",\"from_ns\":%" PRId64 ",\"to_ns\":%" PRId64
		       ",\"lost\":%" PRIu64 ",\"silent_ms\":%.3f}\n",
		       t->name, t->run_from_ns, next->answered_ns, t->run_lost, (double)silent_ns / 1e6);
	}
	t->run_lost = 0;
}

void
track_settle(struct track *t, bool all)
{
	while (t->settled < t->sent) {
		struct request *r = &t->slot[t->settled % SLOTS];

		if (r->answered_ns == 0) {
			if (t->sent - t->settled < SLOTS && !all) {
				return;
			}
			if (t->run_lost++ == 0) {
				t->run_from_ns = r->sent_ns;
			}
			t->lost++;
		} else {
			if (t->run_lost > 0) {
				report_gap(t, r);
			}
			if (t->last_ns != 0 && r->answered_ns - t->last_ns > t->longest_ns) {
				t->longest_ns = r->answered_ns - t->last_ns;
			}
			t->last_ns = r->answered_ns;
			t->answered++;
		}
		t->settled++;
	}
}

void
track_sent(struct track *t, int64_t sent_ns)
{
	track_settle(t, false);
	t->slot[t->sent % SLOTS] = (struct request){ .sent_ns = sent_ns, .in_use = true };
	t->sent++;
}

static void
stray(struct track *t, int64_t at_ns, const uint8_t mac[ETH_ALEN])
{
	char text[18];

	t->strays++;
	printf("{\"event\":\"stray\",\"kind\":\"%s\",\"at_ns\":%" PRId64 ",\"mac\":\"%s\"}\n",
	       t->name, at_ns, mac_text(mac, text));
}

void
track_answered(struct track *t, unsigned int slot, int64_t at_ns, const uint8_t mac[ETH_ALEN])
{
	struct request *r = &t->slot[slot % SLOTS];
	char first[18], second[18];

	if (!r->in_use || at_ns < r->sent_ns) {
		stray(t, at_ns, mac);
		return;
	}
	if (r->answered_ns != 0) {
		t->doubles++;
		printf("{\"event\":\"double\",\"kind\":\"%s\",\"at_ns\":%" PRId64
		       ",\"macs\":[\"%s\",\"%s\"]}\n",
		       t->name, at_ns, mac_text(r->mac, first), mac_text(mac, second));
		return;
	}
	r->answered_ns = at_ns;
	t->heard_ns = at_ns;
	memcpy(r->mac, mac, ETH_ALEN);
	if (t->is_quiet || memcmp(t->mac, mac, ETH_ALEN) != 0) {
		memcpy(t->mac, mac, ETH_ALEN);
		t->is_quiet = false;
		printf("{\"event\":\"answer\",\"kind\":\"%s\",\"at_ns\":%" PRId64 ",\"mac\":\"%s\"}\n",
		       t->name, at_ns, mac_text(mac, first));
	}
	track_settle(t, false);
}

void
track_echoed(struct track *t, uint16_t sequence, int64_t at_ns, const uint8_t mac[ETH_ALEN])
{
	uint16_t age = (uint16_t)((uint16_t)(t->sent - 1) - sequence);

	if (age >= SLOTS)
		stray(t, at_ns, mac);
	else
		track_answered(t, sequence, at_ns, mac);
}

void
track_watch(struct track *t, int64_t at_ns)
{
	if (!t->is_quiet && at_ns - t->heard_ns > QUIET_NS) {
		t->is_quiet = true;
		printf("{\"event\":\"quiet\",\"kind\":\"%s\",\"since_ns\":%" PRId64 "}\n", t->name,
		       t->heard_ns);
	}
}

void
track_summary(const struct track *t, const char *end)
{
	printf("\"%s\":{\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"lost\":%" PRIu64
	       ",\"doubles\":%" PRIu64 ",\"strays\":%" PRIu64 ",\"longest_ms\":%.3f}%s",
	       t->name, t->sent, t->answered, t->lost, t->doubles, t->strays, (double)t->longest_ns / 1e6,
	       end);
}
