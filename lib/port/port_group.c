/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_ethdev.h>

#include "base/log.h"
#include "base/mac.h"
#include "port/port.h"
#include "port/port_internal.h"

/* The groups that a port is to receive, sorted by MAC, each with the number of those who want it. */

static int
compare(const void *a, const void *b)
{
	uint64_t left = ((const struct port_group *)a)->mac;
	uint64_t right = ((const struct port_group *)b)->mac;

	return left < right ? -1 : left > right;
}

/* What is there twice becomes one, what nobody wants goes. */
static void
settle(struct port *p)
{
	size_t kept = 0;

	qsort(p->groups, p->group_count, sizeof(*p->groups), compare);
	for (size_t i = 0; i < p->group_count; i++) {
		if (kept != 0 && p->groups[kept - 1].mac == p->groups[i].mac)
			p->groups[kept - 1].users += p->groups[i].users;
		else if (p->groups[i].users != 0)
			p->groups[kept++] = p->groups[i];
	}
	p->group_count = kept;
}

/* Tell the driver; failing that, receive every group, or everything. */
static int
apply(struct port *p)
{
	struct rte_ether_addr *list;
	int rc;

	if (p->is_promiscuous || p->is_allmulticast)
		return 0;
	list = calloc(p->group_count + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < p->group_count; i++)
		mac_store(list[i].addr_bytes, p->groups[i].mac);
	rc = rte_eth_dev_set_mc_addr_list(p->id, list, (uint32_t)p->group_count);
	free(list);
	if (rc == 0)
		return 0;
	rc = rte_eth_allmulticast_enable(p->id);
	p->is_allmulticast = rc == 0;
	if (rc == 0)
		return 0;
	if (p->mac_mode == PORT_MAC_AUTO)
		return port_go_promiscuous(p, "no multicast filter");
	log_line(ERR, port, "%s: mac_mode filter: %s takes no multicast filter: %s", p->label,
		 p->driver, rte_strerror(-rc));
	return rc;
}

int
port_groups_add(struct port *p, const uint64_t *macs, size_t count)
{
	size_t before = p->group_count;
	struct port_group *groups;
	int rc;

	groups = realloc(p->groups, (before + count + 1) * sizeof(*groups));
	if (groups == NULL)
		return -ENOMEM;
	p->groups = groups;
	for (size_t i = 0; i < count; i++)
		p->groups[before + i] = (struct port_group){ .mac = macs[i], .users = 1 };
	p->group_count = before + count;
	settle(p);
	if (p->group_count == before)
		return 0;
	rc = apply(p);
	if (rc != 0)
		port_groups_remove(p, macs, count);
	return rc;
}

void
port_groups_remove(struct port *p, const uint64_t *macs, size_t count)
{
	size_t before = p->group_count;

	for (size_t i = 0; i < count; i++) {
		struct port_group key = { .mac = macs[i] };
		struct port_group *group =
			bsearch(&key, p->groups, before, sizeof(*p->groups), compare);

		if (group != NULL && group->users != 0)
			group->users--;
	}
	settle(p);
	/* A group too many is received in vain and hurts nobody. */
	if (p->group_count != before)
		(void)apply(p);
}

void
port_groups_free(struct port *p)
{
	free(p->groups);
	p->groups = NULL;
	p->group_count = 0;
}
