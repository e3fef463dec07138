/* SPDX-License-Identifier: BSD-3-Clause */
#include "unreachable.h"

#include "punt.h"
#include "transmit.h"

static const struct vip_roles *
roles_of(const struct worker *w, const struct koi_interface *ifc, uint64_t now_tsc)
{
	bool is_late = now_tsc >
		       atomic_load_explicit(&w->runtime->lease_tsc, memory_order_acquire);

	return is_late ? &vip_roles_fenced : &ifc->vip.roles;
}

void
unreachable_tell(struct worker *w, uint16_t interface, struct rte_mbuf *frame, uint64_t now_tsc)
{
	const struct koi_interface *ifc = &w->runtime->interface[interface];
	struct worker_interface *wi = w->interface[interface];
	struct fwd_unresolved_burst unresolved = { .count = 0 };
	const struct fwd_way way = {
		.router = &w->runtime->router,
		.tables = fwd_fib_tables(w->runtime->router.fib),
		.worker = &wi->fwd,
		.ifc = &ifc->vip,
		.roles = roles_of(w, ifc, now_tsc),
		.tx = &w->tx,
		.unresolved = &unresolved,
		.now_tsc = now_tsc,
	};

	fwd_tell_unreachable(&way, frame);
	rte_pktmbuf_free(frame);
	if (unresolved.count != 0)
		punt_unresolved(w, wi, &unresolved);
	if (w->tx.waiting_count != 0)
		transmit_flush(w);
}
