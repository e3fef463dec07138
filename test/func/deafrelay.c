/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * deafrelay: a cable that loses what is sent to one MAC.
 *
 * Frames go from ONE to OTHER and back. After SIGUSR1 those to MAC do not, after SIGUSR2 they do
 * again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FRAME_LEN_MAX 9700
#define BURST 64

static volatile sig_atomic_t is_deaf;

static void
hear(int sig)
{
	is_deaf = sig == SIGUSR1;
}

static int
open_socket(const char *interface)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(interface),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	int on = 1;

	if (fd < 0 || address.sll_ifindex == 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0) {
		fprintf(stderr, "deafrelay: %s: %s\n", interface, strerror(errno));
		exit(1);
	}
	return fd;
}

static void
relay(int from, int to, const struct ether_addr *mac)
{
	static uint8_t frame[FRAME_LEN_MAX];

	for (int i = 0; i < BURST; i++) {
		ssize_t len = recv(from, frame, sizeof(frame), MSG_DONTWAIT);

		if (len < ETH_ALEN)
			return;
		if (!is_deaf || memcmp(frame, mac, ETH_ALEN) != 0)
			(void)send(to, frame, (size_t)len, 0);
	}
}

int
main(int argc, char **argv)
{
	const struct ether_addr *mac = argc == 4 ? ether_aton(argv[3]) : NULL;
	struct pollfd side[2] = { { .events = POLLIN }, { .events = POLLIN } };

	if (mac == NULL) {
		fprintf(stderr, "usage: deafrelay ONE OTHER MAC\n");
		return 2;
	}
	side[0].fd = open_socket(argv[1]);
	side[1].fd = open_socket(argv[2]);
	signal(SIGUSR1, hear);
	signal(SIGUSR2, hear);
	puts("deafrelay: ready");
	fflush(stdout);
	while (poll(side, 2, -1) > 0 || errno == EINTR) {
		relay(side[0].fd, side[1].fd, mac);
		relay(side[1].fd, side[0].fd, mac);
	}
	return 1;
}
