/* SPDX-License-Identifier: BSD-3-Clause */
#include "membership.h"

#include <string.h>

#include <rte_common.h>
#include <rte_random.h>

#include "base/clock.h"
#include "group/group.h"

#include "inject.h"

/* The robustness variable and the unsolicited report interval of both RFCs. */
#define ROBUSTNESS 2
#define UNSOLICITED_US 1000000
/* Then all the time, not in step with other hosts. */
#define INTERVAL_MIN_US 50000000
#define INTERVAL_MAX_US 60000000
#define EXPIRES_US 1000000

static bool
are_equal(const struct host_link *a, const struct host_link *b)
{
	return a->group_count == b->group_count &&
	       memcmp(a->groups, b->groups, a->group_count * sizeof(*a->groups)) == 0;
}

void
membership_restart(struct host_link *host, uint64_t now_us)
{
	host->rounds = 0;
	host->report_next = 0;
	host->report_us = now_us;
}

void
membership_take_over(struct host_link *host, const struct host_link *was, uint64_t now_us)
{
	membership_restart(host, now_us);
	if (was == NULL || !are_equal(host, was))
		return;
	host->rounds = was->rounds;
	host->report_next = was->report_next;
	host->report_us = was->report_us;
}

/* RFC 3810 section 6: nobody has to be told who listens to all nodes. */
static bool
is_reported(const struct ip_addr *group)
{
	static const struct ip_addr all_nodes = {
		.octets = { 0xff, 0x02, [15] = 1 }, .family = IP_V6
	};

	return ip_addr_compare(group, &all_nodes) != 0;
}

/* Our own address, or none as long as it may be somebody else's (RFC 3590). */
static struct ip_addr
source_of(const struct koi_interface *ifc, enum ip_family family)
{
	const struct vip_set *set = vip_interface_set(&ifc->vip);
	struct ip_addr source = { .family = IP_V6 };

	if (family == IP_V4)
		return ip_addr_from_v4_be(set->own4_be);
	if (vip_entry6_role(vip_find6(set, set->link_local6)) == VIP_OWN)
		memcpy(source.octets, set->link_local6, sizeof(source.octets));
	return source;
}

/* One report, from the group at @p first on. Returns how many are done with; 0 on failure. */
static size_t
report(struct runtime *r, const struct koi_interface *ifc, size_t first, uint64_t now_us)
{
	const struct host_link *host = host_link_of(ifc);
	enum ip_family family = host->groups[first].family;
	const struct inject_item item = {
		.expires_tsc = clock_us_to_tsc(now_us + EXPIRES_US),
		.interface = ifc->vip.index,
		.kind = INJECT_OWN,
		.family = (uint8_t)family,
	};
	enum group_change change = host->rounds < ROBUSTNESS ? GROUP_JOINED : GROUP_LISTENS;
	struct ip_addr source = source_of(ifc, family), groups[GROUP_REPORT_MAX];
	size_t end = family == IP_V4 ? host->group_count4 : host->group_count;
	uint8_t data[GROUP_FRAME_MAX];
	size_t count = 0, at, len;

	for (at = first; at < end && count < GROUP_REPORT_MAX; at++)
		if (is_reported(&host->groups[at]))
			groups[count++] = host->groups[at];
	if (count == 0)
		return at - first;
	len = group_build_report(data, change, groups, count, &source, ifc->port->port.mac);
	return inject_frame(r, &item, data, len) == 0 ? at - first : 0;
}

static void
end_round(struct host_link *host, uint64_t now_us)
{
	host->report_next = 0;
	host->rounds++;
	host->report_us = now_us + UNSOLICITED_US;
	if (host->rounds >= ROBUSTNESS)
		host->report_us =
			now_us + INTERVAL_MIN_US + rte_rand_max(INTERVAL_MAX_US - INTERVAL_MIN_US);
}

void
membership_run(struct runtime *r, struct koi_interface *ifc, uint64_t now_us,
	       struct host_budget *budget)
{
	struct host_link *host = host_link_of(ifc);

	if (host->group_count == 0)
		return;
	while (now_us >= host->report_us && budget->frames > 0) {
		size_t done = report(r, ifc, host->report_next, now_us);

		if (done == 0)
			break;
		budget->frames--;
		host->report_next += done;
		if (host->report_next == host->group_count)
			end_round(host, now_us);
	}
	r->host_due_us = RTE_MIN(r->host_due_us, host->report_us);
}
