/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vipblast: send prepared frames as fast as the link carries them.
 *
 * Standard input holds the frames, each after its length as two octets in network order. They are
 * sent in turn until the time is over; then one JSON line says how many left.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAMES_MAX 4096
#define FRAME_LEN_MAX 1514
#define BURST 64

static uint8_t frames[FRAMES_MAX][FRAME_LEN_MAX];
static uint16_t lengths[FRAMES_MAX];

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
read_frames(FILE *from)
{
	uint16_t len_be;
	size_t count = 0;

	while (count < FRAMES_MAX && fread(&len_be, sizeof(len_be), 1, from) == 1) {
		uint16_t len = ntohs(len_be);

		if (len > FRAME_LEN_MAX || fread(frames[count], 1, len, from) != len) {
			return 0;
		}
		lengths[count++] = len;
	}
	return count;
}

static int
open_socket(const char *iface)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(iface),
	};
	int one = 1;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || ll.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&ll, sizeof(ll)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) != 0) {
		return -errno;
	}
	return fd;
}

static uint64_t
blast(int fd, size_t count, double end_s)
{
	struct mmsghdr msg[BURST] = { 0 };
	struct iovec iov[BURST];
	uint64_t sent = 0;
	size_t next = 0;

	while (now_s() < end_s) {
		for (int i = 0; i < BURST; i++) {
			iov[i] = (struct iovec){ frames[next], lengths[next] };
			msg[i].msg_hdr.msg_iov = &iov[i];
			msg[i].msg_hdr.msg_iovlen = 1;
			next = (next + 1) % count;
		}
		int n = sendmmsg(fd, msg, BURST, 0);

		if (n > 0) {
			sent += (uint64_t)n;
		}
	}
	return sent;
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: vipblast INTERFACE SECONDS < FRAMES\n");
		return 2;
	}
	size_t count = read_frames(stdin);
	int fd = open_socket(argv[1]);

	if (count == 0 || fd < 0) {
		fprintf(stderr, "vipblast: %s\n", count == 0 ? "no frames" : strerror(-fd));
		return 1;
	}
	double seconds = atof(argv[2]);
	uint64_t sent = blast(fd, count, now_s() + seconds);

	printf("{\"sent\":%" PRIu64 ",\"per_second\":%.0f}\n", sent, (double)sent / seconds);
	close(fd);
	return 0;
}
