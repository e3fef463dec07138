/* SPDX-License-Identifier: BSD-3-Clause */
#include "fwd/fwd_tx.h"

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

int
fwd_tx_init(struct fwd_tx *tx, unsigned int interfaces, int socket)
{
	memset(tx, 0, sizeof(*tx));
	tx->waiting = rte_zmalloc_socket("fwd_tx", interfaces * sizeof(*tx->waiting), 0, socket);
	tx->burst = rte_zmalloc_socket("fwd_tx", interfaces * sizeof(*tx->burst),
				       RTE_CACHE_LINE_SIZE, socket);
	if (tx->waiting != NULL && tx->burst != NULL)
		return 0;
	fwd_tx_fini(tx);
	return -ENOMEM;
}

void
fwd_tx_fini(struct fwd_tx *tx)
{
	for (unsigned int i = 0; i < tx->waiting_count; i++) {
		struct fwd_tx_burst *b = &tx->burst[tx->waiting[i]];

		rte_pktmbuf_free_bulk(b->frame, b->count);
	}
	rte_free(tx->waiting);
	rte_free(tx->burst);
	memset(tx, 0, sizeof(*tx));
}
