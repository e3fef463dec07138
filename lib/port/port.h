/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Ethernet ports: find or probe the device, bring it up, receive frames for virtual MACs, follow
 * the link.
 *
 * Many drivers refuse part of what is asked (secondary MACs, multicast lists, promiscuous mode);
 * -ENOTSUP is normal and answered by the next best way.
 *
 * Threads: one thread sets up and tears down; port_link() may be polled by one other thread, but
 *          not by a worker or the control lcore: some drivers make system calls.
 * Memory:  port_open() creates the port's mempool on its NUMA node; port_free() frees it.
 * Errors:  negative errno; the reason is logged where it is found.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mempool.h>

#define PORT_NAME_MAX 64
#define PORT_DESCRIPTORS 1024

enum port_mac_mode {
	PORT_MAC_AUTO,        /**< filter where the driver can, else promiscuous */
	PORT_MAC_FILTER,      /**< filter or fail */
	PORT_MAC_PROMISCUOUS,
};

struct port_params {
	const char *label;  /**< the interface's name, for messages */
	const char *device; /**< PCI address, name of an existing port, or device arguments */
	uint16_t mtu;
	uint16_t queues;    /**< receive queues wanted; the device may offer fewer */
	enum port_mac_mode mac_mode;
};

/** A multicast MAC that frames are to be received for. */
struct port_group {
	uint64_t mac; /**< word of base/mac.h */
	uint32_t users;
};

struct port {
	uint16_t id;
	char name[PORT_NAME_MAX];
	char driver[PORT_NAME_MAX];
	char label[PORT_NAME_MAX];
	int socket;        /**< NUMA node, or -1 */
	uint16_t queues;   /**< receive and transmit queues, in pairs */
	uint16_t rx_descriptors;
	uint16_t tx_descriptors;
	uint16_t mtu;
	uint64_t mac;      /**< word of base/mac.h */
	enum port_mac_mode mac_mode;
	bool is_started;
	bool is_promiscuous;
	bool has_segments; /**< the device sends frames in several segments */
	bool is_stripping; /**< the device takes VLAN tags off, unasked */
	bool is_allmulticast;
	uint16_t vhid_users[256]; /**< how many vhids want each virtual MAC */
	struct port_group *groups; /**< by MAC */
	size_t group_count;
	struct rte_mempool *pool;
};

struct port_link {
	bool is_up;
	uint32_t speed_mbps; /**< 0 if unknown */
};

/**
 * Find the device, or probe it; nothing is configured yet. Fills id, name, driver, socket, mac and
 * in queues how many pairs the device allows.
 *
 * @return 0, -ENODEV if there is no such device, or what the device said
 */
int port_find(struct port *p, const struct port_params *params);

/**
 * Configure and start. @p p->queues has been set to the number of queue pairs to use.
 *
 * @return 0; -ENOMEM without memory for the mempool; else what the driver said
 */
int port_open(struct port *p, const struct port_params *params);
/**
 * Stop and close the device; what waits for transmission is given a millisecond to leave. The pool
 * stays: frames of it may be in the rings of other devices.
 */
void port_close(struct port *p);
/** Free what the closed port leaves, once all ports are closed. */
void port_free(struct port *p);

/**
 * Receive frames sent to a virtual MAC, by a filter or promiscuously; counted, since several
 * interfaces of a port may have the same vhid.
 *
 * @return 0, or what the driver said if the mode is PORT_MAC_FILTER
 */
int port_vhid_add(struct port *p, uint8_t vhid);
void port_vhid_remove(struct port *p, uint8_t vhid);

/**
 * Receive frames sent to these multicast MACs, by a filter, with all groups, or promiscuously;
 * counted, since several interfaces of a port may want the same. 224.0.0.18 is received anyway.
 *
 * @param macs words of base/mac.h
 * @return     0; -ENOMEM; what the driver said if the mode is PORT_MAC_FILTER
 */
int port_groups_add(struct port *p, const uint64_t *macs, size_t count);
void port_groups_remove(struct port *p, const uint64_t *macs, size_t count);

/** The state of the link now. */
struct port_link port_link(const struct port *p);

/** "filter" or "promiscuous": what is in force. */
const char *port_mac_mode_name(const struct port *p);

/** The memory in octets that a port of so many queue pairs and this MTU takes. */
uint64_t port_memory(uint16_t queues, uint16_t mtu);

/** True for a PCI address, with or without domain. */
bool port_is_pci(const char *device);

#endif /* PORT_H */
