/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The parts of a vhid that exist before and after its election: object, slot, device filter, and
 * the values to give it.
 *
 * Threads: the manager; main before it exists and after it has ended.
 */
#ifndef RELOAD_VHID_H
#define RELOAD_VHID_H

#include "runtime.h"

/** The running interface that a vhid of @p config is on. */
struct koi_interface *reload_interface(struct runtime *r, const struct config *config,
				       const struct config_vhid *c);

/** A vhid ready for election_add(). NULL with errno. */
struct koi_vhid *reload_vhid_create(struct runtime *r, struct koi_interface *ifc,
				    const struct config_vhid *c);

/** @param c the configuration that the device filter was set for */
void reload_vhid_destroy(struct runtime *r, struct koi_vhid *v, const struct config_vhid *c);

/** New values for a running vhid; sets the device filter that they need. NULL with errno. */
struct carp_vhid_change *reload_vhid_change(struct koi_vhid *v, const struct config_vhid *c);

/**
 * The values of a vhid, to be changed by a command. Lists are shared with @p c, which must stay.
 * NULL without memory.
 */
struct config_vhid *reload_vhid_copy(const struct config_vhid *c);
/** Wipes the secret. */
void reload_vhid_copy_free(struct config_vhid *c);

/** Remove the device filter that @p was needs and @p now does not. */
void reload_vhid_release(struct koi_vhid *v, const struct config_vhid *was,
			 const struct config_vhid *now);

#endif /* RELOAD_VHID_H */
