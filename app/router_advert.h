/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Router advertisements: a vhid with a link-local virtual address on an interface that has
 * router_advertisement is a router of its own, as long as it is MASTER.
 *
 * Nothing takes the router back. Who is not MASTER any more falls silent, and whoever is next says
 * the same from the same address.
 *
 * Threads: the manager makes and frees a list; control has it while it is in force.
 * Memory:  a list has its frames ready.
 */
#ifndef ROUTER_ADVERT_H
#define ROUTER_ADVERT_H

#include "runtime.h"

struct router_list;

/**
 * The routers of an interface.
 *
 * @param interface its index in @p config
 * @param out       NULL if there are none
 * @return          0, or -ENOMEM
 */
int router_list_create(const struct koi_interface *ifc, const struct config *config,
		       unsigned int interface, struct router_list **out);
void router_list_destroy(struct router_list *list);

/** @p list follows @p was; either may be NULL. Who says the same goes on as it was. Control. */
void router_list_take_over(struct router_list *list, const struct router_list *was);

/** Watch roles and solicitations on all interfaces, and send what is due. Control. */
void router_advert_run(struct runtime *r, uint64_t now_us);

#endif /* ROUTER_ADVERT_H */
