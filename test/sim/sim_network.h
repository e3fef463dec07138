/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Segments that carry frames between hosts: delay, loss, duplication, echoes, cuts.
 *
 * Each copy of a frame has a delay of its own, so frames may overtake one another.
 *
 * Memory: sim_network_init() and sim_network_send() allocate, sim_network_free() frees.
 */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ipaddr.h"
#include "carp/carp.h"

#include "sim_random.h"

#define SIM_HOSTS_MAX 6
#define SIM_CLIENT (SIM_HOSTS_MAX - 1)
#define SIM_SEGMENTS_MAX 2

/** An advertisement, or a client's question who answers for a vhid. */
struct sim_frame {
	bool is_probe;
	uint8_t ttl;
	struct ip_addr from;
	uint8_t payload[CARP_HEADER_LEN]; /**< of a probe: payload[1], the vhid */
};

struct sim_delivery {
	uint64_t at_us;
	uint64_t sequence; /**< order among equal times */
	unsigned int segment;
	unsigned int host;
	struct sim_frame frame;
};

/** How a frame fares; the same for all segments. */
struct sim_weather {
	uint64_t delay_min_us;
	uint64_t delay_max_us;
	unsigned int loss_per_mille;
	unsigned int duplicate_per_mille;
	unsigned int echo_per_mille; /**< comes back to its sender */
	bool keeps_order;            /**< between two hosts no frame overtakes another */
};

struct sim_network {
	struct sim_random *random;
	unsigned int host_count;
	struct sim_weather weather;
	bool is_cut[SIM_SEGMENTS_MAX][SIM_HOSTS_MAX][SIM_HOSTS_MAX]; /**< [segment][from][to] */
	/** As above, of the frames of one family. */
	bool is_family_cut[IP_FAMILIES][SIM_SEGMENTS_MAX][SIM_HOSTS_MAX][SIM_HOSTS_MAX];
	bool is_unplugged[SIM_SEGMENTS_MAX][SIM_HOSTS_MAX];
	uint64_t last_us[SIM_SEGMENTS_MAX][SIM_HOSTS_MAX][SIM_HOSTS_MAX]; /**< of an arrival */
	struct sim_delivery *heap;
	size_t heap_len;
	size_t heap_size;
	uint64_t sequence;
};

void sim_network_init(struct sim_network *net, struct sim_random *random, unsigned int hosts);
void sim_network_free(struct sim_network *net);

/** @param from the sending host, or SIM_CLIENT, whom no cut concerns */
void sim_network_send(struct sim_network *net, uint64_t now_us, unsigned int segment,
		      unsigned int from, const struct sim_frame *frame);

/** When the next frame arrives; CARP_NEVER if none is under way. */
uint64_t sim_network_next_us(const struct sim_network *net);
/** Take the frame that arrives next; false if its host is unplugged by now. */
bool sim_network_take(struct sim_network *net, struct sim_delivery *out);

/** No cuts, nothing unplugged, nothing lost. */
void sim_network_heal(struct sim_network *net);

#endif /* SIM_NETWORK_H */
