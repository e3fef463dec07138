/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Configurations made by hand, for the tests of routes.
 */
#ifndef ROUTES_BENCH_H
#define ROUTES_BENCH_H

#include "config/config.h"

#define ROUTES_BENCH_MAX 64

struct routes_bench {
	struct config config;
	struct config_interface interface[4];
	struct config_vhid vhid[4];
	struct ip_prefix own[4][8];
	struct ip_prefix virtual[4][8];
	struct config_route route[ROUTES_BENCH_MAX];
	struct config_path path[ROUTES_BENCH_MAX];
};

/** Nothing but these interfaces; the last name is NULL. */
void routes_bench_init(struct routes_bench *b, const char *const names[]);

void routes_bench_own(struct routes_bench *b, unsigned int interface, const char *prefix);
void routes_bench_vhid(struct routes_bench *b, unsigned int interface, uint8_t vhid,
		       const char *prefix);

/** A route by these next hops of one interface; the last is NULL. None: a blackhole. */
void routes_bench_route(struct routes_bench *b, const char *prefix, unsigned int interface,
			const char *const via[]);
void routes_bench_connected(struct routes_bench *b, const char *prefix, unsigned int interface);

#endif /* ROUTES_BENCH_H */
