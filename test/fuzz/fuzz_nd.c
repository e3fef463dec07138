/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A frame on the way of IPv6 in a worker: neighbour discovery, echo, and what is refused. The first
 * octet says how it comes in, the next two the length of its first segment if it has two; the
 * others are the frame. What must hold of it is in ip6_bench.c.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "ip6_bench.h"

#define HEAD_LEN 3
#define ETHER_LEN 14

enum {
	IS_BACKUP = 0x01,
	IS_FENCED = 0x02,
	IS_ROUTER = 0x04,
	HAS_ROOM = 0x08,
	IS_SPLIT = 0x10,
	IS_AS_IT_IS = 0x20, /* length and checksum are not made right */
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_started;
	uint8_t frame[IP6_FRAME_MAX];
	struct ip6_setting setting = { 0 };
	size_t len = size - HEAD_LEN;

	if (size < HEAD_LEN + ETHER_LEN || len > sizeof(frame))
		return 0;
	if (!is_started)
		FUZZ_REQUIRE(ip6_bench_start());
	is_started = true;
	setting.is_master = (data[0] & IS_BACKUP) == 0;
	setting.is_fenced = (data[0] & IS_FENCED) != 0;
	setting.is_router = (data[0] & IS_ROUTER) != 0;
	setting.is_exact = (data[0] & HAS_ROOM) == 0;
	if ((data[0] & IS_SPLIT) != 0)
		setting.split = (uint16_t)(data[1] << 8 | data[2]);
	memcpy(frame, data + HEAD_LEN, len);
	if ((data[0] & IS_AS_IT_IS) == 0)
		ip6_bench_repair(frame, len);
	ip6_bench_feed(&setting, frame, len);
	return 0;
}
