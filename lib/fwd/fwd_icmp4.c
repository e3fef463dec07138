/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors about IPv4 packets: RFC 1812 section 4.3.2. */
#include "fwd/fwd_route_internal.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include <rte_ip.h>

/* Longest error (RFC 1812 section 4.3.2.3). */
#define ERROR_LEN_MAX 576
#define QUOTE_MAX (ERROR_LEN_MAX - IP4_LEN - ICMP_LEN)
/* Precedence 6, internetwork control (section 4.3.2.5). */
#define ERROR_TOS 0xc0

struct icmp4_error {
	uint8_t type;
	uint8_t code;
	uint16_t checksum;
	uint32_t value_be;
} __rte_packed __rte_aligned(2); /* behind an Ethernet header */

_Static_assert(sizeof(struct icmp4_error) == ICMP_LEN, "as on the wire");

static bool
is_error_type(uint8_t type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

/*
 * No error is sent about an error, nor about a fragment but the first (section 4.3.2.7). Groups and
 * broadcasts have not come this far, nor sources that are no single host.
 */
static bool
may_be_told(const struct rte_mbuf *about, const uint8_t *f)
{
	uint32_t type_at = ETHER_LEN + (uint32_t)(f[AT_VERSION] & 0xf) * 4;
	uint32_t end = ETHER_LEN + rte_be_to_cpu_16(octets_load16(f + AT_TOTAL_LEN));

	if ((octets_load16(f + AT_FRAGMENT) & FRAGMENT_PLACE_BE) != 0)
		return false;
	if (f[AT_PROTOCOL] != IPPROTO_ICMP)
		return true;
	return RTE_MIN(end, rte_pktmbuf_data_len(about)) > type_at && !is_error_type(f[type_at]);
}

/*
 * From whom: the first own address of the interface that it came in by, else the lowest virtual one
 * that is ours now, with its MAC. False if there is none.
 */
static bool
find_source(const struct fwd_way *way, uint32_t *from_be, uint64_t *virtual_mac)
{
	const struct vip_set *set = vip_interface_set(way->ifc);
	const struct vip_entry *lowest = NULL;

	*from_be = set->own4_be;
	*virtual_mac = 0;
	if (set->own4_be != 0)
		return true;
	for (uint32_t i = 0; i <= set->mask; i++) {
		const struct vip_entry *e = &set->slot[i];

		if (e->is_used && vip_is_master(way->roles, e->role) &&
		    (lowest == NULL ||
		     rte_be_to_cpu_32(e->addr_be) < rte_be_to_cpu_32(lowest->addr_be)))
			lowest = e;
	}
	if (lowest == NULL)
		return false;
	*from_be = lowest->addr_be;
	*virtual_mac = mac_load(lowest->mac);
	return true;
}

static void
write_headers(const struct fwd_way *way, uint8_t *f, const struct fwd_error *error,
	      uint32_t from_be, uint32_t to_be, uint32_t quote_len)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(f + ETHER_LEN);
	struct icmp4_error *icmp = (struct icmp4_error *)(ip + 1);

	octets_store16(f + AT_ETHERTYPE, RTE_BE16(RTE_ETHER_TYPE_IPV4));
	*ip = (struct rte_ipv4_hdr){
		.version_ihl = 0x45,
		.type_of_service = ERROR_TOS,
		.total_length = rte_cpu_to_be_16((uint16_t)(IP4_LEN + ICMP_LEN + quote_len)),
		.packet_id = rte_cpu_to_be_16(++way->worker->ip4_id),
		.time_to_live = REPLY_TTL,
		.next_proto_id = IPPROTO_ICMP,
		.src_addr = from_be,
		.dst_addr = to_be,
	};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	*icmp = (struct icmp4_error){
		.type = error->type,
		.code = error->code,
		.value_be = rte_cpu_to_be_32(error->value),
	};
	icmp->checksum = (uint16_t)~rte_raw_cksum(icmp, ICMP_LEN + quote_len);
}

static struct rte_mbuf *
build(const struct fwd_way *way, const struct rte_mbuf *about, const struct fwd_error *error,
      uint32_t from_be)
{
	const uint8_t *cause = rte_pktmbuf_mtod(about, const uint8_t *);
	uint32_t quote_len = rte_be_to_cpu_16(octets_load16(cause + AT_TOTAL_LEN));
	struct rte_mbuf *m = rte_pktmbuf_alloc(way->router->pool);
	const void *quote;
	uint8_t *f;

	if (m == NULL) {
		counter_add(&way->worker->counter[FWD_DROP_NO_BUFFER], 1);
		return NULL;
	}
	if (quote_len > QUOTE_MAX)
		quote_len = QUOTE_MAX;
	f = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(AT_ICMP + ICMP_LEN + quote_len));
	quote = rte_pktmbuf_read(about, ETHER_LEN, quote_len, f + AT_ICMP + ICMP_LEN);
	if (quote != f + AT_ICMP + ICMP_LEN)
		memcpy(f + AT_ICMP + ICMP_LEN, quote, quote_len);
	write_headers(way, f, error, from_be, octets_load32(cause + AT_FROM), quote_len);
	return m;
}

void
fwd_error4(const struct fwd_way *way, const struct rte_mbuf *about, const struct fwd_error *error)
{
	uint64_t virtual_mac;
	struct rte_mbuf *m;
	uint32_t from_be;

	if (!may_be_told(about, rte_pktmbuf_mtod(about, const uint8_t *)) ||
	    !fwd_error_may_go(way, IP_V4) || !find_source(way, &from_be, &virtual_mac))
		return;
	m = build(way, about, error, from_be);
	if (m == NULL)
		return;
	counter_add(&way->worker->counter[error->counter], 1);
	fwd_send4(way, m, virtual_mac);
}
