/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "telemetry/telemetry.h"

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
	{ "/interface/list", "The interfaces by name. Parameters: [FROM]", endpoint_interface_list },
	{ "/interface/table", "The interfaces with their links. Parameters: [FROM]",
	  endpoint_interface_table },
	{ "/interface/info", "One interface. Parameters: INTERFACE[,FROM]",
	  endpoint_interface_info },
	{ "/neigh/table", "The neighbours of an interface. Parameters: INTERFACE[,FROM]",
	  endpoint_neigh_table },
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
		answer = e->answer(r, q);
		if (answer == NULL && q->error[0] == '\0')
			endpoint_fail(q, "out of memory");
		return answer;
	}
	return endpoint_fail(q, "no query \"%.40s\"", path);
}

static json_t *
answer_telemetry(void *context, const char *path, const char *params)
{
	struct endpoint_query q = { .params = params, .is_paged = true, .now_us = clock_us() };
	json_t *answer = endpoint_answer(context, path, &q);

	/* A reader of the socket sees why; a negative return would show as a bare null. */
	return answer != NULL ? answer : json_pack("{s:s}", "error", q.error);
}

static struct telemetry_source source = { .answer = answer_telemetry };

int
endpoint_telemetry_start(const struct runtime *r)
{
	int ret;

	source.context = (void *)(uintptr_t)r;
	telemetry_start(&source);
	for (const struct endpoint *e = endpoints; e->path != NULL; e++) {
		ret = telemetry_register(e->path, e->help);
		if (ret != 0) {
			log_line(ERR, app, "telemetry: cannot register %s: %s", e->path,
				 strerror(-ret));
			return ret;
		}
	}
	return 0;
}

void
endpoint_telemetry_stop(void)
{
	telemetry_stop();
}
