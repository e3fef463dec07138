/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>

#include "base/log.h"
#include "base/mac.h"
#include "port/port.h"
#include "port/port_internal.h"

/*
 * Drivers that, once a MAC is in their filter, also discard received frames whose source it is:
 * exactly what another master sends, so that two masters would never notice each other.
 */
static const char *const source_pruning_drivers[] = { "net_i40e" };

/* 224.0.0.18 */
static const uint8_t advert_group[6] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 };

static bool
is_source_pruning(const struct port *p)
{
	for (size_t i = 0; i < RTE_DIM(source_pruning_drivers); i++)
		if (strcmp(p->driver, source_pruning_drivers[i]) == 0)
			return true;
	return false;
}

/* A driver that knows no promiscuous mode has no filter either: everything arrives. */
int
port_go_promiscuous(struct port *p, const char *why)
{
	int rc = rte_eth_promiscuous_enable(p->id);

	if (rc != 0 && rc != -ENOTSUP) {
		log_line(ERR, port, "%s: promiscuous mode: %s", p->label, rte_strerror(-rc));
		return rc;
	}
	p->is_promiscuous = true;
	log_line(DEBUG, port, "%s: promiscuous: %s", p->label, why);
	return 0;
}

int
port_filter_start(struct port *p)
{
	uint64_t group = mac_load(advert_group);
	int rc = 0;

	if (p->mac_mode == PORT_MAC_PROMISCUOUS)
		rc = port_go_promiscuous(p, "configured");
	else if (p->mac_mode == PORT_MAC_AUTO && is_source_pruning(p))
		rc = port_go_promiscuous(p, "the driver discards frames from a filtered MAC");
	return rc != 0 ? rc : port_groups_add(p, &group, 1);
}

int
port_vhid_add(struct port *p, uint8_t vhid)
{
	struct rte_ether_addr mac;
	int rc;

	if (p->vhid_users[vhid]++ != 0 || p->is_promiscuous)
		return 0;
	mac_store(mac.addr_bytes, mac_of_vhid(vhid));
	rc = rte_eth_dev_mac_addr_add(p->id, &mac, 0);
	if (rc == 0)
		return 0;
	if (p->mac_mode == PORT_MAC_AUTO)
		return port_go_promiscuous(p, "no filter for another MAC");
	log_line(ERR, port, "%s: mac_mode filter: %s takes no further MAC for vhid %u: %s",
		 p->label, p->driver, vhid, rte_strerror(-rc));
	return rc;
}

void
port_vhid_remove(struct port *p, uint8_t vhid)
{
	struct rte_ether_addr mac;

	if (p->vhid_users[vhid] == 0 || --p->vhid_users[vhid] != 0 || p->is_promiscuous)
		return;
	mac_store(mac.addr_bytes, mac_of_vhid(vhid));
	rte_eth_dev_mac_addr_remove(p->id, &mac);
}

const char *
port_mac_mode_name(const struct port *p)
{
	return p->is_promiscuous ? "promiscuous" : "filter";
}
