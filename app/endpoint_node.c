/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint_internal.h"

static const char *
encoding_name(enum carp_demotion_encoding encoding)
{
	switch (encoding) {
	case CARP_ENCODE_SKEW:
		return "skew";
	case CARP_ENCODE_BYTE:
		return "byte";
	default:
		return "both";
	}
}

json_t *
endpoint_carp_settings(const struct runtime *r, struct endpoint_query *q)
{
	const struct config *c = r->view->config;

	if (!endpoint_param_none(q))
		return NULL;
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:i, s:s}",
			 "allow", atomic_load(&r->in_force.allow),
			 "preempt", atomic_load(&r->in_force.preempt),
			 "log", atomic_load(&r->in_force.log),
			 "demotion", c->demotion,
			 "ifdown_demotion_factor", c->carp.ifdown_demotion_factor,
			 "senderr_demotion_factor", c->carp.senderr_demotion_factor,
			 "demotion_encoding", encoding_name(c->carp.encoding),
			 "tos", c->tos,
			 "master_down", c->carp.master_down == CARP_MASTER_DOWN_OPENBSD ?
			 "openbsd" : "freebsd");
}

static json_t *
cause(const struct carp_cause *c, uint64_t now_us)
{
	json_t *o = json_pack("{s:s, s:i, s:I}", "name", c->name, "value", c->value,
			      "age_ms", endpoint_age_ms(now_us, c->since_us));

	if (c->expires_us != CARP_NEVER)
		json_object_set_new(o, "expires_ms",
				    json_integer(endpoint_age_ms(c->expires_us, now_us)));
	return o;
}

json_t *
endpoint_carp_demotion(const struct runtime *r, struct endpoint_query *q)
{
	struct demotion_status d;
	struct endpoint_page page;
	uint64_t from;

	if (!endpoint_param_from(q, &from))
		return NULL;
	record_read(r->demotion, &d);
	endpoint_page_begin(&page, q, json_pack("{s:I}", "sum", (json_int_t)d.sum), "causes",
			    json_object(), from);
	for (uint64_t i = 0; i < d.count; i++) {
		const struct carp_cause *c = &d.cause[i];

		if (endpoint_page_wants(&page))
			endpoint_page_add(&page, cause(c, q->now_us));
	}
	return endpoint_page_end(&page);
}
