/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The configuration file: JSON in, a checked struct or a list of every error out.
 *
 * Threads: any, but not a worker or the control lcore (files are read, memory is allocated). A
 *          struct config does not change once loaded and may be read by all.
 * Memory:  config_load() allocates, config_free() frees and wipes secrets.
 * Units:   as in the file; named in the fields.
 * Errors:  all errors of a file are collected, each with the JSON Pointer (RFC 6901) of its place.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ipaddr.h"
#include "carp/carp.h"

#define CONFIG_DEFAULT_FILE "/etc/koi/koi.json"
#define CONFIG_NAME_MAX 16     /**< interface name with its NUL */
#define CONFIG_INTERFACES_MAX 256
#define CONFIG_VHIDS_MAX 4096
#define CONFIG_KEY_MAX 19      /**< the BSDs cut longer passwords silently; here an error */
#define CONFIG_ADDRESSES_MAX 1024       /**< own addresses of one interface */
#define CONFIG_FILE_MAX (64u << 20)     /**< bytes */
#define CONFIG_ANNOUNCE_MAX_S 86400     /**< of announce_interval_s */
#define CONFIG_GRACE_MAX_S 86400        /**< of address_grace_s */
#define CONFIG_DELAY_MAX_MS 600000      /**< of start_delay_ms and preempt_delay_ms */
#define CONFIG_ACCEPT_MAX 8             /**< further secrets of one vhid */
#define CONFIG_PEERS_MAX 16             /**< of one vhid */
#define CONFIG_NOTIFY_MAX 16
#define CONFIG_NEIGHBORS_MAX 65536
#define CONFIG_ROUTES_MAX 65536         /**< in the file itself */
#define CONFIG_ROUTES_TOTAL_MAX 4000000 /**< with those of routes_file */
#define CONFIG_PATHS_MAX 16             /**< next hops of one route */
#define CONFIG_PATHS_TOTAL_MAX 16384    /**< of all routes; equal lists count once */
#define CONFIG_RA_PREFIXES_MAX 32       /**< they fit in a packet of 1280 octets, with dns */
#define CONFIG_RA_DNS_MAX 8

enum config_idle {
	CONFIG_IDLE_POLL,
	CONFIG_IDLE_YIELD,
	CONFIG_IDLE_SLEEP,
};

enum config_mac_mode {
	CONFIG_MAC_MODE_AUTO,
	CONFIG_MAC_MODE_FILTER,
	CONFIG_MAC_MODE_PROMISCUOUS,
};

enum config_vhid_mac {
	CONFIG_VHID_MAC_VIRTUAL,
	CONFIG_VHID_MAC_PORT,
};

enum config_ra_preference {
	CONFIG_RA_LOW,
	CONFIG_RA_MEDIUM,
	CONFIG_RA_HIGH,
};

/** A prefix of a router advertisement (RFC 4861 section 6.2.1, AdvPrefixList). */
struct config_ra_prefix {
	struct ip_prefix prefix;
	bool on_link;
	bool autonomous;
	uint32_t valid_s;     /**< UINT32_MAX: for ever */
	uint32_t preferred_s; /**< likewise */
};

/** Router advertisements of an interface, with the names and defaults of RFC 4861 section 6.2.1. */
struct config_ra {
	uint16_t max_interval_s;   /**< MaxRtrAdvInterval, 4..1800 */
	uint16_t min_interval_s;   /**< MinRtrAdvInterval */
	uint16_t lifetime_s;       /**< AdvDefaultLifetime */
	uint8_t hop_limit;         /**< AdvCurHopLimit */
	bool managed;              /**< AdvManagedFlag */
	bool other_config;         /**< AdvOtherConfigFlag */
	enum config_ra_preference preference; /**< RFC 4191 */
	uint32_t mtu;              /**< AdvLinkMTU; 0: no option */
	uint32_t reachable_ms;     /**< AdvReachableTime */
	uint32_t retrans_ms;       /**< AdvRetransTimer */
	struct config_ra_prefix *prefixes;
	size_t prefix_count;
	struct ip_addr *dns; /**< RFC 8106 RDNSS */
	size_t dns_count;
	uint32_t dns_lifetime_s;
};

