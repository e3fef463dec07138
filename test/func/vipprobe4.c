/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vipprobe over IPv4: ARP and ICMP.
 */
#include <arpa/inet.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>

#include "vipprobe.h"

static bool
parse(struct probe *p, const char *own, const char *to)
{
	p->to.v4.sin_family = AF_INET;
	p->to_len = sizeof(p->to.v4);
	return inet_pton(AF_INET, own, &p->own.v4) == 1 &&
	       inet_pton(AF_INET, to, &p->to.v4.sin_addr) == 1;
}

static int
open_echo(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static struct ether_arp *
arp_of(struct probe *p)
{
	return (struct ether_arp *)(p->request + sizeof(struct ether_header));
}

static void
prepare(struct probe *p, unsigned int ifindex, const uint8_t mac[ETH_ALEN])
{
	struct ether_header *eth = (struct ether_header *)p->request;
	struct ether_arp *arp = arp_of(p);

	(void)ifindex;
	memset(eth->ether_dhost, 0xff, ETH_ALEN);
	memcpy(eth->ether_shost, mac, ETH_ALEN);
	eth->ether_type = htons(ETHERTYPE_ARP);
	arp->arp_hrd = htons(ARPHRD_ETHER);
	arp->arp_pro = htons(ETHERTYPE_IP);
	arp->arp_hln = ETH_ALEN;
	arp->arp_pln = sizeof(struct in_addr);
	arp->arp_op = htons(ARPOP_REQUEST);
	memcpy(arp->arp_sha, mac, ETH_ALEN);
	memcpy(arp->arp_tpa, &p->to.v4.sin_addr, sizeof(p->to.v4.sin_addr));
	p->request_len = sizeof(*eth) + sizeof(*arp);
}

static void
set_sender(struct probe *p, uint32_t slot)
{
	uint32_t sender_be = htonl(ntohl(p->own.v4.s_addr) + 1 + slot);

	memcpy(arp_of(p)->arp_spa, &sender_be, sizeof(sender_be));
}

static size_t
build_echo(const struct probe *p, uint16_t sequence, uint8_t *out)
{
	struct icmphdr h = {
		.type = ICMP_ECHO,
		.un.echo = { .id = htons(p->id), .sequence = htons(sequence) },
	};

	h.checksum = checksum(&h, sizeof(h));
	memcpy(out, &h, sizeof(h));
	return sizeof(h);
}

static void
receive_arp(struct probe *p, const uint8_t *frame, size_t len, int64_t at_ns)
{
	const struct ether_arp *arp = (const void *)(frame + sizeof(struct ether_header));
	uint32_t target_be, slot;

	if (len < p->request_len || ntohs(arp->arp_op) != ARPOP_REPLY ||
	    memcmp(arp->arp_spa, &p->to.v4.sin_addr, sizeof(p->to.v4.sin_addr)) != 0)
		return;
	memcpy(&target_be, arp->arp_tpa, sizeof(target_be));
	slot = ntohl(target_be) - ntohl(p->own.v4.s_addr) - 1;
	if (slot < SLOTS)
		track_answered(&p->tracks[NEIGHBOUR], slot, at_ns, arp->arp_sha);
}

static void
receive_echo(struct probe *p, const uint8_t *frame, size_t len, int64_t at_ns)
{
	const struct ether_header *eth = (const void *)frame;
	const struct iphdr *ip = (const void *)(frame + sizeof(*eth));
	const struct icmphdr *h = (const void *)(ip + 1);

	if (len < sizeof(*eth) + sizeof(*ip) + sizeof(*h) || ip->protocol != IPPROTO_ICMP ||
	    ip->ihl != 5 || ip->saddr != p->to.v4.sin_addr.s_addr)
		return;
	if (h->type == ICMP_ECHOREPLY && ntohs(h->un.echo.id) == p->id)
		track_echoed(&p->tracks[ECHO], ntohs(h->un.echo.sequence), at_ns,
			     eth->ether_shost);
}

static void
receive(struct probe *p, const uint8_t *frame, size_t len, int64_t at_ns)
{
	switch (ntohs(((const struct ether_header *)frame)->ether_type)) {
	case ETHERTYPE_ARP:
		receive_arp(p, frame, len, at_ns);
		break;
	case ETHERTYPE_IP:
		receive_echo(p, frame, len, at_ns);
		break;
	}
}

const struct family family4 = {
	.neighbour = "arp",
	.echo = "icmp",
	.parse = parse,
	.open_echo = open_echo,
	.prepare = prepare,
	.set_sender = set_sender,
	.build_echo = build_echo,
	.receive = receive,
};
