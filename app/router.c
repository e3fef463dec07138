/* SPDX-License-Identifier: BSD-3-Clause */
#include "router.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

/* What an interface tells in a second, as of hosts that somebody scans for. */
#define ERRORS_PER_SECOND 1000
#define ERRORS_BURST 100

#define POOL_CACHE 128

static int
create_pools(struct fwd_router *router)
{
	router->pool = rte_pktmbuf_pool_create("koi_router", ROUTER_POOL_SIZE, POOL_CACHE, 0, ROUTER_POOL_ROOM,
					       SOCKET_ID_ANY);
	router->indirect = rte_pktmbuf_pool_create("koi_indirect", ROUTER_POOL_SIZE, POOL_CACHE, 0, 0,
						   SOCKET_ID_ANY);
	return router->pool == NULL || router->indirect == NULL ? -ENOMEM : 0;
}

int
router_create(struct runtime *r)
{
	struct fwd_router *router = &r->router;
	uint64_t share = ERRORS_PER_SECOND / r->worker_count;

	if (r->fib == NULL)
		return 0;
	router->interface = calloc(r->interface_count, sizeof(struct vip_interface *));
	r->hosts = fwd_hosts_create("koi_hosts", NEIGH_CAPACITY, r->qsbr, SOCKET_ID_ANY);
	if (router->interface == NULL || r->hosts == NULL || create_pools(router) != 0)
		return -ENOMEM;
	for (unsigned int i = 0; i < r->interface_count; i++)
		router->interface[i] = &r->interface[i].vip;
	router->hosts = r->hosts;
	router->adj = r->adjacencies->adj;
	router->errors_rate = ratelimit_rate(clock_scale.hz, RTE_MAX(share, 1ULL), ERRORS_BURST);
	router->fib = r->fib;
	return 0;
}

void
router_destroy(struct runtime *r)
{
	fwd_hosts_destroy(r->hosts);
	rte_mempool_free(r->router.pool);
	rte_mempool_free(r->router.indirect);
	free(r->router.interface);
	memset(&r->router, 0, sizeof(r->router));
	r->hosts = NULL;
}
