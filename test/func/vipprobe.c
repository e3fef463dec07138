/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vipprobe: does somebody answer for a virtual address, who, and for how long nobody?
 *
 * Every millisecond it sends one ARP request and one ICMP echo request and says as JSON lines what
 * comes back. Echoes go through the kernel, so that its neighbour table and thus the gratuitous ARP
 * of a takeover count. Echoes are told apart by their sequence number, ARP requests by their sender
 * address: the 64 addresses above OWN take turns, so that a second answer to one request is seen
 * for what it is, and the kernel's own requests do not get in between. Times are CLOCK_REALTIME,
 * those of answers the kernel's at reception.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS 1000000LL
#define INTERVAL_NS NS_PER_MS
#define SLOTS 64
/* A request is lost when its slot is needed again, SLOTS milliseconds later. */
#define STALL_NS (5 * NS_PER_MS)
#define QUIET_NS (20 * NS_PER_MS)

struct request {
	int64_t sent_ns;
	int64_t answered_ns; /* 0: not yet */
	uint8_t mac[ETH_ALEN];
	bool in_use;
};

/* One kind of probe: ARP or ICMP. */
struct track {
	const char *name;
	struct request slot[SLOTS];
	uint64_t sent;
	uint64_t settled; /* requests below this number are answered or lost for good */
	uint64_t answered;
	uint64_t lost;
	uint64_t doubles;
	uint64_t strays;
	uint64_t run_lost; /* of the gap being looked at */
	int64_t run_from_ns;
	int64_t last_ns;  /* of the last answer that is settled */
	int64_t heard_ns; /* of the last answer */
	int64_t longest_ns;
	uint8_t mac[ETH_ALEN]; /* who answered last */
	bool is_quiet;
};

struct probe {
	int packet_fd; /* sends ARP, receives everything */
	int icmp_fd;
	uint16_t id;
	struct sockaddr_in to;
	uint8_t arp[sizeof(struct ether_header) + sizeof(struct ether_arp)];
	struct in_addr own;
	struct track tracks[2];
};

enum { ARP, ICMP };

static volatile sig_atomic_t stop;

static void
handle_stop(int sig)
{
	(void)sig;
	stop = 1;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static const char *
mac_text(const uint8_t mac[ETH_ALEN], char buf[18])
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return buf;
}

