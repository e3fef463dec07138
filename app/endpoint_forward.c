/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint_internal.h"

static uint64_t
sum_fwd(const struct runtime *r, enum fwd_counter counter)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < r->worker_count; i++) {
		for (unsigned int n = 0; n < r->interface_count; n++) {
			const struct worker_interface *wi = r->worker[i].interface[n];

			sum += wi == NULL ? 0 : counter_read(&wi->fwd.counter[counter]);
		}
	}
	return sum;
}

/* Of all interfaces and workers; those of one are in /interface/info. */
json_t *
endpoint_fwd_stats(const struct runtime *r, struct endpoint_query *q)
{
	json_t *counters, *reasons;
	uint64_t drops = 0;

	if (!endpoint_param_none(q))
		return NULL;
	counters = json_object();
	reasons = json_object();
	for (unsigned int c = 0; c < FWD_COUNTERS; c++) {
		const char *name = fwd_counter_name(c);
		uint64_t value = sum_fwd(r, c);
		bool is_drop = endpoint_is_drop(name);

		drops += is_drop ? value : 0;
		json_object_set_new(is_drop ? reasons : counters, name,
				    json_integer((json_int_t)value));
	}
	return json_pack("{s:o, s:I, s:o}", "counters", counters, "drops", (json_int_t)drops,
			 "drops_by_reason", reasons);
}
