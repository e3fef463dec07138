/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The addresses of an interface, own and virtual, as workers look them up.
 *
 * Threads: the manager; main before it exists.
 */
#ifndef RELOAD_SET_H
#define RELOAD_SET_H

#include "runtime.h"

/** NULL with errno ENOMEM. */
struct vip_set *reload_set_create(const struct koi_interface *ifc, const struct config *config);

#endif /* RELOAD_SET_H */
