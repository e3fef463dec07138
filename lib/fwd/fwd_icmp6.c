/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6 errors: RFC 4443 sections 2 and 3. */
#include "fwd/fwd_route_internal.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <rte_ip.h>

/* Longest error: what every link takes (section 2.4 (c)). */
#define ERROR_LEN_MAX 1280
#define QUOTE_MAX (ERROR_LEN_MAX - IP6_LEN - ICMP_LEN)
/* Extension headers that are looked at to find what a packet is about. */
#define EXTENSIONS_MAX 8

struct icmp6_error {
	uint8_t type;
	uint8_t code;
	uint16_t checksum;
	uint32_t value_be;
} __rte_packed __rte_aligned(2); /* behind an Ethernet header */

_Static_assert(sizeof(struct icmp6_error) == ICMP_LEN, "as on the wire");

/* Octets of an extension header, 0 if it is none. */
static uint32_t
extension_len(uint8_t header, const uint8_t *f)
{
	if (header == IPPROTO_FRAGMENT)
		return 8;
	if (header == IPPROTO_AH)
		return (f[1] + 2u) * 4;
	if (header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING || header == IPPROTO_DSTOPTS)
		return (f[1] + 1u) * 8;
	return 0;
}

/*
 * No error is sent about an error or a redirect (section 2.4 (e)), nor about what cannot be seen to
 * be neither. Groups have not come this far, nor sources that are no single host.
 */
static bool
may_be_told(const struct rte_mbuf *about, const uint8_t *f)
{
	uint32_t room = AT_PAYLOAD6 + rte_be_to_cpu_16(octets_load16(f + AT_PAYLOAD_LEN));
	uint8_t header = f[AT_NEXT_HEADER], copy[8];
	uint32_t at = AT_PAYLOAD6;

	for (unsigned int i = 0; i < EXTENSIONS_MAX; i++) {
		const uint8_t *h;
		uint32_t len;

		if (at + sizeof(copy) > room)
			return header != IPPROTO_ICMPV6 && extension_len(header, f) == 0;
		h = rte_pktmbuf_read(about, at, sizeof(copy), copy);
		if (header == IPPROTO_ICMPV6)
			return (h[0] & ICMP6_INFOMSG_MASK) != 0 && h[0] != ND_REDIRECT;
		len = extension_len(header, h);
		if (len == 0)
			return true;
		if (header == IPPROTO_FRAGMENT &&
		    (octets_load16(h + 2) & RTE_BE16(0xfff8)) != 0)
			return true;
		header = h[0];
		at += len;
	}
	return false;
}

/*
 * From whom: the first own address of the interface that it came in by that is not link-local, else
 * the lowest virtual one that is ours now, with its MAC. False if there is none.
 */
static bool
find_source(const struct fwd_way *way, const uint8_t **from, uint64_t *virtual_mac)
{
	const struct vip_set *set = vip_interface_set(way->ifc);
	const struct vip_entry6 *lowest = NULL;

	*from = set->own6;
	*virtual_mac = 0;
	if (octets_load64(set->own6) != 0 && !vip_entry6_is_tentative(vip_find6(set, set->own6)))
		return true;
	for (uint32_t i = 0; i <= set->mask6; i++) {
		const struct vip_entry6 *e = &set->slot6[i];

		if (e->is_used && e->vhid != VIP_OWN && !is_link_local6(e->addr) &&
		    vip_is_master(way->roles, vip_entry6_role(e)) &&
		    (lowest == NULL || memcmp(e->addr, lowest->addr, sizeof(e->addr)) < 0))
			lowest = e;
	}
	if (lowest == NULL)
		return false;
	*from = lowest->addr;
	*virtual_mac = mac_load(lowest->mac);
	return true;
}

static void
write_headers(uint8_t *f, const struct fwd_error *error, const uint8_t *from, const uint8_t *to,
	      uint32_t quote_len)
{
	struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(f + ETHER_LEN);
	struct icmp6_error *icmp = (struct icmp6_error *)(ip + 1);

	octets_store16(f + AT_ETHERTYPE, RTE_BE16(RTE_ETHER_TYPE_IPV6));
	*ip = (struct rte_ipv6_hdr){
		.vtc_flow = RTE_BE32(0x60000000),
		.payload_len = rte_cpu_to_be_16((uint16_t)(ICMP_LEN + quote_len)),
		.proto = IPPROTO_ICMPV6,
		.hop_limits = REPLY_TTL,
	};
	octets_store(ip->src_addr, octets_load(from));
	octets_store(ip->dst_addr, octets_load(to));
	*icmp = (struct icmp6_error){
		.type = error->type,
		.code = error->code,
		.value_be = rte_cpu_to_be_32(error->value),
	};
	icmp->checksum = rte_ipv6_udptcp_cksum(ip, icmp);
}

static struct rte_mbuf *
build(const struct fwd_way *way, const struct rte_mbuf *about, const struct fwd_error *error,
      const uint8_t *from)
{
	const uint8_t *cause = rte_pktmbuf_mtod(about, const uint8_t *);
	uint32_t quote_len = IP6_LEN + rte_be_to_cpu_16(octets_load16(cause + AT_PAYLOAD_LEN));
	struct rte_mbuf *m = rte_pktmbuf_alloc(way->router->pool);
	const void *quote;
	uint8_t *f;

	if (m == NULL) {
		counter_add(&way->worker->counter[FWD_DROP_NO_BUFFER], 1);
		return NULL;
	}
	if (quote_len > QUOTE_MAX)
		quote_len = QUOTE_MAX;
	f = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(AT_PAYLOAD6 + ICMP_LEN + quote_len));
	quote = rte_pktmbuf_read(about, ETHER_LEN, quote_len, f + AT_PAYLOAD6 + ICMP_LEN);
	if (quote != f + AT_PAYLOAD6 + ICMP_LEN)
		memcpy(f + AT_PAYLOAD6 + ICMP_LEN, quote, quote_len);
	write_headers(f, error, from, cause + AT_FROM6, quote_len);
	return m;
}

void
fwd_error6(const struct fwd_way *way, const struct rte_mbuf *about, const struct fwd_error *error)
{
	const uint8_t *from;
	uint64_t virtual_mac;
	struct rte_mbuf *m;

	if (!may_be_told(about, rte_pktmbuf_mtod(about, const uint8_t *)) ||
	    !fwd_error_may_go(way, IP_V6) || !find_source(way, &from, &virtual_mac))
		return;
	m = build(way, about, error, from);
	if (m == NULL)
		return;
	counter_add(&way->worker->counter[error->counter], 1);
	fwd_send6(way, m, virtual_mac);
}
