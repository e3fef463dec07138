/* SPDX-License-Identifier: BSD-3-Clause */
/* What a vhid is configured to be, and what it becomes while it runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carp/carp_internal.h"

static bool
addresses_are_valid(const struct ip_addr *addresses, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (addresses[i].family >= IP_FAMILIES)
			return false;
	}
	return true;
}

bool
carp_config_is_valid(const struct carp_vhid_config *c)
{
	size_t i;

	if (c->advbase == UINT8_MAX || c->advskew == UINT8_MAX ||
	    (c->advbase == 0 && c->advskew == 0))
		return false;
	if (c->key_len > CARP_KEY_MAX || c->address_count == 0 ||
	    c->address_count > CARP_ADDRESSES_MAX)
		return false;
	if (c->accept_count > CARP_ACCEPT_MAX || c->peer_count > CARP_UNICAST_MAX)
		return false;
	for (i = 0; i < c->accept_count; i++) {
		if (c->accept[i].len > CARP_KEY_MAX)
			return false;
	}
	return addresses_are_valid(c->addresses, c->address_count) &&
	       addresses_are_valid(c->peers, c->peer_count);
}

void
carp_config_apply(struct carp_vhid *v, const struct carp_vhid_config *c)
{
	enum ip_family family;

	v->advbase = c->advbase;
	v->advskew = c->advskew;
	v->up = c->up;
	v->announce_interval_s = c->announce_interval_s;
	v->checksum6 = c->checksum6;
	v->mismatch.guess_us = 0;
	v->preemption.mode = c->preempt;
	v->preemption.delay_us = c->preempt_delay_us;
	memcpy(v->has_source, c->has_source, sizeof(v->has_source));
	memcpy(v->source, c->source, sizeof(v->source));
	for (family = IP_V4; family < IP_FAMILIES; family++)
		v->uses[family] = carp_list_uses(v->auth.list, family);
	if (c->peer_count > 0)
		memcpy(v->unicast, c->peers, c->peer_count * sizeof(v->unicast[0]));
	carp_replay_set_policy(v, c->replay);
	v->unicast_count = (unsigned int)c->peer_count;
	v->is_dirty = true;
}

static void
follow_announce_interval(struct carp_vhid *v, uint32_t was_s, uint64_t now_us)
{
	if (v->announce_interval_s == was_s)
		return;
	v->announce_us = v->announce_interval_s == 0 ?
				 CARP_NEVER :
				 now_us + v->announce_interval_s * CARP_SECOND_US;
}

struct carp_vhid_change {
	struct carp_vhid_config config; /* keys and addresses of it are in auth */
	struct ip_addr peers[CARP_UNICAST_MAX];
	struct carp_auth auth; /* what was replaced, once it is applied */
};

struct carp_vhid_change *
carp_vhid_change_create(uint8_t vhid, const struct carp_vhid_config *c)
{
	struct carp_vhid_change *change;

	if (!carp_config_is_valid(c)) {
		errno = EINVAL;
		return NULL;
	}
	change = calloc(1, sizeof(*change));
	if (change == NULL)
		return NULL;
	change->config = *c;
	if (c->peer_count > 0)
		memcpy(change->peers, c->peers, c->peer_count * sizeof(change->peers[0]));
	change->config.peers = change->peers;
	if (carp_auth_init(&change->auth, vhid, c) != 0) {
		carp_vhid_change_destroy(change);
		errno = ENOMEM;
		return NULL;
	}
	return change;
}

void
carp_vhid_change_destroy(struct carp_vhid_change *change)
{
	if (change == NULL)
		return;
	carp_auth_clear(&change->auth);
	free(change);
}

void
carp_vhid_apply(struct carp_vhid *v, struct carp_vhid_change *change, uint64_t now_us)
{
	const struct carp_vhid_config *c = &change->config;
	uint32_t announce_interval_s = v->announce_interval_s;

	carp_auth_replace(&v->auth, &change->auth, c->address_grace_us, now_us);
	if (c->advbase != v->advbase || c->advskew != v->advskew)
		v->is_retimed = true;
	carp_config_apply(v, c);
	follow_announce_interval(v, announce_interval_s, now_us);
}

int
carp_vhid_reconfigure(struct carp_vhid *v, const struct carp_vhid_config *c, uint64_t now_us)
{
	struct carp_vhid_change *change = carp_vhid_change_create(v->vhid, c);

	if (change == NULL)
		return -errno;
	carp_vhid_apply(v, change, now_us);
	carp_vhid_change_destroy(change);
	return 0;
}
