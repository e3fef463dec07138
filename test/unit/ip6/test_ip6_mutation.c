/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Damaged frames of IPv6: neighbour discovery, echo, CARP. Whatever comes is answered rightly, handed
 * on, or dropped for one reason.
 *
 * usage: test_ip6_mutation [SEED]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ip6_bench.h"

#define FRAMES 100000

/* splitmix64: the same sequence everywhere. */
static uint64_t chance;

static size_t
below(size_t limit)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (size_t)((z ^ z >> 31) % limit);
}

#define IP "86dd 6000 0000 0020 3aff "
#define CLIENT "fd00 0001 0000 0000 0000 0000 0000 0009 "
#define CLIENT_LOCAL "fe80 0000 0000 0000 0000 0000 0000 0009 "
#define OWN "fd00 0001 0000 0000 0000 0000 0000 0002 "
#define TENTATIVE "fd00 0001 0000 0000 0000 0000 0000 0003 "
#define VIRTUAL "fd00 0001 0000 0000 0000 0000 0000 0064 "
#define NOBODY "0000 0000 0000 0000 0000 0000 0000 0000 "
#define ASKED "ff02 0000 0000 0000 0000 0001 ff00 0064 "
#define ALL "ff02 0000 0000 0000 0000 0000 0000 0001 "
#define TO_ASKED "3333 ff00 0064 0200 0000 0009 " IP
#define TO_ALL "3333 0000 0001 0200 0000 0009 " IP
#define TO_US "0200 0000 0002 0200 0000 0009 " IP
#define FROM_MAC "0101 0200 0000 0009 "
#define TO_MAC "0201 0200 0000 0009 "

/* Frames without fault but for their lengths and checksums, which are made right. */
static const char *const good[] = {
	TO_ASKED CLIENT ASKED "8700 0000 0000 0000" VIRTUAL FROM_MAC,
	TO_ASKED CLIENT ASKED "8700 0000 0000 0000" OWN FROM_MAC,
	TO_ASKED NOBODY ASKED "8700 0000 0000 0000" VIRTUAL,
	TO_ASKED NOBODY ASKED "8700 0000 0000 0000" TENTATIVE "0e01 0102 0304 0506",
	TO_ASKED VIRTUAL ASKED "8700 0000 0000 0000" OWN FROM_MAC,
	TO_US CLIENT VIRTUAL "8700 0000 0000 0000" VIRTUAL,
	TO_US CLIENT OWN "8800 0000 6000 0000" CLIENT TO_MAC,
	TO_ALL CLIENT ALL "8800 0000 2000 0000" CLIENT TO_MAC,
	TO_ALL VIRTUAL ALL "8800 0000 2000 0000" VIRTUAL TO_MAC,
	TO_ALL CLIENT_LOCAL ALL "8500 0000 0000 0000" FROM_MAC,
	TO_ALL CLIENT_LOCAL ALL "8600 0000 4000 0708 0000 0000 0000 0000" FROM_MAC,
	TO_US CLIENT_LOCAL OWN "8900 0000 0000 0000" CLIENT_LOCAL CLIENT,
	TO_US CLIENT VIRTUAL "8000 0000 0001 0002 0304 0506 0708 090a",
	TO_US CLIENT OWN "8000 0000 0001 0002 0304 0506 0708 090a",
	"0200 0000 0002 0200 0000 0009 86dd 6000 0000 0018 2c40" CLIENT OWN
	"3a00 0001 0000 0001 8000 0000 0001 0002 0304 0506 0708 090a",
	"0200 0000 0002 0200 0000 0009 86dd 6000 0000 0018 0040" CLIENT OWN
	"3a00 0502 0000 0000 8000 0000 0001 0002 0304 0506 0708 090a",
	"3333 0000 0012 0000 5e00 0101 86dd 6e00 0000 0024 70ff" CLIENT_LOCAL
	"ff02 0000 0000 0000 0000 0000 0000 0012"
	"2101 0007 0001 0000 0000 0000 0000 0005 0102 0304 0506 0708 090a 0b0c 0d0e 0f10 1112 1314",
};

