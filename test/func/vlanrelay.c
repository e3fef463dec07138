/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vlanrelay: 802.1Q where the kernel has no VLAN devices.
 *
 * What arrives on TRUNK with a tag of VID leaves ACCESS without it, what arrives on ACCESS leaves
 * TRUNK with that tag; everything else is not relayed. A received tag is in the frame, or the
 * kernel has taken it off and says so beside the frame.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAG_LEN 4
#define ADDRESSES_LEN (2 * ETH_ALEN)
#define VID_MASK 0xfff
#define FRAME_LEN_MAX 9700
/* Frames taken from one side before the other has its turn. */
#define BURST 64
#define RECEIVE_BUFFER (16 << 20)

/* A frame lies behind room for a tag. */
struct frame {
	uint8_t room[TAG_LEN];
	uint8_t data[FRAME_LEN_MAX];
	size_t len;
	int vid; /* -1: without a tag */
};

static int
open_socket(const char *interface)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(interface),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	int on = 1, size = RECEIVE_BUFFER;

	if (fd < 0 || address.sll_ifindex == 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0) {
		fprintf(stderr, "vlanrelay: %s: %s\n", interface, strerror(errno));
		exit(1);
	}
	return fd;
}

/* The tag that the kernel took off, -1 if it did not. */
static int
tag_beside(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if ((aux.tp_status & TP_STATUS_VLAN_VALID) != 0)
			return aux.tp_vlan_tci;
	}
	return -1;
}

/* Take a tag out of the frame itself; -1 if there is none. */
static int
take_tag(struct frame *f)
{
	uint16_t type_be, tci_be;

	if (f->len < ADDRESSES_LEN + TAG_LEN + sizeof(type_be))
		return -1;
	memcpy(&type_be, f->data + ADDRESSES_LEN, sizeof(type_be));
	if (type_be != htons(ETHERTYPE_VLAN))
		return -1;
	memcpy(&tci_be, f->data + ADDRESSES_LEN + sizeof(type_be), sizeof(tci_be));
	f->len -= TAG_LEN;
	memmove(f->data + ADDRESSES_LEN, f->data + ADDRESSES_LEN + TAG_LEN, f->len - ADDRESSES_LEN);
	return ntohs(tci_be);
}

static bool
receive(int fd, struct frame *f)
{
	uint8_t control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec data = { f->data, sizeof(f->data) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(fd, &message, MSG_DONTWAIT);
	int tci;

	if (len < (ssize_t)sizeof(struct ether_header))
		return false;
	f->len = (size_t)len;
	tci = tag_beside(&message);
	if (tci < 0)
		tci = take_tag(f);
	f->vid = tci < 0 ? -1 : tci & VID_MASK;
	return true;
}

static void
send_tagged(int fd, struct frame *f, int vid)
{
	const uint16_t tag_be[] = { htons(ETHERTYPE_VLAN), htons((uint16_t)vid) };

	memmove(f->room, f->data, ADDRESSES_LEN);
	memcpy(f->room + ADDRESSES_LEN, tag_be, sizeof(tag_be));
	(void)send(fd, f->room, f->len + TAG_LEN, 0);
}

int
main(int argc, char **argv)
{
	static struct frame frame;
	int vid = argc == 4 ? atoi(argv[3]) : 0;
	struct pollfd side[2] = { { .events = POLLIN }, { .events = POLLIN } };

	if (vid < 1 || vid >= VID_MASK) {
		fprintf(stderr, "usage: vlanrelay TRUNK ACCESS VID\n");
		return 2;
	}
	side[0].fd = open_socket(argv[1]);
	side[1].fd = open_socket(argv[2]);
	puts("vlanrelay: ready");
	fflush(stdout);
	while (poll(side, 2, -1) > 0) {
		for (int i = 0; i < BURST && receive(side[0].fd, &frame); i++)
			if (frame.vid == vid)
				(void)send(side[1].fd, frame.data, frame.len, 0);
		for (int i = 0; i < BURST && receive(side[1].fd, &frame); i++)
			if (frame.vid < 0)
				send_tagged(side[0].fd, &frame, vid);
	}
	return 1;
}
