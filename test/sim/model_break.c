/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules of the election, broken on purpose: the linker puts these between lib/carp's files, so
 * that it can be seen that the model notices.
 */
#include "model.h"

#include <errno.h>
#include <string.h>

#include "carp/carp_internal.h"

bool __real_carp_tie_is_lost(struct carp_vhid *v, const struct carp_heard *h);
bool __wrap_carp_tie_is_lost(struct carp_vhid *v, const struct carp_heard *h);
void __real_carp_handover_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
			      struct carp_actions *out);
void __wrap_carp_handover_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
			      struct carp_actions *out);
bool __real_carp_preempt_hear(struct carp_vhid *v, const struct carp_reason *reason,
			      uint64_t at_us);
bool __wrap_carp_preempt_hear(struct carp_vhid *v, const struct carp_reason *reason,
			      uint64_t at_us);

enum rule {
	WHOLE,
	TIES_ARE_ALWAYS_LOST, /* as in the BSDs */
	TIES_ARE_NEVER_LOST,
	MAINTENANCE_NEVER_ASKS,
	NOBODY_PREEMPTS,
};

static enum rule broken = WHOLE;

bool
__wrap_carp_tie_is_lost(struct carp_vhid *v, const struct carp_heard *h)
{
	if (broken == TIES_ARE_ALWAYS_LOST)
		return true;
	if (broken == TIES_ARE_NEVER_LOST)
		return false;
	return __real_carp_tie_is_lost(v, h);
}

void
__wrap_carp_handover_run(struct carp_vhid *v, uint64_t now_us, uint64_t heard_until_us,
			 struct carp_actions *out)
{
	if (broken == MAINTENANCE_NEVER_ASKS)
		v->handover.next_us = CARP_NEVER;
	else
		__real_carp_handover_run(v, now_us, heard_until_us, out);
}

bool
__wrap_carp_preempt_hear(struct carp_vhid *v, const struct carp_reason *reason, uint64_t at_us)
{
	return broken != NOBODY_PREEMPTS && __real_carp_preempt_hear(v, reason, at_us);
}

int
model_break(const char *rule)
{
	static const char *const names[] = {
		[TIES_ARE_ALWAYS_LOST] = "ties-are-always-lost",
		[TIES_ARE_NEVER_LOST] = "ties-are-never-lost",
		[MAINTENANCE_NEVER_ASKS] = "maintenance-never-asks",
		[NOBODY_PREEMPTS] = "nobody-preempts",
	};
	size_t i;

	for (i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], rule) == 0) {
			broken = (enum rule)i;
			return 0;
		}
	}
	return -EINVAL;
}
