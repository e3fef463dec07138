/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Duplicate address detection (RFC 4862 section 5.4) for the host's own IPv6 addresses, never for
 * virtual ones, which other hosts are meant to have.
 *
 * An address is asked for once, and is ours if nobody answers within a second. Until then, and if
 * somebody does, it is not answered for. Advertisements may come from it all the same: they teach
 * nobody a MAC, and an election must not wait.
 *
 * Threads: control.
 */
#ifndef DAD_H
#define DAD_H

#include "host_link.h"

/** What is known of an address stays known; others are to be asked for. */
void dad_take_over(struct host_link *host, const struct host_link *was, const struct vip_set *set,
		   uint64_t now_us);

/** Nothing is known any more. */
void dad_restart(struct host_link *host, uint64_t now_us);

/** Ask, and decide, within the budget. Lowers r->host_due_us to the next time. */
void dad_run(struct runtime *r, struct koi_interface *ifc, uint64_t now_us,
	     struct host_budget *budget);

/** Somebody else claims @p addr. False if it is not tentative: there is a conflict. */
bool dad_claim(struct runtime *r, struct koi_interface *ifc, const struct ip_addr *addr,
	       const uint8_t mac[6], uint64_t now_us);

#endif /* DAD_H */
