/* SPDX-License-Identifier: BSD-3-Clause */
#include "nd/nd.h"

#include <errno.h>

#include "group/group.h"
#include "nd/nd_internal.h"

/* Offsets in the frame of what only router advertisements have. */
enum {
	AT_CUR_HOP_LIMIT = 58,
	AT_ROUTER_FLAGS = 59,
	AT_LIFETIME = 60,
	AT_REACHABLE = 62,
	AT_RETRANS = 66,
	AT_OPTIONS = 70,
};

#define FLAG_MANAGED 0x80
#define FLAG_OTHER 0x40
#define FLAG_ON_LINK 0x80
#define FLAG_AUTONOMOUS 0x40

/* Options and their length in units of 8 octets. */
enum {
	OPTION_PREFIX = 3,
	OPTION_MTU = 5,
	OPTION_SERVERS = 25,
	UNITS_MAC = 1,
	UNITS_MTU = 1,
	UNITS_PREFIX = 4,
};

/* Room for an option, which is all zero but for its type and length; NULL if there is none. */
static uint8_t *
add_option(struct nd_router_frame *frame, uint8_t type, size_t units)
{
	uint8_t *option = frame->octets + frame->len;

	if (frame->len + units * 8 > ND_ROUTER_FRAME_MAX)
		return NULL;
	option[0] = type;
	option[1] = (uint8_t)units;
	frame->len = (uint16_t)(frame->len + units * 8);
	return option;
}

static void
write_head(uint8_t *f, const struct ip_addr *source, uint64_t mac)
{
	static const struct ip_addr all_nodes = { .octets = { 0xff, 0x02, [15] = 1 },
						  .family = IP_V6 };

	mac_store(f + AT_DESTINATION, group_mac(&all_nodes));
	mac_store(f + AT_SOURCE, mac);
	octets_store16(f + AT_ETHERTYPE, RTE_BE16(0x86dd));
	f[AT_VERSION] = 0x60;
	f[AT_NEXT_HEADER] = ND_ICMP6;
	f[AT_HOP_LIMIT] = ND_HOP_LIMIT;
	memcpy(f + AT_FROM, source->octets, sizeof(source->octets));
	memcpy(f + AT_TO, all_nodes.octets, sizeof(all_nodes.octets));
	f[AT_ICMP] = ND_RA;
}

void
nd_router_begin(struct nd_router_frame *frame, const struct nd_router *router,
		const struct ip_addr *source, uint64_t mac)
{
	uint8_t *f = frame->octets;
	uint8_t flags = 0;
	uint8_t *option;

	memset(frame, 0, sizeof(*frame));
	write_head(f, source, mac);
	if (router->managed)
		flags |= FLAG_MANAGED;
	if (router->other_config)
		flags |= FLAG_OTHER;
	/* RFC 4191 section 2.2: who is no default router has no preference. */
	if (router->lifetime_s != 0)
		flags |= (uint8_t)router->preference;
	f[AT_CUR_HOP_LIMIT] = router->hop_limit;
	f[AT_ROUTER_FLAGS] = flags;
	octets_store16(f + AT_LIFETIME, rte_cpu_to_be_16(router->lifetime_s));
	octets_store32(f + AT_REACHABLE, rte_cpu_to_be_32(router->reachable_ms));
	octets_store32(f + AT_RETRANS, rte_cpu_to_be_32(router->retrans_ms));
	frame->len = AT_OPTIONS;
	option = add_option(frame, ND_OPTION_SOURCE, UNITS_MAC);
	mac_store(option + 2, mac);
	if (router->mtu == 0)
		return;
	option = add_option(frame, OPTION_MTU, UNITS_MTU);
	octets_store32(option + 4, rte_cpu_to_be_32(router->mtu));
}

int
nd_router_add_prefix(struct nd_router_frame *frame, const struct nd_router_prefix *prefix)
{
	uint8_t *option = add_option(frame, OPTION_PREFIX, UNITS_PREFIX);

	if (option == NULL)
		return -ENOSPC;
	option[2] = prefix->prefix.len;
	option[3] = (uint8_t)((prefix->on_link ? FLAG_ON_LINK : 0) |
			      (prefix->autonomous ? FLAG_AUTONOMOUS : 0));
	octets_store32(option + 4, rte_cpu_to_be_32(prefix->valid_s));
	octets_store32(option + 8, rte_cpu_to_be_32(prefix->preferred_s));
	memcpy(option + 16, prefix->prefix.addr.octets, sizeof(prefix->prefix.addr.octets));
	return 0;
}

int
nd_router_add_servers(struct nd_router_frame *frame, const struct ip_addr *servers, size_t count,
		      uint32_t lifetime_s)
{
	uint8_t *option = add_option(frame, OPTION_SERVERS, 1 + 2 * count);

	if (option == NULL)
		return -ENOSPC;
	octets_store32(option + 4, rte_cpu_to_be_32(lifetime_s));
	for (size_t i = 0; i < count; i++)
		memcpy(option + 8 + 16 * i, servers[i].octets, sizeof(servers[i].octets));
	return 0;
}

void
nd_router_finish(struct nd_router_frame *frame)
{
	nd_finish(frame->octets, frame->len);
}
