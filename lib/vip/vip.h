/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Who owns which address, in which role: the one thing that workers ask to answer for an address.
 *
 * A failover is one store. The set of addresses of an interface is the same on the master and on
 * the backup and does not change with the role; what changes is the role word of the vhid.
 *
 * Threads: a set is immutable once built and read by all, but for the role of an own IPv6 address,
 *          which the control lcore writes. A role word has one writer, the control lcore (release),
 *          and any number of readers.
 * Memory:  vip_set_create() allocates on the given NUMA node; a replaced set is freed when every
 *          worker has passed a quiescent point.
 * Shapes:  IPv4 addresses are 32-bit words as on the wire, IPv6 addresses 16 octets; MACs are words
 *          of base/mac.h.
 */
#ifndef VIP_H
#define VIP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

#include "base/ipaddr.h"
#include "base/mac.h"
#include "base/octets.h"

/* ------------------------------------------------------------------------------------------- */
/* Roles                                                                                        */
/* ------------------------------------------------------------------------------------------- */

enum vip_role {
	VIP_ROLE_ABSENT, /**< the interface has no such vhid */
	VIP_ROLE_INIT,
	VIP_ROLE_BACKUP,
	VIP_ROLE_MASTER,
};

/** Index of the role of the host's own addresses: it is not a vhid, and always MASTER. */
#define VIP_OWN 0
/** Index of the role of an entry that is not in use: it is no vhid either, and always ABSENT. */
#define VIP_NOBODY 256

/**
 * Role words by vhid. Bits 0..7 enum vip_role; 8..31 the generation, which rises with each change
 * of state or of what is advertised; 32..63 are for the share of a load-balanced vhid.
 */
struct vip_roles {
	_Atomic uint64_t word[VIP_NOBODY + 1];
};

static inline uint64_t
vip_role_word(enum vip_role role, uint32_t generation)
{
	return (uint64_t)role | (uint64_t)(generation & 0xffffff) << 8;
}

static inline enum vip_role
vip_role_of(uint64_t word)
{
	return (enum vip_role)(word & 0xff);
}

static inline uint32_t
vip_generation_of(uint64_t word)
{
	return (uint32_t)(word >> 8) & 0xffffff;
}

static inline uint64_t
vip_role_load(const struct vip_roles *roles, uint16_t role)
{
	return atomic_load_explicit(&roles->word[role], memory_order_acquire);
}

static inline void
vip_role_store(struct vip_roles *roles, uint8_t vhid, uint64_t word)
{
	atomic_store_explicit(&roles->word[vhid], word, memory_order_release);
}

static inline bool
vip_is_master(const struct vip_roles *roles, uint16_t role)
{
	return vip_role_of(vip_role_load(roles, role)) == VIP_ROLE_MASTER;
}

/** All absent, except VIP_OWN. */
void vip_roles_init(struct vip_roles *roles);

/**
 * The roles of a worker that cannot trust what it was told: nobody is MASTER but VIP_OWN. A worker
 * uses it when the control lcore has been silent for so long that another host may be MASTER.
 */
extern const struct vip_roles vip_roles_fenced;

/* ------------------------------------------------------------------------------------------- */
/* Addresses                                                                                    */
/* ------------------------------------------------------------------------------------------- */

/**
 * An address that is answered for; looked up by hash. Its first 16 octets are laid out as the heads
 * of frames are, so that one is checked, or made, as a whole.
 */
struct vip_entry {
	uint8_t destination[6]; /**< 0: whoever is answered */
	uint8_t mac[6];         /**< Ethernet source and ARP sender of what is answered */
	uint32_t addr_be;
	uint16_t role; /**< whose role word it follows: the vhid, VIP_OWN, or VIP_NOBODY */
	uint8_t vhid;  /**< VIP_OWN for the host's own addresses */
	bool is_used;
	uint8_t reserved[12];
};

/**
 * An IPv6 address that is answered for. An own address follows VIP_NOBODY instead of VIP_OWN until
 * it is known to be nobody else's (RFC 4862 section 5.4).
 */
struct vip_entry6 {
	uint8_t destination;    /**< 0: whoever is answered is no group */
	uint8_t reserved;
	uint16_t sum;           /**< what address, twice, and MAC add to an Internet checksum */
	uint8_t unused[2];
	uint8_t mac[6];         /**< Ethernet source and target link-layer address of what is answered */
	_Atomic uint16_t role;  /**< whose role word it follows: the vhid, VIP_OWN, or VIP_NOBODY */
	uint8_t vhid;           /**< VIP_OWN for the host's own addresses, in any role */
	bool is_used;
	uint8_t addr[16];
};

