/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint_telemetry.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "telemetry/telemetry.h"

#include "endpoint.h"

static json_t *
answer(void *context, const char *path, const char *params)
{
	struct endpoint_query q = { .params = params, .is_paged = true, .now_us = clock_us() };
	json_t *reply = endpoint_answer(context, path, &q);

	/* Whoever asks is told why; a negative return would show as a bare null. */
	return reply != NULL ? reply : json_pack("{s:s}", "error", q.error);
}

static struct telemetry_source source = { .answer = answer };

int
endpoint_telemetry_start(const struct runtime *r)
{
	int rc;

	source.context = (void *)(uintptr_t)r;
	telemetry_start(&source);
	for (const struct endpoint *e = endpoints; e->path != NULL; e++) {
		rc = telemetry_register(e->path, e->help);
		if (rc != 0) {
			log_line(ERR, app, "telemetry: cannot register %s: %s", e->path,
				 strerror(-rc));
			return rc;
		}
	}
	return 0;
}

void
endpoint_telemetry_stop(void)
{
	telemetry_stop();
}
