/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint.h"

#include <string.h>

#include "endpoint_internal.h"

const struct endpoint endpoints[] = {
	{ "/carp/list", "The vhids by name. Parameters: [FROM]", endpoint_carp_list },
	{ "/carp/table", "The vhids with their states. Parameters: [FROM]", endpoint_carp_table },
	{ "/carp/vhid", "One vhid. Parameters: VHID@INTERFACE[,FROM]", endpoint_carp_vhid },
	{ "/carp/stats", "Counters of advertisements. Parameters: [VHID@INTERFACE]",
	  endpoint_carp_stats },
	{ "/carp/demotion", "The demotion sum and its causes. Parameters: [FROM]",
	  endpoint_carp_demotion },
	{ "/carp/events", "Events with a sequence above SINCE. Parameters: [SINCE]",
	  endpoint_carp_events },
	{ "/carp/settings", "The carp settings in force", endpoint_carp_settings },
	{ "/interface/list", "The interfaces by name. Parameters: [FROM]",
	  endpoint_interface_list },
	{ "/interface/table", "The interfaces with their links. Parameters: [FROM]",
	  endpoint_interface_table },
	{ "/interface/info", "One interface. Parameters: INTERFACE[,FROM]",
	  endpoint_interface_info },
	{ "/neigh/table", "The neighbours of an interface. Parameters: INTERFACE[,FROM]",
	  endpoint_neigh_table },
	{ "/neigh/stats", "Neighbours by state, and what was asked and held", endpoint_neigh_stats },
	{ "/fwd/stats", "What was forwarded and what was dropped, of all interfaces",
	  endpoint_fwd_stats },
	{ "/fwd/route", "What is done with packets to an address. Parameters: ADDRESS",
	  endpoint_fwd_route },
	{ "/fwd/tables", "Room and memory of the forwarding tables", endpoint_fwd_tables },
	{ "/worker/stats", "Counters of the workers. Parameters: [FROM]", endpoint_worker_stats },
	{ "/koi/health", "Version, age, and who was late", endpoint_koi_health },
	{ NULL, NULL, NULL },
};

json_t *
endpoint_answer(const struct runtime *r, const char *path, struct endpoint_query *q)
{
	json_t *answer;

	q->error[0] = '\0';
	for (const struct endpoint *e = endpoints; e->path != NULL; e++) {
		if (strcmp(e->path, path) != 0)
			continue;
		pthread_rwlock_rdlock((pthread_rwlock_t *)(uintptr_t)&r->view_lock);
		answer = e->answer(r, q);
		pthread_rwlock_unlock((pthread_rwlock_t *)(uintptr_t)&r->view_lock);
		if (answer == NULL && q->error[0] == '\0')
			endpoint_fail(q, "out of memory");
		return answer;
	}
	return endpoint_fail(q, "no query \"%.40s\"", path);
}