struct vip_set {
	uint64_t port_mac;
	uint64_t vhids[IP_FAMILIES][4]; /**< bit sets: the vhids with addresses of a family */
	struct ip_prefix *onlink;       /**< prefixes of own and virtual addresses */
	size_t onlink_count;
	unsigned int shift;
	uint32_t mask;
	struct vip_entry *slot; /**< mask + 1 of them, at most half in use */
	uint32_t mask6;
	struct vip_entry6 *slot6; /**< mask6 + 1 of them, at most half in use */
	/** The first own addresses, sources of what the host sends for itself; 0 if there is none. */
	uint32_t own4_be;
	uint8_t own6[16]; /**< not link-local */
	uint8_t link_local6[16];
	bool has_ip6; /**< any IPv6 address, own or virtual */
};

/** What a set is built from. */
struct vip_address {
	struct ip_prefix prefix;
	uint8_t vhid;    /**< VIP_OWN or the vhid */
	bool is_port_mac; /**< of a virtual address: answer with the port's MAC */
	bool is_tentative; /**< of an own IPv6 address: not to be answered for yet */
};

/**
 * Build the set of an interface.
 *
 * @param port_mac the port's MAC
 * @param socket   NUMA node, or -1
 * @return         NULL with errno ENOMEM
 */
struct vip_set *vip_set_create(const struct vip_address *addresses, size_t count, uint64_t port_mac,
			       int socket);
void vip_set_destroy(struct vip_set *s);

/** The entry of an IPv4 address, or one that is not in use. */
static inline const struct vip_entry *
vip_find4(const struct vip_set *s, uint32_t addr_be)
{
	uint32_t at = (addr_be * 0x9e3779b1u) >> s->shift;

	while (unlikely(s->slot[at].addr_be != addr_be) && s->slot[at].is_used)
		at = (at + 1) & s->mask;
	return &s->slot[at];
}

/** The place at which the search for an IPv6 address begins; the high half of the product mixes. */
static inline uint32_t
vip_hash6(const uint8_t addr[16])
{
	unsigned __int128 product = (unsigned __int128)(octets_load64(addr) ^ 0x9e3779b97f4a7c15u) *
				    (octets_load64(addr + 8) ^ 0xd1b54a32d192ed03u);
	uint64_t low = (uint64_t)product, high = (uint64_t)(product >> 64);

	return (uint32_t)(low ^ high);
}

/** The entry of an IPv6 address, or one that is not in use. */
static inline const struct vip_entry6 *
vip_find6(const struct vip_set *s, const uint8_t addr[16])
{
	octets16 wanted = octets_load(addr);
	uint32_t at = vip_hash6(addr) & s->mask6;

	while (unlikely(!octets_are_equal(octets_load(s->slot6[at].addr), wanted)) &&
	       s->slot6[at].is_used)
		at = (at + 1) & s->mask6;
	return &s->slot6[at];
}

static inline uint16_t
vip_entry6_role(const struct vip_entry6 *e)
{
	return atomic_load_explicit(&e->role, memory_order_acquire);
}

/** An own address that is in use but not to be answered for: tentative, or a duplicate. */
static inline bool
vip_entry6_is_tentative(const struct vip_entry6 *e)
{
	return e->is_used && e->vhid == VIP_OWN && vip_entry6_role(e) == VIP_NOBODY;
}

/**
 * Answer for an own IPv6 address from now on, or not any more. Control.
 *
 * @return false if the set has no such own address
 */
bool vip_set_hold6(const struct vip_set *s, const uint8_t addr[16], bool is_held);

/** The first half of an entry: with the MAC where a frame has its source. */
static inline octets16
vip_entry6_head(const struct vip_entry6 *e)
{
	return octets_load(&e->destination);
}

/** Destination, MAC and address of an entry. */
static inline octets16
vip_entry_head(const struct vip_entry *e)
{
	return octets_load(e->destination);
}

static inline bool
vip_set_has_vhid(const struct vip_set *s, enum ip_family family, uint8_t vhid)
{
	return (s->vhids[family][vhid / 64] >> (vhid % 64) & 1) != 0;
}

/** True if the address lies in a prefix of the interface, or is link-local and IPv6 is in use. */
bool vip_is_onlink(const struct vip_set *s, const struct ip_addr *addr);

/* ------------------------------------------------------------------------------------------- */
/* Interface                                                                                    */
/* ------------------------------------------------------------------------------------------- */

/** An interface as workers see it. */
struct vip_interface {
	uint16_t index;
	/** Says in neighbour advertisements that it is a router (RFC 4861 section 7.2.4). Control. */
	_Atomic bool is_router;
	struct vip_roles roles;
	_Atomic(const struct vip_set *) set;
};

static inline const struct vip_set *
vip_interface_set(const struct vip_interface *ifc)
{
	return atomic_load_explicit(&ifc->set, memory_order_acquire);
}

/**
 * Layer 2: is a unicast frame with this destination ours? The port's MAC always, a virtual MAC
 * while its vhid is MASTER.
 */
static inline bool
vip_accepts_mac(const struct vip_set *s, const struct vip_roles *roles, uint64_t destination)
{
	return destination == s->port_mac ||
	       (mac_is_virtual(destination) && destination != mac_of_vhid(VIP_OWN) &&
		vip_is_master(roles, mac_virtual_vhid(destination)));
}

#endif /* VIP_H */
