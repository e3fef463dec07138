/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vipprobe: does somebody answer for a virtual address, who, and for how long nobody?
 *
 * Every millisecond it sends one request for the MAC (ARP, or a neighbour solicitation) and one
 * echo request and says as JSON lines what comes back. Echoes go through the kernel, so that its
 * neighbour table and thus the announcements of a takeover count. Echoes are told apart by their
 * sequence number, requests for the MAC by their sender address: the 64 addresses above OWN take
 * turns, so that a second answer to one request is seen for what it is, and the kernel's own
 * requests do not get in between. Times are CLOCK_REALTIME, those of answers the kernel's at
 * reception.
 */
#include "vipprobe.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_NS NS_PER_MS
#define STALL_NS (5 * NS_PER_MS)

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

uint16_t
checksum(const void *data, size_t len)
{
	uint32_t sum = 0;
	uint16_t word;

	for (size_t at = 0; at + 1 < len; at += sizeof(word)) {
		memcpy(&word, (const uint8_t *)data + at, sizeof(word));
		sum += word;
	}
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
send_request(struct probe *p)
{
	struct track *t = &p->tracks[NEIGHBOUR];

	p->family->set_sender(p, (uint32_t)(t->sent % SLOTS));
	track_sent(t, now_ns());
	/* A frame that the link refuses is one that nobody answers. */
	(void)!write(p->packet_fd, p->request, p->request_len);
}

static void
send_echo(struct probe *p)
{
	struct track *t = &p->tracks[ECHO];
	uint8_t echo[ECHO_MAX];
	size_t len = p->family->build_echo(p, (uint16_t)t->sent, echo);

	track_sent(t, now_ns());
	(void)!sendto(p->echo_fd, echo, len, MSG_DONTWAIT, &p->to.any, p->to_len);
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
	p->family->receive(p, frame, (size_t)len, at_ns);
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
	p->echo_fd = p->family->open_echo();
	if (p->packet_fd < 0 || p->echo_fd < 0 || ll.sll_ifindex == 0 ||
	    bind(p->packet_fd, (struct sockaddr *)&ll, sizeof(ll)) != 0 ||
	    ioctl(p->packet_fd, SIOCGIFHWADDR, &ifr) != 0 ||
	    setsockopt(p->packet_fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0 ||
	    setsockopt(p->packet_fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) != 0) {
		return -errno;
	}
	setsockopt(p->packet_fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	/* What the kernel keeps for the echo socket is not read; the packet socket sees it, too. */
	size = 0;
	setsockopt(p->echo_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));

	p->family->prepare(p, (unsigned int)ll.sll_ifindex,
			   (const uint8_t *)ifr.ifr_hwaddr.sa_data);
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
			send_request(p);
			send_echo(p);
			track_watch(&p->tracks[NEIGHBOUR], at_ns);
			track_watch(&p->tracks[ECHO], at_ns);
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
	static struct probe p = { .tracks = { { .is_quiet = true }, { .is_quiet = true } } };
	struct sched_param first = { .sched_priority = 1 };

	p.family = argc > 3 && strchr(argv[3], ':') != NULL ? &family6 : &family4;
	if (argc < 4 || argc > 5 || !p.family->parse(&p, argv[2], argv[3])) {
		fprintf(stderr, "usage: vipprobe INTERFACE OWN-ADDRESS VIRTUAL-ADDRESS [SECONDS]\n");
		return 2;
	}
	p.tracks[NEIGHBOUR].name = p.family->neighbour;
	p.tracks[ECHO].name = p.family->echo;
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
	track_settle(&p.tracks[NEIGHBOUR], true);
	track_settle(&p.tracks[ECHO], true);
	printf("{\"event\":\"summary\",");
	track_summary(&p.tracks[NEIGHBOUR], ",");
	track_summary(&p.tracks[ECHO], "}\n");
	return 0;
}
