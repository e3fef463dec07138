/* SPDX-License-Identifier: BSD-3-Clause */
#include "vip/vip.h"

#include <errno.h>

#include <rte_malloc.h>

const struct vip_roles vip_roles_fenced = {
	.word[VIP_OWN] = VIP_ROLE_MASTER,
};

void
vip_roles_init(struct vip_roles *roles)
{
	for (unsigned int role = 0; role <= VIP_NOBODY; role++)
		atomic_init(&roles->word[role], vip_role_word(VIP_ROLE_ABSENT, 0));
	vip_role_store(roles, VIP_OWN, vip_role_word(VIP_ROLE_MASTER, 0));
}

static void
add_onlink(struct vip_set *s, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < s->onlink_count; i++) {
		const struct ip_prefix *known = &s->onlink[i];

		if (known->len <= prefix->len && ip_prefix_covers(known, &prefix->addr))
			return;
	}
	s->onlink[s->onlink_count++] = *prefix;
}

static void
add_entry4(struct vip_set *s, const struct vip_address *a)
{
	uint32_t addr_be = ip_addr_v4_be(&a->prefix.addr);
	struct vip_entry *e = (struct vip_entry *)(uintptr_t)vip_find4(s, addr_be);
	bool is_port_mac = a->vhid == VIP_OWN || a->is_port_mac;

	e->is_used = true;
	e->role = a->vhid;
	e->addr_be = addr_be;
	e->vhid = a->vhid;
	mac_store(e->mac, is_port_mac ? s->port_mac : mac_of_vhid(a->vhid));
}

struct vip_set *
vip_set_create(const struct vip_address *addresses, size_t count, uint64_t port_mac, int socket)
{
	struct vip_set *s = rte_zmalloc_socket("vip", sizeof(*s), RTE_CACHE_LINE_SIZE, socket);
	unsigned int bits = 3;

	if (s == NULL)
		goto err;
	while ((1u << bits) < 2 * count)
		bits++;
	s->port_mac = port_mac;
	s->shift = 32 - bits;
	s->mask = (1u << bits) - 1;
	s->slot = rte_zmalloc_socket("vip", (s->mask + 1) * sizeof(*s->slot), RTE_CACHE_LINE_SIZE,
				     socket);
	s->onlink = rte_zmalloc_socket("vip", (count + 1) * sizeof(*s->onlink), 0, socket);
	if (s->slot == NULL || s->onlink == NULL)
		goto err;

	for (uint32_t i = 0; i <= s->mask; i++)
		s->slot[i].role = VIP_NOBODY;
	for (size_t i = 0; i < count; i++) {
		const struct vip_address *a = &addresses[i];

		add_onlink(s, &a->prefix);
		if (a->vhid != VIP_OWN)
			s->vhids[a->prefix.addr.family][a->vhid / 64] |= 1ULL << (a->vhid % 64);
		if (a->prefix.addr.family == IP_V4)
			add_entry4(s, a);
	}
	return s;

err:
	vip_set_destroy(s);
	errno = ENOMEM;
	return NULL;
}

void
vip_set_destroy(struct vip_set *s)
{
	if (s == NULL)
		return;
	rte_free(s->slot);
	rte_free(s->onlink);
	rte_free(s);
}

bool
vip_is_onlink(const struct vip_set *s, const struct ip_addr *addr)
{
	for (size_t i = 0; i < s->onlink_count; i++)
		if (ip_prefix_covers(&s->onlink[i], addr))
			return true;
	return false;
}
