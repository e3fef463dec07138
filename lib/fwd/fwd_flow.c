/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of several next hops a packet takes: the same one as all of its flow. */
#include "fwd/fwd_route_internal.h"

#include <netinet/in.h>

#include <rte_hash_crc.h>

#define UDP_LITE 136

/* Protocols that begin with two ports. */
static bool
has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP || protocol == UDP_LITE;
}

/* Ports of whole packets only: of the fragments of a packet just the first one has them. */
static uint32_t
ports_at(const struct rte_mbuf *m, uint8_t protocol, uint32_t at)
{
	if (!has_ports(protocol) || rte_pktmbuf_data_len(m) < at + sizeof(uint32_t))
		return 0;
	return octets_load32(rte_pktmbuf_mtod_offset(m, const uint8_t *, at));
}

static uint32_t
hash4(const struct rte_mbuf *m)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t header_len = (uint32_t)(f[AT_VERSION] & 0xf) * 4;
	uint32_t ports = 0;

	if ((octets_load16(f + AT_FRAGMENT) & FRAGMENT_MASK_BE) == 0)
		ports = ports_at(m, f[AT_PROTOCOL], ETHER_LEN + header_len);
	return rte_hash_crc_8byte(octets_load64(f + AT_FROM),
				  rte_hash_crc_4byte(ports, f[AT_PROTOCOL]));
}

static uint32_t
hash6(const struct rte_mbuf *m)
{
	const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t ports = ports_at(m, f[AT_NEXT_HEADER], ETHER_LEN + IP6_LEN);
	uint32_t hash = rte_hash_crc_4byte(ports, f[AT_NEXT_HEADER]);

	for (unsigned int i = 0; i < 32; i += sizeof(uint64_t))
		hash = rte_hash_crc_8byte(octets_load64(f + AT_FROM6 + i), hash);
	return hash;
}

uint32_t
fwd_flow_hash(const struct rte_mbuf *m, enum ip_family family)
{
	/* CRC is linear: what differs in few bits is spread by the multiplication. */
	return (family == IP_V4 ? hash4(m) : hash6(m)) * 0x9e3779b1u;
}
