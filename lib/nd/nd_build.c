/* SPDX-License-Identifier: BSD-3-Clause */
#include "group/group.h"
#include "nd/nd_internal.h"

#include <rte_ip.h>

struct ip_addr
nd_solicited_node(const struct ip_addr *addr)
{
	struct ip_addr group = { .octets = { 0xff, 0x02, [11] = 1, [12] = 0xff }, .family = IP_V6 };

	memcpy(group.octets + 13, addr->octets + 13, 3);
	return group;
}

/* All but the source, the option and what depends on the length. */
static void
write_head(uint8_t *out, enum nd_type type, const struct ip_addr *target, const struct ip_addr *to,
		   uint64_t to_mac, uint64_t mac)
{
	mac_store(out + AT_DESTINATION, to_mac);
	mac_store(out + AT_SOURCE, mac);
	octets_store16(out + AT_ETHERTYPE, RTE_BE16(0x86dd));
	out[AT_VERSION] = 0x60;
	out[AT_NEXT_HEADER] = ND_ICMP6;
	out[AT_HOP_LIMIT] = ND_HOP_LIMIT;
	memcpy(out + AT_TO, to->octets, sizeof(to->octets));
	out[AT_ICMP] = type;
	memcpy(out + AT_TARGET, target->octets, sizeof(target->octets));
}

static void
put_option(uint8_t *out, enum nd_option option, uint64_t mac)
{
	out[AT_OPTION] = option;
	out[AT_OPTION + 1] = 1;
	mac_store(out + AT_OPTION_MAC, mac);
}

void
nd_finish(uint8_t *out, uint16_t frame_len)
{
	uint16_t len = frame_len - AT_ICMP;

	octets_store16(out + AT_PAYLOAD_LEN, rte_cpu_to_be_16(len));
	octets_store16(out + AT_CHECK, nd_checksum(nd_sum_pseudo(len) +
						   rte_raw_cksum(out + AT_FROM, 32 + len)));
}

void
nd_build_advertisement(uint8_t out[ND_FRAME_LEN], const struct ip_addr *addr, uint64_t mac,
		       bool is_router)
{
	static const struct ip_addr all_nodes = { .octets = { 0xff, 0x02, [15] = 1 }, .family = IP_V6 };

	memset(out, 0, ND_FRAME_LEN);
	write_head(out, ND_NA, addr, &all_nodes, group_mac(&all_nodes), mac);
	memcpy(out + AT_FROM, addr->octets, sizeof(addr->octets));
	out[AT_FLAGS] = ND_FLAG_OVERRIDE | (is_router ? ND_FLAG_ROUTER : 0);
	put_option(out, ND_OPTION_TARGET, mac);
	nd_finish(out, ND_FRAME_LEN);
}

void
nd_build_solicitation(uint8_t out[ND_FRAME_LEN], const struct ip_addr *target,
		      uint64_t target_mac, const struct ip_addr *source, uint64_t mac)
{
	struct ip_addr to = target_mac != 0 ? *target : nd_solicited_node(target);

	memset(out, 0, ND_FRAME_LEN);
	write_head(out, ND_NS, target, &to, target_mac != 0 ? target_mac : group_mac(&to), mac);
	memcpy(out + AT_FROM, source->octets, sizeof(source->octets));
	put_option(out, ND_OPTION_SOURCE, mac);
	nd_finish(out, ND_FRAME_LEN);
}

void
nd_build_dad(uint8_t out[ND_DAD_FRAME_LEN], const struct ip_addr *target, uint64_t mac)
{
	struct ip_addr to = nd_solicited_node(target);

	memset(out, 0, ND_DAD_FRAME_LEN);
	write_head(out, ND_NS, target, &to, group_mac(&to), mac);
	nd_finish(out, ND_DAD_FRAME_LEN);
}