struct config_interface {
	char name[CONFIG_NAME_MAX];
	char *device;    /**< PCI address, port name or device arguments; NULL with a parent */
	int parent;      /**< index of the interface whose port this VLAN is on, or -1 */
	uint16_t vlan;   /**< 1..4094 with a parent, else 0 */
	uint16_t mtu;
	uint32_t start_delay_ms;
	uint16_t rx_queues; /**< 0: auto */
	enum config_mac_mode mac_mode;
	struct ip_prefix *addresses;
	size_t address_count;
	struct config_ra *ra; /**< NULL: no router advertisements */
};

/** A shared secret. */
struct config_key {
	uint8_t octets[CONFIG_KEY_MAX];
	uint8_t len;
};

struct config_vhid {
	unsigned int interface; /**< index into interfaces */
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	bool up;
	enum config_vhid_mac mac;
	uint32_t announce_interval_s;
	uint8_t key[CONFIG_KEY_MAX];
	size_t key_len;
	struct config_key *accept; /**< pass_accept: verified, never sent */
	size_t accept_count;
	struct ip_prefix *addresses;
	size_t address_count;
	uint32_t address_grace_s;
	struct ip_addr *peers; /**< none: advertise to the group */
	size_t peer_count;
	bool has_preempt;      /**< its own, which goes before that of carp */
	bool preempt;          /**< its own, else that of carp */
	uint32_t preempt_delay_ms;
	enum carp_digest_variant digest;
	enum carp_checksum6 checksum6;
	enum carp_replay replay;
	/**
	 * First own address of the interface and family, of IPv6 the first link-local one, or with
	 * peers that are not link-local the first other; else the lowest virtual address.
	 */
	struct ip_addr source[IP_FAMILIES];
	bool has_source[IP_FAMILIES];
};

enum config_route_type {
	CONFIG_ROUTE_VIA,
	CONFIG_ROUTE_INTERFACE, /**< connected */
	CONFIG_ROUTE_BLACKHOLE,
};

/** A next hop, and the interface whose link it is on. */
struct config_path {
	struct ip_addr via;
	unsigned int interface;
};

/** A route of the file, or of routes_file. There may be millions: 24 octets. */
struct config_route {
	struct ip_prefix prefix; /**< without host bits */
	uint8_t type;            /**< enum config_route_type */
	uint8_t path_count;      /**< CONFIG_ROUTE_VIA */
	union {
		uint32_t first_path; /**< CONFIG_ROUTE_VIA: its place in struct config paths */
		uint32_t interface;  /**< CONFIG_ROUTE_INTERFACE */
	};
};

/** A neighbour that is not asked for. */
struct config_neighbor {
	unsigned int interface;
	struct ip_addr addr;
	uint8_t mac[6];
};

struct config_notify {
	char *exec; /**< absolute path of a program */
};

struct config {
	struct carp_settings carp;
	int32_t demotion; /**< start value */
	uint8_t log;      /**< 0 nothing, 1 state changes, 2 also bad packets */
	uint8_t tos;
	enum config_idle idle;
	struct config_interface *interfaces;
	size_t interface_count;
	struct config_vhid *vhids;
	size_t vhid_count;
	struct config_notify *notify;
	size_t notify_count;
	/**
	 * Sorted by family, address and length; each prefix once, and none that is the prefix of an
	 * address of ours.
	 */
	struct config_route *routes;
	size_t route_count;
	struct config_path *paths; /**< routes with the same next hops share theirs */
	size_t path_count;
	struct config_neighbor *neighbors; /**< sorted by interface and address */
	size_t neighbor_count;
};

/** What the configuration is loaded for. */
enum config_purpose {
	CONFIG_RUN,
	CONFIG_CHECK, /**< a pass_file that the caller may not read is a warning, not an error */
};

/**
 * The errors and warnings of one file, one text each:
 *
 *     /vhids/2/advskew: 255 is not in 0..254     with the JSON Pointer of its place
 *     12:7: '}' expected                         a syntax error begins with line and column
 *     cannot read: Permission denied             what concerns the file as a whole
 *
 * No text holds a secret or a control character.
 */
