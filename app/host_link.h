/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What the host itself is on the link of an interface, whatever the roles of its vhids: listener of
 * multicast groups, and holder of IPv6 addresses, once it is known that nobody else has them.
 *
 * Threads: the manager makes and frees it and sets the device's filters; control writes it while it
 *          is in force; readers look at the atomic fields under view_lock.
 * Memory:  as a set of addresses, which it is replaced with.
 */
#ifndef HOST_LINK_H
#define HOST_LINK_H

#include "runtime.h"

struct router_list;

enum host_address_state {
	HOST_TENTATIVE, /**< it is being found out whether somebody has it */
	HOST_PREFERRED, /**< ours */
	HOST_DUPLICATE, /**< somebody else's: not used until the link comes up anew */
};

/** An own IPv6 address. */
struct host_address {
	struct ip_addr addr;
	_Atomic uint8_t state;  /**< enum host_address_state; control writes, readers may look */
	uint8_t probes;         /**< sent since it became tentative */
	uint32_t link_up;       /**< what is known was found out after this one; else it is not */
	uint64_t next_us;       /**< TENTATIVE: when something is to be done about it */
};

struct host_link {
	struct ip_addr *groups; /**< of IPv4, then of IPv6 */
	size_t group_count4;
	size_t group_count;
	struct host_address *addresses; /**< sorted */
	size_t address_count;
	bool is_router;         /**< it forwards, or says that it does: in neighbour advertisements */
	struct router_list *routers; /**< vhids that advertise a router, or NULL: router_advert.h */

	/** Control's: dad.c, which walks through the addresses some at a time */
	uint32_t link_up;       /**< how often the link has come up */
	size_t dad_next;        /**< address by index */
	uint64_t dad_us;        /**< when the next walk is due */
	uint64_t dad_next_us;   /**< what this one has found to be due first */
	/** Control's: membership.c */
	uint64_t report_us;     /**< when the next report is due */
	size_t report_next;     /**< group by index */
	unsigned int rounds;    /**< of reports since the groups or the link changed */
	/** Control's: claim.c */
	uint64_t conflict_us;   /**< no conflict is told of before */
};

/** What may be done in one turn of control, on all interfaces together. */
struct host_budget {
	unsigned int frames;
	unsigned int looks; /**< at addresses */
};

/** What the interface is to be. NULL with errno ENOMEM. Manager. */
struct host_link *host_link_create(const struct koi_interface *ifc, const struct config *config);
void host_link_destroy(struct host_link *host);

/** Receive its groups; counted. 0, or an errno. Manager. */
int host_link_listen(struct koi_interface *ifc, const struct host_link *host);
void host_link_ignore(struct koi_interface *ifc, const struct host_link *host);

/** The entry of an own IPv6 address, or NULL. */
struct host_address *host_link_find(const struct host_link *host, const struct ip_addr *addr);

static inline struct host_link *
host_link_of(const struct koi_interface *ifc)
{
	return atomic_load_explicit(&ifc->host, memory_order_acquire);
}

/** Put @p host in force, together with @p set, which is about to be. Returns what was. Control. */
struct host_link *host_link_replace(struct runtime *r, struct koi_interface *ifc,
				    struct host_link *host, const struct vip_set *set,
				    uint64_t now_us);

/** The link has come up: everything is to be said and asked anew. Control. */
void host_link_up(struct runtime *r, struct koi_interface *ifc, uint64_t now_us);

/** Do what is due, on all interfaces. Control. */
void host_link_run(struct runtime *r, uint64_t now_us);

#endif /* HOST_LINK_H */
