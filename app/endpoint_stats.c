/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint_internal.h"

struct sums {
	uint64_t carp[CARP_COUNTERS];
	uint64_t policed;
	uint64_t ring_full;
};

static void
add_vhid(struct sums *sums, const struct koi_vhid *v)
{
	struct carp_vhid_status s;

	record_read(v->status, &s);
	for (unsigned int i = 0; i < CARP_COUNTERS; i++)
		sums->carp[i] += s.counters[i];
}

static void
add_worker(struct sums *sums, const struct runtime *r, const struct worker *w)
{
	for (unsigned int i = 0; i < r->interface_count; i++) {
		const struct worker_interface *wi = w->interface[i];

		if (wi == NULL)
			continue;
		for (unsigned int c = 0; c < CARP_COUNTERS; c++)
			sums->carp[c] += counter_read(&wi->carp[c]);
		sums->policed += counter_read(&wi->link[LINK_PUNT_POLICED]);
		sums->ring_full += counter_read(&wi->link[LINK_PUNT_RING_FULL]);
	}
}

static json_t *
counters(const struct sums *sums)
{
	json_t *answer = json_object();

	for (unsigned int i = 0; i < CARP_COUNTERS; i++)
		json_object_set_new(answer, carp_counter_name(i),
				    json_integer((json_int_t)sums->carp[i]));
	return answer;
}

/* Of all vhids, and what workers refused before it was known whose it was. */
static json_t *
answer_all(const struct runtime *r)
{
	struct sums sums = { 0 };
	json_t *answer;

	for (unsigned int i = 0; i < r->view->vhid_count; i++)
		add_vhid(&sums, r->view->vhid[i]);
	for (unsigned int i = 0; i < r->worker_count; i++)
		add_worker(&sums, r, &r->worker[i]);
	answer = counters(&sums);
	json_object_set_new(answer, "punt_policed", json_integer((json_int_t)sums.policed));
	json_object_set_new(answer, "punt_ring_full", json_integer((json_int_t)sums.ring_full));
	return answer;
}

json_t *
endpoint_carp_stats(const struct runtime *r, struct endpoint_query *q)
{
	struct sums sums = { 0 };
	const struct koi_vhid *v;

	if (q->params[0] == '\0')
		return answer_all(r);
	v = endpoint_param_vhid(r, q, NULL);
	if (v == NULL)
		return NULL;
	add_vhid(&sums, v);
	return counters(&sums);
}