struct config_report {
	char **errors;
	size_t error_count;
	char **warnings;
	size_t warning_count;
};

/**
 * Read, parse and check a file.
 *
 * @param path   the file; a relative pass_file is looked for in $CREDENTIALS_DIRECTORY, if that is
 *               set, then in the folder of @p path; a relative routes_file in this folder
 * @param report filled with every error and warning; free with config_report_free()
 * @return       the configuration if there is no error, else NULL with errno EINVAL, or ENOMEM: the
 *               report then says "out of memory" and may lack entries
 */
struct config *config_load(const char *path, enum config_purpose purpose,
			   struct config_report *report);

/**
 * The same for a text that is in memory already.
 *
 * @param name what it would be called as a file: a relative pass_file is looked for beside it
 */
struct config *config_load_text(const char *text, size_t len, const char *name,
				enum config_purpose purpose, struct config_report *report);

/** True if the interface has an own or a virtual IPv6 address. */
bool config_uses_ipv6(const struct config *c, size_t interface);

/**
 * Give every interface that uses IPv6 and has no link-local address of its own the one that its
 * MAC makes (RFC 4291 appendix A), as the last of its addresses, and choose sources anew. The file
 * cannot say it; to be done once, before anybody else sees the configuration.
 *
 * @param macs   by interface: six octets
 * @param report an address that is taken as a virtual one or a peer is added as an error
 * @return       0; -EADDRINUSE if there are such errors; -ENOMEM
 */
int config_link_locals_add(struct config *c, const uint8_t (*macs)[6], struct config_report *report);

void config_free(struct config *c);
void config_report_free(struct config_report *report);

/** Add an error that is found after the load: "/routes: ...". Lost without memory. */
void config_report_error(struct config_report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * Write the report, one entry a line: "FILE: POINTER: text", "FILE:LINE:COLUMN: text" for a syntax
 * error, "FILE: warning: POINTER: text" for a warning.
 */
void config_report_print(const struct config_report *report, const char *path, FILE *to);

/* ------------------------------------------------------------------------------------------- */
/* Difference: config_diff.c                                                                    */
/* ------------------------------------------------------------------------------------------- */

enum config_change_type {
	CONFIG_SETTINGS_CHANGED,  /**< something of carp, workers or notify */
	CONFIG_INTERFACE_CHANGED, /**< own addresses, start_delay_ms or RAs of an interface */
	CONFIG_VHID_ADDED,
	CONFIG_VHID_REMOVED,
	CONFIG_VHID_CHANGED,
	CONFIG_NEIGHBORS_CHANGED,
	CONFIG_ROUTES_CHANGED,
};

/** One step from the running configuration to the new one. */
struct config_change {
	enum config_change_type type;
	unsigned int was; /**< index in the running configuration, where there is one */
	unsigned int now; /**< index in the new configuration, where there is one */
	bool addresses;   /**< CONFIG_VHID_CHANGED: the set of virtual addresses */
};

struct config_diff {
	/**
	 * Vhids that go; then settings, interfaces and vhids that change; then vhids that come; then
	 * neighbours and routes, each as a whole.
	 */
	struct config_change *changes;
	size_t count;
};

/**
 * Compare two configurations. A vhid is the same if interface name and vhid are.
 *
 * @param report what cannot change without a restart is added to it as an error, with its place in
 *               the new file: "/interfaces/0/mtu: a change needs a restart"; interfaces that come
 *               or go, their names, devices, parents, VLANs, queues, MTU and mac_mode. Empty, or that
 *               of config_load()
 * @return       0; -EBUSY if there are such errors; -ENOMEM. Free with config_diff_free().
 */
int config_diff(const struct config *was, const struct config *now, struct config_diff *out,
		struct config_report *report);
void config_diff_free(struct config_diff *diff);

/** The index of the interface of that name, or -ENOENT. */
int config_interface_find(const struct config *c, const char *name);

#endif /* CONFIG_H */
