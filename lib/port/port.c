/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pci.h>

#include "base/burst.h"
#include "base/log.h"
#include "base/mac.h"
#include "port/port_internal.h"

#define POOL_CACHE 256
#define DRAIN_US 1000
#define PAGE_BYTES 4096
/* A pool's head, which has a cache for each lcore that there could be, and its ring. */
#define POOL_FIXED_BYTES \
	(sizeof(struct rte_mempool) + RTE_MAX_LCORE * sizeof(struct rte_mempool_cache) + (128 << 10))
/* Ethernet header, one VLAN tag, CRC. */
#define FRAME_OVERHEAD 22

static uint16_t
data_room(uint16_t mtu)
{
	uint16_t frame = (uint16_t)(mtu + FRAME_OVERHEAD);

	return (uint16_t)(RTE_PKTMBUF_HEADROOM + (frame > 2048 ? frame : 2048));
}

/* What all queues can hold at once, what workers have in hand, and what caches keep back. */
static uint32_t
pool_size(uint16_t queues)
{
	uint32_t each = 2 * PORT_DESCRIPTORS + 2 * BURST_MAX + 2 * POOL_CACHE;

	return queues * each + 2 * POOL_CACHE;
}

uint64_t
port_memory(uint16_t queues, uint16_t mtu)
{
	uint64_t object = data_room(mtu) + sizeof(struct rte_mbuf) + 2 * RTE_CACHE_LINE_SIZE;

	/* An object does not cross pages, and without hugepages they are small: one in a page. */
	object = RTE_ALIGN_CEIL(object, PAGE_BYTES);
	/* Descriptor rings and the driver's own structures: small, rounded up. */
	return pool_size(queues) * object + POOL_FIXED_BYTES + (uint64_t)queues * (256 << 10);
}

/* The PCI address before the first comma, if there is one. */
static bool
parse_pci(const char *device, struct rte_pci_addr *addr)
{
	char name[PCI_PRI_STR_SIZE];
	size_t len = strcspn(device, ",");

	if (len >= sizeof(name))
		return false;
	memcpy(name, device, len);
	name[len] = '\0';
	return rte_pci_addr_parse(name, addr) == 0;
}

bool
port_is_pci(const char *device)
{
	struct rte_pci_addr addr;

	return parse_pci(device, &addr);
}

/* The name under which device arguments make their port: what stands before the first comma. */
static void
port_name_of(const char *device, char name[PORT_NAME_MAX])
{
	struct rte_pci_addr addr;

	/* A PCI address has many spellings, its port one name. */
	if (parse_pci(device, &addr))
		rte_pci_device_name(&addr, name, PORT_NAME_MAX);
	else
		snprintf(name, PORT_NAME_MAX, "%.*s", (int)strcspn(device, ","), device);
}

int
port_find(struct port *p, const struct port_params *params)
{
	struct rte_eth_dev_info info;
	struct rte_ether_addr mac;
	int rc;

	memset(p, 0, sizeof(*p));
	snprintf(p->label, sizeof(p->label), "%s", params->label);
	port_name_of(params->device, p->name);
	if (rte_eth_dev_get_port_by_name(p->name, &p->id) != 0) {
		rc = rte_dev_probe(params->device);
		if (rc != 0 || rte_eth_dev_get_port_by_name(p->name, &p->id) != 0) {
			log_line(ERR, port, "%s: no device %s%s%s", p->label, params->device,
				 rc != 0 ? ": " : "", rc != 0 ? rte_strerror(-rc) : "");
			return -ENODEV;
		}
	}
	rc = rte_eth_dev_info_get(p->id, &info);
	if (rc == 0)
		rc = rte_eth_macaddr_get(p->id, &mac);
	if (rc != 0) {
		log_line(ERR, port, "%s: %s does not describe itself: %s", p->label, p->name,
			 rte_strerror(-rc));
		return rc;
	}
	snprintf(p->driver, sizeof(p->driver), "%s", info.driver_name);
	p->socket = rte_eth_dev_socket_id(p->id);
	p->queues = RTE_MIN(info.max_rx_queues, info.max_tx_queues);
	p->mac = mac_load(mac.addr_bytes);
	p->mtu = params->mtu;
	p->mac_mode = params->mac_mode;
	return 0;
}

