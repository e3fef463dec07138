/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * IGMPv3 and MLDv2 reports, so that switches that listen in forward what an interface listens to.
 *
 * Queries are not answered. Instead everything is reported about once a minute, more often than the
 * 125 s between queries (RFC 3376 section 8.2, RFC 3810 section 9.2), so that a switch, which
 * forgets after 260 s, may lose some. After a change of groups or of the link it is reported twice,
 * a second apart.
 *
 * Threads: control.
 */
#ifndef MEMBERSHIP_H
#define MEMBERSHIP_H

#include "host_link.h"

/** Groups that were reported are reported when they are due; with others all are at once. */
void membership_take_over(struct host_link *host, const struct host_link *was, uint64_t now_us);

/** Report everything at once. */
void membership_restart(struct host_link *host, uint64_t now_us);

/** Report what is due within the budget. Lowers r->host_due_us to the next time. */
void membership_run(struct runtime *r, struct koi_interface *ifc, uint64_t now_us,
		    struct host_budget *budget);

#endif /* MEMBERSHIP_H */