static uint16_t
checksum(const void *data, size_t len)
{
	uint32_t sum = 0;
	uint16_t word;

	for (size_t at = 0; at + 1 < len; at += sizeof(word)) {
		memcpy(&word, (const uint8_t *)data + at, sizeof(word));
		sum += word;
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

static void
report_gap(struct track *t, const struct request *next)
{
	/* Before the first answer there was nobody to fall silent. */
	if (t->last_ns != 0) {
		int64_t silent_ns = next->answered_ns - t->last_ns;

		printf("{\"event\":\"gap\",\"kind\":\"%s\",\"from_ns\":%" PRId64 ",\"to_ns\":%" PRId64
		       ",\"lost\":%" PRIu64 ",\"silent_ms\":%.3f}\n",
		       t->name, t->run_from_ns, next->answered_ns, t->run_lost, (double)silent_ns / 1e6);
	}
	t->run_lost = 0;
}

/* Decide the oldest requests, in order: all that are answered, or are older than their slot. */
static void
track_settle(struct track *t, bool all)
{
	while (t->settled < t->sent) {
		struct request *r = &t->slot[t->settled % SLOTS];

		if (r->answered_ns == 0) {
			if (t->sent - t->settled < SLOTS && !all) {
				return;
			}
			if (t->run_lost++ == 0) {
				t->run_from_ns = r->sent_ns;
			}
			t->lost++;
		} else {
			if (t->run_lost > 0) {
				report_gap(t, r);
			}
			if (t->last_ns != 0 && r->answered_ns - t->last_ns > t->longest_ns) {
				t->longest_ns = r->answered_ns - t->last_ns;
			}
			t->last_ns = r->answered_ns;
			t->answered++;
		}
		t->settled++;
	}
}

static void
track_sent(struct track *t, int64_t sent_ns)
{
	track_settle(t, false);
	t->slot[t->sent % SLOTS] = (struct request){ .sent_ns = sent_ns, .in_use = true };
	t->sent++;
}

static void
track_answered(struct track *t, unsigned int slot, int64_t at_ns, const uint8_t mac[ETH_ALEN])
{
	struct request *r = &t->slot[slot % SLOTS];
	char first[18], second[18];

	if (!r->in_use || at_ns < r->sent_ns) {
		t->strays++;
		printf("{\"event\":\"stray\",\"kind\":\"%s\",\"at_ns\":%" PRId64 ",\"mac\":\"%s\"}\n",
		       t->name, at_ns, mac_text(mac, first));
		return;
	}
	if (r->answered_ns != 0) {
		t->doubles++;
		printf("{\"event\":\"double\",\"kind\":\"%s\",\"at_ns\":%" PRId64
		       ",\"macs\":[\"%s\",\"%s\"]}\n",
		       t->name, at_ns, mac_text(r->mac, first), mac_text(mac, second));
		return;
	}
	r->answered_ns = at_ns;
	t->heard_ns = at_ns;
	memcpy(r->mac, mac, ETH_ALEN);
	if (t->is_quiet || memcmp(t->mac, mac, ETH_ALEN) != 0) {
		memcpy(t->mac, mac, ETH_ALEN);
		t->is_quiet = false;
		printf("{\"event\":\"answer\",\"kind\":\"%s\",\"at_ns\":%" PRId64 ",\"mac\":\"%s\"}\n",
		       t->name, at_ns, mac_text(mac, first));
	}
	track_settle(t, false);
}

/* Say that a silence has begun, for those who watch. */
static void
track_watch(struct track *t, int64_t at_ns)
{
	if (!t->is_quiet && at_ns - t->heard_ns > QUIET_NS) {
		t->is_quiet = true;
		printf("{\"event\":\"quiet\",\"kind\":\"%s\",\"since_ns\":%" PRId64 "}\n", t->name,
		       t->heard_ns);
	}
}

static void
track_summary(const struct track *t, const char *end)
{
	printf("\"%s\":{\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"lost\":%" PRIu64
	       ",\"doubles\":%" PRIu64 ",\"strays\":%" PRIu64 ",\"longest_ms\":%.3f}%s",
	       t->name, t->sent, t->answered, t->lost, t->doubles, t->strays, (double)t->longest_ns / 1e6,
	       end);
}

static void
send_arp(struct probe *p)
{
	struct ether_arp *arp = (struct ether_arp *)(p->arp + sizeof(struct ether_header));
	struct track *t = &p->tracks[ARP];
	uint32_t sender_be = htonl(ntohl(p->own.s_addr) + 1 + (uint32_t)(t->sent % SLOTS));

	memcpy(arp->arp_spa, &sender_be, sizeof(sender_be));
	track_sent(t, now_ns());
	/* A frame that the link refuses is one that nobody answers. */
	(void)!write(p->packet_fd, p->arp, sizeof(p->arp));
}

static void
send_icmp(struct probe *p)
{
	struct track *t = &p->tracks[ICMP];
	struct icmphdr h = {
		.type = ICMP_ECHO,
		.un.echo = { .id = htons(p->id), .sequence = htons((uint16_t)t->sent) },
	};

	h.checksum = checksum(&h, sizeof(h));
	track_sent(t, now_ns());
	(void)!sendto(p->icmp_fd, &h, sizeof(h), MSG_DONTWAIT, (struct sockaddr *)&p->to,
		      sizeof(p->to));
}

static void
receive_arp(struct probe *p, const uint8_t *frame, size_t len, int64_t at_ns)
{
	const struct ether_arp *arp = (const void *)(frame + sizeof(struct ether_header));
	uint32_t target_be;

	if (len < sizeof(p->arp) || ntohs(arp->arp_op) != ARPOP_REPLY ||
	    memcmp(arp->arp_spa, &p->to.sin_addr, sizeof(p->to.sin_addr)) != 0) {
		return;
	}
	memcpy(&target_be, arp->arp_tpa, sizeof(target_be));
	uint32_t slot = ntohl(target_be) - ntohl(p->own.s_addr) - 1;

	if (slot < SLOTS) {
		track_answered(&p->tracks[ARP], slot, at_ns, arp->arp_sha);
	}
}

static void
receive_icmp(struct probe *p, const uint8_t *frame, size_t len, int64_t at_ns)
{
	const struct ether_header *eth = (const void *)frame;
	const struct iphdr *ip = (const void *)(frame + sizeof(*eth));
	const struct icmphdr *h;

	if (len < sizeof(*eth) + sizeof(*ip) + sizeof(*h) || ip->protocol != IPPROTO_ICMP ||
	    ip->ihl != 5 || ip->saddr != p->to.sin_addr.s_addr) {
		return;
	}
	h = (const void *)(ip + 1);
	if (h->type != ICMP_ECHOREPLY || ntohs(h->un.echo.id) != p->id) {
		return;
	}
	struct track *t = &p->tracks[ICMP];
	uint16_t sequence = ntohs(h->un.echo.sequence);
	uint16_t age = (uint16_t)(t->sent - 1) - sequence;

	if (age >= SLOTS) {
		char text[18];

		t->strays++;
		printf("{\"event\":\"stray\",\"kind\":\"icmp\",\"at_ns\":%" PRId64 ",\"mac\":\"%s\"}\n",
		       at_ns, mac_text(eth->ether_shost, text));
		return;
	}
	track_answered(t, sequence, at_ns, eth->ether_shost);
}

/* One frame; false when there is none. */
static bool
receive(struct probe *p)
{
	uint8_t frame[2048], control[CMSG_SPACE(sizeof(struct timespec))];
	struct iovec iov = { frame, sizeof(frame) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(p->packet_fd, &msg, MSG_DONTWAIT);
	int64_t at_ns = now_ns();

	if (len < (ssize_t)sizeof(struct ether_header)) {
		return len >= 0;
	}
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			at_ns = ts.tv_sec * 1000000000LL + ts.tv_nsec;
		}
	}
	switch (ntohs(((struct ether_header *)frame)->ether_type)) {
	case ETHERTYPE_ARP:
		receive_arp(p, frame, (size_t)len, at_ns);
		break;
	case ETHERTYPE_IP:
		receive_icmp(p, frame, (size_t)len, at_ns);
		break;
	}
	return true;
}

static int
open_sockets(struct probe *p, const char *iface)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(iface),
	};
	struct ifreq ifr = { 0 };
	int one = 1, size = 4 << 20;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	p->packet_fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	p->icmp_fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (p->packet_fd < 0 || p->icmp_fd < 0 || ll.sll_ifindex == 0 ||
	    bind(p->packet_fd, (struct sockaddr *)&ll, sizeof(ll)) != 0 ||
	    ioctl(p->packet_fd, SIOCGIFHWADDR, &ifr) != 0 ||
	    setsockopt(p->packet_fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0 ||
	    setsockopt(p->packet_fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) != 0) {
		return -errno;
	}
	setsockopt(p->packet_fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	/* What the kernel keeps for the echo socket is not read; the packet socket sees it, too. */
	size = 0;
	setsockopt(p->icmp_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));

	struct ether_header *eth = (struct ether_header *)p->arp;
	struct ether_arp *arp = (struct ether_arp *)(eth + 1);

	memset(eth->ether_dhost, 0xff, ETH_ALEN);
	memcpy(eth->ether_shost, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	eth->ether_type = htons(ETHERTYPE_ARP);
	arp->arp_hrd = htons(ARPHRD_ETHER);
	arp->arp_pro = htons(ETHERTYPE_IP);
	arp->arp_hln = ETH_ALEN;
	arp->arp_pln = sizeof(struct in_addr);
	arp->arp_op = htons(ARPOP_REQUEST);
	memcpy(arp->arp_sha, eth->ether_shost, ETH_ALEN);
	memcpy(arp->arp_tpa, &p->to.sin_addr, sizeof(p->to.sin_addr));
	return 0;
}

static void
run(struct probe *p, int64_t end_ns)
{
	int64_t next_ns = now_ns();

	while (!stop) {
		int64_t at_ns = now_ns();

		if (at_ns >= end_ns) {
			return;
		}
		if (at_ns >= next_ns) {
			if (at_ns - next_ns > STALL_NS) {
				printf("{\"event\":\"stall\",\"at_ns\":%" PRId64 ",\"ms\":%.3f}\n", at_ns,
				       (double)(at_ns - next_ns) / 1e6);
				next_ns = at_ns;
			}
			next_ns += INTERVAL_NS;
			send_arp(p);
			send_icmp(p);
			track_watch(&p->tracks[ARP], at_ns);
			track_watch(&p->tracks[ICMP], at_ns);
			fflush(stdout);
		}
		at_ns = now_ns();
		struct timespec wait = { .tv_nsec = next_ns > at_ns ? next_ns - at_ns : 0 };
		struct pollfd fd = { .fd = p->packet_fd, .events = POLLIN };

		if (ppoll(&fd, 1, &wait, NULL) > 0) {
			while (!stop && receive(p) && now_ns() < next_ns) {
			}
		}
	}
}

int
main(int argc, char **argv)
{
	static struct probe p = {
		.tracks = { { .name = "arp", .is_quiet = true }, { .name = "icmp", .is_quiet = true } },
	};
	struct sched_param first = { .sched_priority = 1 };

	if (argc < 4 || argc > 5 || inet_aton(argv[2], &p.own) == 0 ||
	    inet_aton(argv[3], &p.to.sin_addr) == 0) {
		fprintf(stderr, "usage: vipprobe INTERFACE OWN-ADDRESS VIRTUAL-ADDRESS [SECONDS]\n");
		return 2;
	}
	p.to.sin_family = AF_INET;
	p.id = (uint16_t)getpid();
	if (open_sockets(&p, argv[1]) != 0) {
		perror(argv[1]);
		return 1;
	}
	signal(SIGTERM, handle_stop);
	signal(SIGINT, handle_stop);
	/* Its own delays would look like the network's. */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	sched_setscheduler(0, SCHED_FIFO, &first);

	run(&p, argc > 4 ? now_ns() + (int64_t)(atof(argv[4]) * 1e9) : INT64_MAX);
	track_settle(&p.tracks[ARP], true);
	track_settle(&p.tracks[ICMP], true);
	printf("{\"event\":\"summary\",");
	track_summary(&p.tracks[ARP], ",");
	track_summary(&p.tracks[ICMP], "}\n");
	return 0;
}