static int
set_up_queues(struct port *p)
{
	int rc;

	p->rx_descriptors = p->tx_descriptors = PORT_DESCRIPTORS;
	rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &p->rx_descriptors, &p->tx_descriptors);
	for (uint16_t q = 0; q < p->queues && rc == 0; q++) {
		rc = rte_eth_rx_queue_setup(p->id, q, p->rx_descriptors, (unsigned int)p->socket,
					    NULL, p->pool);
		if (rc == 0)
			rc = rte_eth_tx_queue_setup(p->id, q, p->tx_descriptors,
						    (unsigned int)p->socket, NULL);
	}
	return rc;
}

int
port_open(struct port *p, const struct port_params *params)
{
	struct rte_eth_conf conf = { .rxmode = { .mtu = params->mtu } };
	struct rte_eth_dev_info info;
	const char *step = "mempool";
	char pool_name[RTE_MEMPOOL_NAMESIZE];
	int rc;

	snprintf(pool_name, sizeof(pool_name), "port%u", p->id);
	p->pool = rte_pktmbuf_pool_create(pool_name, pool_size(p->queues), POOL_CACHE, 0,
					  data_room(p->mtu), p->socket);
	if (p->pool == NULL) {
		/* Whatever a mempool says that it lacks, it is memory. */
		rc = -ENOMEM;
		goto err;
	}
	step = "configure";
	rc = rte_eth_dev_info_get(p->id, &info);
	if (rc != 0)
		goto err;
	if (p->queues > 1 && (info.flow_type_rss_offloads & RTE_ETH_RSS_IP) != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf =
			info.flow_type_rss_offloads &
			(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
	}
	p->has_segments = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;
	if (p->has_segments)
		conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	rc = rte_eth_dev_configure(p->id, p->queues, p->queues, &conf);
	if (rc != 0)
		goto err;
	step = "queues";
	rc = set_up_queues(p);
	if (rc != 0)
		goto err;
	step = "start";
	rc = rte_eth_dev_start(p->id);
	if (rc != 0)
		goto err;
	p->is_started = true;
	p->is_stripping = (rte_eth_dev_get_vlan_offload(p->id) & RTE_ETH_VLAN_STRIP_OFFLOAD) != 0;
	step = "multicast";
	rc = port_filter_start(p);
	if (rc != 0)
		goto err;
	return 0;

err:
	log_line(ERR, port, "%s: %s: %s: %s", p->label, p->name, step, rte_strerror(-rc));
	port_close(p);
	port_free(p);
	return rc;
}

void
port_close(struct port *p)
{
	int rc = 0;

	if (p->is_started) {
		/* The last frame, a bow-out, may still be in the device's ring. */
		rte_delay_us_sleep(DRAIN_US);
		rc = rte_eth_dev_stop(p->id);
	}
	p->is_started = false;
	if (rc == 0)
		rc = rte_eth_dev_close(p->id);
	if (rc != 0 && rc != -ENODEV)
		log_line(WARNING, port, "%s: close: %s", p->label, rte_strerror(-rc));
}

void
port_free(struct port *p)
{
	rte_mempool_free(p->pool);
	p->pool = NULL;
	port_groups_free(p);
}

struct port_link
port_link(const struct port *p)
{
	struct rte_eth_link link = { .link_status = RTE_ETH_LINK_DOWN };

	if (rte_eth_link_get_nowait(p->id, &link) != 0)
		link.link_status = RTE_ETH_LINK_DOWN;
	return (struct port_link){
		.is_up = link.link_status == RTE_ETH_LINK_UP,
		.speed_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed,
	};
}
