/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim_world.h"

#include <stdarg.h>
#include <stdio.h>

/* More turns than this without the clock moving on is a host that never has enough. */
#define TURNS_MAX 10000

void
sim_world_init(struct sim_world *w, uint64_t seed, bool print)
{
	*w = (struct sim_world){ .seed = seed, .trace.print = print };
	sim_random_seed(&w->random, seed);
}

void
sim_world_free(struct sim_world *w)
{
	sim_network_free(&w->net);
}

void
sim_world_fail(struct sim_world *w, const char *format, ...)
{
	va_list args;

	if (w->has_failed)
		return;
	w->has_failed = true;
	va_start(args, format);
	vsnprintf(w->failure, sizeof(w->failure), format, args);
	va_end(args);
}

void
sim_world_role(struct sim_world *w, enum carp_state from, enum carp_state to)
{
	w->transitions++;
	if (w->role_changed != NULL)
		w->role_changed(w, from, to);
}

static uint64_t
next_us(const struct sim_world *w)
{
	uint64_t next = sim_network_next_us(&w->net);

	for (unsigned int i = 0; i < w->host_count; i++) {
		uint64_t due = w->hosts[i].next_us(w->hosts[i].self);

		if (due < next)
			next = due;
	}
	return next;
}

static void
run_turn(struct sim_world *w)
{
	struct sim_delivery d;

	while (sim_network_next_us(&w->net) <= w->now_us) {
		if (sim_network_take(&w->net, &d))
			w->hosts[d.host].receive(w->hosts[d.host].self, &d);
	}
	for (unsigned int i = 0; i < w->host_count; i++) {
		if (w->hosts[i].next_us(w->hosts[i].self) <= w->now_us)
			w->hosts[i].run(w->hosts[i].self);
	}
}

void
sim_world_run(struct sim_world *w, uint64_t until_us)
{
	unsigned int turns = 0;
	uint64_t next;

	while (!w->has_failed && (next = next_us(w)) <= until_us) {
		if (next > w->now_us) {
			w->now_us = next;
			turns = 0;
		} else if (++turns > TURNS_MAX) {
			sim_world_fail(w, "time stands still");
		}
		run_turn(w);
	}
	w->now_us = until_us;
}
