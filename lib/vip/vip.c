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

static uint32_t
sum_of(const uint8_t *octets, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += octets_load16(octets + i);
	return sum;
}

static void
add_entry6(struct vip_set *s, const struct vip_address *a)
{
	const uint8_t *addr = a->prefix.addr.octets;
	struct vip_entry6 *e = (struct vip_entry6 *)(uintptr_t)vip_find6(s, addr);
	bool is_port_mac = a->vhid == VIP_OWN || a->is_port_mac;

	e->is_used = true;
	e->role = a->vhid == VIP_OWN && a->is_tentative ? VIP_NOBODY : a->vhid;
	memcpy(e->addr, addr, sizeof(e->addr));
	e->vhid = a->vhid;
	mac_store(e->mac, is_port_mac ? s->port_mac : mac_of_vhid(a->vhid));
	e->sum = (uint16_t)((2 * sum_of(e->addr, sizeof(e->addr)) + sum_of(e->mac, sizeof(e->mac))) %
			    0xffff);
}

/* The first of its kind is the one that the host speaks with. */
static void
add_source(struct vip_set *s, const struct ip_addr *addr)
{
	static const uint8_t none[16];
	uint8_t *own6 = ip_addr_is_link_local6(addr) ? s->link_local6 : s->own6;

	if (addr->family == IP_V6 && memcmp(own6, none, sizeof(none)) == 0)
		memcpy(own6, addr->octets, sizeof(s->own6));
	else if (addr->family == IP_V4 && s->own4_be == 0)
		s->own4_be = ip_addr_v4_be(addr);
}

static void
add_address(struct vip_set *s, const struct vip_address *a)
{
	enum ip_family family = a->prefix.addr.family;

	add_onlink(s, &a->prefix);
	if (a->vhid == VIP_OWN)
		add_source(s, &a->prefix.addr);
	else
		s->vhids[family][a->vhid / 64] |= 1ULL << (a->vhid % 64);
	if (family == IP_V4) {
		add_entry4(s, a);
	} else {
		s->has_ip6 = true;
		add_entry6(s, a);
	}
}

/* Room for all of a family, and at most half of it used. */
static unsigned int
slot_bits(const struct vip_address *addresses, size_t count, enum ip_family family)
{
	size_t used = 0;
	unsigned int bits = 3;

	for (size_t i = 0; i < count; i++)
		used += addresses[i].prefix.addr.family == family;
	while ((1u << bits) < 2 * used)
		bits++;
	return bits;
}

struct vip_set *
vip_set_create(const struct vip_address *addresses, size_t count, uint64_t port_mac, int socket)
{
	struct vip_set *s = rte_zmalloc_socket("vip", sizeof(*s), RTE_CACHE_LINE_SIZE, socket);
	unsigned int bits = slot_bits(addresses, count, IP_V4);

	if (s == NULL)
		goto err;
	s->port_mac = port_mac;
	s->shift = 32 - bits;
	s->mask = (1u << bits) - 1;
	s->mask6 = (1u << slot_bits(addresses, count, IP_V6)) - 1;
	s->slot = rte_zmalloc_socket("vip", (s->mask + 1) * sizeof(*s->slot), RTE_CACHE_LINE_SIZE,
				     socket);
	s->slot6 = rte_zmalloc_socket("vip", (s->mask6 + 1) * sizeof(*s->slot6),
				      RTE_CACHE_LINE_SIZE, socket);
	s->onlink = rte_zmalloc_socket("vip", (count + 1) * sizeof(*s->onlink), 0, socket);
	if (s->slot == NULL || s->slot6 == NULL || s->onlink == NULL)
		goto err;

	for (uint32_t i = 0; i <= s->mask; i++)
		s->slot[i].role = VIP_NOBODY;
	for (uint32_t i = 0; i <= s->mask6; i++)
		s->slot6[i].role = VIP_NOBODY;
	for (size_t i = 0; i < count; i++)
		add_address(s, &addresses[i]);
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
	rte_free(s->slot6);
	rte_free(s->onlink);
	rte_free(s);
}

bool
vip_is_onlink(const struct vip_set *s, const struct ip_addr *addr)
{
	if (s->has_ip6 && ip_addr_is_link_local6(addr))
		return true;
	for (size_t i = 0; i < s->onlink_count; i++)
		if (ip_prefix_covers(&s->onlink[i], addr))
			return true;
	return false;
}

bool
vip_set_hold6(const struct vip_set *s, const uint8_t addr[16], bool is_held)
{
	struct vip_entry6 *e = (struct vip_entry6 *)(uintptr_t)vip_find6(s, addr);

	if (!e->is_used || e->vhid != VIP_OWN)
		return false;
	atomic_store_explicit(&e->role, is_held ? VIP_OWN : VIP_NOBODY, memory_order_release);
	return true;
}