#define KINDS (sizeof(good) / sizeof(good[0]))

struct frame {
	uint8_t octets[IP6_FRAME_MAX];
	size_t len;
};

static struct frame frames[KINDS];

static void
damage_once(struct frame *f)
{
	static const uint8_t odd[] = { 0, 1, 2, 58, 44, 112, 133, 135, 136, 137, 128, 254, 255 };
	const struct frame *other = &frames[below(KINDS)];
	size_t at = below(f->len), count;

	switch (below(7)) {
	case 0:
	case 1:
		f->octets[at] ^= (uint8_t)(1u << below(8));
		break;
	case 2:
		f->octets[at] = odd[below(sizeof(odd))];
		break;
	case 3:
		f->octets[at] = (uint8_t)below(256);
		break;
	case 4: /* the end is missing */
		f->len = 14 + below(f->len - 13);
		break;
	case 5: /* more than there should be */
		for (count = below(100); count > 0 && f->len < IP6_FRAME_MAX; count--)
			f->octets[f->len++] = (uint8_t)below(256);
		break;
	default: /* a part of another frame, often a whole address */
		at = below(2) == 0 ? at : 22 + 16 * below(2);
		count = f->len < other->len ? f->len : other->len;
		if (count > at)
			memcpy(f->octets + at, other->octets + at, below(count - at) + 1);
	}
}

static void
feed_damaged(uint64_t ways[])
{
	struct frame f = frames[below(KINDS)];
	const struct ip6_setting setting = {
		.is_master = below(4) != 0,
		.is_fenced = below(8) == 0,
		.is_router = below(2) == 0,
		.is_exact = below(2) == 0,
		.split = below(8) == 0 ? (uint16_t)below(f.len) : 0,
	};

	for (size_t n = below(4); n > 0; n--)
		damage_once(&f);
	/* Most damage ends at a checksum; the most of it is to get further. */
	if (below(4) != 0)
		ip6_bench_repair(f.octets, f.len);
	ways[ip6_bench_feed(&setting, f.octets, f.len)]++;
}

/* That the damage is not so great that nothing is ever reached: each way and refusal was taken. */
static bool
has_reached_all(const uint64_t ways[])
{
	bool has_all = true;

	for (int i = IP6_LEFT; i <= IP6_DROP; i++)
		has_all &= ways[i] > FRAMES / 1000;
	for (int i = 0; i < ND_COUNTERS; i++) {
		if (counter_read(&ip6_nd.counter[i]) > 0)
			continue;
		fprintf(stderr, "%s is 0\n", nd_counter_name(i));
		has_all = false;
	}
	for (int i = FWD_RECEIVED6; i <= FWD_DROP_MARTIAN6; i++) {
		if (counter_read(&ip6_fwd.counter[i]) > 0)
			continue;
		fprintf(stderr, "%s is 0\n", fwd_counter_name(i));
		has_all = false;
	}
	return has_all;
}

int
main(int argc, char **argv)
{
	uint64_t ways[IP6_DROP + 1] = { 0 };

	chance = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	printf("seed %" PRIu64 "\n", chance);
	fflush(stdout);
	if (!ip6_bench_start())
		return EXIT_FAILURE;
	for (size_t i = 0; i < KINDS; i++) {
		frames[i].len = frame_from_hex(good[i], frames[i].octets, IP6_FRAME_MAX);
		if (frames[i].octets[20] == 58)
			ip6_bench_repair(frames[i].octets, frames[i].len);
	}
	for (int n = 0; n < FRAMES; n++)
		feed_damaged(ways);
	printf("%d frames: %" PRIu64 " answered, %" PRIu64 " handed on, %" PRIu64 " dropped\n", FRAMES,
	       ways[IP6_REPLY], ways[IP6_CARP], ways[IP6_DROP]);
	return has_reached_all(ways) ? EXIT_SUCCESS : EXIT_FAILURE;
}
