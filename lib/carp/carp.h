/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * CARP: the election of one virtual host, as a pure function of state, event and time.
 *
 * A node holds what all its elections share: settings and the demotion sum. An interface holds
 * link state and the send-error count. A vhid is one election on one interface.
 *
 * Setters only change inputs; carp_vhid_run(), carp_vhid_input() and carp_vhid_force() act on them
 * and return what is to be done, in order, as a list of actions.
 *
 * Threads: none; everything that hangs on one node belongs to one thread.
 * Memory:  create functions allocate; nothing else does, but for libcrypto, which duplicates a
 *          context for each digest. Objects are freed by their destroy function, vhids before
 *          interfaces, interfaces before the node.
 * Time:    monotonic microseconds supplied by the caller, never read here, never going back.
 * Errors:  0 or a negative errno; pointers are NULL with errno set.
 *
 * The protocol has no RFC. Its rules are those of OpenBSD and FreeBSD ip_carp.c; where those two
 * differ, docs/protocol.md says which one is followed and why.
 */
#ifndef CARP_H
#define CARP_H

#include "carp/carp_digest.h"
#include "carp/carp_node.h"
#include "carp/carp_status.h"
#include "carp/carp_vhid.h"
#include "carp/carp_wire.h"

#endif /* CARP_H */
