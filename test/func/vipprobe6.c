/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vipprobe over IPv6: neighbour discovery and ICMPv6.
 */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/socket.h>

#include "vipprobe.h"

/* A solicitation with the option that has our MAC, and what its checksum covers before it. */
struct request6 {
	struct ether_header eth;
	struct ip6_hdr ip;
	struct nd_neighbor_solicit ns;
	uint8_t option[8];
} __attribute__((packed));

struct pseudo {
	struct in6_addr source, destination;
	uint32_t len_be, protocol_be;
	uint8_t message[sizeof(struct nd_neighbor_solicit) + 8];
};

static bool
parse(struct probe *p, const char *own, const char *to)
{
	p->to.v6.sin6_family = AF_INET6;
	p->to_len = sizeof(p->to.v6);
	return inet_pton(AF_INET6, own, &p->own.v6) == 1 &&
	       inet_pton(AF_INET6, to, &p->to.v6.sin6_addr) == 1;
}

static int
open_echo(void)
{
	return socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
}

static void
prepare(struct probe *p, unsigned int ifindex, const uint8_t mac[ETH_ALEN])
{
	static const uint8_t group[13] = { 0xff, 0x02, [11] = 1, 0xff };
	struct request6 *r = (struct request6 *)p->request;
	const uint8_t *target = p->to.v6.sin6_addr.s6_addr;
	uint8_t group_mac[ETH_ALEN] = { 0x33, 0x33, 0xff, target[13], target[14], target[15] };

	if (IN6_IS_ADDR_LINKLOCAL(&p->to.v6.sin6_addr))
		p->to.v6.sin6_scope_id = ifindex;
	memcpy(r->eth.ether_dhost, group_mac, ETH_ALEN);
	memcpy(r->eth.ether_shost, mac, ETH_ALEN);
	r->eth.ether_type = htons(ETHERTYPE_IPV6);
	r->ip.ip6_flow = htonl(6u << 28);
	r->ip.ip6_plen = htons(sizeof(r->ns) + sizeof(r->option));
	r->ip.ip6_nxt = IPPROTO_ICMPV6;
	r->ip.ip6_hlim = 255;
	memcpy(&r->ip.ip6_dst, group, sizeof(group));
	memcpy(&r->ip.ip6_dst.s6_addr[13], target + 13, 3);
	r->ns.nd_ns_type = ND_NEIGHBOR_SOLICIT;
	r->ns.nd_ns_target = p->to.v6.sin6_addr;
	r->option[0] = ND_OPT_SOURCE_LINKADDR;
	r->option[1] = 1;
	memcpy(r->option + 2, mac, ETH_ALEN);
	p->request_len = sizeof(*r);
}

static void
set_sender(struct probe *p, uint32_t slot)
{
	struct request6 *r = (struct request6 *)p->request;
	struct pseudo covered = { 0 };
	uint32_t low;

	r->ip.ip6_src = p->own.v6;
	memcpy(&low, &p->own.v6.s6_addr[12], sizeof(low));
	low = htonl(ntohl(low) + 1 + slot);
	memcpy(&r->ip.ip6_src.s6_addr[12], &low, sizeof(low));
	r->ns.nd_ns_cksum = 0;
	covered.source = r->ip.ip6_src;
	covered.destination = r->ip.ip6_dst;
	covered.len_be = htonl(sizeof(covered.message));
	covered.protocol_be = htonl(IPPROTO_ICMPV6);
	memcpy(covered.message, &r->ns, sizeof(covered.message));
	r->ns.nd_ns_cksum = checksum(&covered, sizeof(covered));
}

/* The kernel computes the checksum. */
static size_t
build_echo(const struct probe *p, uint16_t sequence, uint8_t *out)
{
	struct icmp6_hdr h = { .icmp6_type = ICMP6_ECHO_REQUEST };

	h.icmp6_id = htons(p->id);
	h.icmp6_seq = htons(sequence);
	memcpy(out, &h, sizeof(h));
	return sizeof(h);
}

static void
receive_advertisement(struct probe *p, const struct request6 *r, int64_t at_ns)
{
	uint32_t own, to, slot;

	/* Laid out as a solicitation. */
	if (memcmp(&r->ns.nd_ns_target, &p->to.v6.sin6_addr, sizeof(r->ns.nd_ns_target)) != 0)
		return;
	memcpy(&own, &p->own.v6.s6_addr[12], sizeof(own));
	memcpy(&to, &r->ip.ip6_dst.s6_addr[12], sizeof(to));
	slot = ntohl(to) - ntohl(own) - 1;
	if (slot < SLOTS)
		track_answered(&p->tracks[NEIGHBOUR], slot, at_ns, r->option + 2);
}

static void
receive(struct probe *p, const uint8_t *frame, size_t len, int64_t at_ns)
{
	const struct request6 *r = (const void *)frame;
	struct icmp6_hdr h;

	if (ntohs(r->eth.ether_type) != ETHERTYPE_IPV6 ||
	    len < offsetof(struct request6, ns) + sizeof(h) || r->ip.ip6_nxt != IPPROTO_ICMPV6)
		return;
	memcpy(&h, frame + offsetof(struct request6, ns), sizeof(h));
	if (h.icmp6_type == ND_NEIGHBOR_ADVERT && len >= sizeof(*r))
		receive_advertisement(p, r, at_ns);
	else if (h.icmp6_type == ICMP6_ECHO_REPLY && ntohs(h.icmp6_id) == p->id &&
		 memcmp(&r->ip.ip6_src, &p->to.v6.sin6_addr, sizeof(r->ip.ip6_src)) == 0)
		track_echoed(&p->tracks[ECHO], ntohs(h.icmp6_seq), at_ns, r->eth.ether_shost);
}

const struct family family6 = {
	.neighbour = "nd",
	.echo = "icmp6",
	.parse = parse,
	.open_echo = open_echo,
	.prepare = prepare,
	.set_sender = set_sender,
	.build_echo = build_echo,
	.receive = receive,
};
