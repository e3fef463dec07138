/* SPDX-License-Identifier: BSD-3-Clause */
#include "frames.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>

#define POOL_FRAMES 1023

static struct rte_mempool *pool;

bool
frames_start(void)
{
	return frames_start_with(64, NULL);
}

bool
frames_start_with(unsigned int memory_mib, const char *option)
{
	char cpu[16], memory[16];
	char *argv[] = { "frames",     "--no-huge",  "-m", memory, "--no-pci",
			 "--no-telemetry", "--no-shconf", "-l", cpu,  "--log-level=error",
			 (char *)(uintptr_t)option };
	int argc = (int)RTE_DIM(argv) - (option == NULL);

	/* One of those that this process may use. */
	snprintf(cpu, sizeof(cpu), "%d", sched_getcpu());
	snprintf(memory, sizeof(memory), "%u", memory_mib);
	if (rte_eal_init(argc, argv) < 0) {
		fprintf(stderr, "EAL: %s\n", rte_strerror(rte_errno));
		return false;
	}
	pool = rte_pktmbuf_pool_create("frames", POOL_FRAMES, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	return pool != NULL;
}

static struct rte_mbuf *
segment_new(const void *octets, size_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	void *room = m == NULL ? NULL : rte_pktmbuf_append(m, (uint16_t)len);

	if (room == NULL) {
		fprintf(stderr, "no frame of %zu octets\n", len);
		abort();
	}
	memcpy(room, octets, len);
	return m;
}

struct rte_mbuf *
frame_new(const void *octets, size_t len)
{
	return segment_new(octets, len);
}

struct rte_mbuf *
frame_new_split(const void *octets, size_t len, size_t first)
{
	struct rte_mbuf *m = segment_new(octets, first);

	if (rte_pktmbuf_chain(m, segment_new((const uint8_t *)octets + first, len - first)) != 0)
		abort();
	return m;
}

static void
free_octets(void *octets, void *owner)
{
	free(octets);
	free(owner);
}

struct rte_mbuf *
frame_new_exact(const void *octets, size_t len)
{
	struct rte_mbuf_ext_shared_info *owner = malloc(sizeof(*owner));
	struct rte_mbuf *m = segment_new("", 0);
	uint8_t *copy = malloc(len);

	if (owner == NULL || copy == NULL)
		abort();
	memcpy(copy, octets, len);
	owner->free_cb = free_octets;
	owner->fcb_opaque = owner;
	rte_mbuf_ext_refcnt_set(owner, 1);
	rte_pktmbuf_attach_extbuf(m, copy, RTE_BAD_IOVA, (uint16_t)len, owner);
	m->data_off = 0;
	m->data_len = (uint16_t)len;
	m->pkt_len = (uint32_t)len;
	return m;
}

unsigned int
frames_in_use(void)
{
	return rte_mempool_in_use_count(pool);
}

size_t
frame_from_hex(const char *hex, uint8_t *out, size_t room)
{
	size_t count = 0;
	unsigned int octet;

	while (*hex != '\0') {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		if (count == room || sscanf(hex, "%2x", &octet) != 1)
			abort();
		out[count++] = (uint8_t)octet;
		hex += 2;
	}
	return count;
}

int
counters_take_one(counter_t *counters, size_t count)
{
	int found = -1;
	bool is_one = true;

	for (size_t i = 0; i < count; i++) {
		uint64_t value = counter_read(&counters[i]);

		atomic_store(&counters[i], 0);
		if (value == 0)
			continue;
		is_one = is_one && found < 0 && value == 1;
		found = (int)i;
	}
	return is_one ? found : -1;
}
