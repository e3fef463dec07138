/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAP_SIZE 64

void
sim_network_init(struct sim_network *net, struct sim_random *random, unsigned int hosts)
{
	*net = (struct sim_network){ .random = random, .host_count = hosts };
}

void
sim_network_free(struct sim_network *net)
{
	free(net->heap);
	net->heap = NULL;
	net->heap_len = net->heap_size = 0;
}

static bool
is_earlier(const struct sim_delivery *a, const struct sim_delivery *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->sequence < b->sequence;
}

static void
heap_swap(struct sim_network *net, size_t a, size_t b)
{
	struct sim_delivery tmp = net->heap[a];

	net->heap[a] = net->heap[b];
	net->heap[b] = tmp;
}

static void
heap_grow(struct sim_network *net)
{
	net->heap_size = net->heap_size > 0 ? 2 * net->heap_size : HEAP_SIZE;
	net->heap = realloc(net->heap, net->heap_size * sizeof(*net->heap));
	if (net->heap == NULL) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
}

static void
heap_push(struct sim_network *net, const struct sim_delivery *d)
{
	size_t i = net->heap_len;

	if (net->heap_len == net->heap_size)
		heap_grow(net);
	net->heap[net->heap_len++] = *d;
	while (i > 0 && is_earlier(&net->heap[i], &net->heap[(i - 1) / 2])) {
		heap_swap(net, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void
heap_pop(struct sim_network *net, struct sim_delivery *out)
{
	size_t i = 0;

	*out = net->heap[0];
	net->heap[0] = net->heap[--net->heap_len];
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
			if (child < net->heap_len &&
			    is_earlier(&net->heap[child], &net->heap[least]))
				least = child;
		}
		if (least == i)
			return;
		heap_swap(net, i, least);
		i = least;
	}
}

static void
deliver_later(struct sim_network *net, uint64_t now_us, unsigned int segment, unsigned int from,
	      unsigned int to, const struct sim_frame *frame)
{
	const struct sim_weather *w = &net->weather;
	uint64_t *last_us = &net->last_us[segment][from][to];
	struct sim_delivery d = {
		.at_us = now_us + sim_random_range(net->random, w->delay_min_us, w->delay_max_us),
		.sequence = net->sequence++,
		.segment = segment,
		.host = to,
		.frame = *frame,
	};

	if (w->keeps_order && d.at_us < *last_us)
		d.at_us = *last_us;
	*last_us = d.at_us;
	heap_push(net, &d);
}

static bool
reaches(struct sim_network *net, unsigned int segment, unsigned int from, unsigned int to,
	uint8_t family)
{
	if (net->is_unplugged[segment][to])
		return false;
	if (from == SIM_CLIENT)
		return true;
	if (net->is_unplugged[segment][from] || net->is_cut[segment][from][to] ||
	    net->is_family_cut[family][segment][from][to])
		return false;
	if (from == to)
		return sim_random_chance(net->random, net->weather.echo_per_mille);
	return !sim_random_chance(net->random, net->weather.loss_per_mille);
}

void
sim_network_send(struct sim_network *net, uint64_t now_us, unsigned int segment,
		 unsigned int from, const struct sim_frame *frame)
{
	for (unsigned int to = 0; to < net->host_count; to++) {
		if (!reaches(net, segment, from, to, frame->from.family))
			continue;
		deliver_later(net, now_us, segment, from, to, frame);
		if (sim_random_chance(net->random, net->weather.duplicate_per_mille))
			deliver_later(net, now_us, segment, from, to, frame);
	}
}

uint64_t
sim_network_next_us(const struct sim_network *net)
{
	return net->heap_len > 0 ? net->heap[0].at_us : CARP_NEVER;
}

bool
sim_network_take(struct sim_network *net, struct sim_delivery *out)
{
	heap_pop(net, out);
	return !net->is_unplugged[out->segment][out->host];
}

void
sim_network_heal(struct sim_network *net)
{
	memset(net->is_cut, 0, sizeof(net->is_cut));
	memset(net->is_family_cut, 0, sizeof(net->is_family_cut));
	memset(net->is_unplugged, 0, sizeof(net->is_unplugged));
	net->weather.loss_per_mille = 0;
	net->weather.duplicate_per_mille = 0;
	net->weather.echo_per_mille = 0;
}
