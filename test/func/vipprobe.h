/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What vipprobe.c and its two families share.
 */
#ifndef VIPPROBE_H
#define VIPPROBE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "viptrack.h"

enum { NEIGHBOUR, ECHO };

struct probe;

/* What differs between IPv4 and IPv6. */
struct family {
	const char *neighbour; /* names of the two kinds of requests */
	const char *echo;
	bool (*parse)(struct probe *p, const char *own, const char *to);
	int (*open_echo)(void);
	void (*prepare)(struct probe *p, unsigned int ifindex, const uint8_t mac[ETH_ALEN]);
	/* The request for the MAC, as if from the address that is @slot above the own one. */
	void (*set_sender)(struct probe *p, uint32_t slot);
	size_t (*build_echo)(const struct probe *p, uint16_t sequence, uint8_t *out);
	void (*receive)(struct probe *p, const uint8_t *frame, size_t len, int64_t at_ns);
};

struct probe {
	const struct family *family;
	int packet_fd; /* sends requests for the MAC, receives everything */
	int echo_fd;
	uint16_t id;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to;
	socklen_t to_len;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} own;
	uint8_t request[128]; /* the frame that asks for the MAC */
	size_t request_len;
	struct track tracks[2];
};

#define ECHO_MAX 16

extern const struct family family4;
extern const struct family family6;

uint16_t checksum(const void *data, size_t len);

#endif /* VIPPROBE_H */
